package measure

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestStatus(t *testing.T) {
	m := group(DefaultWeights())
	insider := Claim{ID: "i", Actor: "clerk", Level: InsiderLevel, Reliability: "B", Credibility: 2}
	outsider := Claim{ID: "o", Actor: "A", Level: Group, Reliability: "B", Credibility: 2}
	rival := Claim{ID: "r", Actor: "B", Level: Group, Reliability: "B", Credibility: 2}
	for _, c := range []struct {
		name string
		in   Incident
		want Status
	}{
		{"nothing", Incident{}, StatusUnattributed},
		{"the record tells of an insider", Incident{Insider: true}, StatusInsider},
		{"a claim does", Incident{Claims: []Claim{insider}}, StatusInsider},
		{"an insider or somebody else", Incident{Claims: []Claim{insider, outsider}}, StatusContested},
		{"a claim", Incident{Claims: []Claim{outsider}}, StatusClaimed},
		{"rivals", Incident{Claims: []Claim{outsider, rival}}, StatusContested},
		{"denied only", Incident{Claims: []Claim{outsider}, Stances: []Stance{{Stance: "deny", Claims: []string{"o"}}}}, StatusClaimed},
	} {
		if got := m.Status(c.in); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestTimelineAddsUp, with every month of the window, and each incident within the months of its span.
func TestTimelineAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []Incident
		for _, s := range arbitrarySightings(t, 8) {
			list = append(list, *s.Incident)
		}
		list = append(list, Incident{})
		w := Window{To: now}
		if rapid.Bool().Draw(t, "from") {
			w.From = time.Date(2019, 8, 5, 0, 0, 0, 0, time.UTC)
		}
		timeline := group(DefaultWeights()).Timeline(list, w)
		sum := Parts(0)
		for i, bar := range timeline.Bars {
			if i > 0 && !timeline.Bars[i-1].Month.AddDate(0, 1, 0).Equal(bar.Month) || bar.Recent != !bar.Month.Before(now.AddDate(0, -6, 0)) {
				t.Fatalf("after %v comes %+v", timeline.Bars[i-1].Month, bar)
			}
			for _, n := range bar.Counts {
				sum += n
			}
		}
		if sum != Parts(timeline.Incidents)*Whole || timeline.Undated != 1 {
			t.Fatalf("the bars add up to %v, want %d; %d undated", sum.Float(), timeline.Incidents, timeline.Undated)
		}
	})
	list := []Incident{{ID: "a", When: date(t, "2020-11-03")}, {ID: "b", When: date(t, "2020-11-30"), Insider: true}, {ID: "c", When: date(t, "2020-10")}}
	bars := group(DefaultWeights()).Timeline(list, Window{To: now}).Bars
	want := []MonthBar{
		{time.Date(2020, 10, 1, 0, 0, 0, 0, time.UTC), [4]Parts{Whole}, true}, {time.Date(2020, 11, 1, 0, 0, 0, 0, time.UTC), [4]Parts{StatusUnattributed: Whole, StatusInsider: Whole}, true},
		{time.Date(2020, 12, 1, 0, 0, 0, 0, time.UTC), [4]Parts{}, true}}
	if d := cmp.Diff(want, bars); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestBasis(t *testing.T) {
	claim := func(stated string, kinds ...string) Claim {
		c := Claim{Actor: "A", Kinds: kinds}
		if stated != "" {
			c.Stated = date(t, stated)
		}
		return c
	}
	years := Basis([]Incident{
		{Claims: []Claim{claim("2020", "technical"), claim("2020-05-05", "political", "legal"), claim("2019-01", "technical", "political", "media")}},
		{Claims: []Claim{claim("", "self"), claim("2020-01-01"), claim("2020-01-01", "gut"), {Actor: "A", Level: TerritoryOnly}}},
	})
	third := Whole / 3
	want := []BasisYear{
		{0, 1, []Parts{0, 0, 0, Whole, 0, 0}},
		{2019, 1, []Parts{third, third, 0, 0, third, 0}},
		{2020, 4, []Parts{Whole, Whole / 2, Whole / 2, 0, 0, 2 * Whole}},
	}
	if d := cmp.Diff(want, years); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, y := range years {
		sum := Parts(0)
		for _, n := range y.Counts {
			sum += n
		}
		if sum != Parts(y.Claims)*Whole {
			t.Errorf("%d adds up to %v", y.Year, sum.Float())
		}
	}
	if !slices.Contains(Kinds, "") {
		t.Error("what has no kind has no place")
	}
}
