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
		Incidents, Actors, Reports, Indicators []thing
		Counts                                 []count
		Total                                  int
	}
	for t, n := range all {
		body.Counts = append(body.Counts, count{t, n})
		body.Total += n
	}
	slices.SortFunc(body.Counts, func(a, b count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Type, b.Type)) })
	for _, x := range []struct {
		to    *[]thing
		types []string
		n     int
	}{
		{&body.Incidents, []string{"incident"}, 12}, {&body.Reports, []string{"report"}, 6}, {&body.Indicators, []string{"indicator"}, 10},
		{&body.Actors, []string{"campaign", "intrusion-set", "malware", "threat-actor", "tool"}, 12},
	} {
		if *x.to, _, err = v.latest(view, release.Query{Types: x.types, Limit: x.n}); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, "front", "Latest threats", strictest(body.Incidents, body.Actors, body.Reports, body.Indicators), body)
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

// named are the types whose objects people look for by name.
var named = []string{"incident", "intrusion-set", "threat-actor", "campaign", "malware", "tool", "vulnerability", "attack-pattern", "report", "indicator",
	"infrastructure", "identity", "course-of-action", "location"}

// fits says how well a name fits what was asked: 0 is it, 1 begins so, 2 holds it, 3 only the text does.
func (t thing) fits(q string) int {
	name, q := strings.ToLower(t.Name), strings.ToLower(q)
	switch {
	case name == q:
		return 0
	case strings.HasPrefix(name, q):
		return 1
	case strings.Contains(name, q):
		return 2
	}
	return 3
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
	for _, types := range [][]string{named, nil} { // what has a name before what ties it together
		if body.More {
			break
		}
		if err := v.view(release.Search).Search(v.r.Context(), q, types, 0, collect(&body.Things)); err != nil {
			return err
		}
	}
	slices.SortStableFunc(body.Things, func(a, b thing) int { return cmp.Compare(a.fits(q), b.fits(q)) })
	return v.show(http.StatusOK, "list", body.Heading, strictest(body.Exact, body.Things), body)
}
