package pattern

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"threatwatch/pattern/syntax"
	"threatwatch/stix"
)

// The evaluator of this file follows the text of STIX 2.1 §9.5 word by word: it makes every binding there is, writes down what the pattern
// demands of the times in it, and asks whether times can be chosen. It is slow, and what TestAgainstEveryBinding believes.

// bound is one binding: the instances in it, and what is demanded of their times.
type bound struct {
	ids     []int
	demands []demand
}

// demand says that the time of instance a is less than that of b plus far, or the same when it is not strict; -1 is time zero.
type demand struct {
	a, b, far int
	strict    bool
}

// instance is one of the times that an observation was seen.
type instance struct {
	observation int
	first, last int
}

type brute struct {
	observations []Observation
	instances    []instance
	tooMany      bool
}

func newBrute(observations []Observation) *brute {
	b := &brute{observations: observations}
	for i, o := range observations {
		for range o.Number {
			b.instances = append(b.instances, instance{i, int(o.First.Sec), int(o.Last.Sec)})
		}
	}
	return b
}

func (b *brute) match(p *syntax.Pattern) bool {
	for _, x := range b.every(p.Root) {
		if b.possible(x) {
			return true
		}
	}
	return false
}

func (b *brute) every(x syntax.Expr) []bound {
	var list []bound
	switch x := x.(type) {
	case *syntax.Observation:
		c := newCondition(x.Cond, new(patience))
		for id, in := range b.instances {
			if seen(c, &b.observations[in.observation]) == yes {
				list = append(list, bound{ids: []int{id}})
			}
		}
	case *syntax.Combination:
		list = b.every(x.Operands[0])
		for _, o := range x.Operands[1:] {
			more := b.every(o)
			if x.Op == syntax.Or {
				list = append(list, more...)
			} else {
				list = b.joined(list, more, x.Op == syntax.FollowedBy)
			}
		}
	case *syntax.Qualified:
		list = b.every(x.X)
		for _, q := range x.Qualifiers {
			list = b.qualified(list, q)
		}
	}
	if len(list) > 20000 {
		b.tooMany = true
		list = list[:1]
	}
	return list
}

// joined pairs bindings that have no instance in common.
func (b *brute) joined(left, right []bound, ordered bool) []bound {
	var list []bound
	for _, l := range left {
		for _, r := range right {
			if shared(l.ids, r.ids) || len(list) > 20000 {
				continue
			}
			j := bound{ids: append(append([]int(nil), l.ids...), r.ids...), demands: append(append([]demand(nil), l.demands...), r.demands...)}
			for _, x := range l.ids {
				for _, y := range r.ids {
					if ordered {
						j.demands = append(j.demands, demand{a: x, b: y})
					}
				}
			}
			list = append(list, j)
		}
	}
	return list
}

func shared(a, b []int) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

func (b *brute) qualified(list []bound, q syntax.Qualifier) []bound {
	if q.Kind == syntax.Repeats {
		out := list
		for range q.Times - 1 {
			out = b.joined(out, list, false)
			if len(out) > 20000 {
				b.tooMany = true
				return nil
			}
		}
		return out
	}
	for i := range list {
		x := &list[i]
		x.demands = append([]demand(nil), x.demands...)
		for _, id := range x.ids {
			if q.Kind == syntax.StartStop {
				x.demands = append(x.demands, demand{-1, id, -int(q.Start.Sec), false}, demand{id, -1, int(q.Stop.Sec), true})
				continue
			}
			w, _ := strconv.Atoi(q.Seconds)
			for _, other := range x.ids {
				x.demands = append(x.demands, demand{id, other, w, true})
			}
		}
	}
	return list
}

// possible says whether times can be chosen: no circle of demands is shorter than nothing (Bellman and Ford).
func (b *brute) possible(x bound) bool {
	demands := append([]demand(nil), x.demands...)
	for _, id := range x.ids {
		in := b.instances[id]
		demands = append(demands, demand{-1, id, -in.first, false}, demand{id, -1, in.last, false})
	}
	type length struct{ far, strict int } // strict steps count less than any whole one
	at := make(map[int]length)
	for round := range len(x.ids) + 2 {
		changed := false
		for _, d := range demands {
			n := at[d.b]
			n.far += d.far
			if d.strict {
				n.strict--
			}
			if old := at[d.a]; n.far < old.far || n.far == old.far && n.strict < old.strict {
				at[d.a] = n
				changed = true
			}
		}
		if !changed {
			return true
		}
		if round == len(x.ids)+1 {
			return false
		}
	}
	return true
}

