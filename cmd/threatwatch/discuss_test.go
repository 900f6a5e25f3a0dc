package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"threatwatch/account"
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

// TestDiscussObject: whatever has a page can be written on, also what somebody wrote; a note stands in the discussion, a doubt beside what it contradicts.
func TestDiscussObject(t *testing.T) {
	s := newSite(t)
	s.tell()
	ada, hal := s.as("ada@energy.example"), s.as("hal@hospital.example")
	_, body, _ := s.get(ada, "/types/intrusion-set")
	group := regexp.MustCompile(`href="(/objects/intrusion-set--[^"]+)"`).FindStringSubmatch(body)
	if group == nil {
		t.Fatal("there is no group")
	}
	write := func(page, says, text string) {
		t.Helper()
		form := url.Values{"on": {strings.TrimPrefix(page, "/objects/")}, "says": {says}, "text": {text}, "tlp": {"green"}}
		if code, body := s.post(ada, page+"/discuss", form); code != http.StatusOK || !strings.Contains(body, "other members of this exchange: <b>yes</b>") {
			t.Fatalf("the preview: %d", code)
		}
		form.Set("do", "publish")
		if code, body := s.post(ada, page+"/discuss", form); code != http.StatusSeeOther {
			t.Fatalf("publishing: %d %s", code, body)
		}
	}
	write(group[1], "note", "It has another name with us.")
	write(group[1], "disagree", "These are two groups.")
	_, body, _ = s.get(hal, group[1])
	note := regexp.MustCompile(`(?s)id="discussion".*It has another name with us\..*href="(/objects/note--[^"]+)"`).FindStringSubmatch(body)
	if note == nil || !strings.Contains(body, "These are two groups.") || strings.Index(body, "These are two groups.") > strings.Index(body, `id="discussion"`) {
		t.Fatalf("the note is not in the discussion, or the doubt not before it:\n%s", body)
	}
	write(note[1], "agree", "So it has with us.")
	if _, body, _ = s.get(hal, note[1]); !strings.Contains(body, "So it has with us.") {
		t.Error("an answer to a note is not on its page")
	}
	if _, body, _ := s.get(s.browser(), group[1]); strings.Contains(body, "another name") || strings.Contains(body, "two groups") {
		t.Error("the public sees what is TLP:GREEN")
	}
	if code, _ := s.post(s.browser(), group[1]+"/discuss", url.Values{}); code != http.StatusForbidden {
		t.Errorf("a stranger writes: %d", code)
	}
	if code, _ := s.post(ada, "/objects/"+wid("malware", 404)+"/discuss", url.Values{}); code != http.StatusNotFound {
		t.Errorf("on what is not there: %d", code)
	}
	for typ, page := range map[string]string{"incident": "/incidents/", "report": "/reports/"} {
		_, body, _ := s.get(ada, "/types/"+typ)
		first := regexp.MustCompile(`href="/objects/(` + typ + `--[^"]+)"`).FindStringSubmatch(body)
		if first == nil {
			t.Fatalf("there is no %s", typ)
		}
		if _, body, _ = s.get(ada, "/objects/"+first[1]); !strings.Contains(body, page+first[1]+"/discuss") {
			t.Errorf("the object does not lead to where the %s is discussed", typ)
		}
		if code, _, _ := s.get(ada, page+first[1]+"/discuss"); code != http.StatusOK {
			t.Errorf("the form of the %s: %d", typ, code)
		}
	}
}

