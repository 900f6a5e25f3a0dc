package main

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/taxii"
	"threatwatch/taxii/taxiitest"
)

// TestT032: programs give a token in many ways, people their address and password, and all are known by it; nothing else is.
func TestT032(t *testing.T) {
	x := newExchangeTest(t, taxii.Options{})
	inbox := x.collection(store.Collection{Title: "Inbox", Writable: true})
	const address, password = "jürgen@acme.example", "pässword with blänks: and colons"
	if _, err := x.acc.AddPerson(t.Context(), account.Person{Email: address, Name: "Jürgen", Org: "acme", Role: account.Publisher}, password); err != nil {
		t.Fatal(err)
	}
	token := x.tokens["acme"]
	basic := func(user, password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	}
	for header, want := range map[string]int{
		"Bearer " + token: 200, "bearer " + token: 200, "BEARER  " + token: 200, "Token " + token: 200, "token " + token: 200,
		basic("siem", token): 200, basic("", token): 200, basic(token, ""): 200, basic(token, "x"): 200, basic("jürgen", token): 200,
		strings.Replace(basic("siem", token), "Basic", "basic", 1): 200, basic(address, password): 200, basic(strings.ToUpper(address), password): 200,
		"Bearer": 401, "Bearer ": 401, "Bearer " + token + "x": 401, "Bearer " + token[:len(token)-1]: 401, token: 401, "Digest " + token: 401,
		basic("", ""): 401, basic("siem", ""): 401, basic(address, ""): 401, basic(address, token[1:]): 401, "Basic " + token: 401, "Basic": 401,
		basic(address, password+" "): 401, basic("nobody@acme.example", password): 401,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api1/collections/"+inbox+"/objects/", nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		x.server.Config.Handler.ServeHTTP(w, r)
		if w.Code != want || (want == 401) != (w.Header().Get("WWW-Authenticate") != "") {
			t.Errorf("Authorization: %q: %d %v, want %d", header, w.Code, w.Header(), want)
		}
	}
}

// TestT035: a token for reading reads, and neither adds nor deletes what its own organisation said.
func TestT035(t *testing.T) {
	x := newExchangeTest(t, taxii.Options{})
	inbox := x.collection(store.Collection{Title: "Inbox", Writable: true})
	reader, _, err := x.acc.CreateToken(t.Context(), "reader", "acme", account.Reader, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	path := "/api1/collections/" + inbox + "/"
	object := path + "objects/" + taxiitest.ID("identity", 1) + "/"
	for _, tt := range []struct {
		token, method, path, body string
		want                      int
		says                      string
	}{
		{reader, "GET", path, "", 200, `"can_read":true,"can_write":false`},
		{reader, "POST", path + "objects/", string(taxiitest.Identity(1, 0)), 403, ""},
		{x.tokens["acme"], "GET", path, "", 200, `"can_read":true,"can_write":true`},
		{x.tokens["acme"], "POST", path + "objects/", string(taxiitest.Identity(1, 0)), 202, ""},
		{reader, "DELETE", object, "", 403, ""},
		{reader, "GET", object, "", 200, taxiitest.ID("identity", 1)},
		{x.tokens["acme"], "DELETE", object, "", 200, ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.path, strings.NewReader(`{"objects":[`+tt.body+`]}`))
		r.Header.Set("Authorization", "Bearer "+tt.token)
		r.Header.Set("Content-Type", taxii.MediaType)
		w := httptest.NewRecorder()
		x.server.Config.Handler.ServeHTTP(w, r)
		if w.Code != tt.want || !strings.Contains(w.Body.String(), tt.says) {
			t.Errorf("%s %s: %d %s, want %d and %q", tt.method, tt.path, w.Code, w.Body, tt.want, tt.says)
		}
	}
}

// TestT062: a status is there for two days after its request, for who sent it; then it is forgotten.
func TestT062(t *testing.T) {
	x := newExchangeTest(t, taxii.Options{})
	inbox := x.collection(store.Collection{Title: "Inbox", Writable: true})
	now := time.Now()
	b := newBackend(x.store, release.New(x.store, []byte("a secret of thirty-two bytes or more"), time.Now), x.intake, x.acc, func() time.Time { return now })
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+x.tokens["acme"])
	ctx, err := b.authenticate(r)
	if err != nil {
		t.Fatal(err)
	}
	add := func(n int) string {
		st, err := b.Add(ctx, inbox, [][]byte{taxiitest.Identity(n, 0)})
		if err != nil || st.SuccessCount != 1 {
			t.Fatalf("Add = %+v, %v", st, err)
		}
		return st.ID
	}
	there := func(ctx context.Context, id string) bool {
		_, err := b.Status(ctx, id)
		if err != nil && threatwatch.KindOf(err) != threatwatch.NotFound {
			t.Fatal(err)
		}
		return err == nil
	}
	first := add(1)
	now = now.Add(25 * time.Hour)
	second := add(2)
	if !there(ctx, first) || !there(ctx, second) || there(t.Context(), first) {
		t.Errorf("after a day: %v, %v, for the public %v", there(ctx, first), there(ctx, second), there(t.Context(), first))
	}
	now = now.Add(24 * time.Hour)
	third := add(3)
	if there(ctx, first) || !there(ctx, second) || !there(ctx, third) {
		t.Errorf("after two: %v, %v, %v", there(ctx, first), there(ctx, second), there(ctx, third))
	}
}
