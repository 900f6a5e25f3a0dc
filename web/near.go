package web

import (
	"cmp"
	"slices"
	"strings"

	"threatwatch/watch/index"
)

// recommended is another incident with the reason why it stands here.
type recommended struct {
	*index.Entry
	Why    string
	weight int
}

// nearShown is how many are recommended.
const nearShown = 5

// near are the incidents of the view that have the most in common with one: a claim names the same actor, the same technique was used, the
// same sector was hit.
func near(x *index.Index, e *index.Entry) []recommended {
	var accused, claims []string
	for _, c := range e.Claims {
		accused, claims = append(accused, c.Accused.ID), append(claims, c.Accused.Label())
	}
	sectors := e.Sectors()
	var list []recommended
	for _, o := range x.Entries {
		if o.ID == e.ID || slices.Contains(x.Same(e), o) {
			continue
		}
		r := recommended{Entry: o}
		var why []string
		for _, c := range o.Claims {
			if i := slices.Index(accused, c.Accused.ID); i >= 0 {
				why = append(why, "attributed to "+claims[i]+" as well")
				r.weight += 4
				break
			}
		}
		if t := common(e.Facts.Techniques, o.Facts.Techniques); len(t) > 0 {
			why = append(why, "same technique: "+strings.Join(t[:min(len(t), 3)], ", "))
			r.weight += 1 + min(len(t), 3)
		}
		if r.weight == 0 {
			continue // the same sector alone is no reason
		}
		if s := common(sectors, o.Sectors()); len(s) > 0 {
			why = append(why, "same sector: "+words(s[0]))
			r.weight++
		}
		r.Why = strings.Join(why, "; ")
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b recommended) int { return cmp.Compare(b.weight, a.weight) })
	return list[:min(len(list), nearShown)]
}

func common(a, b []string) (list []string) {
	for _, s := range a {
		if slices.Contains(b, s) {
			list = append(list, s)
		}
	}
	return list
}

func entriesOf(list []recommended) (out []*index.Entry) {
	for _, r := range list {
		out = append(out, r.Entry)
	}
	return out
}
