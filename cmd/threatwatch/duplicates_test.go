package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"threatwatch/intake"
	"threatwatch/store"
	"threatwatch/watch"
)

// tellAgain has another source tell of the hospital of tell.
func (s *site) tellAgain() {
	s.t.Helper()
	in := intake.New(s.st, time.Now)
	src, err := in.AddSource(s.t.Context(), store.Source{Name: "Another catalogue", Public: true})
	if err != nil {
		s.t.Fatal(err)
	}
	raw := written(act(2, "Records taken from a hospital group", watch.Facts{Slug: "hospital-again", RecordState: "published",
		Victims:    []watch.Victim{{Name: "A hospital group", Named: true, Countries: []string{"DE"}, Sectors: []string{"healthcare"}}},
		Milestones: []watch.Milestone{{Kind: "discovery", Moment: onDay("2025-02-11")}},
	}), 1, clearMark)
	got, err := in.Submit(s.t.Context(), intake.Submission{Source: src.ID}, [][]byte{[]byte(raw)})
	if err != nil || got[0].Status != intake.Added {
		s.t.Fatal(got, err)
	}
}

// TestDuplicatesDisputed: what one organisation says is the same, another says is not, with one button; both count then.
func TestDuplicatesDisputed(t *testing.T) {
	s := newSite(t)
	s.tell()
	s.tellAgain()
	if code, body := s.post(s.as("ben@bank.example"), "/duplicates", url.Values{"a": {wid("incident", 1)}, "b": {wid("incident", 2)}, "do": {"keep-a"}, "tlp": {"clear"}}); code != http.StatusSeeOther {
		t.Fatal(code, body)
	}
	olga := s.as("operator@exchange.example")
	_, body, _ := s.get(olga, "/duplicates?of=hospital-again")
	if !strings.Contains(body, "They are different events") || strings.Contains(body, "Take it back") {
		t.Error("another organisation cannot contradict, or can take back what it did not say")
	}
	form := url.Values{"a": {wid("incident", 2)}, "b": {wid("incident", 1)}, "do": {"different"}, "tlp": {"clear"}}
	for _, want := range []int{http.StatusSeeOther, http.StatusConflict} {
		if code, body := s.post(olga, "/duplicates", form); code != want {
			t.Errorf("%d, not %d: %s", code, want, body)
		}
	}
	if _, body, _ := s.get(s.browser(), "/incidents?q=hospital+group&country=DE"); strings.Count(body, `<h3><a href="/incidents/hospital-`) != 2 {
		t.Error("what is disputed does not count twice")
	}
	if _, body, _ := s.get(s.as("ben@bank.example"), "/duplicates?of=hospital-again"); strings.Contains(body, "Same: go on") || strings.Contains(body, "They are different events") || !strings.Contains(body, "Take it back") {
		t.Error("what is disputed is asked again")
	}
}

var saidOf = regexp.MustCompile(`name="id" value="(relationship--[0-9a-f-]+)"`)

