package pattern

// Answer is what a pattern says of observations.
type Answer uint8

// The answers. NotEvaluated is neither: an expression of MATCHES, or the search for a binding, took more than its budget, or is not supported.
const (
	No Answer = iota
	Yes
	NotEvaluated
)

func (a Answer) String() string { return [...]string{"no match", "match", "not evaluated"}[a] }

// Result is an answer and, when it is Yes, the first binding: the indexes of the observations that matched, rising, each once.
type Result struct {
	Answer Answer
	Bound  []int
}

// maxSteps bounds the search for a binding: a few seconds at most.
const maxSteps = 1 << 24

// Match evaluates the pattern over observations, which it does not keep.
func (p *Pattern) Match(observations []Observation) Result {
	if s, ok := p.root.(slot); ok && s.n == 1 && s.win == always {
		return p.first(observations)
	}
	return p.bind(observations, maxSteps)
}

// MatchOne says what the pattern says of a single observation, without the cost of a list.
func (p *Pattern) MatchOne(o *Observation) Answer {
	if s, ok := p.root.(slot); ok && s.n == 1 && s.win == always {
		return answerOf(seen(p.leaves[s.leaf], o))
	}
	return p.bind([]Observation{*o}, maxSteps).Answer
}

func answerOf(v verdict) Answer {
	switch v {
	case yes:
		return Yes
	case unknown:
		return NotEvaluated
	}
	return No
}

// first evaluates a pattern that is one observation expression.
func (p *Pattern) first(observations []Observation) Result {
	best := Result{}
	for i := range observations {
		switch seen(p.leaves[0], &observations[i]) {
		case yes:
			return Result{Yes, []int{i}}
		case unknown:
			best.Answer = NotEvaluated
		}
	}
	return best
}

// bind evaluates every leaf of every observation, then looks for a binding: among those that hold, and when there is none, whether
// those that could not be evaluated might have made one.
func (p *Pattern) bind(observations []Observation, steps int) Result {
	times, room := make([]window, len(observations)), make([]int, len(observations))
	for i := range observations {
		times[i] = window{momentOf(observations[i].First), momentOf(observations[i].Last)}
		room[i] = max(1, observations[i].Number)
	}
	sure, open := p.candidates(observations)
	b := newBinder(times, room, sure, steps)
	if bound, ok := b.solve([]task{{p.root, always}}); ok {
		return Result{Yes, distinct(bound, len(observations))}
	}
	if b.steps <= 0 {
		return Result{Answer: NotEvaluated}
	}
	if open == nil {
		return Result{}
	}
	b = newBinder(times, room, open, steps)
	if _, ok := b.solve([]task{{p.root, always}}); ok || b.steps <= 0 {
		return Result{Answer: NotEvaluated}
	}
	return Result{}
}

// candidates lists for each leaf the observations that it holds of; open adds those it could not be evaluated for, and is nil without any.
func (p *Pattern) candidates(observations []Observation) (sure, open [][]int32) {
	sure, open = make([][]int32, len(p.leaves)), make([][]int32, len(p.leaves))
	doubt := false
	for l, leaf := range p.leaves {
		for i := range observations {
			switch seen(leaf, &observations[i]) {
			case yes:
				sure[l] = append(sure[l], int32(i))
				open[l] = append(open[l], int32(i))
			case unknown:
				open[l] = append(open[l], int32(i))
				doubt = true
			}
		}
	}
	if !doubt {
		open = nil
	}
	return sure, open
}

// distinct sorts indexes and takes each once.
func distinct(bound []use, n int) []int {
	in := make([]bool, n)
	for _, u := range bound {
		in[u.observation] = true
	}
	list := make([]int, 0, len(bound))
	for i, ok := range in {
		if ok {
			list = append(list, i)
		}
	}
	return list
}
