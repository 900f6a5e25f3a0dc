package pattern

import "slices"

// Where few observations take part, every set of them that a node can bind is listed. Windows are made as solve makes them, but for each part apart:
// solve tries what one part can do with everything that the others can do, which for parts without a common demand, alternatives repeated for
// example, is the same over and over.

// fewTimes is how many times all observations together may be bound for sets of them to be listed: each is a bit.
const fewTimes = 18

// fewSteps is how long is searched before it is asked whether sets can be listed instead.
const fewSteps = 1 << 14

// pairsOfStep is how many pairs of sets are joined in the time of a step of the search.
const pairsOfStep = 16

// set has a bit for each time that an observation may be bound.
type set uint32

// find finds observations for a node: by searching, and where that takes long and few take part by listing.
func (b *binder) find(n node) ([]use, bool) {
	spare := b.steps - min(b.steps, fewSteps)
	b.steps -= spare
	bound, ok := b.solve([]task{{n, always}})
	if ok || b.steps > 0 || spare == 0 {
		return bound, ok
	}
	b.steps = spare
	if bits, few := b.bits(n); few {
		return b.list(n, bits)
	}
	return b.solve([]task{{n, always}})
}

// bits lists each candidate as often as it may be bound, if these are few.
func (b *binder) bits(n node) (bits []int32, few bool) {
	demand := 0
	n.slots(1, true, func(s slot, times int) { demand = min(demand+product(s.n, times), maxDemand) })
	b.round++
	for _, l := range b.leaves {
		for _, o := range l.candidates {
			if b.scratch[o].round == b.round {
				continue
			}
			b.scratch[o].round = b.round
			times := min(b.room[o], demand)
			if len(bits)+times > fewTimes {
				return nil, false
			}
			bits = append(bits, slices.Repeat([]int32{o}, times)...)
		}
	}
	return bits, true
}

// list finds observations for a node by listing.
func (b *binder) list(n node, bits []int32) (bound []use, ok bool) {
	l := lister{binder: b, of: make([]set, len(b.room)), seen: make([]uint32, 1<<len(bits))}
	for i, o := range bits {
		l.of[o] |= 1 << i
	}
	sets := l.sets(n, always)
	if len(sets) == 0 {
		return nil, false
	}
	first := slices.Min(sets)
	for i, o := range bits {
		if first>>i&1 == 1 {
			bound = append(bound, use{o, 1})
		}
	}
	return bound, true
}

// A lister lists the sets that nodes can bind.
type lister struct {
	*binder
	of    []set    // the bits of each observation
	seen  []uint32 // of each set, in which list it was
	round uint32   // of lists
}

// sets lists what a node can bind inside a window, each set once.
func (l *lister) sets(n node, w window) []set {
	if l.steps <= 0 {
		return nil
	}
	switch n := n.(type) {
	case slot:
		n.win = n.win.meet(w)
		var ones []set
		l.each(n, func(o int32) bool {
			for s := l.of[o]; s != 0; s &= s - 1 {
				ones = append(ones, s&-s)
			}
			return true
		})
		return l.times(n.n, ones)
	case all:
		list := []set{0}
		for _, part := range n {
			list = l.joined(list, l.sets(part, w))
		}
		return list
	case either:
		var list []set
		for _, choice := range n {
			list = append(list, l.sets(choice, w)...)
		}
		return l.once(list)
	case span:
		var list []set
		for _, from := range l.starts(n.node, w) {
			list = append(list, l.sets(n.node, w.meet(window{from, from.plus(n.length).justBefore()}))...)
		}
		return l.once(list)
	case sequence:
		return l.inTurn(n, w)
	case repeat:
		return l.times(n.n, l.sets(n.node, w))
	}
	panic("pattern: a node of no kind")
}

// times lists the unions of n sets that have nothing in common.
func (l *lister) times(n int, sets []set) []set {
	list := []set{0}
	for ; n > 0 && len(list) > 0; n-- {
		list = l.joined(list, sets)
	}
	return list
}

// joined lists the unions of two sets that have nothing in common.
func (l *lister) joined(left, right []set) []set {
	if !l.spend(1 + len(left)*len(right)/pairsOfStep) {
		return nil
	}
	l.round++
	var list []set
	for _, x := range left {
		for _, y := range right {
			if x&y == 0 && l.seen[x|y] != l.round {
				l.seen[x|y] = l.round
				list = append(list, x|y)
			}
		}
	}
	return list
}

// once leaves out what is listed again.
func (l *lister) once(list []set) []set {
	l.steps -= len(list) / pairsOfStep
	l.round++
	kept := list[:0]
	for _, s := range list {
		if l.seen[s] != l.round {
			l.seen[s] = l.round
			kept = append(kept, s)
		}
	}
	return kept
}

// inTurn lists what a sequence can bind, going from part to part with the moments at which what came before can be over.
func (l *lister) inTurn(q sequence, w window) []set {
	over := map[moment][]set{w.lo: {0}}
	for _, part := range q {
		next := make(map[moment][]set)
		for lo, before := range over {
			for _, hi := range l.ends(part, window{lo, w.hi}) {
				next[hi] = append(next[hi], l.joined(before, l.sets(part, window{lo, hi}))...)
			}
		}
		for at, list := range next {
			next[at] = l.once(list)
		}
		over = next
	}
	var list []set
	for _, sets := range over {
		list = append(list, sets...)
	}
	return l.once(list)
}
