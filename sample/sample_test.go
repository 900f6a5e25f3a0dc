package sample

import (
	"strings"
	"testing"
	"time"

	"threatwatch/stix"
)

// meant are the warnings that the sample takes: ids that are the same in every build (not random), and who is behind an incident (for
// which the standard has no relationship of its own yet).
func meant(p stix.Problem) bool {
	return p.Warning && (strings.Contains(p.Message, "the UUID should be of version 4") || strings.Contains(p.Message, "no relationship incident "))
}

// TestSampleIsValid: what we ship passes what we ask of others, each version once.
func TestSampleIsValid(t *testing.T) {
	type key struct {
		id       string
		modified int64
	}
	seen := map[key]bool{}
	types := map[string]int{}
	for _, s := range Sources() {
		for _, raw := range s.Objects {
			o, err := stix.Parse(raw)
			if err != nil {
				t.Errorf("%s: %v\n%s", s.Name, err, raw)
				continue
			}
			for _, p := range o.Validate() {
				if !meant(p) {
					t.Errorf("%s: %v", s.Name, p)
				}
			}
			k := key{o.ID, o.Modified}
			if seen[k] {
				t.Errorf("%v twice", k)
			}
			seen[k] = true
			types[o.Type]++
		}
	}
	for _, want := range []string{"incident", "intrusion-set", "campaign", "malware", "tool", "vulnerability", "indicator", "report", "opinion", "note",
		"identity", "relationship", "sighting", "observed-data", "ipv4-addr", "file"} {
		if types[want] == 0 {
			t.Errorf("no %s in the sample", want)
		}
	}
}

// TestReferencesHold: every object that the sample speaks of is in it, or is a TLP marking.
func TestReferencesHold(t *testing.T) {
	here := map[string]bool{}
	var all []*stix.Object
	for _, s := range Sources() {
		for _, raw := range s.Objects {
			o, err := stix.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			here[o.ID] = true
			all = append(all, o)
		}
	}
	for _, o := range all {
		for _, r := range o.Refs() {
			if _, tlp := stix.TLPOf(r.ID); !here[r.ID] && !tlp {
				t.Errorf("%s: %s %s is not in the sample", o.ID, r.Path, r.ID)
			}
		}
	}
}

// TestCatalogueNamesItsSources: a dozen incidents or more, each fact with a report, each claim and denial with an author and a day.
func TestCatalogueNamesItsSources(t *testing.T) {
	if len(incidents) < 12 {
		t.Errorf("%d incidents, want 12 or more", len(incidents))
	}
	day := func(where, s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Errorf("%s: %v", where, err)
		}
		return d
	}
	for _, in := range incidents {
		day(in.name, in.told)
		if len(in.reports) == 0 || in.facts == "" {
			t.Errorf("%s: no report or no facts", in.name)
		}
		for _, r := range in.reports {
			day(r.title, r.day)
			if !strings.HasPrefix(r.url, "https://") {
				t.Errorf("%s: %s", r.title, r.url)
			}
		}
		for _, c := range in.claims {
			if day(in.name, c.day); c.words == "" || actors[c.actor].about == "" && campaigns[c.actor] == "" {
				t.Errorf("%s: the claim about %q lacks words, or nothing is said of the actor", in.name, c.actor)
			}
		}
		for _, d := range in.denials {
			if day(in.name, d.day); d.who == "" || d.words == "" {
				t.Errorf("%s: a denial by nobody, or without words", in.name)
			}
		}
		for _, m := range in.malware {
			if families[m].about == "" || len(families[m].types) == 0 {
				t.Errorf("%s: nothing is said of %s", in.name, m)
			}
		}
		for _, i := range in.indicators {
			if i.what == "" || families[i.of].about == "" {
				t.Errorf("%s: %s means nothing", in.name, i.name)
			}
		}
		for _, c := range in.cves {
			if holes[c] == "" {
				t.Errorf("%s: nothing is said of %s", in.name, c)
			}
		}
	}
	for what := range families {
		if !used(func(in incident) []string { return in.malware }, what) {
			t.Errorf("%s is in no incident", what)
		}
	}
}

func used(of func(incident) []string, what string) bool {
	for _, in := range incidents {
		for _, x := range of(in) {
			if x == what {
				return true
			}
		}
	}
	return false
}
