package web

import (
	"cmp"
	"slices"
	"strings"
)

// link is an object that is tied to the one shown.
type link struct {
	Far     thing  // the other end
	Via     thing  // the object that says so: a relationship, a sighting, the object itself
	Text    string // what the tie says
	Denials []side // of the tie, when it is a claim
}

// Own says whether the tie is an object of its own, with a page.
func (l link) Own() bool { return l.Via.ID != l.Far.ID && l.Via.Type == "relationship" }

// linkGroup is all ties of one kind to objects of one type.
type linkGroup struct {
	How, Type string
	Links     []link
	order     int
}

// Plain says that none of its ties says more than which object it is.
func (g linkGroup) Plain() bool {
	return !slices.ContainsFunc(g.Links, func(l link) bool { return l.Text != "" || len(l.Denials) > 0 })
}

// Head and Rest part a long list: the rest is folded.
func (g linkGroup) Head() []link { return g.Links[:min(len(g.Links), maxShown)] }

// Rest is what is folded.
func (g linkGroup) Rest() []link { return g.Links[min(len(g.Links), maxShown):] }

const (
	maxLinks = 200 // read from the store
	maxShown = 25  // unfolded, of one kind
)

// groups sorts what refers to an object, and what it refers to, by how.
func groups(of thing, about []mention, e *ends) []linkGroup {
	g := grouper{at: map[string]int{}}
	for _, m := range about {
		relation := m.str("relationship_type")
		l := link{Via: m.thing, Text: m.Text}
		switch from, to := m.str("source_ref"), m.str("target_ref"); {
		case m.claims() && from == of.ID, m.denies(): // claims and denials stand apart
		case m.Type == "relationship" && from == of.ID:
			l.Far = e.get(to)
			g.add(kind(relation), 2, l)
		case m.Type == "relationship" && to == of.ID:
			l.Far = e.get(from)
			if m.claims() {
				l.Denials = e.denialsOf(m.ID)
			}
			g.add(backwards(relation), 3, l)
		default:
			g.mentioned(m)
		}
	}
	for _, id := range firsts(of.strs("object_refs"), maxLinks) {
		g.add("names", 0, link{Far: e.get(id), Via: of})
	}
	slices.SortStableFunc(g.list, func(a, b linkGroup) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.How, b.How), cmp.Compare(a.Type, b.Type))
	})
	for _, x := range g.list {
		for i := range x.Links {
			x.Links[i].Far.Name = e.titleOf(x.Links[i].Far)
		}
		slices.SortStableFunc(x.Links, func(a, b link) int { return cmp.Compare(strings.ToLower(a.Far.Name), strings.ToLower(b.Far.Name)) })
	}
	return g.list
}

type grouper struct {
	list []linkGroup
	at   map[string]int
}

func (g *grouper) add(how string, order int, l link) {
	key := how + " " + l.Far.Type
	i, ok := g.at[key]
	if !ok {
		i = len(g.list)
		g.at[key] = i
		g.list = append(g.list, linkGroup{How: how, Type: l.Far.Type, order: order})
	}
	g.list[i].Links = append(g.list[i].Links, l)
}

// mentioned sorts an object that refers to the one shown by a property.
func (g *grouper) mentioned(m mention) {
	l := link{Far: m.thing, Via: m.thing, Text: m.Text}
	switch m.property {
	case "object_marking_refs", "marking_ref": // everything that bears a marking says nothing about it
	case "created_by_ref":
		l.Text = ""
		g.add("made by it", 6, l)
	case "object_refs":
		g.add("named in", 4, l)
	case "sighting_of_ref":
		g.add("seen", 1, l)
	default:
		g.add("referred to as "+strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(m.property, "_refs"), "_ref"), "_", " ")+" of", 5, l)
	}
}

// firsts is the beginning of a list, each once.
func firsts(list []string, limit int) (out []string) {
	for _, s := range list {
		if len(out) == limit {
			break
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
