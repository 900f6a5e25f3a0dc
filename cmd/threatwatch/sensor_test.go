package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"threatwatch/sensor"
	"threatwatch/stix"
)

// watched is an exchange that comes and goes, and a sensor beside a log.
type watched struct {
	*testing.T
	dir, data, address string
	feed, inbox        string // addresses of collections
	stop               func() // ends the exchange
}

// newWatched makes an exchange with a feed, an inbox and a token that reads and writes, and starts it.
func newWatched(t *testing.T) *watched {
	t.Helper()
	w := &watched{T: t, dir: t.TempDir()}
	w.data = filepath.Join(w.dir, "data")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.address = ln.Addr().String()
	ln.Close()
	w.tw("source", "add", "feed", "--tlp", "green")
	w.feed = w.collection("Indicators", "--source", "feed", "--type", "indicator", "--type", "identity")
	w.inbox = w.collection("Inbox", "--writable")
	w.tw("org", "add", "Example Energy")
	w.write("token", w.tw("token", "create", "sensor", "--org", "example-energy", "--role", "publisher")+"\n")
	w.start()
	t.Cleanup(func() { w.stop() })
	return w
}

// tw runs a command on the data of the exchange.
func (w *watched) tw(args ...string) string {
	w.Helper()
	code, out, errs := program(w.T, append(args, "--data", w.data)...)
	if code != exitFine {
		w.Fatalf("%v: exit %d: %s", args, code, errs)
	}
	return strings.TrimSpace(out)
}

func (w *watched) collection(args ...string) string {
	w.Helper()
	return "http://" + w.address + "/api1/collections/" + w.tw(append([]string{"collection", "add"}, args...)...) + "/"
}

func (w *watched) path(name string) string { return filepath.Join(w.dir, name) }

func (w *watched) write(name, text string) {
	w.Helper()
	if err := os.WriteFile(w.path(name), []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
}

// start runs the exchange at its address until stop.
func (w *watched) start() {
	w.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.Context()))
	var errs lockedBuffer
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve", "--data", w.data, "--listen", w.address}, strings.NewReader(""), &errs, &errs)
	}()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if c := <-code; c != exitFine {
			w.Errorf("serve: exit %d: %s", c, errs.String())
		}
	})
	w.until("the exchange serves", func() bool { return strings.Contains(errs.String(), "serving") })
}

// until waits for something.
func (w *watched) until(what string, is func() bool) {
	w.Helper()
	for begin := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(begin) > 30*time.Second {
			w.Fatalf("it does not come that %s", what)
		}
	}
}

// indicatorID is the id of the indicator of a name, which is that of a host.
func indicatorID(n int) string { return fmt.Sprintf("indicator--%08x-0000-4000-8000-000000000003", n) }

func host(n int) string { return fmt.Sprintf("host%d.evil.example", n) }

// publish puts indicators into the feed, in a version.
func (w *watched) publish(version int, more string, ns ...int) {
	w.Helper()
	var b strings.Builder
	for _, n := range ns {
		b.WriteString(indicatorOf(n, version, more) + "\n")
	}
	w.write("publish.ndjson", b.String())
	w.tw("import", "--source", "feed", w.path("publish.ndjson"))
}

// indicatorOf is the indicator of a host, modified so many seconds after it was made.
func indicatorOf(n, version int, more string) string {
	return fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:%02d.000Z",`+
		`"pattern":"[domain-name:value = '%s']","pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z"%s}`, indicatorID(n), version, host(n), more)
}

// sensed is a sensor that runs in this process.
type sensed struct {
	out, errs lockedBuffer
	cancel    context.CancelFunc
	code      chan int
}

// sense starts a sensor that looks often, with more flags.
func (w *watched) sense(flags ...string) *sensed {
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.Context()))
	s := &sensed{cancel: cancel, code: make(chan int, 1)}
	args := append([]string{"sensor", "--url", w.feed, "--token-file", w.path("token"), "--state", w.path("state"), "--report-to", w.inbox, "--sensor", "edge",
		"--json", "--format", "eve", "--interval", "100ms", "--window", "100ms", "-F", w.path("eve.json")}, flags...)
	go func() { s.code <- run(ctx, args, strings.NewReader(""), &s.out, &s.errs) }()
	return s
}

