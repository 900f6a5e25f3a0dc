package measure

import (
	"slices"
	"time"
)

// Status is where an incident stands, in one word: the stronger of several.
type Status int

// The statuses, the bottom of a stack first.
const (
	StatusUnattributed Status = iota // no claim stands
	StatusClaimed                    // somebody says who
	StatusContested                  // and somebody shows that it may be otherwise
	StatusInsider                    // it came from within
)

// Status says in which part of a stack an incident stands: an insider's first, then contested, then claimed.
func (m Method) Status(in Incident) Status {
	badges := m.Badges(in)
	switch {
	case m.fromWithin(&in):
		return StatusInsider
	case slices.Contains(badges, Contested):
		return StatusContested
	case slices.Contains(badges, Claimed):
		return StatusClaimed
	}
	return StatusUnattributed
}

// fromWithin says whether an incident is an insider's: every claim says so, or only the record does.
func (m Method) fromWithin(in *Incident) bool {
	w := Method{Weights: m.Weights, Names: m.Names, Level: m.Level}.Weigh(*in)
	return len(w.Actors) == 1 && w.Actors[0].Actor == Insiders
}

// MonthBar is a month of the timeline, by status.
type MonthBar struct {
	Month  time.Time
	Counts [4]Parts // by Status
	Recent bool     // hatched: not all that happened is reported yet
}

// Timeline is what happened month by month, with every month of the window. What is known to the year is divided over its months by their days.
// The bars add up to Incidents.
type Timeline struct {
	Bars      []MonthBar
	Incidents int
	Undated   int
}

// Timeline counts the incidents of a window.
func (m Method) Timeline(incidents []Incident, w Window) Timeline {
	list, undated := w.in(incidents)
	t := Timeline{Incidents: len(list), Undated: undated}
	if len(list) == 0 {
		return t
	}
	first, last := monthOf(w.From), monthOf(w.To.Add(-1))
	for _, d := range list { // a span may begin before the window in which its middle lies
		first = min(first, monthOf(d.span.lo))
	}
	for at := first; at <= last; at++ {
		t.Bars = append(t.Bars, MonthBar{Month: at.start(), Recent: w.isRecent(at)})
	}
	for _, d := range list {
		status := m.Status(*d.Incident)
		var weights []float64
		d.span.shares(func(_ month, share float64) { weights = append(weights, share) })
		for i, parts := range divide(weights) {
			t.Bars[int(monthOf(d.span.lo)-first)+i].Counts[status] += parts
		}
	}
	return t
}

// Kinds are the bases of claims in the order in which they are stacked; "" is for what is none of them.
var Kinds = []string{"technical", "political", "legal", "self", "media", ""}

// BasisYear is on what the claims of a year rest. A claim of several kinds is divided evenly among them, so that the year adds up to Claims.
type BasisYear struct {
	Year   int // 0: it is not known when they were stated
	Claims int
	Counts []Parts // as Kinds
}

// Basis counts the claims that attribute, standing or not, by the year in which they were stated.
func Basis(incidents []Incident) []BasisYear {
	years := map[int]*BasisYear{}
	for i := range incidents {
		for j := range incidents[i].Claims {
			c := &incidents[i].Claims[j]
			if !c.attributes() {
				continue
			}
			year := 0
			if c.Stated.Known() {
				year = c.Stated.Time.UTC().Year()
			}
			if years[year] == nil {
				years[year] = &BasisYear{Year: year, Counts: make([]Parts, len(Kinds))}
			}
			years[year].add(c)
		}
	}
	list := make([]BasisYear, 0, len(years))
	for _, y := range years {
		list = append(list, *y)
	}
	slices.SortFunc(list, func(a, b BasisYear) int { return a.Year - b.Year })
	return list
}

func (y *BasisYear) add(c *Claim) {
	weights := make([]float64, len(Kinds))
	other := len(Kinds) - 1
	for _, kind := range c.Kinds {
		if k := slices.Index(Kinds, kind); k >= 0 {
			weights[k] = 1
		} else {
			weights[other] = 1
		}
	}
	if len(c.Kinds) == 0 {
		weights[other] = 1
	}
	y.Claims++
	for k, parts := range divide(weights) {
		y.Counts[k] += parts
	}
}
