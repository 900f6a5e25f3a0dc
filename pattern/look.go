package pattern

// Look is what a pattern has seen in one observation: all that is needed to bind it together with others.
type Look struct {
	time       window
	room       int
	sure, open []int32 // leaves that hold, and those that could not be evaluated, ascending
}

// Look evaluates what stands in brackets. Where nothing of it holds, or could not be evaluated, the observation has no part in any match.
func (p *Pattern) Look(o *Observation) (look Look, part bool) {
	look = Look{time: window{momentOf(o.First), momentOf(o.Last)}, room: max(1, o.Number)}
	for l, leaf := range p.leaves {
		switch seen(leaf, o) {
		case yes:
			look.sure = append(look.sure, int32(l))
		case unknown:
			look.open = append(look.open, int32(l))
		}
	}
	return look, len(look.sure)+len(look.open) > 0
}

// MatchLooks is Match of observations that were looked at by this pattern before, with a budget of steps for the search: for a binding of leaves that
// hold, and when there is none, whether those that could not be evaluated might have made one.
func (p *Pattern) MatchLooks(looks []Look, steps int) Result {
	sure, open := p.candidates(looks)
	b := newBinder(looks, sure, steps)
	if bound, ok := b.find(p.root); ok {
		return Result{Yes, distinct(bound, len(looks))}
	}
	if b.steps <= 0 {
		return Result{Answer: NotEvaluated}
	}
	if open == nil {
		return Result{}
	}
	b = newBinder(looks, open, steps)
	if _, ok := b.find(p.root); ok || b.steps <= 0 {
		return Result{Answer: NotEvaluated}
	}
	return Result{}
}

// candidates lists for each leaf the observations that it holds of; open adds those it could not be evaluated for, and is nil without any.
func (p *Pattern) candidates(looks []Look) (sure, open [][]int32) {
	sure, open = make([][]int32, len(p.leaves)), make([][]int32, len(p.leaves))
	doubt := false
	for i := range looks {
		for _, l := range looks[i].sure {
			sure[l], open[l] = append(sure[l], int32(i)), append(open[l], int32(i))
		}
		for _, l := range looks[i].open {
			open[l], doubt = append(open[l], int32(i)), true
		}
	}
	if !doubt {
		open = nil
	}
	return sure, open
}

// Tally counts looks, to know at once that they are too few.
type Tally struct {
	need []int // of each leaf, whatever the times
	have []int
}

// NewTally returns an empty Tally for looks of the pattern.
func (p *Pattern) NewTally() *Tally {
	t := &Tally{make([]int, len(p.leaves)), make([]int, len(p.leaves))}
	p.root.slots(1, false, func(s slot, times int) { t.need[s.leaf] = max(t.need[s.leaf], product(s.n, times)) })
	return t
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
	for i, n := range t.need {
		if t.have[i] < n {
			return false
		}
	}
	return true
}
