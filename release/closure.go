package release

import (
	"encoding/json"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
)

// Objects that refer to each other are decided together: what is left out of one changes those that refer to it, also in circles. All
// begin as whole; whoever loses a part becomes a copy, whoever loses what it cannot be without is withheld, and so on until nothing
// changes. The outcome does not depend on where looking began.

// shape is how a view shows an object, each stricter than the one before.
type shape uint8

const (
	whole    shape = iota // as it is
	redacted              // as a copy: parts are left out, or references lead to copies
	withheld              // not at all
)

// sight is one assertion with flag Check, looked at by this view.
type sight struct {
	shape    shape
	id       string
	o        *stix.Object // nil once it is decided
	l        label.Label
	v20      bool
	cut      []string // what its own markings take away
	mentions []mention
}

// mention is a reference from a sight.
type mention struct {
	stix.Ref
	to    *target
	takes []string // of a granular marking: what it binds
}

// target is an id as this view shows it.
type target struct {
	whole  bool     // some assertion leaves as it is
	sights []*sight // those that had to be looked at
	beyond bool     // more than is looked at
	from   []*sight // who mentions it among those that are being decided
}

func (t *target) shape() shape {
	if t.whole {
		return whole
	}
	best := withheld
	for _, s := range t.sights {
		best = min(best, s.shape)
	}
	return best
}

// Bounds of what is decided together. What is beyond counts as withheld.
const (
	maxSights     = 20_000
	maxSightBytes = 64 << 20
)

// look says how the view shows an assertion with flag Check.
func (g *glance) look(r *store.Row) (*sight, error) {
	if s, ok := g.sights[r.OID]; ok {
		return s, nil
	}
	if g.sights == nil || len(g.sights) > maxSights { // what is remembered saves work, no more
		g.sights, g.targets, g.knowing = map[store.OID]*sight{}, map[string]*target{}, map[string]bool{}
	}
	g.net, g.netBytes = 0, 0
	first, err := g.see(r)
	if err != nil {
		return nil, err
	}
	var net []*sight
	for queue := []*sight{first}; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		net = append(net, s)
		more, err := g.follow(s)
		if err != nil {
			return nil, err
		}
		queue = append(queue, more...)
		for _, m := range s.mentions {
			m.to.from = append(m.to.from, s)
		}
	}
	if err := g.settle(net); err != nil {
		return nil, err
	}
	for _, s := range net { // only the shapes are needed from here on
		for _, m := range s.mentions {
			m.to.from = nil
		}
		*s = sight{shape: s.shape}
	}
	return first, nil
}

// see reads an assertion and finds what its own markings take away.
func (g *glance) see(r *store.Row) (*sight, error) {
	s := &sight{id: r.ID, l: g.labelOf(r.Label), v20: r.Flags&store.V20 != 0}
	g.sights[r.OID] = s
	g.looked = g.looked || !g.own(s.l) // one's own looks the same at every moment
	g.net++
	g.netBytes += len(r.Raw)
	o, err := stix.Parse(slices.Clone(r.Raw))
	if err != nil {
		s.shape = withheld // it was read once; if it cannot be now, it does not leave
		return s, nil
	}
	s.o = o
	s.cut, err = g.taken(o, s.l)
	return s, err
}

// follow finds what a sight refers to, and returns what has not been looked at before.
func (g *glance) follow(s *sight) (more []*sight, err error) {
	if s.o == nil {
		return nil, nil
	}
	granular := s.o.Granular()
	for _, ref := range s.o.Refs() {
		ref.ID = strings.ToLower(ref.ID)
		m := mention{Ref: ref}
		switch ref.Kind {
		case "object_marking_refs", "marking_ref":
			if _, fixed := stix.TLPOf(ref.ID); fixed {
				continue
			}
			for _, gm := range granular {
				if ref.Kind == "marking_ref" && strings.EqualFold(gm.MarkingRef, ref.ID) {
					m.takes = append(m.takes, gm.Selectors...)
				}
			}
		}
		fresh, err := g.target(ref.ID, &m)
		if err != nil {
			return nil, err
		}
		more = append(more, fresh...)
		s.mentions = append(s.mentions, m)
	}
	return more, nil
}

// target finds how an id is shown, and returns the sights of it that are new.
func (g *glance) target(id string, m *mention) (fresh []*sight, err error) {
	if t, ok := g.targets[id]; ok {
		m.to = t
		return nil, nil
	}
	m.to = &target{}
	g.targets[id] = m.to
	return fresh, g.snap.ByID(g.ctx, g.set, id, func(r *store.Row) error {
		if r.Flags&store.Quarantined != 0 && !g.operator() {
			return nil
		}
		if r.Flags&store.Check == 0 {
			m.to.whole = true
			return nil
		}
		s, known := g.sights[r.OID]
		if !known {
			if g.net >= maxSights || g.netBytes >= maxSightBytes {
				m.to.beyond = true
				return nil
			}
			if s, err = g.see(r); err != nil {
				return err
			}
			fresh = append(fresh, s)
		}
		m.to.sights = append(m.to.sights, s)
		return nil
	})
}

