package measure

import (
	"cmp"
	"slices"
	"time"
)

// Window is the time that is looked at, from From and before To. To is "now": what is recent, and what is silent, is counted back from it. A zero
// From is the beginning of the first incident.
type Window struct{ From, To time.Time }

// daysPerMonth makes months of days: a year of the calendar has 365.2425.
const daysPerMonth = 365.2425 / 12

// Months is how many months the window is long.
func (w Window) Months() float64 { return w.To.Sub(w.From).Hours() / 24 / daysPerMonth }

// Recent is how many months at the end of a window are hatched: what happened in them is not all reported yet.
const Recent = 6

// isRecent says whether a month is among the last of the window.
func (w Window) isRecent(m month) bool { return monthOf(w.To.Add(-1))-m < Recent }

// dated is an incident in the window.
type dated struct {
	*Incident
	span   span // of which the part that lies after the window is cut off
	coarse bool // known to the year only: it takes no part in statistics of gaps
}

// in returns the incidents of which the middle of the span lies in the window, by id, and how many have no date. The window gets its beginning.
func (w *Window) in(incidents []Incident) (list []dated, undated int) {
	for i := range incidents {
		in := &incidents[i]
		s, ok := in.When.until(w.To)
		switch {
		case !in.When.Known():
			undated++
		case ok && (w.From.IsZero() || !s.middle().Before(w.From)):
			list = append(list, dated{in, s, in.When.Fidelity == Year})
		}
	}
	slices.SortStableFunc(list, func(a, b dated) int { return cmp.Compare(a.ID, b.ID) })
	if w.From.IsZero() && len(list) > 0 {
		w.From = slices.MinFunc(list, func(a, b dated) int { return a.span.lo.Compare(b.span.lo) }).span.lo
	}
	return list, undated
}
