package taxiitest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"threatwatch/taxii"
)

// serve starts a server over b and stops it with the test.
func serve(t *testing.T, h http.Handler) string {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

// fakeFixture is the reference backend with the collections of a Fixture.
func fakeFixture() (*Fake, Fixture) {
	f := NewFake()
	both := []string{"alice", "bob"}
	return f, Fixture{
		Root: "/api1/", Alias: "inbox",
		Inbox:     f.AddCollection("Inbox", "inbox", both, both),
		Other:     f.AddCollection("Other", "", both, both),
		ReadOnly:  f.AddCollection("Read only", "", both, nil),
		WriteOnly: f.AddCollection("Write only", "", nil, both),
		Hidden:    f.AddCollection("Hidden", "", []string{"carol"}, []string{"carol"}),
		Alice:     taxii.Basic("alice", "alice-secret"), Bob: taxii.Basic("bob", "bob-secret"),
		MaxContentLength: 1 << 20, MaxPage: 200,
	}
}

func TestFake(t *testing.T) {
	Run(t, func(t *testing.T) Fixture {
		f, fx := fakeFixture()
		start := func() string {
			return serve(t, taxii.NewServer(f, taxii.Options{Title: "Test", MaxContentLength: fx.MaxContentLength, MaxPage: fx.MaxPage, Authenticate: f.Authenticate}))
		}
		fx.URL, fx.Restart = start(), start
		return fx
	})
}

// credentialsKey carries the Authorization header of the outer request to the inner one.
type credentialsKey struct{}

// TestClient runs the suite on a server whose backend is a Client of another server.
func TestClient(t *testing.T) {
	Run(t, func(t *testing.T) Fixture {
		f, fx := fakeFixture()
		inner := serve(t, taxii.NewServer(f, taxii.Options{MaxPage: fx.MaxPage, Authenticate: f.Authenticate}))
		c, err := taxii.NewClient(inner+"/api1/", nil, func(r *http.Request) {
			if h, ok := r.Context().Value(credentialsKey{}).(string); ok && h != "" {
				r.Header.Set("Authorization", h)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		authenticate := func(r *http.Request) (context.Context, error) {
			if _, err := f.Authenticate(r); err != nil {
				return nil, err
			}
			return context.WithValue(r.Context(), credentialsKey{}, r.Header.Get("Authorization")), nil
		}
		start := func() string {
			return serve(t, taxii.NewServer(c, taxii.Options{Title: "Test", MaxContentLength: fx.MaxContentLength, MaxPage: fx.MaxPage, Authenticate: authenticate}))
		}
		fx.URL, fx.Restart = start(), start
		return fx
	})
}
