package sensor

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"threatwatch/taxii"
)

// crooked is a server before which something stands that answers in its place.
type crooked struct {
	*bench
	*poller
	instead  map[string]http.HandlerFunc // by the last part of a path
	straight http.Handler
}

func newCrooked(t *testing.T) *crooked {
	c := &crooked{bench: newBench(t), instead: map[string]http.HandlerFunc{}}
	c.straight = taxii.NewServer(c.fake, taxii.Options{MaxPage: 7})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := c.instead[strings.Trim(r.URL.Path[strings.LastIndex(strings.TrimRight(r.URL.Path, "/"), "/"):], "/")]; f != nil {
			w.Header().Set("Content-Type", taxii.MediaType)
			f(w, r)
			return
		}
		c.straight.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	x, err := Dial(Remote{URL: s.URL + "/api1/collections/" + c.collection + "/"})
	if err != nil {
		t.Fatal(err)
	}
	c.poller = &poller{exchange: x, recheck: time.Hour, patience: patience{what: "indicators", base: time.Second, tell: c.Tell}}
	if c.poller.copy, err = openCopy(filepath.Join(t.TempDir(), "copy"), x.url.String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.poller.copy.close() })
	if err := c.build(); err != nil {
		t.Fatal(err)
	}
	return c
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, text) }
}

// holds compares with the manifest and says how much is looked for then, and what was told.
func (c *crooked) holds(want int, told string) {
	c.Helper()
	c.told = nil
	if err := c.compare(c.Context()); err != nil {
		c.Fatal(err)
	}
	if err := c.apply(); err != nil {
		c.Fatal(err)
	}
	found := 0
	for n := range 20 {
		found += len(c.index.Lookup(fmt.Sprintf("198.51.100.%d", n), time.Now()))
	}
	if found != want || c.poller.copy.indicators != want {
		c.Fatalf("%d are looked for and %d held, want %d", found, c.poller.copy.indicators, want)
	}
	if all := strings.Join(c.told, "\n"); !strings.Contains(all, told) || told == "" && all != "" {
		c.Fatalf("told %q, want %q", all, told)
	}
}

