package main

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"threatwatch/watch"
)

// TestLatest: the front page says what is counted, what is new and what changed, denials among it.
func TestLatest(t *testing.T) {
	s := newSite(t)
	s.say(written(act(9, "The newest of all", watch.Facts{Slug: "the-newest", Operations: []string{"ransomware"}, Milestones: []watch.Milestone{{Kind: "public_disclosure", Moment: onDay(time.Now().UTC().Format("2006-01"))}}}), 1, clearMark))
	s.tell()
	_, body, _ := s.get(s.browser(), "/")
	for _, want := range []string{`href="/about#counts"`, "185 incidents", `<b>Alert</b> Ransomware: <a href="` + s.url + `/incidents/the-newest">The newest of all</a>`, "incidents were made public in the last twelve months", `href="/incidents.atom"`,
		`<span class="state">Denied</span>`, `<span class="state">Corrected</span>`, "People affected: 500 became 24,937."} {
		if !strings.Contains(body, want) {
			t.Errorf("the front page lacks %q", want)
		}
	}
	_, about, _ := s.get(s.browser(), "/about")
	for _, want := range []string{`id="counts"`, `id="weights"`, `href="/about/method"`} {
		if !strings.Contains(about, want) {
			t.Errorf("the page about the exchange lacks %q", want)
		}
	}
	_, method, _ := s.get(s.browser(), "/about/method")
	for _, want := range []string{"source B usually reliable</th><td>.85<", "information 6 cannot be judged</th><td>none<", ">technical</th><td>.60<"} {
		if !strings.Contains(method, want) {
			t.Errorf("the page about the method lacks %q", want)
		}
	}
}

// TestAlert: other sites get what everybody may see, whoever asks, and may keep it for a while.
func TestAlert(t *testing.T) {
	s := newSite(t)
	s.say(written(act(9, "Accounts of a university offered", watch.Facts{Slug: "accounts", Data: []watch.Data{{Variety: "Personal"}}, Milestones: []watch.Milestone{{Kind: "public_disclosure", Moment: onDay("2026-11-01")}}}), 1, clearMark))
	s.tell()
	s.hide()
	for _, c := range []*http.Client{s.browser(), s.as("ada@energy.example"), s.as("operator@exchange.example")} {
		code, body, h := s.get(c, "/alert")
		if want := `<p>Personal data: <a href="` + s.url + `/incidents/accounts">Accounts of a university offered</a></p>`; code != 200 || !strings.Contains(body, want) || strings.Contains(body, "<script") || strings.Contains(body, "canary") {
			t.Errorf("%d: %s", code, body)
		}
		if h.Get("Cache-Control") != "public, max-age=300" || h.Get("Access-Control-Allow-Origin") != "*" {
			t.Error(h)
		}
		var a struct {
			Alert struct{ Headline, URL string }
		}
		if _, body, _ := s.get(c, "/alert.json"); json.Unmarshal([]byte(body), &a) != nil || a.Alert.Headline != "Accounts of a university offered" {
			t.Error(body)
		}
	}
}

// TestCorrections: the log has what was corrected, retracted and merged, and the claims that no longer stand, with the reason.
func TestCorrections(t *testing.T) {
	s := newSite(t)
	s.tell()
	s.say(written(act(2, "Told twice", watch.Facts{Slug: "told-twice", RecordState: "merged", MergedRef: wid("incident", 1)}), 2, clearMark),
		written(act(3, "Never happened", watch.Facts{Slug: "never", RecordState: "retracted", StateWhy: "The mail was a test."}), 3, clearMark),
		written(accuse(9, 1, 2, 1, watch.Terms{StatedAt: onDay("2025-07-21"), Status: "withdrawn"}), 4, clearMark))
	_, body, _ := s.get(s.browser(), "/about/corrections")
	at := -1
	for _, want := range []string{"Claim withdrawn</span>: Vendor V on Group B", "Retracted</span>: The mail was a test.", `Merged</span>; it goes on in <a href="/incidents/hospital-group-2025">`, "Corrected</span>: People affected: 500 became 24,937."} {
		i := strings.Index(body, want)
		if i <= at {
			t.Errorf("%q stands at %d, after %d was expected", want, i, at)
		}
		at = i
	}
}

