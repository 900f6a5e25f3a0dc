package taxii

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// counted is a backend that says its state and counts how often a page is made.
type counted struct {
	Backend
	state, item string
	made        int
}

func (b *counted) Collection(_ context.Context, id string) (Collection, error) {
	return Collection{ID: id, Title: id, CanRead: true, State: b.state}, nil
}

func (b *counted) Objects(_ context.Context, _ string, f Filter, sink func([]byte) error) (Page, error) {
	b.made++
	for range f.Limit {
		if err := sink([]byte(b.item)); err != nil {
			return Page{}, err
		}
	}
	return Page{First: 1, Last: Stamp(b.made), State: b.state}, nil
}

// TestKept: a page is made twice, then found as long as the state stays; another query, coding or state finds another page.
func TestKept(t *testing.T) {
	b := &counted{state: "a", item: `"` + strings.Repeat("x", 98) + `"`}
	s := NewServer(b, Options{})
	ask := func(method, query, coding string) *http.Response {
		r := httptest.NewRequestWithContext(t.Context(), method, "/api1/collections/c/objects/?"+query, nil)
		r.Header.Set("Accept-Encoding", coding)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Result()
	}
	check := func(what string, made int, resp *http.Response) {
		t.Helper()
		if b.made != made {
			t.Errorf("%s: made %d times, want %d", what, b.made, made)
		}
		if resp.Header.Get("X-TAXII-Date-Added-First") != Stamp(1).String() || resp.Header.Get("Content-Type") != MediaType || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s %v", what, resp.Status, resp.Header)
		}
	}
	first := ask("GET", "limit=100", "")
	want := bodyOf(t, first)
	check("at first", 1, first)
	check("again", 2, ask("GET", "limit=100", ""))
	third := ask("GET", "limit=100", "")
	check("kept", 2, third)
	if got := bodyOf(t, third); got != want || third.Header.Get("Content-Length") != fmt.Sprint(len(want)) || third.Header.Get("X-TAXII-Date-Added-Last") != Stamp(2).String() {
		t.Errorf("kept: %v, %d bytes, want %d", third.Header, len(got), len(want))
	}
	head := ask("HEAD", "limit=100", "")
	if check("HEAD", 2, head); bodyOf(t, head) != "" || head.Header.Get("Content-Length") != fmt.Sprint(len(want)) {
		t.Errorf("HEAD: %v", head.Header)
	}
	check("another query", 3, ask("GET", "limit=99", ""))
	for i, made := range []int{4, 5, 5} {
		zipped := ask("GET", "limit=100", "gzip")
		check(fmt.Sprint("zipped ", i), made, zipped)
		z, err := gzip.NewReader(zipped.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); err != nil || string(got) != want || zipped.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("zipped %d: %v, %d bytes, %v", i, zipped.Header, len(got), err)
		}
	}
	b.state = "b"
	check("another state", 6, ask("GET", "limit=100", ""))
	b.state = ""
	for i := range 4 {
		check("no state", 7+i, ask("GET", "limit=100", ""))
	}
}

func bodyOf(t *testing.T, resp *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestShelfIsBounded: bodies are let go when there are too many, those used longest ago first; each is counted with what it costs beside its body, so that many small ones are bounded too; huge ones never come in.
func TestShelfIsBounded(t *testing.T) {
	var s shelf
	key := func(i int) pageKey { return pageKey{byte(i), byte(i >> 8), 1} }
	const size = 1<<20 - keptBeside
	for i := range 100 {
		s.put(&kept{key: key(i), body: make([]byte, size)})
		s.get(key(0))
	}
	held, total := 0, 0
	for i := range 100 {
		if k := s.get(key(i)); k != nil {
			held, total = held+1, total+k.size()
		}
	}
	if held != keptBytes>>20 || total != s.bytes || len(s.pages) != held || s.order.Len() != held {
		t.Errorf("%d pages of %d bytes are held, counted as %d, want %d", held, total, s.bytes, keptBytes>>20)
	}
	if s.get(key(0)) == nil || s.get(key(99)) == nil || s.get(key(50)) != nil {
		t.Error("not those used latest are held")
	}
	for range 3 {
		if s.wants(key(1001), keptLarge+1) || s.wants(pageKey{}, 1) {
			t.Error("a body that is too large, or has no name, is wanted")
		}
	}
	for i := range 10 * keptAsked {
		s.wants(pageKey{byte(i), byte(i >> 8), byte(i >> 16), 2}, 1)
	}
	if len(s.asked) > keptAsked {
		t.Errorf("%d names are remembered", len(s.asked))
	}
}
