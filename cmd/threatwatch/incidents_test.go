package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"threatwatch/intake"
	"threatwatch/stix"
	"threatwatch/watch"
)

const (
	clearMark = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
	redMark   = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
)

// wid is an id of the tests of the watch.
func wid(typ string, n int) string {
	return fmt.Sprintf("%s--%08x-5555-4555-8555-555555555555", typ, n)
}

func written(o *stix.Value, version int, marking string) string {
	o.Set("created", stix.NewString("2026-01-01T00:00:00.000Z"))
	o.Set("modified", stix.NewString(fmt.Sprintf("2026-01-%02dT00:00:00.000Z", version)))
	o.Set("object_marking_refs", stix.NewStrings([]string{marking}))
	return string(o.AppendJSON(nil))
}

func named(typ string, n int, name, marking string) string {
	return written(stix.NewDict(stix.Member{Name: "type", Value: stix.NewString(typ)}, stix.Member{Name: "spec_version", Value: stix.NewString("2.1")},
		stix.Member{Name: "id", Value: stix.NewString(wid(typ, n))}, stix.Member{Name: "name", Value: stix.NewString(name)}), 1, marking)
}

func onDay(s string) watch.Moment {
	m, err := watch.ParseMoment(s)
	if err != nil {
		panic(err)
	}
	return m
}

func act(n int, name string, f watch.Facts) *stix.Value {
	return (&watch.Incident{Head: watch.Head{ID: wid("incident", n)}, Name: name, Description: "What is known of " + name + ".", Facts: f}).Object()
}

func accuse(n, of, whom, by int, t watch.Terms) *stix.Value {
	t.ClaimantRef, t.Level = wid("identity", by), "group"
	if t.Kinds == nil {
		t.Kinds = []string{"technical"}
	}
	return (&watch.Claim{Head: watch.Head{ID: wid("relationship", n)}, Act: wid("incident", of), Accused: wid("intrusion-set", whom), Terms: t}).Object()
}

func answer(n int, on string, by int, stance, words string) *stix.Value {
	return (&watch.Stance{Head: watch.Head{ID: wid(watch.StanceType(stance), n)}, Of: []string{on}, Words: words, Note: watch.Opinion(stance) == "",
		Position: watch.Position{HolderRef: wid("identity", by), Capacity: "accused-state", Stance: stance, StatedAt: onDay("2025-06-21")}}).Object()
}

func count(n int64) *int64 { return &n }

// tell puts one incident with rival claims, a denial and views on its gravity into the sample.
func (s *site) tell() {
	s.say(named("identity", 1, "Vendor V", clearMark), named("identity", 2, "State S", clearMark), named("identity", 3, "State T", clearMark),
		named("intrusion-set", 1, "Group A", clearMark), named("intrusion-set", 2, "Group B", clearMark))
	s.say(written(act(1, "Hospital group: records taken", watch.Facts{Slug: "hospital-group-2025", RecordState: "corrected", StateWhy: "People affected: 500 became 24,937.",
		Victims:    []watch.Victim{{Name: "A hospital group", Named: true, Countries: []string{"DE"}, Sectors: []string{"healthcare"}}},
		Data:       []watch.Data{{Variety: "Medical", Loss: "confirmed-loss", Records: &watch.Records{Best: count(24937)}}, {Variety: "Personal", Records: &watch.Records{Min: count(500), Placeholder: true}}},
		Techniques: []string{"T1566"}, Operations: []string{"data-theft"}, ReportedBy: []string{"journalist"}, Severity: []watch.Score{{Scheme: "eurepoc-intensity", Value: "4"}},
		Milestones: []watch.Milestone{{Kind: "compromise", Moment: onDay("2025-01-01")}, {Kind: "discovery", Moment: onDay("2025-02-10")}, {Kind: "public_disclosure", Moment: onDay("2025-03")}},
	}), 1, clearMark))
	s.say(written(accuse(1, 1, 1, 1, watch.Terms{StatedAt: onDay("2025-03-03"), Capacity: "vendor", Reliability: "B", Credibility: 2, StatedConfidence: &watch.Stated{Scale: "own words", Value: "moderate"},
		Checklist: map[string]bool{"named_source": true, "method": true, "independent": false}, Lineage: []string{wid("report", 9)}}), 1, clearMark),
		written(accuse(2, 1, 1, 2, watch.Terms{StatedAt: onDay("2025-06-20"), Capacity: "victim-state", Kinds: []string{"political"}, Reliability: "B", Credibility: 3, Lineage: []string{wid("report", 9)}}), 1, clearMark),
		written(accuse(3, 1, 2, 2, watch.Terms{StatedAt: onDay("2025-07-20"), Reliability: "C", Credibility: 3}), 1, clearMark),
		written(answer(1, wid("relationship", 2), 3, "deny", "We did not, and ask for evidence."), 1, clearMark),
		written(answer(2, wid("incident", 1), 1, "gravity-higher", "More was taken than is told."), 1, clearMark))
}

