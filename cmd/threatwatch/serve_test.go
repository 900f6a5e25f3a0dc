package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"threatwatch/account"
	"threatwatch/intake"
	"threatwatch/sample"
	"threatwatch/stix"
	"threatwatch/store"
)

// site is the demonstration with a visitor's browser.
type site struct {
	t      *testing.T
	url    string
	st     store.Store
	logins []login
}

func newSite(t *testing.T) *site { return newSiteOn(t, newDirectory(t)) }

func newSiteOn(t *testing.T, data place) *site {
	t.Helper()
	a := &app{ctx: t.Context(), Out: io.Discard, Err: io.Discard}
	st, err := a.createStore(data)
	if err != nil {
		t.Fatal(err)
	}
	logins, err := a.loadSample(st)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := loadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	h, _, err := a.newHandler(cfg, st, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(func() {
		srv.Close()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return &site{t, srv.URL, st, logins}
}

// browser keeps cookies and follows no redirects by itself.
func (s *site) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (s *site) get(c *http.Client, path string) (int, string, http.Header) {
	s.t.Helper()
	resp, err := c.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header
}

func (s *site) post(c *http.Client, path string, form url.Values, header ...string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// as returns the browser of a person of the sample, signed in.
func (s *site) as(email string) *http.Client {
	s.t.Helper()
	c := s.browser()
	for _, l := range s.logins {
		if l.Email != email {
			continue
		}
		if code, body := s.post(c, "/sign-in", url.Values{"email": {email}, "password": {l.password}}); code != http.StatusSeeOther {
			s.t.Fatalf("sign in as %s: %d\n%s", email, code, body)
		}
		return c
	}
	s.t.Fatalf("nobody is called %s", email)
	return nil
}

var hrefs = regexp.MustCompile(`href="(/[^"#]*)"`)

// crawl reads every page that can be reached, and what a program can read, and returns all of it.
func (s *site) crawl(c *http.Client) map[string]string {
	s.t.Helper()
	seen := map[string]string{}
	queue := []string{"/", "/api1/collections/"}
	for len(queue) > 0 && len(seen) < 2000 {
		path := queue[0]
		queue = queue[1:]
		if _, ok := seen[path]; ok {
			continue
		}
		code, body, _ := s.get(c, path)
		if code >= 500 {
			s.t.Errorf("%s: %d", path, code)
		}
		seen[path] = body
		for _, m := range hrefs.FindAllStringSubmatch(body, -1) {
			queue = append(queue, strings.ReplaceAll(m[1], "&amp;", "&"))
		}
		if path == "/api1/collections/" {
			var list struct{ Collections []struct{ ID string } }
			if err := json.Unmarshal([]byte(body), &list); err != nil {
				s.t.Fatalf("%s: %v", body, err)
			}
			for _, x := range list.Collections {
				queue = append(queue, "/api1/collections/"+x.ID+"/objects/", "/api1/collections/"+x.ID+"/manifest/")
			}
		}
	}
	return seen
}

// canaries of the sample, by the marking they stand under; nobody else's text has these words.
var canaries = map[string]struct {
	word string
	who  string // may see it; "" nobody but the operator of those tried
}{
	"green":        {"weather-sync.example", "ada hal ben operator"},
	"amber":        {"Turbine drawings", "ada ben operator"}, // the bank is a client of the power company
	"amber+strict": {"Three more offices", "ada operator"},
	"red":          {"second factor; its owner", "ada operator"},
	"hospital":     {"Patient records copied", "hal operator"},
}

// TestNobodySeesMore crawls everything as each kind of reader: each canary is seen by exactly those who may see it.
func TestNobodySeesMore(t *testing.T) { nobodySeesMore(t, newSite(t)) }

func nobodySeesMore(t *testing.T, s *site) {
	for name, c := range map[string]*http.Client{"public": s.browser(), "ada": s.as("ada@energy.example"), "hal": s.as("hal@hospital.example"),
		"ben": s.as("ben@bank.example"), "operator": s.as("operator@exchange.example")} {
		pages := s.crawl(c)
		if len(pages) < 50 {
			t.Errorf("%s reached %d pages only", name, len(pages))
		}
		for marking, canary := range canaries {
			_, found, _ := s.get(c, "/search?q="+url.QueryEscape(strings.Trim(canary.word, ";")))
			pages["search"] = strings.ReplaceAll(found, "value=\"", "") // the box repeats what was asked
			var where string
			for path, body := range pages {
				if path != "search" && strings.Contains(body, canary.word) {
					where = path
				}
			}
			if may := strings.Contains(" "+canary.who+" ", " "+name+" "); may != (where != "") {
				t.Errorf("%s and %q (%s): may see it %v, found at %q", name, canary.word, marking, may, where)
			}
		}
	}
}

// TestHiddenIsAbsent: what one may not see and what does not exist answer alike, byte for byte but for the id and the clock.
func TestHiddenIsAbsent(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	absent := "/objects/incident--00000000-0000-4000-8000-000000000000"
	for _, src := range sample.Sources()[1:] {
		for _, raw := range src.Objects {
			o, err := stix.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(raw), `"identity"`) {
				continue // who they are is CLEAR
			}
			for _, suffix := range []string{"", ".json"} {
				code, body, _ := s.get(c, "/objects/"+o.ID+suffix)
				wantCode, want, _ := s.get(c, absent+suffix)
				if code != wantCode || clockless(body) != clockless(want) || code != http.StatusNotFound {
					t.Errorf("%s%s: %d, want as for what does not exist", o.ID, suffix, code)
				}
			}
		}
	}
}

var clocks = regexp.MustCompile(`<time.*?</time>`)

func clockless(s string) string { return clocks.ReplaceAllString(s, "") }

// TestPagesAreSafe: headers, no scripts, no foreign addresses, nothing of an object becomes markup.
func TestPagesAreSafe(t *testing.T) {
	s := newSite(t)
	in := intake.New(s.st, time.Now)
	src, err := in.SourceByName(t.Context(), "Threatwatch sample")
	if err != nil {
		t.Fatal(err)
	}
	evil := `{"type":"malware","spec_version":"2.1","id":"malware--11111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",` +
		`"is_family":false,"name":"<script>alert(1)</script>","description":"\"><img src=x onerror=alert(1)>","aliases":["</td><script>x</script>"],` +
		`"external_references":[{"source_name":"<b>x</b>","url":"javascript:alert(1)"}],"object_marking_refs":["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"]}`
	outcomes, err := in.Submit(t.Context(), intake.Submission{Source: src.ID}, [][]byte{[]byte(evil)})
	if err != nil || outcomes[0].Status != intake.Added {
		t.Fatalf("%v %v", outcomes, err)
	}
	c := s.browser()
	for _, path := range []string{"/", "/types/malware", "/objects/malware--11111111-1111-4111-8111-111111111111", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "/about", "/sign-in", "/sign-in?next=//evil.example", "/nowhere"} {
		_, body, h := s.get(c, path)
		for _, bad := range []string{"<script", "<img", "javascript:", "onerror=alert(1)>", "<b>x", "http-equiv", "//evil.example\""} {
			if strings.Contains(strings.ReplaceAll(body, "&#34;", ""), bad) && !(bad == "javascript:" && strings.Contains(body, "<pre>")) {
				t.Errorf("%s: %q in the page", path, bad)
			}
		}
		if strings.Contains(body, `href="javascript:`) {
			t.Errorf("%s: a link runs a script", path)
		}
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: CSP %q", path, csp)
		}
		if h.Get("X-Request-Id") == "" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", path, h)
		}
		if len(body) > 100_000 {
			t.Errorf("%s: %d bytes", path, len(body))
		}
	}
	_, body, _ := s.get(c, "/")
	style := regexp.MustCompile(`href="(/assets/[^"]+)"`).FindStringSubmatch(body)
	if code, _, h := s.get(c, style[1]); code != 200 || !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("style: %d %v", code, h)
	}
}

