package duplicate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	. "threatwatch/internal/watchtest"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/duplicate"
	"threatwatch/watch/index"
)

var public = release.Subject{Kind: release.Public}

func propose(t *testing.T, h *House, s release.Subject) []duplicate.Pair {
	t.Helper()
	x, err := index.NewKeeper(h.Releaser).Of(t.Context(), s, release.ShowPage)
	if err != nil {
		t.Fatal(err)
	}
	return duplicate.Propose(x)
}

// hospital is a record of an attack on a hospital, told in the words and with the date of some source.
func hospital(n int, name, day string) *stix.Value {
	return Incident(n, name, day, watch.Facts{Victims: []watch.Victim{{Name: "Saint Ansgar Hospital GmbH", Named: true, Countries: []string{"DE"}, Sectors: []string{"healthcare"}}}})
}

// others are records that have nothing to do with it: without them no word is rare.
func others(h *House) {
	for i, name := range []string{"Ferry line blackmailed", "Town hall closed by ransomware", "Plans of a turbine taken", "Ministry mail read", "Broadcaster silenced", "Bank robbed by wire", "Grid operator probed", "Seed company spied upon"} {
		h.Say(i%2, At(Incident(50+i, name, fmt.Sprint("201", i, "-05-02"), watch.Facts{Victims: []watch.Victim{{Name: strings.Fields(name)[0] + " AG", Named: true, Countries: []string{"FR"}}}}), 1, 0))
	}
}

func ids(pairs []duplicate.Pair) (out string) {
	for _, p := range pairs {
		out += fmt.Sprintf("%s-%s ", p.A.ID[len(p.A.ID)-1:], p.B.ID[len(p.B.ID)-1:])
	}
	return strings.TrimSpace(out)
}

// TestPropose: two sources tell of one attack in other words, and the pair is proposed with the reasons; one source's own records are not, nor what lies years
// apart.
func TestPropose(t *testing.T) {
	h := New(t)
	others(h)
	h.Say(0, At(hospital(1, "Hospital of Saint Ansgar without computers", "2021-03-01"), 1, 0), At(hospital(2, "Saint Ansgar hospital: computers encrypted", "2021-03-02"), 1, 0))
	h.Say(1, At(hospital(3, "Ransomware at St. Ansgar", "2021-03-04"), 1, 0), At(hospital(4, "Saint Ansgar hospital, a burglary", "2012-03-04"), 1, 0))
	pairs := propose(t, h, public)
	if got := ids(pairs); got != "1-3 2-3" && got != "2-3 1-3" {
		t.Fatalf("%q is proposed", got)
	}
	var kinds []string
	for _, r := range pairs[0].Reasons {
		kinds = append(kinds, r.Kind)
	}
	for _, want := range []string{"victim", "time", "country", "sector", "words"} {
		if !slices.Contains(kinds, want) {
			t.Errorf("no %s in %v", want, pairs[0].Reasons)
		}
	}
}

// TestDecided: what somebody said is the same, or is not, is not proposed again; what was taken back is.
func TestDecided(t *testing.T) {
	for _, kind := range []string{"duplicate-of", "distinct-from"} {
		for _, ends := range [][2]int{{1, 3}, {3, 1}} {
			h := New(t)
			others(h)
			h.Say(0, At(hospital(1, "Hospital of Saint Ansgar without computers", "2021-03-01"), 1, 0))
			h.Say(1, At(hospital(3, "Ransomware at St. Ansgar", "2021-03-04"), 1, 0))
			if got := ids(propose(t, h, public)); got != "1-3" {
				t.Fatalf("%q is proposed", got)
			}
			h.Say(0, At(Tie(1, kind, ends[0], ends[1]), 1, 0))
			if got := ids(propose(t, h, public)); got != "" {
				t.Errorf("%s %v: %q is proposed again", kind, ends, got)
			}
			back := At(Tie(1, kind, ends[0], ends[1]), 2, 0)
			back.Set("revoked", stix.NewBool(true))
			h.Say(0, back)
			if got := ids(propose(t, h, public)); got != "1-3" {
				t.Errorf("%s %v, taken back: %q is proposed", kind, ends, got)
			}
		}
	}
}