var incidentLinks = regexp.MustCompile(`<h3><a href="/incidents/([^"]+)"`)

// TestIncidents: the list says what is claimed, and its filter narrows it; a filter that is none is answered beside its field, with what was typed.
func TestIncidents(t *testing.T) {
	s := newSite(t)
	s.tell()
	c := s.browser()
	code, body, _ := s.get(c, "/incidents?q=hospital+group+vendor&by=occurred")
	if got := incidentLinks.FindAllStringSubmatch(body, -1); code != 200 || len(got) != 1 || got[0][1] != "hospital-group-2025" {
		t.Fatalf("%d, %v", code, got)
	}
	for _, want := range []string{">1 Jan 2025<", "healthcare", "Germany", "Denied", "Corrected", `>Group A</a> by Vendor V (<time datetime="2025-03-03">3 Mar 2025</time>)`, "State T denies", "personal data", "1 of "} {
		if !strings.Contains(body, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	for query, want := range map[string]int{"q=hospital+vendor&country=DE": 1, "q=hospital+vendor&country=FR": 0, "status=denied&accused=Group+A": 1, "data=personal&technique=T1566&q=hospital+vendor": 1} {
		if _, body, _ := s.get(c, "/incidents?"+query); len(incidentLinks.FindAllString(body, -1)) != want {
			t.Errorf("%s shows %d incidents, want %d", query, len(incidentLinks.FindAllString(body, -1)), want)
		}
	}
	code, body, _ = s.get(c, "/incidents?country=Germany&q=hospital&since=2020")
	if code != http.StatusBadRequest || !strings.Contains(body, `id="e-country"`) || !strings.Contains(body, `value="Germany"`) || !strings.Contains(body, `value="2020"`) || len(incidentLinks.FindAllString(body, -1)) > 0 {
		t.Errorf("a country that is none: %d", code)
	}
	if code, body, _ := s.get(c, "/incidents?colour=red"); code != http.StatusBadRequest || !strings.Contains(body, `role="alert"`) {
		t.Errorf("a key that is none: %d", code)
	}
}

// TestIncidentsOlderAndNewer walks all incidents to the end and back, by each clock.
func TestIncidentsOlderAndNewer(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	links := regexp.MustCompile(`rel="(prev|next)" href="([^"]+)"`)
	read := func(path string) (list []string, to map[string]string) {
		code, body, _ := s.get(c, path)
		if code != 200 {
			t.Fatalf("%s: %d", path, code)
		}
		to = map[string]string{}
		for _, m := range links.FindAllStringSubmatch(body, -1) {
			to[m[1]] = strings.ReplaceAll(m[2], "&amp;", "&")
		}
		for _, m := range incidentLinks.FindAllStringSubmatch(body, -1) {
			list = append(list, m[1])
		}
		return list, to
	}
	for _, clock := range []string{"disclosed", "added", "occurred"} {
		var pages [][]string
		var last map[string]string
		for path := "/incidents?by=" + clock; path != ""; path = last["next"] {
			var list []string
			list, last = read(path)
			pages = append(pages, list)
		}
		all := slices.Concat(pages...)
		if len(pages) < 3 || len(all) < 100 || len(slices.Compact(slices.Sorted(slices.Values(all)))) != len(all) {
			t.Fatalf("%s: %d pages with %d incidents, some of them twice", clock, len(pages), len(all))
		}
		for i := len(pages) - 2; i >= 0; i-- {
			var list []string
			if list, last = read(last["prev"]); !slices.Equal(list, pages[i]) {
				t.Errorf("%s: back on page %d: %d incidents, want the same as on the way there", clock, i, len(list))
			}
		}
		if last["prev"] != "" {
			t.Errorf("%s: something is newer than the first page", clock)
		}
	}
	if code, _, _ := s.get(c, "/incidents?older=nonsense"); code != http.StatusBadRequest {
		t.Errorf("a place that is none: %d", code)
	}
}

// TestIncident: the entry has its ledger, with the denial directly beneath the claim that it answers, and says what follows.
func TestIncident(t *testing.T) {
	s := newSite(t)
	s.tell()
	c := s.browser()
	_, byID, _ := s.get(c, "/incidents/"+wid("incident", 1))
	code, body, _ := s.get(c, "/incidents/hospital-group-2025")
	if code != 200 || !strings.Contains(byID, "<h1>Hospital group: records taken</h1>") {
		t.Fatal(code)
	}
	for _, want := range []string{"People affected: 500 became 24,937.", "about 24,937", "500 or more (placeholder", "Found 40 days after the compromise", "“moderate”", ">B2</b>", "2 of 12", "Confirmed independently: <b>no</b>",
		"Rests on the same origin as the claim of State S: together they count once.", "Attributed to Group A by 2, to Group B by 1; contested; denied.", "More was taken than is told.", ">.35–", "eurepoc-intensity", "TLP:CLEAR"} {
		if !strings.Contains(body, want) {
			t.Errorf("the entry lacks %q", want)
		}
	}
	claim, denial, next := strings.Index(body, `id="`+wid("relationship", 2)), strings.Index(body, "We did not, and ask for evidence."), strings.Index(body, `id="`+wid("relationship", 3))
	if !(claim < denial && denial < next) {
		t.Errorf("the denial stands at %d, its claim at %d, the next one at %d", denial, claim, next)
	}
	if _, csv, _ := s.get(c, "/incidents/hospital-group-2025/milestones.csv"); !strings.Contains(csv, "public_disclosure,2025-03,month,") {
		t.Error(csv)
	}
	if code, _, _ := s.get(c, "/incidents/nowhere"); code != http.StatusNotFound {
		t.Errorf("an address without an incident: %d", code)
	}
}

// TestIncidentAsBundle: the file has the incident, what is said of it, the people, and the definitions of what its objects bear.
func TestIncidentAsBundle(t *testing.T) {
	s := newSite(t)
	s.tell()
	_, body, _ := s.get(s.browser(), "/incidents/hospital-group-2025/stix.json")
	var bundle struct {
		Type    string
		Objects []struct{ ID string }
	}
	if err := json.Unmarshal([]byte(body), &bundle); err != nil || bundle.Type != "bundle" {
		t.Fatal(err, bundle.Type)
	}
	var ids []string
	for _, o := range bundle.Objects {
		if slices.Contains(ids, o.ID) {
			t.Errorf("%s stands there twice", o.ID)
		}
		ids = append(ids, o.ID)
	}
	for _, want := range []string{wid("incident", 1), wid("relationship", 1), wid("relationship", 3), wid("opinion", 1), wid("identity", 3), wid("intrusion-set", 2), watch.IncidentID, watch.ClaimID, watch.StanceID, watch.AuthorID} {
		if !slices.Contains(ids, want) {
			t.Errorf("the bundle lacks %s", want)
		}
	}
}

// TestNotMadePublic: of a record that does not say when it was made public no page and no table gives a day for it; that of the record is called so.
func TestNotMadePublic(t *testing.T) {
	s := newSite(t)
	o := act(1, "Nobody said when", watch.Facts{Slug: "nobody-said"})
	written(o, 1, clearMark)
	o.Set("created", stix.NewString(time.Now().UTC().Format("2006-01-02T00:00:00.000Z")))
	o.Set("modified", o.Get("created"))
	s.say(string(o.AppendJSON(nil)))
	c := s.browser()
	_, page, _ := s.get(c, "/incidents/nobody-said")
	if !strings.Contains(page, "nothing says when it was made public") || strings.Contains(page, "<span>made public") {
		t.Error("the page gives a day on which it was made public")
	}
	_, table, _ := s.get(c, "/incidents.csv?q=nobody+said+when")
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][slices.Index(rows[0], "disclosed")] != "" || rows[1][slices.Index(rows[0], "added")] == "" {
		t.Error(rows, err)
	}
	if _, alert, _ := s.get(c, "/alert.json"); !strings.Contains(alert, "Nobody said when") || strings.Contains(alert, "made_public") {
		t.Errorf("the alert gives a day: %s", alert)
	}
	if _, front, _ := s.get(c, "/"); !strings.Contains(front, "of 1 it is known only when the record was made") {
		t.Error("the months count it as made public")
	}
}

// TestTombstone: a record that was retracted or merged keeps its page, which says why and where it went; lists do not count it.
func TestTombstone(t *testing.T) {
	s := newSite(t)
	s.say(written(act(1, "It goes on here", watch.Facts{Slug: "on-here"}), 1, clearMark),
		written(act(2, "Told twice", watch.Facts{Slug: "told-twice", RecordState: "merged", MergedRef: wid("incident", 1), StateWhy: "Two reporters told of one act."}), 2, clearMark),
		written(act(3, "Never happened", watch.Facts{Slug: "never", RecordState: "retracted", StateWhy: "The mail was a test."}), 2, clearMark))
	c := s.browser()
	for path, want := range map[string][]string{"/incidents/told-twice": {"merged into another", "Two reporters told of one act.", `href="/incidents/on-here"`}, "/incidents/never": {"retracted", "The mail was a test."}} {
		code, body, h := s.get(c, path)
		if code != 200 || h.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s: %d, robots %q", path, code, h.Get("X-Robots-Tag"))
		}
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s lacks %q", path, w)
			}
		}
	}
	if _, body, _ := s.get(c, "/incidents?q=never+happened"); len(incidentLinks.FindAllString(body, -1)) > 0 {
		t.Error("a retracted incident is in the list")
	}
}

