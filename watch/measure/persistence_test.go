package measure

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func sightings(t testing.TB, dates ...string) (list []sighting) {
	for _, s := range dates {
		d := date(t, s)
		lo, hi := d.Span()
		list = append(list, sighting{dated{&Incident{When: d, Victims: []string{"v"}}, span{lo, hi}, d.Fidelity == Year}, 1, true})
	}
	return list
}

var now = time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)

// TestPersistenceWithAYear: from December 2017, with which 2017 ends, to September 2020 there are 34 months.
func TestPersistenceWithAYear(t *testing.T) {
	p := measurePersistence(sightings(t, "2017", "2018-01-10", "2018-01-20", "2018-03-01", "2018-10-05", "2018-11-04", "2020-09-30"), now)
	if !cmp.Equal(p.Months, 6., about) || p.Span != 34 || p.Years != 3 || p.Coarse != 1 || p.Silence != 21 || p.Returns != 2 || p.Gaps != 5 || *p.MedianGap != 40 || *p.HitAgain != 1 {
		t.Errorf("%+v", p)
	}
}

func TestPersistenceWorked(t *testing.T) {
	p := measurePersistence(sightings(t, "2018-01-10", "2018-01-20", "2018-03-01", "2018-10-05", "2018-11-04", "2020-09-30"), now)
	if p.Months != 5 || p.Span != 33 || !cmp.Equal(p.Occupancy, 5./33, about) || p.Silence != 21 || p.Returns != 2 {
		t.Errorf("%+v", p)
	}
	// Spells: January to March, October and November of 2018, and September 2020, which goes on.
	if d := cmp.Diff(Curve{{2, 1 - 1./2, 2, 1}, {3, 0, 1, 1}}, p.Spells, about); d != "" || *p.SpellMedian != 2 {
		t.Errorf("spells (-want +got):\n%s", d)
	}
	first, last := date(t, "2018-01-10T12:00").Time, date(t, "2020-09-30T12:00").Time
	if want := math.Pow(last.Sub(first).Hours()/now.Sub(first).Hours(), 5); !cmp.Equal(*p.Dormant, want, about) {
		t.Errorf("dormant %v, want %v", *p.Dormant, want)
	}
	if !p.Last.Equal(last) {
		t.Errorf("last %v", p.Last)
	}
}

// TestMonthsAgainstWorlds enumerates whose the incidents are and, for those known to a month at best, in which month each one lies.
func TestMonthsAgainstWorlds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := arbitrarySightings(t, 4)
		var expect func(i int, active map[month]int) float64
		expect = func(i int, active map[month]int) (sum float64) {
			if i == len(list) {
				n := 0.0
				for _, c := range active {
					if c > 0 {
						n++
					}
				}
				return n
			}
			s := list[i]
			sum = (1 - s.p) * expect(i+1, active)
			for at := s.span.lo; at.Before(s.span.hi); at = at.AddDate(0, 1, 0) {
				m := monthOf(at)
				share := 1.0
				if s.coarse {
					share = float64((m + 1).start().Sub(m.start())) / float64(s.span.hi.Sub(s.span.lo))
				}
				active[m]++
				sum += s.p * share * expect(i+1, active)
				active[m]--
			}
			return sum
		}
		if got, want := measurePersistence(list, now).Months, expect(0, map[month]int{}); math.Abs(got-want) > 1e-9 {
			t.Fatalf("M is %v, want %v", got, want)
		}
	})
}

// TestSilencesAgainstACalendar walks through the calendar month by month.
func TestSilencesAgainstACalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := arbitrarySightings(t, 7)
		active := map[month]bool{}
		for _, s := range list {
			if s.p >= .5 && !s.coarse {
				active[monthOf(s.span.lo)] = true
			}
		}
		var spells []Duration
		quiet, longest, returns, length := -1, 0, 0, 0.0 // quiet: months since the last one with anything, −1 before the first
		for at := monthOf(now.AddDate(-2, 0, 0)); at <= monthOf(now.Add(-1)); at++ {
			switch {
			case !active[at] && quiet >= 0:
				quiet++
				continue
			case !active[at]:
				continue
			case quiet < 0:
				length = 1
			case quiet >= 6:
				spells = append(spells, Duration{length, true})
				returns, length = returns+1, 1
			default:
				length += float64(quiet) + 1
			}
			longest, quiet = max(longest, quiet), 0
		}
		if quiet >= 0 {
			spells = append(spells, Duration{length, quiet > 6})
		}
		p := measurePersistence(list, now)
		if p.Silence != longest || p.Returns != returns {
			t.Fatalf("silence %d, returns %d, want %d, %d", p.Silence, p.Returns, longest, returns)
		}
		if d := cmp.Diff(KaplanMeier(spells), p.Spells); d != "" {
			t.Fatalf("spells (-want +got):\n%s", d)
		}
	})
}