// TestDuplicatesPage: two records stand side by side with reasons; a publisher says that they are the same, and the list has the event once; says so no more,
// and has it twice; says that they are different, and is not asked again.
func TestDuplicatesPage(t *testing.T) {
	s := newSite(t)
	s.tell()
	s.tellAgain()
	ben := s.as("ben@bank.example")
	const page = "/duplicates?of=hospital-again"
	if _, body, _ := s.get(ben, "/incidents/hospital-again"); !strings.Contains(body, page) {
		t.Error("nothing leads from the record to the page")
	}
	code, body, _ := s.get(ben, page)
	for _, want := range []string{"1 pair among", "told by Another catalogue", "same victim: A hospital group", "Same: go on in A", "victims in the same country: Germany"} {
		if code != 200 || !strings.Contains(body, want) {
			t.Errorf("%d: no %q", code, want)
		}
	}
	points, sum := regexp.MustCompile(`<span class="n">([^<]+)</span>`).FindAllStringSubmatch(body, -1), 0.0
	for _, p := range points {
		n, err := strconv.ParseFloat(html.UnescapeString(p[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	if score := fmt.Sprintf(`<span class="count">%.1f</span>`, sum); len(points) < 3 || !strings.Contains(body, score) {
		t.Errorf("%d reasons add up to %v, which is not the score of the pair", len(points), sum)
	}
	listed := func(want int, when string) {
		t.Helper()
		_, body, _ := s.get(s.browser(), "/incidents?q=hospital+group&country=DE")
		if got := strings.Count(body, `<h3><a href="/incidents/hospital-`); got != want {
			t.Errorf("%s, the list has the event %d times, not %d", when, got, want)
		}
	}
	say := func(do string, more url.Values) int {
		form := url.Values{"a": {wid("incident", 1)}, "b": {wid("incident", 2)}, "do": {do}, "tlp": {"clear"}, "why": {"One press release."}}
		for k, v := range more {
			form[k] = v
		}
		code, _ := s.post(ben, "/duplicates", form)
		return code
	}
	listed(2, "before")
	if code := say("keep-a", nil); code != http.StatusSeeOther {
		t.Fatal(code)
	}
	listed(1, "merged")
	if _, body, _ := s.get(s.browser(), "/incidents/hospital-again"); !strings.Contains(body, "was merged into another one") || !strings.Contains(body, "Said by Ben Publisher, ") || !strings.Contains(body, "One press release.") {
		t.Error("the merged record does not say where it goes on, and by whose word")
	}
	if _, body, _ := s.get(ben, "/about/corrections"); !strings.Contains(body, "Said by Ben Publisher") || !strings.Contains(body, `href="/duplicates"`) {
		t.Error("the log does not tell of it, or does not lead to what else may be the same")
	}
	if _, body, _ := s.get(s.browser(), "/incidents.atom?q=hospital+group&country=DE"); !strings.Contains(body, "Merged: Records taken from a hospital group") {
		t.Error("the feed does not tell of it")
	}
	if code := say("different", nil); code != http.StatusConflict {
		t.Errorf("what is decided is decided again: %d", code)
	}
	_, body, _ = s.get(ben, page)
	id := saidOf.FindStringSubmatch(body)
	if id == nil || strings.Contains(body, "Same: go on") {
		t.Fatal("what was said cannot be taken back, or is asked again")
	}
	if code := say("undo", url.Values{"id": {id[1]}}); code != http.StatusSeeOther {
		t.Fatal(code)
	}
	listed(2, "taken back")
	if code := say("different", nil); code != http.StatusSeeOther {
		t.Fatal(code)
	}
	listed(2, "different")
	if _, body, _ := s.get(ben, page); strings.Contains(body, "Same: go on") || !strings.Contains(body, "is another event than") {
		t.Error("what is different is proposed again, or not remembered")
	}
}

// TestDuplicatesRefuses: who may not say so says nothing, nobody undoes what another organisation said, and what is said is marked as strictly as what it is about.
func TestDuplicatesRefuses(t *testing.T) {
	s := newSite(t)
	s.tell()
	s.tellAgain()
	form := url.Values{"a": {wid("incident", 1)}, "b": {wid("incident", 2)}, "do": {"keep-a"}, "tlp": {"clear"}}
	for _, who := range []*http.Client{s.browser(), s.as("ada@energy.example"), s.as("hal@hospital.example")} {
		if code, _ := s.post(who, "/duplicates", form); code != http.StatusForbidden {
			t.Errorf("a stranger, analyst or reader merges: %d", code)
		}
		if code, _, _ := s.get(who, "/duplicates"); code != http.StatusForbidden {
			t.Errorf("a stranger, analyst or reader is asked: %d", code)
		}
	}
	ben := s.as("ben@bank.example")
	if code, _ := s.post(ben, "/duplicates", form, "Sec-Fetch-Site", "cross-site", "Origin", "https://elsewhere.example"); code != http.StatusForbidden {
		t.Errorf("another site merges: %d", code)
	}
	for _, bad := range []url.Values{{"do": {"both"}}, {"b": {wid("incident", 1)}}, {"b": {wid("incident", 99)}}, {"tlp": {"purple"}}, {"why": {strings.Repeat("x", 501)}}, {"do": {"undo"}, "id": {wid("relationship", 1)}}} {
		with := url.Values{}
		for _, v := range []url.Values{form, bad} {
			for k := range v {
				with[k] = v[k]
			}
		}
		if code, _ := s.post(ben, "/duplicates", with); code != http.StatusBadRequest && code != http.StatusNotFound {
			t.Errorf("%v: %d", bad, code)
		}
	}
	if _, body, _ := s.get(ben, "/duplicates"); strings.Contains(body, "Said before") {
		t.Error("something of it was taken")
	}
}

// TestDuplicatesCommand: the command proposes what the page does, to whom may see it.
func TestDuplicatesCommand(t *testing.T) {
	dir := newDirectory(t)
	s := newSiteOn(t, dir)
	s.tell()
	s.tellAgain()
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"duplicates", "--data", string(dir), "--as", "public", "--json", "--limit", "0"}, nil, &out, &errs); code != exitFine {
		t.Fatal(code, errs.String())
	}
	found := false
	for line := range strings.Lines(out.String()) {
		var p struct {
			A, B    struct{ ID, Title, Source string }
			Reasons []struct{ Kind, Words string }
		}
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			t.Fatal(err, line)
		}
		found = found || p.A.ID == wid("incident", 1) && p.B.ID == wid("incident", 2) && len(p.Reasons) > 2
	}
	if !found {
		t.Errorf("the pair is not in %s", out.String())
	}
}
