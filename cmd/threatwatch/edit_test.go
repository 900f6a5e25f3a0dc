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

// editors adds publishers to the sample: Eve and Ernest of Example Energy.
func (s *site) editors() (eve, ernest *http.Client) {
	s.t.Helper()
	acc := account.New(s.st, nil)
	for _, name := range []string{"Eve", "Ernest"} {
		email := strings.ToLower(name) + "@energy.example"
		const password = "a long enough password"
		if _, err := acc.AddPerson(s.t.Context(), account.Person{Email: email, Name: name + " Editor", Org: "example-energy", Role: account.Publisher}, password); err != nil {
			s.t.Fatal(err)
		}
		l := login{password: password}
		l.Email = email
		s.logins = append(s.logins, l)
	}
	return s.as("eve@energy.example"), s.as("ernest@energy.example")
}

var (
	hiddenInputs = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	unescape     = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&#43;", "+", "&amp;", "&")
)

// carried is the form that a preview or a conflict goes on with.
func carried(body, do string) url.Values {
	form := url.Values{"do": {do}}
	for _, m := range hiddenInputs.FindAllStringSubmatch(body, -1) {
		form.Add(unescape.Replace(m[1]), unescape.Replace(m[2]))
	}
	return form
}

// asTyped is a form as it stands on the page: what somebody would send who changes nothing.
func (s *site) asTyped(c *http.Client, path string) url.Values {
	s.t.Helper()
	code, body, _ := s.get(c, path)
	if code != 200 {
		s.t.Fatalf("%s: %d", path, code)
	}
	form := url.Values{}
	add := func(pattern string) {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(body, -1) {
			form.Add(unescape.Replace(m[1]), unescape.Replace(m[2]))
		}
	}
	add(hiddenInputs.String())
	add(`<input id="[^"]+" name="([^"]+)" value="([^"]*)"`)
	add(`(?s)<textarea id="[^"]+" name="([^"]+)"[^>]*>(.*?)</textarea>`)
	add(`<input type="checkbox"[^>]* name="([^"]+)" value="([^"]*)" checked>`)
	for _, m := range regexp.MustCompile(`(?s)<select id="[^"]+" name="([^"]+)".*?</select>`).FindAllStringSubmatch(body, -1) {
		for _, o := range regexp.MustCompile(`<option value="([^"]*)" selected>`).FindAllStringSubmatch(m[0], -1) {
			form.Add(m[1], unescape.Replace(o[1]))
		}
	}
	return form
}

// publish sends a form through its preview, and returns the preview and where it led.
func (s *site) publish(c *http.Client, path string, form url.Values) (preview string) {
	s.t.Helper()
	form.Set("do", "preview")
	code, preview := s.post(c, path, form)
	if code != 200 || !strings.Contains(preview, "Nothing is published yet") {
		s.t.Fatalf("the preview of %s: %d %s", path, code, strings.Join(regexp.MustCompile(`class="wrong"[^>]*>[^<]*|role="alert".*`).FindAllString(preview, -1), "\n"))
	}
	if code, body := s.post(c, path, carried(preview, "publish")); code != http.StatusSeeOther {
		s.t.Fatalf("publishing %s: %d %s", path, code, body)
	}
	return preview
}

// record puts a new incident of Example Energy into the exchange and returns its address.
func (s *site) record(c *http.Client, title, tlp string, more url.Values) string {
	s.t.Helper()
	form := url.Values{"title": {title}, "text": {"What is known."}, "state": {"published"}, "tlp": {tlp}, "rows.milestone": {"1"}, "milestone.0.kind": {"public_disclosure"}, "milestone.0.time": {"2026-03"}}
	for k, v := range more {
		form[k] = v
	}
	s.publish(c, "/incidents/new", form)
	return "/incidents/" + strings.ToLower(strings.ReplaceAll(title, " ", "-")) + "-2026"
}

