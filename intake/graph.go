package intake

import (
	"hash/maphash"
	"slices"

	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
)

// What an object refers to decides over it in two ways.
//
//   - A relationship or sighting is as strict as its ends: its label is its own joined with the limits (not the obligations) of
//     every required end that the same organisation holds.
//   - It needs a look on the way out (store.Check) when it refers to something that not everyone who may see it may see, or that
//     itself needs a look, or when it has granular markings.
//
// An id has the state of its latest version, of each source of the organisation, quarantined ones aside. Both rules are the least
// fixed point over what is held, so they do not depend on the order of arrival. When the state of an id changes, held objects that
// mention it are computed again; where a state loosens, everything that may have been strict because of it starts from its own again.

// ident is an id as one organisation knows it: with what the store and the batch hold of it from its sources.
type ident struct {
	id     string
	owner  string
	nodes  []*node
	was    state // before this batch
	gone   *lab  // under which it was held when the last of it was deleted
	asked  bool  // gone is known
	spread bool  // those who mention it are in the batch
	loose  bool  // and start from their own label again
}

// node is one assertion: new in the batch (item), or held (head).
type node struct {
	ident    *ident
	source   store.SourceID
	modified int64
	item     *item
	index    int   // of its outcome
	twins    []int // outcomes of equal objects in the same batch

	head     *store.Head
	held     *item // its bytes read again
	again    *item // the equal object in the batch
	old      *lab
	oldFlags store.Flags
	recorded bool

	refs []edge
	said *lab // nil: nothing
	own  *lab
	eff  *lab
	flags
}

type flags = store.Flags

type edge struct {
	to   *ident
	need bool // the end of a relationship or sighting
}

// state is what an id demands of those who refer to it.
type state struct {
	held  bool
	lab   *lab
	check bool // also while all of it is kept apart, and nothing is held
}

// some says whether something is known under the id, be it kept apart.
func (s state) some() bool { return s.held || s.check }

// asksLess says whether a state asks less than the one before in any way.
func (b *batch) asksLess(next, before state) bool {
	return before.check && !next.check || before.held && (!next.held || !b.closed(before.lab, next.lab))
}

// ident is the id as the submitting organisation knows it.
func (b *batch) ident(id string) *ident {
	d, ok := b.idents[id]
	if !ok {
		d = &ident{id: id, owner: b.source.Owner}
		b.idents[id] = d
	}
	return d
}

// identOf is the id as an organisation knows it.
func (b *batch) identOf(owner, id string) *ident {
	if owner == b.source.Owner {
		return b.ident(id)
	}
	k := [2]string{owner, id}
	d, ok := b.others[k]
	if !ok {
		d = &ident{id: id, owner: owner}
		b.others[k] = d
	}
	return d
}

func (d *ident) version(s store.SourceID, modified int64) *node {
	for _, n := range d.nodes {
		if n.source == s && n.modified == modified {
			return n
		}
	}
	return nil
}

func (d *ident) holds(s store.SourceID) bool {
	return slices.ContainsFunc(d.nodes, func(n *node) bool { return n.source == s })
}

func (n *node) info() *store.Head {
	if n.item != nil {
		return &n.item.put.Head
	}
	return n.head
}

// sent is the object of the batch that is n, new or said again; nil: none is.
func (n *node) sent() *item {
	if n.item != nil {
		return n.item
	}
	return n.again
}

func (n *node) digest() [32]byte { return n.info().Digest }

// state joins the latest version of each source. An id of which all is kept apart, or that was held and is gone, needs a look.
func (b *batch) state(d *ident) (s state) {
	if len(d.nodes) == 0 && d.gone != nil {
		return state{held: true, lab: d.gone.core, check: true}
	}
	for _, n := range d.nodes {
		if n.flags&store.Quarantined != 0 || n.eff == nil || d.later(n) {
			continue
		}
		s.lab = b.joinNil(s.lab, n.eff.core)
		s.held, s.check = true, s.check || n.flags&store.Check != 0
	}
	s.check = s.check || !s.held && len(d.nodes) > 0
	return s
}

func (d *ident) later(n *node) bool {
	if len(d.nodes) == 1 {
		return false
	}
	return slices.ContainsFunc(d.nodes, func(o *node) bool {
		return o.source == n.source && o.modified > n.modified && o.flags&store.Quarantined == 0
	})
}

// label gives every accepted object its own label, and settles who may speak for what.
func (b *batch) label() error {
	for _, it := range b.items {
		if !it.refused && (len(b.groups[it.put.ID]) > 0) {
			b.foreign(it.put.ID)
		}
	}
	bound, err := b.bindAll()
	if err != nil {
		return err
	}
	for _, n := range b.nodes {
		n.said = b.said(n.item)
		if n.own, err = b.own(n.item, n.said, n.ident.owner); err != nil {
			return err
		}
		b.link(n, n.item)
		if err := b.recallGone(n); err != nil {
			return err
		}
	}
	for _, n := range b.dupes {
		if err := b.tighten(n, b.said(n.again)); err != nil {
			return err
		}
	}
	return b.bindHeld(bound)
}

