package pattern

import (
	"slices"
	"sort"
)

// again finds a repeated node that stands alone. The answer is certain, whatever it is, where a way is known that cannot miss; else a
// repetition that was not found one after the other may still be there.
func (b *binder) again(r repeat, w window) (bound []use, ok, certain bool) {
	if b.points {
		switch n := r.node.(type) {
		case sequence:
			if roles, single := rolesOf(n, w); single {
				bound, ok = b.weave(r.n, roles)
				return bound, ok, true
			}
		case span:
			if s, one := n.node.(slot); one {
				s.win = s.win.meet(w)
				bound, ok = b.bunches(r.n, s, n.length)
				return bound, ok, true
			}
		}
	}
	bound, ok = b.oneByOne(r, w)
	return bound, ok, b.points && b.unmixed(r.node, w)
}

// unmixed says whether a node is a group of brackets that have no candidate in common. Then taking the first that is complete, made of the oldest
// observations, cannot be a mistake: any other choice can be exchanged for it. With order between more than three brackets that is not so.
func (b *binder) unmixed(n node, w window) bool {
	if p, ok := n.(span); ok {
		n = p.node
	}
	var parts []node
	switch n := n.(type) {
	case all:
		parts = n
	case sequence:
		if _, single := rolesOf(n, w); !single || len(n) > 3 {
			return false
		}
		parts = n
	default:
		return false
	}
	seen := make(map[int32]bool)
	mixed := false
	for _, p := range parts {
		s, ok := p.(slot)
		if !ok {
			return false
		}
		s.win = s.win.meet(w)
		b.each(s, func(o int32) bool {
			mixed = mixed || seen[o]
			seen[o] = true
			return !mixed
		})
	}
	return !mixed
}

// oneByOne takes what is over first, then what is over first among the rest, and so on.
func (b *binder) oneByOne(r repeat, w window) ([]use, bool) {
	room := slices.Clone(b.room)
	defer copy(b.room, room)
	ends := b.ends(r.node, w)
	var bound []use
	for range r.n {
		at := sort.Search(len(ends), func(i int) bool {
			_, ok := b.solve([]task{{r.node, window{w.lo, ends[i]}}})
			return ok
		})
		if at == len(ends) {
			return nil, false
		}
		found, ok := b.solve([]task{{r.node, window{w.lo, ends[at]}}})
		if !ok {
			return nil, false
		}
		for _, u := range found {
			b.room[u.observation] -= u.n
		}
		bound = append(bound, found...)
		ends = ends[at:]
	}
	return bound, true
}

// bunches finds n groups of s.n observations each within less than length. On a line it is enough to take, again and again, the group that is
// complete first: nothing older can be part of a later one.
func (b *binder) bunches(n int, s slot, length moment) ([]use, bool) {
	var line []int32 // an observation as often as it may be bound
	want := product(n, s.n)
	b.each(s, func(o int32) bool {
		n := min(b.room[o], want)
		if !b.spend(n) {
			return false
		}
		line = append(line, slices.Repeat([]int32{o}, n)...)
		return true
	})
	var bound []use
	for from := 0; from+s.n <= len(line) && n > 0; {
		group := line[from : from+s.n]
		first, last := b.looks[group[0]].time.lo, b.looks[group[s.n-1]].time.lo
		if !last.before(first.plus(length)) {
			from++
			continue
		}
		for _, o := range group {
			bound = append(bound, use{o, 1})
		}
		from += s.n
		n--
	}
	return bound, n == 0
}

// rolesOf returns the parts of a sequence when each is a single observation.
func rolesOf(q sequence, w window) ([]slot, bool) {
	roles := make([]slot, len(q))
	for i, n := range q {
		s, ok := n.(slot)
		if !ok || s.n != 1 {
			return nil, false
		}
		s.win = s.win.meet(w)
		roles[i] = s
	}
	return roles, true
}

