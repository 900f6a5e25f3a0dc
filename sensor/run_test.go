package sensor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"threatwatch/logs"
	"threatwatch/match"
	"threatwatch/taxii"
	"threatwatch/taxii/taxiitest"
)

// bench is a sensor beside the reference backend, which gives seven objects a page.
type bench struct {
	*testing.T
	fake       *taxiitest.Fake
	collection string
	Config

	mu   sync.Mutex // protects what follows
	hits map[string]int
	told []string
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, fake: taxiitest.NewFake(), hits: map[string]int{}}
	b.collection = b.fake.AddCollection("Feed", "", []string{""}, []string{""})
	srv := httptest.NewServer(taxii.NewServer(b.fake, taxii.Options{MaxPage: 7}))
	t.Cleanup(srv.Close)
	dir := t.TempDir()
	b.Config = Config{
		Collection: Remote{URL: srv.URL + "/api1/collections/" + b.collection + "/"}, Dir: filepath.Join(dir, "state"), Name: "edge",
		Logs: []string{filepath.Join(dir, "a.log")}, Format: logs.Text, Interval: 20 * time.Millisecond, Recheck: time.Hour, Window: 50 * time.Millisecond, MaxSpool: 1 << 20,
		Found: func(f *match.Finding) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.hits[f.Seen]++
			return nil
		},
		Tell: func(format string, args ...any) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.told = append(b.told, fmt.Sprintf(format, args...))
		},
	}
	b.Report = b.Collection
	return b
}

// publish puts the indicators of addresses into the collection.
func (b *bench) publish(from, to int) {
	b.Helper()
	var objects [][]byte
	for n := from; n < to; n++ {
		objects = append(objects, fmt.Appendf(nil, `{"type":"indicator","spec_version":"2.1","id":"indicator--%08x-0000-4000-8000-000000000003","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",`+
			`"pattern":"[ipv4-addr:value = '198.51.100.%d']","pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z"}`, n, n))
	}
	if st, err := b.fake.Add(b.Context(), b.collection, objects); err != nil || st.FailureCount > 0 {
		b.Fatal(st, err)
	}
}

func (b *bench) log(path string, ns ...int) {
	b.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for _, n := range ns {
		if _, err := fmt.Fprintf(f, "connection from 198.51.100.%d\n", n); err != nil {
			b.Fatal(err)
		}
	}
}

// sighted is the sum of the counts of sightings that the collection holds.
func (b *bench) sighted() (sum int) {
	b.Helper()
	p := taxii.Filter{Types: []string{"sighting"}, Limit: 1000}
	_, err := b.fake.Objects(b.Context(), b.collection, p, func(raw []byte) error {
		_, rest, _ := strings.Cut(string(raw), `"count":`)
		n := 0
		_, err := fmt.Sscan(rest[:strings.IndexByte(rest, ',')], &n)
		sum += n
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return sum
}

// TestReference: many pages of another server are read whole, and sightings reach it, once.
func TestReference(t *testing.T) {
	b := newBench(t)
	b.publish(0, 100)
	b.log(b.Logs[0], 0, 6, 7, 99, 100)
	for range 2 {
		res, err := Run(t.Context(), b.Config)
		if err != nil || res.Broken != 0 || res.Left != 0 {
			t.Fatalf("%+v, %v, %q", res, err, b.told)
		}
	}
	if len(b.hits) != 4 || b.sighted() != 4 {
		t.Errorf("hits %v, sighted %d", b.hits, b.sighted())
	}
	if s, err := ReadStatus(b.Dir); err != nil || s.Indicators != 100 || s.Values != 100 || s.Running {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestBroken: a log that cannot be read ends nothing; output that is broken ends the sensor, and the next run tells the hit again.
func TestBroken(t *testing.T) {
	b := newBench(t)
	b.publish(0, 3)
	dir := filepath.Join(filepath.Dir(b.Logs[0]), "folder.log")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	b.Logs = append(b.Logs, dir)
	b.Follow = true
	b.log(b.Logs[0], 1)
	c := b.Config
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c.Found = func(f *match.Finding) error { return io.ErrClosedPipe }
	if _, err := Run(ctx, c); !errors.Is(err, io.ErrClosedPipe) || ctx.Err() != nil {
		t.Fatalf("%v, %v", err, ctx.Err())
	}
	b.told = nil
	go func() {
		for ctx.Err() == nil && !b.complains("folder.log", 1) {
			time.Sleep(5 * time.Millisecond)
		}
		cancel()
	}()
	if res, err := Run(ctx, b.Config); err != nil || res.Hits != 1 || !b.complains("folder.log", 1) {
		t.Errorf("%+v, %v, %q", res, err, b.told)
	}
}

// complains says whether a hit was told, and something of a log so often.
func (b *bench) complains(of string, times int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, line := range b.told {
		if strings.Contains(line, of) {
			n++
		}
	}
	return len(b.hits) > 0 && n == times
}

// TestOneSensor: a state is used by one sensor at a time.
func TestOneSensor(t *testing.T) {
	b := newBench(t)
	b.publish(0, 1)
	b.Follow = true
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	up := make(chan bool, 100)
	c := b.Config
	c.Watch = func(Status) {
		select {
		case up <- true:
		default:
		}
	}
	go func() { _, err := Run(ctx, c); done <- err }()
	<-up
	if s, err := ReadStatus(b.Dir); err != nil || !s.Running {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := Run(ctx, b.Config); err == nil || !strings.Contains(err.Error(), "another sensor") {
		t.Errorf("a second sensor: %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
