package hook_test

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	. "threatwatch/internal/watchtest"
	"threatwatch/notice/deliver"
	"threatwatch/notice/hook"
	"threatwatch/notice/subscribe"
	"threatwatch/store"
	"threatwatch/watch"
)

// TestRetried: what is not taken is sent again under the same id. It holds what came after it through its first retries, then lets it pass; when all
// ten attempts failed and nothing else was taken, the subscription stops, and goes on from there when it is resumed.
func TestRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var back atomic.Bool
	rc := newReceiver(t, func(_ int, rw http.ResponseWriter, _ *http.Request) {
		if !back.Load() {
			rw.WriteHeader(http.StatusInternalServerError)
		}
	})
	s := w.subscribe(rc.URL, "")
	w.deliver("a", w.carrier())
	w.incident(1, 1, 0, watch.Facts{})
	w.incident(2, 1, 0, watch.Facts{})
	w.tries(s, 0, 1)
	w.at(s, 1, func(subscribe.Delivery) bool { return true }) // it is behind the first
	w.pass(6 * time.Second)
	d := w.tries(s, 0, 2)
	if wait := d.Due.Sub(d.Last); wait < 5*time.Minute || wait > 6*time.Minute {
		t.Errorf("after two attempts it waits for %s", wait)
	}
	if got := len(rc.all()); got != 2 || rc.all()[0].id() != rc.all()[1].id() {
		t.Fatalf("%d messages: the second does not wait for the first", got)
	}
	w.pass(6 * time.Minute)
	w.tries(s, 0, 3)
	w.tries(s, 1, 1) // it passes the first
	for n := 4; n <= 10; n++ {
		w.pass(27 * time.Hour)
		w.until("another attempt", func() bool {
			list, err := w.book.Deliveries(t.Context(), s.ID)
			return err == nil && len(list) == 2 && max(list[0].Tries, list[1].Tries) >= n
		})
	}
	now := w.state(s, subscribe.Stopped)
	if !strings.Contains(now.Why, "nothing was taken since") {
		t.Error(now.Why)
	}
	w.until("the trail says that it was stopped", func() bool { return strings.Contains(w.audit.all(), "subscription stopped") })
	back.Store(true)
	w.incident(3, 1, 0, watch.Facts{})
	sent := len(rc.all())
	if err := w.book.Resume(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	w.stage(s, 1, subscribe.Taken)
	w.stage(s, 2, subscribe.Taken)
	if got := rc.all()[sent:]; len(got) != 2 || got[0].Data.Incident != ID("incident", 2) || got[1].Data.Incident != ID("incident", 3) {
		t.Errorf("%+v", got)
	}
	failed := w.stage(s, 0, subscribe.Failed)
	if err := w.book.Replay(t.Context(), s.ID, failed.ID); err != nil {
		t.Fatal(err)
	}
	w.stage(s, 0, subscribe.Taken)
	if got := rc.all()[sent+2]; got.id() != failed.ID || got.Data.Incident != ID("incident", 1) {
		t.Errorf("%+v", got)
	}
}