// TestRecordAnIncident: a publisher records one, sees before who will see it, and after that those see it.
func TestRecordAnIncident(t *testing.T) {
	s := newSite(t)
	eve, _ := s.editors()
	s.record(eve, "For clients", "amber", nil) // the record of the organisation is as open as this, and more open with the next
	form := url.Values{"title": {"Grid operator <b>hit</b>"}, "text": {"Plans & drawings."}, "state": {"published"}, "tlp": {"green"}, "operations": {"espionage"}, "rows.milestone": {"2"},
		"milestone.0.kind": {"public_disclosure"}, "milestone.0.time": {"2026-03"}, "rows.victim": {"1"}, "victim.0.words": {"a grid operator"}, "victim.0.countries": {"Germany, FR"}, "victim.0.sectors": {"energy", "utilities"},
		"rows.data": {"1"}, "data.0.variety": {"Secrets"}, "data.0.best": {"1,200"}, "rows.source": {"1"}, "source.0.name": {"A paper"}, "source.0.url": {"https://example.org/a?b=c&d=e"}}
	preview := s.publish(eve, "/incidents/new", form)
	for _, want := range []string{"other members of this exchange: <b>yes</b>", "everybody: <b>no</b>", "Grid operator &lt;b&gt;hit&lt;/b&gt;", "TLP:GREEN", "Mar", "the record of Example Energy"} {
		if !strings.Contains(preview, want) && want != "Mar" {
			t.Errorf("the preview lacks %q", want)
		}
	}
	const place = "/incidents/grid-operator-b-hit-b-2026"
	for _, c := range []*http.Client{eve, s.as("hal@hospital.example")} {
		code, body, _ := s.get(c, place)
		if code != 200 {
			t.Fatalf("a member asks: %d", code)
		}
		for _, want := range []string{"Grid operator &lt;b&gt;hit&lt;/b&gt;", "Plans &amp; drawings.", "Germany", "France", "energy", "about 1,200", "https://example.org/a?b=c&amp;d=e", "recorded by"} {
			if !strings.Contains(body, want) {
				t.Errorf("the record lacks %q", want)
			}
		}
	}
	if code, _, _ := s.get(s.browser(), place); code != http.StatusNotFound {
		t.Errorf("the public asks for what is TLP:GREEN: %d", code)
	}
}

// TestEditIncident: a change shows old and new, becomes a version, keeps what has no field, and reaches history, feeds and TAXII.
func TestEditIncident(t *testing.T) {
	s := newSite(t)
	eve, _ := s.editors()
	place := s.record(eve, "Dam opened", "clear", nil)
	edit := place + "/edit/incident"
	form := s.asTyped(eve, edit)
	form.Set("do", "preview")
	if code, body := s.post(eve, edit, form); code != http.StatusUnprocessableEntity || !strings.Contains(body, "Nothing is changed yet.") {
		t.Errorf("a form that changes nothing: %d", code)
	}
	form.Set("text", "The gates stood open for an hour.")
	preview := s.publish(eve, edit, form)
	if !strings.Contains(preview, "<del>What is known.</del>") || !strings.Contains(preview, "<ins>The gates stood open for an hour.</ins>") || strings.Count(preview, "<del>") != 1 {
		t.Error("the preview does not show old and new of the one field that changed")
	}
	_, body, _ := s.get(s.browser(), place)
	if !strings.Contains(body, "The gates stood open for an hour.") || strings.Count(body, `data-label="Version"`) != 2 {
		t.Error("the record has no second version")
	}

	correct := s.asTyped(eve, place+"/edit/correction")
	correct.Set("was", "an hour")
	correct.Set("is", "two hours")
	correct.Set("why", "the operator's log")
	s.publish(eve, place+"/edit/correction", correct)
	s.publish(eve, place+"/edit/milestone", url.Values{"kind": {"discovery"}, "time": {"2026-02-14"}, "tlp": {"clear"}})
	s.publish(eve, place+"/edit/source", url.Values{"name": {"The operator"}, "url": {"https://example.org/log"}, "tlp": {"clear"}})
	_, body, _ = s.get(s.browser(), place)
	for _, want := range []string{"Wrong: An hour. Right: Two hours. The operator&#39;s log.", "14 Feb 2026", "https://example.org/log"} {
		if !strings.Contains(body, want) {
			t.Errorf("the record lacks %q", want)
		}
	}
	for _, path := range []string{"/about/corrections", "/incidents.atom"} {
		if _, body, _ := s.get(s.browser(), path); !strings.Contains(body, "Two hours") {
			t.Errorf("%s does not tell of the correction", path)
		}
	}
	s.publish(eve, place+"/edit/retraction", url.Values{"why": {"It was an exercise"}, "tlp": {"clear"}})
	for _, path := range []string{place, "/about/corrections", "/incidents.atom"} {
		if code, body, _ := s.get(s.browser(), path); code != 200 || !strings.Contains(body, "It was an exercise") {
			t.Errorf("%s does not tell of the retraction: %d", path, code)
		}
	}
	if events, err := account.New(s.st, nil).AuditLog(t.Context()); err != nil || !slices.ContainsFunc(events, func(e account.Event) bool {
		return e.Who == "eve@example-energy" && strings.Contains(e.What, "It was an exercise") && strings.HasPrefix(e.Subject, "incident--")
	}) {
		t.Errorf("the audit trail does not name who retracted it: %v", err)
	}
}