// TestModerate: who wrote a note takes it back, or a publisher of the same organisation, and its text is no longer told; an operator takes it down, and nothing is
// left of it but a line in the audit trail.
func TestModerate(t *testing.T) {
	s := newSite(t)
	s.tell()
	eve, _ := s.editors()
	ada, hal, operator := s.as("ada@energy.example"), s.as("hal@hospital.example"), s.as("operator@exchange.example")
	const entry = "/incidents/hospital-group-2025"
	write := func(text string) (page string) {
		t.Helper()
		form := url.Values{"on": {wid("incident", 1)}, "says": {"note"}, "text": {text}, "tlp": {"green"}, "do": {"publish"}}
		if code, body := s.post(ada, entry+"/discuss", form); code != http.StatusSeeOther {
			t.Fatalf("publishing: %d %s", code, body)
		}
		_, body, _ := s.get(hal, entry)
		found := regexp.MustCompile(`(?s)` + regexp.QuoteMeta(text) + `.*?href="(/objects/note--[^"]+)"`).FindStringSubmatch(body)
		if found == nil {
			t.Fatalf("%q is not in the discussion", text)
		}
		return found[1]
	}
	first := write("I take this back.")
	if _, body, _ := s.get(hal, first); strings.Contains(body, first+"/withdraw") {
		t.Error("another organisation is shown the way to take it back")
	}
	for _, do := range []string{"back", "down"} {
		if code, _ := s.post(hal, first+"/withdraw", url.Values{"do": {do}, "reason": {"x"}}); code != http.StatusForbidden {
			t.Errorf("another organisation does %s: %d", do, code)
		}
	}
	if _, body, _ := s.get(ada, first); !strings.Contains(body, first+"/withdraw") {
		t.Error("nothing leads the author to the form")
	}
	if code, _ := s.post(ada, first+"/withdraw", url.Values{"do": {"down"}, "reason": {"x"}}); code != http.StatusBadRequest {
		t.Errorf("an author takes it down: %d", code)
	}
	if code, body := s.post(ada, first+"/withdraw", url.Values{"do": {"back"}}); code != http.StatusSeeOther {
		t.Fatalf("the author takes it back: %d %s", code, body)
	}
	for _, page := range []string{entry, "/", first, "/types/note", "/search?q=taken+back"} {
		if _, body, _ := s.get(hal, page); strings.Contains(body, "I take this back.") {
			t.Errorf("%s still tells it", page)
		}
	}
	if _, body, _ := s.get(hal, entry); !strings.Contains(body, "withdrawn") {
		t.Error("the discussion does not tell that it was withdrawn")
	}
	if code, _ := s.post(ada, first+"/withdraw", url.Values{"do": {"back"}}); code != http.StatusForbidden {
		t.Errorf("taken back twice: %d", code)
	}
	byPublisher := write("A publisher takes this back.")
	if code, body := s.post(eve, byPublisher+"/withdraw", url.Values{"do": {"back"}}); code != http.StatusSeeOther {
		t.Fatalf("a publisher of the organisation: %d %s", code, body)
	}

	// A doubt stands beside what it contradicts: there too without its text.
	third := write("Told to all members.")
	doubt := url.Values{"on": {strings.TrimPrefix(third, "/objects/")}, "says": {"disagree"}, "text": {"I doubt that."}, "tlp": {"green"}, "do": {"publish"}}
	if code, body := s.post(ada, third+"/discuss", doubt); code != http.StatusSeeOther {
		t.Fatalf("a doubt: %d %s", code, body)
	}
	_, body, _ := s.get(hal, third)
	opinion := regexp.MustCompile(`/objects/opinion--[^"]+`).FindString(body)
	if code, body := s.post(ada, opinion+"/withdraw", url.Values{"do": {"back"}}); code != http.StatusSeeOther {
		t.Fatalf("the doubt is taken back: %d %s", code, body)
	}
	if _, body, _ := s.get(hal, third); strings.Contains(body, "I doubt that.") || !strings.Contains(body, "withdrawn") {
		t.Error("the doubt is still told, or not told to be withdrawn")
	}

	second := write("This names a patient.")
	if code, body := s.post(operator, second+"/withdraw", url.Values{"do": {"down"}}); code != http.StatusUnprocessableEntity || !strings.Contains(body, "Write why") {
		t.Errorf("without a reason: %d", code)
	}
	if code, body := s.post(operator, second+"/withdraw", url.Values{"do": {"down"}, "reason": {"names a patient"}}); code != http.StatusSeeOther {
		t.Fatalf("the operator takes it down: %d %s", code, body)
	}
	if _, body, _ := s.get(ada, entry); strings.Contains(body, "patient") {
		t.Error("it is still there")
	}
	if code, _, _ := s.get(ada, second); code != http.StatusNotFound {
		t.Errorf("its page: %d", code)
	}
	trail, err := account.New(s.st, time.Now).AuditLog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if said := fmt.Sprint(trail); strings.Count(said, "withdrawn") != 3 || !strings.Contains(said, "taken down: names a patient") {
		t.Errorf("the audit trail: %s", said)
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
