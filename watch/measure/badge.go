package measure

import "slices"

// Badge is a word about the state of an attribution. An incident may bear several.
type Badge string

// The badges, in the order in which pages show them.
const (
	Unattributed           Badge = "unattributed"            // no claim stands, and no insider is known
	Claimed                Badge = "claimed"                 // a claim stands
	SelfClaimed            Badge = "self-claimed"            // the attacker says so
	IndependentlySupported Badge = "independently-supported" // two claims that have no origin in common say so, each of weight
	CourtTested            Badge = "court-tested"            // a court weighed the evidence, and the claim stands
	Contested              Badge = "contested"               // claims contradict each other, or somebody dissents and shows why
	Denied                 Badge = "denied"                  // the accused says no
	VictimWithholds        Badge = "victim-withholds"        // the victim says that it does not say who
	Withdrawn              Badge = "withdrawn"               // a claimant took its word back
)

// Independent support is two claims that weigh at least half; a conflict of a fifth makes an attribution contested.
const (
	supportingWeight  = .5
	contestedConflict = .2
)

// Badges says what an incident's attribution is at the level of the method. Badges are of all claims: the reading does not narrow them.
func (m Method) Badges(in Incident) []Badge {
	m.Reading = AllClaims
	w := m.Weigh(in)
	stands := func(test func(*Claim) bool) bool {
		return slices.ContainsFunc(in.Claims, func(c Claim) bool { return c.Standing() && c.attributes() && test(&c) })
	}
	holds := func(test func(*Stance) bool) bool {
		return slices.ContainsFunc(in.Stances, func(s Stance) bool { return test(&s) })
	}
	claimed := stands(func(*Claim) bool { return true })
	var badges []Badge
	for _, b := range []struct {
		badge Badge
		on    bool
	}{
		{Unattributed, !claimed && !in.Insider},
		{Claimed, claimed},
		{SelfClaimed, stands(SelfClaims.Admits)},
		{IndependentlySupported, slices.ContainsFunc(w.Actors, func(s Support) bool { return s.Independent })},
		{CourtTested, stands(func(c *Claim) bool { return c.Evidence == "court-tested" || c.Channel == "court-judgment" })},
		{Contested, w.Conflict >= contestedConflict-rounding || holds((*Stance).Dissents)},
		{Denied, holds((*Stance).Denies)},
		{VictimWithholds, in.Withholds},
		{Withdrawn, slices.ContainsFunc(in.Claims, func(c Claim) bool { return c.Status == "withdrawn" })},
	} {
		if b.on {
			badges = append(badges, b.badge)
		}
	}
	return badges
}