// TestYearsEnterNoGap: what is known to the year only changes no statistic of gaps, silences and spells.
func TestYearsEnterNoGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := arbitrarySightings(t, 12)
		var fine []sighting
		for _, s := range list {
			if !s.coarse {
				fine = append(fine, s)
			}
		}
		with, without := measurePersistence(list, now), measurePersistence(fine, now)
		type gaps struct {
			Silence, Returns, Gaps                   int
			Median, Burstiness, SpellMedian, Dormant *float64
			Spells                                   Curve
		}
		of := func(p Persistence) gaps {
			return gaps{p.Silence, p.Returns, p.Gaps, p.MedianGap, p.Burstiness, p.SpellMedian, p.Dormant, p.Spells}
		}
		if d := cmp.Diff(of(without), of(with)); d != "" {
			t.Fatalf("dates of a year change (-without +with):\n%s", d)
		}
	})
}

func TestBurstiness(t *testing.T) {
	repeat := func(g float64, n int) (list []float64) {
		for range n {
			list = append(list, g)
		}
		return list
	}
	for _, c := range []struct {
		name string
		gaps []float64
		want float64
	}{
		{"regular", repeat(7, 6), -1},
		{"all at once, but one", append(repeat(0, 9), 30), 1},
		{"of two kinds", []float64{1, 1, 1, 3, 3, 3}, (math.Sqrt(7)*.5 - math.Sqrt(5)) / ((math.Sqrt(7)-2)*.5 + math.Sqrt(5))},
	} {
		if got := burstiness(c.gaps); got == nil || !cmp.Equal(*got, c.want, about) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if burstiness(repeat(1, 4)) != nil || burstiness(repeat(0, 6)) != nil {
		t.Error("four gaps, or gaps of nothing, say nothing")
	}
}

// TestHitAgainAgainstPairs looks at all pairs of incidents.
func TestHitAgainAgainstPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := arbitrarySightings(t, 8)
		hit, twice := map[string]bool{}, map[string]bool{}
		for i, a := range list {
			for _, v := range a.Victims {
				if a.p < .5 || a.coarse {
					continue
				}
				hit[v] = true
				for j, b := range list {
					if days := math.Abs(a.span.middle().Sub(b.span.middle()).Hours()) / 24; j != i && b.p >= .5 && !b.coarse && days <= 730 {
						for _, w := range b.Victims {
							twice[w] = twice[w] || w == v
						}
					}
				}
			}
		}
		n := 0.0
		for _, again := range twice {
			if again {
				n++
			}
		}
		got := measurePersistence(list, now).HitAgain
		if len(hit) == 0 {
			if got != nil {
				t.Fatalf("%v of no victims", *got)
			}
			return
		}
		if got == nil || !cmp.Equal(*got, n/float64(len(hit)), about) {
			t.Fatalf("%v, want %v of %d", got, n, len(hit))
		}
	})
}

func TestDwell(t *testing.T) {
	list := sightings(t, "2019-01-01", "2019-01-02", "2019-01-03", "2019-01-04", "2019-01-05")
	for i := range list {
		list[i].Given = map[string]Interval{Discovery: {0, 0}, Containment: {float64(i), float64(2 * i)}}
	}
	if p := measurePersistence(list, now); len(p.Dwell) != 5 || *p.DwellMedian != (Interval{2, 4}) {
		t.Errorf("%v, median %v", p.Dwell, p.DwellMedian)
	}
	if p := measurePersistence(list[:4], now); len(p.Dwell) != 4 || p.DwellMedian != nil {
		t.Errorf("of four: %v, median %v", p.Dwell, p.DwellMedian)
	}
}
