package measure

import (
	"math"
	"slices"
	"time"
)

const (
	likely        = .5  // τ: from this p an incident counts as an actor's where it must be one or not
	silent        = 6   // months without anything that make a pause
	again         = 730 // days within which a victim is hit again
	enough        = 5   // n under which nothing is said
	secondsOfADay = 86400.0
)

// Persistence is how long an actor keeps at it. Everything but Months counts incidents of which p is at least ½. What is known to the year only
// is in no gap, silence, spell or return: it would lie on the first of January. Coarse says how many were left out for that.
type Persistence struct {
	Months      float64 // M: the expected number of months with anything
	Span        int     // S: months from the first to the last, both included
	Occupancy   float64 // D: the part of the span's months that is active, as expected
	Years       int     // with anything
	Last        time.Time
	Coarse      int
	Silence     int        // the longest time without anything between two months with something, in months
	Returns     int        // how often it came back after six months of silence or more
	Gaps        int        // between one incident and the next
	MedianGap   *float64   // days; nil without gaps
	Burstiness  *float64   // −1 regular, 0 at random, 1 in bursts; nil under five gaps
	Spells      Curve      // how many months it goes on without a pause of over six; one that goes on now is not at its end
	SpellMedian *float64   // nil where the curve does not come down to a half
	Dormant     *float64   // how likely so long a silence as now would be by chance (Solow); nil under five incidents
	Dwell       []Interval // days from compromise to containment, where they are known
	DwellMedian *Interval  // by Kaplan-Meier on the shortest and the longest; nil under five
	HitAgain    *float64   // the part of its victims that it hit again within two years; nil without victims
}

// measurePersistence looks at the sightings of an actor as of now.
func measurePersistence(list []sighting, now time.Time) Persistence {
	var p Persistence
	var sure, fine []sighting
	for _, s := range list {
		if s.p < likely-rounding {
			continue
		}
		sure = append(sure, s)
		if !s.coarse {
			fine = append(fine, s)
		}
	}
	slices.SortStableFunc(fine, func(a, b sighting) int { return a.span.middle().Compare(b.span.middle()) })
	p.Coarse = len(sure) - len(fine)
	p.months(list, sure)
	p.gaps(fine)
	p.spells(fine, monthOf(now.Add(-1)))
	p.Dormant = dormant(fine, now)
	p.HitAgain = hitAgain(fine)
	p.dwell(sure)
	return p
}

// dwell measures how long it stays inside a victim.
func (p *Persistence) dwell(sure []sighting) {
	for _, s := range sure {
		if days, ok, err := DwellLag.Of(s.Incident); ok && err == nil {
			p.Dwell = append(p.Dwell, days)
		}
	}
	if len(p.Dwell) >= enough {
		band := MakeBand(p.Dwell)
		p.DwellMedian = &Interval{band.Lo.Median(), band.Hi.Median()}
	}
}

// months measures M, S, D and Y. A date that spans several months is in each of them in proportion.
func (p *Persistence) months(list, sure []sighting) {
	idle := map[month]float64{}
	for _, s := range list {
		s.span.shares(func(m month, share float64) {
			if _, ok := idle[m]; !ok {
				idle[m] = 1
			}
			idle[m] *= 1 - s.p*share
		})
	}
	first, last := spanOf(sure)
	years := map[int]bool{}
	within := 0.0
	for _, m := range sortedMonths(idle) {
		p.Months += 1 - idle[m]
		if len(sure) > 0 && m >= first && m <= last {
			within += 1 - idle[m]
		}
	}
	for _, s := range sure {
		years[s.span.middle().Year()] = true
		if at := s.span.middle(); at.After(p.Last) {
			p.Last = at
		}
	}
	p.Years = len(years)
	if len(sure) > 0 {
		p.Span = int(last-first) + 1
		p.Occupancy = within / float64(p.Span)
	}
}

