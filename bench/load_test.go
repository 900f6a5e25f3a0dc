package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNext(t *testing.T) {
	filler := strings.Repeat(`{"id":"x"},`, 60_000) // more than one buffer
	for name, test := range map[string]struct{ body, want string }{
		"front": {`{"more": true, "next": "abc=", "objects": [` + filler + `]}`, "abc="},
		"back":  {`{"objects":[` + filler + `],"more":true,"next":"abc="}`, "abc="},
		"short": {`{"objects":[],"more":true,"next":"abc="}`, "abc="},
		"none":  {`{"objects":[` + filler + `],"more":false}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, test.body) }))
			defer srv.Close()
			c := newClient(nil, time.Minute)
			defer c.close()
			a, err := c.get(t.Context(), srv.URL)
			if err != nil || a.next != test.want || a.bytes != int64(len(test.body)) {
				t.Errorf("get = %q, %d bytes, %v; want %q, %d", a.next, a.bytes, err, test.want, len(test.body))
			}
		})
	}
}

// TestWalk reads three pages, then a collection whose pages end too early.
func TestWalk(t *testing.T) {
	pages := map[string]string{"": `{"next":"b","objects":[]}`, "b": `{"next":"c","objects":[]}`, "c": `{"objects":[]}`}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, pages[r.URL.Query().Get("next")])
	}))
	defer srv.Close()
	v := &visit{x: &exchange{api: srv.URL + "/", collections: []string{"x"}}, http: newClient(nil, time.Minute), sets: []set{make(set, 250)}}
	defer v.http.close()
	var w walk
	var units []int
	for range 3 {
		got, err := w.step(t.Context(), v, 100)
		if err != nil {
			t.Fatal(err)
		}
		units = append(units, got.units)
	}
	if diff := cmp.Diff([]int{100, 100, 50}, units); diff != "" {
		t.Error(diff)
	}
	pages["b"] = `{"objects":[]}`
	_, first := w.step(t.Context(), v, 100)
	_, second := w.step(t.Context(), v, 100)
	if first != nil || second == nil {
		t.Errorf("pages that end after 200 of 250 objects gave %v, then %v", first, second)
	}
}

// TestDrive checks that clients finish what they have begun, and that failures are counted and not timed.
func TestDrive(t *testing.T) {
	n := 0
	f := drive(t.Context(), 1, time.Nanosecond, time.Hour, func(int) (work, error) {
		n++
		time.Sleep(time.Millisecond)
		return work{units: 10, bytes: 1000, more: n < 3}, nil
	})
	if f.done != 3 || f.cut || f.slowest < f.p50 || f.p50 < time.Millisecond {
		t.Errorf("drive = %+v, want three requests in one turn", f)
	}
	broken := errors.New("broken")
	f = drive(t.Context(), 4, time.Nanosecond, time.Hour, func(client int) (work, error) {
		if client == 0 {
			return work{}, broken
		}
		return work{units: 1}, nil
	})
	if f.done != 3 || f.failed != 1 || f.err != broken {
		t.Errorf("drive = %+v, want three requests and one that failed", f)
	}
	f = drive(t.Context(), 2, time.Nanosecond, 5*time.Millisecond, func(int) (work, error) {
		time.Sleep(time.Millisecond)
		return work{units: 1, more: true}, nil
	})
	if !f.cut || f.done < 2 || f.done > 20 {
		t.Errorf("drive = %+v, want what two clients do in five milliseconds", f)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if f := drive(ctx, 1, time.Hour, time.Hour, func(int) (work, error) { return work{}, nil }); f.done != 0 {
		t.Errorf("a cancelled drive made %d requests", f.done)
	}
}