// TestGone: who answers 410 is sent nothing more until somebody resumes the subscription.
func TestGone(t *testing.T) {
	t.Parallel()
	w, rc := newWorld(t), newReceiver(t, first(1, http.StatusGone))
	s := w.subscribe(rc.URL, "")
	w.deliver("a", w.carrier())
	w.incident(1, 1, 0, watch.Facts{})
	if now := w.state(s, subscribe.Stopped); now.Why != "the receiver answered 410 Gone" {
		t.Error(now.Why)
	}
	w.incident(2, 1, 0, watch.Facts{})
	w.pass(6 * time.Minute)
	other := w.subscribe(newReceiver(t, nil).URL, "") // the engine has looked at everything when this one has got both
	w.stage(other, 1, subscribe.Taken)
	if n := len(rc.all()); n != 1 {
		t.Errorf("%d messages after 410", n)
	}
	if err := w.book.Resume(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	w.stage(s, 1, subscribe.Taken)
	w.stage(s, 0, subscribe.Taken)
}

// TestLeftAlone: a receiver that asks to be left alone for a while is, whatever happens meanwhile.
func TestLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rc := newReceiver(t, func(n int, rw http.ResponseWriter, _ *http.Request) {
		if n == 0 {
			rw.Header().Set("Retry-After", "7200")
			rw.WriteHeader(http.StatusTooManyRequests)
		}
	})
	s := w.subscribe(rc.URL, "")
	w.deliver("a", w.carrier())
	w.incident(1, 1, 0, watch.Facts{})
	w.tries(s, 0, 1)
	w.pass(time.Hour)
	w.incident(2, 1, 0, watch.Facts{})
	w.at(s, 1, func(subscribe.Delivery) bool { return true })
	if _, err := w.book.Test(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	other := w.subscribe(newReceiver(t, nil).URL, "")
	w.stage(other, 1, subscribe.Taken)
	if n := len(rc.all()); n != 1 {
		t.Errorf("%d messages while it wanted none", n)
	}
	w.pass(time.Hour)
	w.stage(s, 0, subscribe.Taken)
	w.stage(s, 1, subscribe.Taken)
}

// TestRedirect: a redirect is a failure, and nobody follows it.
func TestRedirect(t *testing.T) {
	t.Parallel()
	w, elsewhere := newWorld(t), newReceiver(t, nil)
	rc := newReceiver(t, func(_ int, rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, elsewhere.URL, http.StatusPermanentRedirect)
	})
	s := w.subscribe(rc.URL, "")
	w.deliver("a", w.carrier())
	w.incident(1, 1, 0, watch.Facts{})
	if d := w.tries(s, 0, 1); d.Stage != subscribe.Waiting || !strings.HasPrefix(d.Answer, "308 Permanent Redirect") || len(elsewhere.all()) != 0 {
		t.Errorf("%+v; %d went elsewhere", d, len(elsewhere.all()))
	}
}

// TestSlow: who takes too long has not taken it, and keeps nobody else waiting.
func TestSlow(t *testing.T) {
	t.Parallel()
	w, end := newWorld(t), make(chan struct{})
	rc := newReceiver(t, func(int, http.ResponseWriter, *http.Request) { <-end })
	t.Cleanup(func() { close(end) })
	s, other := w.subscribe(rc.URL, ""), w.subscribe(newReceiver(t, nil).URL, "")
	w.deliver("a", hook.New(hook.Options{Keys: keys, Guard: loopback, Timeout: 3 * time.Second}))
	w.incident(1, 1, 0, watch.Facts{})
	w.stage(other, 0, subscribe.Taken)
	if d := w.tries(s, 0, 1); d.Answer != "no answer: it took too long" {
		t.Errorf("%+v", d)
	}
}

// TestTightened: between an event and its retry its incident was withheld: the retry is not sent. Its retraction, which may be seen, is.
func TestTightened(t *testing.T) {
	t.Parallel()
	w, rc := newWorld(t), newReceiver(t, first(1, http.StatusBadGateway))
	s := w.subscribe(rc.URL, "country=DE")
	w.deliver("a", w.carrier())
	w.incident(9, 1, 2, watch.Facts{}) // so that there is a label for it
	w.incident(1, 1, 0, watch.Facts{})
	w.tries(s, 0, 1)
	w.incident(1, 2, 0, watch.Facts{RecordState: "retracted", StateWhy: "Nobody may know.", Victims: []watch.Victim{{Countries: []string{"AT"}}}})
	w.at(s, 1, func(subscribe.Delivery) bool { return true })
	w.relabel(ID("incident", 1), ID("incident", 9))
	w.pass(6 * time.Second)
	w.stage(s, 0, subscribe.Withheld)
	w.stage(s, 1, subscribe.Taken)
	if got := rc.types(); got != "incident.published incident.retracted" {
		t.Error(got)
	}
	if err := w.book.ReplayFrom(t.Context(), s.ID, ""); err != nil {
		t.Fatal(err)
	}
	w.until("the retraction again", func() bool { return len(rc.all()) == 3 })
	if got := rc.all(); got[2].Type != "incident.retracted" || got[2].id() != got[1].id() {
		t.Errorf("%s", got[2].body)
	}
}

