package veris

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"threatwatch/internal/drafttest"
	"threatwatch/internal/testdata"
	"threatwatch/stix"
)

// TestSingleFiles: one record in a file, as its authors keep them, comes out as it went in, and is the incident that the line of the whole is.
func TestSingleFiles(t *testing.T) {
	files, err := filepath.Glob(testdata.Dir(t, "vcdb", "incidents", "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 100 {
		t.Fatalf("%d files, want 100", len(files))
	}
	lines := map[string]bool{}
	for line := range bytes.Lines(vcdb(t)) {
		lines[canonical(t, line)] = true
	}
	x := newExchange(t)
	for i, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !Detect(raw[:min(len(raw), 4096)]) {
			t.Errorf("%s is not recognised", file)
		}
		x.Take(raw)
		incidents := x.Of("incident")
		if len(incidents) != i+1 || len(x.Faults) > 0 {
			t.Fatalf("%s: %d incidents, %v", file, len(incidents), x.Faults)
		}
		got := canonical(t, RecordOf(incidents[i]).AppendJSON(nil))
		if got != canonical(t, raw) || !lines[got] {
			t.Errorf("%s goes out as another record", file)
		}
	}
}

// TestCutAnywhere: of a document that ends early all whole lines are in, and the torn one is named.
func TestCutAnywhere(t *testing.T) {
	raw := vcdb(t)
	for n := 1; n < 40_000; n += 997 {
		cut := raw[:n]
		whole := bytes.Count(cut, []byte("\n"))
		torn := 0
		if cut[n-1] != '\n' {
			torn = 1
		}
		if whole == 0 { // one value, which is none
			if _, err := Objects(cut, drafttest.Today, func(string) *stix.Value { return nil }, func(*stix.Value) error { return nil }); err == nil {
				t.Errorf("%d bytes are read", n)
			}
			continue
		}
		x := newExchange(t)
		x.Take(cut)
		if len(x.Of("incident")) != whole || len(x.Faults) != torn {
			t.Errorf("%d bytes: %d incidents of %d lines, %v", n, len(x.Of("incident")), whole, x.Faults)
		}
	}
}
