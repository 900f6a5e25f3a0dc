package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestDiscuss: an analyst writes on an incident, sees before who will see it, and after that those see it and nobody else.
func TestDiscuss(t *testing.T) {
	s := newSite(t)
	s.tell()
	ada, hal := s.as("ada@energy.example"), s.as("hal@hospital.example")
	const page, entry = "/incidents/hospital-group-2025/discuss", "/incidents/hospital-group-2025"
	if _, body, _ := s.get(ada, entry); !strings.Contains(body, page) {
		t.Error("nothing leads an analyst to the form")
	}
	form := url.Values{"on": {wid("relationship", 3)}, "says": {"disagree"}, "text": {"The servers were rented by others."}, "tlp": {"green"}}
	code, body := s.post(ada, page, form)
	if code != 200 || !strings.Contains(body, "other members of this exchange: <b>yes</b>") || !strings.Contains(body, "everybody: <b>no</b>") || !strings.Contains(body, "Ada Analyst, Example Energy") {
		t.Fatalf("the preview: %d", code)
	}
	if _, body, _ := s.get(ada, entry); strings.Contains(body, "rented by others") {
		t.Error("a preview is published")
	}
	form.Set("do", "publish")
	if code, body := s.post(ada, page, form); code != http.StatusSeeOther {
		t.Fatalf("publishing: %d %s", code, body)
	}
	for _, c := range []*http.Client{ada, hal} {
		_, body, _ := s.get(c, entry)
		claim, said := strings.Index(body, `id="`+wid("relationship", 3)), strings.Index(body, "The servers were rented by others.")
		if said < claim || !strings.Contains(body, "Ada Analyst, Example Energy") || !strings.Contains(body, "TLP:GREEN") {
			t.Errorf("the opinion stands at %d, its claim at %d", said, claim)
		}
	}
	if _, body, _ := s.get(s.browser(), entry); strings.Contains(body, "rented by others") {
		t.Error("the public sees an opinion that is TLP:GREEN")
	}
	form = url.Values{"on": {wid("incident", 1)}, "says": {"note"}, "text": {"For us alone."}, "tlp": {"red"}, "do": {"publish"}}
	if code, _ := s.post(ada, page, form); code != http.StatusSeeOther {
		t.Fatalf("a note: %d", code)
	}
	if _, body, _ := s.get(ada, entry); !strings.Contains(body, "For us alone.") {
		t.Error("who wrote a note does not see it")
	}
	if _, body, _ := s.get(hal, entry); strings.Contains(body, "For us alone.") {
		t.Error("another organisation sees a note that is TLP:RED")
	}
}

// TestDiscussRefuses: what is wrong is named and what was typed stays; readers, strangers and other sites write nothing.
func TestDiscussRefuses(t *testing.T) {
	s := newSite(t)
	s.tell()
	const page = "/incidents/hospital-group-2025/discuss"
	ada := s.as("ada@energy.example")
	code, body := s.post(ada, page, url.Values{"on": {wid("incident", 77)}, "says": {"strongly-disagree"}, "text": {strings.Repeat("long ", 1000)}, "tlp": {"purple"}, "do": {"publish"}})
	if code != http.StatusUnprocessableEntity || strings.Count(body, `class="wrong"`) != 4 || !strings.Contains(body, "long long") {
		t.Errorf("a form with faults: %d, %d of them named", code, strings.Count(body, `class="wrong"`))
	}
	good := url.Values{"on": {wid("incident", 1)}, "says": {"note"}, "text": {"It was otherwise."}, "tlp": {"clear"}, "do": {"publish"}}
	if code, _ := s.post(s.as("hal@hospital.example"), page, good); code != http.StatusForbidden {
		t.Errorf("a reader writes: %d", code)
	}
	if code, _ := s.post(s.browser(), page, good); code != http.StatusForbidden {
		t.Errorf("a stranger writes: %d", code)
	}
	if code, _ := s.post(ada, page, good, "Sec-Fetch-Site", "cross-site", "Origin", "https://elsewhere.example"); code != http.StatusForbidden {
		t.Errorf("another site writes: %d", code)
	}
	if code, _ := s.post(ada, "/incidents/nowhere/discuss", good); code != http.StatusNotFound {
		t.Errorf("on what is not there: %d", code)
	}
	if _, body, _ := s.get(ada, "/incidents/hospital-group-2025"); strings.Contains(body, "It was otherwise.") {
		t.Error("something of it was taken")
	}
}