// TestManifestAlone: what a manifest leaves out is looked for as long as the collection gives it, and what is in neither no longer.
func TestManifestAlone(t *testing.T) {
	c := newCrooked(t)
	c.publish(0, 20)
	if err := c.news(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.holds(20, "")

	for _, empty := range []string{`{}`, `{"more":false}`, `{"objects":[]}`, `{"objects":null}`} {
		c.instead["manifest"] = says(empty)
		c.holds(20, "the manifest is empty, though 20 objects")
		c.holds(20, "leaves out 20 objects")
		delete(c.instead, "manifest")
		c.holds(20, "")
	}
	c.instead["manifest"] = func(w http.ResponseWriter, r *http.Request) { // the rest was cut off
		fmt.Fprintf(w, `{"objects":[{"id":"indicator--%08x-0000-4000-8000-000000000003","date_added":"2026-01-01T00:00:00.000000Z","version":"2026-01-01T00:00:00.000Z"}]}`, 3)
	}
	c.holds(20, "leaves out 19 objects")
	delete(c.instead, "manifest")

	if err := c.fake.Delete(t.Context(), c.collection, taxii.Filter{Object: "indicator--00000003-0000-4000-8000-000000000003"}); err != nil {
		t.Fatal(err)
	}
	c.instead["objects"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	if err := c.compare(t.Context()); err == nil || c.poller.copy.indicators != 20 {
		t.Errorf("%v, %d are held, want 20 as nobody could be asked", err, c.poller.copy.indicators)
	}
	delete(c.instead, "objects")
	c.holds(19, "1 objects are no longer in the collection")
	for n := range 20 {
		id := fmt.Sprintf("indicator--%08x-0000-4000-8000-000000000003", n)
		if err := c.fake.Delete(t.Context(), c.collection, taxii.Filter{Object: id}); err != nil && n != 3 {
			t.Fatal(err)
		}
	}
	c.holds(19, "the manifest is empty, though 19 objects")
	c.holds(0, "19 objects are no longer in the collection")
}

// withhold takes indicators out of the collection.
func (c *crooked) withhold(from, to int) {
	c.Helper()
	for n := from; n < to; n++ {
		if err := c.fake.Delete(c.Context(), c.collection, taxii.Filter{Object: fmt.Sprintf("indicator--%08x-0000-4000-8000-000000000003", n)}); err != nil {
			c.Fatal(err)
		}
	}
}

// asked has f called before each request that asks for objects by name, with its number from 1; where f says false it fails.
func (c *crooked) asked(f func(n int) bool) {
	n := 0
	c.instead["objects"] = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("match[id]") {
			if n++; !f(n) {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
		}
		c.straight.ServeHTTP(w, r)
	}
}

// TestManyWithheld: when more is withheld than one request can ask for, each answer counts, also when a later request fails.
func TestManyWithheld(t *testing.T) {
	c := newCrooked(t)
	c.publish(0, 2*fetchAtOnce+21)
	if err := c.news(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.withhold(1, 2*fetchAtOnce+21)
	c.asked(func(n int) bool { return n < 2 })
	err := c.compare(t.Context())
	if err == nil || c.poller.copy.indicators != fetchAtOnce+21 {
		t.Errorf("%v, %d are held, want %d as one request was answered", err, c.poller.copy.indicators, fetchAtOnce+21)
	}
	if want := []string{"indicators: 50 objects are no longer in the collection"}; !slices.Equal(c.told, want) {
		t.Errorf("told %q, want %q", c.told, want)
	}
	requests := 0
	c.asked(func(n int) bool { requests = n; return true })
	c.holds(1, "70 objects are no longer in the collection")
	if requests != 2 {
		t.Errorf("%d requests for the 70 that were left, want 2", requests)
	}
}

// TestNewsAmidNames: what enters the collection while thousands are asked for by name does not wait for the last of them.
func TestNewsAmidNames(t *testing.T) {
	c := newCrooked(t)
	c.poller.base = 0
	c.publish(0, 2*fetchAtOnce+1)
	if err := c.news(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.withhold(1, 2*fetchAtOnce+1)
	inTime := false
	c.asked(func(n int) bool {
		switch n {
		case 1:
			c.publish(200, 201)
		case 2:
			inTime = len(c.index.Lookup("198.51.100.200", time.Now())) == 1
		}
		return true
	})
	if err := c.compare(t.Context()); err != nil || !inTime {
		t.Errorf("%v, looked for before the last request: %v", err, inTime)
	}
	if held := c.poller.copy.indicators; held != 2 {
		t.Errorf("%d are held, want what stayed and what is new", held)
	}
}

// TestNoAnswer: what is no answer of TAXII changes nothing.
func TestNoAnswer(t *testing.T) {
	c := newCrooked(t)
	c.publish(0, 3)
	if err := c.news(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "<html>", `{"objects":{}}`, `[]`, `{"objects":[`, `{"more":true}`} {
		c.instead["manifest"] = says(text)
		for range 2 {
			if err := c.compare(t.Context()); err == nil || c.poller.copy.indicators != 3 {
				t.Errorf("%q: %v, %d are held", text, err, c.poller.copy.indicators)
			}
		}
	}
}

// TestNoStamps: a server that does not say how far a page goes is told of once, when it gave something; an empty page has nothing to say that of.
func TestNoStamps(t *testing.T) {
	c := newCrooked(t)
	for range 2 {
		if err := c.news(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.told) != 0 {
		t.Errorf("told of an empty collection: %q", c.told)
	}
	c.instead["objects"] = says(`{"objects":[{"type":"identity","spec_version":"2.1","id":"identity--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"x"}]}`)
	for range 2 {
		if err := c.news(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.told) != 1 || !strings.Contains(c.told[0], "X-TAXII-Date-Added-Last") {
		t.Errorf("told %q", c.told)
	}
}
