package pattern

import (
	"slices"
	"sort"
)

// A binder looks for observations that satisfy a tree of nodes. What each leaf holds of is known; which observation serves which slot is a
// question of matching and of time.
type binder struct {
	looks   []Look
	room    []int  // how many more times each may be bound: number_observed
	leaves  []roll // the candidates of each
	points  bool   // every candidate was seen at one moment
	steps   int    // what is left of the budget
	round   uint32
	scratch []scratch // of each observation
	touched []int32   // the observations of this round
	order   []int32
	from    []origin
}

// roll holds candidates by first moment, and until when those up to each reach.
type roll struct {
	candidates []int32
	reach      []moment
}

// scratch is what assign and apart know of an observation. What is older than the round counts as empty.
type scratch struct {
	round uint32
	left  int
	owner int // the task that has been seen with the observation
	held  []holder
	one   [1]holder // where the first lies
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

// newBinder sorts the candidates by time. It takes those that are sure.
func newBinder(looks []Look, found []candidates, steps int) *binder {
	b := &binder{looks: looks, room: make([]int, len(looks)), leaves: make([]roll, len(found)), scratch: make([]scratch, len(looks)), points: true, steps: steps}
	for i := range looks {
		b.room[i] = looks[i].room
	}
	total := 0
	for _, c := range found {
		total += len(c.sure)
	}
	reaches := make([]moment, total)
	for i, c := range found {
		list := c.sure
		slices.SortStableFunc(list, func(x, y int32) int { return looks[x].time.lo.compare(looks[y].time.lo) })
		reach, latest := reaches[:len(list):len(list)], ever
		reaches = reaches[len(list):]
		for j, o := range list {
			if latest.before(looks[o].time.hi) {
				latest = looks[o].time.hi
			}
			reach[j] = latest
			b.points = b.points && looks[o].time.lo == looks[o].time.hi
		}
		b.leaves[i] = roll{list, reach}
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
	l := &b.leaves[s.leaf]
	from := sort.Search(len(l.reach), func(i int) bool { return !l.reach[i].before(s.win.lo) })
	return l.candidates[from:]
}

// each calls f with the candidates of a slot inside its window until f says stop.
func (b *binder) each(s slot, f func(o int32) (more bool)) {
	for _, o := range b.inside(s) {
		b.steps--
		if s.win.hi.before(b.looks[o].time.lo) {
			return
		}
		if b.looks[o].time.touches(s.win) && !f(o) {
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
			x := b.fresh(o)
			if n := min(need, x.left); n > 0 {
				x.left -= n
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
	uses := make([]use, 0, len(b.touched))
	for _, o := range b.touched {
		if n := b.room[o] - b.scratch[o].left; n > 0 {
			uses = append(uses, use{o, n})
		}
	}
	return uses, true
}

// fresh returns what is known of an observation in this round.
func (b *binder) fresh(o int32) *scratch {
	x := &b.scratch[o]
	if x.round != b.round {
		if x.held == nil {
			x.held = x.one[:0]
		}
		x.round, x.left, x.held = b.round, b.room[o], x.held[:0]
		b.touched = append(b.touched, o)
	}
	return x
}

// hold adds n to what a slot holds of an observation.
func (b *binder) hold(o, s int32, n int) {
	x := &b.scratch[o]
	for i := range x.held {
		if h := &x.held[i]; h.slot == s {
			h.n += n
			return
		}
	}
	x.held = append(x.held, holder{s, n})
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
			x := b.fresh(o)
			if x.left > 0 {
				found = o
				return false
			}
			for _, h := range x.held {
				if h.n > 0 && !b.from[h.slot].seen {
					b.from[h.slot] = origin{s, o, true}
					b.order = append(b.order, h.slot)
				}
			}
			return b.steps > 0
		})
		if found >= 0 {
			b.scratch[found].left--
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
