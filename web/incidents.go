package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/watch/index"
)

// incidentsPage is a list of incidents with its filter.
type incidentsPage struct {
	Form         filterForm
	Rows         []incidentRow
	Total, All   int
	Older, Newer string // addresses
	Facets       []facetLinks
	Feeds        string // query of the feeds of exactly this list, with its question mark
}

// incidentRow is one incident in a list.
type incidentRow struct {
	*index.Entry
	Day string // by the clock of the list
	ISO string
}

const (
	incidentsShown = 40 // on a page
	facetShown     = 8  // values of a facet
)

// incidents lists those that the filter in the address selects, the last by its clock first.
func (s *site) incidents(v *visit) error {
	x, err := v.index()
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	f, err := index.ParseFilter(q, "older", "newer")
	if threatwatch.KindOf(err) == threatwatch.Invalid {
		return v.show(http.StatusBadRequest, "incidents", "Incidents", badge{}, incidentsPage{Form: wrongForm("/incidents", q, err), All: len(x.Entries)})
	}
	if err != nil {
		return err
	}
	list, facets := x.Browse(f, facetShown)
	from, to, err := window(f, list, q.Get("older"), q.Get("newer"))
	if err != nil {
		return err
	}
	body := incidentsPage{Form: newForm("/incidents", f), Total: len(list), All: len(x.Entries), Facets: facetsOf(facets, f, "/incidents"), Feeds: feedQuery(f)}
	for _, e := range list[from:to] {
		body.Rows = append(body.Rows, newRow(f, e))
	}
	if from > 0 {
		body.Newer = pageOf(f, "newer", list[from])
	}
	if to < len(list) {
		body.Older = pageOf(f, "older", list[to-1])
	}
	return v.show(http.StatusOK, "incidents", "Incidents", markedAs(x), body)
}

func newRow(f *index.Filter, e *index.Entry) incidentRow {
	r := incidentRow{Entry: e, Day: "no date", ISO: ""}
	switch {
	case f.By == "added":
		r.Day, r.ISO = date(e.Added), e.Added.Format(time.RFC3339)
	case f.By == "occurred" && e.Occurred().Known():
		r.Day, r.ISO = momentWords(e.Occurred()), e.Occurred().String()
	case f.By == "disclosed":
		r.Day, r.ISO = momentWords(e.Disclosed()), e.Disclosed().String()
	}
	return r
}

// window is which part of a list a page shows: what follows the entry that older names, or what lies before the one that newer names.
func window(f *index.Filter, list []*index.Entry, older, newer string) (from, to int, err error) {
	switch {
	case older != "":
		if from, err = place(f, list, older); err != nil {
			return 0, 0, err
		}
		if from < len(list) && keyOf(f, list[from]) == older {
			from++
		}
	case newer != "":
		if to, err = place(f, list, newer); err != nil {
			return 0, 0, err
		}
		from = max(0, to-incidentsShown)
	}
	return from, min(len(list), from+incidentsShown), nil
}

// place is where the entry of a key stands; when it is there no more, where it would stand.
func place(f *index.Filter, list []*index.Entry, key string) (int, error) {
	when, id, _ := strings.Cut(key, ".")
	us, err := strconv.ParseInt(when, 10, 64)
	if err != nil {
		return 0, threatwatch.Errorf(threatwatch.Invalid, "This address leads to no page of the list: it is cut short. The list begins at /incidents.")
	}
	if i := slices.IndexFunc(list, func(e *index.Entry) bool { return e.ID == id }); i >= 0 {
		return i, nil
	}
	at := time.UnixMicro(us)
	i := slices.IndexFunc(list, func(e *index.Entry) bool { return f.At(e).Before(at) })
	if i < 0 {
		i = len(list)
	}
	return i, nil
}

// keyOf names the place of an entry in a list: what comes in meanwhile does not move it.
func keyOf(f *index.Filter, e *index.Entry) string {
	return strconv.FormatInt(f.At(e).UnixMicro(), 10) + "." + e.ID
}

func pageOf(f *index.Filter, way string, e *index.Entry) string {
	q := f.Query()
	q.Set(way, keyOf(f, e))
	return "/incidents?" + q.Encode()
}

// feedQuery is what a filter adds to the address of a feed.
func feedQuery(f *index.Filter) string {
	if q := f.Query(); len(q) > 0 {
		return "?" + q.Encode()
	}
	return ""
}

// address is where a page is, with a query.
func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