// bindHeld lets containers bind members that came in earlier batches of the same submission.
func (b *batch) bindHeld(ids []string) error {
	for _, id := range ids {
		for _, n := range b.ident(id).nodes {
			if n.sent() != nil {
				continue
			}
			it, err := b.partOf(n)
			if err != nil {
				return err
			}
			if it == nil || it.marked {
				continue
			}
			if err := b.tighten(n, b.said(it)); err != nil {
				return err
			}
		}
	}
	return nil
}

// saidBefore says whether an earlier batch of this submission brought n.
func (b *batch) saidBefore(n *node) bool {
	_, ok := b.brought[b.versionKey(n.ident.id, n.modified)]
	return ok || len(b.brought) >= maxBrought
}

func (se *session) versionKey(id string, modified int64) uint64 {
	return maphash.String(se.seed, id) ^ uint64(modified)*0x9e3779b97f4a7c15
}

// tighten applies what was said about a held object once more.
func (b *batch) tighten(n *node, said *lab) error {
	if said == nil || b.closedOver(n, said) {
		return nil
	}
	if err := b.recall(n); err != nil {
		return err
	}
	before := n.own
	n.said = b.joinNil(n.said, said)
	own, err := b.own(n.held, n.said, n.ident.owner)
	if err != nil || own == before {
		return err
	}
	n.own = own
	b.touch(n)
	return nil
}

// closedOver is the quick way: the label of a held object is its own, says all that is said again, and is not that of silence.
func (b *batch) closedOver(n *node, said *lab) bool {
	return !n.sro() && n.old.TLP != stix.AmberStrict && !n.old.Unknown && b.join(said, n.old) == n.old
}

// touch puts a held assertion among those to be computed again.
func (b *batch) touch(n *node) {
	if !slices.Contains(b.touched, n) {
		b.touched = append(b.touched, n)
	}
}

func (b *batch) link(n *node, it *item) {
	sro := it.put.Type == "relationship" || it.put.Type == "sighting"
	n.refs = make([]edge, 0, len(it.refs))
	for _, r := range it.refs {
		if to := b.identOf(n.ident.owner, r.ID); to != n.ident {
			n.refs = append(n.refs, edge{to: to, need: r.Required && sro})
		}
	}
}

// settle finds labels and flags of the batch and of all that is held and affected.
func (b *batch) settle() error {
	if err := b.loosen(); err != nil {
		return err
	}
	for {
		if err := b.ready(); err != nil {
			return err
		}
		if err := b.fix(); err != nil {
			return err
		}
		more, err := b.spreadAll()
		if err != nil || !more {
			return err
		}
	}
}

// loosen puts aside, before anything is computed, what may be strict because of an id whose assertions change: in a circle it would
// else keep itself strict.
func (b *batch) loosen() error {
	if b.empty {
		return nil
	}
	if !b.alone {
		if err := b.loadLabels(); err != nil {
			return err
		}
	}
	var todo []*ident
	for _, list := range [][]*node{b.nodes, b.touched} {
		for _, n := range list {
			d := n.ident
			if d.loose {
				continue
			}
			raised := d.was.check || d.was.held && !b.harmless(d.was.lab, d.owner)
			if raised || n.item == nil || definesNew(n) && b.mentioned(d) {
				d.loose = true
				todo = append(todo, d)
			}
		}
	}
	return b.spreadFrom(todo)
}

func (b *batch) spreadFrom(todo []*ident) error {
	for len(todo) > 0 {
		more, err := b.spread(todo[0])
		if err != nil {
			return err
		}
		todo = append(todo[1:], more...)
	}
	return nil
}

// mentioned says whether something that is held may mention d.
func (b *batch) mentioned(d *ident) bool {
	if !b.alone || b.known == nil || d.was.some() {
		return !b.empty
	}
	_, ok := b.wanted[d.id]
	return ok
}

// ready loads what touched nodes need: their own label and their references.
func (b *batch) ready() error {
	for i := 0; i < len(b.touched); i++ {
		n := b.touched[i]
		if n.refs != nil {
			continue
		}
		it, err := b.body(n)
		if err != nil {
			return err
		}
		if err := b.recall(n); err != nil {
			return err
		}
		b.link(n, it)
		var missing []string
		for _, e := range n.refs {
			missing = append(missing, e.to.id)
		}
		if !b.empty {
			if err := b.load(missing); err != nil {
				return err
			}
		}
		if err := b.recallGone(n); err != nil {
			return err
		}
	}
	return nil
}

