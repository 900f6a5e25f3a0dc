package pattern

import (
	"slices"
	"time"
)

// Look is what a pattern has seen in one observation: all that is needed to bind it together with others.
type Look struct {
	time       window
	room       int
	sure, open []int32 // leaves that hold, and those that could not be evaluated, ascending
}

// Look evaluates what stands in brackets. Where nothing of it holds, or could not be evaluated, the observation has no part in any match.
func (p *Pattern) Look(o *Observation) (look Look, part bool) {
	look = timeOf(o)
	for l, leaf := range p.leaves {
		switch seen(leaf.condition, o) {
		case yes:
			look.sure = append(look.sure, int32(l))
		case unknown:
			look.open = append(look.open, int32(l))
		}
	}
	return look, len(look.sure)+len(look.open) > 0
}

// Leaves are the numbers of what stands in brackets that the look holds of, and of what could not be evaluated: what LookAt makes a look of again.
func (l *Look) Leaves() (sure, open []int32) { return l.sure, l.open }

// LookAt is a look at one observation of a moment, of which it is known what holds; false when the pattern has no such leaves.
func (p *Pattern) LookAt(at time.Time, sure, open []int32) (Look, bool) {
	o := Observation{First: At(at), Last: At(at), Number: 1}
	look := timeOf(&o)
	look.sure, look.open = sure, open
	for _, leaves := range [...][]int32{sure, open} {
		for _, l := range leaves {
			if l < 0 || int(l) >= len(p.leaves) {
				return Look{}, false
			}
		}
	}
	return look, len(sure)+len(open) > 0
}

// timeOf is a look at nothing but the time and the number.
func timeOf(o *Observation) Look {
	return Look{time: window{momentOf(o.First), momentOf(o.Last)}, room: max(1, o.Number)}
}

// MatchLooks is Match of observations that were looked at by this pattern before, with a budget of steps for the search: for a binding of leaves that
// hold, and when there is none, whether those that could not be evaluated might have made one.
func (p *Pattern) MatchLooks(looks []Look, steps int) Result {
	found := make([]candidates, len(p.leaves))
	for i := range looks {
		for _, l := range looks[i].sure {
			found[l].sure = append(found[l].sure, int32(i))
		}
		for _, l := range looks[i].open {
			found[l].open = append(found[l].open, int32(i))
		}
	}
	return p.settle(looks, found, steps)
}

// candidates are the observations that a leaf holds of, and those for which it could not be evaluated.
type candidates struct{ sure, open []int32 }

// settle answers when it is known what each leaf holds of.
func (p *Pattern) settle(looks []Look, found []candidates, steps int) Result {
	b := newBinder(looks, found, steps)
	if bound, ok := b.find(p.root); ok {
		return Result{Yes, distinct(bound, len(looks))}
	}
	if b.steps <= 0 {
		return Result{Answer: NotEvaluated}
	}
	if !slices.ContainsFunc(found, func(c candidates) bool { return len(c.open) > 0 }) {
		return Result{}
	}
	for i, c := range found {
		found[i].sure = append(c.sure, c.open...)
	}
	b = newBinder(looks, found, steps)
	if _, ok := b.find(p.root); ok || b.steps <= 0 {
		return Result{Answer: NotEvaluated}
	}
	return Result{}
}

// Tally counts looks, to know at once that they are too few.
type Tally struct {
	leaves []leaf
	have   []int
}

// NewTally returns an empty Tally for looks of the pattern.
func (p *Pattern) NewTally() *Tally {
	return &Tally{p.leaves, make([]int, len(p.leaves))}
}

// Add counts a look n times: -1 takes it out again.
func (t *Tally) Add(l *Look, n int) {
	for _, leaves := range [...][]int32{l.sure, l.open} {
		for _, leaf := range leaves {
			t.have[leaf] += n * l.room
		}
	}
}

// Enough says that no bracket that must be filled has too few looks.
func (t *Tally) Enough() bool {
	for i, l := range t.leaves {
		if t.have[i] < l.need {
			return false
		}
	}
	return true
}
