package pattern

import (
	"slices"
	"sort"
)

// A binder looks for observations that satisfy a tree of nodes. What each leaf holds of is known; which observation serves which slot is a
// question of matching and of time.
type binder struct {
	times      []window  // of each observation
	room       []int     // how many more times each may be bound: number_observed
	candidates [][]int32 // of each leaf, by first moment
	reach      [][]moment
	points     bool // every candidate was seen at one moment
	steps      int  // what is left of the budget

	// Scratch of assign and apart. What is older than the round counts as empty.
	round   uint32
	rounds  []uint32
	touched []int32 // the observations of this round
	left    []int
	owner   []int // the task that has been seen with an observation
	held    [][]holder
	order   []int32
	from    []origin
}

// use says how many times an observation is bound.
type use struct {
	observation int32
	n           int
}

// holder says that a slot holds an observation so many times.
type holder struct {
	slot int32
	n    int
}

// origin says how the search for a place came to a slot: another slot would take one of its observations.
type origin struct {
	slot, observation int32
	seen              bool
}

// newBinder sorts the candidates by time.
func newBinder(looks []Look, candidates [][]int32, steps int) *binder {
	n := len(looks)
	b := &binder{times: make([]window, n), room: make([]int, n), candidates: candidates, points: true, steps: steps,
		rounds: make([]uint32, n), left: make([]int, n), owner: make([]int, n), held: make([][]holder, n)}
	for i := range looks {
		b.times[i], b.room[i] = looks[i].time, looks[i].room
	}
	b.reach = make([][]moment, len(candidates))
	for i, list := range candidates {
		slices.SortStableFunc(list, func(x, y int32) int { return b.times[x].lo.compare(b.times[y].lo) })
		b.reach[i] = make([]moment, len(list))
		latest := ever
		for j, o := range list {
			if latest.before(b.times[o].hi) {
				latest = b.times[o].hi
			}
			b.reach[i][j] = latest
			b.points = b.points && b.times[o].lo == b.times[o].hi
		}
	}
	return b
}

// spend takes steps off the budget and says whether any were left.
func (b *binder) spend(n int) bool {
	b.steps -= n
	return b.steps > 0
}

// inside returns the candidates of a slot from the first that can be inside its window; those behind the window end the walk of the caller.
func (b *binder) inside(s slot) []int32 {
	reach := b.reach[s.leaf]
	from := sort.Search(len(reach), func(i int) bool { return !reach[i].before(s.win.lo) })
	return b.candidates[s.leaf][from:]
}

// each calls f with the candidates of a slot inside its window until f says stop.
func (b *binder) each(s slot, f func(o int32) (more bool)) {
	for _, o := range b.inside(s) {
		b.steps--
		if s.win.hi.before(b.times[o].lo) {
			return
		}
		if b.times[o].touches(s.win) && !f(o) {
			return
		}
	}
}

// assign finds different observations for slots, as many as each asks for: a matching of a bipartite graph by augmenting paths.
func (b *binder) assign(slots []slot) ([]use, bool) {
	b.round++
	b.touched = b.touched[:0]
	for i, s := range slots {
		need := s.n
		b.each(s, func(o int32) bool {
			b.fresh(o)
			if n := min(need, b.left[o]); n > 0 {
				b.left[o] -= n
				b.hold(o, int32(i), n)
				need -= n
			}
			return need > 0
		})
		for ; need > 0; need-- {
			if !b.spend(1) || !b.augment(slots, int32(i)) {
				return nil, false
			}
		}
	}
	var uses []use
	for _, o := range b.touched {
		if n := b.room[o] - b.left[o]; n > 0 {
			uses = append(uses, use{o, n})
		}
	}
	return uses, true
}

// fresh prepares what is known of an observation for this round.
func (b *binder) fresh(o int32) {
	if b.rounds[o] != b.round {
		b.rounds[o], b.left[o], b.held[o] = b.round, b.room[o], b.held[o][:0]
		b.touched = append(b.touched, o)
	}
}

// hold adds n to what a slot holds of an observation.
func (b *binder) hold(o, s int32, n int) {
	for i := range b.held[o] {
		if h := &b.held[o][i]; h.slot == s {
			h.n += n
			return
		}
	}
	b.held[o] = append(b.held[o], holder{s, n})
}

// augment finds one more observation for a slot, moving others to other observations where that helps.
func (b *binder) augment(slots []slot, start int32) bool {
	b.from = append(b.from[:0], make([]origin, len(slots))...)
	b.from[start].seen = true
	b.order = append(b.order[:0], start)
	for at := 0; at < len(b.order); at++ {
		s := b.order[at]
		found := int32(-1)
		b.each(slots[s], func(o int32) bool {
			b.fresh(o)
			if b.left[o] > 0 {
				found = o
				return false
			}
			for _, h := range b.held[o] {
				if h.n > 0 && !b.from[h.slot].seen {
					b.from[h.slot] = origin{s, o, true}
					b.order = append(b.order, h.slot)
				}
			}
			return b.steps > 0
		})
		if found >= 0 {
			b.left[found]--
			b.hold(found, s, 1)
			for s != start {
				f := b.from[s]
				b.hold(f.observation, s, -1)
				b.hold(f.observation, f.slot, 1)
				s = f.slot
			}
			return true
		}
	}
	return false
}
