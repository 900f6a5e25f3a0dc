package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestKilledSensorLosesNothing kills the built program with SIGKILL at random points, again and again, while a log is written and rotated and the
// exchange comes and goes. Every hit is told at least once, and the exchange counts every one exactly once; so it does those of a pattern that asks for two
// records, of which one may have been read before a kill. 25 times, or 200 with THREATWATCH_LONG=1.
func TestKilledSensorLosesNothing(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("needs SIGKILL")
	}
	times := 25
	if os.Getenv("THREATWATCH_LONG") == "1" {
		times = 200
	}
	bin := buildProgram(t)
	w := newWatched(t)
	w.publish(1, "", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	const pairs = 10
	w.write("pairs.json", strings.Replace(indicatorOf(pairs, 1, ""), "[domain-name:value = '"+host(pairs)+"']", "[domain-name:value = '"+host(3)+"'] REPEATS 2 TIMES", 1))
	w.tw("import", "--source", "feed", w.path("pairs.json"))
	w.write("eve.json", "")
	var log busyLog
	told := map[string]bool{} // times of the records of hits
	spooled, down := 0, false
	for i := range times {
		if down = !down && i%4 == 3; down {
			w.stop()
		}
		for _, at := range w.killedRun(bin, &log, i) {
			told[at] = true
		}
		if w.status().Windows > 0 {
			spooled++
		}
		if down {
			w.start()
		}
	}
	s := w.sense()
	for begin := time.Now(); w.sum() < log.records+log.of[3]/2 && time.Since(begin) < 30*time.Second; {
		time.Sleep(50 * time.Millisecond)
	}
	w.end(s)
	for _, at := range hitTimes(t, s.out.String()) {
		told[at] = true
	}
	counts, sightings := w.sighted()
	if got := counts[indicatorID(pairs)]; got != log.of[3]/2 {
		t.Errorf("%d pairs are sighted, want %d", got, log.of[3]/2)
	}
	for n := range 10 {
		if got := counts[indicatorID(n)]; got != log.of[n] {
			t.Errorf("%s is sighted %d times, want %d", host(n), got, log.of[n])
		}
	}
	if len(told) != log.records {
		t.Errorf("%d hits were told, want %d", len(told), log.records)
	}
	t.Logf("%d kills, %d with windows that waited; %d records, %d rotations, %d sightings", times, spooled, log.records, log.rotations, sightings)
	if spooled == 0 || log.rotations == 0 || sightings < times {
		t.Error("the kills fell where there was nothing to lose: the test shows nothing")
	}
}

// sum is how many hits the exchange counts.
func (w *watched) sum() (sum int) {
	w.Helper()
	counts, _ := w.sighted()
	for _, n := range counts {
		sum += n
	}
	return sum
}

// busyLog is what was written to a log.
type busyLog struct {
	records, rotations int
	of                 [10]int // by the number of the host
}

// write writes and rotates for a while.
func (b *busyLog) write(w *watched, until time.Time) {
	for time.Now().Before(until) {
		for range 1 + rand.IntN(40) { // what is rotated next must be there
			n := rand.IntN(10)
			w.log(n, b.records)
			b.of[n]++
			b.records++
		}
		if rand.IntN(60) == 0 {
			b.rotations++
			if err := os.Rename(w.path("eve.json"), w.path(fmt.Sprintf("eve.json.%d", b.rotations))); err != nil {
				w.Error(err)
			}
		}
		time.Sleep(time.Duration(5+rand.IntN(10)) * time.Millisecond) // times of files are not finer
	}
}

// killedRun starts the built program, writes to its log, kills it, writes more now and then, and returns the times of the hits that it told.
func (w *watched) killedRun(bin string, log *busyLog, i int) []string {
	w.Helper()
	var out bytes.Buffer
	cmd := exec.Command(bin, "sensor", "--url", w.feed, "--token-file", w.path("token"), "--state", w.path("state"), "--report-to", w.inbox, "--sensor", "edge",
		"--json", "--format", "eve", "--interval", "50ms", "--window", "30ms", "-F", w.path("eve.json"))
	cmd.Stdout, cmd.Stderr = &out, io.Discard
	if err := cmd.Start(); err != nil {
		w.Fatal(err)
	}
	if i == 0 {
		w.until("the sensor looks", func() bool { _, err := os.Stat(w.path("state/status.json")); return err == nil })
	}
	log.write(w, time.Now().Add(time.Duration(rand.IntN(600))*time.Millisecond))
	if err := cmd.Process.Kill(); err != nil {
		w.Error(err)
	}
	cmd.Wait() // it was killed
	log.write(w, time.Now().Add(time.Duration(rand.IntN(30))*time.Millisecond))
	return hitTimes(w.T, out.String())
}

// hitTimes reads the times of hits; a line without its end was not told.
func hitTimes(t *testing.T, out string) (times []string) {
	t.Helper()
	for line := range strings.Lines(out) {
		if !strings.HasSuffix(line, "\n") {
			continue
		}
		var f findingLine
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		times = append(times, f.Time)
	}
	return times
}
