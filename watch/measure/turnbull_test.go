package measure

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// likelihood is the logarithm of how likely values are when mass lies at points.
func likelihood(values []Interval, at []float64, mass []float64) float64 {
	sum := 0.0
	for _, v := range values {
		p := 0.0
		for j, x := range at {
			if v.Lo < x && x <= v.Hi || v.Lo == x && v.Hi == x {
				p += mass[j]
			}
		}
		sum += math.Log(p)
	}
	return sum
}

// TestTurnbullAgainstEveryDistribution tries all distributions over the points 0, ½, … 2½ in steps of a twelfth: none is likelier.
func TestTurnbullAgainstEveryDistribution(t *testing.T) {
	at := []float64{0, .5, 1, 1.5, 2, 2.5}
	rapid.Check(t, func(t *rapid.T) {
		values := smallIntervals(t, 1, 6)
		e := Turnbull(values)
		var points, mass []float64
		sum := 0.0
		for _, m := range e.Masses {
			points, mass = append(points, (m.Lo+min(m.Hi, 3))/2), append(mass, m.P)
			sum += m.P
		}
		if math.Abs(sum-1) > 1e-5 {
			t.Fatalf("the masses add up to %v", sum)
		}
		got := likelihood(values, points, mass)
		grid := make([]float64, len(at))
		var try func(j, left int)
		try = func(j, left int) {
			if j == len(at)-1 {
				grid[j] = float64(left) / 12
				if l := likelihood(values, at, grid); l > got+1e-4 {
					t.Fatalf("%v have likelihood %v by %v, and %v by %v", values, got, e.Masses, l, grid)
				}
				return
			}
			for k := 0; k <= left; k++ {
				grid[j] = float64(k) / 12
				try(j+1, left-k)
			}
		}
		try(0, 12)
	})
}

// smallIntervals have ends in 0 to 2, or no upper end.
func smallIntervals(t *rapid.T, least, most int) (values []Interval) {
	for range rapid.IntRange(least, most).Draw(t, "n") {
		lo := rapid.IntRange(0, 2).Draw(t, "lo")
		v := Interval{float64(lo), float64(rapid.IntRange(lo, 3).Draw(t, "hi"))}
		if v.Hi == 3 {
			v.Hi = math.Inf(1)
		}
		values = append(values, v)
	}
	return values
}

// TestTurnbullIsKaplanMeier where values are known, or only from below.
func TestTurnbullIsKaplanMeier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var values []Interval
		var ds []Duration
		for range rapid.IntRange(1, 15).Draw(t, "n") {
			x := float64(rapid.IntRange(0, 9).Draw(t, "x"))
			if rapid.Bool().Draw(t, "ended") {
				values, ds = append(values, Interval{x, x}), append(ds, Duration{x, true})
			} else {
				values, ds = append(values, Interval{x, math.Inf(1)}), append(ds, Duration{x, false})
			}
		}
		e, curve := Turnbull(values), KaplanMeier(ds)
		for x := 0.0; x < 9; x++ {
			if got := 1 - e.CDF(x).Lo; math.Abs(got-curve.At(x)) > 1e-3 {
				t.Fatalf("S(%v) = %v, want %v of %v", x, got, curve.At(x), values)
			}
		}
	})
}

// TestTurnbullOfUnits: durations of which only VERIS's unit is known are a histogram.
func TestTurnbullOfUnits(t *testing.T) {
	var values []Interval
	for unit, n := range map[string]int{"Hours": 2, "Days": 3, "Months": 4, "Years": 1} {
		for range n {
			days, ok := Unit(unit, nil)
			if !ok {
				t.Fatal(unit)
			}
			values = append(values, days)
		}
	}
	e := Turnbull(values)
	want := []Mass{{Interval{1. / 24, 1}, .2}, {Interval{1, 7}, .3}, {Interval{30, 365}, .4}, {Interval{365, math.Inf(1)}, .1}}
	if d := cmp.Diff(want, e.Masses, about); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff([]Interval{{1, 7}, {30, 365}, {365, math.Inf(1)}}, []Interval{e.Quantile(.5), e.Quantile(.51), e.Quantile(.99)}); d != "" {
		t.Errorf("quantiles (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]Interval{{0, 0}, {.2, .5}, {.5, .5}, {.9, 1}}, []Interval{e.CDF(0), e.CDF(2), e.CDF(30), e.CDF(400)}, about); d != "" {
		t.Errorf("CDF (-want +got):\n%s", d)
	}
}

// TestTurnbullByHand: of (0,2], (1,3] and (2,4] the middle one covers the two innermost intervals, and by symmetry each has half.
func TestTurnbullByHand(t *testing.T) {
	e := Turnbull([]Interval{{0, 2}, {1, 3}, {2, 4}})
	if len(e.Masses) != 2 || e.Masses[0].Interval != (Interval{1, 2}) || e.Masses[1].Interval != (Interval{2, 3}) || !cmp.Equal(e.Masses[0].P, .5, about) {
		t.Errorf("%+v", e)
	}
}