// watchPaths are pages that tell of incidents; each must keep to what its reader may see.
var watchPaths = []string{"/", "/actors", "/trends", "/map", "/map.csv", "/trends.csv?picture=basis", "/actors.csv", "/map?q=hospital", "/about/corrections", "/alert", "/alert.json", "/incidents/hospital-group-2025?asof=2100", "/incidents", "/incidents?q=hospital", "/incidents?by=added", "/incidents/hospital-group-2025", "/incidents/hospital-group-2025/stix.json", "/incidents/hospital-group-2025/milestones.csv", "/incidents.stix.json?limit=500"}

// TestWatchKeepsToTheView: nothing of a hidden incident, claim, stance, note or name is in any page, count or file: the answers are, apart from
// times and random ids, those of an exchange that never had them.
func TestWatchKeepsToTheView(t *testing.T) {
	plain, full := newSite(t), newSite(t)
	for _, s := range []*site{plain, full} {
		s.tell()
	}
	full.hide()
	changing := regexp.MustCompile(`bundle--[0-9a-f-]{36}|\d+ [A-Z][a-z]{2} 20\d\d, \d\d:\d\d UTC|20\d\d-\d\d-\d\dT([0-9:.]|%3a)+Z|older=\d+|newer=\d+|127\.0\.0\.1:\d+`)
	for _, who := range []string{"", "hal@hospital.example"} {
		a, b := plain.browser(), full.browser()
		if who != "" {
			a, b = plain.as(who), full.as(who)
		}
		for _, path := range watchPaths {
			_, want, _ := plain.get(a, path)
			_, got, _ := full.get(b, path)
			want, got = changing.ReplaceAllString(want, "…"), changing.ReplaceAllString(got, "…")
			if strings.Contains(got, "canary") {
				t.Errorf("%s tells %q of what is hidden", path, who)
			}
			if got != want {
				t.Errorf("%s differs for %q:\n%s", path, who, firstDifference(want, got))
			}
		}
		if code, _, _ := full.get(b, "/incidents/canary-slug"); code != http.StatusNotFound {
			t.Errorf("the hidden incident for %q: %d", who, code)
		}
	}
}

