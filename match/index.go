package match

import (
	"errors"
	"sync"
	"sync/atomic"
)

// Index holds values in memory. It is read by any number of goroutines while one changes it: readers see all of a change or nothing.
type Index struct {
	now  atomic.Pointer[state]
	mu   sync.Mutex // held while changing
	late []Entry    // what came since base was built; protected by mu
	gone map[string]bool
}

// A state is one moment of an Index: what was built, what came since, and which claims of the base no longer count.
type state struct {
	base, delta *core
	gone        map[uint32]bool // claims of base
}

// Entry is values with what is said about them.
type Entry struct {
	Values   []Value
	Claim    Claim
	Compound *Compound // instead of values
}

// mergeAt is how large the delta may grow, as a part of the base, before both are built anew.
const mergeAt = 16

// Index seals what was gathered. The Builder is not to be used after it.
func (b *Builder) Index() (*Index, error) {
	if err := b.c.seal(); err != nil {
		return nil, err
	}
	x := &Index{gone: map[string]bool{}}
	x.now.Store(&state{base: b.c})
	return x, nil
}

// Len is how many values there are; a value that was updated may count twice until the next merge.
func (x *Index) Len() int {
	s := x.now.Load()
	n := s.base.len()
	if s.delta != nil {
		n += s.delta.len()
	}
	return n
}

// Update takes out what the indicators with these ids said, then adds entries: a new version is both. Matchers see the change with their
// next record.
func (x *Index) Update(add []Entry, remove []string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	old := x.now.Load()
	gone := map[string]bool{}
	for _, id := range remove {
		gone[id], x.gone[id] = true, true
	}
	kept := make([]Entry, 0, len(x.late)+len(add))
	for _, e := range x.late {
		if !gone[e.Claim.ID] || e.Claim.ID == "" {
			kept = append(kept, e)
		}
	}
	x.late = append(kept, add...)
	next := &state{base: old.base, gone: old.base.claimsOf(x.gone)}
	n := 0
	for _, e := range x.late {
		n += len(e.Values)
	}
	if n > 1000 && n > old.base.len()/mergeAt {
		return x.merge(next)
	}
	var err error
	if next.delta, err = build(x.late); err != nil {
		return err
	}
	x.now.Store(next)
	return nil
}

// build makes a core of entries.
func build(entries []Entry) (*core, error) {
	c := newCore()
	for i := range entries {
		if err := c.addEntry(&entries[i]); err != nil {
			return nil, err
		}
	}
	return c, c.seal()
}

func (c *core) addEntry(e *Entry) error {
	if e.Compound == nil {
		b := Builder{c}
		return b.AddAll(e.Values, e.Claim)
	}
	err := c.addCompound(e.Compound, c.claims.add(&e.Claim))
	if errors.Is(err, errAlways) {
		return nil // it is counted
	}
	return err
}

// merge builds one base of the old one, without what is gone, and of what came since.
func (x *Index) merge(s *state) error {
	c := newCore()
	if err := s.base.copyTo(c, s.gone); err != nil {
		return err
	}
	for i := range x.late {
		if err := c.addEntry(&x.late[i]); err != nil {
			return err
		}
	}
	if err := c.seal(); err != nil {
		return err
	}
	x.late, x.gone = nil, map[string]bool{}
	x.now.Store(&state{base: c})
	return nil
}

// copyTo adds all values of one core to another, except the claims that are gone.
func (c *core) copyTo(to *core, gone map[uint32]bool) error {
	number := map[uint32]uint32{}
	moved := func(claim uint32) uint32 {
		n, ok := number[claim]
		if !ok {
			whole := c.claims.get(claim)
			n = to.claims.add(&whole)
			number[claim] = n
		}
		return n
	}
	for n, p := range c.compounds {
		if gone[n] {
			continue
		}
		if err := to.addCompound(p, moved(n)); err != nil && !errors.Is(err, errAlways) {
			return err
		}
	}
	for n := range uint32(c.table.len()) {
		class, r, key := c.table.value(n)
		v := Value{Class: class, rule: r, key: string(key)}
		var err error
		c.table.about(n, func(claim uint32) {
			if !gone[claim] && c.compounds[claim] == nil && err == nil {
				err = to.addValue(&v, moved(claim))
			}
		})
		if err != nil {
			return err
		}
	}
	for p, about := range c.nets.All() {
		v := Value{Class: Network, net: p}
		for _, claim := range about {
			if !gone[claim] && c.compounds[claim] == nil {
				if err := to.addValue(&v, moved(claim)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// claimsOf finds the claims of indicators.
func (cs *claims) claimsOf(ids map[string]bool) map[uint32]bool {
	if len(ids) == 0 {
		return nil
	}
	type packed struct {
		prefix string
		uuid   [16]byte
	}
	want := make(map[packed]bool, len(ids))
	for id := range ids {
		p, u := packID(id)
		want[packed{p, u}] = true
	}
	out := map[uint32]bool{}
	for n := range cs.rows {
		r := &cs.rows[n]
		if want[packed{cs.terms[r.terms].idPrefix, r.id}] {
			out[uint32(n)] = true
		}
	}
	return out
}