// randomObservations makes up to n observations of an object with some of the properties a to c. Points says that each has one moment.
func randomObservations(r *rand.Rand, n int, points bool) []Observation {
	list := make([]Observation, 1+r.IntN(n))
	for i := range list {
		first := r.IntN(6)
		last := first
		if !points {
			last += max(0, r.IntN(5)-1)
		}
		var members []stix.Member
		for _, p := range []string{"a", "b", "c"} {
			if r.IntN(2) == 0 {
				members = append(members, stix.Member{Name: p, Value: stix.NewBool(true)})
			}
		}
		list[i] = Observation{ID: fmt.Sprint(i), First: syntax.Instant{Sec: int64(first)}, Last: syntax.Instant{Sec: int64(last)}, Number: 1 + r.IntN(5)/4,
			Objects: []Object{{"x", "x", stix.NewDict(members...)}}}
	}
	return list
}

// randomExpr writes an expression of at most so many brackets.
func randomExpr(r *rand.Rand, size int) string {
	if size <= 1 {
		return "[x:" + string(rune('a'+r.IntN(3))) + " = true]"
	}
	var s string
	if left := 1 + r.IntN(size); left < size {
		op := []string{" AND ", " OR ", " FOLLOWEDBY ", " FOLLOWEDBY "}[r.IntN(4)]
		s = "(" + randomExpr(r, left) + op + randomExpr(r, size-left) + ")"
	} else {
		s = "(" + randomExpr(r, size-1) + ")"
	}
	kinds := r.Perm(3)[:r.IntN(3)]
	for _, k := range kinds {
		switch k {
		case 0:
			s += fmt.Sprintf(" REPEATS %d TIMES", 1+r.IntN(3))
		case 1:
			s += fmt.Sprintf(" WITHIN %d SECONDS", 1+r.IntN(4))
		case 2:
			if start := r.IntN(7); r.IntN(2) == 0 {
				s += fmt.Sprintf(" START t'1970-01-01T00:00:%02dZ' STOP t'1970-01-01T00:00:%02dZ'", start, start+r.IntN(4))
			}
		}
	}
	return s
}

// TestAgainstEveryBinding compares the evaluator with the one that tries every binding.
func TestAgainstEveryBinding(t *testing.T) {
	t.Parallel()
	cases := 6000
	if os.Getenv("THREATWATCH_LONG") != "" {
		cases = 300000
	}
	seed := rand.Uint64()
	if s := os.Getenv("PATTERN_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	r := rand.New(rand.NewPCG(seed, 1))
	matched, compared := 0, 0
	for range cases {
		observations := randomObservations(r, 6, r.IntN(2) == 0)
		text := randomExpr(r, 1+r.IntN(4))
		p, err := Compile(text)
		if err != nil {
			t.Fatalf("Compile(%s): %v", text, err)
		}
		got, listed := p.Match(observations), p.listed(observations)
		if got.Answer == NotEvaluated || got.Answer != listed.Answer {
			t.Fatalf("seed %d: %s over\n%s%v, and by listing %v", seed, text, show(observations), got.Answer, listed.Answer)
		}
		b := newBrute(observations)
		want := b.match(p.Syntax)
		if b.tooMany {
			continue
		}
		compared++
		if (got.Answer == Yes) != want {
			t.Fatalf("seed %d: %s over\n%s%v, want %v", seed, text, show(observations), got.Answer, want)
		}
		if want {
			matched++
			checkBound(t, p, observations, got)
			checkBound(t, p, observations, listed)
		}
	}
	if compared < cases*9/10 || matched < cases/5 || matched > cases*4/5 {
		t.Errorf("%d of %d compared, %d of them match: the cases say little", compared, cases, matched)
	}
}

// listed is Match without a search.
func (p *Pattern) listed(observations []Observation) Result {
	looks, found := make([]Look, len(observations)), make([]candidates, len(p.leaves))
	for i := range observations {
		looks[i], _ = p.Look(&observations[i])
		for _, l := range looks[i].sure {
			found[l].sure = append(found[l].sure, int32(i))
		}
	}
	b := newBinder(looks, found, maxSteps)
	bits, few := b.bits(p.root)
	bound, ok := b.list(p.root, bits)
	switch {
	case !few || b.steps <= 0:
		return Result{Answer: NotEvaluated}
	case ok:
		return Result{Yes, distinct(bound, len(looks))}
	}
	return Result{}
}

// checkBound: the observations of a binding match alone.
func checkBound(t *testing.T, p *Pattern, observations []Observation, r Result) {
	t.Helper()
	var some []Observation
	for _, i := range r.Bound {
		some = append(some, observations[i])
	}
	if again := p.Match(some); again.Answer != Yes {
		t.Fatalf("%s over\n%s is bound to %v, which alone is %v", p.Syntax, show(observations), r.Bound, again.Answer)
	}
}

func show(observations []Observation) string {
	var b strings.Builder
	for i, o := range observations {
		fmt.Fprintf(&b, "  %d: %d..%d ×%d %s\n", i, o.First.Sec, o.Last.Sec, o.Number, o.Objects[0].Root.AppendJSON(nil))
	}
	return b.String()
}
