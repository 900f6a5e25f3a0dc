package intake

import (
	"context"
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
)

// Bounds of what a session remembers about the objects it wrote itself.
const (
	maxKnown   = 50_000
	maxBrought = 1 << 20
)

// session is one submission: a single batch for Submit, many for a Stream. Its state is what earlier batches made durable; it is used
// by one goroutine.
type session struct {
	in  *Intake
	sub Submission

	labs   map[string]*lab // by body; a lab is a pure value, so it outlives failed transactions
	labIDs map[store.LabelID]*lab
	joins  map[[2]*lab]*lab
	closes map[[2]*lab]bool

	also func(store.Tx, []Outcome) error // nil, or what else the transaction asks and does; an error ends it

	bound map[string]stix.Level // TLP that containers of this submission give to unmarked members

	// brought has the unmarked objects of earlier batches, which a container may still bind. When it is full every unmarked object of
	// the source counts as brought: the safe side.
	brought map[uint64]struct{}
	seed    maphash.Seed

	// known answers Heads without a query while nobody else has written since the store was empty: the newest stamp is our own.
	known  map[string][]store.Head
	wanted map[string]struct{} // ids that were mentioned before they arrived
	last   store.Stamp
}

func (in *Intake) session(s Submission) *session {
	return &session{
		in: in, sub: s,
		labs: map[string]*lab{}, labIDs: map[store.LabelID]*lab{}, joins: map[[2]*lab]*lab{}, closes: map[[2]*lab]bool{},
		bound: map[string]stix.Level{}, brought: map[uint64]struct{}{}, seed: maphash.MakeSeed(),
	}
}

// batch is one transaction of a session. Update may run it again, so it changes the session only in keep.
type batch struct {
	*session
	ctx    context.Context
	tx     store.Tx
	items  []*item
	out    []Outcome
	source store.Source
	all    map[store.SourceID]store.Source
	colls  []store.CollectionID
	empty  bool // nothing is held
	alone  bool // known answers for the store

	base     *lab                 // what the source's default and the submission's TLP demand together; nil: nothing was said
	idents   map[string]*ident    // of the submitting organisation
	others   map[[2]string]*ident // of others: owner and id
	groups   map[string][]*node   // ids in more than one hand: all that is held
	loaded   map[string]struct{}  // ids for which the store was asked
	nodes    []*node              // accepted, in order
	dupes    []*node              // held with equal content
	touched  []*node              // held, to be computed again
	raised   map[string]stix.Level
	labels   map[store.LabelID]*lab
	allKnown bool // labels holds every label of the store
	ids      map[*lab]store.LabelID
	defs     map[[2]string][]stix.Marking // by owner and id
	marks    map[markKey]*lab
	quota    int64 // objects that may still be added; -1: no limit
	relabels int
	deleted  *bool // something was; nil: not asked yet

	loosened map[int]Loosening // by item: refused for want of a second person
}

// commit decides about items and writes what is accepted, in one transaction.
func (se *session) commit(ctx context.Context, items []*item) ([]Outcome, error) {
	var b *batch
	err := se.in.store.Update(ctx, func(tx store.Tx) (err error) {
		if b, err = se.decide(ctx, tx, items); err != nil {
			return err
		}
		if se.also != nil {
			if err := se.also(tx, b.out); err != nil {
				return err
			}
		}
		return b.write()
	})
	if err != nil {
		return nil, err
	}
	b.keep()
	return b.out, nil
}

// decide settles what becomes of items. What turns out to loosen a marking that one person may not loosen is refused, and the rest is
// decided as if it had not been sent.
func (se *session) decide(ctx context.Context, tx store.Tx, items []*item) (*batch, error) {
	loosened := map[int]Loosening{}
	for {
		b := &batch{
			session: se, ctx: ctx, tx: tx, items: items, out: make([]Outcome, len(items)),
			idents: make(map[string]*ident, 2*len(items)), others: map[[2]string]*ident{},
			groups: map[string][]*node{}, loaded: map[string]struct{}{}, raised: map[string]stix.Level{},
			labels: maps.Clone(se.labIDs), ids: map[*lab]store.LabelID{}, defs: map[[2]string][]stix.Marking{}, marks: map[markKey]*lab{},
			loosened: loosened,
		}
		n := len(loosened)
		if err := b.run(); err != nil || len(loosened) == n {
			return b, err
		}
	}
}

func (b *batch) run() error {
	if err := b.open(); err != nil {
		return err
	}
	if err := b.fetch(); err != nil {
		return err
	}
	if err := b.accept(); err != nil {
		return err
	}
	if err := b.label(); err != nil {
		return err
	}
	if more, err := b.holdLoosened(); more || err != nil {
		return err
	}
	return b.settle()
}

