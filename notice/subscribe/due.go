package subscribe

import (
	"time"
	_ "time/tzdata" // zones of the world, also on machines that have none
)

// Next is the first moment after another at which a digest is due. Each day of the zone's calendar has one such moment: where clocks are set forward
// over the hour, the moment after the gap; where the hour comes twice, the first. Who is told at once waits for nothing.
func (s *Subscription) Next(after time.Time) time.Time {
	if s.Cadence == Instant {
		return after
	}
	loc := s.At.Location()
	y, m, d := after.In(loc).Date()
	for i := -1; ; i++ {
		day := time.Date(y, m, d+i, s.At.Hour, 0, 0, 0, time.UTC)
		if s.Cadence == Weekly && day.Weekday() != s.At.Day {
			continue
		}
		if at := first(day, loc); at.After(after) {
			return at.UTC()
		}
	}
}

// Location is the zone; UTC when it is none, or has left the database since.
func (t TimeOfDay) Location() *time.Location {
	loc, err := time.LoadLocation(t.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// first is the first moment at which the clocks of a zone show a wall time, given as if it were UTC, or a later one.
func first(wall time.Time, loc *time.Location) time.Time {
	at := wall.Add(-26 * time.Hour) // before every zone's
	for {
		start, end := at.In(loc).ZoneBounds()
		_, offset := at.In(loc).Zone()
		shown := wall.Add(-time.Duration(offset) * time.Second)
		if !start.IsZero() && shown.Before(start) {
			shown = start
		}
		if end.IsZero() || shown.Before(end) {
			return shown
		}
		at = end
	}
}
