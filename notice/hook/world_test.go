package hook_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"threatwatch"
	. "threatwatch/internal/watchtest"
	"threatwatch/notice/deliver"
	"threatwatch/notice/hook"
	"threatwatch/notice/subscribe"
	"threatwatch/release"
	"threatwatch/watch"
)

var loopback = hook.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}

var keys = hook.NewMaker([]byte("another secret of thirty-two bytes or more"))

// world is an exchange with subscriptions, and a clock that stands still until it is moved.
type world struct {
	*House
	book  *subscribe.Book
	ahead atomic.Int64 // how far the clock is ahead of the true one
	gone  atomic.Bool  // acme takes part no more
	log   lines
	audit lines
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{House: New(t)}
	w.book = subscribe.NewBook(w.Store, w.now)
	w.Say(0, At(Named("intrusion-set", 1, "Group A"), 1, 0), At(Named("identity", 1, "Vendor"), 1, 0), At(Named("identity", 2, "Ministry"), 1, 0))
	return w
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

func (w *world) pass(d time.Duration) { w.ahead.Add(int64(d)) }

// subscribe subscribes beta to what happens from the beginning on.
func (w *world) subscribe(to, filter string) subscribe.Subscription {
	w.Helper()
	s, err := w.book.Add(w.Context(), subscribe.Subscription{Kind: subscribe.Hook, To: to, Org: "beta", Filter: filter})
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// options are those of an engine of this world; name tells engines apart.
func (w *world) options(name string, c deliver.Carrier) deliver.Options {
	return deliver.Options{Store: w.Store, Releaser: w.Releaser, Holder: name, Carriers: map[subscribe.Kind]deliver.Carrier{subscribe.Hook: c}, Now: w.now,
		Log: slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Subject: func(_ context.Context, s *subscribe.Subscription) (release.Subject, error) {
			if w.gone.Load() {
				return release.Subject{}, threatwatch.Errorf(threatwatch.NotFound, "no organisation %q", s.Org)
			}
			return release.Subject{Kind: release.Client, Org: s.Org}, nil
		},
		Audit: func(_ context.Context, what, subject string) error {
			_, err := w.audit.Write([]byte(what + " " + subject))
			return err
		},
	}
}

// deliver runs an engine until the test ends or stop is called.
func (w *world) deliver(name string, c deliver.Carrier) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		deliver.New(w.options(name, c)).Run(ctx)
	}()
	stop = func() { cancel(); <-done }
	w.Cleanup(stop)
	return stop
}

func (w *world) carrier() *hook.Carrier {
	return hook.New(hook.Options{Keys: keys, Base: "https://cti.example", Agent: "Test", Guard: loopback})
}

// incident says an incident in Germany, marked by place in Markings.
func (w *world) incident(n, version, marking int, facts watch.Facts) {
	w.Helper()
	if facts.Victims == nil {
		facts.Victims = []watch.Victim{{Countries: []string{"DE"}}}
	}
	w.Say(0, At(Incident(n, "Lathe stopped", "2022-01-01", facts), version, marking))
}

// until waits for a condition.
func (w *world) until(what string, is func() bool) {
	w.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			w.Fatalf("%s: waited for it in vain\n%s", what, w.log.all())
		}
	}
}

// at waits until the only delivery of a subscription, or the nth, is as it is to be, and returns it.
func (w *world) at(s subscribe.Subscription, n int, is func(d subscribe.Delivery) bool) (d subscribe.Delivery) {
	w.Helper()
	w.until("a delivery", func() bool {
		list, err := w.book.Deliveries(w.Context(), s.ID)
		if err != nil {
			w.Fatal(err)
		}
		if len(list) <= n {
			return false
		}
		d = list[n]
		return is(d)
	})
	return d
}

func (w *world) stage(s subscribe.Subscription, n int, want subscribe.Stage) subscribe.Delivery {
	w.Helper()
	return w.at(s, n, func(d subscribe.Delivery) bool { return d.Stage == want })
}

func (w *world) tries(s subscribe.Subscription, n, want int) subscribe.Delivery {
	w.Helper()
	return w.at(s, n, func(d subscribe.Delivery) bool { return d.Tries == want })
}

func (w *world) state(s subscribe.Subscription, want subscribe.State) (now subscribe.Subscription) {
	w.Helper()
	w.until("state "+string(want), func() bool {
		var err error
		if now, err = w.book.Get(w.Context(), s.ID); err != nil {
			w.Fatal(err)
		}
		return now.State == want
	})
	return now
}

// lines keeps what is written to it.
type lines struct {
	mu   sync.Mutex
	list []string
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, strings.TrimSpace(string(b)))
	return len(b), nil
}

func (l *lines) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.list, "\n")
}

// got is a message as it came.
type got struct {
	head http.Header
	body []byte
	Type string    `json:"type"`
	At   time.Time `json:"timestamp"`
	Data struct {
		ID       string `json:"stix_id"`
		Incident string `json:"incident"`
		Title    string `json:"title"`
		Link     string `json:"url"`
		State    string `json:"record_state"`
		Words    string `json:"text"`
	} `json:"data"`
}

func (g got) id() string { return g.head.Get("webhook-id") }

// receiver is a webhook. answer says how the nth request is answered, counted from 0; nil: 204.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	list   []got
	answer func(n int, w http.ResponseWriter, r *http.Request)
}

func newReceiver(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *receiver {
	rc := &receiver{answer: answer}
	rc.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g := got{head: r.Header}
		var err error
		if g.body, err = io.ReadAll(r.Body); err == nil {
			err = json.Unmarshal(g.body, &g)
		}
		if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s %s: %v", r.Method, r.Header, g.body, err)
		}
		rc.mu.Lock()
		n := len(rc.list)
		rc.list = append(rc.list, g)
		rc.mu.Unlock()
		if rc.answer == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		rc.answer(n, w, r)
	}))
	t.Cleanup(rc.Close)
	return rc
}

func (rc *receiver) all() []got {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	return append([]got(nil), rc.list...)
}

// types are the types of what came, in order.
func (rc *receiver) types() string {
	var list []string
	for _, g := range rc.all() {
		list = append(list, g.Type)
	}
	return strings.Join(list, " ")
}

// first answers the first n requests with one status, and takes those after them.
func first(n, code int) func(int, http.ResponseWriter, *http.Request) {
	return func(i int, w http.ResponseWriter, _ *http.Request) {
		if i < n {
			w.WriteHeader(code)
		}
	}
}