func TestSigningIn(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	if code, body := s.post(c, "/sign-in", url.Values{"email": {"ada@energy.example"}, "password": {"wrong"}}); code != http.StatusForbidden || !strings.Contains(body, `role="alert"`) {
		t.Errorf("wrong password: %d\n%s", code, body)
	}
	if code, _ := s.post(c, "/sign-in", url.Values{"email": {"ada@energy.example"}, "password": {s.logins[1].password}}, "Sec-Fetch-Site", "cross-site"); code != http.StatusForbidden {
		t.Errorf("sign-in from another site: %d", code)
	}
	c = s.as("ada@energy.example")
	if _, body, h := s.get(c, "/"); !strings.Contains(body, "Ada Analyst, Example Energy") || !strings.Contains(h.Get("Cache-Control"), "no-store") || !strings.Contains(body, `class="banner"`) {
		t.Errorf("a member's front page: %v\n%s", h, body)
	}
	if code, _ := s.post(c, "/sign-out", nil, "Origin", "http://evil.example"); code != http.StatusForbidden {
		t.Errorf("sign-out from another site: %d", code)
	}
	if code, _ := s.post(c, "/sign-out", nil); code != http.StatusSeeOther {
		t.Errorf("sign out: %d", code)
	}
	if _, body, _ := s.get(c, "/"); !strings.Contains(body, "/sign-in") {
		t.Error("still signed in after signing out")
	}
}

