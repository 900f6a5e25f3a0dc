package intake

import (
	"encoding/json"
	"strings"

	"threatwatch"
	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
)

// How a label is found. The own label of an object is the strictest of
//
//  1. its object markings: fixed TLP ids; marking-definitions that the same organisation sent, in this submission or before. A
//     reference to one that nobody sent makes the label unknown: only the owner sees the object until it arrives;
//  2. what was said about the submission (its TLP) and the source (its default), marked or not;
//  3. when it carries no TLP: the TLP of the containers (report, grouping, observed-data, note) of the same submission;
//  4. granular markings that select what the object cannot be without. Others set the flag Check.
//
// An object about which nobody said anything is AMBER+STRICT. A marking-definition is the vocabulary of handling: CLEAR, unless it
// carries markings itself or its source or submission was given a TLP. Saying the same object again under a stricter condition tightens it; "nobody said anything" never does.
// The label of a relationship or sighting is its own joined with what its ends demand (graph.go).

// lab is a label, one pointer per body within a session.
type lab struct {
	label.Label
	body string
	core *lab // what limits who may see: without obligations
}

func (se *session) lab(l label.Label) *lab {
	body := l.Body()
	if x, ok := se.labs[body]; ok {
		return x
	}
	x := &lab{Label: l, body: body}
	se.labs[body] = x
	c := l
	c.Statements, c.PAP = nil, 0
	if x.core = x; c.Body() != body {
		x.core = se.lab(c)
	}
	return x
}

func (se *session) join(a, c *lab) *lab {
	if a == c {
		return a
	}
	k := [2]*lab{a, c}
	x, ok := se.joins[k]
	if !ok {
		x = se.lab(label.Join(a.Label, c.Label))
		se.joins[k] = x
	}
	return x
}

func (se *session) joinNil(a, c *lab) *lab {
	if a == nil {
		return c
	}
	if c == nil {
		return a
	}
	return se.join(a, c)
}

// closed says whether everyone who may see an object labelled holder may see one labelled target.
func (se *session) closed(target, holder *lab) bool {
	if target.core == holder.core {
		return true
	}
	k := [2]*lab{target.core, holder.core}
	x, ok := se.closes[k]
	if !ok {
		x = se.join(target.core, holder.core) == holder.core
		se.closes[k] = x
	}
	return x
}

// level is a bare TLP of the submitting organisation.
func (b *batch) level(l stix.Level) *lab { return b.levelOf(l, b.source.Owner) }

// stricter adds a TLP to what was said. A TLP names nobody, so it does not cut the audience.
func (b *batch) stricter(said *lab, l stix.Level) *lab {
	if said == nil {
		return b.level(l)
	}
	return b.lab(label.FromMarkings(said.Label, []stix.Marking{{TLP: &l, Known: true}}))
}

func (b *batch) levelOf(l stix.Level, owner string) *lab {
	return b.lab(label.Label{TLP: l, Owner: owner})
}

func (b *batch) labelOf(id store.LabelID) (*lab, error) {
	if l, ok := b.labels[id]; ok {
		return l, nil
	}
	if err := b.loadLabels(); err != nil {
		return nil, err
	}
	if l, ok := b.labels[id]; ok {
		return l, nil
	}
	return nil, threatwatch.Errorf(threatwatch.Internal, "label %d is not in the store", id)
}

// loadLabels reads every label of the store, once a batch.
func (b *batch) loadLabels() error {
	if b.allKnown {
		return nil
	}
	bodies, err := b.tx.LabelBodies(b.ctx)
	if err != nil {
		return err
	}
	for i, body := range bodies {
		if _, ok := b.labels[i]; ok {
			continue
		}
		l, err := label.Parse(body)
		if err != nil {
			return threatwatch.Errorf(threatwatch.Internal, "label %d: %w", i, err)
		}
		b.labels[i] = b.lab(l)
	}
	b.allKnown = true
	return nil
}

func (b *batch) labelID(l *lab) (store.LabelID, error) {
	if id, ok := b.ids[l]; ok {
		return id, nil
	}
	id, err := b.tx.InternLabel(b.ctx, l.body)
	if err != nil {
		return 0, err
	}
	b.ids[l], b.labels[id] = id, l
	return id, nil
}

// bindAll finds the TLP that containers give to unmarked members, through containers in containers, also those of earlier batches of
// the submission. It returns the ids for which the batch has news.
func (b *batch) bindAll() ([]string, error) {
	var news []string
	for _, list := range [][]*node{b.nodes, b.dupes} {
		for _, n := range list {
			news = append(news, b.bindMembers(n.sent())...)
		}
	}
	for i := 0; i < len(news); i++ {
		if !b.empty {
			if err := b.load(news[i : i+1]); err != nil {
				return nil, err
			}
		}
		for _, n := range b.ident(news[i]).nodes {
			it, err := b.partOf(n)
			if err != nil {
				return nil, err
			}
			if it != nil && !it.marked {
				news = append(news, b.bindMembers(it)...)
			}
		}
	}
	return news, nil
}

// partOf returns the object when n belongs to this submission, else nil.
func (b *batch) partOf(n *node) (*item, error) {
	if it := n.sent(); it != nil {
		return it, nil
	}
	if n.source != b.source.ID || !b.saidBefore(n) {
		return nil, nil
	}
	return b.body(n)
}

// bindMembers raises what a container demands of its members and returns those for which that is news.
func (b *batch) bindMembers(it *item) (changed []string) {
	if len(it.members) == 0 {
		return nil
	}
	l, ok := b.demand(it)
	if !ok || b.base != nil && l <= b.base.TLP { // everything here is as strict already: nothing to remember
		return nil
	}
	for _, id := range it.members {
		if had, ok := b.binding(id); !ok || l > had {
			b.raised[id] = l
			changed = append(changed, id)
		}
	}
	return changed
}

