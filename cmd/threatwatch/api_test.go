package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"threatwatch/account"
	"threatwatch/intake"
	"threatwatch/stix"
	"threatwatch/store"
)

// TestAPI asks the demonstration as programs do: with a token, as nobody, with a wrong token, and from a page of another site.
func TestAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	acc, in := account.New(s.st, time.Now), intake.New(s.st, time.Now)
	if _, err := acc.AddOrg(t.Context(), account.Org{ID: "acme", Name: "Acme"}); err != nil {
		t.Fatal(err)
	}
	token, _, err := acc.CreateToken(t.Context(), "siem", "acme", account.Reader, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	src, err := in.AddSource(t.Context(), store.Source{Name: "Feed", Public: true})
	if err != nil {
		t.Fatal(err)
	}
	green := stix.Green
	if _, err := in.Submit(t.Context(), intake.Submission{Source: src.ID, TLP: &green}, [][]byte{[]byte(indicator)}); err != nil {
		t.Fatal(err)
	}
	const id = "indicator--00000000-0000-4000-8000-000000000003"
	for _, tt := range []struct {
		name, path, body string
		header           map[string]string
		code             int
		found            bool
	}{
		{"lookup with a token", "lookup", `{"values":["evil[.]example"]}`, map[string]string{"Authorization": "Bearer " + token}, 200, true},
		{"match with a token", "match", "GET http://www.evil.example/", map[string]string{"Authorization": "Bearer " + token}, 200, true},
		{"lookup by nobody", "lookup", `{"values":["evil[.]example"]}`, nil, 200, false},
		{"match by nobody", "match", "GET http://www.evil.example/", nil, 200, false},
		{"a wrong token", "lookup", `{"values":["evil[.]example"]}`, map[string]string{"Authorization": "Bearer " + token + "x"}, 401, false},
		{"another site's page", "match", "GET http://www.evil.example/", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403, false},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/api/v1/"+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range tt.header {
			r.Header.Set(k, v)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != tt.code || strings.Contains(string(body), id) != tt.found {
			t.Errorf("%s: %d %s, %v; want %d, found %v", tt.name, resp.StatusCode, body, err, tt.code, tt.found)
		}
		if tt.code == 401 && !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s: WWW-Authenticate: %q", tt.name, resp.Header.Get("WWW-Authenticate"))
		}
	}
}