func TestSetUp(t *testing.T) {
	a := &app{ctx: t.Context(), Out: io.Discard, Err: io.Discard}
	st, err := a.createStore(place(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := loadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	h, _, err := a.newHandler(cfg, st, slog.New(slog.NewTextHandler(&logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	defer st.Close()
	defer srv.Close()
	s := &site{t: t, url: srv.URL, st: st}
	c := s.browser()
	link, err := account.New(st, time.Now).SetupLink(t.Context())
	if err != nil || link == "" {
		t.Fatal(link, err)
	}
	if code, _, _ := s.get(c, "/setup/wrong"); code != http.StatusNotFound {
		t.Errorf("wrong link: %d", code)
	}
	if code, body, _ := s.get(c, link); code != 200 || !strings.Contains(body, "first operator") {
		t.Errorf("link: %d\n%s", code, body)
	}
	form := url.Values{"org": {"Example Exchange"}, "name": {"Olga"}, "email": {"olga@exchange.example"}, "password": {"short"}}
	if code, body := s.post(c, link, form); code != http.StatusUnprocessableEntity || !strings.Contains(body, "olga@exchange.example") {
		t.Errorf("short password: %d\n%s", code, body)
	}
	form.Set("password", "long enough for an operator")
	if code, body := s.post(c, link, form); code != http.StatusSeeOther {
		t.Fatalf("set up: %d\n%s", code, body)
	}
	if code, _, _ := s.get(c, link); code != http.StatusNotFound {
		t.Errorf("link used twice: %d", code)
	}
	s.logins = []login{{sample.Person{Email: "olga@exchange.example"}, "long enough for an operator"}}
	if _, body, _ := s.get(s.as("olga@exchange.example"), "/"); !strings.Contains(body, "as operator") {
		t.Errorf("the operator's page:\n%s", body)
	}
	secret := strings.TrimPrefix(link, "/setup/")
	if strings.Contains(logged.String(), secret) || strings.Contains(logged.String(), "long enough") || !strings.Contains(logged.String(), "path=/setup/") {
		t.Errorf("log: %s", logged.String())
	}
}

func TestMetricsAreForTheAllowed(t *testing.T) {
	s := newSite(t)
	s.get(s.browser(), "/")
	code, body, _ := s.get(s.browser(), "/metrics")
	if code != 200 || !strings.Contains(body, "threatwatch_http_requests_total") || !strings.Contains(body, "threatwatch_store_head") {
		t.Errorf("%d\n%s", code, body)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", "203.0.113.5")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("through a proxy that is not trusted: %d", resp.StatusCode)
	}
}

// lockedBuffer is written by a server and read by a test.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestServeAndEnd starts the command as a user would, reads a page, and ends it.
func TestServeAndEnd(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, errs lockedBuffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--data", dir, "--listen", "127.0.0.1:0"}, strings.NewReader(""), &out, &errs)
	}()
	address := regexp.MustCompile(`on (http://[0-9.:]+),[\s\S]*first operator`)
	for begin := time.Now(); !address.MatchString(errs.String()); time.Sleep(10 * time.Millisecond) {
		if time.Since(begin) > 30*time.Second {
			t.Fatalf("not serving: %s", errs.String())
		}
	}
	s := &site{t: t, url: address.FindStringSubmatch(errs.String())[1]}
	for path, want := range map[string]int{"/": 200, "/healthz": 200, "/readyz": 200, "/taxii2/": 200, "/nope": 404} {
		if code, body, _ := s.get(s.browser(), path); code != want {
			t.Errorf("%s: %d\n%s", path, code, body)
		}
	}
	cancel()
	select {
	case code := <-done:
		if code != exitFine {
			t.Errorf("exit %d: %s", code, errs.String())
		}
	case <-time.After(30 * time.Second):
		t.Fatal("does not end")
	}
	backup := filepath.Join(t.TempDir(), "b.db")
	restored := filepath.Join(t.TempDir(), "r")
	for _, args := range [][]string{{"org", "add", "Example Energy", "--data", dir}, {"check"}, {"backup", backup, "--data", dir}, {"restore", backup, "--data", restored}, {"org", "list", "--data", restored}} {
		if code := run(t.Context(), args, strings.NewReader(""), &out, &errs); code != exitFine {
			t.Errorf("%v: exit %d: %s", args, code, errs.String())
		}
	}
	if !strings.Contains(out.String(), "Example Energy") {
		t.Errorf("restored: %s", out.String())
	}
	if code := run(t.Context(), []string{"restore", backup, "--data", restored}, strings.NewReader(""), &out, &errs); code != exitCannot {
		t.Errorf("restore over an exchange: exit %d", code)
	}
}

// TestManyFound: a search with more hits than a page holds says so, by words and by value.
func TestManyFound(t *testing.T) { manyFound(t, newSite(t)) }

func manyFound(t *testing.T, s *site) {
	in := intake.New(s.st, time.Now)
	src, err := in.SourceByName(t.Context(), "Threatwatch sample")
	if err != nil {
		t.Fatal(err)
	}
	var objects [][]byte
	for i := range 120 {
		objects = append(objects, fmt.Appendf(nil, `{"type":"indicator","spec_version":"2.1","id":"indicator--%08x-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",`+
			`"name":"plentiful %d","pattern":"[domain-name:value = 'many.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","object_marking_refs":["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"]}`, i, i))
	}
	if _, err := in.Submit(t.Context(), intake.Submission{Source: src.ID}, objects); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"plentiful", "many.example", "many[.]example"} {
		code, body, _ := s.get(s.browser(), "/search?q="+url.QueryEscape(q))
		if n := strings.Count(body, `class="row"`); code != http.StatusOK || n != 100 || !strings.Contains(body, "more than is shown") {
			t.Errorf("%s: %d, %d rows, says that there is more: %v", q, code, n, strings.Contains(body, "more than is shown"))
		}
	}
}
