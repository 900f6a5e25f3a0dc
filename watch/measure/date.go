package measure

import (
	"fmt"
	"math"
	"time"
)

// Fidelity is how precise a date is: it lies somewhere in the span of that length that starts at its time.
type Fidelity string

// The fidelities, as the Incident Core extension has them (timestamp-fidelity-enum).
const (
	Second Fidelity = "second"
	Minute Fidelity = "minute"
	Hour   Fidelity = "hour"
	Day    Fidelity = "day"
	Month  Fidelity = "month"
	Year   Fidelity = "year"
)

// Date is a time with its fidelity; "" is to the second. The zero Date is unknown.
type Date struct {
	Time     time.Time
	Fidelity Fidelity
}

// Known says whether there is a date.
func (d Date) Known() bool { return !d.Time.IsZero() }

// Span is where the date lies: from lo, and before hi.
func (d Date) Span() (lo, hi time.Time) {
	lo = d.Time.UTC()
	switch d.Fidelity {
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

// Interval is where a quantity lies: at least Lo, at most Hi. Hi is +Inf where nothing bounds it.
type Interval struct{ Lo, Hi float64 }

// Days is how many days lie between two dates, as far as their fidelities tell.
func Days(from, to Date) Interval {
	fromLo, fromHi := from.Span()
	toLo, toHi := to.Span()
	return Interval{toLo.Sub(fromHi).Hours() / 24, toHi.Sub(fromLo).Hours() / 24}
}

// Bounded says whether the interval has an end.
func (i Interval) Bounded() bool { return !math.IsInf(i.Hi, 1) }

// MarshalJSON writes an end that is not there as null.
func (i Interval) MarshalJSON() ([]byte, error) {
	if i.Bounded() {
		return fmt.Appendf(nil, `{"lo":%v,"hi":%v}`, i.Lo, i.Hi), nil
	}
	return fmt.Appendf(nil, `{"lo":%v,"hi":null}`, i.Lo), nil
}

// month counts months, so that they can be subtracted.
type month int

func monthOf(t time.Time) month {
	t = t.UTC()
	return month(t.Year()*12 + int(t.Month()) - 1)
}

func (m month) start() time.Time {
	return time.Date(int(m)/12, time.Month(int(m)%12+1), 1, 0, 0, 0, 0, time.UTC)
}

// span is from lo, and before hi.
type span struct{ lo, hi time.Time }

// until is the span of a date of which it is known that it lies before an instant; ok is false where it cannot.
func (d Date) until(end time.Time) (s span, ok bool) {
	s.lo, s.hi = d.Span()
	if s.hi.After(end) {
		s.hi = end
	}
	return s, d.Known() && s.lo.Before(s.hi)
}

// middle is the middle of the span, for what needs one moment.
func (s span) middle() time.Time { return s.lo.Add(s.hi.Sub(s.lo) / 2) }

// shares is which part of the span lies in each month: where a date is likely to lie when nothing more is known of it.
func (s span) shares(visit func(m month, share float64)) {
	length := s.hi.Sub(s.lo)
	for m := monthOf(s.lo); m.start().Before(s.hi); m++ {
		from, to := m.start(), (m + 1).start()
		if from.Before(s.lo) {
			from = s.lo
		}
		if to.After(s.hi) {
			to = s.hi
		}
		visit(m, float64(to.Sub(from))/float64(length))
	}
}
