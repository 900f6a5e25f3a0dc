package taxii

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// open is a backend whose one collection has the given rights, and which takes and gives anything.
type open struct {
	Backend
	read, write bool
}

func (b *open) Collection(_ context.Context, id string) (Collection, error) {
	return Collection{ID: id, Title: id, CanRead: b.read, CanWrite: b.write}, nil
}

// Objects has a page and more behind it, whatever the token is.
func (b *open) Objects(_ context.Context, _ string, _ Filter, sink func([]byte) error) (Page, error) {
	return Page{More: true, Next: "token"}, sink([]byte(`{}`))
}

func (b *open) Manifest(_ context.Context, _ string, _ Filter, sink func(ManifestRecord) error) (Page, error) {
	return Page{More: true, Next: "token"}, sink(ManifestRecord{})
}

func (b *open) Versions(_ context.Context, _ string, _ Filter, sink func(string) error) (Page, error) {
	return Page{More: true, Next: "token"}, sink("")
}

func (b *open) Add(context.Context, string, [][]byte) (Status, error) { return Status{}, nil }

func (b *open) Delete(context.Context, string, Filter) error { return nil }

// do asks a server and returns the answer.
func do(t *testing.T, s *Server, method, path, body string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer x") // else forbidden things would be answered with the wish for a login
	if body != "" {
		r.Header.Set("Content-Type", MediaType)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

// TestT036 is the table of rights, for a backend that leaves it all to the server.
func TestT036(t *testing.T) {
	const objects = "/api1/collections/c/objects/"
	for _, tt := range []struct {
		read, write            bool
		get, post, deleteCodes int
	}{
		{false, false, 403, 404, 404}, {true, false, 200, 403, 403}, {false, true, 403, 202, 403}, {true, true, 200, 202, 200},
	} {
		s := NewServer(&open{read: tt.read, write: tt.write}, Options{})
		for _, path := range []string{objects, objects + "x/", "/api1/collections/c/manifest/", objects + "x/versions/"} {
			if got := do(t, s, "GET", path, "").StatusCode; got != tt.get {
				t.Errorf("read %v, write %v: GET %s: %d, want %d", tt.read, tt.write, path, got, tt.get)
			}
		}
		if got := do(t, s, "POST", objects, `{"objects":[{}]}`).StatusCode; got != tt.post {
			t.Errorf("read %v, write %v: POST: %d, want %d", tt.read, tt.write, got, tt.post)
		}
		if got := do(t, s, "DELETE", objects+"x/", "").StatusCode; got != tt.deleteCodes {
			t.Errorf("read %v, write %v: DELETE: %d, want %d", tt.read, tt.write, got, tt.deleteCodes)
		}
	}
}

// TestT033: where nobody can log in, nobody is asked to.
func TestT033(t *testing.T) {
	s := NewServer(&open{}, Options{})
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/api1/collections/c/objects/", nil)
	w := httptest.NewRecorder()
	if s.ServeHTTP(w, r); w.Code != 403 || w.Header().Get("WWW-Authenticate") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// TestT057: a collection of which the backend says nothing holds STIX 2.1.
func TestT057(t *testing.T) {
	var c Collection
	if err := json.NewDecoder(do(t, NewServer(&open{}, Options{}), "GET", "/api1/collections/c/", "").Body).Decode(&c); err != nil || len(c.MediaTypes) != 1 || c.MediaTypes[0] != MediaTypeSTIX {
		t.Errorf("collection %+v, %v", c, err)
	}
}

// TestT100: a token is for the address that gave it, even where the backend would take it.
func TestT100(t *testing.T) {
	s := NewServer(&open{read: true}, Options{})
	paths := []string{"/api1/collections/c/objects/", "/api1/collections/d/objects/", "/api1/collections/c/manifest/", "/api1/collections/c/objects/x/",
		"/api1/collections/c/objects/y/", "/api1/collections/c/objects/x/versions/"}
	for _, from := range paths {
		var page struct{ Next string }
		if err := json.NewDecoder(do(t, s, "GET", from, "").Body).Decode(&page); err != nil || page.Next == "" {
			t.Fatalf("%s: %+v, %v", from, page, err)
		}
		for _, to := range paths {
			if got := do(t, s, "GET", to+"?next="+page.Next, "").StatusCode; (got == 200) != (from == to) || got != 200 && got != 400 {
				t.Errorf("the token of %s at %s: %d", from, to, got)
			}
		}
	}
}

// TestT114: in a query a plus is a blank.
func TestT114(t *testing.T) {
	q, err := parseQuery("match%5Bid%5D=a+b%2Bc%2Cd&colour=%zz")
	if err != nil || q["match[id]"] != "a b+c,d" {
		t.Errorf("parseQuery = %q, %v", q, err)
	}
}

// TestT122 shows what a body costs that is refused: it is not asked for when its length is known, and a small one that inflates to a
// gigabyte takes little memory and time.
func TestT122(t *testing.T) {
	const limit = 4 << 20 // more than the bomb itself has
	srv := httptest.NewServer(NewServer(&open{write: true}, Options{MaxContentLength: limit}))
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "POST /api1/collections/c/objects/ HTTP/1.1\r\nHost: x\r\nContent-Type: "+MediaType+"\r\nContent-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 413") {
		t.Errorf("a body that is too long: %q, %v, want 413 before it is sent", line, err)
	}

	bomb := bytes.NewBuffer(nil)
	z := gzip.NewWriter(bomb)
	for range 1024 {
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL+"/api1/collections/c/objects/", bomb)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", MediaType)
	r.Header.Set("Content-Encoding", "gzip")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	size, start := bomb.Len(), time.Now()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	most := uint64(8 * limit) // ever allocated, by client and server: less than 32 MiB are ever in use
	if underRace {
		most = 12 * limit // the detector allocates too
	}
	if used := after.TotalAlloc - before.TotalAlloc; resp.StatusCode != 413 || size > limit || used > most || took > 5*time.Second {
		t.Errorf("a bomb of %d bytes: %d, %d bytes allocated, %v", size, resp.StatusCode, used, took)
	}
}