// progress says how many of n sequences have come to each role, never more to a later than to an earlier one.
type progress struct {
	count []int
	pick  *pick
}

// pick is how an observation was used, and those before it.
type pick struct {
	observation int32
	before      *pick
}

// weave finds n sequences of single observations side by side. It goes through time once and keeps every progress that no other one exceeds in
// all roles; what is ahead stays ahead. Which sequence an observation belongs to does not matter: the first come in each role go together.
func (b *binder) weave(n int, roles []slot) ([]use, bool) {
	frontier := []progress{{count: make([]int, len(roles))}}
	for _, moment := range b.byMoment(roles) {
		var next []progress
		for _, p := range frontier {
			next = append(next, b.advance(p, moment, n, roles)...)
		}
		frontier = ahead(next)
		if !b.spend(len(next) * len(frontier)) {
			return nil, false
		}
	}
	for _, p := range frontier {
		if p.count[len(roles)-1] < n {
			continue
		}
		var bound []use
		for k := p.pick; k != nil; k = k.before {
			bound = append(bound, use{k.observation, 1})
		}
		return bound, true
	}
	return nil, false
}

// able is an observation and the roles it can have.
type able struct {
	observation int32
	roles       []int
}

// byMoment returns what can have a role, in order of time, together what is of one moment.
func (b *binder) byMoment(roles []slot) [][]able {
	can := make(map[int32][]int)
	for i, s := range roles {
		b.each(s, func(o int32) bool {
			can[o] = append(can[o], i)
			return true
		})
	}
	list := make([]able, 0, len(can))
	for o, r := range can {
		list = append(list, able{o, r})
	}
	slices.SortFunc(list, func(x, y able) int {
		if c := b.looks[x.observation].time.lo.compare(b.looks[y.observation].time.lo); c != 0 {
			return c
		}
		return int(x.observation) - int(y.observation)
	})
	var groups [][]able
	for i, a := range list {
		if i == 0 || b.looks[a.observation].time.lo != b.looks[list[i-1].observation].time.lo {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], a)
	}
	return groups
}

// advance returns what a progress can become at one moment. Within it roles may come in any order: only at its end has each to follow the
// one before.
func (b *binder) advance(p progress, moment []able, n int, roles []slot) []progress {
	states := []progress{p}
	for _, a := range moment {
		for range min(b.room[a.observation], n*len(roles)) {
			seen := make(map[string]bool)
			var next []progress
			for _, s := range states {
				for _, t := range append(used(s, a, n), s) {
					if k := key(t.count); !seen[k] {
						seen[k] = true
						next = append(next, t)
					}
				}
			}
			if !b.spend(len(next)) || len(next) == len(states) {
				break
			}
			states = next
		}
	}
	return slices.DeleteFunc(states, func(s progress) bool {
		for i := 1; i < len(s.count); i++ {
			if s.count[i] > s.count[i-1] {
				return true
			}
		}
		return false
	})
}

// used gives an observation each role it can have.
func used(s progress, a able, n int) []progress {
	var list []progress
	for _, r := range a.roles {
		if s.count[r] < n {
			t := progress{slices.Clone(s.count), &pick{a.observation, s.pick}}
			t.count[r]++
			list = append(list, t)
		}
	}
	return list
}

func key(count []int) string {
	b := make([]byte, 0, 4*len(count))
	for _, n := range count {
		b = append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
	return string(b)
}

// ahead drops every progress that another one equals or exceeds in all roles.
func ahead(list []progress) []progress {
	slices.SortFunc(list, func(x, y progress) int { return slices.Compare(y.count, x.count) })
	var keep []progress
	for _, p := range list {
		if !slices.ContainsFunc(keep, func(k progress) bool { return exceeds(k.count, p.count) }) {
			keep = append(keep, p)
		}
	}
	return keep
}

func exceeds(a, b []int) bool {
	for i := range a {
		if a[i] < b[i] {
			return false
		}
	}
	return true
}
