package history_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatwatch/history"
	"threatwatch/logs"
)

var ctx = context.Background()

// small writes a history of one segment for each day and returns what is in it.
func small(t *testing.T, dir string, days int) (want naive, values []string) {
	t.Helper()
	want = naive{}
	w, err := history.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	for day := range days {
		for i := range 40 {
			v, at := fmt.Sprintf("day%d-%d", day, i), begin.Add(time.Duration(day*24)*time.Hour+time.Duration(i)*time.Second)
			for range 1 + i%2 {
				want.add(v, "s", at)
				if err := add(w, logs.FileName, v, "s", at); err != nil {
					t.Fatal(err)
				}
			}
			values = append(values, v)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return want, values
}

// TestTornSegments cuts a segment at every length and changes each of its bytes: the file is named, and the other day answers.
func TestTornSegments(t *testing.T) {
	dir := t.TempDir()
	want, values := small(t, dir, 2)
	paths := segmentsOf(t, dir)
	whole, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string) {
		t.Helper()
		h, err := history.Open(dir)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		defer h.Close()
		var keys []history.Key
		for _, v := range values {
			keys = append(keys, keyOf(h, v))
		}
		got, damaged := h.Hunt(ctx, keys, history.Span{})
		if len(damaged) == 0 || !strings.Contains(damaged[0].Error(), filepath.Base(paths[0])) {
			t.Fatalf("%s: the file is not named: %v", what, damaged)
		}
		for i, v := range values {
			if strings.HasPrefix(v, "day1") {
				if diff := cmp.Diff(want.seen(v, history.Span{}), got[i]); diff != "" {
					t.Fatalf("%s: %s: want, got: %s", what, v, diff)
				}
			} else if got[i] != nil {
				t.Fatalf("%s: %s was read from a block that is damaged", what, v)
			}
		}
	}
	for n := range whole {
		write(t, paths[0], whole[:n])
		check(fmt.Sprintf("cut to %d of %d", n, len(whole)))
	}
	for i := len("tw-seen1"); i < len(whole); i++ {
		changed := append([]byte(nil), whole...)
		changed[i] ^= 1 << rand.IntN(8)
		write(t, paths[0], changed)
		check(fmt.Sprintf("byte %d of %d", i, len(whole)))
	}
	write(t, paths[0], whole)
	compare(t, dir, want, values, history.Span{})
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestMergeCutShort puts back segments after they were merged, as if the process had died before it removed them, beside a file that never got
// its name: nothing counts twice, and the next merge removes them.
func TestMergeCutShort(t *testing.T) {
	dir := t.TempDir()
	want := naive{}
	before := map[string][]byte{}
	for i := range 8 { // at the eighth they are merged
		w, err := history.Create(dir)
		if err != nil {
			t.Fatal(err)
		}
		want.add("v", "s", begin)
		if err := add(w, logs.FileName, "v", "s", begin); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if i < 7 {
			for _, path := range segmentsOf(t, dir) {
				before[path], _ = os.ReadFile(path)
			}
		}
	}
	if n := len(segmentsOf(t, dir)); n != 1 || len(before) != 7 {
		t.Fatalf("%d segments after merging, %d before", n, len(before))
	}
	for path, raw := range before {
		write(t, path, raw)
	}
	old := filepath.Join(dir, ".new-1")
	write(t, old, []byte("tw-seen1"))
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	compare(t, dir, want, []string{"v"}, history.Span{})
	if err := history.Merge(dir); err != nil {
		t.Fatal(err)
	}
	if n := len(segmentsOf(t, dir)); n != 1 {
		t.Errorf("%d segments are left", n)
	}
	if _, err := os.Stat(old); err == nil {
		t.Errorf("a file without a name is left")
	}
	compare(t, dir, want, []string{"v"}, history.Span{})
}

// TestMergeLeavesDamaged merges around a segment with a damaged block, which stays and is still named.
func TestMergeLeavesDamaged(t *testing.T) {
	dir := t.TempDir()
	for i := range 7 {
		small(t, dir, 1)
		if i == 0 {
			path := segmentsOf(t, dir)[0]
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			raw[20] ^= 1
			write(t, path, raw)
		}
	}
	small(t, dir, 1) // the eighth, with the damaged one
	if n := len(segmentsOf(t, dir)); n != 8 {
		t.Fatalf("%d segments, want 8", n)
	}
	small(t, dir, 1) // the eighth that is whole
	if n := len(segmentsOf(t, dir)); n != 2 {
		t.Fatalf("%d segments, want the damaged one and the others in one", n)
	}
	h, err := history.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	got, damaged := h.Hunt(ctx, []history.Key{keyOf(h, "day0-1")}, history.Span{})
	if len(damaged) != 1 || got[0] == nil || got[0].Count != 16 {
		t.Errorf("got %+v, %v, want 8 times 2 and one damaged", got[0], damaged)
	}
}

// TestSeveralWriters lets writers and a hunter work on one directory at once: what was written counts once, and never less than before.
func TestSeveralWriters(t *testing.T) {
	dir := t.TempDir()
	const writers, each = 4, 120
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			w, err := history.Create(dir)
			if err != nil {
				t.Error(err)
				return
			}
			w.FlushAt(3)
			for i := range each {
				if err := add(w, logs.FileName, "v", fmt.Sprint("s", i%7), begin); err != nil {
					t.Error(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	last := uint64(0)
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		h, err := history.Open(dir)
		if err != nil {
			continue // no key yet, or merged faster than opened
		}
		got, damaged := h.Hunt(ctx, []history.Key{keyOf(h, "v")}, history.Span{})
		h.Close()
		if len(damaged) > 0 {
			t.Fatal(damaged)
		}
		if got[0] != nil {
			if got[0].Count < last {
				t.Fatalf("%d after %d", got[0].Count, last)
			}
			last = got[0].Count
		}
	}
	if last != writers*each {
		t.Errorf("%d, want %d", last, writers*each)
	}
}

// TestKilled kills a process that writes: what it had flushed is there, and nothing is damaged.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("HISTORY_TEST_WRITE"); dir != "" {
		writeUntilKilled(dir)
	}
	rounds := 5
	if os.Getenv("THREATWATCH_LONG") != "" {
		rounds = 200
	}
	dir := t.TempDir()
	flushed := uint64(0)
	for range rounds {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "HISTORY_TEST_WRITE="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stop := time.AfterFunc(time.Duration(100+rand.IntN(200))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if lines.Text() == "flushed" {
				flushed++
			}
		}
		_ = cmd.Wait() // it was killed
		stop.Stop()
	}
	h, err := history.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	got, damaged := h.Hunt(ctx, []history.Key{keyOf(h, "v")}, history.Span{})
	if len(damaged) > 0 {
		t.Fatal(damaged)
	}
	if flushed == 0 || got[0] == nil || got[0].Count < flushed || got[0].Count > flushed+uint64(rounds) {
		t.Errorf("%d were flushed, %+v are there", flushed, got[0])
	}
	t.Logf("%d flushed in %d lives", flushed, rounds)
}

func writeUntilKilled(dir string) {
	w, err := history.Create(dir)
	for err == nil {
		if err = add(w, logs.FileName, "v", "s", begin); err == nil {
			err = w.Flush()
		}
		fmt.Println("flushed")
	}
	fmt.Println(err)
	os.Exit(1)
}
