package measure

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Lag is the time between two milestones.
type Lag struct{ Name, From, To string }

// The lags that pages show.
var (
	DiscoveryLag  = Lag{"discovery", Compromise, Discovery} // how long nobody noticed
	NoticeLag     = Lag{"notice", Discovery, Notice}        // how long those affected were not told
	DisclosureLag = Lag{"disclosure", Discovery, Public}    // how long the public was not told
	ClaimLag      = Lag{"claim", Public, FirstClaim}        // how long nobody said who did it
	AnswerLag     = Lag{"answer", FirstClaim, FirstAnswer}  // how long the accused did not answer
	DwellLag      = Lag{"dwell", Compromise, Containment}   // how long somebody was inside
	Lags          = []Lag{DiscoveryLag, NoticeLag, DisclosureLag, ClaimLag, AnswerLag}
)

// Since says from which milestone a duration counts that a source gives in place of a date, as VERIS defines it.
var Since = map[string]string{"exfiltration": Compromise, Discovery: Compromise, Containment: Discovery}

// NegativeLag is the error of a lag that is negative for certain, and not explained.
type NegativeLag struct {
	Lag      Lag
	Incident string
	Days     Interval
}

func (e *NegativeLag) Error() string {
	return fmt.Sprintf("%s: %s lies %.4g to %.4g days before %s: correct a date, or say why", e.Incident, e.Lag.To, -e.Days.Hi, -e.Days.Lo, e.Lag.From)
}

// Of is where the lag of an incident lies, in days. ok is false when it is unknown. A lag that may be negative is cut at zero; one that must be
// is an error, unless the incident explains it.
func (l Lag) Of(in *Incident) (days Interval, ok bool, err error) {
	days, ok = l.given(in)
	before := days.Hi < 0
	if !ok {
		from, to := in.milestone(l.From), in.milestone(l.To)
		if !from.Known() || !to.Known() {
			return Interval{}, false, nil
		}
		days = Days(from, to)
		before = days.Hi <= 0 // a span does not hold its end
	}
	switch {
	case before && in.Explained[l.Name] == "":
		return days, false, &NegativeLag{l, in.ID, days}
	case before:
		return days, true, nil
	}
	return Interval{max(0, days.Lo), days.Hi}, true, nil
}

// given adds up durations that the source gives, from the later milestone back to the earlier one.
func (l Lag) given(in *Incident) (sum Interval, ok bool) {
	for at := l.To; at != l.From; at = Since[at] {
		d, ok := in.Given[at]
		if !ok {
			return Interval{}, false
		}
		sum.Lo, sum.Hi = sum.Lo+d.Lo, sum.Hi+d.Hi
	}
	return sum, true
}

// milestone is when an incident reached one. First claim and first answer are those of its claims and stances where no milestone says it.
func (in *Incident) milestone(kind string) Date {
	if d := in.Milestones[kind]; d.Known() {
		return d
	}
	var first Date
	earlier := func(d Date) {
		if d.Known() && (!first.Known() || d.Time.Before(first.Time)) {
			first = d
		}
	}
	switch kind {
	case FirstClaim:
		for _, c := range in.Claims {
			earlier(c.Stated)
		}
	case FirstAnswer:
		for i := range in.Stances {
			if s := &in.Stances[i]; s.Denies() || s.fromAccused() {
				earlier(s.Stated)
			}
		}
	}
	return first
}

// units are the days of a duration of which only the unit is known, and of one unit.
var units = map[string]struct {
	unknown Interval
	one     float64
}{
	"Seconds": {Interval{0, 1. / 1440}, 1. / 86400}, "Minutes": {Interval{1. / 1440, 1. / 24}, 1. / 1440}, "Hours": {Interval{1. / 24, 1}, 1. / 24}, "Days": {Interval{1, 7}, 1},
	"Weeks": {Interval{7, 30}, 7}, "Months": {Interval{30, 365}, 30.4375}, "Years": {Interval{365, math.Inf(1)}, 365.25},
}

// Unit is the days of a duration in VERIS's terms: a unit, perhaps with a value, which is taken to be rounded. ok is false for Never, NA and
// Unknown.
func Unit(unit string, value *float64) (days Interval, ok bool) {
	u, ok := units[unit]
	if !ok || value == nil {
		return u.unknown, ok
	}
	return Interval{max(0, *value-.5) * u.one, (*value + .5) * u.one}, true
}

// CohortBy says which incidents are compared. What is not yet discovered is missing from the data, so that young incidents look quickly found:
// either all that were discovered in a year are compared, or all that happened in a year which is old enough.
type CohortBy string

// The cohorts.
const (
	ByDiscovery CohortBy = "discovery"
	ByIncident  CohortBy = "incident"
)

// OldEnough is after how many years a cohort by incident may be compared.
const OldEnough = 3

// Cohort is the lag of the incidents of a year.
type Cohort struct {
	Year     int // 0: the year is not known
	Young    bool
	N        int // incidents; each is known, unknown or refused
	Known    []Interval
	Unknown  int
	Refused  []error // each a *NegativeLag
	Strip    Strip   // of known and unknown
	Band     Band
	Estimate Estimate // by Turnbull
	Median   Interval // where the estimate has its median; the zero Interval without any known
}

// Cohorts measures the lag by years, in ascending order.
func (l Lag) Cohorts(incidents []Incident, by CohortBy, now time.Time) []Cohort {
	years := map[int]*Cohort{}
	for i := range incidents {
		in := &incidents[i]
		year := by.year(in)
		c := years[year]
		if c == nil {
			c = &Cohort{Year: year, Young: by == ByIncident && year > now.Year()-OldEnough}
			years[year] = c
		}
		c.N++
		switch days, ok, err := l.Of(in); {
		case err != nil:
			c.Refused = append(c.Refused, err)
		case ok:
			c.Known = append(c.Known, days)
		default:
			c.Unknown++
		}
	}
	list := make([]Cohort, 0, len(years))
	for _, c := range years {
		c.finish()
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b Cohort) int { return a.Year - b.Year })
	return list
}

func (c *Cohort) finish() {
	c.Strip = MakeStrip(c.Known, c.Unknown)
	c.Band = MakeBand(c.Known)
	c.Estimate = Turnbull(c.Known)
	if len(c.Known) > 0 {
		c.Median = c.Estimate.Quantile(.5)
	}
}

// year is the year of an incident's cohort; 0 when it is not known, or may be one of two.
func (by CohortBy) year(in *Incident) int {
	d := in.When
	if by == ByDiscovery {
		d = in.Milestones[Discovery]
	}
	if !d.Known() {
		return 0
	}
	lo, hi := d.Span()
	if hi.Add(-1).Year() != lo.Year() {
		return 0
	}
	return lo.Year()
}

// Band is a survival curve twice: as if every lag were the shortest it can be, and the longest. The true curve lies between them.
type Band struct{ Lo, Hi Curve }

// MakeBand makes the band of lags. One without an upper end never ends in the curve of the longest.
func MakeBand(days []Interval) Band {
	var lo, hi []Duration
	for _, d := range days {
		lo, hi = append(lo, Duration{d.Lo, true}), append(hi, Duration{d.Hi, d.Bounded()})
	}
	return Band{KaplanMeier(lo), KaplanMeier(hi)}
}
