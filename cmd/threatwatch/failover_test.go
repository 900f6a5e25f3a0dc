package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"threatwatch/internal/mailtest"
)

// inbox is what a webhook got: how often each message, by its id, and of which incidents they tell.
type inbox struct {
	mu     sync.Mutex
	ids    map[string]int
	titles map[string]bool
}

func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m struct {
		Data struct {
			Title string `json:"title"`
		} `json:"data"`
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(raw, &m) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ids[r.Header.Get("webhook-id")]++
	b.titles[m.Data.Title] = true
}

// came are how many incidents were told of, in how many messages, and how many of those came again.
func (b *inbox) came() (incidents, messages, again int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.ids {
		again += n - 1
	}
	return len(b.titles), len(b.ids), again
}

// mailCame is the same of alerts to a mailbox.
func mailCame(t *testing.T, sink *mailtest.Sink, to string) (incidents, messages, again int) {
	t.Helper()
	ids, subjects := map[string]int{}, map[string]bool{}
	for _, r := range sink.All() {
		if s := mailSubject(t, r); r.To == to && s != "Threatwatch: confirm your subscription" {
			ids[mailID(t, r)]++
			subjects[s] = true
		}
	}
	for n := range maps.Values(ids) {
		again += n - 1
	}
	return len(subjects), len(ids), again
}

// TestFailover: of two servers over one PostgreSQL now the one and now the other is killed while incidents come in. Each is told to a webhook and to a
// mailbox; a message comes again at most once for each kill, under its id. An invitation that waits for the relay while its server is killed comes, too.
func TestFailover(t *testing.T) {
	t.Parallel()
	h := newMailHouse(t, buildProgram(t), string(newDatabase(t)))
	var down atomic.Bool
	h.sink.Answer = func(_ string, data []byte) *smtp.SMTPError {
		if down.Load() && data != nil {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
		}
		return nil
	}
	got := &inbox{ids: map[string]int{}, titles: map[string]bool{}}
	receiver := httptest.NewServer(got)
	t.Cleanup(receiver.Close)
	nodes := make([]*os.Process, 2)
	nodes[0], h.url = startBehind(t, h.bin, h.config, h.data)
	h.subscribes("reader@example.org", "DE")
	h.tw("hook", "add", receiver.URL, "--filter", "country=DE")

	down.Store(true)
	h.asks("late@example.org", "US")
	must(t, nodes[0].Kill())
	for i := range nodes {
		nodes[i], h.url = startBehind(t, h.bin, h.config, h.data)
	}
	down.Store(false)
	invited := func() int {
		return slices.IndexFunc(h.sink.All(), func(r mailtest.Received) bool { return r.To == "late@example.org" })
	}
	h.waits("the invitation", func() bool { return invited() >= 0 })
	h.confirms(h.sink.All()[invited()])

	const events, kills = 8, 3
	for n := 1; n <= events; n++ {
		h.happens(n, "DE")
		if n%2 == 0 && n/2 <= kills {
			i := n / 2 % 2
			must(t, nodes[i].Kill())
			nodes[i], h.url = startBehind(t, h.bin, h.config, h.data)
		}
	}
	h.waits("all are told", func() bool {
		hooked, _, _ := got.came()
		mailed, _, _ := mailCame(t, h.sink, "reader@example.org")
		return hooked == events && mailed == events
	})
	h.happens(events+1, "US") // told to the other; whatever is still to be told of the others goes out before
	h.waits("the other is told", func() bool { n, _, _ := mailCame(t, h.sink, "late@example.org"); return n == 1 })
	if _, messages, again := got.came(); messages != events || again > kills {
		t.Errorf("webhook: %d messages, %d again", messages, again)
	}
	if _, messages, again := mailCame(t, h.sink, "reader@example.org"); messages != events || again > kills {
		t.Errorf("mail: %d messages, %d again", messages, again)
	}
}

// waits waits for a condition.
func (h *mailHouse) waits(what string, is func() bool) {
	h.Helper()
	for end := time.Now().Add(3 * time.Minute); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			h.Fatalf("waited in vain: %s", what)
		}
	}
}
