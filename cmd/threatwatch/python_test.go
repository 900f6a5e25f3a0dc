package main

import (
	"encoding/json"
	"os"
	"testing"

	"threatwatch/intake"
	"threatwatch/internal/pyenv"
	"threatwatch/internal/testdata"
	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/taxii"
	"threatwatch/taxii/taxiitest"
)

// TestPython imports ATT&CK Enterprise and lets the unmodified OASIS client read it whole, by next and by added_after.
func TestPython(t *testing.T) {
	python, script := pyenv.Python(t), pyenv.Script(t, "walk.py")
	x := newExchangeTest(t, taxii.Options{Title: "Test"})
	want := importFeed(t, x, testdata.Dir(t, "attack", "enterprise-attack-18.1-stix20.json.gz"))
	if len(want) < 20_000 {
		t.Fatalf("imported %d objects, want at least 20,000", len(want))
	}
	x.collection(store.Collection{Title: "Inbox", Writable: true, Public: true})
	w := taxiitest.Walk{URL: x.server.URL, User: "token", Password: x.tokens["acme"], Feed: "attack", Inbox: "Inbox", Want: want}
	if n, parsed := w.Run(t, python, script); n != len(want) || parsed < 2000 {
		t.Errorf("read %d objects and parsed %d, want %d and at least 2,000", n, parsed, len(want))
	}
}

// importFeed imports a file into the public source "attack" and returns id and modified of each object.
func importFeed(t *testing.T, x *exchangeTest, path string) (want [][2]any) {
	t.Helper()
	src, err := x.intake.AddSource(t.Context(), store.Source{Name: "attack", Default: label.Label{TLP: stix.Clear}.Body(), Public: true})
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // read only
	stream := x.intake.Stream(t.Context(), intake.Submission{Source: src.ID, By: "test"}, func(o intake.Outcome) {
		if o.Status != intake.Added {
			t.Errorf("%s: %v %v", o.ID, o.Status, o.Problems)
		}
	})
	err = stix.ReadObjects(f, func(raw []byte, spec20 bool) error {
		var o struct {
			ID       string
			Modified *string
		}
		if err := json.Unmarshal(raw, &o); err != nil {
			return err
		}
		key := [2]any{o.ID, nil}
		if o.Modified != nil {
			key[1] = *o.Modified
		}
		want = append(want, key)
		return stream.Add(raw, spec20)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Close(); err != nil {
		t.Fatal(err)
	}
	return want
}
