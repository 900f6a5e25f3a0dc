package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"threatwatch/intake"
)

// say puts objects into the public source of the sample.
func (s *site) say(objects ...string) {
	s.t.Helper()
	in := intake.New(s.st, time.Now)
	src, err := in.SourceByName(s.t.Context(), "Threatwatch sample")
	if err != nil {
		s.t.Fatal(err)
	}
	raw := make([][]byte, len(objects))
	for i, o := range objects {
		raw[i] = []byte(o)
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

const isClear = `"object_marking_refs":["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"]`

// measure is a public object of a type that the sample has not; n counts objects, v versions.
func measure(n, v int) string {
	return fmt.Sprintf(`{"type":"course-of-action","spec_version":"2.1","id":"course-of-action--%08x-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-0%dT00:00:00.000Z","name":"measure %d, version %d",%s}`, n, v, n, v, isClear)
}

var (
	objectLinks = regexp.MustCompile(`href="(/objects/[^"]+)"`)
	relLinks    = regexp.MustCompile(`rel="(prev|next)" href="([^"]+)"`)
)

// TestOlderAndNewer walks a list to its end and back: every object once each way, in the same order.
func TestOlderAndNewer(t *testing.T) { olderAndNewer(t, newSite(t)) }

func olderAndNewer(t *testing.T, s *site) {
	for i := range 170 {
		s.say(measure(i, 1))
	}
	c := s.browser()
	page := func(path string) (objects []string, links map[string]string) {
		code, body, h := s.get(c, path)
		if code == http.StatusSeeOther {
			return nil, map[string]string{"back": h.Get("Location")}
		}
		if code != 200 {
			t.Fatalf("%s: %d", path, code)
		}
		links = map[string]string{}
		for _, m := range relLinks.FindAllStringSubmatch(body, -1) {
			links[m[1]] = "/types/course-of-action" + m[2]
		}
		for _, m := range objectLinks.FindAllStringSubmatch(body, -1) {
			objects = append(objects, m[1])
		}
		return objects, links
	}
	var pages [][]string
	path := "/types/course-of-action"
	var last map[string]string
	for path != "" {
		objects, links := page(path)
		pages = append(pages, objects)
		path, last = links["next"], links
	}
	if all := slices.Concat(pages...); len(pages) != 4 || len(all) != 170 || len(slices.Compact(slices.Sorted(slices.Values(all)))) != 170 {
		t.Fatalf("%d pages, %d objects", len(pages), len(all))
	}
	for i := len(pages) - 2; i > 0; i-- {
		objects, links := page(last["prev"])
		if !slices.Equal(objects, pages[i]) {
			t.Errorf("back to page %d: %d objects, want the same as on the way there", i, len(objects))
		}
		if older, _ := page(links["next"]); !slices.Equal(older, pages[i+1]) {
			t.Errorf("from page %d on again: %d objects, want the same as before", i, len(older))
		}
		last = links
	}
	if _, links := page(last["prev"]); links["back"] != "/types/course-of-action" {
		t.Errorf("before the first page: %v, want the list from its beginning", links)
	}
	if code, _, _ := s.get(c, "/types/course-of-action?older=nonsense"); code != http.StatusBadRequest {
		t.Errorf("a cursor that is none: %d", code)
	}
}

// TestVersionsOfAnObject: all are listed, what changed is named, an older one can be read as page and as file.
func TestVersionsOfAnObject(t *testing.T) { versionsOfAnObject(t, newSite(t)) }

func versionsOfAnObject(t *testing.T, s *site) {
	s.say(measure(1, 1), measure(1, 2))
	c := s.browser()
	path := "/objects/course-of-action--00000001-1111-4111-8111-111111111111"
	_, body, _ := s.get(c, path)
	body = strings.ReplaceAll(body, "%3a", ":")
	older := path + "?version=2026-01-01T00:00:00.000000Z"
	for _, want := range []string{"<h1>measure 1, version 2</h1>", `href="` + older + `"`, "first version here", ">name</td>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if code, body, _ := s.get(c, older); code != 200 || !strings.Contains(body, "<h1>measure 1, version 1</h1>") || !strings.Contains(body, "This is an older version") {
		t.Errorf("the older version: %d", code)
	}
	if _, body, _ := s.get(c, path+".json?version=2026-01-01T00:00:00.000000Z"); body != measure(1, 1) {
		t.Errorf("the older version as a file: %s", body)
	}
	if code, _, _ := s.get(c, path+"?version=2025-01-01T00:00:00.000000Z"); code != http.StatusNotFound {
		t.Errorf("no such version: %d", code)
	}
}

// TestClaimsAndDenials: wherever a claim is shown, the denial stands beside it, also one that speaks of the claim alone.
func TestClaimsAndDenials(t *testing.T) {
	s := newSite(t)
	head := func(typ string, n int) string {
		return fmt.Sprintf(`{"type":%q,"spec_version":"2.1","id":"%s--%08x-2222-4222-8222-222222222222","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",%s,`, typ, typ, n, isClear)
	}
	s.say(head("incident", 1)+`"name":"Something was taken"}`, head("intrusion-set", 2)+`"name":"Some people"}`,
		head("relationship", 3)+`"relationship_type":"attributed-to","source_ref":"incident--00000001-2222-4222-8222-222222222222","target_ref":"intrusion-set--00000002-2222-4222-8222-222222222222","description":"Somebody says so."}`,
		head("opinion", 4)+`"opinion":"disagree","authors":["Their lawyer"],"explanation":"They were asleep.","object_refs":["relationship--00000003-2222-4222-8222-222222222222"]}`)
	for _, path := range []string{"/", "/objects/incident--00000001-2222-4222-8222-222222222222"} {
		_, body, _ := s.get(s.browser(), path)
		for _, want := range []string{"Some people", "Somebody says so.", "Their lawyer", "disagrees", "They were asleep."} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", path, want)
			}
		}
	}
}

