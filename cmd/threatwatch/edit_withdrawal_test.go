package main

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"threatwatch/account"
)

// TestTakeBack: what a claimant takes back stays in the ledger, marked; what was recorded in error counts nowhere, for good. Both say why and by whom, in
// the log, the feed and on the page, and who did it stands in the audit trail.
func TestTakeBack(t *testing.T) {
	s := newSite(t)
	s.tell()
	eve, _ := s.editors()
	const place = "/incidents/hospital-group-2025"
	as := func(c *http.Client, path string) string { _, body, _ := s.get(c, path); return body }
	look := func(path string) string { return as(s.browser(), path) }
	claim := func(claimant, accused string) string {
		s.publish(eve, place+"/edit/claim", url.Values{"claimant": {claimant}, "claimant_kind": {"organization"}, "stated": {"2025-08"}, "kinds": {"political"}, "accused": {accused}, "accused_kind": {"intrusion-set"}, "level": {"group"},
			"status": {"standing"}, "tlp": {"clear"}})
		m := regexp.MustCompile(`withdrawal\?id=(relationship--[0-9a-f-]+)" aria-label="Take back the claim of ` + claimant).FindStringSubmatch(as(eve, place))
		if m == nil {
			t.Fatalf("no link leads to taking back the claim of %s", claimant)
		}
		return m[1]
	}
	first, second := claim("Ministry M", "Group Q"), claim("Ministry N", "Group R")
	s.publish(eve, place+"/edit/stance", url.Values{"on": {second}, "holder": {"State T"}, "holder_kind": {"organization"}, "stated": {"2025-09-01"}, "stance": {"deny"}, "text": {"Not we."}, "alternative_kind": {"intrusion-set"}, "tlp": {"clear"}})
	answer := regexp.MustCompile(`withdrawal\?id=(opinion--[0-9a-f-]+)"`).FindStringSubmatch(as(eve, place))
	if answer == nil {
		t.Fatal("no link leads to taking back the answer")
	}
	if body := look(place); strings.Contains(body, "withdrawal") || !strings.Contains(body, "Not we.") {
		t.Error("a reader is led to the form, or the denial does not show")
	}
	back := place + "/edit/withdrawal?id="
	if code, body := s.post(eve, back+first, url.Values{"how": {"withdrawn"}, "tlp": {"clear"}, "do": {"publish"}}); code != http.StatusUnprocessableEntity || !strings.Contains(body, "kept") {
		t.Errorf("without a reason: %d", code)
	}
	preview := s.publish(eve, back+first, url.Values{"how": {"withdrawn"}, "why": {"The minister said so in parliament"}, "tlp": {"clear"}})
	if !strings.Contains(preview, "<ins>The minister said so in parliament.</ins>") {
		t.Error("the preview does not show why")
	}
	s.publish(eve, back+answer[1], url.Values{"why": {"Another state said it"}, "tlp": {"clear"}})
	if body := look(place); strings.Contains(body, "Not we.") || !strings.Contains(body, "State T denies: Another state said it.") {
		t.Error("the answer that was recorded in error counts still, or is not told of")
	}
	s.publish(eve, back+second, url.Values{"how": {"error"}, "why": {"A typing error <b>of ours</b>"}, "tlp": {"clear"}})
	body := look(place)
	for _, want := range []string{`<span class="state">withdrawn</span> The minister said so in parliament.`, "The claim of Ministry N that names Group R: A typing error &lt;b&gt;of ours&lt;/b&gt;."} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !strings.Contains(as(eve, place), ", said by example-energy") {
		t.Error("the page does not say who took it back to those who may know")
	}
	if strings.Contains(body, `<tr id="`+second) || !strings.Contains(body, `<tr id="`+first) {
		t.Error("the wrong claim left the ledger")
	}
	for _, path := range []string{"/about/corrections", "/incidents.atom?accused=Group+Q", "/incidents.json"} {
		for _, want := range []string{"The minister said so in parliament.", "of ours", "Another state said it."} {
			if !strings.Contains(look(path), want) {
				t.Errorf("%s does not tell %q", path, want)
			}
		}
	}
	for _, id := range []string{second, answer[1]} {
		if code, _, _ := s.get(eve, back+id); code != http.StatusNotFound {
			t.Errorf("what is void is taken back again: %d", code)
		}
	}
	if code, _, _ := s.get(eve, back+wid("relationship", 1)); code != http.StatusForbidden {
		t.Errorf("another organisation's claim is taken back: %d", code)
	}
	if code, _, _ := s.get(eve, place+"/edit/withdrawal"); code != http.StatusNotFound {
		t.Errorf("nothing is taken back: %d", code)
	}
	events, err := account.New(s.st, nil).AuditLog(t.Context())
	if err != nil || !slices.ContainsFunc(events, func(e account.Event) bool {
		return e.Who == "eve@example-energy" && strings.Contains(e.What, "A typing error") && strings.HasPrefix(e.Subject, second)
	}) {
		t.Errorf("the audit trail does not name who took it back: %v", err)
	}
}
