package web

import (
	"slices"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
)

// ends finds objects by id for one page, each once.
type ends struct {
	v     *visit
	view  *release.View
	known map[string]thing
	err   error // the first one; the page is not shown then
}

func (v *visit) ends(view *release.View) *ends {
	return &ends{v: v, view: view, known: map[string]thing{}}
}

// get is the newest version of an object that the visitor may see, or what stands for one that is unseen.
func (e *ends) get(id string) thing {
	if t, ok := e.known[id]; ok {
		return t
	}
	t := unseen(id)
	err := e.view.Get(e.v.r.Context(), id, func(it *release.Item) error {
		if !t.Seen() {
			t = newThing(it)
		}
		return nil
	})
	if err != nil && threatwatch.KindOf(err) != threatwatch.NotFound && e.err == nil {
		e.err = err
	}
	e.known[id] = t
	return t
}

// titleOf names relationships and sightings by what they tie, anything else by its name.
func (e *ends) titleOf(t thing) string {
	switch t.Type {
	case "relationship":
		return e.get(t.str("source_ref")).Name + " – " + kind(t.str("relationship_type")) + " – " + e.get(t.str("target_ref")).Name
	case "sighting":
		return "Sighting of " + e.get(t.str("sighting_of_ref")).Name
	}
	return t.Name
}

// title does so for all things of a list.
func (e *ends) title(list []thing) {
	for i, t := range list {
		list[i].Name = e.titleOf(t)
	}
}

// subject is the first of what an opinion or a note is about that is more than a tie.
func (e *ends) subject(t thing) thing {
	for _, id := range t.strs("object_refs") {
		if typ, _ := stix.SplitID(id); !stix.IsSRO(typ) {
			return e.get(id)
		}
	}
	return thing{}
}

// all is everything that was found: its markings count for the page.
func (e *ends) all() (list []thing) {
	for _, t := range e.known {
		if t.Seen() {
			list = append(list, t)
		}
	}
	return list
}

// mention is an object that refers to another, and by which property.
type mention struct {
	property string
	thing
}

// mentions lists what refers to an id, newest first, each once.
func (v *visit) mentions(view *release.View, id string, limit int) (list []mention, err error) {
	err = view.Related(v.r.Context(), id, limit, func(property string, it *release.Item) error {
		if !slices.ContainsFunc(list, func(m mention) bool { return m.ID == it.ID }) {
			list = append(list, mention{property, newThing(it)})
		}
		return nil
	})
	return list, err
}
