package web

import (
	"net/http"
	"strconv"

	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/measure"
)

// aboutPage says what the exchange is and who sees what.
type aboutPage struct {
	Root    string // of the TAXII API
	Levels  []levelSeen
	Weights []weighed
}

// weighed is a judgement of a source or of what it says, with what a claim may weigh for it.
type weighed struct{ Label, Weight string }

// weights is the table by which claims are weighed.
func weights() (list []weighed) {
	w := measure.DefaultWeights()
	for _, c := range watch.Credibilities {
		n, err := strconv.Atoi(c.Code)
		if p, ok := w.Credibility[n]; ok && err == nil {
			list = append(list, weighed{"information " + c.Label, fraction(p)})
		} else {
			list = append(list, weighed{"information " + c.Label, "none"})
		}
	}
	for _, r := range watch.Reliabilities {
		list = append(list, weighed{"source " + r.Label, fraction(w.Reliability[r.Code])})
	}
	return list
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
	return v.show(http.StatusOK, "about", "About", badge{}, aboutPage{s.Root, seenBy, weights()})
}
