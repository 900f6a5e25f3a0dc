package subscribe_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"threatwatch/notice/subscribe"
)

// zones change their clocks in many ways: by an hour, by half of one, at midnight, not at all, and one leaves out a day.
var zones = []string{"", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "Asia/Beirut", "Pacific/Apia", "Pacific/Kiritimati", "Antarctica/Troll"}

// TestNextYear: over a year, a daily digest is due once in each day of the calendar that subscribers live by, at their hour; where there is no such
// hour that day, right after the gap. A weekly one is due on its day alone.
func TestNextYear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := subscribe.Subscription{Cadence: subscribe.Daily, At: subscribe.TimeOfDay{Zone: rapid.SampledFrom(zones).Draw(t, "zone"), Hour: rapid.IntRange(0, 23).Draw(t, "hour")}}
		loc := s.At.Location()
		year := rapid.IntRange(2001, 2030).Draw(t, "year")
		at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, int64(24*time.Hour)).Draw(t, "into")))
		for days := range 366 {
			next := s.Next(at)
			if !next.After(at) || s.Next(next.Add(-time.Nanosecond)) != next {
				t.Fatalf("after %v: %v, and a moment before that: %v", at, next, s.Next(next.Add(-time.Nanosecond)))
			}
			checkHour(t, s, next.In(loc))
			if was := at.In(loc); days > 0 && dayNumber(next.In(loc)) != dayNumber(was)+1 && !samoa(s, next) {
				t.Fatalf("%v follows %v", next.In(loc), was)
			}
			at = next
		}
		s.Cadence, s.At.Day = subscribe.Weekly, time.Weekday(rapid.IntRange(0, 6).Draw(t, "day"))
		for range 52 {
			next := s.Next(at)
			checkHour(t, s, next.In(loc))
			if day := next.In(loc).Weekday(); day != s.At.Day && !samoa(s, next) || next.Sub(at) > 8*24*time.Hour {
				t.Fatalf("%v, a %v, follows %v", next.In(loc), day, at.In(loc))
			}
			at = next
		}
	})
}

// checkHour: the clocks show the hour, or have just been set forward over it, and did not show it earlier that day.
func checkHour(t *rapid.T, s subscribe.Subscription, at time.Time) {
	t.Helper()
	if at.Hour() == s.At.Hour && at.Minute() == 0 && at.Second() == 0 {
		for back := time.Minute; back <= 3*time.Hour; back += time.Minute {
			if b := at.Add(-back); b.Day() == at.Day() && b.Hour() == at.Hour() && b.Minute() == 0 {
				t.Fatalf("%v was there before, %v earlier", at, back)
			}
		}
		return
	}
	_, now := at.Zone()
	_, before := at.Add(-time.Second).Zone()
	if now <= before {
		t.Fatalf("%v is not at %d:00", at, s.At.Hour)
	}
}

func dayNumber(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// samoa says that a moment is of the days after 30 December 2011, which the calendar of Samoa left out: a digest for it comes at once.
func samoa(s subscribe.Subscription, at time.Time) bool {
	return s.At.Zone == "Pacific/Apia" && at.Sub(time.Date(2011, 12, 30, 0, 0, 0, 0, time.UTC)).Abs() < 4*24*time.Hour
}

// TestNext: what a few subscribers see on their clocks.
func TestNext(t *testing.T) {
	for _, tt := range []struct {
		cadence subscribe.Cadence
		at      subscribe.TimeOfDay
		after   string
		want    string
	}{
		{subscribe.Instant, subscribe.TimeOfDay{}, "2026-03-28T12:00:00Z", "2026-03-28T12:00:00Z"},
		{subscribe.Daily, subscribe.TimeOfDay{Hour: 8}, "2026-03-28T08:00:00Z", "2026-03-29T08:00:00Z"},
		{subscribe.Daily, subscribe.TimeOfDay{Hour: 8, Zone: "Europe/Berlin"}, "2026-03-28T07:00:00Z", "2026-03-29T06:00:00Z"},     // summer began in between
		{subscribe.Daily, subscribe.TimeOfDay{Hour: 2, Zone: "Europe/Berlin"}, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"},     // there is no 02:00
		{subscribe.Daily, subscribe.TimeOfDay{Hour: 2, Zone: "Europe/Berlin"}, "2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z"},     // the first of two
		{subscribe.Daily, subscribe.TimeOfDay{Hour: 2, Zone: "Europe/Berlin"}, "2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"},     // the second is passed by
		{subscribe.Daily, subscribe.TimeOfDay{Hour: 0, Zone: "America/Sao_Paulo"}, "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z"}, // there is no midnight
		{subscribe.Weekly, subscribe.TimeOfDay{Hour: 6, Day: time.Monday, Zone: "Pacific/Kiritimati"}, "2026-11-25T00:00:00Z", "2026-11-29T16:00:00Z"},
		{subscribe.Weekly, subscribe.TimeOfDay{Hour: 6, Day: time.Monday, Zone: "Nowhere/Land"}, "2026-11-30T06:00:00Z", "2026-12-07T06:00:00Z"},
	} {
		after, err := time.Parse(time.RFC3339, tt.after)
		if err != nil {
			t.Fatal(err)
		}
		s := subscribe.Subscription{Cadence: tt.cadence, At: tt.at}
		if got := s.Next(after).UTC().Format(time.RFC3339); got != tt.want {
			t.Errorf("%s %+v after %s: %s, want %s", tt.cadence, tt.at, tt.after, got, tt.want)
		}
	}
}
