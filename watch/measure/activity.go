package measure

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// certain is the p from which an incident counts to the floor of an actor's activity.
const certain = .7

// rounding is by how much a probability may miss a threshold that it should meet, since it is a product of floating point numbers.
const rounding = 1e-9

// Activity is how much an actor did.
type Activity struct {
	Expected  float64  // A = Σ p
	SD        float64  // √Σ p(1 − p)
	Certain   int      // the floor: incidents with p of at least .7
	Named     int      // the ceiling: incidents with any claim
	Rate      float64  // incidents a month: (A + ½)/|T|
	RateRange Interval // 95 %, of Gamma(A + ½, |T|)
	Share     float64  // of all that is attributed to anybody; the unattributed share stands beside it
	Victims   float64  // expected number of different ones
	Sectors   float64
	Countries float64
	Effort    []Effort // by what was taken
}

// Effort is how many of an actor's incidents took a kind of data. One that took several is divided evenly among them; Kind is "" for those of
// which it is not known what was taken. It adds up to the expected number of incidents.
type Effort struct {
	Kind     string
	Expected float64
}

// sighting is an incident as one actor's, with a probability.
type sighting struct {
	dated
	p     float64
	named bool // a claim names the actor
}

// measureActivity adds up the sightings of an actor over some months.
func measureActivity(list []sighting, months float64) Activity {
	var a Activity
	victims, sectors, countries, kinds := map[string]float64{}, map[string]float64{}, map[string]float64{}, map[string]float64{}
	variance := 0.0
	for _, s := range list {
		a.Expected += s.p
		variance += s.p * (1 - s.p)
		if s.p >= certain-rounding {
			a.Certain++
		}
		if s.named {
			a.Named++
		}
		spared(victims, s.Victims, s.p)
		spared(sectors, s.Sectors, s.p)
		spared(countries, s.Countries, s.p)
		for _, kind := range orUnknown(s.Data) {
			kinds[kind] += s.p / float64(len(orUnknown(s.Data)))
		}
	}
	a.SD = math.Sqrt(variance)
	a.Victims, a.Sectors, a.Countries = hit(victims), hit(sectors), hit(countries)
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		a.Effort = append(a.Effort, Effort{kind, kinds[kind]})
	}
	slices.SortStableFunc(a.Effort, func(x, y Effort) int { return cmp.Compare(y.Expected, x.Expected) })
	a.Rate, a.RateRange = rate(a.Expected, months)
	return a
}

func orUnknown(kinds []string) []string {
	if len(kinds) == 0 {
		return []string{""}
	}
	return kinds
}

// spared keeps, for each one that an incident hit, how likely it is that the actor never hit it: Π (1 − p).
func spared(chance map[string]float64, names []string, p float64) {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			continue
		}
		before, ok := chance[name]
		if !ok {
			before = 1
		}
		chance[name] = before * (1 - p)
	}
}

// hit is the expected number of those that were not spared. It adds in the order of names, so that the sum is the same every time.
func hit(chance map[string]float64) (n float64) {
	for _, name := range slices.Sorted(maps.Keys(chance)) {
		n += 1 - chance[name]
	}
	return n
}

// rate is how many incidents a month there are, with 95 %: the posterior of a Poisson rate under Jeffreys' prior is Gamma(A + ½, |T|).
func rate(expected, months float64) (mean float64, bounds Interval) {
	shape := expected + .5
	return shape / months, Interval{mathext.GammaIncRegInv(shape, .025) / months, mathext.GammaIncRegInv(shape, .975) / months}
}