// relabel gives the first version of an object the label that another has.
func (w *world) relabel(id, as string) {
	w.Helper()
	err := w.Store.Update(w.Context(), func(tx store.Tx) error {
		heads, err := tx.Heads(w.Context(), []string{id, as})
		if err == nil {
			first := slices.MinFunc(heads[id], func(a, b store.Head) int { return cmp.Compare(a.Modified, b.Modified) })
			err = tx.Relabel(w.Context(), first.OID, heads[as][0].Label, first.Flags, false)
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
}

// dying is a carrier whose process is killed right after a message arrived.
type dying struct {
	deliver.Carrier
	kill func()
}

func (d *dying) Carry(ctx context.Context, m *deliver.Message) deliver.Answer {
	a := d.Carrier.Carry(ctx, m)
	d.kill()
	return a
}

// TestKilled: who is killed between the answer of a receiver and writing it down leaves the message to the next, who sends it again under the same id,
// and then what comes after it.
func TestKilled(t *testing.T) {
	t.Parallel()
	w, rc := newWorld(t), newReceiver(t, nil)
	s := w.subscribe(rc.URL, "")
	w.incident(1, 1, 0, watch.Facts{})
	w.incident(2, 1, 0, watch.Facts{})
	for range 3 {
		ctx, kill := context.WithCancel(t.Context())
		deliver.New(w.options("a", &dying{w.carrier(), kill})).Run(ctx)
	}
	w.deliver("b", w.carrier())
	w.stage(s, 1, subscribe.Taken)
	list := rc.all()
	if len(list) != 5 || list[4].Data.Incident != ID("incident", 2) {
		t.Fatalf("%d messages, want one four times and another once", len(list))
	}
	for _, g := range list[1:4] {
		if g.id() != list[0].id() || g.id() == list[4].id() {
			t.Errorf("%s after %s", g.id(), list[0].id())
		}
	}
}

// TestOneDelivers: of three processes on one store one delivers, and when it ends another goes on: each event once, in order.
func TestOneDelivers(t *testing.T) {
	t.Parallel()
	w, rc := newWorld(t), newReceiver(t, nil)
	s := w.subscribe(rc.URL, "")
	var stops []func()
	for _, name := range []string{"a", "b", "c"} {
		stops = append(stops, w.deliver(name, w.carrier()))
	}
	const each = 5
	var want []string
	for i := range 3 {
		for n := range each {
			w.incident(i*each+n+1, 1, 0, watch.Facts{})
			want = append(want, ID("incident", i*each+n+1))
		}
		w.stage(s, (i+1)*each-1, subscribe.Taken)
		if i < 2 {
			stops[i]()
		}
	}
	var got []string
	for _, g := range rc.all() {
		got = append(got, g.Data.Incident)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestLeft: when who it was for takes part no more, nothing is sent.
func TestLeft(t *testing.T) {
	t.Parallel()
	w, rc := newWorld(t), newReceiver(t, nil)
	s := w.subscribe(rc.URL, "")
	w.gone.Store(true)
	w.deliver("a", w.carrier())
	w.incident(1, 1, 0, watch.Facts{})
	w.state(s, subscribe.Stopped)
	if len(rc.all()) != 0 {
		t.Error(rc.types())
	}
}

// TestMany: more may happen than is made into deliveries at once, and then to many who are slow to take it: nothing is lost.
func TestMany(t *testing.T) {
	t.Parallel()
	w, rc := newWorld(t), newReceiver(t, nil)
	const n = 1100
	for i := range n {
		w.incident(i+1, 1, 0, watch.Facts{})
	}
	w.subscribe(rc.URL, "")
	w.deliver("a", w.carrier())
	w.until("all of them", func() bool { return len(rc.all()) >= n })
	seen := map[string]bool{}
	for _, g := range rc.all() {
		seen[g.Data.Incident] = true
	}
	if len(seen) != n {
		t.Errorf("%d of %d", len(seen), n)
	}
}
