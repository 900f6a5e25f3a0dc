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
		return answerOf(seen(p.leaves[s.leaf].condition, o))
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
		switch seen(p.leaves[0].condition, &observations[i]) {
		case yes:
			return Result{Yes, []int{i}}
		case unknown:
			best.Answer = NotEvaluated
		}
	}
	return best
}

// bind asks each leaf of every observation, then looks for a binding. Where a leaf has too few there is none.
func (p *Pattern) bind(observations []Observation, steps int) Result {
	looks, found := make([]Look, len(observations)), make([]candidates, len(p.leaves))
	for i := range observations {
		looks[i] = timeOf(&observations[i])
	}
	sure, open := make([]int32, 0, len(observations)), []int32(nil) // those of one leaf behind those of another
	for l, leaf := range p.leaves {
		have, s, o := 0, len(sure), len(open)
		for i := range observations {
			switch seen(leaf.condition, &observations[i]) {
			case yes:
				sure = append(sure, int32(i))
			case unknown:
				open = append(open, int32(i))
			default:
				continue
			}
			have = min(have+looks[i].room, maxDemand)
		}
		if have < leaf.need {
			return Result{}
		}
		found[l] = candidates{sure[s:len(sure):len(sure)], open[o:len(open):len(open)]}
	}
	return p.settle(looks, found, steps)
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
