package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestRollingRestart: two programs serve one store behind a balancer that asks for readiness; each is restarted under load, and no request
// fails, nothing that was accepted is missing.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	bin := buildProgram(t)
	t.Run("Embedded", func(t *testing.T) { rollingRestart(t, bin, t.TempDir()) })
	t.Run("PostgreSQL", func(t *testing.T) { rollingRestart(t, bin, string(newDatabase(t))) })
}

// over returns what runs the built program over a store, and returns what it printed.
func over(t *testing.T, bin, data string) func(args ...string) string {
	return func(args ...string) string {
		t.Helper()
		out, err := exec.Command(bin, append(args, "--data", data)...).Output()
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
}

func rollingRestart(t *testing.T, bin, data string) {
	tw := over(t, bin, data)
	tw("org", "add", "Load")
	token := tw("token", "create", "load", "--org", "load", "--role", "publisher")
	inbox := tw("collection", "add", "Inbox", "--writable")

	config := filepath.Join(t.TempDir(), "tw.toml")
	must(t, os.WriteFile(config, []byte(`shutdown_delay = "2s"`), 0o600))
	a, b := startServe(t, bin, config, data), startServe(t, bin, config, data)
	front := newBalancer(t, a, b)

	l := load{t: t, url: front.url + "/api1/collections/" + inbox + "/objects/", token: token}
	stop := l.run(4)
	for _, s := range []*served{a, b} {
		time.Sleep(300 * time.Millisecond)
		s.end()
		s.begin()
		front.waitReady(s)
	}
	time.Sleep(300 * time.Millisecond)
	stop()
	if n := l.failed.Load(); n > 0 {
		t.Errorf("%d of %d requests failed; the first: %v", n, l.sent.Load(), l.first.Load())
	}
	if l.sent.Load() < 40 {
		t.Errorf("only %d requests: the test shows little", l.sent.Load())
	}
	if got := l.held(); len(got) != len(l.posted) {
		t.Errorf("%d of %d accepted objects are held", len(got), len(l.posted))
	}
	t.Logf("%d requests, %d objects", l.sent.Load(), len(l.posted))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// served is one running program.
type served struct {
	t                 *testing.T
	bin, config, data string
	cmd               *exec.Cmd
	url               atomic.Value // string; "" while it is not running
}

func startServe(t *testing.T, bin, config, data string) *served {
	t.Helper()
	s := &served{t: t, bin: bin, config: config, data: data}
	s.begin()
	t.Cleanup(func() { s.cmd.Process.Kill(); s.cmd.Wait() })
	return s
}

func (s *served) begin() {
	s.t.Helper()
	s.cmd = exec.Command(s.bin, "serve", "--config", s.config, "--data", s.data, "--listen", "127.0.0.1:0")
	pipe, err := s.cmd.StderrPipe()
	must(s.t, err)
	must(s.t, s.cmd.Start())
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		if _, rest, ok := strings.Cut(lines.Text(), " on http://"); ok {
			host, _, _ := strings.Cut(rest, ",")
			s.url.Store("http://" + host)
			go io.Copy(io.Discard, pipe)
			return
		}
	}
	s.t.Fatal("the program ended before it listened")
}

// end asks the program to end and waits until it has.
func (s *served) end() {
	s.t.Helper()
	must(s.t, s.cmd.Process.Signal(syscall.SIGTERM))
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("serve ended with %v", err)
	}
	s.url.Store("")
}

// balancer sends each request to the next of those that are ready.
type balancer struct {
	t     *testing.T
	url   string
	nodes []*served
	ready []atomic.Bool
	next  atomic.Int64
}

func newBalancer(t *testing.T, nodes ...*served) *balancer {
	b := &balancer{t: t, nodes: nodes, ready: make([]atomic.Bool, len(nodes))}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		u, _ := url.Parse(b.pick())
		r.SetURL(u)
	}}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	b.url = front.URL
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { b.probe(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	for _, n := range nodes {
		b.waitReady(n)
	}
	return b
}

func (b *balancer) pick() string {
	turn := int(b.next.Add(1))
	for k := range b.nodes {
		i := (turn + k) % len(b.nodes)
		if b.ready[i].Load() {
			return b.nodes[i].url.Load().(string)
		}
	}
	return "http://127.0.0.1:0"
}

func (b *balancer) probe(ctx context.Context) {
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for ctx.Err() == nil {
		for i, n := range b.nodes {
			resp, err := client.Get(n.url.Load().(string) + "/readyz")
			if err == nil {
				resp.Body.Close()
			}
			if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
				continue // a busy machine, not a server that is ending
			}
			b.ready[i].Store(err == nil && resp.StatusCode == http.StatusOK)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (b *balancer) waitReady(s *served) {
	b.t.Helper()
	for range 200 {
		for i, n := range b.nodes {
			if n == s && b.ready[i].Load() {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatal("not ready after 10 s")
}

// load writes and reads by turns.
type load struct {
	t            *testing.T
	url, token   string
	sent, failed atomic.Int64
	first        atomic.Value
	mu           sync.Mutex // protects posted
	posted       []string
}

func (l *load) run(clients int) (stop func()) {
	var done atomic.Bool
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for n := 0; !done.Load() && n < 5000; n++ {
				l.step(c, n)
			}
		})
	}
	return func() { done.Store(true); wg.Wait() }
}

func (l *load) step(c, n int) {
	if n%2 == 1 {
		l.note(l.do(http.MethodGet, "?limit=10", "", nil))
		return
	}
	id := fmt.Sprintf("malware--%08x-0000-4000-8000-%012x", c, n)
	body := fmt.Sprintf(`{"objects":[{"type":"malware","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z",`+
		`"modified":"2026-01-01T00:00:00.000Z","name":"m","is_family":false}]}`, id)
	err := l.do(http.MethodPost, "", body, nil)
	l.note(err)
	if err == nil {
		l.mu.Lock()
		l.posted = append(l.posted, id)
		l.mu.Unlock()
	}
}

func (l *load) note(err error) {
	l.sent.Add(1)
	if err != nil && l.failed.Add(1) == 1 {
		l.first.Store(err.Error())
	}
}

func (l *load) do(method, query, body string, into any) error {
	req, err := http.NewRequest(method, l.url+query, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+l.token)
	req.Header.Set("Accept", "application/taxii+json;version=2.1")
	req.Header.Set("Content-Type", "application/taxii+json;version=2.1")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %d %.200s %v", method, resp.StatusCode, text, err)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// held pages through the collection.
func (l *load) held() (ids []string) {
	l.t.Helper()
	next := ""
	for {
		var page struct {
			More    bool                  `json:"more"`
			Next    string                `json:"next"`
			Objects []struct{ ID string } `json:"objects"`
		}
		must(l.t, l.do(http.MethodGet, "?limit=1000&next="+url.QueryEscape(next), "", &page))
		for _, o := range page.Objects {
			ids = append(ids, o.ID)
		}
		if next = page.Next; !page.More {
			return ids
		}
	}
}
