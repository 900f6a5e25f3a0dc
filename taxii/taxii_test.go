package taxii

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"threatwatch"
)

func TestParseStamp(t *testing.T) {
	for in, want := range map[string]string{
		"2016-01-01T01:01:01Z": "2016-01-01T01:01:01.000000Z", "2016-01-01T01:01:01.5Z": "2016-01-01T01:01:01.500000Z",
		"2016-01-01T01:01:01.123456789Z": "2016-01-01T01:01:01.123456Z", "1969-12-31T23:59:59.999999Z": "1969-12-31T23:59:59.999999Z",
	} {
		if got, err := ParseStamp(in); err != nil || got.String() != want {
			t.Errorf("ParseStamp(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "Z", "2016-01-01T01:01:01", "2016-01-01 01:01:01Z", "2016-02-30T01:01:01Z", "2016-01-01T01:01:01+00:00Z", "2016-01-01T01:01:01.12345678901Z"} {
		if got, err := ParseStamp(in); err == nil {
			t.Errorf("ParseStamp(%q) = %v, want an error", in, got)
		}
	}
}

// TestT024 is about 429 and 503: the server names a time, the client waits for it.
func TestT024(t *testing.T) {
	b := &busy{left: 2}
	srv := httptest.NewServer(NewServer(b, Options{}))
	defer srv.Close()
	resp, err := http.Get(srv.URL + "/api1/collections/")
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 429 || resp.Header.Get("Retry-After") == "" {
		t.Errorf("status %d, Retry-After %q", resp.StatusCode, resp.Header.Get("Retry-After"))
	}

	limited := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.UserAgent(), "threatwatch") {
			t.Errorf("User-Agent %q", r.UserAgent())
		}
		if b.left--; b.left >= 0 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(429)
			return
		}
		w.Header().Set("Content-Type", MediaType)
		_, _ = w.Write([]byte(`{"title":"x","versions":["application/taxii+json;version=2.1"],"max_content_length":1}`))
	}))
	defer limited.Close()
	c, err := NewClient(limited.URL+"/api1", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.left = 2
	if root, err := c.Root(t.Context()); err != nil || root.Title != "x" {
		t.Errorf("Root = %v, %v", root, err)
	}
	b.left, c.Retries = 9, 1
	if _, err := c.Root(t.Context()); threatwatch.KindOf(err) != threatwatch.TooMany {
		t.Errorf("Root = %v, want too many", err)
	}
}

// busy is a backend with no time.
type busy struct {
	Backend
	left int
}

func (*busy) Collections(context.Context) ([]Collection, error) {
	return nil, threatwatch.Errorf(threatwatch.TooMany, "slow down")
}

// TestClientStrangers shows a client answers that are not, or badly, TAXII: each ends in an error, none goes on for ever.
func TestClientStrangers(t *testing.T) {
	pages := map[string]string{
		"more and no way":    `{"more":true}`,
		"more, same objects": `{"more":true,"objects":[{}]}`,
		"same next for ever": `{"more":true,"next":"a","objects":[{}]}`,
		"objects is a word":  `{"objects":"x"}`,
		"cut":                `{"objects":[{"a":1}`,
		"html":               `<html>`,
	}
	for name, page := range pages {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", MediaType)
				_, _ = w.Write([]byte(page))
			}))
			defer srv.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			c, err := NewClient(srv.URL+"/api1/", nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.All(ctx, "x", Filter{}, func([]byte) error { return nil }); threatwatch.KindOf(err) != threatwatch.Unavailable || ctx.Err() != nil {
				t.Errorf("All = %v", err)
			}
		})
	}
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`{"collections":[]}`))
	}))
	defer portal.Close()
	c, err := NewClient(portal.URL, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Collections(t.Context()); threatwatch.KindOf(err) != threatwatch.Unavailable {
		t.Errorf("Collections = %v", err)
	}
}

// TestT051 is about addresses: absolute when the public one is known, relative otherwise.
func TestT051(t *testing.T) {
	for public, want := range map[string]string{"": "/feed/", "https://cti.example/": "https://cti.example/feed/"} {
		srv := httptest.NewServer(NewServer(&busy{}, Options{PublicURL: public, Root: "feed"}))
		c, err := NewClient(srv.URL+"/feed/", nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.Discovery(t.Context())
		if err != nil || d.Default != want || len(d.APIRoots) != 1 || d.APIRoots[0] != want {
			t.Errorf("Discovery with public address %q = %+v, %v", public, d, err)
		}
		srv.Close()
	}
}

// TestT101 has pages that grow too large: they end early, and next goes on behind them.
func TestT101(t *testing.T) {
	b := &large{n: 7, size: 5 << 20}
	srv := httptest.NewServer(NewServer(b, Options{}))
	defer srv.Close()
	c, err := NewClient(srv.URL+"/api1/", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Objects(t.Context(), "x", Filter{}, func([]byte) error { return nil })
	if err != nil || !p.More {
		t.Fatalf("Objects = %+v, %v", p, err)
	}
	n := 0
	if _, err := c.All(t.Context(), "x", Filter{}, func([]byte) error { n++; return nil }); err != nil || n != b.n {
		t.Errorf("All delivered %d, %v, want %d", n, err, b.n)
	}
}

// large holds n objects of a size; its token is the number of the next one.
type large struct {
	Backend
	n, size int
}

func (*large) Collection(_ context.Context, id string) (Collection, error) {
	return Collection{ID: id, Title: id, CanRead: true}, nil
}

func (b *large) Objects(_ context.Context, _ string, f Filter, sink func([]byte) error) (p Page, err error) {
	raw := []byte(`{"x":"` + strings.Repeat("x", b.size) + `"}`)
	from := len(f.Next)
	for i := from; i < b.n; i++ {
		if i-from == f.Limit {
			p.More, p.Next = true, strings.Repeat("n", i)
			break
		}
		if err := sink(raw); err != nil {
			return p, err
		}
	}
	return p, nil
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{`{"objects":[{"a":1},{"b":[2]}]}`, `{"type":"bundle","objects":[{}]}`, `{"a":"\\\"","objects":[]}`, `{"objects":[}`, `"\`, `{"\`} {
		f.Add([]byte(s))
	}
	srv := NewServer(&busy{}, Options{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		objects, err := srv.split(raw, false)
		if err == nil && strict(raw) != nil && len(raw) < 1<<16 {
			// The pieces are good and the whole is not: only depth may differ, since each piece has its own 64 levels.
			if !strings.Contains(strict(raw).Error(), "levels") {
				t.Errorf("split(%q) = %d objects, but the whole is refused: %v", raw, len(objects), strict(raw))
			}
		}
		VersionOf(raw, 0)
		IDOf(raw)
	})
}
