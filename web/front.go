package web

import (
	"cmp"
	"net/http"
	"slices"

	"threatwatch/release"
)

// count is how many objects of a type the visitor may see.
type count struct {
	Type string
	N    int
}

// dated is an incident with what is said about who did it.
type dated struct {
	thing
	Sides sides
}

// remark is an opinion or a note: what was denied, corrected, added.
type remark struct {
	thing
	By string
	On thing // the first object that is more than a tie
}

// frontPage is the latest of what the visitor may see.
type frontPage struct {
	Incidents                            []dated
	Remarks                              []remark
	Actors, Malware, Reports, Indicators []thing
	Counts, Rest                         []count // the most, and the others
	Total                                int
}

// frontLinks bounds what is read about each incident on the front page.
const frontLinks = 60

// front shows the latest.
func (s *site) front(v *visit) error {
	view := v.view(release.ShowPage)
	all, err := view.Count(v.r.Context(), "")
	if err != nil {
		return err
	}
	var body frontPage
	for t, n := range all {
		body.Counts = append(body.Counts, count{t, n})
		body.Total += n
	}
	slices.SortFunc(body.Counts, func(a, b count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Type, b.Type)) })
	body.Counts, body.Rest = body.Counts[:min(len(body.Counts), 12)], body.Counts[min(len(body.Counts), 12):]
	var incidents, said []thing
	for _, x := range []struct {
		to    *[]thing
		types []string
		n     int
	}{
		{&incidents, []string{"incident"}, 10}, {&said, []string{"opinion", "note"}, 5}, {&body.Indicators, []string{"indicator"}, 10},
		{&body.Reports, []string{"report"}, 6}, {&body.Actors, []string{"campaign", "intrusion-set", "threat-actor"}, 14}, {&body.Malware, []string{"malware", "tool"}, 14},
	} {
		if *x.to, _, err = v.latest(view, release.Query{Types: x.types, Limit: x.n}); err != nil {
			return err
		}
	}
	e := v.ends(view)
	highest := strictest(incidents, said, body.Indicators, body.Reports, body.Actors, body.Malware)
	for _, t := range incidents {
		about, err := v.mentions(view, t.ID, frontLinks)
		if err != nil {
			return err
		}
		sides := e.sides(t, about)
		body.Incidents = append(body.Incidents, dated{t, sides})
		highest = highest.with(sides.things())
	}
	for _, t := range said {
		body.Remarks = append(body.Remarks, remark{t, speaker(t, e), e.subject(t)})
	}
	if e.err != nil {
		return e.err
	}
	return v.show(http.StatusOK, "front", "Latest threats", highest.with(e.all()), body)
}

// latest is a page of the newest versions of objects, the newest first unless a cursor says otherwise.
func (v *visit) latest(view *release.View, q release.Query) (list []thing, p release.Page, err error) {
	q.Newest = true
	q.Version = release.Latest
	p, err = view.Page(v.r.Context(), q, func(it *release.Item) error {
		list = append(list, newThing(it))
		return nil
	})
	return list, p, err
}