// settle finds the loosest shapes that agree with each other.
func (g *glance) settle(net []*sight) error {
	for todo := net; len(todo) > 0; {
		type verdict struct {
			s  *sight
			to shape
		}
		var moved []verdict
		for _, s := range todo {
			to, err := g.judge(s)
			if err != nil {
				return err
			}
			if to > s.shape {
				moved = append(moved, verdict{s, to})
			}
		}
		next := map[*sight]bool{}
		todo = nil
		for _, v := range moved { // all at once, so that the order of the net does not matter
			v.s.shape = v.to
		}
		for _, v := range moved {
			t, ok := g.targets[v.s.id]
			if !ok {
				continue // nobody refers to it
			}
			for _, s := range t.from {
				if !next[s] {
					next[s] = true
					todo = append(todo, s)
				}
			}
		}
	}
	return nil
}

// judge is the shape of a sight while those that it mentions have the shapes they have.
func (g *glance) judge(s *sight) (shape, error) {
	if s.o == nil {
		return s.shape, nil
	}
	c, err := g.changes(s)
	switch {
	case err != nil || c.none:
		return withheld, err
	case len(c.cut) == 0 && len(c.rename) == 0:
		return whole, nil
	}
	if _, ok := g.copyWithout(s, c); !ok {
		return withheld, nil
	}
	return redacted, nil
}

// changes is what must be done to an object before it leaves.
type changes struct {
	none   bool // it does not leave at all
	cut    []string
	rename map[string]string // path of a reference to the id of the copy
}

func (g *glance) changes(s *sight) (c changes, err error) {
	c.cut, c.rename = slices.Clone(s.cut), map[string]string{}
	for _, m := range s.mentions {
		switch m.to.shape() {
		case redacted:
			g.toCopy(s, m, &c)
		case withheld:
			goes := m.to.beyond
			if !goes {
				if goes, err = g.privy(s.l, m.ID); err != nil {
					return c, err
				}
			}
			if goes {
				m.drop(&c)
			}
		}
	}
	return c, nil
}

// toCopy changes an object that mentions one of which only a copy is shown.
func (g *glance) toCopy(s *sight, m mention, c *changes) {
	switch id, ok := g.alias(m.ID); {
	case !ok, s.o.Type == "language-content": // a translation could tell what was left out of the copy (STIX 2.1 §7.1)
		c.none = true
	case m.Kind == "extensions": // the name of a member, which cannot be changed alone
		c.cut = append(c.cut, m.Path)
	default:
		c.rename[m.Path] = id
	}
}

// drop leaves out a reference to something that is not shown; an object that cannot be without it has no copy. Whoever cannot see the definition of a marking cannot keep to it, and so
// does not get what it binds.
func (m mention) drop(c *changes) {
	switch {
	case m.Kind == "object_marking_refs":
		c.none = true
	case m.Kind == "marking_ref":
		c.cut = append(c.cut, m.takes...)
	default:
		c.cut = append(c.cut, m.unit())
	}
}

// unit is the least part that can be left out with a reference: an external reference makes no sense by halves (STIX 2.1 §2.5).
func (m mention) unit() string {
	if rest, ok := strings.CutPrefix(m.Path, "external_references."); ok {
		item, _, _ := strings.Cut(rest, ".")
		return "external_references." + item
	}
	return m.Path
}

// privy says whether the organisation that said something holds an object that it mentions. If not, the mention is what it said, and
// stays: it can neither show that somebody else holds the object nor be made to vanish by it.
func (g *glance) privy(holder label.Label, id string) (bool, error) {
	key := holder.Owner + "\n" + id
	if holder.Mixed {
		key = "\n" + key
	}
	if known, ok := g.knowing[key]; ok {
		return known, nil
	}
	heads, err := g.snap.Heads(g.ctx, []string{id})
	if err != nil {
		return false, err
	}
	known := false
	for _, h := range heads[id] {
		l := g.labelOf(h.Label)
		known = known || l.Owner == holder.Owner || l.Mixed || holder.Mixed
	}
	if !known {
		if known, err = g.goneHidden(holder.Owner, id); err != nil {
			return false, err
		}
	}
	g.knowing[key] = known
	return known, nil
}

// goneHidden says that an organisation held an object that it has deleted since, under a label that hides it from the subject: its id is
// still not for the subject. The record is intake's (intake/delete.go).
func (g *glance) goneHidden(owner, id string) (bool, error) {
	raw, err := g.snap.Record(g.ctx, "gone", owner+"/"+id)
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var doc struct{ Label string }
	if err := json.Unmarshal(raw, &doc); err != nil {
		return true, nil // what cannot be read is for nobody
	}
	l, err := label.Parse(doc.Label)
	return err != nil || !decide(g.r.policy, g.s, l, g.a, g.now).Allow, nil
}
