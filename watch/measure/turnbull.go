package measure

import (
	"cmp"
	"math"
	"slices"
)

// Mass is a part of all values that lies somewhere in an interval.
type Mass struct {
	Interval
	P float64
}

// Estimate is a distribution of which only intervals are known, in ascending order. The intervals do not overlap; where in one of them its mass
// lies cannot be known.
type Estimate struct {
	Masses     []Mass
	Iterations int
}

// Turnbull stops when no mass could be moved with a gain in likelihood of more than this per value, or after so many iterations.
const (
	turnbullGain       = 1e-6
	turnbullIterations = 20000
)

// Turnbull estimates the distribution of values that are known by intervals, by maximum likelihood without any assumption of its shape (Turnbull
// 1976). A value lies above Lo and not above Hi, or at both where they are the same: "days" up to 7 and "weeks" from 7 have nothing in common. Mass
// can only lie in the innermost intervals: from a lower end to the next end, where that is an upper one. The masses are those that are consistent
// with themselves: each is what the values give it that may lie there, in proportion to the masses.
func Turnbull(values []Interval) Estimate {
	distinct, counts := countIntervals(values)
	inner := innermost(distinct)
	masses := make([]Mass, len(inner))
	covers := make([][2]int, len(distinct)) // which of inner lie in a value: from, to
	for j, in := range inner {
		masses[j] = Mass{in, 1 / float64(len(inner))}
	}
	for i, v := range distinct {
		from := slices.IndexFunc(inner, v.contains)
		to := from + 1
		for to < len(inner) && v.contains(inner[to]) {
			to++
		}
		covers[i] = [2]int{from, to}
	}
	e := Estimate{Masses: masses}
	step := turnbullStep{covers, counts, float64(len(values)), make([]float64, len(inner)+1), make([]float64, len(inner)+1)}
	for e.Iterations = 0; e.Iterations < turnbullIterations; e.Iterations++ {
		if step.improve(masses) <= 1+turnbullGain {
			break
		}
	}
	e.Masses = slices.DeleteFunc(masses, func(m Mass) bool { return m.P < turnbullGain/10 })
	return e
}

// turnbullStep makes masses more consistent.
type turnbullStep struct {
	covers [][2]int
	counts []int
	n      float64
	below  []float64 // the mass below each place
	change []float64 // of the gain from one place to the next
}

// improve makes one step. It returns the largest factor that the likelihood per value has for mass moved to one place; at the maximum none is over
// 1 (Gentleman and Geyer 1994). A value covers neighbours, so that sums of masses are differences, and so are the gains: a step takes as long as
// there are values and places, however much they overlap.
func (s *turnbullStep) improve(masses []Mass) (largest float64) {
	for j, m := range masses {
		s.below[j+1] = s.below[j] + m.P
	}
	clear(s.change)
	for i, c := range s.covers {
		share := float64(s.counts[i]) / s.n / (s.below[c[1]] - s.below[c[0]])
		s.change[c[0]] += share
		s.change[c[1]] -= share
	}
	gain := 0.0
	for j := range masses {
		gain += s.change[j]
		largest = max(largest, gain)
		masses[j].P *= gain
	}
	return largest
}

// countIntervals are the different ones, in order, with how often each comes.
func countIntervals(values []Interval) (distinct []Interval, counts []int) {
	sorted := slices.SortedFunc(slices.Values(values), func(a, b Interval) int { return cmp.Or(cmp.Compare(a.Lo, b.Lo), cmp.Compare(a.Hi, b.Hi)) })
	for _, v := range sorted {
		if len(distinct) == 0 || distinct[len(distinct)-1] != v {
			distinct, counts = append(distinct, v), append(counts, 0)
		}
		counts[len(counts)-1]++
	}
	return distinct, counts
}

// contains says whether a value of the interval in must be one of i.
func (i Interval) contains(in Interval) bool {
	return in == i || i.Lo <= in.Lo && in.Hi <= i.Hi && (i.Lo < in.Lo || in.Lo < in.Hi)
}

// innermost are the intervals from a lower end to the next end, where that is an upper one.
func innermost(values []Interval) (inner []Interval) {
	const ( // the order of ends at one place: a point begins there, then what reaches it ends, then what lies above it begins
		point = iota
		upper
		lower
	)
	type end struct {
		at   float64
		kind int
	}
	var ends []end
	for _, v := range values {
		begin := end{v.Lo, lower}
		if v.Lo == v.Hi {
			begin.kind = point
		}
		ends = append(ends, begin, end{v.Hi, upper})
	}
	slices.SortFunc(ends, func(a, b end) int { return cmp.Or(cmp.Compare(a.at, b.at), a.kind-b.kind) })
	for i := 1; i < len(ends); i++ {
		if ends[i].kind == upper && ends[i-1].kind != upper {
			inner = append(inner, Interval{ends[i-1].at, ends[i].at})
		}
	}
	return inner
}

// CDF is between which bounds the part of the values up to t lies.
func (e Estimate) CDF(t float64) Interval {
	var c Interval
	for _, m := range e.Masses {
		if m.Hi <= t {
			c.Lo += m.P
		}
		if m.Lo < t || m.Hi <= t {
			c.Hi += m.P
		}
	}
	return c
}

// Quantile is where the value lies up to which a part q of all lie. Hi may be +Inf.
func (e Estimate) Quantile(q float64) Interval {
	sum := 0.0
	for _, m := range e.Masses {
		if sum += m.P; sum >= q-turnbullGain {
			return m.Interval
		}
	}
	return Interval{math.Inf(1), math.Inf(1)}
}
