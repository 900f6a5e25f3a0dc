package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"threatwatch/release"
	"threatwatch/watch/index"
)

// count is how many objects of a type the visitor may see.
type count struct {
	Type string
	N    int
}

// dated is an incident with what is said about who did it.
type dated struct {
	*index.Entry
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
	Incidents           []dated
	All                 int // incidents that count
	Updated             time.Time
	Alert               *alert
	Changes             []change
	Months              *monthBars
	Lag                 *stack
	Map                 worldMap
	Remarks             []remark
	Reports, Indicators []thing
	Counts, Rest        []count // the most, and the others
	Total               int
}

const (
	frontLinks   = 60 // read about each incident on the front page
	frontNewest  = 5
	frontChanges = 6
)

// front shows the latest.
func (s *site) front(v *visit) error {
	x, err := v.index()
	if err != nil {
		return err
	}
	view := v.view(release.ShowPage)
	body := frontPage{All: len(x.Entries), Updated: x.Changed, Changes: whatChanged(x, frontChanges), Months: monthsOf(x, time.Now()), Lag: recentLag(x), Map: mapOf(x, everything, x.Entries)}
	if a, ok := v.alertOf(x); ok {
		body.Alert = &a
	}
	if err := v.counts(view, &body); err != nil {
		return err
	}
	var said []thing
	for _, q := range []struct {
		to    *[]thing
		types []string
		n     int
	}{{&said, []string{"note"}, 3}, {&body.Indicators, []string{"indicator"}, 8}, {&body.Reports, []string{"report"}, 5}} {
		if *q.to, _, err = v.latest(view, release.Query{Types: q.types, Limit: q.n}); err != nil {
			return err
		}
	}
	e := v.ends(view)
	highest := strictest(said, body.Indicators, body.Reports)
	highest.Known = highest.Known || body.All > 0
	highest.Level = max(highest.Level, markedAs(x).Level)
	for _, entry := range x.Entries[:min(len(x.Entries), frontNewest)] {
		d := dated{Entry: entry}
		if !entry.Extended { // the extension says who claims; without it the words of the claim do
			about, err := v.mentions(view, entry.ID, frontLinks)
			if err != nil {
				return err
			}
			d.Sides = e.sides(e.get(entry.ID), about)
			highest = highest.with(d.Sides.things())
		}
		body.Incidents = append(body.Incidents, d)
	}
	for _, t := range said {
		body.Remarks = append(body.Remarks, remark{t, speaker(t, e), e.subject(t)})
	}
	if e.err != nil {
		return e.err
	}
	return v.show(http.StatusOK, "front", "Latest threats", highest.with(e.all()), body)
}

// counts says how many objects of each type there are.
func (v *visit) counts(view *release.View, body *frontPage) error {
	all, err := view.Count(v.r.Context(), "")
	if err != nil {
		return err
	}
	for t, n := range all {
		body.Counts = append(body.Counts, count{t, n})
		body.Total += n
	}
	slices.SortFunc(body.Counts, func(a, b count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Type, b.Type)) })
	body.Counts, body.Rest = body.Counts[:min(len(body.Counts), 12)], body.Counts[min(len(body.Counts), 12):]
	return nil
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