// hide puts things that only Example Energy's persons may see into the same exchange: of the same incident, and another one.
func (s *site) hide() {
	s.t.Helper()
	in := intake.New(s.st, time.Now)
	src, err := in.SourceByName(s.t.Context(), "Example Energy")
	if err != nil {
		s.t.Fatal(err)
	}
	var raw [][]byte
	for _, o := range []string{
		named("identity", 70, "canary identity", redMark), named("intrusion-set", 70, "canary group", redMark),
		written(act(70, "canary incident", watch.Facts{Slug: "canary-slug", Techniques: []string{"T1566"}, Victims: []watch.Victim{{Name: "canary victim", Named: true, Countries: []string{"DE"}, Sectors: []string{"healthcare"}}}}), 1, redMark),
		written(accuse(70, 1, 1, 1, watch.Terms{StatedAt: onDay("2025-01-03"), StatedWords: "canary claim", Reliability: "A", Credibility: 1}), 1, redMark),
		written(accuse(71, 1, 70, 70, watch.Terms{StatedAt: onDay("2025-01-04"), Reliability: "A", Credibility: 1}), 1, redMark),
		written(accuse(72, 70, 1, 1, watch.Terms{StatedAt: onDay("2025-01-05")}), 1, redMark),
		written(answer(70, wid("relationship", 1), 3, "deny", "canary denial"), 1, redMark),
		written(answer(71, wid("incident", 1), 3, "gravity-lower", "canary gravity"), 1, redMark),
		written(answer(72, wid("incident", 1), 3, "no-comment", "canary note"), 1, redMark),
	} {
		raw = append(raw, []byte(o))
	}
	outcomes, err := in.Submit(s.t.Context(), intake.Submission{Source: src.ID}, raw)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, o := range outcomes {
		if o.Status != intake.Added {
			s.t.Fatalf("%s: %v %v", o.ID, o.Status, o.Problems)
		}
	}
}

func firstDifference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	from := max(0, i-120)
	return "…" + a[from:min(len(a), i+120)] + "…\n…" + b[from:min(len(b), i+120)] + "…"
}