// end stops a sensor.
func (w *watched) end(s *sensed) {
	w.Helper()
	s.cancel()
	select {
	case code := <-s.code:
		if code != exitFine {
			w.Fatalf("sensor: exit %d: %s", code, s.errs.String())
		}
	case <-time.After(30 * time.Second):
		w.Fatal("the sensor does not end")
	}
}

// log appends a record that names a host; it is whole when log returns.
func (w *watched) log(n, record int) {
	w.Helper()
	f, err := os.OpenFile(w.path("eve.json"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		w.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(eveRecord(n, record)); err != nil {
		w.Fatal(err)
	}
}

func eveRecord(n, record int) string {
	at := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC).Add(time.Duration(record) * time.Second)
	return fmt.Sprintf(`{"timestamp":"%s","event_type":"dns","flow_id":%d,"src_ip":"192.0.2.10","dest_ip":"192.0.2.53","dns":{"rrname":"%s"}}`+"\n",
		at.Format("2006-01-02T15:04:05.000000-0700"), record, host(n))
}

// hits says how often a host was found.
func (s *sensed) hits(n int) int { return strings.Count(s.out.String(), `"seen":"`+host(n)+`"`) }

// sighted is what the exchange holds: for each indicator the sum of the counts of its sightings, and how many there are.
func (w *watched) sighted() (counts map[string]int, sightings int) {
	w.Helper()
	bundle, err := stix.ParseValue([]byte(w.tw("export", "--as", "operator")))
	if err != nil {
		w.Fatal(err)
	}
	counts = map[string]int{}
	for _, o := range bundle.Get("objects").Items {
		if o.Get("type").Text() == "sighting" {
			n, _ := o.Get("count").Int()
			counts[o.Get("sighting_of_ref").Text()] += int(n)
			sightings++
		}
	}
	return counts, sightings
}

// status is what the sensor says of itself.
func (w *watched) status() sensor.Status {
	w.Helper()
	s, err := sensor.ReadStatus(w.path("state"))
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// from says how long it takes until something is so. A quiet machine keeps to what is promised, the interval and a second; one that does other things may
// take longer.
func (w *watched) from(is func() bool) time.Duration {
	w.Helper()
	begin := time.Now()
	for !is() {
		if time.Since(begin) > 15*time.Second {
			w.Fatalf("not after %v", time.Since(begin))
		}
	}
	return time.Since(begin)
}

// TestSensor: an indicator that enters the exchange is looked for with the next poll, one that is revoked no longer, and what was found is sighted in
// the exchange.
func TestSensor(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.publish(1, "", 1)
	w.write("eve.json", eveRecord(1, 1)+eveRecord(2, 2))
	s := w.sense("--interval", "1s")
	w.until("the first record is found", func() bool { return s.hits(1) == 1 })
	w.publish(1, "", 2)
	took := w.from(func() bool { w.log(2, 3); time.Sleep(20 * time.Millisecond); return s.hits(2) > 0 })
	t.Logf("looked for %v after it came", took)
	w.publish(2, `,"revoked":true`, 1)
	took = w.from(func() bool { return w.passes(s, 1, 2) })
	t.Logf("looked for no longer %v after it was revoked", took)
	revoked := s.hits(1)
	want := s.hits(2)
	w.until("all is sighted", func() bool {
		counts, _ := w.sighted()
		return counts[indicatorID(2)] == want && counts[indicatorID(1)] == revoked
	})
	w.until("nothing waits", func() bool { st := w.status(); return st.Windows == 0 && st.Sent > 0 })
	w.end(s)
	if st := w.status(); st.Running || st.Windows != 0 || st.Sent == 0 || st.Refused != 0 || st.Indicators != 2 {
		t.Errorf("%+v", st)
	}
}
