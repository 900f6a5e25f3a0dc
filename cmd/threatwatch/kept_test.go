package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"threatwatch/label"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/taxii"
)

// TestKeptPages: a server that keeps pages answers each caller, at each moment, byte for byte as one that has just been started does, while
// objects come and go, labels and flags change, collections change, organisations become each other's clients, and embargoes end.
func TestKeptPages(t *testing.T) {
	k := newKeptTest(t)
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	for round := range rounds {
		what := k.change()
		for name, token := range k.tokens {
			for _, path := range k.paths() {
				fresh, _ := k.ask(k.server(), path, token)
				for range 3 { // the second time it is kept, the third time it is found
					if kept, from := k.ask(k.old, path, token); kept != fresh {
						t.Fatalf("round %d, after %s: %s gets from %s\n%.3000s\nwant\n%.3000s", round, what, name, path, kept, fresh)
					} else if from > k.most {
						k.most = from
					}
				}
			}
		}
	}
	if k.most < 50_000 {
		t.Errorf("the largest answer had %d bytes: nothing was worth keeping", k.most)
	}
}

type keptTest struct {
	*exchangeTest
	r           *rand.Rand
	shift       time.Duration // of the clock that embargoes are measured by
	releaser    *release.Releaser
	backend     *backend
	old         *taxii.Server
	inbox, feed store.Collection
	n, most     int
}

func newKeptTest(t *testing.T) *keptTest {
	k := &keptTest{exchangeTest: newExchangeTest(t, taxii.Options{}), r: rand.New(rand.NewPCG(3, 7))}
	k.tokens["nobody"] = ""
	k.releaser = release.New(k.store, []byte("a secret of thirty-two bytes or more"), func() time.Time { return time.Now().Add(k.shift) })
	k.backend = newBackend(k.store, k.releaser, k.intake, k.acc, time.Now)
	k.old = k.server()
	var err error
	if k.inbox, err = k.intake.AddCollection(t.Context(), store.Collection{Title: "Inbox", Writable: true, Public: true}); err != nil {
		t.Fatal(err)
	}
	k.feed, err = k.intake.AddCollection(t.Context(), store.Collection{Title: "Feed", Public: true, Filter: &store.Filter{Types: []string{"identity"}}})
	if err != nil {
		t.Fatal(err)
	}
	for range 12 {
		k.post()
	}
	return k
}

// server is one that keeps nothing yet.
func (k *keptTest) server() *taxii.Server {
	return taxii.NewServer(k.backend, taxii.Options{Authenticate: k.backend.authenticate})
}