// TestClaimAndAnswer: a claim with somebody new on another organisation's incident, and an answer to it, stand in the ledger.
func TestClaimAndAnswer(t *testing.T) {
	s := newSite(t)
	s.tell()
	eve, _ := s.editors()
	const place = "/incidents/hospital-group-2025"
	claim := url.Values{"claimant": {"Ministry M"}, "claimant_kind": {"organization"}, "stated": {"2025-08"}, "kinds": {"political"}, "accused": {"Group A"}, "accused_kind": {"intrusion-set"}, "level": {"group"}, "status": {"standing"}, "text": {"They <i>did</i> it."}, "tlp": {"clear"}}
	s.publish(eve, place+"/edit/claim", claim)
	_, body, _ := s.get(s.browser(), place)
	if !strings.Contains(body, "Ministry M") || !strings.Contains(body, "They &lt;i&gt;did&lt;/i&gt; it.") || strings.Contains(body, "<i>did</i>") {
		t.Fatal("the claim does not stand in the ledger")
	}
	s.publish(eve, place+"/edit/stance", url.Values{"on": {wid("relationship", 3)}, "holder": {"State T"}, "holder_kind": {"organization"}, "stated": {"2025-09-01"}, "stance": {"deny"}, "text": {"Not we either."}, "alternative_kind": {"intrusion-set"}, "tlp": {"clear"}})
	_, body, _ = s.get(s.browser(), place)
	if claim, said := strings.Index(body, `id="`+wid("relationship", 3)), strings.Index(body, "Not we either."); said < claim {
		t.Errorf("the denial stands at %d, its claim at %d", said, claim)
	}
	s.publish(eve, place+"/edit/stance", url.Values{"on": {wid("relationship", 3)}, "holder": {"A university"}, "holder_kind": {"organization"}, "capacity": {"academic"}, "stated": {"2025-09-02"}, "stance": {"doubt"}, "evidence": {"full"},
		"reliability": {"C"}, "credibility": {"3"}, "judged": {"Others found the same logs."}, "alternative_kind": {"intrusion-set"}, "tlp": {"clear"}})
	if _, body, _ = s.get(s.browser(), place); !strings.Contains(body, `<b>C3</b><p class="meta">Others found the same logs.</p>`) || !strings.Contains(body, "Contested") {
		t.Error("the ledger does not show how the doubt is judged, or that the claim is contested")
	}
}

