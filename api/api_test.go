package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/api"
	"threatwatch/intake"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/store/sqlite"
)

// exchange is a store with two sources, and the API over it. Who asks stands in a header.
type exchange struct {
	*testing.T
	intake  *intake.Intake
	sources map[string]store.Source
	server  *api.Server
}

var subjects = map[string]release.Subject{
	"public":   {Kind: release.Public},
	"acme":     {Kind: release.Client, Org: "acme"},
	"beta":     {Kind: release.Client, Org: "beta"},
	"customer": {Kind: release.Client, Org: "gamma", ClientOf: []string{"acme"}},
	"operator": {Kind: release.Operator},
}

func newExchange(t *testing.T) *exchange {
	t.Helper()
	st, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	x := &exchange{T: t, intake: intake.New(st, time.Now), sources: map[string]store.Source{}}
	for _, owner := range []string{"acme", "beta"} {
		s, err := x.intake.AddSource(t.Context(), store.Source{Name: owner, Owner: owner, Public: true})
		if err != nil {
			t.Fatal(err)
		}
		x.sources[owner] = s
	}
	x.server = api.NewServer(api.Options{
		Releaser: release.New(st, []byte("a secret of thirty-two bytes or more"), time.Now),
		Subject: func(r *http.Request) (release.Subject, error) {
			s, ok := subjects[r.Header.Get("X-Who")]
			if !ok {
				return s, threatwatch.Errorf(threatwatch.Unauthenticated, "who are you?")
			}
			return s, nil
		},
	})
	return x
}

var markings = map[string]string{
	"clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
	"green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
	"amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
	"red":   "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

// indicator is one of a world.
type indicator struct {
	owner, level, pattern string
	number, version       int
	revoked               bool
}

func (i indicator) id() string {
	return fmt.Sprintf("indicator--00000000-0000-4000-8000-%012x", i.number)
}

func (i indicator) raw() string {
	return fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:%02d.000Z",`+
		`"object_marking_refs":[%q],"pattern":%q,"pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","revoked":%v}`, i.id(), i.version, markings[i.level], i.pattern, i.revoked)
}

func (x *exchange) put(i indicator) {
	x.Helper()
	got, err := x.intake.Submit(x.Context(), intake.Submission{Source: x.sources[i.owner].ID}, [][]byte{[]byte(i.raw())})
	if err != nil || got[0].Status != intake.Added {
		x.Fatalf("%s: %+v, %v", i.raw(), got, err)
	}
}

