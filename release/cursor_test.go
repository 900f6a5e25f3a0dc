package release_test

import (
	"testing"

	"threatwatch"
	"threatwatch/release"
)

// TestCursorIsOfItsQuery: a cursor goes on with the query it came from, left out or repeated; with another one it is refused.
func TestCursorIsOfItsQuery(t *testing.T) {
	var objects []object
	for _, raw := range []string{"1", "2", "3"} {
		objects = append(objects, object{owner: "acme", raw: `{"type":"malware","spec_version":"2.1","id":"malware--0000000` + raw + `-0000-4000-8000-000000000000","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"a","is_family":true,"object_marking_refs":["` + markings["clear"] + `"]}`})
	}
	v := exchange(t, objects).View(release.Subject{Kind: release.Public}, release.TaxiiRead)
	q := release.Query{Collection: "clear", Types: []string{"tool", "malware"}, AddedAfter: 1, Limit: 1}
	page := func(q release.Query) (release.Page, error) {
		return v.Page(t.Context(), q, func(*release.Item) error { return nil })
	}
	first, err := page(q)
	if err != nil || !first.More {
		t.Fatal(first, err)
	}
	for name, tt := range map[string]struct {
		change func(*release.Query)
		works  bool
	}{
		"repeated":           {func(*release.Query) {}, true},
		"left out":           {func(q *release.Query) { *q = release.Query{Limit: 1} }, true},
		"another limit":      {func(q *release.Query) { q.Limit = 2 }, true},
		"in another order":   {func(q *release.Query) { q.Types = []string{"malware", "tool"} }, true},
		"other types":        {func(q *release.Query) { q.Types = []string{"malware"} }, false},
		"other ids":          {func(q *release.Query) { q.IDs = []string{"malware--1"} }, false},
		"another version":    {func(q *release.Query) { q.Version.All = true }, false},
		"another time":       {func(q *release.Query) { q.AddedAfter = 2 }, false},
		"another collection": {func(q *release.Query) { q.Collection = "acme" }, false},
	} {
		again := q
		tt.change(&again)
		again.Next = first.Next
		p, err := page(again)
		if (err == nil) != tt.works || err != nil && threatwatch.KindOf(err) != threatwatch.Invalid || err == nil && p.First <= first.Last {
			t.Errorf("%s: %+v, %v, want it to work: %v", name, p, err, tt.works)
		}
	}
}
