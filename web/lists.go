package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/release"
)

// count is how many objects of a type the visitor may see.
type count struct {
	Type string
	N    int
}

// front is the latest of what the visitor may see.
func (s *site) front(v *visit) error {
	view := v.view(release.ShowPage)
	all, err := view.Count(v.r.Context(), "")
	if err != nil {
		return err
	}
	var body struct {
		Incidents, Reports, Indicators []thing
		Counts                         []count
		Total                          int
	}
	for t, n := range all {
		body.Counts = append(body.Counts, count{t, n})
		body.Total += n
	}
	slices.SortFunc(body.Counts, func(a, b count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Type, b.Type)) })
	for _, x := range []struct {
		to  *[]thing
		typ string
		n   int
	}{{&body.Incidents, "incident", 12}, {&body.Reports, "report", 6}, {&body.Indicators, "indicator", 10}} {
		if *x.to, _, err = v.latest(view, release.Query{Types: []string{x.typ}, Limit: x.n}); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, "front", "Latest threats", strictest(body.Incidents, body.Reports, body.Indicators), body)
}

func (v *visit) latest(view *release.View, q release.Query) (list []thing, p release.Page, err error) {
	q.Newest = true
	q.Version = release.Latest
	p, err = view.Page(v.r.Context(), q, func(it *release.Item) error {
		list = append(list, newThing(it))
		return nil
	})
	return list, p, err
}

// results is a list page.
type results struct {
	Heading, Query, Type string
	Things               []thing
	Exact                []thing // what holds the value that was asked for
	Next                 string
	More                 bool // more were found than are shown
	Total                int
}

const (
	listPage  = 50
	foundPage = 100
)

// list is all objects of a type, newest first.
func (s *site) list(v *visit) error {
	typ := v.r.PathValue("type")
	view := v.view(release.ShowPage)
	things, p, err := v.latest(view, release.Query{Types: []string{typ}, Limit: listPage, Next: v.r.URL.Query().Get("next")})
	if err != nil {
		return err
	}
	body := results{Heading: plural(typ), Type: typ, Things: things, Next: p.Next}
	return v.show(http.StatusOK, "list", body.Heading, strictest(things), body)
}

// search finds a value exactly, and words in texts.
func (s *site) search(v *visit) error {
	q := strings.TrimSpace(v.r.URL.Query().Get("q"))
	if q == "" {
		http.Redirect(v.w, v.r, "/", http.StatusSeeOther)
		return nil
	}
	if len(q) > 1000 {
		return threatwatch.Errorf(threatwatch.Invalid, "Search for at most 1,000 bytes.")
	}
	if idPattern.MatchString(q) {
		http.Redirect(v.w, v.r, "/objects/"+q, http.StatusSeeOther)
		return nil
	}
	body := results{Heading: "Search: " + q, Query: q}
	seen := map[string]bool{}
	collect := func(to *[]thing) func(*release.Item) error {
		return func(it *release.Item) error {
			if seen[it.ID] {
				return nil
			}
			if len(*to) == foundPage {
				body.More = true
				return release.Stop
			}
			seen[it.ID] = true
			*to = append(*to, newThing(it))
			return nil
		}
	}
	if err := v.view(release.Lookup).Lookup(v.r.Context(), q, 0, collect(&body.Exact)); err != nil {
		return err
	}
	if err := v.view(release.Search).Search(v.r.Context(), q, nil, 0, collect(&body.Things)); err != nil {
		return err
	}
	return v.show(http.StatusOK, "list", body.Heading, strictest(body.Exact, body.Things), body)
}
