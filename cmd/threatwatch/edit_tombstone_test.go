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

// TestTombstonesTravel: a retracted record, a claim that its claimant took back and one that was recorded in error go by TAXII to another exchange, which had
// them as they were before, and stand there as here: with their reasons, counting nowhere.
func TestTombstonesTravel(t *testing.T) {
	here, there := newSite(t), newSite(t)
	eve, _ := here.editors()
	there.editors()
	inbox := there.inbox()
	place := here.record(eve, "Grid operator hit", "clear", nil)
	claim := func(claimant, accused string) string {
		here.publish(eve, place+"/edit/claim", url.Values{"claimant": {claimant}, "claimant_kind": {"organization"}, "stated": {"2025-08"}, "kinds": {"political"}, "accused": {accused}, "accused_kind": {"intrusion-set"}, "level": {"group"},
			"status": {"standing"}, "tlp": {"clear"}})
		_, body, _ := here.get(eve, place)
		return regexp.MustCompile(`withdrawal\?id=(relationship--[0-9a-f-]+)" aria-label="Take back the claim of ` + claimant).FindStringSubmatch(body)[1]
	}
	first, second := claim("Ministry M", "Group Q"), claim("Ministry N", "Group R")
	gone := here.record(eve, "It never was", "clear", nil)
	carry := func() {
		t.Helper()
		code, held := here.taxii(http.MethodGet, "/api1/collections/"+here.own()+"/objects/?match[version]=all", "")
		objects := regexp.MustCompile(`(?s)"objects":\s*\[(.*)\]`).FindStringSubmatch(held)
		if code != 200 || objects == nil {
			t.Fatalf("%d %s", code, held)
		}
		if code, status := there.taxii(http.MethodPost, "/api1/collections/"+inbox+"/objects/", `{"objects":[`+objects[1]+`]}`); code != http.StatusAccepted || !strings.Contains(status, `"failure_count":0`) {
			t.Fatalf("%d %s", code, status)
		}
	}
	carry()
	if _, body, _ := there.get(there.browser(), place); !strings.Contains(body, "Group Q") || !strings.Contains(body, "Group R") || strings.Contains(body, "Recorded in error") {
		t.Fatal("the record is not there as it was here")
	}
	back := place + "/edit/withdrawal?id="
	here.publish(eve, back+first, url.Values{"how": {"withdrawn"}, "why": {"The minister said so"}, "tlp": {"clear"}})
	here.publish(eve, back+second, url.Values{"how": {"error"}, "why": {"A typing error"}, "tlp": {"clear"}})
	here.publish(eve, gone+"/edit/retraction", url.Values{"why": {"It was an exercise"}, "tlp": {"clear"}})
	carry()
	for _, s := range []*site{here, there} {
		_, body, _ := s.get(s.browser(), place)
		for _, want := range []string{`<span class="state">withdrawn</span> The minister said so.`, "The claim of Ministry N that names Group R: A typing error."} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", s.url, want)
			}
		}
		if strings.Contains(body, `<tr id="`+second) {
			t.Error("what was recorded in error stands in the ledger of", s.url)
		}
		if _, bundle, _ := s.get(s.browser(), place+"/stix.json"); !strings.Contains(bundle, second) || !regexp.MustCompile(`"revoked":\s*true`).MatchString(bundle) {
			t.Error("the bundle does not say that it is revoked")
		}
		for _, path := range []string{gone, "/about/corrections", "/incidents.atom"} {
			if _, body, _ := s.get(s.browser(), path); !strings.Contains(body, "It was an exercise") {
				t.Errorf("%s%s does not tell of the retraction", s.url, path)
			}
		}
		if _, body, _ := s.get(s.browser(), "/incidents?accused=Group+R"); strings.Contains(body, "Grid operator hit") {
			t.Error("what was recorded in error counts in the list of", s.url)
		}
	}
}

// own is the collection of what Example Energy says.
func (s *site) own() (uuid string) {
	s.t.Helper()
	src, err := intake.New(s.st, time.Now).SourceByName(s.t.Context(), "example-energy")
	if err != nil {
		s.t.Fatal(err)
	}
	err = s.st.Read(s.t.Context(), func(sn store.Snapshot) error {
		list, err := sn.Collections(s.t.Context())
		for _, c := range list {
			if c.ID == src.Collection {
				uuid = c.UUID
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return uuid
}

// inbox is a new collection that members write to.
func (s *site) inbox() string {
	s.t.Helper()
	c, err := intake.New(s.st, time.Now).AddCollection(s.t.Context(), store.Collection{Title: "Inbox", Writable: true})
	if err != nil {
		s.t.Fatal(err)
	}
	return c.UUID
}

// taxii asks as a program of Example Energy.
func (s *site) taxii(method, path, body string) (int, string) {
	s.t.Helper()
	secret, _, err := account.New(s.st, nil).CreateToken(s.t.Context(), "siem", "example-energy", account.Publisher, time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for key, value := range map[string]string{"Authorization": "Bearer " + secret, "Accept": "application/taxii+json;version=2.1", "Content-Type": "application/taxii+json;version=2.1"} {
		req.Header.Set(key, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}