// fix is the least fixed point over the batch and the touched; everything else stays as held.
func (b *batch) fix() error {
	work := append(slices.Clone(b.nodes), b.touched...)
	for _, n := range work {
		n.eff = n.own
		n.flags &^= store.Check
		if b.parts(n) {
			n.flags |= store.Check
		}
	}
	for pass := 0; len(work) > 0; pass++ {
		var moved map[*ident]bool
		for _, n := range work {
			if b.step(n) {
				if moved == nil {
					moved = map[*ident]bool{}
				}
				moved[n.ident] = true
			}
		}
		if moved == nil {
			return nil
		}
		work = b.dependents(moved)
	}
	return nil
}

// parts says that not everybody who may see n may see every part of it, whatever it refers to.
func (b *batch) parts(n *node) bool {
	it := n.body()
	return it != nil && (len(it.granular) > 0 || it.marking != nil && label.NamelessMarking(*it.marking))
}

func (n *node) body() *item {
	if n.item != nil {
		return n.item
	}
	return n.held
}

// step computes one node from the states of what it refers to and says whether it moved.
func (b *batch) step(n *node) bool {
	eff, fl := n.eff, n.flags
	for _, e := range n.refs {
		s := b.state(e.to)
		if s.check {
			fl |= store.Check
		}
		if s.held && e.need && !b.closed(s.lab, eff) {
			eff = b.join(eff, s.lab)
		}
	}
	for _, e := range n.refs {
		if fl&store.Check != 0 {
			break
		}
		if s := b.state(e.to); s.held && !b.closed(s.lab, eff) {
			fl |= store.Check
		}
	}
	if eff.Nameless() {
		fl |= store.Check
	}
	moved := eff != n.eff || fl != n.flags
	n.eff, n.flags = eff, fl
	return moved
}

// dependents lists the nodes under computation that refer to a moved id.
func (b *batch) dependents(moved map[*ident]bool) []*node {
	var out []*node
	for _, list := range [][]*node{b.nodes, b.touched} {
		for _, n := range list {
			if slices.ContainsFunc(n.refs, func(e edge) bool { return moved[e.to] }) {
				out = append(out, n)
			}
		}
	}
	return out
}

// spreadAll touches what is held and mentions an id whose state changed; it says whether anything new has to be computed.
func (b *batch) spreadAll() (bool, error) {
	before := len(b.touched)
	todo := make([]*ident, 0, 16)
	for _, list := range [][]*node{b.nodes, b.touched} {
		for _, n := range list {
			if b.matters(n) {
				todo = append(todo, n.ident)
			}
		}
	}
	if err := b.spreadFrom(todo); err != nil {
		return false, err
	}
	return len(b.touched) > before, nil
}

// matters says whether those who mention n must be computed again. Most new objects matter to nobody: either nothing that is held
// mentions them, or they demand no more than any label that could mention them.
func (b *batch) matters(n *node) bool {
	d := n.ident
	now := b.state(d)
	loose := b.asksLess(now, d.was)
	if d.spread && (d.loose || !loose) {
		return false
	}
	if b.empty {
		return false
	}
	if d.was == now || !b.mentioned(d) {
		return false
	}
	if !d.was.some() && !now.check && b.harmless(now.lab, d.owner) {
		return false
	}
	d.loose = d.loose || loose
	return true
}

// definesNew: a marking-definition lifts the unknown from what refers to it.
func definesNew(n *node) bool { return n.item != nil && n.item.marking != nil }

// harmless says whether a target with this label is closed under every label that the organisation has given so far.
func (b *batch) harmless(l *lab, owner string) bool {
	if l == nil {
		return true
	}
	for _, k := range b.labels {
		if k.Owner == owner && !b.closed(l, k) {
			return false
		}
	}
	return true
}

// spread touches the held assertions that mention d. Where d loosened it returns those ids that may be strict because of it.
func (b *batch) spread(d *ident) (more []*ident, err error) {
	d.spread = true
	var ids []string
	err = b.tx.Mentions(b.ctx, everything{}, d.id, func(_ string, r *store.Row) error {
		if b.all[r.Source].Owner == d.owner {
			ids = append(ids, r.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if err := b.load(ids); err != nil {
		return nil, err
	}
	if d.loose {
		ids = append(ids, d.id)
	}
	for _, id := range ids {
		x := b.identOf(d.owner, id)
		for _, n := range x.nodes {
			if n.item != nil {
				continue
			}
			if x == d && n.oldFlags&store.Check == 0 && !n.old.Unknown && !n.sro() {
				continue
			}
			b.touch(n)
			if d.loose && (n.oldFlags&store.Check != 0 || n.old.Unknown || n.sro()) && !(x.spread && x.loose) {
				x.loose = true
				more = append(more, x)
			}
		}
	}
	return more, nil
}

func (n *node) sro() bool { t := n.info().Type; return t == "relationship" || t == "sighting" }
