package pattern

import (
	"slices"
	"sort"
)

// task is a node to be satisfied inside a window.
type task struct {
	node node
	win  window
}

// decision is how many steps it takes to prepare for one task what is decided about it, next to a look at one observation.
const decision = 32

// solve finds observations for all tasks together, each bound once at most. A false answer is certain while steps are left.
//
// What has no order in time is a matching. Order and spans are turned into windows, one decision after the other, earliest first: the moment at
// which one part of a sequence is over, the moment at which a span begins. Decisions are dropped when even without the demands of time no
// matching is left. Tasks that have no candidate in common are solved apart.
func (b *binder) solve(tasks []task) ([]use, bool) {
	slots, rest, ok := flatten(tasks)
	if !ok || !b.spend(decision*(1+len(slots)+len(rest))) {
		return nil, false
	}
	if len(rest) == 0 {
		return b.assign(slots)
	}
	if len(slots)+len(rest) == 1 {
		return b.decide(rest[0], nil)
	}
	if _, ok := b.assign(relax(slots, rest)); !ok {
		return nil, false
	}
	if groups := b.apart(slots, rest); len(groups) > 1 {
		var bound []use
		for _, g := range groups {
			more, ok := b.solve(g)
			if !ok {
				return nil, false
			}
			bound = append(bound, more...)
		}
		return bound, true
	}
	at := max(0, slices.IndexFunc(rest, func(t task) bool { _, choice := t.node.(either); return !choice }))
	others := append(tasksOf(slots), slices.Delete(slices.Clone(rest), at, at+1)...)
	return b.decide(rest[at], others)
}

// flatten takes tasks apart down to slots and what is more than slots. It fails when a window is empty.
func flatten(tasks []task) (slots []slot, rest []task, ok bool) {
	slots = make([]slot, 0, len(tasks))
	for _, t := range tasks {
		switch n := t.node.(type) {
		case slot:
			n.win = n.win.meet(t.win)
			if n.win.empty() {
				return nil, nil, false
			}
			slots = append(slots, n)
		case all:
			inner := make([]task, len(n))
			for i := range n {
				inner[i] = task{n[i], t.win}
			}
			s, r, ok := flatten(inner)
			if !ok {
				return nil, nil, false
			}
			slots, rest = append(slots, s...), append(rest, r...)
		default:
			rest = append(rest, t)
		}
	}
	return slots, rest, true
}

func tasksOf(slots []slot) []task {
	tasks := make([]task, len(slots))
	for i, s := range slots {
		tasks[i] = task{s, always}
	}
	return tasks
}

// relax returns slots that must be filled whatever is decided.
func relax(slots []slot, rest []task) []slot {
	out := slices.Clone(slots)
	for _, t := range rest {
		t.node.slots(1, false, func(s slot, times int) {
			s.n, s.win = product(s.n, times), s.win.meet(t.win)
			out = append(out, s)
		})
	}
	return out
}

// apart groups tasks so that tasks of different groups have no candidate in common.
func (b *binder) apart(slots []slot, rest []task) [][]task {
	tasks := append(tasksOf(slots), rest...)
	group := make([]int, len(tasks))
	find := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	b.round++
	for i, t := range tasks {
		group[i] = i
		t.node.slots(1, true, func(s slot, _ int) {
			s.win = s.win.meet(t.win)
			b.each(s, func(o int32) bool {
				x := &b.scratch[o]
				if x.round == b.round {
					group[find(x.owner)] = find(i)
				}
				x.round, x.owner = b.round, i
				return true
			})
		})
	}
	var list [][]task
	index := make(map[int]int)
	for i, t := range tasks {
		g, ok := index[find(i)]
		if !ok {
			g = len(list)
			index[find(i)] = g
			list = append(list, nil)
		}
		list[g] = append(list[g], t)
	}
	return list
}

// decide tries what can be decided about a task, the others standing by.
func (b *binder) decide(t task, others []task) ([]use, bool) {
	with := func(more ...task) ([]use, bool) { return b.solve(append(slices.Clip(others), more...)) }
	switch n := t.node.(type) {
	case either:
		for _, choice := range n {
			if bound, ok := with(task{choice, t.win}); ok {
				return bound, true
			}
		}
	case span:
		if s, ok := n.node.(slot); ok && len(others) == 0 {
			s.win = s.win.meet(t.win)
			return b.crammed(s, n.length)
		}
		// The earliest moment of all is as late as it can be: the end of some candidate.
		for _, from := range b.starts(n.node, t.win) {
			w := t.win.meet(window{from, from.plus(n.length).justBefore()})
			if bound, ok := with(task{n.node, w}); ok {
				return bound, true
			}
			if b.steps <= 0 {
				break
			}
		}
	case sequence:
		if b.points && len(others) == 0 {
			return b.inOrder(n, t.win)
		}
		return b.split(n, t.win, with)
	case repeat:
		if len(others) == 0 {
			if bound, ok, certain := b.again(n, t.win); ok || certain {
				return bound, ok
			}
		}
		if n.n == 2 {
			return with(task{n.node, t.win}, task{n.node, t.win})
		}
		return with(task{n.node, t.win}, task{repeat{n.n - 1, n.node}, t.win})
	}
	return nil, false
}

