package web

import (
	"slices"
	"strings"
	"time"
)

// side is somebody's word on who did something: a claim, or a denial.
type side struct {
	Who  thing     // a claim: whom it names
	By   string    // a denial: who speaks
	Text string    // in which words
	When time.Time // the statement was made
	Said thing     // the statement: a relationship or an opinion
}

// sides are all claims and denials about one object. They have the same place and the same size on every page.
type sides struct {
	Asked           bool // who did it is a question that this kind of object raises
	Claims, Denials []side
}

// asksWho are the types of which one asks who is behind it.
var asksWho = map[string]bool{"incident": true, "campaign": true}

// denies says whether it is an opinion against a statement (STIX 2.1 §4.16, §10.19).
func (t thing) denies() bool {
	return t.Type == "opinion" && (t.str("opinion") == "strongly-disagree" || t.str("opinion") == "disagree")
}

// remarks says whether a mention is what somebody wrote on an object, and no denial, which stands apart.
func (m mention) remarks() bool {
	return m.property == "object_refs" && (m.Type == "note" || m.Type == "opinion" && !m.denies())
}

// Stance is what an opinion says, as a verb: it follows who says it.
func (t thing) Stance() string {
	switch o := t.str("opinion"); o {
	case "strongly-disagree", "disagree", "strongly-agree", "agree":
		return strings.ReplaceAll(o, "-", " ") + "s"
	case "":
		return ""
	default:
		return "is " + o
	}
}

// maxSides bounds what is read of a claim to find its denials.
const maxSides = 50

// sides gathers what is said about who did it: from what refers to the object, and to each claim about it.
func (e *ends) sides(of thing, about []mention) sides {
	s := sides{Asked: asksWho[of.Type]}
	s.deny(denials(about, e))
	if of.claims() {
		s.Claims = append(s.Claims, side{Who: e.get(of.str("target_ref")), Text: of.Text, When: of.Created, Said: of})
	}
	for _, m := range about {
		if m.claims() && m.str("source_ref") == of.ID && len(s.Claims) < maxSides {
			s.Claims = append(s.Claims, side{Who: e.get(m.str("target_ref")), Text: m.Text, When: m.Created, Said: m.thing})
			s.deny(e.denialsOf(m.ID))
		}
	}
	return s
}

// deny adds denials, each once.
func (s *sides) deny(list []side) {
	for _, d := range list {
		if !slices.ContainsFunc(s.Denials, func(x side) bool { return x.Said.ID == d.Said.ID }) {
			s.Denials = append(s.Denials, d)
		}
	}
}

// claims says whether it is somebody's word on who did something.
func (t thing) claims() bool {
	return t.Type == "relationship" && t.str("relationship_type") == "attributed-to"
}

// denialsOf are those of one statement.
func (e *ends) denialsOf(id string) []side {
	about, err := e.v.mentions(e.view, id, maxSides)
	if err != nil && e.err == nil {
		e.err = err
	}
	return denials(about, e)
}

func denials(about []mention, e *ends) (list []side) {
	for _, m := range about {
		if m.denies() {
			list = append(list, side{By: speaker(m.thing, e), Text: m.Text, When: m.Created, Said: m.thing})
		}
	}
	return list
}

// speaker is whose opinion or note it is: its authors, else who made it, else the source.
func speaker(t thing, e *ends) string {
	if who := t.strs("authors"); len(who) > 0 {
		return strings.Join(who, ", ")
	}
	if by := t.str("created_by_ref"); by != "" {
		if who := e.get(by); who.Seen() {
			return who.Name
		}
	}
	if t.Source != "" {
		return t.Source
	}
	return "somebody who may not be named"
}

// things are the objects behind the sides: their markings count for the page.
func (s sides) things() (list []thing) {
	for _, x := range append(s.Claims[:len(s.Claims):len(s.Claims)], s.Denials...) {
		list = append(list, x.Said)
	}
	return list
}
