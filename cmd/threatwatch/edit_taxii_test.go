package main

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"threatwatch/account"
	"threatwatch/intake"
	"threatwatch/store"
)

// TestWrittenThroughTAXII: what a person wrote on a page is read by programs as it was written; a program that would loosen it above TLP:AMBER is
// refused with the reason.
func TestWrittenThroughTAXII(t *testing.T) {
	s := newSite(t)
	eve, _ := s.editors()
	place := s.record(eve, "Told to programs", "amber+strict", nil)
	secret, _, err := account.New(s.st, nil).CreateToken(t.Context(), "siem", "example-energy", account.Publisher, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	in := intake.New(s.st, time.Now)
	src, err := in.SourceByName(t.Context(), "example-energy")
	if err != nil || !strings.HasPrefix(src.Identity, "identity--") {
		t.Fatal(src, err)
	}
	inbox, err := in.AddCollection(t.Context(), store.Collection{Title: "Inbox", Writable: true})
	if err != nil {
		t.Fatal(err)
	}
	var own string
	err = s.st.Read(t.Context(), func(sn store.Snapshot) error {
		list, err := sn.Collections(t.Context())
		for _, c := range list {
			if c.ID == src.Collection {
				own = c.UUID
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, body string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+secret)
		req.Header.Set("Accept", "application/taxii+json;version=2.1")
		req.Header.Set("Content-Type", "application/taxii+json;version=2.1")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(raw)
	}
	code, held := ask(http.MethodGet, "/api1/collections/"+own+"/objects/?match[type]=incident", "")
	object := regexp.MustCompile(`(?s)"objects":\s*\[(.*)\]`).FindStringSubmatch(held)
	if code != 200 || object == nil || !strings.Contains(held, "Told to programs") || !strings.Contains(held, `"created_by_ref":"`+src.Identity) {
		t.Fatalf("%d %s", code, held)
	}
	next := regexp.MustCompile(`"modified":"[^"]+"`).ReplaceAllString(object[1], `"modified":"`+time.Now().UTC().Add(time.Minute).Format("2006-01-02T15:04:05.000Z")+`"`)
	next = regexp.MustCompile(`marking-definition--[0-9a-f-]+`).ReplaceAllString(next, strings.Trim(clearMark, `"`))
	if code, status := ask(http.MethodPost, "/api1/collections/"+inbox.UUID+"/objects/", `{"objects":[`+next+`]}`); code != http.StatusAccepted || !strings.Contains(status, "two persons of the organisation must agree") || !strings.Contains(status, `"failure_count":1`) {
		t.Errorf("%d %s", code, status)
	}
	if code, _, _ := s.get(s.browser(), place); code != http.StatusNotFound {
		t.Errorf("the public sees it: %d", code)
	}
	form := s.asTyped(eve, place+"/edit/incident")
	form.Set("text", "Stricter, and no less.")
	form.Set("tlp", "red")
	s.publish(eve, place+"/edit/incident", url.Values(form))
}
