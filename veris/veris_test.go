package veris

import (
	"bytes"
	"testing"

	"threatwatch/internal/drafttest"
	"threatwatch/internal/testdata"
	"threatwatch/stix"
	"threatwatch/watch"
)

func newExchange(t testing.TB) *drafttest.Exchange { return drafttest.New(t, Objects) }

func vcdb(t testing.TB) []byte {
	return drafttest.Unpacked(t, testdata.Dir(t, "vcdb", "vcdb-incidents.ndjson.gz"))
}

func canonical(t testing.TB, raw []byte) string {
	v, err := stix.ParseValue(raw)
	if err != nil {
		t.Fatal(err)
	}
	c, err := v.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return string(c)
}

// TestCommunityDatabase: every record comes in, is in order by the model of the watch, and goes out as it came in, byte for byte in canonical form.
// One line of the file stands there twice.
// TestDetectsALaterEdition: a record with a member that no edition has yet is one of VERIS all the same, and told as such.
func TestDetectsALaterEdition(t *testing.T) {
	for doc, want := range map[string]bool{`{"later":1,"incident_id":"a","schema_version":"1.5","timeline":{},"actor":{}}`: true, `{"incident_id":"a"}`: true, `{"later":1,"incident_id":"a"}`: false, `{"type":"bundle","id":"bundle--1","objects":[]}`: false,
		`{"type":"incident","action":"x","actor":"y"}`: false} {
		if Detect([]byte(doc)) != want {
			t.Errorf("%s: %v", doc, !want)
		}
	}
}

func TestCommunityDatabase(t *testing.T) {
	raw := vcdb(t)
	x := newExchange(t)
	x.Take(raw)
	for _, f := range x.Faults {
		t.Error(f)
	}
	want := map[string]bool{}
	for line := range bytes.Lines(raw) {
		want[canonical(t, line)] = true
	}
	got := map[string]bool{}
	for _, o := range x.Of("incident") {
		c, err := RecordOf(o).Canonical()
		if err != nil {
			t.Fatal(err)
		}
		got[string(c)] = true
		in, err := watch.ReadIncident(o)
		if err != nil {
			t.Fatal(err)
		}
		if p := in.Check(); len(p) > 0 {
			t.Error(p)
		}
	}
	if len(want) != 7084 || len(x.Of("incident")) != len(want) {
		t.Errorf("%d records, %d incidents", len(want), len(x.Of("incident")))
	}
	for c := range want {
		if !got[c] {
			t.Errorf("lost: %.300s", c)
		}
	}
	first := x.Added
	if x.Take(raw); x.Added+x.Changed != 0 {
		t.Errorf("the same again: %d added, %d changed of %d", x.Added, x.Changed, first)
	}
}