// inOrder finds a sequence that stands alone among observations of one moment each. The first part may be over as soon as it can: whoever
// ends later can be replaced by what ends now, for all that follows is later still. The same holds of the first two parts together, and so on;
// parts are found together as long as they may compete for observations of the moment between them.
func (b *binder) inOrder(q sequence, w window) ([]use, bool) {
	var bound []use
	var open []task // parts whose observations may still change
	sources := b.sources(q)
	for i, n := range q {
		if i == len(q)-1 {
			open = append(open, task{n, w})
			break
		}
		over, ok := b.over(n, w, open)
		if !ok {
			return nil, false
		}
		open = append(open, task{n, window{w.lo, over}})
		w.lo = over
		if b.crowd(sources, over) > 1 {
			continue
		}
		// The one observation of this moment is taken: without it the part would have been over before.
		done, ok := b.solve(open)
		if !ok {
			return nil, false
		}
		bound, open, w.lo = append(bound, done...), nil, over.justAfter()
	}
	last, ok := b.solve(open)
	return append(bound, last...), ok
}

// over returns the first moment at which a part of a sequence can be over, together with those before it that are open.
func (b *binder) over(n node, w window, open []task) (moment, bool) {
	if s, ok := n.(slot); ok && len(open) == 0 {
		return b.filled(s, w)
	}
	ends := b.ends(n, w)
	at := sort.Search(len(ends), func(j int) bool {
		_, ok := b.solve(append(slices.Clip(open), task{n, window{w.lo, ends[j]}}))
		return ok
	})
	if at == len(ends) || b.steps <= 0 {
		return moment{}, false
	}
	return ends[at], true
}

// filled returns the first moment at which a slot alone can be full.
func (b *binder) filled(s slot, w window) (at moment, ok bool) {
	s.win = s.win.meet(w)
	need := s.n
	b.each(s, func(o int32) bool {
		need -= min(need, b.room[o])
		at = b.looks[o].time.lo
		return need > 0
	})
	return at, need == 0 && b.steps > 0
}

// sources returns a slot for each leaf that a node looks for, whenever that may be.
func (b *binder) sources(n node) []slot {
	known := make([]bool, len(b.leaves))
	var list []slot
	n.slots(1, true, func(s slot, _ int) {
		if !known[s.leaf] {
			known[s.leaf] = true
			list = append(list, slot{s.leaf, 1, always})
		}
	})
	return list
}

// crowd counts how many times the candidates of slots at one moment can be bound.
func (b *binder) crowd(slots []slot, at moment) int {
	var list []int32
	for _, s := range slots {
		s.win = s.win.meet(window{at, at})
		b.each(s, func(o int32) bool {
			list = append(list, o)
			return true
		})
	}
	slices.Sort(list)
	n := 0
	for _, o := range slices.Compact(list) {
		n += b.room[o]
	}
	return n
}

// crammed fills a slot within less than length. The window begins where some candidate ends, and holds all that have begun before its end but
// for those that are over before its beginning.
func (b *binder) crammed(s slot, length moment) ([]use, bool) {
	type event struct {
		at   moment
		room int
	}
	var begins, ends []event
	b.each(s, func(o int32) bool {
		t := b.looks[o].time.meet(s.win)
		begins, ends = append(begins, event{t.lo, b.room[o]}), append(ends, event{t.hi, b.room[o]})
		return true
	})
	order := func(x, y event) int { return x.at.compare(y.at) }
	slices.SortFunc(begins, order)
	slices.SortFunc(ends, order)
	room, next := 0, 0
	for _, from := range ends {
		w := window{from.at, from.at.plus(length).justBefore()}
		for ; next < len(begins) && !w.hi.before(begins[next].at); next++ {
			room += begins[next].room
		}
		if room >= s.n {
			s.win = s.win.meet(w)
			return b.assign([]slot{s})
		}
		room -= from.room
	}
	return nil, false
}

// split tries every moment at which the first part of a sequence can be over and the others can begin, the earliest first.
func (b *binder) split(q sequence, w window, with func(...task) ([]use, bool)) ([]use, bool) {
	first, after := q[0], node(q[1:])
	if len(q) == 2 {
		after = q[1]
	}
	ends := b.ends(first, w)
	possible := func(n node, w window) bool {
		_, ok := b.assign(relax(nil, []task{{n, w}}))
		return ok
	}
	from := sort.Search(len(ends), func(i int) bool { return possible(first, window{w.lo, ends[i]}) })
	for _, over := range ends[from:] {
		later := window{over, w.hi}
		if b.steps <= 0 || !possible(after, later) {
			break
		}
		if bound, ok := with(task{first, window{w.lo, over}}, task{after, later}); ok {
			return bound, true
		}
	}
	return nil, false
}

// ends returns, in order, the moments at which a node can be over at the earliest: each candidate is as early as it can be.
func (b *binder) ends(n node, w window) []moment {
	return b.moments(n, w, func(t, w window) moment { return t.meet(w).lo })
}

// starts returns, in order, the moments at which a node can begin at the latest: each candidate is as late as it can be. Among observations
// of one moment, a sequence begins with its first part.
func (b *binder) starts(n node, w window) []moment {
	for q, ok := n.(sequence); ok && b.points; q, ok = n.(sequence) {
		n = q[0]
	}
	return b.moments(n, w, func(t, w window) moment { return t.meet(w).hi })
}

func (b *binder) moments(n node, w window, f func(t, w window) moment) []moment {
	var list []moment
	n.slots(1, true, func(s slot, _ int) {
		s.win = s.win.meet(w)
		b.each(s, func(o int32) bool {
			list = append(list, f(b.looks[o].time, s.win))
			return true
		})
	})
	b.steps -= 4 * len(list) // to order them
	slices.SortFunc(list, moment.compare)
	return slices.Compact(list)
}
