package measure

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestLagOf(t *testing.T) {
	stones := func(list ...string) map[string]Date {
		m := map[string]Date{}
		for i := 0; i < len(list); i += 2 {
			m[list[i]] = date(t, list[i+1])
		}
		return m
	}
	for _, c := range []struct {
		name string
		lag  Lag
		in   Incident
		want Interval
		ok   bool
	}{
		{"days", DiscoveryLag, Incident{Milestones: stones(Compromise, "2020-01-01", Discovery, "2020-02-10")}, Interval{39, 41}, true},
		{"the same day", DiscoveryLag, Incident{Milestones: stones(Compromise, "2020-01-01", Discovery, "2020-01-01")}, Interval{0, 1}, true},
		{"one is missing", DiscoveryLag, Incident{Milestones: stones(Discovery, "2020-01-01")}, Interval{}, false},
		{"a unit", DiscoveryLag, Incident{Given: map[string]Interval{Discovery: {30, 365}}}, Interval{30, 365}, true},
		{"units add up", DwellLag, Incident{Given: map[string]Interval{Discovery: {30, 365}, Containment: {1, 7}}}, Interval{31, 372}, true},
		{"a unit is missing", DwellLag, Incident{Given: map[string]Interval{Containment: {1, 7}}}, Interval{}, false},
		{"of claims and stances", AnswerLag, Incident{
			Claims:  []Claim{{Stated: date(t, "2020-03-05")}, {Stated: date(t, "2020-03-01")}},
			Stances: []Stance{{Stance: "concur", Stated: date(t, "2020-03-02")}, {Stance: "no-comment", Capacity: "accused-state", Stated: date(t, "2020-03-11")}, {Stance: "deny", Stated: date(t, "2020-03-21")}}},
			Interval{9, 11}, true},
		{"negative, and why", DisclosureLag, Incident{Milestones: stones(Discovery, "2020-01-10", Public, "2020-01-01"), Explained: map[string]string{"disclosure": "the attacker announced it first"}}, Interval{-10, -8}, true},
		{"perhaps negative, and words that explain nothing", DisclosureLag, Incident{Milestones: stones(Discovery, "2020-01-10", Public, "2020-01"), Explained: map[string]string{"disclosure": "by the victim"}}, Interval{0, 22}, true},
	} {
		got, ok, err := c.lag.Of(&c.in)
		if d := cmp.Diff(c.want, got, about); d != "" || ok != c.ok || err != nil {
			t.Errorf("%s: %v, %v, %v (-want +got):\n%s", c.name, got, ok, err, d)
		}
	}
	_, ok, err := DisclosureLag.Of(&Incident{ID: "x", Milestones: stones(Discovery, "2020-01-10", Public, "2020-01-01")})
	negative, is := errors.AsType[*NegativeLag](err)
	if ok || !is || negative.Incident != "x" || negative.Lag != DisclosureLag || negative.Days.Hi != -8 {
		t.Errorf("a negative lag: %v, %v", ok, err)
	}
	if want := "x: public_disclosure lies 8 to 10 days before discovery: correct a date, or say why"; err.Error() != want {
		t.Errorf("it says %q, want %q", err, want)
	}
	if _, _, err := DisclosureLag.Of(&Incident{ID: "x", Milestones: stones(Discovery, "2020-01-02", Public, "2020-01-01")}); err == nil {
		t.Error("the day before is before")
	}
}

func TestUnit(t *testing.T) {
	five := 5.0
	for _, c := range []struct {
		unit  string
		value *float64
		want  Interval
		ok    bool
	}{{"Months", nil, Interval{30, 365}, true}, {"Years", nil, Interval{365, math.Inf(1)}, true}, {"Days", &five, Interval{4.5, 5.5}, true}, {"Never", nil, Interval{}, false}, {"", nil, Interval{}, false}} {
		if got, ok := Unit(c.unit, c.value); got != c.want || ok != c.ok {
			t.Errorf("Unit(%q, %v) = %v, %v", c.unit, c.value, got, ok)
		}
	}
}

