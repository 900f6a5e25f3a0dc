package measure

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// arbitrarySightings are up to most incidents of one actor in 2019 and 2020.
func arbitrarySightings(t *rapid.T, most int) (list []sighting) {
	some := func(label string, names ...string) []string {
		return rapid.SliceOfN(rapid.SampledFrom(names), 0, 3).Draw(t, label)
	}
	for range rapid.IntRange(0, most).Draw(t, "n") {
		day := time.Date(2019, 1, 1+rapid.IntRange(0, 700).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		when := Date{day, Day}
		switch rapid.IntRange(0, 3).Draw(t, "fidelity") {
		case 0:
			when = Date{monthOf(day).start(), Month}
		case 1:
			when = Date{time.Date(day.Year(), 1, 1, 0, 0, 0, 0, time.UTC), Year}
		}
		in := &Incident{When: when, Victims: some("victims", "v", "w", "x"), Sectors: some("sectors", "s", "t"), Countries: some("countries", "DE", "FR"), Data: some("data", "secrets", "personal")}
		s, _ := when.until(time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC))
		list = append(list, sighting{dated{in, s, when.Fidelity == Year}, float64(rapid.IntRange(0, 20).Draw(t, "p")) / 20, rapid.Bool().Draw(t, "named")})
	}
	return list
}

// TestActivityAgainstWorlds enumerates in which of the incidents it was the actor, and counts in each world what the formulas expect.
func TestActivityAgainstWorlds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := arbitrarySightings(t, 9)
		a := measureActivity(list, 24)
		mean, square, victims, sectors, countries := 0.0, 0.0, 0.0, 0.0, 0.0
		for world := range 1 << len(list) {
			chance, n := 1.0, 0.0
			seen := map[string]map[string]bool{"v": {}, "s": {}, "c": {}}
			for i, s := range list {
				if world>>i&1 == 0 {
					chance *= 1 - s.p
					continue
				}
				chance *= s.p
				n++
				for what, names := range map[string][]string{"v": s.Victims, "s": s.Sectors, "c": s.Countries} {
					for _, name := range names {
						seen[what][name] = true
					}
				}
			}
			mean, square = mean+chance*n, square+chance*n*n
			victims += chance * float64(len(seen["v"]))
			sectors += chance * float64(len(seen["s"]))
			countries += chance * float64(len(seen["c"]))
		}
		for _, c := range []struct {
			what      string
			got, want float64
		}{{"A", a.Expected, mean}, {"variance", a.SD * a.SD, square - mean*mean}, {"victims", a.Victims, victims}, {"sectors", a.Sectors, sectors}, {"countries", a.Countries, countries}} {
			if math.Abs(c.got-c.want) > 1e-9 {
				t.Fatalf("%s is %v, want %v", c.what, c.got, c.want)
			}
		}
		sum := 0.0
		for _, e := range a.Effort {
			sum += e.Expected
		}
		if math.Abs(sum-a.Expected) > 1e-9 {
			t.Fatalf("effort adds up to %v, want %v", sum, a.Expected)
		}
	})
}

func TestFloorAndCeiling(t *testing.T) {
	a := measureActivity([]sighting{{dated{Incident: &Incident{}}, .7, true}, {dated{Incident: &Incident{}}, .69, true}, {dated{Incident: &Incident{Data: []string{"a", "b"}}}, .2, false}}, 10)
	if a.Certain != 1 || a.Named != 2 || !cmp.Equal(a.Rate, (1.59+.5)/10, about) {
		t.Errorf("%+v", a)
	}
	if d := cmp.Diff([]Effort{{"", 1.39}, {"a", .1}, {"b", .1}}, a.Effort, about); d != "" {
		t.Errorf("effort (-want +got):\n%s", d)
	}
}

// TestRateRange integrates the density of Gamma(A + ½, |T|) up to each bound.
func TestRateRange(t *testing.T) {
	for _, c := range []struct{ expected, months float64 }{{0, 12}, {.3, 24}, {5, 24}, {28.6, 278}, {119.5, 278}} {
		_, bounds := rate(c.expected, c.months)
		shape := c.expected + .5
		logGamma, _ := math.Lgamma(shape)
		below := func(x float64) float64 { // with λ = y², which takes the pole at zero away
			const steps = 200000
			sum, h := 0.0, math.Sqrt(x)/steps
			for k := range steps {
				y := (float64(k) + .5) * h
				sum += 2 * h * math.Exp(shape*math.Log(c.months)+(2*shape-1)*math.Log(y)-c.months*y*y-logGamma)
			}
			return sum
		}
		if lo, hi := below(bounds.Lo), below(bounds.Hi); math.Abs(lo-.025) > 1e-5 || math.Abs(hi-.975) > 1e-5 {
			t.Errorf("A %v over %v months: %v to %v of the density lie below %v", c.expected, c.months, lo, hi, bounds)
		}
	}
}

func TestWindow(t *testing.T) {
	var list []Incident
	for _, when := range []string{"2020-06-01", "2019", "2020", "2021", "2020-12-31", "2021-01-01"} {
		list = append(list, Incident{ID: when, When: date(t, when)})
	}
	list = append(list, Incident{ID: "?"})
	ids := func(w Window) (ids []string, from time.Time, undated int) {
		in, undated := w.in(list)
		for _, d := range in {
			ids = append(ids, d.ID)
		}
		return ids, w.From, undated
	}
	to := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	got, from, undated := ids(Window{To: to})
	if d := cmp.Diff([]string{"2019", "2020", "2020-06-01", "2020-12-31"}, got); d != "" || from.Year() != 2019 || undated != 1 {
		t.Errorf("everything: from %v, %d undated (-want +got):\n%s", from, undated, d)
	}
	got, _, _ = ids(Window{From: time.Date(2020, 6, 15, 0, 0, 0, 0, time.UTC), To: to})
	if d := cmp.Diff([]string{"2020", "2020-12-31"}, got); d != "" {
		t.Errorf("from June, where the middle of 2020 lies (-want +got):\n%s", d)
	}
	if m := (Window{to.AddDate(-4, 0, 0), to}).Months(); math.Abs(m-48) > .01 {
		t.Errorf("four years are %v months", m)
	}
	w := Window{To: to}
	if !w.isRecent(monthOf(date(t, "2020-07").Time)) || w.isRecent(monthOf(date(t, "2020-06").Time)) {
		t.Error("the last six months begin in July")
	}
}

// TestMonths: months are counted as the calendar counts them.
func TestMonths(t *testing.T) {
	for m := monthOf(date(t, "1999-11").Time); m < monthOf(date(t, "2001-02").Time); m++ {
		if next := m.start().AddDate(0, 1, 0); monthOf(next) != m+1 || monthOf(next.Add(-1)) != m || m.start().Day() != 1 {
			t.Errorf("%v", m.start())
		}
	}
	if !slices.Equal(sortedMonths(map[month]int{3: 0, 1: 0, 2: 0}), []month{1, 2, 3}) {
		t.Error("sortedMonths")
	}
}
