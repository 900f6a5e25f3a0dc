package veris

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"strings"
	"testing"

	"threatwatch/internal/testdata"
	"threatwatch/stix"
	"threatwatch/watch"
)

const today = "2026-01-01T00:00:00.000Z"

// exchange holds the newest version of what was taken in.
type exchange struct {
	t              *testing.T
	held           map[string]*stix.Value
	order          []string
	added, changed int
	faults         []error
}

// take reads a document, checks every object as the door does, and counts.
func (x *exchange) take(raw []byte) {
	x.t.Helper()
	x.added, x.changed = 0, 0
	faults, err := Objects(raw, today, func(id string) *stix.Value { return x.held[id] }, func(o *stix.Value) error {
		raw := o.AppendJSON(nil)
		obj, err := stix.Parse(raw)
		if err != nil {
			x.t.Fatalf("%s: %v", raw, err)
		}
		if p := obj.Validate(); !stix.Valid(p) {
			x.t.Fatalf("%s: %+v", raw, p)
		}
		switch old := x.held[obj.ID]; {
		case old == nil:
			x.added++
			x.order = append(x.order, obj.ID)
		case old.Get("modified").Text() != o.Get("modified").Text():
			x.changed++
		case !bytes.Equal(old.AppendJSON(nil), raw):
			x.t.Fatalf("%s has two contents under one version", obj.ID)
		}
		x.held[obj.ID] = obj.Root
		return nil
	})
	if err != nil {
		x.t.Fatal(err)
	}
	x.faults = faults
}

func newExchange(t *testing.T) *exchange { return &exchange{t: t, held: map[string]*stix.Value{}} }

// of lists what is held of a type.
func (x *exchange) of(typ string) (list []*stix.Value) {
	for _, id := range x.order {
		if strings.HasPrefix(id, typ+"--") {
			list = append(list, x.held[id])
		}
	}
	return list
}

func vcdb(t testing.TB) []byte {
	f, err := os.Open(testdata.Dir(t, "vcdb", "vcdb-incidents.ndjson.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return raw
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
func TestCommunityDatabase(t *testing.T) {
	raw := vcdb(t)
	x := newExchange(t)
	x.take(raw)
	for _, f := range x.faults {
		t.Error(f)
	}
	want := map[string]bool{}
	for line := range bytes.Lines(raw) {
		want[canonical(t, line)] = true
	}
	got := map[string]bool{}
	for _, o := range x.of("incident") {
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
	if len(want) != 7084 || len(x.of("incident")) != len(want) {
		t.Errorf("%d records, %d incidents", len(want), len(x.of("incident")))
	}
	for c := range want {
		if !got[c] {
			t.Errorf("lost: %.300s", c)
		}
	}
	first := x.added
	if x.take(raw); x.added+x.changed != 0 {
		t.Errorf("the same again: %d added, %d changed of %d", x.added, x.changed, first)
	}
}
