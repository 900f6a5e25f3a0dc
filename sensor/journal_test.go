package sensor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"threatwatch/taxii"
)

// records opens a journal and lists what is in it.
func records(t *testing.T, path string) (j *journal, list []string) {
	t.Helper()
	j, _, err := openJournal(path, func(kind byte, at int64, body []byte) error {
		list = append(list, fmt.Sprintf("%c%s", kind, body))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.close() })
	return j, list
}

// TestJournal: wherever the writing of a journal ends or a byte of it is wrong, the records before that are there, and those that are written after.
func TestJournal(t *testing.T) {
	dir := t.TempDir()
	j, _ := records(t, filepath.Join(dir, "whole"))
	want := []string{"aone", "btwo", "c"}
	ends := []int64{j.end}
	for _, r := range want {
		j.add(r[0], []byte(r[1:]))
		if err := j.commit(); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, j.end)
	}
	whole, err := os.ReadFile(j.path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, raw []byte, n int) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		j, got := records(t, path)
		if !slices.Equal(got, want[:n]) {
			t.Errorf("%s: %q, want %q", name, got, want[:n])
		}
		at := j.add('z', []byte("more"))
		if err := j.commit(); err != nil {
			t.Fatal(err)
		}
		if body, err := j.read(at); err != nil || string(body) != "more" {
			t.Errorf("%s: %q, %v", name, body, err)
		}
		if _, got := records(t, path); !slices.Equal(got, append(slices.Clone(want[:n]), "zmore")) {
			t.Errorf("%s: %q after another record", name, got)
		}
	}
	for i := range whole {
		n := 0
		for n < len(want) && ends[n+1] <= int64(i) {
			n++
		}
		check(fmt.Sprintf("cut at %d", i), whole[:i], n)
		if i >= len(journalMagic) {
			wrong := bytes.Clone(whole)
			wrong[i] ^= 0x10
			check(fmt.Sprintf("wrong at %d", i), wrong, n)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "other"), []byte("what somebody else wrote"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := openJournal(filepath.Join(dir, "other"), nil); err == nil {
		t.Error("a file that is no journal was opened")
	}
}

// TestCopyCompacts: a copy whose objects change again and again stays small, and holds the last version of each after it was opened anew.
func TestCopyCompacts(t *testing.T) {
	path, url := filepath.Join(t.TempDir(), "copy"), "https://cti.example/api1/collections/x/"
	c, err := openCopy(path, url)
	if err != nil {
		t.Fatal(err)
	}
	body := strings.Repeat("x", 4000)
	for version := range 400 {
		var list []received
		for n := range 10 {
			raw, ok := parseReceived(fmt.Appendf(nil, `{"type":"indicator","id":"indicator--%08x-0000-4000-8000-000000000003","modified":"2026-01-01T00:%02d:%02d.000Z","name":"%d %s"}`, n, version/60, version%60, version, body))
			if !ok || !c.newer(&raw) {
				t.Fatal("not taken")
			}
			list = append(list, raw)
		}
		var drop []string
		if version%2 == 1 {
			drop = []string{list[3].id}
		}
		if err := c.put(list, drop, cursor{url, taxii.Stamp(version), true}); err != nil {
			t.Fatal(err)
		}
	}
	c.close()
	if info, err := os.Stat(path); err != nil || info.Size() > 2<<20 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
	if c, err = openCopy(path, url); err != nil {
		t.Fatal(err)
	}
	n := 0
	err = c.each(func(raw []byte) error {
		n++
		if !bytes.Contains(raw, []byte(`"399 xxx`)) {
			t.Errorf("%.200s", raw)
		}
		return nil
	})
	if err != nil || n != 9 || c.indicators != 9 || c.cursor.After != 399 || !c.cursor.Whole {
		t.Errorf("%d objects, %d indicators, %+v, %v", n, c.indicators, c.cursor, err)
	}
	c.close()
	if _, err := openCopy(path, "https://cti.example/api1/collections/y/"); err == nil {
		t.Error("the copy of one collection was opened as that of another")
	}
}

// TestSpoolCompacts: a spool through which much goes stays small, in order, and knows after it was opened anew what waits and what was done.
func TestSpoolCompacts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spool")
	open := func() *spool {
		t.Helper()
		s, cut, err := openSpool(path, 1<<30, t.Errorf)
		if err != nil || cut != 0 {
			t.Fatal(cut, err)
		}
		return s
	}
	s := open()
	object := json.RawMessage(`"` + strings.Repeat("x", 4000) + `"`)
	next, out := 0, 0
	put := func() {
		t.Helper()
		next++
		w := &spooledWindow{Part: fmt.Sprint(next), Places: []place{{Path: fmt.Sprint(next)}}, Objects: []json.RawMessage{object, object}}
		if err := s.put(w, false); err != nil {
			t.Fatal(err)
		}
	}
	for round := range 600 {
		put()
		if round%20 == 0 {
			put()
		}
		w, ok, err := s.oldest()
		if out++; err != nil || !ok || w.Part != fmt.Sprint(out) || len(w.Objects) != 2 {
			t.Fatalf("window %q, want %d; %v", w.Part, out, err)
		}
		if err := s.taken(1, 1); err != nil {
			t.Fatal(err)
		}
		if round%50 == 0 {
			if err := s.close(); err != nil {
				t.Fatal(err)
			}
			s = open()
		}
		windows, objects, _, done := s.held()
		if windows != next-out || objects != 2*windows || done.Sent != int64(out) || done.Refused != int64(out) || s.places()[0].Path != fmt.Sprint(next) {
			t.Fatalf("round %d: %d windows, %d objects, %+v, %+v", round, windows, objects, done, s.places())
		}
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 2<<20 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
}