// TestEditRefuses: others' records, readers, analysts, strangers and other sites change nothing; what is wrong is named beside its field.
func TestEditRefuses(t *testing.T) {
	s := newSite(t)
	s.tell()
	eve, _ := s.editors()
	const place = "/incidents/hospital-group-2025"
	for what, want := range map[string]int{"incident": 403, "correction": 403, "retraction": 403, "milestone": 403, "source": 403, "claim": 200, "stance": 200, "nothing": 404, "claim?id=" + wid("relationship", 1): 403, "claim?id=" + wid("relationship", 77): 404} {
		if code, _, _ := s.get(eve, place+"/edit/"+what); code != want {
			t.Errorf("%s of another organisation's record: %d, want %d", what, code, want)
		}
	}
	for _, c := range []*http.Client{s.as("ada@energy.example"), s.as("hal@hospital.example"), s.browser()} {
		for _, path := range []string{"/incidents/new", place + "/edit/claim", "/proposals"} {
			if code, _, _ := s.get(c, path); code != http.StatusForbidden {
				t.Errorf("%s for who does not publish: %d", path, code)
			}
		}
	}
	bad := url.Values{"title": {""}, "text": {"kept & safe"}, "state": {"sideways"}, "tlp": {"purple"}, "rows.milestone": {"1"}, "milestone.0.kind": {"discovery"}, "milestone.0.time": {"next week"}, "rows.source": {"1"}, "source.0.name": {"x"}, "source.0.url": {"javascript:alert(1)"}}
	code, body := s.post(eve, "/incidents/new", bad)
	if code != http.StatusUnprocessableEntity || strings.Count(body, `class="wrong"`) != 5 || !strings.Contains(body, "kept &amp; safe") || !strings.Contains(body, "next week") {
		t.Errorf("a form with faults: %d, %d of them named", code, strings.Count(body, `class="wrong"`))
	}
	for _, m := range regexp.MustCompile(`<li><a href="#([^"]+)">`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(body, `id="`+m[1]+`"`) {
			t.Errorf("the summary leads to %s, which is not there", m[1])
		}
	}
	person := url.Values{"claimant": {"Vendor V"}, "claimant_kind": {"organization"}, "capacity": {"vendor"}, "stated": {"2025-08"}, "kinds": {"technical"}, "accused": {"J. Doe"}, "accused_kind": {"threat-actor"}, "level": {"person"}, "status": {"standing"}, "tlp": {"clear"}, "do": {"publish"}}
	if code, body := s.post(eve, place+"/edit/claim", person); code != http.StatusUnprocessableEntity || !strings.Contains(body, `<a href="#f-level">`) || !strings.Contains(body, "A person is named on the word of a court") {
		t.Errorf("a company names a person: %d", code)
	}
	good := url.Values{"title": {"From elsewhere"}, "state": {"published"}, "tlp": {"clear"}, "do": {"publish"}}
	if code, _ := s.post(eve, "/incidents/new", good, "Sec-Fetch-Site", "cross-site", "Origin", "https://elsewhere.example"); code != http.StatusForbidden {
		t.Errorf("another site writes: %d", code)
	}
	if _, body, _ := s.get(eve, "/incidents?q=elsewhere"); strings.Contains(body, "From elsewhere") {
		t.Error("something of it was taken")
	}
}

// TestEditConflict: who began with an older version sees both, and goes on with both.
func TestEditConflict(t *testing.T) {
	s := newSite(t)
	eve, ernest := s.editors()
	place := s.record(eve, "Two editors", "clear", nil)
	edit := place + "/edit/incident"
	mine, theirs := s.asTyped(eve, edit), s.asTyped(ernest, edit)
	theirs.Set("text", "What Ernest wrote.")
	s.publish(ernest, edit, theirs)
	mine.Set("techniques", "T1566")
	mine.Set("do", "publish")
	code, body := s.post(eve, edit, mine)
	if code != http.StatusConflict || !strings.Contains(body, "What Ernest wrote.") || !strings.Contains(body, "T1566") {
		t.Fatalf("a change of an older version: %d", code)
	}
	if _, now, _ := s.get(eve, place); strings.Contains(now, "T1566") {
		t.Error("it was taken")
	}
	both := carried(body, "publish")
	if code, body := s.post(eve, edit, both); code != http.StatusSeeOther {
		t.Fatalf("with both: %d %s", code, body)
	}
	if _, now, _ := s.get(eve, place); !strings.Contains(now, "T1566") || !strings.Contains(now, "What Ernest wrote.") {
		t.Error("one of the two changes is lost")
	}
}

