package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func newTestObserver() *observer {
	nothing := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	return newObserver(nothing, func(path string) bool { return strings.HasPrefix(path, "/api1/") || path == "/taxii2/" },
		slog.New(slog.NewTextHandler(io.Discard, nil)), nil, prometheus.NewRegistry())
}

// TestRest: memory is given back once after the start and once after requests, not again and again, and not because somebody looks after its health.
func TestRest(t *testing.T) {
	o := newTestObserver()
	var given atomic.Int64
	go o.restEach(t.Context(), time.Millisecond, func() { given.Add(1) })
	until := func(n int64) {
		t.Helper()
		for begin := time.Now(); given.Load() < n; time.Sleep(time.Millisecond) {
			if time.Since(begin) > 30*time.Second {
				t.Fatalf("given back %d times, want %d", given.Load(), n)
			}
		}
	}
	ask := func(path string) { o.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil)) }
	until(1)
	for range 20 {
		ask("/healthz")
		time.Sleep(time.Millisecond)
	}
	if n := given.Load(); n != 1 {
		t.Errorf("given back %d times at rest, want once", n)
	}
	ask("/incidents")
	until(2)
}

func TestSurfaces(t *testing.T) {
	o := newTestObserver()
	for path, want := range map[string]string{"/": "web", "/incidents/some-slug": "web", "/actors": "web", "/subscribe": "web", "/taxii2/": "taxii", "/api1/collections/": "taxii",
		"/api/v1/lookup": "api", "/healthz": "health", "/metrics": "health"} {
		if got := o.surfaceOf(path); got != want {
			t.Errorf("%s is counted as %s, want %s", path, got, want)
		}
	}
}
