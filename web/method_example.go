package web

import (
	"fmt"
	"strconv"
	"time"

	"threatwatch/watch"
	"threatwatch/watch/measure"
)

// rankExample is an actor with a few incidents, measured as the pages of actors measure theirs.
type rankExample struct {
	Incidents []rankedIncident
	Rows      []weighed
}

type rankedIncident struct{ When, Judged, P string }

// newRankExample measures an actor that is named in six incidents of two years.
func newRankExample() (e rankExample) {
	method := measure.Method{Weights: measure.DefaultWeights(), Level: measure.Group}
	window := measure.Window{From: midnight(2024, 1, 1), To: midnight(2026, 1, 1)}
	var list []measure.Incident
	for i, x := range []struct {
		when        measure.Date
		words       string
		reliability string
		credibility int
	}{
		{day(2024, 2, 3), "3 Feb 2024", "A", 1}, {day(2024, 3, 9), "9 Mar 2024", "B", 2}, {day(2024, 4, 1), "1 Apr 2024", "B", 2}, {day(2024, 12, 20), "20 Dec 2024", "C", 3},
		{measure.Date{Time: midnight(2025, 5, 1), Fidelity: measure.Month}, "May 2025", "B", 2}, {measure.Date{Time: midnight(2025, 1, 1), Fidelity: measure.Year}, "2025", "D", 4},
	} {
		in := measure.Incident{ID: strconv.Itoa(i), When: x.when, Claims: []measure.Claim{{ID: "c" + strconv.Itoa(i), Actor: "Group A", Level: measure.Group, Capacity: "vendor", Reliability: x.reliability, Credibility: x.credibility}}}
		list = append(list, in)
		e.Incidents = append(e.Incidents, rankedIncident{x.words, fmt.Sprintf("%s%d", x.reliability, x.credibility), fraction(method.Weigh(in).Of("Group A").P)})
	}
	row := method.Rank(list, window, measure.DefaultSeed).Rows[0]
	a, p, d := row.Activity, row.Persistence, row.Drawn
	e.Rows = []weighed{
		{"A, expected incidents: Σ p", fmt.Sprintf("%.2f, ± %.2f", a.Expected, a.SD)},
		{"at least: incidents with p of .70 or more", strconv.Itoa(a.Certain)},
		{"at most: incidents in which it is named", strconv.Itoa(a.Named)},
		{"5 to 95 % of the worlds that were drawn", fmt.Sprintf("%.0f to %.0f", d.Incidents.Lo, d.Incidents.Hi)},
		{"rate: (A + ½) by the months of the window, with 95 % of Gamma(A + ½)", fmt.Sprintf("%.2f a month, %.2f to %.2f", a.Rate, a.RateRange.Lo, a.RateRange.Hi)},
		{"M, expected months with anything: Σ (1 − Π(1 − p × share of the month))", fmt.Sprintf("%.2f", p.Months)},
		{"S, span from the first month to the last", fmt.Sprintf("%d months", p.Span)},
		{"D, part of the span that is active", fraction(p.Occupancy)},
		{"longest silence between two months with something", fmt.Sprintf("%d months", p.Silence)},
		{"returns after six months of silence or more", strconv.Itoa(p.Returns)},
		{"left out of gaps and silences, known to the year only", strconv.Itoa(p.Coarse)},
	}
	if p.MedianGap != nil {
		e.Rows = append(e.Rows, weighed{"median gap between one incident and the next", fmt.Sprintf("%.0f days", *p.MedianGap)})
	}
	return e
}

// lagExample is a lag of one incident.
type lagExample struct{ From, To, Days string }

// lagExamples are lags as sources tell them, the strip that they make, and their median.
func lagExamples() (list []lagExample, strip []weighed, median string) {
	var known []measure.Interval
	unknown := 0
	for _, x := range []struct{ from, to string }{{"2025-01-01", "2025-02-10"}, {"2024-03", "2024-05-02"}, {"2023", "2023-12-20"}, {"2025-06-01", "2025-06-01"}, {"", "2025-06-01"}} {
		in := measure.Incident{Milestones: map[string]measure.Date{measure.Compromise: exampleDate(x.from), measure.Discovery: exampleDate(x.to)}}
		days, ok, err := measure.DiscoveryLag.Of(&in)
		e := lagExample{From: x.from, To: x.to, Days: "not known"}
		if ok && err == nil {
			e.Days = daysWords(days)
			known = append(known, days)
		} else {
			e.From = "not known"
			unknown++
		}
		list = append(list, e)
	}
	if days, ok := measure.Unit("Months", nil); ok {
		list = append(list, lagExample{From: "given as a duration", To: "“months”", Days: daysWords(days)})
		known = append(known, days)
	}
	s := measure.MakeStrip(known, unknown)
	for i, n := range stripCounts(s) {
		strip = append(strip, weighed{stripParts[i].Label, fmt.Sprintf("%.2f", n)})
	}
	return list, strip, medianWords(measure.Turnbull(known).Quantile(.5))
}

func midnight(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func day(year int, month time.Month, day int) measure.Date {
	return measure.Date{Time: midnight(year, month, day), Fidelity: measure.Day}
}

// exampleDate is a date of an example; what is no date is not known.
func exampleDate(text string) measure.Date {
	m, err := watch.ParseMoment(text)
	if err != nil {
		return measure.Date{}
	}
	return dateOf(m)
}
