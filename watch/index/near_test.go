package index_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"threatwatch/intake"
	. "threatwatch/internal/watchtest"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// relate is a relationship between any two objects.
func relate(n int, kind, from, to string) *stix.Value {
	o := Tie(n, kind, 0, 0)
	o.Set("source_ref", stix.NewString(from))
	o.Set("target_ref", stix.NewString(to))
	return o
}

func indicator(n int) *stix.Value {
	o := Named("indicator", n, fmt.Sprint("indicator ", n))
	o.Set("pattern", stix.NewString("[file:name = 'a']"))
	o.Set("pattern_type", stix.NewString("stix"))
	o.Set("valid_from", stix.NewString("2020-01-01T00:00:00Z"))
	return o
}

// TestNear: of whatever incidents, those that share something with one are found, and no others, with all that is shared, those with the most first. The test
// compares each with each.
func TestNear(t *testing.T) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 5))
		h := New(t)
		h.Say(0, At(Named("identity", 1, "Vendor"), 1, 0))
		for n := range 3 {
			h.Say(0, At(Named("intrusion-set", n, fmt.Sprint("Group ", n)), 1, 0), At(Named("campaign", n, fmt.Sprint("Campaign ", n)), 1, 0), At(indicator(n), 1, 0))
		}
		const incidents = 12
		has := make([]map[string]bool, incidents) // kind and number
		tie := 100
		for n := range has {
			has[n] = map[string]bool{}
			facts := watch.Facts{}
			for code := range 4 {
				if r.IntN(5) == 0 {
					facts.Techniques = append(facts.Techniques, fmt.Sprint("T100", code))
					has[n][fmt.Sprint("technique T100", code)] = true
				}
			}
			if r.IntN(2) == 0 {
				facts.Victims = []watch.Victim{{Sectors: []string{"energy"}}}
			}
			h.Say(0, At(Incident(n, fmt.Sprint("incident ", n), fmt.Sprintf("2020-01-%02d", n+1), facts), 1, 0))
			for k := range 3 {
				if r.IntN(6) == 0 {
					tie++
					h.Say(0, At(Claim(tie, n, k, 1, "technical"), 1, 0))
					has[n]["actor "+ID("intrusion-set", k)] = true
				}
				for _, typ := range []string{"campaign", "indicator"} {
					if r.IntN(8) > 0 {
						continue
					}
					tie++
					from, to := ID("incident", n), ID(typ, k)
					if r.IntN(2) == 0 {
						from, to = to, from
					}
					h.Say(0, At(relate(tie, "related-to", from, to), 1, 0))
					has[n][typ+" "+ID(typ, k)] = true
				}
			}
		}
		x := of(t, h, public)
		for n := range has {
			e := x.Get(ID("incident", n))
			near := x.Near(e, incidents)
			for m := range has {
				want := map[string]bool{}
				for s := range has[n] {
					if has[m][s] && m != n {
						want[s] = true
					}
				}
				got := map[string]bool{}
				i := slices.IndexFunc(near, func(k index.Kin) bool { return k.ID == ID("incident", m) })
				if i >= 0 {
					for _, s := range near[i].Shared {
						for _, v := range s.Values {
							if s.Kind != "sector" {
								got[s.Kind+" "+v] = true
							}
						}
					}
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("seed %d: %d and %d share %v, not %v", seed, n, m, want, got)
				}
			}
		}
	}
}