// demand is the TLP a container gives on: its own, or when it has none that of the containers around it.
func (b *batch) demand(it *item) (l stix.Level, ok bool) {
	if !it.marked {
		return b.binding(it.put.ID)
	}
	for _, id := range it.markings {
		if t, is := stix.TLPOf(id); is {
			l, ok = max(l, t), true
		}
	}
	return l, ok
}

func (b *batch) binding(id string) (stix.Level, bool) {
	if l, ok := b.raised[id]; ok {
		return l, true
	}
	l, ok := b.bound[id]
	return l, ok
}

// said is what submission, source and containers say about it; nil: nothing.
func (b *batch) said(it *item) *lab {
	s := b.base
	if !it.marked {
		if l, ok := b.binding(it.put.ID); ok {
			s = b.stricter(s, l)
		}
	}
	return s
}

// own is the label of an object before its ends are looked at, given what was said about it.
func (b *batch) own(it *item, said *lab, owner string) (*lab, error) {
	base := said
	switch {
	case base == nil && (it.marked || it.put.Type == "marking-definition"):
		base = b.levelOf(stix.Clear, owner)
	case base == nil:
		base = b.levelOf(stix.AmberStrict, owner)
	}
	l, err := b.marked(base, it.markings, owner)
	if err != nil {
		return nil, err
	}
	for _, g := range it.granular {
		if !g.required {
			continue
		}
		if l, err = b.marked(l, []string{g.ref}, owner); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// markKey is what the answer of marked depends on within a batch.
type markKey struct {
	base  *lab
	owner string
	ids   string
}

// marked joins base with the markings named by ids.
func (b *batch) marked(base *lab, ids []string, owner string) (*lab, error) {
	if len(ids) == 0 {
		return base, nil
	}
	k := markKey{base, owner, ids[0]}
	if len(ids) > 1 {
		k.ids = strings.Join(ids, " ")
	}
	if l, ok := b.marks[k]; ok {
		return l, nil
	}
	ms := make([]stix.Marking, 0, len(ids))
	unknown := false
	for _, id := range ids {
		said, err := b.resolve(id, owner)
		if err != nil {
			return nil, err
		}
		unknown = unknown || len(said) == 0
		ms = append(ms, said...)
	}
	l := label.FromMarkings(base.Label, ms)
	l.Unknown = l.Unknown || unknown
	b.marks[k] = b.lab(l)
	return b.marks[k], nil
}

// resolve finds what the sources of an organisation define a marking as; nothing: none of them has. All that they say counts, so that
// none can declare the others' restriction away. Definitions of other organisations do not count for the same reason.
func (b *batch) resolve(id, owner string) ([]stix.Marking, error) {
	if l, ok := stix.TLPOf(id); ok {
		return []stix.Marking{{ID: id, TLP: &l, Known: true}}, nil
	}
	key := [2]string{owner, id}
	if ms, ok := b.defs[key]; ok {
		return ms, nil
	}
	d := b.identOf(owner, id)
	if !b.empty {
		if err := b.load([]string{id}); err != nil {
			return nil, err
		}
	}
	var ms []stix.Marking
	for _, n := range d.nodes {
		it := n.item
		if it == nil {
			var err error
			if it, err = b.body(n); err != nil {
				return nil, err
			}
		}
		if it.marking != nil && n.flags&store.Quarantined == 0 {
			ms = append(ms, *it.marking)
		}
	}
	b.defs[key] = ms
	return ms, nil
}

// body reads a held assertion again.
func (b *batch) body(n *node) (*item, error) {
	if n.held == nil && n.again != nil {
		n.held = n.again
	}
	if n.held == nil {
		row, err := b.tx.Get(b.ctx, n.head.OID)
		if err != nil {
			return nil, err
		}
		n.held = prepare(append([]byte(nil), row.Raw...), row.Flags&store.V20 != 0, false)
	}
	return n.held, nil
}

// What was said about an assertion is kept as a record where label and bytes do not show it: its label is more than its own
// (ends), is unknown for now, or was said to be AMBER+STRICT (which looks like silence).
//
//	kind "said", key OID in decimal, document {"said": label body, or "" for nothing}
const saidKind = "said"

type saidDoc struct {
	Said string `json:"said"`
}

// recall fills said and own of a held node.
func (b *batch) recall(n *node) error {
	if n.own != nil {
		return nil
	}
	it, err := b.body(n)
	if err != nil {
		return err
	}
	doc, err := b.tx.Record(b.ctx, saidKind, oidKey(n.head.OID))
	switch {
	case threatwatch.KindOf(err) == threatwatch.NotFound:
		n.said, n.own = n.old, n.old
		if b.silent(n, it) {
			n.said = nil
		}
		return nil
	case err != nil:
		return err
	}
	n.recorded = true
	var d saidDoc
	if err := json.Unmarshal(doc, &d); err != nil {
		return threatwatch.Errorf(threatwatch.Internal, "record of what was said about %s: %w", n.ident.id, err)
	}
	if d.Said != "" {
		l, err := label.Parse(d.Said)
		if err != nil {
			return threatwatch.Errorf(threatwatch.Internal, "record of what was said about %s: %w", n.ident.id, err)
		}
		n.said = b.lab(l)
	}
	n.own, err = b.own(it, n.said, n.ident.owner)
	return err
}

// silent says whether the label of a held object is what it gets when nobody said anything.
func (b *batch) silent(n *node, it *item) bool {
	if it.marked || b.all[n.source].Default != "" {
		return false
	}
	l, err := b.own(it, nil, n.ident.owner)
	return err == nil && l == n.old
}