// spanOf is the first month and the last in which there must have been something. What is known to the year only stretches it no further than it must:
// it ends with the span that ends first and begins with the one that begins last.
func spanOf(sure []sighting) (first, last month) {
	for i, s := range sure {
		lo, hi := monthOf(s.span.lo), monthOf(s.span.hi.Add(-1))
		if i == 0 {
			first, last = hi, lo
		}
		first, last = min(first, hi), max(last, lo)
	}
	return first, max(first, last)
}

func sortedMonths[V any](set map[month]V) []month {
	list := make([]month, 0, len(set))
	for m := range set {
		list = append(list, m)
	}
	slices.Sort(list)
	return list
}

// gaps measures the days between one incident and the next, by the middles of their spans.
func (p *Persistence) gaps(fine []sighting) {
	var gaps []float64
	for i := 1; i < len(fine); i++ {
		gaps = append(gaps, fine[i].span.middle().Sub(fine[i-1].span.middle()).Seconds()/secondsOfADay)
	}
	p.Gaps = len(gaps)
	if len(gaps) == 0 {
		return
	}
	p.Burstiness = burstiness(gaps)
	slices.Sort(gaps)
	middle := (gaps[(len(gaps)-1)/2] + gaps[len(gaps)/2]) / 2
	p.MedianGap = &middle
}

// burstiness compares gaps with those of events at random, for finitely many of them (Kim and Jo 2016): r is their deviation by their mean.
func burstiness(gaps []float64) *float64 {
	n, sum, squares := float64(len(gaps)), 0.0, 0.0
	for _, g := range gaps {
		sum += g
	}
	for _, g := range gaps {
		squares += (g - sum/n) * (g - sum/n)
	}
	if len(gaps) < enough || sum == 0 {
		return nil
	}
	r := math.Sqrt(squares/n) / (sum / n)
	b := (math.Sqrt(n+1)*r - math.Sqrt(n-1)) / ((math.Sqrt(n+1)-2)*r + math.Sqrt(n-1))
	return &b
}

// spells cuts the active months where more than six months lie between one and the next.
func (p *Persistence) spells(fine []sighting, now month) {
	active := map[month]bool{}
	for _, s := range fine {
		active[monthOf(s.span.middle())] = true
	}
	months := sortedMonths(active)
	var spells []Duration
	for i, m := range months {
		if i == 0 || m-months[i-1] > silent {
			spells = append(spells, Duration{Ended: true})
			if i > 0 {
				p.Returns++
			}
		}
		spell := &spells[len(spells)-1]
		if spell.Length > 0 {
			spell.Length += float64(m - months[i-1])
		} else {
			spell.Length = 1
		}
		if i > 0 {
			p.Silence = max(p.Silence, int(m-months[i-1])-1)
		}
	}
	if len(spells) > 0 && now-months[len(months)-1] <= silent {
		spells[len(spells)-1].Ended = false
	}
	p.Spells = KaplanMeier(spells)
	if median := p.Spells.Median(); !math.IsInf(median, 1) {
		p.SpellMedian = &median
	}
}

// dormant is Solow's p of the silence since the last sighting.
func dormant(fine []sighting, now time.Time) *float64 {
	if len(fine) < enough {
		return nil
	}
	first := fine[0].span.middle()
	last, watched := fine[len(fine)-1].span.middle().Sub(first), now.Sub(first)
	p := Solow(last.Seconds(), watched.Seconds(), len(fine)-1)
	return &p
}

// hitAgain is the part of the victims that were hit a second time within two years.
func hitAgain(fine []sighting) *float64 {
	last, twice := map[string]time.Time{}, map[string]bool{}
	for _, s := range fine {
		at := s.span.middle()
		for i, victim := range s.Victims {
			if slices.Contains(s.Victims[:i], victim) {
				continue
			}
			if before, ok := last[victim]; ok && at.Sub(before).Seconds()/secondsOfADay <= again {
				twice[victim] = true
			}
			last[victim] = at
		}
	}
	if len(last) == 0 {
		return nil
	}
	part := float64(len(twice)) / float64(len(last))
	return &part
}
