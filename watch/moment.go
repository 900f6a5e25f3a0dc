package watch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"threatwatch"
)

// Fidelity is how precise a time is: the value means "somewhere in the span of that length that starts here" (Incident Core extension,
// timestamp-fidelity-enum).
type Fidelity string

// The fidelities.
const (
	Second Fidelity = "second"
	Minute Fidelity = "minute"
	Hour   Fidelity = "hour"
	Day    Fidelity = "day"
	Month  Fidelity = "month"
	Year   Fidelity = "year"
)

// Fidelities lists them, the finest first.
var Fidelities = []Fidelity{Second, Minute, Hour, Day, Month, Year}

// Moment is a time with its fidelity. The zero Moment is unknown.
type Moment struct {
	Time     time.Time `json:"time,omitzero"`
	Fidelity Fidelity  `json:"fidelity,omitempty"`
}

// Known says whether there is a time.
func (m Moment) Known() bool { return !m.Time.IsZero() }

// Span is the interval in which it happened: from lo, and before hi.
func (m Moment) Span() (lo, hi time.Time) {
	lo = m.Time
	switch m.Fidelity {
	case Year:
		return lo, lo.AddDate(1, 0, 0)
	case Month:
		return lo, lo.AddDate(0, 1, 0)
	case Day:
		return lo, lo.AddDate(0, 0, 1)
	case Hour:
		return lo, lo.Add(time.Hour)
	case Minute:
		return lo, lo.Add(time.Minute)
	}
	return lo, lo.Add(time.Second)
}

// form is how a date is written that is precise to its fidelity.
type form struct {
	layout   string
	fidelity Fidelity
}

var forms = []form{
	{"2006", Year}, {"2006-01", Month}, {time.DateOnly, Day}, {"2006-01-02T15:04", Minute}, {time.RFC3339Nano, Second},
}

// ParseMoment reads a date that is as precise as it is written: 2010, 2010-01, 2010-01-12, 2010-01-12T09:30 or a full time.
func ParseMoment(s string) (Moment, error) {
	s = strings.TrimSpace(s)
	for _, l := range forms {
		if t, err := time.Parse(l.layout, s); err == nil {
			return Moment{t.UTC(), l.fidelity}, nil
		}
	}
	return Moment{}, threatwatch.Errorf(threatwatch.Invalid, "%q is no date: write 2010, 2010-01, 2010-01-12 or a full time", s)
}

// String writes it as precise as it is.
func (m Moment) String() string {
	if !m.Known() {
		return ""
	}
	switch m.Fidelity {
	case Year, Month, Day, Minute:
		i := slices.IndexFunc(forms, func(f form) bool { return f.fidelity == m.Fidelity })
		return m.Time.UTC().Format(forms[i].layout)
	case Hour:
		return m.Time.UTC().Format("2006-01-02T15") + "h"
	}
	return m.Time.UTC().Format(time.RFC3339)
}

// before says that a lies wholly before b.
func before(a, b Moment) bool {
	_, hi := a.Span()
	lo, _ := b.Span()
	return !hi.After(lo)
}

func (m Moment) check(what string) error {
	if m.Known() && !slices.Contains(Fidelities, m.Fidelity) {
		return threatwatch.Errorf(threatwatch.Invalid, "%s: the fidelity %q is none of %s", what, m.Fidelity, fmt.Sprint(Fidelities))
	}
	return nil
}
