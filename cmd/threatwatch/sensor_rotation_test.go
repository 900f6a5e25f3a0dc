package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestSensorRotation: records are counted once each whatever becomes of their file: written after it was renamed, renamed while the sensor is away,
// renamed more than once, cut, or written to without an end of line when the sensor ends.
func TestSensorRotation(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.publish(1, "", 1)
	records := 0
	log := func(file *os.File, n int) {
		t.Helper()
		for range n {
			records++
			if _, err := file.WriteString(eveRecord(1, records)); err != nil {
				t.Fatal(err)
			}
		}
	}
	create := func(name string) *os.File {
		t.Helper()
		f, err := os.OpenFile(w.path(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	rename := func(to string) {
		t.Helper()
		if err := os.Rename(w.path("eve.json"), w.path(to)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond) // times of files are not finer
	}
	f := create("eve.json")
	log(f, 3)
	s := w.sense()
	seen := 0
	found := func(what string) {
		t.Helper()
		w.until(what+" is found", func() bool { return seen+s.hits(1) == records })
	}
	found("what was there")
	rename("eve.json.1")
	next := create("eve.json")
	log(f, 2) // by who has not yet heard of it
	log(next, 2)
	found("what was written on both sides of a rotation")
	if _, err := next.WriteString(eveRecord(1, records+1)[:60]); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * lookAgain)
	w.end(s)
	seen += s.hits(1)

	if _, err := next.WriteString(eveRecord(1, records+1)[60:]); err != nil {
		t.Fatal(err)
	}
	records++
	log(next, 2)
	rename("eve.json-20261101")
	log(create("eve.json"), 2)
	rename("eve.json-20261102")
	f = create("eve.json")
	log(f, 2)
	s = w.sense()
	found("what was written and rotated while the sensor was away")
	if err := f.Truncate(0); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * lookAgain)
	log(f, 1)
	found("what was written after the file was cut")
	w.until("all is sighted", func() bool { return w.sum() == records })
	w.end(s)
	seen += s.hits(1)
	if strings.Contains(s.errs.String(), "gone") {
		t.Errorf("told that something is gone: %s", s.errs.String())
	}
	s = w.sense()
	log(f, 1)
	found("the last")
	w.until("the last is sighted", func() bool { return w.sum() >= records })
	w.end(s)
	if sum := w.sum(); sum != records {
		t.Errorf("%d sighted, want %d", sum, records)
	}
}

// TestMatchSends: match can report to a collection elsewhere, with a token; without one nothing is taken, which is said.
func TestMatchSends(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.publish(1, "", 1)
	w.write("eve.json", eveRecord(1, 1)+eveRecord(1, 2))
	bundle := w.tw("export", "--as", "operator")
	w.write("bundle.json", bundle)
	code, _, errs := program(t, "match", "-i", w.path("bundle.json"), "--report", "--url", w.inbox, w.path("eve.json"))
	if code != exitCannot || !strings.Contains(errs, "report: ") {
		t.Errorf("without a token: exit %d, %s", code, errs)
	}
	code, _, errs = program(t, "match", "-i", w.path("bundle.json"), "--report", "--url", w.inbox, "--token-file", w.path("token"), w.path("eve.json"))
	if code != exitFine || !strings.Contains(errs, "reported: 4 objects") {
		t.Errorf("exit %d, %s", code, errs)
	}
	if counts, n := w.sighted(); n != 1 || counts[indicatorID(1)] != 2 {
		t.Errorf("sighted %v", counts)
	}
}

// lookAgain is longer than it takes the sensor to look at its files.
const lookAgain = 250 * time.Millisecond

// TestSensorToTheEnd: without -F the sensor reads to the end, sends, and ends; the next run goes on from there.
func TestSensorToTheEnd(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.publish(1, "", 1)
	w.write("eve.json", strings.TrimSuffix(eveRecord(1, 1)+eveRecord(1, 2), "\n"))
	w.write("zeek.log", "#separator \\x09\n#fields\tts\tquery\n#types\ttime\tstring\n1793527200.0\t"+host(1)+"\n")
	once := func(want int, code int, logs ...string) {
		t.Helper()
		args := append([]string{"sensor", "--remember", w.path("seen"), "--url", w.feed, "--token-file", w.path("token"), "--state", w.path("state"), "--report-to", w.inbox, "--json"}, logs...)
		got, out, errs := program(t, args...)
		if n := strings.Count(out, host(1)+`","indicator"`); got != code || n != want {
			t.Errorf("exit %d with %d hits, want %d with %d: %s", got, n, code, want, errs)
		}
	}
	once(3, exitFine, w.path("eve.json"), w.path("zeek.log"))
	once(0, exitFine, w.path("eve.json"), w.path("zeek.log"))
	f, err := os.OpenFile(w.path("zeek.log"), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("1793527201.0\t" + host(1) + "\n"); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := program(t, "hunt", "--in", w.path("seen"), "--json", host(1)); code != exitFine || !strings.Contains(out, `"count":3`) {
		t.Errorf("remembered: exit %d, %s%s", code, out, errs)
	}
	once(0, exitFine, w.path("eve.json"))
	once(1, exitFine, w.path("zeek.log")) // below a header that was read in another run
	once(0, exitWrong, w.path("eve.json"), w.path("missing.log"))
	w.write("packed.gz", "\x1f\x8b\x08\x00")
	once(0, exitWrong, w.path("packed.gz"))
	if sum := w.sum(); sum != 4 {
		t.Errorf("%d sighted, want 4", sum)
	}
}