func (k *keptTest) ask(s *taxii.Server, path, token string) (answer string, size int) {
	r := httptest.NewRequestWithContext(k.t.Context(), http.MethodGet, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	body := w.Body.String()
	if w.Code >= 400 {
		body = "" // an error has an id of its own
	}
	return fmt.Sprint(w.Code, w.Header()["X-Taxii-Date-Added-First"], w.Header()["X-Taxii-Date-Added-Last"], body), len(body)
}

func (k *keptTest) paths() (paths []string) {
	for _, c := range []store.Collection{k.inbox, k.feed} {
		one := "objects/" + k.id(k.r.IntN(20)) + "/"
		for _, p := range []string{"objects/", "objects/?limit=5", "objects/?match[version]=all&match[type]=identity", "manifest/", one, one + "?match[version]=all", one + "versions/"} {
			paths = append(paths, "/api1/collections/"+c.UUID+"/"+p)
		}
	}
	return paths
}

// change does one random thing to the exchange and says what.
func (k *keptTest) change() string {
	k.t.Helper()
	switch k.r.IntN(9) {
	case 0, 1:
		return k.post()
	case 2:
		return k.delete()
	case 3, 4:
		return k.relabel()
	case 5, 6:
		k.shift += time.Duration(k.r.IntN(120)) * time.Minute
		return fmt.Sprintf("the clock went on by %v", k.shift)
	case 7:
		clients := [][]string{nil, {"beta"}, {"gamma", "beta"}}[k.r.IntN(3)]
		if err := k.acc.SetClients(k.t.Context(), "acme", clients); err != nil {
			k.t.Fatal(err)
		}
		return fmt.Sprintf("the clients of acme became %v", clients)
	}
	c := k.feed
	c.Public = k.r.IntN(3) > 0
	c.Filter = []*store.Filter{{Types: []string{"identity"}}, {TLP: []string{"clear"}}, {TLP: []string{"green", "amber"}}}[k.r.IntN(3)]
	k.update(func(ctx context.Context, tx store.Tx) error { return tx.PutCollection(ctx, &c) })
	return fmt.Sprintf("the feed became %v %+v", c.Public, *c.Filter)
}

func (k *keptTest) update(f func(context.Context, store.Tx) error) {
	k.t.Helper()
	if err := k.store.Update(k.t.Context(), func(tx store.Tx) error { return f(k.t.Context(), tx) }); err != nil {
		k.t.Fatal(err)
	}
}

func (k *keptTest) id(n int) string {
	return fmt.Sprintf("identity--%08x-7e57-4000-8000-000000000000", n)
}

// post adds an identity, or a version of one, as acme or beta.
func (k *keptTest) post() string {
	k.t.Helper()
	n := k.r.IntN(20)
	k.n++
	marking := []string{"94868c89-83c2-464b-929b-a1a8aa3c8487", "bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "55d920b0-5e8b-4f79-9ee9-91f868d9b421"}[k.r.IntN(3)]
	raw := fmt.Sprintf(`{"type":"identity","spec_version":"2.1","id":%q,"created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.%03dZ","name":"x","description":%q,"object_marking_refs":["marking-definition--%s"]}`,
		k.id(n), k.n%1000, strings.Repeat("long ", 1500), marking)
	who := []string{"acme", "beta"}[k.r.IntN(2)]
	r := httptest.NewRequestWithContext(k.t.Context(), http.MethodPost, "/api1/collections/"+k.inbox.UUID+"/objects/", strings.NewReader(`{"objects":[`+raw+`]}`))
	r.Header.Set("Authorization", "Bearer "+k.tokens[who])
	r.Header.Set("Content-Type", taxii.MediaType)
	w := httptest.NewRecorder()
	if k.old.ServeHTTP(w, r); w.Code != http.StatusAccepted {
		k.t.Fatalf("post: %d %s", w.Code, w.Body)
	}
	return fmt.Sprintf("%s posted %s", who, k.id(n))
}

func (k *keptTest) delete() string {
	id := k.id(k.r.IntN(20))
	r := httptest.NewRequestWithContext(k.t.Context(), http.MethodDelete, "/api1/collections/"+k.inbox.UUID+"/objects/"+id+"/", nil)
	r.Header.Set("Authorization", "Bearer "+k.tokens["acme"])
	w := httptest.NewRecorder()
	k.old.ServeHTTP(w, r)
	return fmt.Sprintf("%s was deleted: %d", id, w.Code)
}

// relabel gives some object another label and other flags, as intake does when markings are resolved later.
func (k *keptTest) relabel() string {
	k.t.Helper()
	id := k.id(k.r.IntN(20))
	l := label.Label{Owner: "acme", TLP: []stix.Level{stix.Clear, stix.Green, stix.Amber}[k.r.IntN(3)]}
	if k.r.IntN(3) > 0 {
		l.Embargo = time.Now().Add(k.shift + time.Duration(k.r.IntN(60))*time.Minute).UnixMicro()
	}
	flags := []store.Flags{0, 0, store.Quarantined}[k.r.IntN(3)]
	k.update(func(ctx context.Context, tx store.Tx) error {
		number, err := tx.InternLabel(ctx, l.Body())
		if err != nil {
			return err
		}
		heads, err := tx.Heads(ctx, []string{id})
		if err != nil || len(heads[id]) == 0 {
			return err
		}
		return tx.Relabel(ctx, heads[id][0].OID, number, flags, k.r.IntN(4) == 0)
	})
	return fmt.Sprintf("%s was relabelled to %+v, flags %d", id, l, flags)
}
