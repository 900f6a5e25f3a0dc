package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"threatwatch/intake"
	"threatwatch/store"
)

// TestAnotherSiteCannotWrite: a browser that is signed in sends nothing over TAXII for a page of another site.
func TestAnotherSiteCannotWrite(t *testing.T) {
	s := newSite(t)
	c := s.as("operator@exchange.example")
	inbox, err := intake.New(s.st, time.Now).AddCollection(t.Context(), store.Collection{Title: "An inbox", Writable: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{http.MethodPost, http.MethodDelete} {
		for site, want := range map[string]bool{"cross-site": false, "same-site": false, "same-origin": true, "none": true} {
			path, reached := "/api1/collections/"+inbox.UUID+"/objects/", http.StatusAccepted
			if method == http.MethodDelete {
				path, reached = path+"malware--00000000-0000-4000-8000-000000000000/", http.StatusNotFound
			}
			req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(`{"objects":[{}]}`))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/taxii+json;version=2.1")
			req.Header.Set("Sec-Fetch-Site", site)
			resp, err := c.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if got := resp.StatusCode == reached; got != want {
				t.Errorf("%s from %s: %d", method, site, resp.StatusCode)
			}
		}
	}
}
