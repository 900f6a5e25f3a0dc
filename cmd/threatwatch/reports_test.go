package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var reportLinks = regexp.MustCompile(`<h3><a href="(/reports/[^"]+)"`)

// told is a report on the incident of [site.tell], its claim, an indicator that is not here, and somebody.
func (s *site) told(marking string) string {
	id := wid("report", 20)
	s.say(fmt.Sprintf(`{"type":"report","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"What was taken in the hospital","description":"A study of one attack.","report_types":["threat-report"],"published":"2025-09-01T00:00:00.000Z","created_by_ref":%q,"object_refs":[%q,%q,%q,%q],"external_references":[{"source_name":"Vendor V","url":"https://vendor.example/report"}],"object_marking_refs":[%q]}`,
		id, wid("identity", 1), wid("indicator", 90), wid("intrusion-set", 1), wid("relationship", 1), wid("incident", 1), marking))
	return "/reports/" + id
}

// TestReports: a report stands in the list with what it rests on, and its page tells it: incidents with their claims, ties, who wrote it, its sources.
func TestReports(t *testing.T) {
	s := newSite(t)
	s.tell()
	page := s.told(clearMark)
	c := s.browser()
	_, list, _ := s.get(c, "/reports")
	for _, want := range []string{`<a href="` + page + `">What was taken in the hospital</a>`, "<span>Vendor V</span>", "Rests on 1 incident, 1 relationship, 1 intrusion set, 1 indicator"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	code, body, _ := s.get(c, page)
	if code != http.StatusOK {
		t.Fatalf("%d", code)
	}
	for _, want := range []string{"A study of one attack.", `href="/incidents/hospital-group-2025"`, `>Group A</a> by Vendor V`, "attributed to – Group A", "1 of what it names is not here, or not for you", `href="https://vendor.example/report"`, `<time datetime="2025-09-01T00:00:00Z">1 Sep 2025</time>`, "Nobody has written a note"} {
		if !strings.Contains(body, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	for _, path := range []string{"/reports/" + wid("incident", 1), "/reports/" + wid("report", 404), "/reports/nothing"} {
		if code, _, _ := s.get(c, path); code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
	if code, _, _ := s.get(c, "/reports?older=nonsense"); code != http.StatusBadRequest {
		t.Errorf("a cursor that is none: %d", code)
	}
}

// TestLongReport: of a type with many objects the first are listed, and how many more there are is said; what is named twice counts once.
func TestLongReport(t *testing.T) {
	s := newSite(t)
	refs, objects := []string{}, []string{}
	for n := range 40 {
		refs = append(refs, fmt.Sprintf(`"course-of-action--%08x-1111-4111-8111-111111111111"`, n))
		objects = append(objects, measure(n, 1))
	}
	s.say(objects...)
	id := wid("report", 21)
	s.say(fmt.Sprintf(`{"type":"report","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"A long report","published":"2025-09-01T00:00:00.000Z","object_refs":[%s,%s],%s}`, id, strings.Join(refs, ","), refs[0], isClear))
	_, body, _ := s.get(s.browser(), "/reports/"+id)
	for _, want := range []string{"40 courses of action", "measure 0, version 1", "and 15 more:"} {
		if !strings.Contains(body, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
}

// TestReportsOlderAndNewer walks the reports to the end and back: each once, in the same order.
func TestReportsOlderAndNewer(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	walk := func(path, rel string) (pages [][]string, last string) {
		for path != "" {
			_, body, _ := s.get(c, path)
			var page []string
			for _, m := range reportLinks.FindAllStringSubmatch(body, -1) {
				page = append(page, m[1])
			}
			pages, last, path = append(pages, page), path, ""
			for _, m := range relLinks.FindAllStringSubmatch(body, -1) {
				if m[1] == rel {
					path = "/reports" + strings.ReplaceAll(m[2], "&amp;", "&")
				}
			}
			if len(pages) > 100 {
				t.Fatal("it never ends")
			}
		}
		return pages, last
	}
	down, end := walk("/reports", "next")
	seen := map[string]bool{}
	for _, page := range down {
		for _, link := range page {
			if seen[link] {
				t.Errorf("%s stands twice", link)
			}
			seen[link] = true
		}
	}
	up, _ := walk(end, "prev")
	if len(down) < 2 || len(seen) < 40 || len(up) < len(down)-1 {
		t.Fatalf("%d pages down with %d reports, %d up", len(down), len(seen), len(up))
	}
}

// TestDiscussReport: an analyst writes on a report as on an incident, and only those whom the marking admits read it.
func TestDiscussReport(t *testing.T) {
	s := newSite(t)
	s.tell()
	page := s.told(clearMark)
	ada := s.as("ada@energy.example")
	if _, body, _ := s.get(ada, page); !strings.Contains(body, page+"/discuss") {
		t.Error("nothing leads an analyst to the form")
	}
	form := url.Values{"on": {wid("report", 20)}, "says": {"disagree"}, "text": {"It leaves out the backups."}, "tlp": {"green"}, "do": {"publish"}}
	if code, body := s.post(ada, page+"/discuss", form); code != http.StatusSeeOther {
		t.Fatalf("publishing: %d %s", code, body)
	}
	if _, body, _ := s.get(ada, page); !strings.Contains(body, "It leaves out the backups.") || !strings.Contains(body, "TLP:GREEN") || !strings.Contains(body, "disagree") {
		t.Error("the opinion is not on the report")
	}
	if _, body, _ := s.get(s.browser(), page); strings.Contains(body, "backups") {
		t.Error("the public sees an opinion that is TLP:GREEN")
	}
	if code, _ := s.post(s.browser(), page+"/discuss", form); code != http.StatusForbidden {
		t.Errorf("a stranger writes: %d", code)
	}
	if code, _ := s.post(ada, "/reports/"+wid("report", 404)+"/discuss", form); code != http.StatusNotFound {
		t.Errorf("on what is not there: %d", code)
	}
}

// TestReportKeepsToTheView: who may not see a report finds neither it nor its name.
func TestReportKeepsToTheView(t *testing.T) {
	s := newSite(t)
	s.tell()
	page := s.told(redMark)
	for _, c := range []*http.Client{s.browser(), s.as("hal@hospital.example")} {
		if code, _, _ := s.get(c, page); code != http.StatusNotFound {
			t.Errorf("a report that is TLP:RED: %d", code)
		}
		if _, list, _ := s.get(c, "/reports"); strings.Contains(list, "What was taken") {
			t.Error("the list has a report that is TLP:RED")
		}
	}
}