// TestIncidentAsOf: a record and what was said of it are shown as they stood; a later correction and a later denial are not.
func TestIncidentAsOf(t *testing.T) {
	s := newSite(t)
	s.say(named("identity", 1, "Vendor V", clearMark), named("identity", 3, "State T", clearMark), named("intrusion-set", 1, "Group A", clearMark))
	s.say(written(act(1, "An early name", watch.Facts{Slug: "slug-stays"}), 1, clearMark), written(accuse(1, 1, 1, 1, watch.Terms{StatedAt: onDay("2025-03-03"), StatedWords: "early words"}), 1, clearMark))
	technique := func(n int, number string) {
		s.say(fmt.Sprintf(`{"type":"attack-pattern","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"technique","external_references":[{"source_name":"mitre-attack","external_id":%q}],%s}`, wid("attack-pattern", n), number, isClear),
			fmt.Sprintf(`{"type":"relationship","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","relationship_type":"uses","source_ref":%q,"target_ref":%q,%s}`, wid("relationship", 40+n), wid("incident", 1), wid("attack-pattern", n), isClear))
	}
	technique(1, "T1190")
	time.Sleep(10 * time.Millisecond)
	then := time.Now().UTC().Format(time.RFC3339Nano)
	time.Sleep(10 * time.Millisecond)
	s.say(written(act(1, "A later name", watch.Facts{Slug: "slug-stays", RecordState: "corrected"}), 2, clearMark), written(accuse(1, 1, 1, 1, watch.Terms{StatedAt: onDay("2025-03-03"), StatedWords: "later words"}), 2, clearMark),
		written(answer(1, wid("relationship", 1), 3, "deny", "a later denial"), 1, clearMark))
	technique(2, "T1566")
	s.say(strings.Replace(named("intrusion-set", 1, "Group A of later", clearMark), `"modified":"2026-01-01`, `"modified":"2026-01-02`, 1))
	c := s.browser()
	_, now, _ := s.get(c, "/incidents/slug-stays")
	for _, want := range []string{"<h1>A later name</h1>", "later words", "a later denial"} {
		if !strings.Contains(now, want) {
			t.Errorf("now: %q is not there", want)
		}
	}
	code, past, _ := s.get(c, "/incidents/slug-stays?asof="+then)
	if code != 200 || !strings.Contains(past, "<h1>An early name</h1>") || !strings.Contains(past, "early words") || strings.Contains(past, "later words") || strings.Contains(past, "a later denial") || !strings.Contains(past, "This is how the record") {
		t.Errorf("as of %s: %d", then, code)
	}
	for _, want := range []string{"Group A of later", "T1566", `<td data-label="What changed">name, description, record state</td>`} {
		if !strings.Contains(now, want) {
			t.Errorf("now: %q is not there", want)
		}
	}
	for _, want := range []string{">Group A<", ">T1190<"} {
		if !strings.Contains(past, want) {
			t.Errorf("as of %s: %q is not there", then, want)
		}
	}
	if strings.Contains(past, "Group A of later") || strings.Contains(past, ">T1566<") {
		t.Errorf("as of %s: it has a name or a technique of later", then)
	}
	for asof, want := range map[string]int{"2020": http.StatusNotFound, "yesterday": http.StatusBadRequest} {
		if code, _, _ := s.get(c, "/incidents/slug-stays?asof="+asof); code != want {
			t.Errorf("as of %s: %d, want %d", asof, code, want)
		}
	}
}

// TestFeedsOfAList: a list leads to feeds of exactly what it shows.
func TestFeedsOfAList(t *testing.T) {
	s := newSite(t)
	s.tell()
	c := s.browser()
	_, body, _ := s.get(c, "/incidents?q=hospital+vendor&country=DE")
	for _, kind := range []string{"atom", "json", "csv"} {
		path := "/incidents." + kind + "?country=DE&q=hospital+vendor"
		if !strings.Contains(html.UnescapeString(body), `href="`+path+`"`) {
			t.Errorf("the list does not lead to %s", path)
		}
		if code, feed, _ := s.get(c, path); code != 200 || strings.Count(feed, "Hospital group: records taken") == 0 || strings.Contains(feed, "Bundestag") {
			t.Errorf("%s: %d, %s", path, code, feed)
		}
	}
}
