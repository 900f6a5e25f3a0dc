package measure

import "slices"

// Reading says which claims are admitted. See the package comment for how EuRepoC's data is read.
type Reading string

// The readings.
const (
	AllClaims   Reading = ""            // every claim
	Independent Reading = "independent" // without what attackers and media say
	Governments Reading = "governments" // governments, international bodies and courts only
	SelfClaims  Reading = "self"        // what actors say of themselves
)

// Readings are the three that always stand side by side.
var Readings = []Reading{AllClaims, Independent, Governments}

// official are the capacities in which a state, a body of states or a court speaks. Officials who are not named are none of them.
var official = []string{"victim-state", "other-state", "accused-state", "international-body", "court"}

// Admits says whether the reading counts a claim.
func (r Reading) Admits(c *Claim) bool {
	self := c.is("self") || c.Capacity == "attacker"
	switch r {
	case Independent:
		return !self && !c.is("media") && c.Capacity != "media"
	case Governments:
		return c.is("legal") || slices.Contains(official, c.Capacity)
	case SelfClaims:
		return self
	}
	return true
}

// admitsStance says whether the reading listens to who dissents.
func (r Reading) admitsStance(s *Stance) bool {
	return r.Admits(&Claim{Capacity: s.Capacity})
}

// Count is an actor with the number of incidents in which an admitted claim names it.
type Count struct {
	Actor     string
	Incidents int
}

// Counts says in how many incidents each actor is named by a standing claim that the reading admits, the most first. It weighs nothing; an actor
// is who the claim names, through aliases and without rolling up.
func (r Reading) Counts(incidents []Incident, names Names) []Count {
	counts := map[string]int{}
	for i := range incidents {
		seen := map[string]bool{}
		for j := range incidents[i].Claims {
			c := &incidents[i].Claims[j]
			if c.Standing() && c.attributes() && r.Admits(c) {
				seen[names.roll(c.Actor, c.Level, "")] = true
			}
		}
		for actor := range seen {
			counts[actor]++
		}
	}
	list := make([]Count, 0, len(counts))
	for actor, n := range counts {
		list = append(list, Count{actor, n})
	}
	slices.SortFunc(list, func(a, b Count) int {
		return compareBy(b.Incidents-a.Incidents, a.Actor, b.Actor)
	})
	return list
}
