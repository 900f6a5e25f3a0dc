package notice

import (
	"fmt"

	"threatwatch/stix"
	"threatwatch/watch/index"
)

// actorTypes are the objects that claims name.
var actorTypes = map[string]bool{"intrusion-set": true, "threat-actor": true, "campaign": true, "identity": true}

// mergeEvent is what somebody's word about two records does: one goes on in the other, or stands for itself again.
func mergeEvent(x *index.Index, root *stix.Value) (*index.Entry, string, string) {
	from, to := x.Get(root.Get("source_ref").Text()), x.Get(root.Get("target_ref").Text())
	if root.Get("relationship_type").Text() != "duplicate-of" || from == nil || to == nil {
		return nil, "", ""
	}
	if root.Get("revoked").IsTrue() {
		if from.Gone() {
			return nil, "", "" // by its own word, or by somebody else's
		}
		return from, "incident.updated", "It is no longer said to be the same as " + to.Title() + "."
	}
	for _, e := range []*index.Entry{from, to} {
		if into := x.Get(e.Facts.MergedRef); e.Merger != nil && e.Merger.Tie == root.Get("id").Text() && into != nil {
			return e, "incident.merged", "It goes on in " + into.Title() + ". " + e.Merger.Words
		}
	}
	return nil, "", ""
}

// renameEvent is that an actor is called by another name than before. It is told once, beside the last incident of those that somebody wants to hear of.
func renameEvent(x *index.Index, root *stix.Value, before []*stix.Value, want Interest) (e *index.Entry, typ, words string, err error) {
	a := x.Actor(root.Get("id").Text())
	name := root.Get("name").Text()
	if a == nil || len(before) == 0 || before[0].Get("name").Text() == name {
		return nil, "", "", nil
	}
	n := 0
	for _, each := range a.Incidents {
		wanted, err := want.in(each, nil, each)
		if err != nil {
			return nil, "", "", err
		}
		if wanted {
			if n++; e == nil {
				e = each
			}
		}
	}
	if n == 0 {
		return nil, "", "", nil
	}
	words = fmt.Sprintf("%s is called %s now. Incidents that name it: %d.", before[0].Get("name").Text(), name, n)
	return e, "actor.renamed", words, nil
}