// TestNearest: a campaign tells more than an actor, an actor more than a technique; the same sector adds to a reason and is none.
func TestNearest(t *testing.T) {
	h := New(t)
	h.Say(0, At(Named("identity", 1, "Vendor"), 1, 0), At(Named("intrusion-set", 1, "Group A"), 1, 0), At(Named("campaign", 1, "Campaign"), 1, 0))
	energy := []watch.Victim{{Sectors: []string{"energy"}}}
	for n, facts := range []watch.Facts{{Techniques: []string{"T1566"}, Victims: energy}, {Techniques: []string{"T1566"}}, {Techniques: []string{"T1566"}, Victims: energy}, {}, {}, {Victims: energy}} {
		h.Say(0, At(Incident(n+1, "Plant", "2020-01-01", facts), 1, 0))
	}
	h.Say(0, At(Claim(1, 1, 1, 1, "technical"), 1, 0), At(Claim(2, 4, 1, 1, "technical"), 1, 0))
	h.Say(0, At(relate(3, "related-to", ID("incident", 1), ID("campaign", 1)), 1, 0), At(relate(4, "related-to", ID("incident", 5), ID("campaign", 1)), 1, 0))
	x := of(t, h, public)
	got := ""
	for _, k := range x.Near(x.Get(ID("incident", 1)), 10) {
		got += k.ID[len(k.ID)-1:]
	}
	if got != "5432" {
		t.Errorf("the nearest are %s", got)
	}
}

// aliased is an intrusion set that has other names as well.
func aliased(n int, name string, aliases ...string) *stix.Value {
	o := Named("intrusion-set", n, name)
	o.Set("aliases", stix.NewStrings(aliases))
	return o
}

// TestNearFollows: when two actors are no longer taken for one, incidents of the one are no longer near those of the other; and one that was taken out of sight in the
// same moment is near none.
func TestNearFollows(t *testing.T) {
	set := func(n int, name string, aliases ...string) *stix.Value { return At(aliased(n, name, aliases...), n, 0) }
	parted := func(h *House) { h.Say(0, At(aliased(1, "A", "C"), 3, 0)) }
	for what, c := range map[string]struct {
		first, second *stix.Value // who did what
		does          func(h *House)
		before, after string
	}{
		"an alias is corrected": {set(1, "A", "B"), set(2, "B", "D"), parted, "2", ""},
		"an alias is corrected, and the other incident is withheld": {set(1, "A", "B"), set(2, "B", "D"), func(h *House) {
			parted(h)
			h.Say(0, At(Incident(2, "secret", "2020-01-02", watch.Facts{}), 3, 2))
		}, "2", ""},
		"an alias is corrected, and the other incident is deleted": {set(1, "A", "B"), set(2, "B", "D"), func(h *House) {
			parted(h)
			if _, err := h.Intake.Delete(h.Context(), intake.Submission{Source: h.Sources[0].ID}, h.Sources[0].Collection, ID("incident", 2), store.Version{All: true}); err != nil {
				h.Fatal(err)
			}
		}, "2", ""},
		"a name leaves the view": {set(1, "A", "B"), set(2, "B", "D"), func(h *House) { h.Say(0, At(aliased(1, "A", "B"), 3, 2)) }, "2", ""},
		"an alias comes in":      {set(1, "A", "C"), set(2, "B", "D"), func(h *House) { h.Say(0, At(aliased(2, "B", "A"), 3, 0)) }, "", "2"},
	} {
		h := New(t)
		keeper := index.NewKeeper(h.Releaser)
		near := func() (*index.Index, string) {
			x, err := keeper.Of(t.Context(), public, release.ShowPage)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, k := range x.Near(x.Get(ID("incident", 1)), 10) {
				got += k.ID[len(k.ID)-1:]
			}
			return x, got
		}
		h.Say(0, At(Named("identity", 1, "Vendor"), 1, 0), c.first, c.second)
		for n := 1; n <= 2; n++ {
			h.Say(0, At(Incident(n, "open", "2020-01-01", watch.Facts{}), 1, 0), At(Claim(n, n, n, 1, "technical"), 1, 0))
		}
		if _, got := near(); got != c.before {
			t.Errorf("before %s %q is near", what, got)
		}
		c.does(h)
		x, got := near()
		if got != c.after {
			t.Errorf("when %s %q is near, of %d", what, got, len(x.Entries))
		}
	}
}
