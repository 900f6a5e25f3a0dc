package notice

import (
	"time"

	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch/index"
)

// Headline is the incident with the countries of those who were hit, and what became of the record.
func (e Event) Headline() string { return newItem(e.Entry, "").Headline }

// Link is the page of the incident, on an exchange at an address.
func (e Event) Link(base string) string { return newItem(e.Entry, base).Link }

// Corrects says that the event takes something back, or answers a claim: whoever heard of the one must hear of the other.
func (e Event) Corrects() bool {
	switch e.Type {
	case "incident.corrected", "incident.merged", "incident.retracted", "claim.withdrawn", "stance.added", "stance.withdrawn":
		return true
	}
	return false
}

// Marking is the strictest label of all that a telling of the event may draw on: the incident, what is said of it, and the names in it.
func (e Event) Marking() stix.Level {
	at := e.Entry.Highest
	name := func(n *index.Name) {
		if n != nil {
			at = max(at, n.Marking)
		}
	}
	stances := func(list []*index.Stance) {
		for _, s := range list {
			name(s.Holder)
		}
	}
	for _, c := range e.Entry.Claims {
		name(c.Accused)
		name(c.Claimant)
		stances(c.Stances)
	}
	stances(e.Entry.Stances)
	for _, v := range e.Entry.Void {
		if v.Claim != nil {
			name(v.Claim.Accused)
			name(v.Claim.Claimant)
		} else {
			name(v.Stance.Holder)
		}
	}
	return at
}

// Since is the cursor before all that came in from a moment on.
func Since(t time.Time) string { return cursorAt(release.Stamp(t.UnixMicro() - 1)) }
