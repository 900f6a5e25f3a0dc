package sample

import (
	"testing"

	"threatwatch/stix"
)

// TestSampleIsStrictlyValid: what we ship passes what we ask of others, twelve incidents or more, each with a source.
func TestSampleIsStrictlyValid(t *testing.T) {
	seen, n := map[string]bool{}, 0
	for _, s := range Sources() {
		for _, raw := range s.Objects {
			o, err := stix.Parse(raw)
			if err != nil {
				t.Errorf("%s: %v\n%s", s.Name, err, raw)
				continue
			}
			if seen[o.ID] {
				t.Errorf("%s twice", o.ID)
			}
			seen[o.ID] = true
			if s.Public && o.Type == "incident" {
				n++
			}
		}
	}
	if n < 12 {
		t.Errorf("%d public incidents, want 12 or more", n)
	}
	for _, in := range incidents {
		if len(in.sources) == 0 || in.facts == "" {
			t.Errorf("%s: no source or no facts", in.name)
		}
		if in.denial != "" && in.denier == "" {
			t.Errorf("%s: nobody denies", in.name)
		}
	}
}
