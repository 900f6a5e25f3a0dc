package measure

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatwatch/internal/testdata"
)

// vcdbDate is a date of VERIS: the year, perhaps with month and day.
type vcdbDate struct{ Year, Month, Day int }

// date is as precise as the record; what is no date is none.
func (d vcdbDate) date() Date {
	at := time.Date(d.Year, time.Month(max(1, d.Month)), max(1, d.Day), 0, 0, 0, 0, time.UTC)
	switch {
	case d.Year == 0 || d.Month > 12 || at.Day() != max(1, d.Day):
		return Date{}
	case d.Month == 0:
		return Date{at, Year}
	case d.Day == 0:
		return Date{at, Month}
	}
	return Date{at, Day}
}

// vcdb reads what lags need of the VERIS Community Database. A VERIS record has one date, of the incident, and units from there on.
func vcdb(t *testing.T) (list []Incident, units map[string]int) {
	t.Helper()
	f, err := os.Open(testdata.Dir(t, "vcdb", "vcdb-incidents.ndjson.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	units = map[string]int{}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r struct {
			ID       string `json:"incident_id"`
			Timeline struct {
				Incident  vcdbDate
				Discovery struct{ Unit string }
			}
			Plus struct {
				Timeline struct{ Notification vcdbDate }
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		in := Incident{ID: r.ID, When: r.Timeline.Incident.date(), Given: map[string]Interval{},
			Milestones: map[string]Date{Compromise: r.Timeline.Incident.date(), Notice: r.Plus.Timeline.Notification.date()}}
		if days, ok := Unit(r.Timeline.Discovery.Unit, nil); ok {
			in.Given[Discovery] = days
		}
		units[r.Timeline.Discovery.Unit]++
		list = append(list, in)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list, units
}

// TestDiscoveryOfVCDB: of most incidents nobody says how long they went unseen, and the strip shows it.
func TestDiscoveryOfVCDB(t *testing.T) {
	list, units := vcdb(t)
	var total Strip
	for _, c := range DiscoveryLag.Cohorts(list, ByIncident, now) {
		sum := c.Strip.Unknown
		for bin, parts := range c.Strip.Bins {
			total.Bins[bin] += parts
			sum += parts
		}
		total.Unknown += c.Strip.Unknown
		if c.N != len(c.Known)+c.Unknown+len(c.Refused) || sum != Parts(c.N-len(c.Refused))*Whole || c.Young != (c.Year > 2018) {
			t.Errorf("%d: %d incidents, %d known, %d unknown, %d refused, and a strip of %v", c.Year, c.N, len(c.Known), c.Unknown, len(c.Refused), sum.Float())
		}
	}
	count := func(names ...string) (n Parts) {
		for _, name := range names {
			n += Parts(units[name]) * Whole
		}
		return n
	}
	want := Strip{[5]Parts{count("Seconds", "Minutes", "Hours"), count("Days"), count("Weeks"), count("Months"), count("Years")}, count("", "Unknown", "NA", "Never")}
	if d := cmp.Diff(want, total); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if share := total.Unknown.Float() / float64(len(list)); len(list) != 7085 || share < .7 || share > .8 {
		t.Errorf("of %d incidents a share of %v is unknown", len(list), share)
	}
}

// TestNoticeOfVCDB: where both are known to the day, those who were affected were told after 28 days in the middle; twenty records have it the
// other way round and are refused.
func TestNoticeOfVCDB(t *testing.T) {
	list, _ := vcdb(t)
	var known []Interval
	refused := 0
	for i := range list {
		in := &list[i]
		if in.Milestones[Compromise].Fidelity != Day || in.Milestones[Notice].Fidelity != Day {
			continue
		}
		switch days, ok, err := (Lag{"incident to notice", Compromise, Notice}).Of(in); {
		case err != nil:
			refused++
		case ok:
			known = append(known, days)
		}
	}
	median := Turnbull(known).Quantile(.5)
	if len(known) != 1718 || refused != 20 || median.Lo > 28 || median.Hi < 28 {
		t.Errorf("%d known, %d refused, median in %v", len(known), refused, median)
	}
}
