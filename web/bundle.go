package web

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// bundle answers with an incident, what is said of it, who says it and whom it names, as far as the visitor may take it away.
func (s *site) bundle(v *visit) error {
	_, e, err := v.entry()
	if err != nil {
		return err
	}
	view := v.view(release.ExportFile)
	var objects [][]byte
	for _, id := range inBundle(e) {
		newest := true
		err := view.Get(v.r.Context(), id, func(it *release.Item) error {
			if newest {
				objects = append(objects, bytes.Clone(it.Raw))
			}
			newest = false
			return nil
		})
		if err != nil && threatwatch.KindOf(err) != threatwatch.NotFound {
			return err
		}
	}
	if len(objects) == 0 {
		return threatwatch.Errorf(threatwatch.Forbidden, "You may read this incident here, but its marking does not let it leave as a file.")
	}
	for _, d := range slices.Backward(watch.Definitions()) { // their author is the first, and is needed where one of them is
		if slices.ContainsFunc(objects, func(o []byte) bool { return bytes.Contains(o, []byte(d.Get("id").Text())) }) {
			objects = append(objects, d.AppendJSON(nil))
		}
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/stix+json;version=2.1")
	h.Set("Vary", "Cookie, Authorization")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `attachment; filename="`+e.ID+`.json"`)
	if _, err = fmt.Fprintf(v.w, `{"type":"bundle","id":"bundle--%s","objects":[`+"\n%s\n]}\n", uuid.NewString(), bytes.Join(objects, []byte(",\n"))); err != nil {
		s.Log.Debug("the visitor left", "error", err)
	}
	return nil
}

// inBundle are the ids of what belongs to an incident, each once.
func inBundle(e *index.Entry) (ids []string) {
	add := func(list ...string) {
		for _, id := range list {
			if id != "" && stix.ValidID(id) && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	stances := func(list []*index.Stance) {
		for _, s := range list {
			add(s.ID, s.Position.HolderRef, s.Position.AlternativeRef, s.By)
		}
	}
	add(e.ID, e.By)
	for _, c := range e.Claims {
		add(c.ID, c.Claim.Accused, c.Terms.ClaimantRef, c.By)
		stances(c.Stances)
	}
	stances(e.Stances)
	for _, v := range e.Void { // who had it must get that it is revoked
		add(v.ID())
	}
	for _, victim := range e.Facts.Victims {
		add(victim.IdentityRef)
	}
	return ids
}
