package main

import (
	"testing"

	"threatwatch/stix"
	"threatwatch/watch"
)

// TestChronicle: what is told can be read as an incident and a claim about it, is the same under the same seed, and never under an id that another seed gives.
func TestChronicle(t *testing.T) {
	ids := map[string]bool{}
	for seed := range uint64(3) {
		a, b := newChronicle(seed), newChronicle(seed)
		for n := range 20 {
			incident, claim := a.next(n)
			if again, _ := b.next(n); again != incident {
				t.Fatalf("seed %d: %s, then %s", seed, incident, again)
			}
			in, err := watch.ReadIncident(parsed(t, incident))
			if err != nil || ids[in.ID] || in.Facts.Slug == "" {
				t.Fatalf("%s: %v", incident, err)
			}
			ids[in.ID] = true
			c, err := watch.ReadClaim(parsed(t, claim))
			if err != nil || c.Act != in.ID || !c.Stands() {
				t.Fatalf("%s: %v", claim, err)
			}
		}
	}
}

func parsed(t *testing.T, text string) *stix.Value {
	t.Helper()
	root, err := stix.ParseValue([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return root
}
