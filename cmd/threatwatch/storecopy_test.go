package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threatwatch/store"
)

// TestStoreCopy takes an exchange from a directory to PostgreSQL and back: what it exports is the same, tokens and cursors go on, a target
// that holds something is refused, and one that was left half done cannot be served.
func TestStoreCopy(t *testing.T) {
	t.Parallel()
	dir, back, url := t.TempDir(), t.TempDir(), string(newDatabase(t))
	file := filepath.Join(dir, "in.json")
	must(t, os.WriteFile(file, []byte(`{"type":"bundle","id":"bundle--00000000-0000-4000-8000-00000000000a","objects":[`+goodMalware+`,`+indicator+`]}`), 0o600))
	tw := func(want int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, nil, &out, &errs); code != want {
			t.Fatalf("%v: exit %d, want %d: %s%s", args[:2], code, want, &out, &errs)
		}
		return out.String() + errs.String()
	}
	tw(exitFine, "import", "--data", dir, "--source", "one", "--tlp", "green", file)
	tw(exitFine, "org", "add", "Acme", "--data", dir)
	want := exported(t, tw(exitFine, "export", "--data", dir))

	if said := tw(exitFine, "store", "copy", dir, url); !strings.Contains(said, "copied and compared") || strings.Contains(said, "hidden") {
		t.Errorf("copy says %s", said)
	}
	tw(exitFine, "store", "copy", url, back)
	for _, data := range []string{url, back} {
		if got := exported(t, tw(exitFine, "export", "--data", data)); got != want {
			t.Errorf("the copy in %s exports\n%s\nwant\n%s", place(data), got, want)
		}
		if said := tw(exitFine, "org", "list", "--data", data); !strings.Contains(said, "Acme") {
			t.Errorf("organisations of the copy: %s", said)
		}
	}
	if said := tw(exitCannot, "store", "copy", dir, back); !strings.Contains(said, "holds an exchange already") {
		t.Errorf("onto another exchange: %s", said)
	}
	st, err := openExisting(t.Context(), place(back))
	must(t, err)
	must(t, st.Update(t.Context(), func(tx store.Tx) error { return tx.PutRecord(t.Context(), "moving", "state", []byte(`{}`)) }))
	must(t, st.Close())
	if said := tw(exitCannot, "lookup", "--data", back, "x"); !strings.Contains(said, "interrupted") {
		t.Errorf("a half copy: %s", said)
	}
}

// exported is a bundle without its own id.
func exported(t *testing.T, bundle string) string {
	t.Helper()
	_, objects, ok := strings.Cut(bundle, `"objects":`)
	if !ok || len(objects) < 100 {
		t.Fatalf("no objects in %s", bundle)
	}
	return objects
}