// TestDecisionsTouchLittle: after any decisions and other changes, what is proposed by who kept the likenesses from before is what is proposed anew.
func TestDecisionsTouchLittle(t *testing.T) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 7))
		h := New(t)
		others(h)
		for n := 1; n <= 6; n++ {
			h.Say(n%2, At(hospital(n, fmt.Sprint("Saint Ansgar hospital, report ", n), fmt.Sprintf("2021-03-%02d", 1+r.IntN(20))), 1, 0))
		}
		h.Say(0, At(Named("intrusion-set", 1, "Group A"), 1, 0), At(Named("intrusion-set", 2, "A"), 1, 0), At(Named("identity", 1, "Vendor"), 1, 0))
		keeper := index.NewKeeper(h.Releaser)
		for step := range 30 {
			a, b := 1+r.IntN(6), 1+r.IntN(6)
			switch what := r.IntN(8); {
			case what == 0:
				h.Say(a%2, At(hospital(a, fmt.Sprint("Saint Ansgar again ", step), "2021-03-05"), 2+step, 0))
			case what == 1:
				h.Say(0, At(Claim(100+a, a, 1+r.IntN(2), 1, "technical"), 2+step, 0))
			case what == 2:
				h.Say(0, At(Named("intrusion-set", 2, fmt.Sprint("Group ", step)), 2+step, 0))
			case a != b:
				o := At(Tie(a*10+b, []string{"duplicate-of", "distinct-from"}[what%2], a, b), 2+step, 0)
				o.Set("id", stix.NewString(ID("relationship", 1000+step)))
				h.Say(0, o)
			}
			x, err := keeper.Of(t.Context(), public, release.ShowPage)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := fmt.Sprintf("%+v", told(duplicate.Propose(x))), fmt.Sprintf("%+v", told(propose(t, h, public))); got != want {
				t.Fatalf("seed %d, step %d:\n%s\nanew:\n%s", seed, step, got, want)
			}
		}
	}
}

// TestNothingBeyondTheView: a record, a claim or a word of somebody that a reader may not see neither is proposed nor changes what is.
func TestNothingBeyondTheView(t *testing.T) {
	h := New(t)
	others(h)
	h.Say(0, At(hospital(1, "Hospital of Saint Ansgar without computers", "2021-03-01"), 1, 0))
	h.Say(1, At(hospital(3, "Ransomware at St. Ansgar", "2021-03-04"), 1, 0))
	before := fmt.Sprintf("%+v", told(propose(t, h, public)))
	h.Say(0, At(Named("intrusion-set", 1, "Group A"), 1, 2), At(Named("identity", 1, "Vendor"), 1, 2))
	h.Say(0, At(hospital(2, "Saint Ansgar, the secret part", "2021-03-01"), 1, 2), At(Claim(1, 1, 1, 1, "technical"), 1, 2), At(Claim(2, 3, 1, 1, "technical"), 1, 2), At(Tie(3, "distinct-from", 1, 3), 1, 2))
	if after := fmt.Sprintf("%+v", told(propose(t, h, public))); after != before {
		t.Errorf("the public is told\n%s\nand was told\n%s", after, before)
	}
	if got := ids(propose(t, h, release.Subject{Kind: release.Person, Org: "acme", Person: "ann@acme"})); got != "2-3" {
		t.Errorf("acme is told %q", got)
	}
}

// told is what a reader learns of proposals.
func told(pairs []duplicate.Pair) (out []any) {
	for _, p := range pairs {
		out = append(out, p.A.ID, p.B.ID, p.Score, p.Reasons)
	}
	return out
}

// TestAnyRecords: of whatever records, pairs are of two sources, each told once, the likeliest first, with reasons that add up; and which source told first
// makes no difference.
func TestAnyRecords(t *testing.T) {
	words := strings.Fields("hospital ferry turbine ministry ransomware plans taken mail bank wire grid mill town north harbour clinic lathe satellite")
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 3))
		var said []func(h *House)
		for n := range 60 {
			name := ""
			for range 2 + r.IntN(4) {
				name += words[r.IntN(len(words))] + " "
			}
			source, day := r.IntN(2), fmt.Sprintf("20%02d-%02d-%02d", 10+r.IntN(2), 1+r.IntN(12), 1+r.IntN(28))
			facts := watch.Facts{Victims: []watch.Victim{{Name: words[r.IntN(len(words))] + " Ltd", Named: true, Countries: []string{[]string{"DE", "FR"}[r.IntN(2)]}, Sectors: []string{"commercial"}}}}
			said = append(said, func(h *House) { h.Say(source, At(Incident(n+1, name, day, facts), 1, 0)) })
		}
		tell := func(order []int) []duplicate.Pair {
			h := New(t)
			for _, i := range order {
				said[i](h)
			}
			return propose(t, h, public)
		}
		order := r.Perm(len(said))
		pairs := tell(order)
		slices.Reverse(order)
		if again := tell(order); fmt.Sprint(told(again)) != fmt.Sprint(told(pairs)) {
			t.Errorf("seed %d: the order of arrival makes a difference:\n%v\n%v", seed, told(pairs), told(again))
		}
		if len(pairs) == 0 {
			t.Errorf("seed %d: nothing is proposed, so that nothing is tested", seed)
		}
		seen := map[string]bool{}
		for i, p := range pairs {
			sum := -4.0
			for _, why := range p.Reasons {
				sum += why.Points
			}
			if p.A.Source == p.B.Source || p.A.ID >= p.B.ID || seen[p.A.ID+p.B.ID] || math.Abs(sum-p.Score) > 0.051 || i > 0 && p.Score > pairs[i-1].Score {
				t.Errorf("seed %d: %v", seed, told(pairs[i:i+1]))
			}
			seen[p.A.ID+p.B.ID] = true
		}
	}
}
