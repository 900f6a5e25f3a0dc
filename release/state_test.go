package release_test

import (
	"fmt"
	"testing"

	"threatwatch/release"
)

// TestState: a page has the state of its collection, unless an object was looked at part by part for this subject: one on the page, or one that
// competes with it.
func TestState(t *testing.T) {
	raw := func(typ string, n int, level, more string) object {
		id := fmt.Sprintf("%s--%08x-0000-4000-8000-000000000000", typ, n)
		return object{owner: "acme", id: id, raw: fmt.Sprintf(`{"type":%q,"spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","object_marking_refs":[%q],%s}`,
			typ, id, markings[level], more)}
	}
	hidden := raw("malware", 1, "amber", `"name":"a","is_family":true`)
	rel := exchange(t, []object{
		raw("malware", 2, "clear", `"name":"b","is_family":true`), raw("malware", 4, "clear", `"name":"d","is_family":true`), hidden,
		raw("report", 3, "clear", fmt.Sprintf(`"name":"c","published":"2026-01-01T00:00:00Z","object_refs":[%q,"malware--00000002-0000-4000-8000-000000000000"]`, hidden.id)),
	})
	for _, tt := range []struct {
		s      release.Subject
		limit  int
		looked bool
	}{
		{release.Subject{Kind: release.Public}, 1, false},
		{release.Subject{Kind: release.Public}, 9, true}, // the report loses a reference
		{release.Subject{Kind: release.Client, Org: "beta"}, 9, true},
		{release.Subject{Kind: release.Client, Org: "acme"}, 9, false}, // who said it gets it as it is
	} {
		v := rel.View(tt.s, release.TaxiiRead)
		list, err := v.Collections(t.Context())
		if err != nil || len(list) == 0 {
			t.Fatal(list, err)
		}
		c, err := v.Collection(t.Context(), list[0].UUID)
		if err != nil || c.State == "" {
			t.Fatalf("collection %+v, %v", c, err)
		}
		for _, bare := range []bool{false, true} {
			p, err := v.Page(t.Context(), release.Query{Collection: c.UUID, Limit: tt.limit, Bare: bare}, func(*release.Item) error { return nil })
			if err != nil || p.N == 0 || tt.looked != (p.State == "") || p.State != "" && p.State != c.State {
				t.Errorf("%v, limit %d: page %+v, %v; looked at: %v", tt.s, tt.limit, p, err, tt.looked)
			}
		}
	}
}

// TestStateOfCompeting: the page holds nothing that is looked at, but whether it holds what it holds depends on something that is.
func TestStateOfCompeting(t *testing.T) {
	version := func(owner, modified, more string) object {
		id := "malware--00000001-0000-4000-8000-000000000000"
		return object{owner: owner, id: id, raw: fmt.Sprintf(`{"type":"malware","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":%q,"name":"a","is_family":true,"object_marking_refs":[%q]%s}`, id, modified, markings["clear"], more)}
	}
	other := object{owner: "acme", raw: fmt.Sprintf(`{"type":"malware","spec_version":"2.1","id":"malware--00000002-0000-4000-8000-000000000000","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"b","is_family":true,"object_marking_refs":[%q]}`, markings["clear"])}
	rel := exchange(t, []object{
		version("acme", "2026-01-01T00:00:00.000Z", ""), other,
		version("beta", "2026-01-02T00:00:00.000Z", fmt.Sprintf(`,"description":"c","granular_markings":[{"selectors":["description"],"marking_ref":%q}]`, markings["red"])),
	})
	v := rel.View(release.Subject{Kind: release.Client, Org: "gamma"}, release.TaxiiRead)
	p, err := v.Page(t.Context(), release.Query{Collection: "clear", Limit: 1}, func(*release.Item) error { return nil })
	if err != nil || p.N != 1 || !p.More || p.State != "" {
		t.Errorf("page %+v, %v, want one object, more, and no state", p, err)
	}
}
