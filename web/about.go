package web

import (
	"net/http"

	"threatwatch/stix"
)

// aboutPage says what the exchange is and who sees what.
type aboutPage struct {
	Root   string // of the TAXII API
	Levels []levelSeen
}

// levelSeen is a marking with who sees what bears it, in our words: doc/release.md has the rules.
type levelSeen struct {
	Badge badge
	Seen  string
}

// seenBy follows TLP 2.0 (FIRST), from the strictest.
var seenBy = []levelSeen{
	{badge{stix.Red, true}, "the organisation that said it, and the persons it names"},
	{badge{stix.AmberStrict, true}, "the organisation that said it, and the organisations it names"},
	{badge{stix.Amber, true}, "the same, and clients of the organisation that said it"},
	{badge{stix.Green, true}, "everybody who takes part in this exchange"},
	{badge{stix.Clear, true}, "everybody"},
}

func (s *site) about(v *visit) error {
	return v.show(http.StatusOK, "about", "About", badge{}, aboutPage{s.Root, seenBy})
}
