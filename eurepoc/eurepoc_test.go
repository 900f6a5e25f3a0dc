package eurepoc

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatwatch/internal/drafttest"
	"threatwatch/internal/testdata"
	"threatwatch/stix"
	"threatwatch/watch"
)

// take reads a release into what is held, checks every object, and counts.
func take(t testing.TB, d *Database, held map[string]*stix.Value) (order []string, added, changed int) {
	t.Helper()
	return drafttest.Strict(t, held, func(held func(string) *stix.Value, put func(*stix.Value) error) error { return d.Objects(held, put) })
}

func read(t testing.TB, raw []byte) *Database {
	t.Helper()
	if !Detect(raw[:min(len(raw), 4096)]) {
		t.Error("not recognised")
	}
	d, err := Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func published(t testing.TB) []byte {
	t.Helper()
	f, err := os.Open(testdata.Dir(t, "incidents", "eurepoc", "EuRepoC_Global_Database_1.1.csv.gz"))
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

func table(t testing.TB, raw []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestPublishedComesBack: all of the published table comes in, passes the watch's own check, comes back cell by cell, and is not new a
// second time.
func TestPublishedComesBack(t *testing.T) {
	raw := published(t)
	d := read(t, raw)
	if len(d.Faults) > 0 {
		t.Fatal(d.Faults)
	}
	held := map[string]*stix.Value{}
	order, added, _ := take(t, d, held)
	if added != len(order) {
		t.Errorf("%d objects, %d added", len(order), added)
	}
	for _, id := range order {
		switch o := held[id]; {
		case o.Get("type").Text() == "incident":
			in, err := watch.ReadIncident(o)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range in.Check() {
				t.Error(p)
			}
		case watch.IsClaim(o):
			c, err := watch.ReadClaim(o)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range c.Check() {
				t.Error(p)
			}
		case watch.IsStance(o):
			s, err := watch.ReadStance(o)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range s.Check() {
				t.Error(p)
			}
		}
	}
	var out bytes.Buffer
	if err := Write(func(yield func(*stix.Value, error) bool) {
		for _, id := range order {
			if !yield(held[id], nil) {
				return
			}
		}
	}, &out); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(table(t, raw), table(t, out.Bytes())); d != "" {
		t.Errorf("(-in +out):\n%.2000s", d)
	}
	if _, added, changed := take(t, read(t, raw), held); added+changed != 0 {
		t.Errorf("the same again: %d added, %d changed", added, changed)
	}
}
