package measure

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// date is a date that is as precise as it is written.
func date(t testing.TB, s string) Date {
	t.Helper()
	for layout, fidelity := range map[string]Fidelity{"2006": Year, "2006-01": Month, time.DateOnly: Day, "2006-01-02T15": Hour, "2006-01-02T15:04": Minute, time.RFC3339: Second} {
		if at, err := time.Parse(layout, s); err == nil {
			return Date{at, fidelity}
		}
	}
	t.Fatalf("%q is no date", s)
	return Date{}
}

func TestDays(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     Interval
	}{
		{"2020-01-01", "2020-01-01", Interval{-1, 1}},
		{"2020-01-01", "2020-01-11", Interval{9, 11}},
		{"2020-02", "2020-03", Interval{0, 60}},
		{"2019", "2020", Interval{0, 365 + 366}},
		{"2020-01-01T00", "2020-01-02T00", Interval{23. / 24, 25. / 24}},
		{"2020-01-01T00:00", "2020-01-01T00:02", Interval{1. / 1440, 3. / 1440}},
		{"2020-01-01T00:00:00Z", "2020-01-01T00:00:02Z", Interval{1. / 86400, 3. / 86400}},
	} {
		if d := cmp.Diff(c.want, Days(date(t, c.from), date(t, c.to)), about); d != "" {
			t.Errorf("Days(%s, %s) (-want +got):\n%s", c.from, c.to, d)
		}
	}
}

// TestSharesAddUp counts the days of each month one by one.
func TestSharesAddUp(t *testing.T) {
	for _, s := range []string{"2020", "2021", "2020-02", "2020-02-29", "2020-12-31T23", "2021-01-31T23:59", "2020-05-05T05:05:05Z"} {
		d, sum := date(t, s), 0.0
		lo, hi := d.Span()
		span{lo, hi}.shares(func(m month, share float64) {
			sum += share
			in := 0
			for at := lo; at.Before(hi); at = at.Add(time.Second) {
				if monthOf(at) == m {
					in++
				}
				if d.Fidelity == Year {
					at = at.Add(86400*time.Second - time.Second)
				}
			}
			unit := 1.
			if d.Fidelity == Year {
				unit = 86400
			}
			if want := float64(in) * unit / hi.Sub(lo).Seconds(); math.Abs(share-want) > 1e-9 {
				t.Errorf("%s: %v of it in %v, want %v", s, share, m.start(), want)
			}
		})
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("%s: the shares add up to %v", s, sum)
		}
	}
}
