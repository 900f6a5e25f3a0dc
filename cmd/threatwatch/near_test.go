package main

import (
	"strings"
	"testing"

	"threatwatch/stix"
	"threatwatch/watch"
)

// TestRecommendedReading: another incident is recommended with the reason: the campaign and the indicator that both are tied to, and who is named by both.
func TestRecommendedReading(t *testing.T) {
	s := newSite(t)
	s.tell()
	tie := func(n int, from, to string) string {
		text := func(name, v string) stix.Member { return stix.Member{Name: name, Value: stix.NewString(v)} }
		return written(stix.NewDict(text("type", "relationship"), text("spec_version", "2.1"), text("id", wid("relationship", n)), text("relationship_type", "related-to"), text("source_ref", from), text("target_ref", to)), 1, clearMark)
	}
	found, err := stix.ParseValue([]byte(named("indicator", 8, "The rented server", clearMark)))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{"pattern": "[ipv4-addr:value = '203.0.113.9']", "pattern_type": "stix", "valid_from": "2025-01-01T00:00:00Z"} {
		found.Set(k, stix.NewString(v))
	}
	s.say(named("campaign", 8, "Operation Poultice", clearMark), string(found.AppendJSON(nil)), written(act(8, "Another clinic", watch.Facts{Slug: "another-clinic"}), 1, clearMark))
	s.say(written(accuse(8, 8, 1, 1, watch.Terms{StatedAt: onDay("2025-03-03")}), 1, clearMark))
	s.say(tie(81, wid("incident", 1), wid("campaign", 8)), tie(82, wid("incident", 8), wid("campaign", 8)), tie(83, wid("indicator", 8), wid("incident", 1)), tie(84, wid("indicator", 8), wid("incident", 8)))
	_, body, _ := s.get(s.browser(), "/incidents/hospital-group-2025")
	_, near, ok := strings.Cut(body, "Recommended reading")
	near, _, _ = strings.Cut(near, "</section>")
	for _, want := range []string{"/incidents/another-clinic", "same campaign: Operation Poultice", "same indicator: The rented server", "attributed to Group A as well"} {
		if !ok || !strings.Contains(near, want) {
			t.Errorf("no %q in %s", want, near)
		}
	}
}
