package main

import (
	"net/http"
	"net/url"
	"regexp"
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
