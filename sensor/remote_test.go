package sensor

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threatwatch"
	"threatwatch/taxii"
)

// oddServer is an exchange that answers a POST as a test wants, and remembers what it was sent.
type oddServer struct {
	*httptest.Server
	post   func(objects []string, w http.ResponseWriter)
	status []taxii.Status // of the next questions for a status
	tokens []string
}

func newOddServer(t *testing.T) *oddServer {
	s := &oddServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.tokens = append(s.tokens, r.Header.Get("Authorization"))
		w.Header().Set("Content-Type", taxii.MediaType)
		switch {
		case r.Method == http.MethodPost && r.URL.Path == "/root/collections/c/objects/":
			raw, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			var e struct{ Objects []struct{ ID string } }
			if err := json.Unmarshal(raw, &e); err != nil {
				t.Error(err)
			}
			var ids []string
			for _, o := range e.Objects {
				ids = append(ids, o.ID)
			}
			s.post(ids, w)
		case strings.HasPrefix(r.URL.Path, "/root/status/") && len(s.status) > 0:
			s.answer(w, s.status[0])
			s.status = s.status[1:]
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *oddServer) answer(w http.ResponseWriter, st taxii.Status) {
	raw, err := json.Marshal(st)
	if err != nil {
		panic(err)
	}
	w.Write(raw)
}

func someObjects(n int) (list [][]byte) {
	for i := range n {
		list = append(list, fmt.Appendf(nil, `{"id":"sighting--%d"}`, i))
	}
	return list
}

// TestSend: a status is waited for and its failures are returned; an envelope that is refused whole is halved until the object is found; what says
// nothing of the objects is an error.
func TestSend(t *testing.T) {
	s := newOddServer(t)
	token := filepath.Join(t.TempDir(), "token")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(token, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("one\n")
	x, err := Dial(Remote{URL: s.URL + "/root/collections/c/", TokenFile: token})
	if err != nil {
		t.Fatal(err)
	}

	s.post = func(_ []string, w http.ResponseWriter) {
		w.WriteHeader(http.StatusAccepted)
		s.answer(w, taxii.Status{ID: "s", Status: taxii.Pending, PendingCount: 3})
	}
	s.status = []taxii.Status{{ID: "s", Status: taxii.Complete, SuccessCount: 1, FailureCount: 2, Failures: []taxii.StatusDetails{{ID: "sighting--1", Message: "not this one"}}}}
	refused, err := x.Send(t.Context(), someObjects(3))
	if err != nil || len(refused) != 2 || refused[0].ID != "sighting--1" || refused[0].Reason != "not this one" || string(refused[0].Raw) != `{"id":"sighting--1"}` || refused[1].Raw != nil {
		t.Errorf("pending: %+v, %v", refused, err)
	}

	taken := map[string]int{}
	s.post = func(ids []string, w http.ResponseWriter) {
		for _, id := range ids {
			if id == "sighting--1300" {
				w.WriteHeader(http.StatusUnprocessableEntity)
				io.WriteString(w, `{"title":"No","description":"one is bad"}`)
				return
			}
		}
		for _, id := range ids {
			taken[id]++
		}
		w.WriteHeader(http.StatusAccepted)
		s.answer(w, taxii.Status{ID: "s", Status: taxii.Complete, SuccessCount: len(ids)})
	}
	write("two")
	refused, err = x.Send(t.Context(), someObjects(2500))
	if err != nil || len(refused) != 1 || refused[0].ID != "sighting--1300" || refused[0].Reason != "one is bad" || len(taken) != 2499 {
		t.Errorf("halved: %+v, %v, %d taken", refused, err, len(taken))
	}
	if first, last := s.tokens[0], s.tokens[len(s.tokens)-1]; first != "Bearer one" || last != "Bearer two" {
		t.Errorf("tokens %q to %q", first, last)
	}

	for code, kind := range map[int]threatwatch.Kind{401: threatwatch.Unauthenticated, 403: threatwatch.Forbidden, 404: threatwatch.NotFound, 500: threatwatch.Internal, 503: threatwatch.Unavailable} {
		s.post = func(_ []string, w http.ResponseWriter) { w.WriteHeader(code) }
		if refused, err := x.Send(t.Context(), someObjects(3)); threatwatch.KindOf(err) != kind || refused != nil {
			t.Errorf("%d: %+v, %v", code, refused, err)
		}
	}
	write("one two")
	if _, err := x.Send(t.Context(), someObjects(1)); threatwatch.KindOf(err) != threatwatch.Unauthenticated || strings.Contains(err.Error(), "one two") {
		t.Errorf("a file with something else: %v", err)
	}
}

// TestRedirect: the token goes to no other host.
func TestRedirect(t *testing.T) {
	other, s := newOddServer(t), newOddServer(t)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	x, err := Dial(Remote{URL: s.URL + "/root/collections/c", TokenFile: token})
	if err != nil {
		t.Fatal(err)
	}
	s.post = func(_ []string, w http.ResponseWriter) {
		w.Header().Set("Location", other.URL+"/root/collections/c/objects/")
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
	if _, err := x.Send(t.Context(), someObjects(1)); err == nil || !strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("%v", err)
	}
	if len(other.tokens) != 0 {
		t.Errorf("the other host was sent %q", other.tokens)
	}
}

// TestDial: what is no address of a collection is refused before anything is sent.
func TestDial(t *testing.T) {
	for _, bad := range []string{"", "x", "https://cti.example/api1/", "https://cti.example/api1/collections/", "https://cti.example/api1/collections/a/objects/", "ftp://cti.example/api1/collections/a/",
		"https://user:password@cti.example/api1/collections/a/"} {
		if _, err := Dial(Remote{URL: bad}); threatwatch.KindOf(err) != threatwatch.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for url, bare := range map[string]bool{"http://cti.example/r/collections/a/": true, "https://cti.example/r/collections/a": false, "http://127.0.0.1:8080/r/collections/a/": false, "http://[::1]/r/collections/a/": false} {
		x, err := Dial(Remote{URL: url})
		if err != nil {
			t.Errorf("%q: %v", url, err)
			continue
		}
		if x.tokenFile = "token"; x.Bare() != bare {
			t.Errorf("%q: a token is bare %v", url, x.Bare())
		}
	}
	if _, err := Dial(Remote{URL: "https://cti.example/r/collections/a/", TokenFile: "/nowhere/token"}); err == nil {
		t.Error("a missing file of the token is no error")
	}
}
