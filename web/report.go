package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

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
	More      int // that are not listed
	Refs      []reference
	Remarks   []remark
	Seen, Why string
	Discuss   bool
	Path      string
	Versions  []version
}

// restGroup is the objects of a type on which a report rests.
type restGroup struct {
	Type  string
	Links []link
}

// Head and Rest part a long group: the rest is folded.
func (g restGroup) Head() []link { return g.Links[:min(len(g.Links), maxShown)] }

// Rest is what is folded.
func (g restGroup) Rest() []link { return g.Links[min(len(g.Links), maxShown):] }

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
	body := reportPage{reportRow: newReportRow(t, e), Refs: references(t), Seen: seenWords(t.Badge.Level), Why: v.why(t), Discuss: v.mayDiscuss(), Path: "/reports/" + t.ID, Versions: history(said, 0)}
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

// rest sorts what the report names: incidents as the catalogue has them, everything else by type.
func (p *reportPage) rest(x *index.Index, ids []string, e *ends) {
	ids = slices.Clone(ids)
	slices.SortStableFunc(ids, func(a, b string) int {
		s, _ := stix.SplitID(a)
		t, _ := stix.SplitID(b)
		if d := restPlace(s) - restPlace(t); d != 0 {
			return d
		}
		return strings.Compare(s, t)
	})
	listed := firsts(ids, maxLinks)
	p.More = len(ids) - len(listed)
	for _, id := range listed {
		if in := x.Get(id); in != nil {
			p.Incidents = append(p.Incidents, in)
			continue
		}
		far := e.get(id)
		if !far.Seen() {
			p.Unseen++
			continue
		}
		far.Name = e.titleOf(far)
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Type != far.Type {
			p.Groups = append(p.Groups, restGroup{Type: far.Type})
		}
		g := &p.Groups[len(p.Groups)-1]
		g.Links = append(g.Links, link{Far: far, Via: far})
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
