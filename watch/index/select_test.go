package index_test

import (
	"cmp"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"

	. "threatwatch/internal/watchtest"
	"threatwatch/release"
	"threatwatch/watch/index"
)

// TestNothing: where there are no incidents yet, lists are empty.
func TestNothing(t *testing.T) {
	x, err := index.NewKeeper(New(t).Releaser).Of(t.Context(), release.Subject{Kind: release.Public}, release.ShowPage)
	if err != nil {
		t.Fatal(err)
	}
	if list, facets := x.Browse(&index.Filter{}, 10); len(list) > 0 || len(facets) > 0 {
		t.Errorf("%d incidents and %d facets of nothing", len(list), len(facets))
	}
}

// TestSelect: what is answered from kept sets is what each entry says one by one, whatever was asked before: lists in each order, tombstones, and
// the counts of facets.
func TestSelect(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	h := New(t)
	for n := range 120 {
		step(h, r, n+1)
	}
	x, err := index.NewKeeper(h.Releaser).Of(t.Context(), release.Subject{Kind: release.Operator}, release.ShowPage)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Concat(x.Entries, x.Gone)
	values := map[string][]string{"q": {"open", "secret", "!secret"}, "status": {"claimed", "unattributed", "denied"}, "since": {"2020-01-03", "2026"}, "until": {"2020-01-05"}, "country": {"DE", "!DE"}, "tlp<": {"clear", "green"}, "accused": {"open 3", "nobody"}, "state": {"published", "merged"}}
	for range 400 {
		q := url.Values{"by": {[]string{"disclosed", "added", "occurred"}[r.IntN(3)]}}
		for key, list := range values {
			if r.IntN(3) == 0 {
				q[key] = []string{list[r.IntN(len(list))]}
			}
		}
		f, err := index.ParseFilter(q)
		if err != nil {
			t.Fatal(err)
		}
		want := matching(x.Entries, f)
		slices.SortStableFunc(want, func(a, b *index.Entry) int {
			if f.By == "disclosed" {
				return 0 // they lie so
			}
			return cmp.Or(f.At(b).Compare(f.At(a)), cmp.Compare(a.ID, b.ID))
		})
		list, facets := x.Browse(f, 100)
		if !slices.Equal(x.Select(f), want) || !slices.Equal(list, want) {
			t.Fatalf("%v selects %d and browses %d, want %d", q, len(x.Select(f)), len(list), len(want))
		}
		changed := matching(all, f)
		slices.SortFunc(changed, func(a, b *index.Entry) int {
			return cmp.Or(b.Changed().Compare(a.Changed()), cmp.Compare(a.ID, b.ID))
		})
		if !slices.Equal(x.Changes(f), changed) {
			t.Fatalf("%v has other changes", q)
		}
		for _, fa := range facets {
			checkFacet(t, x, q, fa)
		}
	}
}

func matching(list []*index.Entry, f *index.Filter) (out []*index.Entry) {
	for _, e := range list {
		if f.Match(e) {
			out = append(out, e)
		}
	}
	return out
}

// checkFacet asks for each value of a facet instead of what is asked for under its key.
func checkFacet(t *testing.T, x *index.Index, q url.Values, fa index.Facet) {
	t.Helper()
	for _, v := range fa.Values {
		with := url.Values{}
		for key, values := range q {
			with[key] = values
		}
		with[fa.Key] = []string{v.Value}
		f, err := index.ParseFilter(with)
		if err != nil {
			continue // a value that no address asks for
		}
		if n := len(matching(x.Entries, f)); n != v.N {
			t.Fatalf("%v: %s=%s counts %d, and %d match", q, fa.Key, v.Value, v.N, n)
		}
	}
}
