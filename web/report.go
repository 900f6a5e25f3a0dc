package web

import (
	"net/http"
	"net/url"
	"slices"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch/index"
)

// reportPage is one report: what it says, who wrote it, and what it rests on.
type reportPage struct {
	reportRow
	Incidents []*index.Entry
	Groups    []restGroup
	Unseen    int // objects that are not here, or not for the visitor
	Refs      []reference
	Seen, Why string
	discussion
	Versions []version
}

// restGroup is the objects of a type on which a report rests.
type restGroup struct {
	Type  string
	Links []link
	More  int // that are not listed
}

// report shows one.
func (s *site) report(v *visit) error {
	view := v.view(release.ShowPage)
	said, err := v.reported(view)
	if err != nil {
		return err
	}
	x, err := v.index()
	if err != nil {
		return err
	}
	about, err := v.mentions(view, said[0].ID, maxLinks)
	if err != nil {
		return err
	}
	e, t := v.ends(view), said[0]
	body := reportPage{reportRow: newReportRow(t, e), Refs: references(t), Seen: seenWords(t.Badge.Level), Why: v.why(t), discussion: v.discussion("/reports/" + t.ID), Versions: history(said, 0)}
	body.rest(x, t.strs("object_refs"), e)
	highest := strictest(said)
	for _, m := range about {
		if m.Type == "note" || m.Type == "opinion" {
			body.Remarks = append(body.Remarks, remark{m.thing, speaker(m.thing, e), thing{}})
			highest = highest.with([]thing{m.thing})
		}
	}
	for _, in := range body.Incidents {
		highest.Level = max(highest.Level, in.Highest)
	}
	if e.err != nil {
		return e.err
	}
	return v.show(http.StatusOK, "report", t.Name, highest.with(e.all()), body)
}

// reported are the versions of the report that the address names.
func (v *visit) reported(view *release.View) ([]thing, error) {
	id := v.r.PathValue("id")
	if typ, _ := stix.SplitID(id); typ != "report" {
		return nil, threatwatch.Errorf(threatwatch.NotFound, "There is no report at this address, or none that you may see. Signing in may show more.")
	}
	return v.said(view, id)
}

// rest sorts what the report names, of each type the first: incidents as the catalogue has them, everything else by name.
func (p *reportPage) rest(x *index.Index, ids []string, e *ends) {
	for _, c := range p.RestsOn {
		of := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { typ, _ := stix.SplitID(id); return typ != c.Type })
		g := restGroup{Type: c.Type}
		listed := firsts(of, maxShown)
		for _, id := range listed {
			if in := x.Get(id); in != nil {
				p.Incidents = append(p.Incidents, in)
			} else if far := e.get(id); far.Seen() {
				far.Name = e.titleOf(far)
				g.Links = append(g.Links, link{Far: far, Via: far})
			} else {
				p.Unseen++
			}
		}
		if g.More = c.N - len(listed); g.More > 0 || len(g.Links) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
}

// discussReport is the form for a note or an opinion on a report.
func (s *site) discussReport(v *visit) error {
	said, err := v.reported(v.view(release.ShowPage))
	if err != nil {
		return err
	}
	t := said[0]
	return v.remark(subject{ID: t.ID, Title: t.Name, Path: "/reports/" + url.PathEscape(t.ID), List: "/reports", Lists: "Reports", Whole: "the report as a whole", Level: t.Badge.Level})
}
