package web

import (
	"net/http"
	"slices"
	"time"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// proposalsPage lists what waits for a second person.
type proposalsPage struct {
	List []waiting
}

// waiting is a proposal as its organisation reads it.
type waiting struct {
	Proposal
	Own     bool // the visitor made it: somebody else must agree
	Changes []fieldChange
	About   []shownTo
	Place   string // of the record; "" when it is none of an incident
	Highest stix.Level
}

// proposals lists those of the visitor's organisation. One whose object the visitor may not see is not there.
func (s *site) proposals(v *visit) error {
	list, err := v.waiting()
	if err != nil {
		return err
	}
	highest := badge{}
	for _, w := range list {
		highest.Known, highest.Level = true, max(highest.Level, w.Highest)
	}
	return v.show(http.StatusOK, "proposals", "Proposals", highest, proposalsPage{list})
}

func (v *visit) waiting() (list []waiting, err error) {
	if !v.mayEdit() {
		return nil, threatwatch.Errorf(threatwatch.Forbidden, "Publishers who are signed in decide here about what their organisation publishes. Your role does not include it.")
	}
	all, err := v.s.Desk.Proposals(v.r.Context(), v.caller)
	if err != nil {
		return nil, err
	}
	x, err := v.index()
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		w, ok, err := v.waits(x, p)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, w)
		}
	}
	return list, nil
}

// waits tells a proposal beside what is held; ok is false when the visitor may not see what is held.
func (v *visit) waits(x *index.Index, p Proposal) (w waiting, ok bool, err error) {
	w = waiting{Proposal: p, Own: v.caller.Person.ID == p.By}
	ed := &editing{visit: v, x: x, now: time.Now(), objects: p.Objects, made: p.Objects}
	for _, o := range p.Objects {
		id := o.Get("id").Text()
		if ed.e == nil {
			ed.e = entryOf(x, o)
		}
		if p.Based[id].IsZero() {
			continue
		}
		said, err := v.said(v.view(release.ShowPage), id)
		if threatwatch.KindOf(err) == threatwatch.NotFound {
			return w, false, nil
		}
		if err != nil {
			return w, false, err
		}
		i := slices.IndexFunc(said, func(t thing) bool { return t.Modified.Equal(p.Based[id]) && !t.Redacted })
		if i < 0 {
			return w, false, nil
		}
		w.Highest = max(w.Highest, said[i].Badge.Level)
		if entryOf(x, o) != nil { // and not the record of the organisation
			w.Changes = append(w.Changes, differences(ed.describe(said[i].obj.Root, said[i].Badge.Level), ed.describe(o, said[i].Badge.Level))...)
		}
	}
	if ed.e != nil {
		w.Place = ed.e.Place()
	}
	for _, f := range p.Fates {
		w.About = append(w.About, ed.shownTo(f))
	}
	return w, true, nil
}

// entryOf is the incident that an object is, or is about.
func entryOf(x *index.Index, o *stix.Value) *index.Entry {
	if watch.IsClaim(o) {
		return x.Holding(o.Get("source_ref").Text())
	}
	for _, id := range append([]string{o.Get("id").Text()}, o.Get("object_refs").Strings()...) {
		if e := x.Holding(id); e != nil {
			return e
		}
	}
	return nil
}

// decideProposal agrees to a proposal, or ends it.
func (s *site) decideProposal(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "The form could not be read: %w", err)
	}
	list, err := v.waiting()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(w waiting) bool { return w.ID == v.r.PathValue("id") })
	if i < 0 {
		return threatwatch.Errorf(threatwatch.NotFound, "There is no such proposal, or it was decided already, or it is too old.")
	}
	agree := v.r.PostForm.Get("do") == "agree"
	if !agree && v.r.PostForm.Get("do") != "refuse" {
		return threatwatch.Errorf(threatwatch.Invalid, "Agree or refuse.")
	}
	if err := s.Desk.Decide(v.r.Context(), v.caller, list[i].ID, agree); err != nil {
		return err
	}
	to := "/proposals"
	if agree && list[i].Place != "" {
		to = "/incidents/" + list[i].Place
	}
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}
