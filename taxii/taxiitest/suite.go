// Package taxiitest is the contract of a TAXII 2.1 server as tests, run over HTTP against any backend, and a reference backend in memory.
//
// Tests are numbered by the rows of doc/standards-taxii.md.
package taxiitest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatwatch/taxii"
)

// Fixture is a running server with empty collections. Alice and Bob are different users, in different organisations where there are such.
type Fixture struct {
	URL    string // without a final slash
	Root   string // path of the API root, with both slashes
	Client *http.Client

	Inbox, Alias string // Alice and Bob read and write it; its id and its alias
	Other        string // likewise
	ReadOnly     string // Alice and Bob may read it, not write
	WriteOnly    string // Alice and Bob may write it, not read; "" when the server has no such thing
	Hidden       string // exists, and neither may know

	Alice, Bob taxii.Credentials

	MaxContentLength int64 // at most 1 MiB, so that the tests are quick
	MaxPage          int   // at least 100
	// Restart stops the server and starts it again over the same data, and returns its URL.
	Restart func() string
}

// Run runs the suite; newServer is called for each test.
func Run(t *testing.T, newServer func(t *testing.T) Fixture) {
	groups := []struct {
		name  string
		tests []test
	}{
		{"Transport", transport}, {"Rights", rights}, {"Resources", resources}, {"Reading", reading},
		{"Paging", paging}, {"Writing", writing}, {"Personas", personas},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, tt := range g.tests {
				t.Run(tt.name, func(t *testing.T) {
					t.Parallel()
					tt.run(&env{T: t, Fixture: newServer(t)})
				})
			}
		})
	}
}

// test is one row, or a few rows that belong together.
type test struct {
	name string
	run  func(*env)
}

// env is one test at work.
type env struct {
	*testing.T
	Fixture
}

// request describes a request; zero fields mean the usual.
type request struct {
	method, path, query string
	header              map[string]string // "-" removes
	body                []byte
	as                  taxii.Credentials
	nobody              bool // no credentials
}

// response is an answer, read to the end.
type response struct {
	*http.Response
	body []byte
}

// do sends a request as Alice, unless told otherwise, and checks what must hold for every answer. Paths are below the API root unless they
// start with a slash.
func (e *env) do(q request) response {
	e.Helper()
	if q.method == "" {
		q.method = "GET"
	}
	u := e.URL + e.Root + q.path
	if strings.HasPrefix(q.path, "/") {
		u = e.URL + q.path
	}
	if q.query != "" {
		u += "?" + q.query
	}
	r, err := http.NewRequestWithContext(e.Context(), q.method, u, bytes.NewReader(q.body))
	if err != nil {
		e.Fatal(err)
	}
	r.Header.Set("Accept", taxii.MediaType)
	if q.body != nil {
		r.Header.Set("Content-Type", taxii.MediaType)
	}
	if q.as == nil {
		q.as = e.Alice
	}
	if !q.nobody {
		q.as(r)
	}
	for k, v := range q.header {
		if r.Header.Set(k, v); v == "-" {
			r.Header.Del(k)
		}
	}
	resp, err := e.transport().RoundTrip(r)
	if err != nil {
		e.Fatalf("%s %s: %v", q.method, u, err)
	}
	defer func() { _ = resp.Body.Close() }() // read to the end below
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		e.Fatalf("%s %s: %v", q.method, u, err)
	}
	if ct := resp.Header.Get("Content-Type"); ct != taxii.MediaType { // T005
		e.Errorf("%s %s: Content-Type %q, want %q", q.method, u, ct, taxii.MediaType)
	}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		e.Errorf("%s %s: redirected (%d)", q.method, u, resp.StatusCode)
	}
	return response{resp, body}
}

// transport does not follow redirects and does not ask for compression by itself.
func (e *env) transport() http.RoundTripper {
	if e.Client != nil && e.Client.Transport != nil {
		return e.Client.Transport
	}
	return plainTransport
}

var plainTransport = &http.Transport{DisableCompression: true}

// get asks for a path as Alice and wants a status.
func (e *env) get(path, query string, want int) response {
	e.Helper()
	return e.want(request{path: path, query: query}, want)
}