// ask posts a body as somebody.
func (x *exchange) ask(who, path, mediaType, body string) (int, string) {
	x.Helper()
	r := httptest.NewRequestWithContext(x.Context(), http.MethodPost, api.Prefix+path, strings.NewReader(body))
	r.Header.Set("Content-Type", mediaType)
	r.Header.Set("X-Who", who)
	w := httptest.NewRecorder()
	x.server.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// matched lists the ids of indicators that a log hits, sorted.
func (x *exchange) matched(who, log string) (ids []string) {
	x.Helper()
	code, body := x.ask(who, "match", "text/plain", log)
	var a struct {
		Hits []struct{ Indicators []struct{ ID string } }
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil || code != http.StatusOK {
		x.Fatalf("match: %d %s", code, body)
	}
	for _, h := range a.Hits {
		for _, i := range h.Indicators {
			ids = append(ids, i.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// known lists the ids that a lookup finds for each value, sorted.
func (x *exchange) known(who string, wider bool, values ...string) (ids [][]string) {
	x.Helper()
	q, _ := json.Marshal(map[string]any{"values": values, "wider": wider})
	code, body := x.ask(who, "lookup", "application/json", string(q))
	var a struct {
		Results []struct{ Found []struct{ ID string } }
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil || code != http.StatusOK || len(a.Results) != len(values) {
		x.Fatalf("lookup: %d %s", code, body)
	}
	for _, r := range a.Results {
		var of []string
		for _, o := range r.Found {
			of = append(of, o.ID)
		}
		slices.Sort(of)
		ids = append(ids, of)
	}
	return ids
}

const log = `10.0.0.1 - - [24/Nov/2026:10:00:00 +0000] "GET http://www.evil.example/a HTTP/1.1" 200 5` + "\n" + `query a.b.evil.example from 198.51.100.7` + "\n"

func TestLookupAndMatch(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	domain := indicator{owner: "acme", level: "clear", pattern: "[domain-name:value = 'evil.example']", number: 1}
	network := indicator{owner: "beta", level: "green", pattern: "[ipv4-addr:value = '198.51.100.0/24']", number: 2}
	x.put(domain)
	x.put(network)
	if got := x.matched("acme", log); !slices.Equal(got, []string{domain.id(), network.id()}) {
		t.Errorf("acme: %v", got)
	}
	if got := x.matched("public", log); !slices.Equal(got, []string{domain.id()}) {
		t.Errorf("public: %v", got)
	}
	want := [][]string{{domain.id()}, nil, nil}
	if got := x.known("acme", false, "evil[.]example", "www.evil.example", "198.51.100.7"); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("known: %v, want %v", got, want)
	}
	want = [][]string{{domain.id()}, {domain.id()}, {network.id()}}
	if got := x.known("acme", true, "evil[.]example", "www.evil.example", "198.51.100.7"); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("with wider ones: %v, want %v", got, want)
	}
}

// TestMatchFollows: what is new, replaced, revoked or deleted counts in the next request, with an index that was already made.
func TestMatchFollows(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	step := func(what string, want ...string) {
		t.Helper()
		if got := x.matched("beta", log); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	step("nothing there")
	i := indicator{owner: "acme", level: "green", pattern: "[domain-name:value = 'evil.example']", number: 1}
	x.put(i)
	step("added", i.id())
	also := indicator{owner: "beta", level: "green", pattern: "[domain-name:value = 'evil.example']", number: 2}
	x.put(also)
	step("another", i.id(), also.id())
	i.version, i.pattern = 1, "[domain-name:value = 'other.example']"
	x.put(i)
	step("replaced", also.id())
	i.version, i.pattern = 2, "[ipv4-addr:value = '198.51.100.7']"
	x.put(i)
	step("and again", i.id(), also.id())
	i.version, i.revoked = 3, true
	x.put(i)
	step("revoked", also.id())
	if n, err := x.intake.Delete(context.Background(), intake.Submission{Source: x.sources["beta"].ID}, x.sources["beta"].Collection, also.id(), store.Version{All: true}); err != nil || n != 1 {
		t.Fatalf("delete: %d, %v", n, err)
	}
	step("deleted")
}

// TestMatchAtOnce lets readers match while indicators come in: each sees at least what was there when it asked.
func TestMatchAtOnce(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	var there atomic.Int64
	var wg sync.WaitGroup
	for _, who := range []string{"acme", "beta", "public", "acme"} {
		wg.Go(func() {
			for there.Load() < 20 {
				least := there.Load()
				code, body := x.ask(who, "match", "text/plain", log)
				if n := strings.Count(body, `"id":`); code != http.StatusOK || int64(n) < least {
					t.Errorf("%s: %d, %d indicators after %d: %s", who, code, n, least, body)
					return
				}
			}
		})
	}
	for n := range 20 {
		x.put(indicator{owner: "acme", level: "clear", pattern: "[domain-name:value = 'evil.example']", number: n})
		there.Store(int64(n + 1))
	}
	wg.Wait()
}

// TestNonInterference: what a caller is told of a world is, byte for byte, what it is told of the world without that which it may not see,
// stamps aside; and what it may see is told.
func TestNonInterference(t *testing.T) {
	t.Parallel()
	worlds := 6
	if testing.Short() {
		worlds = 2
	}
	for seed := range worlds {
		rnd := rand.New(rand.NewPCG(uint64(seed), 5))
		var all []indicator
		for n := range 12 {
			all = append(all, indicator{owner: []string{"acme", "beta"}[rnd.IntN(2)], level: []string{"clear", "green", "amber", "red"}[rnd.IntN(4)],
				pattern: fmt.Sprintf("[domain-name:value = 'd%d.example' OR ipv4-addr:value = '192.0.2.%d']", rnd.IntN(5), rnd.IntN(5)), number: n})
		}
		whole := newExchange(t)
		for _, i := range all {
			whole.put(i)
		}
		for who, s := range subjects {
			part := newExchange(t)
			var visible []string
			for _, i := range all {
				if sees(s, i) {
					part.put(i)
					visible = append(visible, i.id())
				}
			}
			got, want := whole.transcript(who), part.transcript(who)
			if got != want {
				t.Errorf("world %d, %s: with what is hidden\n%s\nwithout\n%s", seed, who, got, want)
			}
			for _, id := range visible {
				if strings.Count(got, id) < 2 {
					t.Errorf("world %d, %s: %s is not told by both ways", seed, who, id)
				}
			}
		}
	}
}

// sees says by the words of TLP 2.0 alone who may see an indicator by a program.
func sees(s release.Subject, i indicator) bool {
	own := s.Org == i.owner
	switch {
	case s.Kind == release.Operator, i.level == "clear":
		return true
	case s.Kind == release.Public:
		return false
	case i.level == "green":
		return true
	case i.level == "amber":
		return own || slices.Contains(s.ClientOf, i.owner)
	}
	return own // nobody is named yet
}

// transcript is all that the API says of the values of a world, without stamps.
func (x *exchange) transcript(who string) string {
	var log strings.Builder
	var values []string
	for n := range 5 {
		fmt.Fprintf(&log, "www.d%d.example 192.0.2.%d\n", n, n)
		values = append(values, fmt.Sprintf("d%d.example", n), fmt.Sprintf("192.0.2.%d", n), fmt.Sprintf("www.d%d.example", n))
	}
	_, matched := x.ask(who, "match", "text/plain", log.String())
	q, _ := json.Marshal(map[string]any{"values": values, "wider": true})
	_, known := x.ask(who, "lookup", "application/json", string(q))
	var a map[string][]struct {
		Value string
		More  bool
		Found []map[string]any
	}
	if err := json.Unmarshal([]byte(known), &a); err != nil {
		x.Fatal(err, known)
	}
	for _, r := range a["results"] {
		for _, o := range r.Found {
			delete(o, "added")
		}
	}
	without, _ := json.Marshal(a)
	return matched + string(without)
}

// TestMatchRecords: records in JSON are read as lines of their log.
func TestMatchRecords(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	i := indicator{owner: "acme", level: "clear", pattern: "[domain-name:value = 'evil.example']", number: 1}
	x.put(i)
	code, body := x.ask("public", "match", "application/json", `{"records":[{"timestamp":"2026-11-24T10:00:00.000000+0000","event_type":"dns","src_ip":"10.0.0.1","dest_ip":"10.0.0.2",`+
		"\n"+`"proto":"UDP","dns":{"type":"query","rrname":"www.evil.example"}}]}`)
	if code != http.StatusOK || !strings.Contains(body, i.id()) || !strings.Contains(body, `"how":"below"`) || !strings.Contains(body, `"time":"2026-11-24T10:00:00Z"`) {
		t.Errorf("%d %s", code, body)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	for _, tt := range []struct {
		name, who, path, mediaType, body string
		code                             int
		detail                           string
	}{
		{"a stranger", "stranger", "lookup", "application/json", `{"values":["a.example"]}`, 401, "who are you?"},
		{"no JSON", "acme", "lookup", "application/json", `values`, 400, "the body"},
		{"more than one value", "acme", "lookup", "application/json", `{"values":["a.example"]} {}`, 400, "more follows"},
		{"an unknown name", "acme", "lookup", "application/json", `{"value":["a.example"]}`, 400, "unknown field"},
		{"no values", "acme", "lookup", "application/json", `{"values":[]}`, 400, "1 to 1000"},
		{"too many values", "acme", "lookup", "application/json", `{"values":["a"` + strings.Repeat(`,"a"`, 1000) + `]}`, 400, "1 to 1000, not 1001"},
		{"a long body", "acme", "lookup", "application/json", `{"values":["` + strings.Repeat("a", 1<<20) + `"]}`, 413, "at most 1048576 bytes"},
		{"a long log", "acme", "match", "text/plain", strings.Repeat("a line of a log\n", 1<<19+1), 413, "at most 8388608 bytes"},
		{"what is not there", "acme", "other", "application/json", `{}`, 404, "/api/v1/lookup"},
	} {
		code, body := x.ask(tt.who, tt.path, tt.mediaType, tt.body)
		var p struct {
			Title, Detail string
			Status        int
		}
		if err := json.Unmarshal([]byte(body), &p); err != nil || code != tt.code || p.Status != tt.code || p.Title != http.StatusText(tt.code) || !strings.Contains(p.Detail, tt.detail) {
			t.Errorf("%s: %d %s", tt.name, code, body)
		}
	}
}
