package measure

import (
	"cmp"
	"math"
	"slices"
)

// Duration is how long something lasted. Ended is false for what still ran when it was last looked at.
type Duration struct {
	Length float64
	Ended  bool
}

// Step is where a survival curve falls.
type Step struct {
	At       float64
	Survival float64 // from At on
	AtRisk   int     // how many were still running just before
	Ended    int     // how many of them ended then
}

// Curve is the part that lasts longer than a time, by time. It is 1 before the first step.
type Curve []Step

// KaplanMeier estimates how long things last from some that ended and some that still run: S(t) = Π (1 − ended/at risk) over the times until t. What
// stopped being watched at the time of an end was still running then.
func KaplanMeier(durations []Duration) Curve {
	sorted := slices.SortedFunc(slices.Values(durations), func(a, b Duration) int { return cmp.Compare(a.Length, b.Length) })
	var curve Curve
	survival := 1.0
	for i := 0; i < len(sorted); {
		at, risk, ended := sorted[i].Length, len(sorted)-i, 0
		for ; i < len(sorted) && sorted[i].Length == at; i++ {
			if sorted[i].Ended {
				ended++
			}
		}
		if ended > 0 {
			survival *= 1 - float64(ended)/float64(risk)
			curve = append(curve, Step{at, survival, risk, ended})
		}
	}
	return curve
}

// At is the part that lasts longer than t.
func (c Curve) At(t float64) float64 {
	survival := 1.0
	for _, s := range c {
		if s.At > t {
			break
		}
		survival = s.Survival
	}
	return survival
}

// Median is the first time until which half have ended; +Inf when the curve does not come down to a half.
func (c Curve) Median() float64 {
	for _, s := range c {
		if s.Survival <= .5+rounding {
			return s.At
		}
	}
	return math.Inf(1)
}

// Solow is how likely it is that something which goes on as before was not seen since the last of n+1 sightings: (last/now)^n, both counted from
// the first (Solow 1993). A small p says that it probably stopped, was renamed, or is seen by nobody; pages say "no sighting since".
func Solow(last, now float64, n int) float64 {
	return math.Pow(last/now, float64(n))
}
