package measure

import (
	"cmp"
	"math"
	"slices"
)

// Parts counts fractions exactly: an incident is Whole parts, which divide evenly by every number up to 16.
type Parts int64

// Whole is one incident.
const Whole Parts = 720720

// Float is the number of incidents.
func (p Parts) Float() float64 { return float64(p) / float64(Whole) }

// divide gives a whole to places in proportion to weights; what cannot be divided goes to those with the largest remainders, the first of equals
// first. The parts add up to a whole whatever the weights.
func divide(weights []float64) []Parts {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	parts, left := make([]Parts, len(weights)), Whole
	remainder := make([]float64, len(weights))
	order := make([]int, len(weights))
	for i, w := range weights {
		exact := w / sum * float64(Whole)
		parts[i], order[i] = Parts(math.Floor(exact)), i
		remainder[i] = exact - float64(parts[i])
		left -= parts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainder[b], remainder[a]) })
	for i := range int(left) {
		parts[order[i]]++
	}
	return parts
}

// Even divides a whole evenly among n places.
func Even(n int) []Parts {
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = 1
	}
	return divide(weights)
}

// StripBounds are the upper ends of the bins of a [Strip], in days: a day, a week, a month, a year. VERIS's units fall into one bin each.
var StripBounds = [4]float64{1, 7, 30, 365}

// Strip is how many lags fall into each bin: up to each of StripBounds, over the last of them, and unknown.
type Strip struct {
	Bins    [5]Parts
	Unknown Parts
}

// MakeStrip counts lags. One that straddles bins is divided among them by how much of it lies in each. One without an upper end is over a year
// if its lower end is, and unknown otherwise: no length of it can be compared. The strip adds up to the number of lags and unknowns.
func MakeStrip(known []Interval, unknown int) Strip {
	s := Strip{Unknown: Parts(unknown) * Whole}
	for _, d := range known {
		if !d.Bounded() && d.Lo < StripBounds[3] {
			s.Unknown += Whole
			continue
		}
		for bin, parts := range divide(d.overlaps()) {
			s.Bins[bin] += parts
		}
	}
	return s
}

// overlaps is how much of an interval lies in each bin. A point lies in the first bin that admits it, and what is negative in the first of all.
func (i Interval) overlaps() []float64 {
	weights := make([]float64, len(StripBounds)+1)
	if i.Lo == i.Hi || !i.Bounded() {
		bin, _ := slices.BinarySearch(StripBounds[:], i.Lo)
		if !i.Bounded() {
			bin = len(StripBounds)
		}
		weights[bin] = 1
		return weights
	}
	from := math.Inf(-1)
	for bin := range weights {
		to := math.Inf(1)
		if bin < len(StripBounds) {
			to = StripBounds[bin]
		}
		weights[bin] = max(0, min(i.Hi, to)-max(i.Lo, from))
		from = to
	}
	return weights
}
