package web

import (
	"strings"

	"threatwatch/watch/index"
)

// recommended is another incident with the reason why it stands here.
type recommended struct {
	*index.Entry
	Why string
}

// nearShown is how many are recommended.
const nearShown = 5

// near are the incidents of the view that have the most in common with one, each with what that is.
func near(x *index.Index, e *index.Entry, ends *ends) (list []recommended) {
	for _, k := range x.Near(e, nearShown) {
		var why []string
		for _, s := range k.Shared {
			why = append(why, inCommon(s, e, x, ends))
		}
		list = append(list, recommended{k.Entry, strings.Join(why, "; ")})
	}
	return list
}

// shownInCommon bounds what is named of one kind.
const shownInCommon = 3

// inCommon says what two incidents share, in words. What it is tied to is looked up, so that its marking counts for the page.
func inCommon(s index.Shared, e *index.Entry, x *index.Index, ends *ends) string {
	var names []string
	for _, v := range s.Values[:min(len(s.Values), shownInCommon)] {
		switch s.Kind {
		case "actor":
			v = calledBy(e, x, v)
		case "campaign", "indicator":
			v = ends.get(v).Name
		case "sector":
			v = words(v)
		}
		names = append(names, v)
	}
	text := strings.Join(names, ", ")
	if s.Kind == "actor" {
		return "attributed to " + text + " as well"
	}
	return "same " + s.Kind + ": " + text
}

// calledBy is what the claims about an incident call an actor: sources have names of their own.
func calledBy(e *index.Entry, x *index.Index, actor string) string {
	for _, c := range e.Claims {
		if x.Known.Resolve(c.Claim.Accused) == actor {
			return c.Accused.Label()
		}
	}
	return x.Name(actor).Label()
}

func entriesOf(list []recommended) (out []*index.Entry) {
	for _, r := range list {
		out = append(out, r.Entry)
	}
	return out
}