// want sends a request and checks the status and, when it is an error, the error body.
func (e *env) want(q request, want int) response {
	e.Helper()
	r := e.do(q)
	if r.StatusCode != want {
		e.Fatalf("%s %s?%s: status %d, want %d: %.300s", q.method, q.path, q.query, r.StatusCode, want, r.body)
	}
	if want >= 400 && q.method != "HEAD" {
		var te taxii.Error
		r.decode(e, &te)
		if te.Title == "" || te.HTTPStatus != fmt.Sprint(want) || te.ErrorID == "" { // T014
			e.Errorf("%s %s: error body %s", q.method, q.path, r.body)
		}
	}
	return r
}

func (r response) decode(e *env, v any) {
	e.Helper()
	d := json.NewDecoder(bytes.NewReader(r.body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		e.Fatalf("%.300s: %v", r.body, err)
	}
}

// envelope is TAXII 2.1 §3.7.
type envelope struct {
	More    bool              `json:"more"`
	Next    string            `json:"next"`
	Objects []json.RawMessage `json:"objects"`
}

// ids reads an envelope (or manifest) and returns the ids in order.
func (r response) ids(e *env) []string {
	e.Helper()
	var env envelope
	r.decode(e, &env)
	return idsOf(e, env.Objects)
}

func idsOf(e *env, raws []json.RawMessage) []string {
	e.Helper()
	var ids []string
	for _, raw := range raws {
		var o struct{ ID string }
		if err := json.Unmarshal(raw, &o); err != nil {
			e.Fatal(err)
		}
		ids = append(ids, o.ID)
	}
	return ids
}

func (r response) last() string { return r.Header.Get("X-TAXII-Date-Added-Last") }

func (e *env) objects(coll string) string    { return "collections/" + coll + "/objects/" }
func (e *env) object(coll, id string) string { return e.objects(coll) + id + "/" }
func (e *env) manifest(coll string) string   { return "collections/" + coll + "/manifest/" }

// post adds objects as Alice and wants all of them in.
func (e *env) post(coll string, objects ...[]byte) taxii.Status {
	e.Helper()
	st := e.try(e.Alice, coll, objects...)
	if st.SuccessCount != len(objects) {
		e.Fatalf("post: %+v, want %d successes", st, len(objects))
	}
	return st
}

// try adds objects and returns the status, whatever became of them.
func (e *env) try(as taxii.Credentials, coll string, objects ...[]byte) taxii.Status {
	e.Helper()
	r := e.want(request{method: "POST", path: e.objects(coll), body: pack(objects...), as: as}, 202)
	var st taxii.Status
	r.decode(e, &st)
	e.sums(st)
	deadline := time.Now().Add(10 * time.Second)
	for st.Status == taxii.Pending && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
		id := st.ID
		st = taxii.Status{}
		e.want(request{path: "status/" + id + "/", as: as}, 200).decode(e, &st)
	}
	if st.TotalCount != len(objects) { // T129
		e.Errorf("total_count %d, want %d", st.TotalCount, len(objects))
	}
	return st
}

// sums checks that the counts add up and fit the lists (T061).
func (e *env) sums(st taxii.Status) {
	e.Helper()
	fits := func(n int, list []taxii.StatusDetails) bool { return list == nil || len(list) == n }
	if st.SuccessCount+st.FailureCount+st.PendingCount != st.TotalCount || !fits(st.SuccessCount, st.Successes) ||
		!fits(st.FailureCount, st.Failures) || !fits(st.PendingCount, st.Pendings) {
		e.Errorf("the counts do not add up: %+v", st)
	}
}

// pack makes an envelope.
func pack(objects ...[]byte) []byte {
	return slices.Concat([]byte(`{"objects":[`), bytes.Join(objects, []byte{','}), []byte(`]}`))
}

func zip(b []byte) []byte {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, _ = z.Write(b) // memory does not fail
	_ = z.Close()
	return buf.Bytes()
}

// equal compares and says what differs.
func (e *env) equal(what string, got, want any) {
	e.Helper()
	if d := cmp.Diff(want, got); d != "" {
		e.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// query makes a query string of pairs.
func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}
