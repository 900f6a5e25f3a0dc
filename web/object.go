package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/release"
)

// link is an object that is tied to the one shown.
type link struct {
	How  string // "attributed to", "named in report"
	Via  thing  // the relationship, sighting, note or report that says so
	Far  thing  // the other end; its ID alone when it may not be shown or is not here
	Text string // what the tie itself says
}

type linkGroup struct {
	How   string
	Links []link
}

const maxLinks = 200

// object is everything known about one id, or its STIX (with .json).
func (s *site) object(v *visit) error {
	id, wantJSON := strings.CutSuffix(v.r.PathValue("id"), ".json")
	view := v.view(release.ShowPage)
	var said []thing
	var raws [][]byte
	err := view.Get(v.r.Context(), id, func(it *release.Item) error {
		said = append(said, newThing(it))
		raws = append(raws, bytes.Clone(it.Raw))
		return nil
	})
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return threatwatch.Errorf(threatwatch.NotFound, "There is no object with this id here, or none that you may see. Signing in may show more.")
	}
	if err != nil {
		return err
	}
	if wantJSON {
		return v.raw(raws[0], said[0])
	}
	var pretty bytes.Buffer
	if json.Indent(&pretty, raws[0], "", "  ") != nil {
		pretty.Reset()
		pretty.Write(raws[0])
	}
	groups, far, err := v.links(view, said[0])
	if err != nil {
		return err
	}
	body := struct {
		thing
		Facts  []fact
		Refs   []reference
		Groups []linkGroup
		Said   []thing
		JSON   string
	}{said[0], facts(raws[0]), references(said[0].fields), groups, said, pretty.String()}
	return v.show(http.StatusOK, "object", said[0].Name, strictest(said, far), body)
}

func (v *visit) raw(raw []byte, t thing) error {
	v.w.Header().Set("Content-Type", "application/stix+json;version=2.1")
	v.w.Header().Set("Vary", "Cookie, Authorization")
	v.w.Header().Set("Cache-Control", "private, no-store")
	v.w.Header().Set("Content-Disposition", `inline; filename="`+t.ID+`.json"`)
	_, err := v.w.Write(raw)
	return err
}

// links gathers what refers to the object and what it refers to, grouped by how. far is everything that is shown of it.
func (v *visit) links(view *release.View, of thing) (groups []linkGroup, far []thing, err error) {
	var vias []thing
	err = view.Related(v.r.Context(), of.ID, maxLinks, func(_ string, it *release.Item) error {
		if !slices.ContainsFunc(vias, func(t thing) bool { return t.ID == it.ID }) {
			vias = append(vias, newThing(it))
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	names := map[string]thing{}
	end := func(id string) thing {
		if t, ok := names[id]; ok {
			return t
		}
		t := thing{ID: id, Type: id[:max(strings.Index(id, "--"), 0)], Name: id}
		first := true
		if e := view.Get(v.r.Context(), id, func(it *release.Item) error {
			if first {
				t, first = newThing(it), false
			}
			return nil
		}); e != nil && threatwatch.KindOf(e) != threatwatch.NotFound {
			err = e
		}
		names[id] = t
		return t
	}
	at := map[string]int{}
	add := func(l link) {
		i, ok := at[l.How]
		if !ok {
			i = len(groups)
			at[l.How] = i
			groups = append(groups, linkGroup{How: l.How})
		}
		groups[i].Links = append(groups[i].Links, l)
		far = append(far, l.Via, l.Far)
	}
	for _, via := range vias {
		how := strings.ReplaceAll(via.str("relationship_type"), "-", " ")
		switch from, to := via.str("source_ref"), via.str("target_ref"); {
		case via.Type == "relationship" && from == of.ID:
			add(link{How: how, Via: via, Far: end(to), Text: prose(via.str("description"))})
		case via.Type == "relationship" && to == of.ID:
			add(link{How: how + " (from there)", Via: via, Far: end(from), Text: prose(via.str("description"))})
		default:
			add(link{How: strings.ToLower(plural(via.Type)) + " about it", Via: via, Far: via, Text: via.Text})
		}
	}
	slices.SortStableFunc(groups, func(a, b linkGroup) int { return cmp.Compare(rank(a.How), rank(b.How)) })
	for _, id := range outgoing(of) {
		add(link{How: "refers to", Via: of, Far: end(id)})
	}
	return groups, far, err
}

// rank puts claims and denials before the rest, at the same place on every page.
func rank(how string) int {
	for i, first := range []string{"attributed to", "opinions about it", "notes about it"} {
		if strings.HasPrefix(how, first) {
			return i
		}
	}
	return 3
}

// outgoing lists what an object itself refers to.
func outgoing(t thing) (ids []string) {
	for _, k := range []string{"source_ref", "target_ref", "sighting_of_ref"} {
		if s := t.str(k); s != "" {
			ids = append(ids, s)
		}
	}
	for _, k := range []string{"object_refs", "observed_data_refs", "where_sighted_refs"} {
		list, _ := t.fields[k].([]any)
		for _, x := range list {
			if s, ok := x.(string); ok && len(ids) < maxLinks {
				ids = append(ids, s)
			}
		}
	}
	return ids
}
