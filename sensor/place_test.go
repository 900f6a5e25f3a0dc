package sensor

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/logs"
)

// TestRotated: which files beside a log were it, oldest first.
func TestRotated(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"eve.json", "eve.json.2", "eve.json.1", "eve.json-20261101", "eve-20261102.json", "eve.2026-11-03-10:00:00.json", "eve.json.1.gz", "eve.json.offset",
		"eve.jsonl", "fast.log.1", "eve.json.", "eve-2.0-beta.json"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Unix(int64(1000+i), 0)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "eve.json.3"), 0o700); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, name := range rotated(filepath.Join(dir, "eve.json")) {
		got = append(got, filepath.Base(name))
	}
	if want := []string{"eve.json.2", "eve.json.1", "eve.json-20261101", "eve-20261102.json", "eve.2026-11-03-10:00:00.json"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestPlace: a file is known again under another name, and is not when it was written anew.
func TestPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.log")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found := func(p place) bool {
		f := p.find()
		if f != nil {
			f.Close()
		}
		return f != nil
	}
	write("first line\nsecond line\n")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	p := place{Path: path, File: fileID(info), Mark: logs.Mark{Offset: 11}}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if p.Before, err = before(f, 11); err != nil || p.Before == "" {
		t.Fatal(p.Before, err)
	}
	if !found(p) {
		t.Error("not found as it was")
	}
	write("first line\nanother second line\n")
	if !found(p) {
		t.Error("not found after it grew")
	}
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if !found(p) {
		t.Error("not found under its new name")
	}
	if err := os.Rename(path+".1", path); err != nil {
		t.Fatal(err)
	}
	write("other line\nsecond line\n")
	if found(p) {
		t.Error("found although it was written anew")
	}
	write("first")
	if found(p) {
		t.Error("found although it was cut")
	}
}

// TestPatience: waits grow, and one line is told when something goes and when it comes back.
func TestPatience(t *testing.T) {
	var told []string
	p := patience{what: "x", base: time.Second, tell: func(format string, args ...any) { told = append(told, format) }}
	for range 10 {
		if wait := p.after(nil); wait != time.Second {
			t.Fatal(wait)
		}
	}
	var waits []time.Duration
	for range 80 {
		waits = append(waits, p.after(threatwatch.Errorf(threatwatch.Unavailable, "away")))
	}
	if waits[0] > time.Second || waits[3] < 6*time.Second || slices.Max(waits) > longest || slices.Min(waits) <= 0 || waits[79] < longest/2 {
		t.Errorf("%v", waits)
	}
	p.after(errors.New("something else"))
	p.after(nil)
	p.after(nil)
	if len(told) != 3 {
		t.Errorf("%q", told)
	}
}
