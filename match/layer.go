package match

import (
	"cmp"
	"errors"
	"slices"
)

// A state is one moment of an Index: layers, the oldest first, which together hold what it holds. What comes makes a new layer, what goes is struck out
// where it stands, and layers of like size are merged, so that the cost of a change does not grow with what is held. A state is never changed.
type state struct{ layers []*layer }

// A layer is a core without what was struck out of it since it was built.
type layer struct {
	*core
	gone claimSet

	// tell, when it is set, is asked about each claim before it is told of a value, and may change it. Several goroutines may ask at once.
	tell func(c *Claim, value string) bool
}

// mergeAt is how many times as large as all newer ones together a layer may be and is still merged with them.
const mergeAt = 4

// claimSet is a set of claims of one core. It is never changed.
type claimSet struct {
	bits []uint64
	n    int
}

func (s *claimSet) has(claim uint32) bool {
	at := int(claim / 64)
	return at < len(s.bits) && s.bits[at]>>(claim%64)&1 != 0
}

// with is the set with other claims.
func (s *claimSet) with(claims []uint32) claimSet {
	out := claimSet{slices.Clone(s.bits), s.n}
	for _, c := range claims {
		if at := int(c / 64); at >= len(out.bits) {
			out.bits = append(out.bits, make([]uint64, at+1-len(out.bits))...)
		}
		if !out.has(c) {
			out.bits[c/64] |= 1 << (c % 64)
			out.n++
		}
	}
	return out
}

func (s *state) len() int {
	n := 0
	for _, l := range s.layers {
		n += l.core.len()
	}
	return n
}

// with is the state with what came.
func (s *state) with(c *core) *state {
	if c.count() == 0 {
		return s
	}
	return &state{append(slices.Clip(s.layers), &layer{core: c})}
}

// without is the state with the claims of some names struck out.
func (s *state) without(names []claimName) *state {
	if len(names) == 0 {
		return s
	}
	next := &state{slices.Clone(s.layers)}
	for i, l := range s.layers {
		var struck []uint32
		for _, name := range names {
			struck = l.claims.named(struck, name)
		}
		if len(struck) > 0 {
			next.layers[i] = &layer{core: l.core, gone: l.gone.with(struck), tell: l.tell}
		}
	}
	return next
}

// due is the first of the layers that should be one, up to the newest; -1 when all is well. Those before least, and those with which there would be more
// than limit claims to move, are left alone.
func (s *state) due(least, limit int) int {
	from, newer := -1, 0
	for i := len(s.layers) - 1; i >= least; i-- {
		l := s.layers[i]
		if newer+l.count() > limit {
			break
		}
		if newer > 0 && l.count() <= mergeAt*newer || 2*l.gone.n > l.count() {
			from = i
		}
		newer += l.count()
	}
	return from
}

// merged is the state with the layers from one on made one.
func (s *state) merged(from int) (*state, error) {
	c, err := merge(s.layers[from:])
	if err != nil {
		return nil, err
	}
	return (&state{s.layers[:from:from]}).with(c), nil
}

// merge makes one core of several, without what was struck out.
func merge(layers []*layer) (*core, error) {
	c := newCore()
	values := 0
	for _, l := range layers {
		values += l.core.table.len()
	}
	c.table.grow(max(len(c.table.slots), values*3/2))
	moves := make([]*move, len(layers))
	for i, l := range layers {
		moves[i] = &move{l, c, make([]uint32, l.count())}
	}
	claimsInOrder(moves)
	for _, m := range moves {
		if err := m.rest(); err != nil {
			return nil, err
		}
	}
	return c, c.seal()
}

// A move takes what a layer holds to another core.
type move struct {
	*layer
	to    *core
	there []uint32 // number of a claim in the other core, plus one
}

func (m *move) claim(n uint32) uint32 {
	if m.there[n] == 0 {
		whole := m.claims.get(n)
		m.there[n] = m.to.claims.add(&whole) + 1
	}
	return m.there[n] - 1
}

// claimsInOrder moves the claims that have keys, so that these rise again, see finder.
func claimsInOrder(moves []*move) {
	type keyed struct {
		key int64
		m   *move
		n   uint32
	}
	var all []keyed
	for _, m := range moves {
		for n := uint32(0); m.keyed && int(n) < m.count(); n++ {
			if m.holds(n) || m.silent(n) && !m.gone.has(n) {
				all = append(all, keyed{m.key(n), m, n})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	for _, k := range all {
		k.m.claim(k.n)
	}
}

// rest moves what the claims are about.
func (m *move) rest() error {
	l, to, moved := m.layer, m.to, m.claim
	for n, p := range l.compounds {
		if !l.holds(n) {
			continue
		}
		if err := to.addCompound(p, moved(n)); err != nil && !errors.Is(err, errAlways) {
			return err
		}
	}
	for n := range uint32(l.table.len()) {
		class, r, key := l.table.value(n)
		v := Value{Class: class, rule: r, key: string(key)}
		var err error
		l.table.about(n, func(claim uint32) {
			if l.holds(claim) && l.compounds[claim] == nil && err == nil {
				err = to.addValue(&v, moved(claim))
			}
		})
		if err != nil {
			return err
		}
	}
	for p, about := range l.nets.All() {
		v := Value{Class: Network, net: p}
		for _, claim := range about {
			if l.holds(claim) && l.compounds[claim] == nil {
				if err := to.addValue(&v, moved(claim)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// holds says that a claim was neither struck out nor retired.
func (l *layer) holds(claim uint32) bool { return !l.gone.has(claim) && !l.never(claim) }