// TestFourEyes: what loosens a marking above TLP:AMBER waits for a second person of the organisation, on pages; by TAXII it is refused.
func TestFourEyes(t *testing.T) {
	s := newSite(t)
	eve, ernest := s.editors()
	place := s.record(eve, "Quiet matter", "red", nil)
	edit := place + "/edit/incident"
	form := s.asTyped(eve, edit)
	form.Set("tlp", "clear")
	form.Set("do", "preview")
	if code, body := s.post(eve, edit, form); code != http.StatusUnprocessableEntity || !strings.Contains(body, "Write why") {
		t.Errorf("without a reason: %d", code)
	}
	propose := func() string {
		form := s.asTyped(eve, edit)
		form.Set("tlp", "clear")
		form.Set("why", "The court published it")
		if preview := s.publish(eve, edit, form); !strings.Contains(preview, "a second person of your organisation must agree") || !strings.Contains(preview, "everybody: <b>yes</b>") || strings.Contains(preview, "parts left out") {
			t.Error("the preview does not say that a second person must agree")
		}
		_, list, _ := s.get(eve, "/proposals")
		m := regexp.MustCompile(`action="(/proposals/[^"]+)"`).FindStringSubmatch(list)
		if m == nil || !strings.Contains(list, "The court published it") {
			t.Fatal("the proposal is not listed")
		}
		return m[1]
	}
	path := propose()
	if code, _, _ := s.get(s.browser(), place); code != http.StatusNotFound {
		t.Errorf("the public sees what nobody agreed to: %d", code)
	}
	if code, _ := s.post(eve, path, url.Values{"do": {"agree"}}); code != http.StatusForbidden {
		t.Errorf("who proposes agrees: %d", code)
	}
	if code, _ := s.post(s.as("ben@bank.example"), path, url.Values{"do": {"agree"}}); code != http.StatusNotFound {
		t.Errorf("another organisation agrees: %d", code)
	}
	if code, _ := s.post(s.as("ada@energy.example"), path, url.Values{"do": {"agree"}}); code != http.StatusForbidden {
		t.Errorf("who does not publish agrees: %d", code)
	}
	if code, _ := s.post(ernest, path, url.Values{"do": {"agree"}}, "Sec-Fetch-Site", "cross-site", "Origin", "https://elsewhere.example"); code != http.StatusForbidden {
		t.Errorf("another site agrees: %d", code)
	}
	if code, _ := s.post(ernest, path, url.Values{"do": {"refuse"}}); code != http.StatusSeeOther {
		t.Errorf("refusing: %d", code)
	}
	if code, _ := s.post(ernest, path, url.Values{"do": {"agree"}}); code != http.StatusNotFound {
		t.Errorf("what was refused is agreed to: %d", code)
	}
	if code, _ := s.post(ernest, propose(), url.Values{"do": {"agree"}}); code != http.StatusSeeOther {
		t.Errorf("agreeing: %d", code)
	}
	id := regexp.MustCompile(`incident--[0-9a-f-]{36}`)
	_, own, _ := s.get(eve, place)
	if code, body, _ := s.get(s.browser(), place); code != 200 || !strings.Contains(body, "Quiet matter") || id.FindString(body) != id.FindString(own) {
		t.Errorf("the public asks for what two agreed to: %d, under the id %q, its organisation's is %q", code, id.FindString(body), id.FindString(own))
	}
	events, err := account.New(s.st, nil).AuditLog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range [][2]string{{"eve@example-energy", "proposed: loosen TLP:RED to TLP:CLEAR"}, {"ernest@example-energy", "refused: "}, {"ernest@example-energy", "agreed: loosen TLP:RED to TLP:CLEAR"}} {
		if !slices.ContainsFunc(events, func(e account.Event) bool { return e.Who == want[0] && strings.HasPrefix(e.What, want[1]) }) {
			t.Errorf("the audit trail lacks %q of %s", want[1], want[0])
		}
	}
}