func TestCohorts(t *testing.T) {
	in := func(id, when, discovered string) Incident {
		i := Incident{ID: id, When: date(t, when), Milestones: map[string]Date{Compromise: date(t, when)}}
		if discovered != "" {
			i.Milestones[Discovery] = date(t, discovered)
		}
		return i
	}
	list := []Incident{in("a", "2019-01-01", "2019-01-03"), in("b", "2019-06-01", "2020-06-01"), in("c", "2020-01-01", ""), in("d", "2020-05-05", "2020-05-01")}
	type row struct {
		Year           int
		Young          bool
		N, Known, Lost int
		Refused        int
	}
	rows := func(by CohortBy) (got []row) {
		for _, c := range DiscoveryLag.Cohorts(list, by, time.Date(2022, 12, 1, 0, 0, 0, 0, time.UTC)) {
			got = append(got, row{c.Year, c.Young, c.N, len(c.Known), c.Unknown, len(c.Refused)})
		}
		return got
	}
	if d := cmp.Diff([]row{{0, false, 1, 0, 1, 0}, {2019, false, 1, 1, 0, 0}, {2020, false, 2, 1, 0, 1}}, rows(ByDiscovery)); d != "" {
		t.Errorf("by discovery (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]row{{2019, false, 2, 2, 0, 0}, {2020, true, 2, 0, 1, 1}}, rows(ByIncident)); d != "" {
		t.Errorf("by incident (-want +got):\n%s", d)
	}
	if got := ByIncident.year(&Incident{When: Date{time.Date(2019, 7, 1, 0, 0, 0, 0, time.UTC), Year}}); got != 0 {
		t.Errorf("a year that begins in July is in %d", got)
	}
}

func TestBandHoldsTheCurve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := smallIntervals(t, 1, 8)
		band, e := MakeBand(values), Turnbull(values)
		for x := 0.0; x < 3; x += .5 {
			shortest, longest := 0, 0
			for _, v := range values {
				if v.Lo > x {
					shortest++
				}
				if v.Hi > x {
					longest++
				}
			}
			n := float64(len(values))
			if !cmp.Equal(band.Lo.At(x), float64(shortest)/n, about) || !cmp.Equal(band.Hi.At(x), float64(longest)/n, about) {
				t.Fatalf("at %v: %v to %v, want %d to %d of %v", x, band.Lo.At(x), band.Hi.At(x), shortest, longest, n)
			}
			if last := len(band.Hi) - 1; last >= 0 && math.IsInf(band.Hi[last].At, 1) {
				t.Fatalf("the curve of the longest ends at %v", band.Hi[last].At)
			}
			if cdf := e.CDF(x); 1-cdf.Hi > band.Hi.At(x)+1e-4 || 1-cdf.Lo < band.Lo.At(x)-1e-4 {
				t.Fatalf("at %v the estimate %v leaves the band %v to %v", x, cdf, band.Lo.At(x), band.Hi.At(x))
			}
		}
	})
}

func TestStrip(t *testing.T) {
	s := MakeStrip([]Interval{{0, 1}, {0, 2}, {7, 30}, {30, 365}, {365, math.Inf(1)}, {40, math.Inf(1)}, {1, 1}, {7, 7}, {-8, -6}, {360, 370}}, 3)
	want := Strip{Bins: [5]Parts{3*Whole + Whole/2, Whole + Whole/2, Whole, Whole + Whole/2, Whole + Whole/2}, Unknown: 4 * Whole}
	if d := cmp.Diff(want, s); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := (Whole / 4).Float(); got != .25 {
		t.Errorf("a quarter is %v", got)
	}
}

// TestStripAddsUp, and each share is that of points spread over the interval.
func TestStripAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Float64Range(0, 400).Draw(t, "lo")
		v := Interval{lo, lo + rapid.Float64Range(0, 800).Draw(t, "length")}
		s := MakeStrip([]Interval{v}, 0)
		sum := s.Unknown
		var count [5]float64
		const points = 20000
		for k := range points {
			x := v.Lo + (v.Hi-v.Lo)*(float64(k)+.5)/points
			bin := 0
			for bin < 4 && x > StripBounds[bin] {
				bin++
			}
			count[bin]++
		}
		for bin, parts := range s.Bins {
			sum += parts
			if math.Abs(parts.Float()-count[bin]/points) > 2./points {
				t.Fatalf("bin %d of %v has %v, want %v", bin, v, parts.Float(), count[bin]/points)
			}
		}
		if sum != Whole {
			t.Fatalf("%v adds up to %d", v, sum)
		}
	})
}

func TestDivideIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Float64Range(.001, 1e6), 1, 20).Draw(t, "weights")
		sum, total := Parts(0), 0.0
		for _, w := range weights {
			total += w
		}
		for i, p := range divide(weights) {
			sum += p
			if math.Abs(float64(p)-weights[i]/total*float64(Whole)) > 1 {
				t.Fatalf("%v of %v got %d", weights[i], weights, p)
			}
		}
		if sum != Whole {
			t.Fatalf("%v adds up to %d", weights, sum)
		}
	})
	if d := cmp.Diff([]Parts{Whole / 3, Whole / 3, Whole / 3}, divide([]float64{1, 1, 1}), cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
}