// TestSearchFindsAround: an address is found by the network that holds it, a name by the one above it; ids lead to their page.
func TestSearchFindsAround(t *testing.T) { searchFindsAround(t, newSite(t)) }

func searchFindsAround(t *testing.T, s *site) {
	pattern := func(n int, p string) string {
		return fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":"indicator--%08x-3333-4333-8333-333333333333","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":%q,"pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z",%s}`, n, p, isClear)
	}
	s.say(pattern(1, "[ipv4-addr:value ISSUBSET '203.0.113.0/24']"), pattern(2, "[domain-name:value = 'bad.example']"))
	c := s.browser()
	for q, want := range map[string]string{
		"203.0.113[.]9": "indicator--00000001-", "203.0.113.0/24": "indicator--00000001-", "x.y.bad[.]example": "indicator--00000002-", "hxxp://bad.example/x": "indicator--00000002-",
	} {
		if _, body, _ := s.get(c, "/search?q="+q); !strings.Contains(body, want) {
			t.Errorf("%s does not lead to %s", q, want)
		}
	}
	id := "indicator--00000002-3333-4333-8333-333333333333"
	if code, _, h := s.get(c, "/search?q="+id); code != http.StatusSeeOther || h.Get("Location") != "/objects/"+id {
		t.Errorf("an id: %d to %s", code, h.Get("Location"))
	}
}

// TestAssets: style, icon and fonts are ours, under names that hold their hash.
func TestAssets(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	_, body, _ := s.get(c, "/")
	style := regexp.MustCompile(`href="(/assets/style[^"]+)"`).FindStringSubmatch(body)
	if style == nil {
		t.Fatal("no style sheet")
	}
	_, css, _ := s.get(c, style[1])
	fonts := regexp.MustCompile(`url\("([^"]+)"\)`).FindAllStringSubmatch(css, -1)
	if len(fonts) != 3 {
		t.Fatalf("%d fonts in the style sheet, want 3", len(fonts))
	}
	paths := []string{}
	for _, f := range fonts {
		paths = append(paths, "/assets/"+f[1])
	}
	for _, m := range regexp.MustCompile(`href="(/assets/[^"]+)"`).FindAllStringSubmatch(body, -1) {
		paths = append(paths, m[1])
	}
	for _, p := range paths {
		if code, body, h := s.get(c, p); code != 200 || len(body) == 0 || !strings.Contains(h.Get("Cache-Control"), "immutable") || strings.HasSuffix(p, ".ttf") && h.Get("Content-Type") != "font/ttf" {
			t.Errorf("%s: %d, %d bytes, %v", p, code, len(body), h)
		}
	}
}
