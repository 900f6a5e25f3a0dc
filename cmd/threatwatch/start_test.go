package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"threatwatch/store"
)

// large is a store whose incidents take as long to read as the test wants.
type large struct {
	store.Store
	read chan struct{} // closed when they may be read
}

func (l *large) Read(ctx context.Context, f func(store.Snapshot) error) error {
	return l.Store.Read(ctx, func(s store.Snapshot) error { return f(largeSnapshot{s, l.read}) })
}

type largeSnapshot struct {
	store.Snapshot
	read chan struct{}
}

func (l largeSnapshot) Members(ctx context.Context, q store.Query, f func(*store.Row) error) error {
	if slices.Contains(q.Types, "incident") {
		select {
		case <-l.read:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return l.Snapshot.Members(ctx, q, f)
}

// lines is a log that may be read while it is written.
type lines struct {
	mu sync.Mutex // protects b
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.b.String(), text)
}

// TestAnswersWhileReading: while what the watch is made from is being read, health and TAXII are answered, the log says what is waited for, and the first
// page comes when it has been read.
func TestAnswersWhileReading(t *testing.T) {
	a := &app{ctx: t.Context(), Out: io.Discard, Err: io.Discard}
	st, err := a.createStore(place(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	cfg, err := loadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	log, held := &lines{}, &large{st, make(chan struct{})}
	h, besides, err := a.newHandler(cfg, held, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer a.beside(besides)()
	srv := httptest.NewServer(h)
	defer srv.Close()
	first := make(chan int, 1)
	go func() {
		resp, err := srv.Client().Get(srv.URL + "/")
		if err != nil {
			first <- 0
			return
		}
		resp.Body.Close()
		first <- resp.StatusCode
	}()
	for !log.has("reading what the pages of the watch are made from") {
		time.Sleep(10 * time.Millisecond)
	}
	for _, path := range []string{"/healthz", "/readyz", "/taxii2/"} {
		resp, err := srv.Client().Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	select {
	case code := <-first:
		t.Errorf("the first page: %d before anything was read", code)
	default:
	}
	close(held.read)
	if code := <-first; code != http.StatusOK {
		t.Errorf("the first page: %d", code)
	}
	for !log.has("the pages of the watch are there") {
		time.Sleep(10 * time.Millisecond)
	}
}
