package release_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"threatwatch/release"
	"threatwatch/stix"
)

// TestFollowWantsEnds: of relationships those are delivered that join what is wanted, to each subject all that it is shown of them, and no others are read.
func TestFollowWantsEnds(t *testing.T) {
	ends := []string{"indicator"}
	wanted, others := 0, 0
	for seed := range uint64(8) {
		rel := exchange(t, world(rand.New(rand.NewPCG(seed, 3))))
		for _, s := range subjects {
			all := followed(t, rel.View(s, release.ShowPage), nil)
			want := slices.DeleteFunc(slices.Clone(all), func(raw string) bool { return !joins(t, raw, ends) })
			if got := followed(t, rel.View(s, release.ShowPage), ends); !slices.Equal(got, want) {
				t.Errorf("seed %d, %v: followed\n%s\nwant\n%s", seed, s, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			wanted, others = wanted+len(want), others+len(all)-len(want)
		}
	}
	if wanted == 0 || others == 0 {
		t.Errorf("%d objects are wanted, %d are not: nothing was tried", wanted, others)
	}
}

// followed is what somebody is shown who begins to follow a view.
func followed(t *testing.T, v *release.View, ends []string) (list []string) {
	t.Helper()
	what := release.Following{Types: []string{"malware", "relationship"}, Ends: ends}
	_, err := v.Follow(t.Context(), release.Mark{}, what, func(bool) {}, func(it *release.Item) error {
		list = append(list, string(it.Raw))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// joins says that an object is no relationship, or has an end of one of some types.
func joins(t *testing.T, raw string, types []string) bool {
	t.Helper()
	o, err := stix.Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return o.Type != "relationship" || slices.ContainsFunc([]string{"source_ref", "target_ref"}, func(name string) bool {
		typ, _ := stix.SplitID(o.Root.Get(name).Text())
		return slices.Contains(types, typ)
	})
}
