package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
)

// objectPage is everything known about one id.
type objectPage struct {
	thing
	Older  bool // not the newest version
	Tie    *tie
	By     thing // who made it
	Facts  []fact
	Sides  sides
	Groups []linkGroup
	More   bool // more refers to it than is shown
	Same   []thing
	discussion
	Withdraw string // what the visitor may do with what somebody wrote
	Refs     []reference
	Timeline []moment
	Versions []version
	JSON     string // as received, indented; empty when it is too long for a page
}

// tie is what a relationship or a sighting ties.
type tie struct {
	From, To thing
	How      string
}

// maxJSON bounds the STIX that is shown in a page; the file holds all of it.
const maxJSON = 32 << 10

// object shows everything known about one id, or its STIX (with .json). An older version is asked for by its time.
func (s *site) object(v *visit) error {
	id, wantJSON := strings.CutSuffix(v.r.PathValue("id"), ".json")
	view := v.view(release.ShowPage)
	said, err := v.said(view, id)
	if err != nil {
		return err
	}
	shown := 0
	if want := v.r.URL.Query().Get("version"); want != "" {
		if shown = slices.IndexFunc(said, func(t thing) bool { return t.Version() == want }); shown < 0 {
			return threatwatch.Errorf(threatwatch.NotFound, "There is no such version of this object here, or none that you may see.")
		}
	}
	t := said[shown]
	if wantJSON {
		return v.raw(t)
	}
	body, e, err := v.objectPage(view, t, said, shown)
	if err != nil {
		return err
	}
	highest := strictest(said, e.all(), body.Same, body.Sides.things(), body.things())
	for _, g := range body.Groups {
		for _, l := range g.Links {
			highest = highest.with([]thing{l.Via}, sides{Denials: l.Denials}.things())
		}
	}
	return v.show(http.StatusOK, "object", body.Name, highest, body)
}

// said is every version of an object that the visitor may see, newest first.
func (v *visit) said(view *release.View, id string) (list []thing, err error) {
	err = view.Get(v.r.Context(), id, func(it *release.Item) error {
		list = append(list, newThing(it))
		return nil
	})
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		err = threatwatch.Errorf(threatwatch.NotFound, "There is no object with this id here, or none that you may see. Signing in may show more.")
	}
	return list, err
}

// objectPage gathers what the page of a version shows.
func (v *visit) objectPage(view *release.View, t thing, said []thing, shown int) (body objectPage, e *ends, err error) {
	about, err := v.mentions(view, t.ID, maxLinks)
	if err != nil {
		return body, nil, err
	}
	e = v.ends(view)
	body = objectPage{thing: t, Older: shown > 0, Facts: factsOf(t, e), Refs: references(t), Versions: history(said, shown), More: len(about) == maxLinks}
	if by := t.str("created_by_ref"); by != "" {
		body.By = e.get(by)
	}
	body.Sides = e.sides(t, about)
	if !t.Redacted {
		body.discussion = v.discussion(discussedAt(t))
	}
	var others []mention
	for _, m := range about {
		if m.remarks() {
			body.Remarks = append(body.Remarks, remark{m.thing, speaker(m.thing, e), thing{}})
		} else {
			others = append(others, m)
		}
	}
	body.Groups = groups(t, others, e)
	body.Timeline = timeline(t, body.Versions, body.Sides, about)
	if body.Same, err = v.same(t); err != nil {
		return body, e, err
	}
	switch t.Type {
	case "relationship":
		body.Tie = &tie{e.get(t.str("source_ref")), e.get(t.str("target_ref")), kind(t.str("relationship_type"))}
	case "sighting":
		body.Tie = &tie{To: e.get(t.str("sighting_of_ref")), How: "Sighting of"}
	}
	body.Name = e.titleOf(t)
	if w, may := v.withdrawal(t); may {
		body.Withdraw = w.title()
	}
	if len(t.obj.Raw) <= maxJSON {
		body.JSON = indented(t.obj.Raw)
	}
	return body, e, e.err
}

func indented(raw []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}

const (
	maxValues = 4  // of an object that are looked up
	maxSame   = 20 // other objects for each
)

// same lists other objects that hold the same values.
func (v *visit) same(t thing) (list []thing, err error) {
	if t.obj == nil {
		return nil, nil
	}
	values := slices.DeleteFunc(t.obj.Values(), func(s string) bool { return strings.HasPrefix(s, "external-id:") })
	for _, value := range values[:min(len(values), maxValues)] {
		err = v.view(release.Lookup).Lookup(v.r.Context(), value, maxSame, func(it *release.Item) error {
			if it.ID != t.ID && !slices.ContainsFunc(list, func(x thing) bool { return x.ID == it.ID }) {
				list = append(list, newThing(it))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// raw answers with the object as STIX.
func (v *visit) raw(t thing) error {
	h := v.w.Header()
	h.Set("Content-Type", "application/stix+json;version=2.1")
	h.Set("Vary", "Cookie, Authorization")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `inline; filename="`+t.ID+`.json"`)
	_, err := v.w.Write(t.obj.Raw)
	return err
}

// Version names a version in addresses.
func (t thing) Version() string {
	if t.Modified.IsZero() {
		return ""
	}
	return stix.FormatTime(t.Modified.UnixMicro())
}