// open reads who submits, where to, and the state of the store.
func (b *batch) open() error {
	sources, err := b.tx.Sources(b.ctx)
	if err != nil {
		return err
	}
	b.all = make(map[store.SourceID]store.Source, len(sources))
	for _, s := range sources {
		b.all[s.ID] = s
	}
	src, ok := b.all[b.sub.Source]
	if !ok {
		return threatwatch.Errorf(threatwatch.NotFound, "no source with number %d", b.sub.Source)
	}
	b.source = src
	if b.colls = slices.Clone(b.sub.Collections); b.colls == nil {
		if src.Collection == 0 {
			return threatwatch.Errorf(threatwatch.Invalid, "source %s has no collection of its own", src.Name)
		}
		b.colls = []store.CollectionID{src.Collection}
	}
	if err := b.openBase(); err != nil {
		return err
	}
	stamp, err := b.tx.LastStamp(b.ctx)
	if err != nil {
		return err
	}
	b.empty = stamp == 0
	b.alone = b.empty || (b.known != nil && stamp == b.last)
	return b.openQuota()
}

// openBase joins what was said about every object of the submission: the source's default and the submission's TLP.
func (b *batch) openBase() error {
	if b.source.Default != "" {
		l, err := label.Parse(b.source.Default)
		if err != nil {
			return threatwatch.Errorf(threatwatch.Internal, "default label of source %s: %w", b.source.Name, err)
		}
		l.Owner = b.source.Owner
		b.base = b.lab(l)
	}
	if b.sub.TLP != nil {
		b.base = b.stricter(b.base, *b.sub.TLP)
	}
	return nil
}

// fetch finds what is held of the ids in the batch and of what they mention.
func (b *batch) fetch() error {
	for _, it := range b.items {
		if it.refused {
			continue
		}
		b.ident(it.put.ID)
		for _, r := range it.refs {
			b.ident(r.ID)
		}
	}
	if b.empty {
		return nil
	}
	ids := make([]string, 0, len(b.idents))
	for id := range b.idents {
		ids = append(ids, id)
	}
	return b.load(ids)
}

// load fills the idents of ids with what is held, those for which that has not been done.
func (b *batch) load(ids []string) error {
	heads := b.known
	if !b.alone {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, ok := b.loaded[id]; return ok })
		if len(ids) == 0 {
			return nil
		}
		var err error
		if heads, err = b.tx.Heads(b.ctx, ids); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if _, ok := b.loaded[id]; ok {
			continue
		}
		b.loaded[id] = struct{}{}
		if err := b.fill(id, heads[id]); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) fill(id string, heads []store.Head) error {
	for i := range heads {
		h := &heads[i]
		l, err := b.labelOf(h.Label)
		if err != nil {
			return err
		}
		d := b.identOf(b.all[h.Source].Owner, id)
		n := &node{ident: d, head: h, source: h.Source, modified: h.Modified, old: l, oldFlags: h.Flags, eff: l, flags: h.Flags}
		d.nodes = append(d.nodes, n)
		b.groups[id] = append(b.groups[id], n)
	}
	for _, n := range b.groups[id] {
		n.ident.was = b.state(n.ident)
	}
	return nil
}

// keep makes the effects of a committed batch part of the session.
func (b *batch) keep() {
	se := b.session
	for id, l := range b.labels {
		se.labIDs[id] = l
	}
	for id, l := range b.raised {
		se.bound[strings.Clone(id)] = l // it is part of a whole object's text
	}
	for _, it := range b.items {
		if !it.refused && !it.marked && len(se.brought) < maxBrought {
			se.brought[se.versionKey(it.put.ID, it.put.Modified)] = struct{}{}
		}
	}
	for _, n := range b.nodes {
		b.out[n.index].Added = n.item.put.Added
		for _, i := range n.twins {
			b.out[i].Added = n.item.put.Added
		}
	}
	b.countHeld()
	b.remember()
}

// remember keeps the heads that this batch wrote, if nobody else has written since the store was empty.
func (b *batch) remember() {
	se := b.session
	if !b.alone || b.relabels > 0 || len(b.colls) != 1 || len(se.known)+len(b.nodes) > maxKnown {
		se.known, se.wanted = nil, nil
		return
	}
	if se.known == nil {
		se.known, se.wanted = map[string][]store.Head{}, map[string]struct{}{}
	}
	for _, n := range b.nodes {
		h := n.item.put.Head
		h.ID = strings.Clone(h.ID)
		h.Type = strings.Clone(h.Type)
		h.CreatedBy = strings.Clone(h.CreatedBy)
		se.known[h.ID] = append(se.known[h.ID], h)
		se.last = max(se.last, h.Added)
		delete(se.wanted, h.ID)
	}
	for id, d := range b.idents {
		if len(d.nodes) == 0 {
			se.wanted[strings.Clone(id)] = struct{}{}
		}
	}
}
