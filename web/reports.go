package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
)

// reportsPage is the reports, the last that came in first.
type reportsPage struct {
	Rows         []reportRow
	Newer, Older string // cursors
	Total        int
}

// reportRow is a report in the list (STIX 2.1 §4.17).
type reportRow struct {
	thing
	By        thing // who made it
	Published time.Time
	Kinds     []string
	RestsOn   []count // objects by type, as far as the visitor may see that it names them
}

const reportsShown = 30

// reports lists them. "older" leads on; "newer" is a cursor in the other direction.
func (s *site) reports(v *visit) error {
	view, query := v.view(release.ShowPage), v.r.URL.Query()
	newer := query.Get("newer")
	q := release.Query{Types: []string{"report"}, Limit: reportsShown, Next: cmp.Or(newer, query.Get("older"))}
	things, p, err := v.latest(view, q)
	if threatwatch.KindOf(err) == threatwatch.Invalid {
		return threatwatch.Errorf(threatwatch.Invalid, "This address leads to no page of the list: it is cut short, or was made for somebody else. The list begins at /reports.")
	}
	if err != nil {
		return err
	}
	body := reportsPage{Newer: p.Back, Older: p.Next}
	if newer != "" {
		if !p.More { // nothing is newer: the list from its beginning, which may hold what came in since
			http.Redirect(v.w, v.r, "/reports", http.StatusSeeOther)
			return nil
		}
		slices.Reverse(things)
		body.Newer, body.Older = p.Next, p.Back
	}
	counts, err := view.Count(v.r.Context(), "")
	if err != nil {
		return err
	}
	body.Total = counts["report"]
	e := v.ends(view)
	for _, t := range things {
		body.Rows = append(body.Rows, newReportRow(t, e))
	}
	if e.err != nil {
		return e.err
	}
	return v.show(http.StatusOK, "reports", "Reports", strictest(things, e.all()), body)
}

func newReportRow(t thing, e *ends) reportRow {
	r := reportRow{thing: t, Kinds: t.strs("report_types"), RestsOn: typesOf(t.strs("object_refs"))}
	r.Published, _ = stix.ParseTime(t.str("published"))
	if by := t.str("created_by_ref"); by != "" {
		r.By = e.get(by)
	}
	return r
}

// Day is when it was published; when it was made, where it does not say that.
func (r reportRow) Day() time.Time {
	if r.Published.IsZero() {
		return r.thing.Day()
	}
	return r.Published
}

// restOrder is in which order a report's objects stand: what it tells of before what it is told by.
var restOrder = []string{"incident", "relationship", "campaign", "intrusion-set", "threat-actor", "malware", "tool", "attack-pattern", "vulnerability", "infrastructure", "indicator", "observed-data", "sighting", "course-of-action", "identity", "location"}

// typesOf counts ids by type, each once, in the order of reports.
func typesOf(ids []string) (list []count) {
	n, seen := map[string]int{}, map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		typ, _ := stix.SplitID(id)
		n[typ]++
	}
	for typ, k := range n {
		list = append(list, count{typ, k})
	}
	slices.SortFunc(list, func(a, b count) int {
		return cmp.Or(cmp.Compare(restPlace(a.Type), restPlace(b.Type)), cmp.Compare(a.Type, b.Type))
	})
	return list
}

func restPlace(typ string) int {
	if i := slices.Index(restOrder, typ); i >= 0 {
		return i
	}
	return len(restOrder)
}
