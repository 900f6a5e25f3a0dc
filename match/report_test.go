package match

import (
	"slices"
	"strings"
	"testing"
	"time"

	"threatwatch/logs"
	"threatwatch/stix"
)

// TestReport: what is written twice for one part of a log is the same, byte for byte; for another part it is other objects of the same who.
func TestReport(t *testing.T) {
	b := NewBuilder()
	v, _ := Guess("192.0.2.7")
	if err := b.Add(v, Claim{ID: "indicator--00000000-0000-4000-8000-000000000003", Source: "us", Confidence: -1}); err != nil {
		t.Fatal(err)
	}
	x, err := b.Index()
	if err != nil {
		t.Fatal(err)
	}
	log := strings.Repeat("query from 192.0.2.7\n", 20_000)
	sum, told, marks := NewSummary(), 0, []logs.Mark{}
	s := Scan{Index: x, Passed: func(m logs.Mark) error {
		if want := int(m.Number - 1); told != want {
			t.Errorf("%d findings told before the mark behind record %d", told, want)
		}
		marks = append(marks, m)
		return nil
	}}
	_, err = s.Run(t.Context(), "dns.log", strings.NewReader(log), func(f *Finding) error { told++; sum.Add(f); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if len(marks) < 2 || marks[len(marks)-1].Offset != int64(len(log)) {
		t.Errorf("marks: %+v", marks)
	}
	write := func(r Report) (all []string) {
		t.Helper()
		if err := sum.Sightings(r, func(o *stix.Value) error { all = append(all, string(o.AppendJSON(nil))); return nil }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	at := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)
	first, again, other := write(Report{"edge", at, "1"}), write(Report{"edge", at, "1"}), write(Report{"edge", at.Add(time.Hour), "2"})
	if len(first) != 4 || !slices.Equal(first, again) {
		t.Errorf("%d objects, and written again:\n%s\n%s", len(first), strings.Join(first, "\n"), strings.Join(again, "\n"))
	}
	for i, o := range first {
		shared := strings.Contains(o, `"type":"identity"`) || strings.Contains(o, `"type":"ipv4-addr"`)
		if slices.Contains(other, o) != shared {
			t.Errorf("object %d stands in both: %v, want %v: %s", i, !shared, shared, o)
		}
	}
}
