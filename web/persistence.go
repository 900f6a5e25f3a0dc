package web

import (
	"fmt"
	"strings"

	"threatwatch/watch/measure"
)

// measured is one number about an actor, with what each reading says.
type measured struct {
	Label string
	Cells []string
}

// unknownCell stands where too little is known for a number; pages never leave a place empty.
const unknownCell = "not known"

// persistence is how often an actor is seen and for how long. Readings by which it is not ranked say nothing; none is returned where all are so.
func persistence(readings []actorReading) (list []measured) {
	ranked := false
	for _, of := range []struct {
		label string
		words func(measure.Row) string
	}{
		{"Incidents a month, with 95 %", rateWords}, {"The last twelve months by those before, 5 to 95 %", momentumWords}, {"Among the first five", topWords},
		{"Part of the months from first to last with anything", occupancyWords}, {"Longest silence", silenceWords}, {"Came back after six months of silence or more", returnWords},
		{"From one incident to the next, median", gapWords}, {"Regular (−1), at random (0) or in bursts (1)", burstWords}, {"How long it goes on without a pause, median", spellWords},
		{"No sighting with even odds since", sinceWords}, {"How long it was inside, median", dwellWords}, {"Victims hit again within two years", againWords},
	} {
		m := measured{Label: of.label}
		for _, r := range readings {
			if !r.Ranked {
				m.Cells = append(m.Cells, "–")
				continue
			}
			ranked = true
			m.Cells = append(m.Cells, of.words(r.Row))
		}
		list = append(list, m)
	}
	if !ranked {
		return nil
	}
	return list
}

func percent(part float64) string { return fmt.Sprintf("%.0f %%", 100*part) }

func rateWords(r measure.Row) string {
	return fmt.Sprintf("%.3f (%.3f to %.3f)", r.Activity.Rate, r.Activity.RateRange.Lo, r.Activity.RateRange.Hi)
}

func momentumWords(r measure.Row) string {
	m := r.Drawn.Momentum
	if m == nil {
		return "nothing in either"
	}
	return fmt.Sprintf("%.1f times (%.1f to %.1f)", m.Median, m.Lo, m.Hi)
}

func topWords(r measure.Row) string { return "in " + percent(r.Drawn.Top) + " of the worlds" }

func occupancyWords(r measure.Row) string {
	if r.Persistence.Span == 0 {
		return unknownCell
	}
	return fmt.Sprintf("%s of %s", percent(r.Persistence.Occupancy), monthsWords(float64(r.Persistence.Span)))
}

func silenceWords(r measure.Row) string {
	if r.Persistence.Gaps == 0 {
		return unknownCell
	}
	return monthsWords(float64(r.Persistence.Silence))
}

func returnWords(r measure.Row) string {
	switch {
	case r.Persistence.Gaps == 0:
		return unknownCell
	case r.Persistence.Returns == 1:
		return "once"
	}
	return fmt.Sprintf("%d times", r.Persistence.Returns)
}

// gapWords says what was left out, too: a date that is known to the year only would make gaps of its own.
func gapWords(r measure.Row) string {
	s := unknownCell
	if m := r.Persistence.MedianGap; m != nil {
		s = fmt.Sprintf("%.0f days", *m)
	}
	if n := r.Persistence.Coarse; n > 0 {
		s += fmt.Sprintf(", without %d known to the year only", n)
	}
	return s
}

func burstWords(r measure.Row) string {
	if r.Persistence.Burstiness == nil {
		return unknownCell
	}
	return strings.Replace(fmt.Sprintf("%.2f", *r.Persistence.Burstiness), "-", "−", 1)
}

// spellWords is the median of the curve; where most spells still run it has none.
func spellWords(r measure.Row) string {
	if r.Persistence.SpellMedian == nil {
		return unknownCell
	}
	return monthsWords(*r.Persistence.SpellMedian)
}

func sinceWords(r measure.Row) string {
	if r.Persistence.Last.IsZero() {
		return unknownCell
	}
	s := r.Persistence.Last.Format("Jan 2006")
	if p := r.Persistence.Dormant; p != nil {
		s += fmt.Sprintf("; so long a silence comes by chance in %s", percent(*p))
	}
	return s
}

func dwellWords(r measure.Row) string {
	if r.Persistence.DwellMedian == nil {
		return fmt.Sprintf("%s; it is of %d incidents", unknownCell, len(r.Persistence.Dwell))
	}
	return medianWords(*r.Persistence.DwellMedian)
}

func againWords(r measure.Row) string {
	if r.Persistence.HitAgain == nil {
		return unknownCell
	}
	return percent(*r.Persistence.HitAgain)
}

func monthsWords(n float64) string {
	if n == 1 {
		return "a month"
	}
	return fmt.Sprintf("%.0f months", n)
}
