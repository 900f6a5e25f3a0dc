package sample

import (
	"strings"
	"testing"

	"threatwatch/stix"
	"threatwatch/watch"
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
	for _, want := range []string{"incident", "intrusion-set", "campaign", "threat-actor", "location", "malware", "tool", "vulnerability", "indicator", "report", "opinion", "note",
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
			if _, tlp := stix.TLPOf(r.ID); !here[r.ID] && !tlp && r.ID != watch.CoreID { // which OASIS defines
				t.Errorf("%s: %s %s is not in the sample", o.ID, r.Path, r.ID)
			}
		}
	}
}
