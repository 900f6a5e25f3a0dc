package web

import (
	"fmt"
	"slices"
	"strings"

	"threatwatch/watch"
	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// ledgerRow is a claim with all that is known of it; what was answered stands directly beneath it.
type ledgerRow struct {
	*index.Claim
	Boxes   []box
	Holds   int // boxes that hold
	Shared  []string
	Answers []answered
	Desk    *deskLinks // nil: the visitor does not edit
}

// answered is an answer to a claim. One that answers several claims stands beneath each, and is told in full beneath the first.
type answered struct {
	*index.Stance
	Again bool
	Desk  *deskLinks
}

// box is one statement of the checklist: it holds, it does not, or nobody looked.
type box struct {
	Label, State string
}

// ledger lists the claims, the first stated first.
func ledger(e *index.Entry) (rows []ledgerRow) {
	told := map[string]bool{}
	for _, c := range e.Claims {
		row := ledgerRow{Claim: c, Shared: sharing(e, c)}
		for _, s := range c.Stances {
			row.Answers = append(row.Answers, answered{Stance: s, Again: told[s.ID]})
			told[s.ID] = true
		}
		if len(c.Terms.Checklist) > 0 {
			for _, w := range watch.Checklist {
				b := box{w.Label, "not looked at"}
				if holds, looked := c.Terms.Checklist[w.Code]; looked {
					b.State = map[bool]string{true: "yes", false: "no"}[holds]
				}
				if b.State == "yes" {
					row.Holds++
				}
				row.Boxes = append(row.Boxes, b)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// sharing names the claimants whose claims rest on an origin that this one rests on too: together they weigh as one.
func sharing(e *index.Entry, c *index.Claim) (names []string) {
	for _, o := range e.Claims {
		if o.ID != c.ID && slices.ContainsFunc(o.Lineages(), func(id string) bool { return slices.Contains(c.Lineages(), id) }) && !slices.Contains(names, o.Claimant.Label()) {
			names = append(names, o.Claimant.Label())
		}
	}
	return names
}

// inShort sums the ledger up.
type inShort struct {
	Text    string
	Actors  []actorInterval
	Unknown string
	Judged  bool // somebody judged a source or what it says: there is something to compute
}

// actorInterval is how far the claims support one actor.
type actorInterval struct {
	Name   string
	ID     string
	Lo, Hi string
	X, W   float64 // of the bar, in 100
}

// shortOf weighs the claims of an entry. Without any judgement of the sources nothing is computed: every interval would be from nothing to all.
func shortOf(x *index.Index, e *index.Entry) inShort {
	w := x.Weigh(e)
	s := inShort{Unknown: fraction(w.Unknown)}
	var by []string
	for _, a := range w.Actors {
		name := "insiders"
		if a.Actor != measure.Insiders {
			name = x.Name(a.Actor).Label()
		}
		s.Judged = s.Judged || len(a.Lineages) > 0 || a.Actor == measure.Insiders
		s.Actors = append(s.Actors, actorInterval{name, a.Actor, fraction(a.Lo), fraction(a.Hi), 100 * a.Lo, max(1, 100*(a.Hi-a.Lo))})
		if a.Claims > 0 {
			by = append(by, fmt.Sprintf("to %s by %d", name, a.Claims))
		}
	}
	if len(by) > 0 {
		s.Text = "attributed " + strings.Join(by, ", ")
	}
	for _, b := range e.Badges {
		if b == "claimed" && len(by) > 0 {
			continue
		}
		if s.Text != "" {
			s.Text += "; "
		}
		s.Text += strings.ToLower(index.Badges.Label(b))
	}
	s.Text = sentence(s.Text)
	return s
}

// fraction is a share as the ledger prints it: .26
func fraction(p float64) string {
	s := fmt.Sprintf("%.2f", p)
	if s[0] == '0' {
		return s[1:]
	}
	return s
}
