package measure

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var about = cmpopts.EquateApprox(0, 1e-9)

func group(weights Weights) Method { return Method{Weights: weights, Level: Group} }

// example is an incident that victim state and vendor lay to A, each from its own evidence, and a newspaper that repeats the state.
func example() Incident {
	return Incident{ID: "i", Claims: []Claim{
		{ID: "state", Actor: "A", Level: Group, Capacity: "victim-state", Kinds: []string{"political"}, Lineage: []string{"state"}, Reliability: "B", Credibility: 2},
		{ID: "vendor", Actor: "A", Level: Group, Capacity: "vendor", Kinds: []string{"technical"}, Lineage: []string{"vendor"}, Reliability: "B", Credibility: 2},
		{ID: "paper", Actor: "A", Level: Group, Capacity: "media", Kinds: []string{"media"}, Lineage: []string{"state"}, Reliability: "B", Credibility: 2},
	}}
}

func TestWorkedExample(t *testing.T) {
	m := group(DefaultWeights())
	in := example()
	if s := m.Weigh(in).Of("A"); !cmp.Equal(s.P, .91, about) || !cmp.Equal(s.S, .91, about) {
		t.Errorf("without a rival: %+v, want s = p = .91: the newspaper is in the lineage of the state", s)
	}
	in.Claims = append(in.Claims, Claim{ID: "other", Actor: "B", Level: Group, Capacity: "vendor", Reliability: "C", Credibility: 3})
	w := m.Weigh(in)
	want := Weighing{Unknown: .5, Conflict: .455, Actors: []Support{
		{Actor: "A", Claims: 3, Lineages: []float64{.7, .7}, Independent: true, S: .91, P: .455, Lo: .455, Hi: .955},
		{Actor: "B", Claims: 1, Lineages: []float64{.5}, S: .5, P: .045, Lo: .045, Hi: .545}}}
	if d := cmp.Diff(want, w, about, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("with a rival (-want +got):\n%s", d)
	}
}

func TestWeightOf(t *testing.T) {
	w := DefaultWeights()
	for _, c := range []struct {
		reliability string
		credibility int
		want        float64
		ok          bool
	}{{"A", 1, .90, true}, {"B", 1, .85, true}, {"B", 2, .70, true}, {"D", 2, .45, true}, {"E", 1, .20, true}, {"E", 5, .10, true}, {"F", 1, .60, true}, {"", 1, .60, true}, {"A", 6, 0, false}, {"A", 0, 0, false}} {
		if got, ok := w.Of(c.reliability, c.credibility); got != c.want || ok != c.ok {
			t.Errorf("Of(%q, %d) = %v, %v, want %v, %v", c.reliability, c.credibility, got, ok, c.want, c.ok)
		}
	}
}

func TestAssumptions(t *testing.T) {
	plain, assuming := DefaultWeights(), DefaultWeights()
	assuming.Assumed = Assumptions
	for _, c := range []struct {
		claim          Claim
		plain, assumed float64
	}{
		{Claim{Kinds: []string{"technical"}}, 0, .60},
		{Claim{Kinds: []string{"media", "political"}}, 0, .50},
		{Claim{Kinds: []string{"legal"}}, 0, .60}, // of a source that cannot be judged
		{Claim{Kinds: []string{"legal"}, Reliability: "A"}, 0, .70},
		{Claim{Kinds: []string{"legal"}, Reliability: "E"}, 0, .20},
		{Claim{Kinds: []string{"gut"}}, 0, 0},
		{Claim{Kinds: []string{"technical"}, Credibility: 6}, 0, 0},
		{Claim{Kinds: []string{"technical"}, Credibility: 4}, .30, .30},
	} {
		w, ok := plain.ofClaim(&c.claim)
		v, assumed := assuming.ofClaim(&c.claim)
		if w != c.plain || ok != (c.plain > 0) || v != c.assumed || assumed != (c.assumed > 0) {
			t.Errorf("%+v: %v, %v, assuming %v, %v", c.claim, w, ok, v, assumed)
		}
	}
}

// TestAnUnjudgedClaimWidens: credibility 6 names an actor and gives it nothing, so that all it has is what is unknown.
func TestAnUnjudgedClaimWidens(t *testing.T) {
	in := Incident{Claims: []Claim{{ID: "c", Actor: "A", Level: Group, Reliability: "A", Credibility: 6}}}
	w := group(DefaultWeights()).Weigh(in)
	if s := w.Of("A"); w.Unknown != 1 || s.Lo != 0 || s.Hi != 1 || s.Claims != 1 {
		t.Errorf("%+v", w)
	}
}

func TestRollUp(t *testing.T) {
	names := Names{
		"Sofacy": {SameAs: "Fancy Bear"}, "Fancy Bear": {Parent: "Unit 26165", Level: Group}, "Unit 26165": {Parent: "GRU", Level: Organisation},
		"GRU": {Parent: "Russia", Level: Organisation}, "Russia": {Level: State}, "cluster": {Parent: "Fancy Bear", Level: Cluster},
		"loop": {Parent: "pool", Level: Group}, "pool": {Parent: "loop", Level: Group},
	}
	for _, c := range []struct {
		name  string
		at    Level
		want  string
		level Level
	}{
		{"Sofacy", Group, "Fancy Bear", Group}, {"cluster", Group, "Fancy Bear", Cluster}, {"Sofacy", Organisation, "Unit 26165", Group}, {"Sofacy", State, "Russia", Group},
		{"GRU", Group, "GRU", StateOrgan}, {"Russia", Group, "Russia", State}, {"nobody knows", State, "nobody knows", Group}, {"cluster", "", "cluster", Cluster},
		{"Joe", State, Insiders, InsiderLevel}, {"loop", State, "loop", Group},
	} {
		if got := names.roll(c.name, c.level, c.at); got != c.want {
			t.Errorf("roll(%q, at %q) = %q, want %q", c.name, c.at, got, c.want)
		}
	}
	if !names.under("cluster", "Russia") || names.under("Russia", "cluster") || names.under("loop", "Russia") {
		t.Error("under")
	}
	in := Incident{Claims: []Claim{
		{ID: "1", Actor: "Sofacy", Level: Group, Reliability: "B", Credibility: 2}, {ID: "2", Actor: "Russia", Level: State, Reliability: "C", Credibility: 3}}}
	m := Method{Weights: DefaultWeights(), Names: names, Level: Group}
	if w := m.Weigh(in); !cmp.Equal(w.Of("Fancy Bear").P, .7, about) || !cmp.Equal(w.Of("Russia").P, .5*.3, about) || !cmp.Equal(w.Conflict, 0., about) {
		t.Errorf("a group and its state are no rivals: %+v", w)
	}
	m.Level = State
	if w := m.Weigh(in); len(w.Actors) != 1 || !cmp.Equal(w.Of("Russia").P, .85, about) {
		t.Errorf("at the level of states: %+v", w)
	}
}

// arbitrary is an incident with actors of a small tree, origins that overlap, and every stance.
func arbitrary(t *rapid.T) Incident {
	var in Incident
	some := func(label string, list ...string) string { return rapid.SampledFrom(list).Draw(t, label) }
	lineage := func() []string {
		return rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "z"}), 0, 2).Draw(t, "lineage")
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "claims") {
		in.Claims = append(in.Claims, Claim{
			ID: fmt.Sprint("c", i), Actor: some("actor", "a", "b", "c", "org", "state"), Level: Group, Lineage: lineage(),
			Reliability: some("reliability", "A", "B", "C", "D", "E", "F", ""), Credibility: rapid.IntRange(0, 6).Draw(t, "credibility"),
			Status: some("status", "", "standing", "standing", "withdrawn", "court-rejected"), Capacity: some("capacity", "vendor", "media", "victim-state"), Kinds: []string{some("kind", "technical", "self", "media", "legal")}})
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "stances") {
		in.Stances = append(in.Stances, Stance{
			ID: fmt.Sprint("s", i), Claims: []string{fmt.Sprint("c", rapid.IntRange(0, 5).Draw(t, "answers"))}, Capacity: some("holder", "accused", "vendor"), Lineage: lineage(),
			Stance: some("stance", "deny", "deny-knowledge", "reject-evidence", "doubt", "alternative-named", "concur"), Alternative: some("alternative", "a", "d"), Level: Group,
			Evidence: some("evidence", "", "none", "full"), Reliability: some("reliability", "A", "B", "C"), Credibility: rapid.IntRange(0, 6).Draw(t, "credibility")})
	}
	return in
}

func arbitraryMethod(t *rapid.T) Method {
	names := Names{"a": {Parent: "org", Level: Group}, "b": {Level: Group}, "org": {Parent: "state", Level: Organisation}, "state": {Level: State}, "c": {SameAs: "b"}}
	return Method{Weights: DefaultWeights(), Names: names, Level: rapid.SampledFrom([]Level{Group, Organisation, State}).Draw(t, "level"),
		Reading: rapid.SampledFrom(append(Readings, SelfClaims)).Draw(t, "reading")}
}

// TestWeighAgainstWorlds compares with what the formulas mean: each origin tells the truth or nothing, independently; an actor did it in the worlds
// where an origin that names it tells, no dissenter does, and nobody who is not above it is named too.
func TestWeighAgainstWorlds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, m := arbitrary(t), arbitraryMethod(t)
		got := m.Weigh(in)
		p, unknown, conflict := worlds(m, got.Actors)
		if !cmp.Equal(got.Unknown, unknown, about) || !cmp.Equal(got.Conflict, conflict, about) {
			t.Fatalf("unknown %v, conflict %v, want %v, %v", got.Unknown, got.Conflict, unknown, conflict)
		}
		for _, s := range got.Actors {
			open := unknown
			for above, q := range p {
				if m.Names.under(s.Actor, above) {
					open += q
				}
			}
			if !cmp.Equal(s.P, p[s.Actor], about) || !cmp.Equal(s.Hi-s.Lo, open, about) || !cmp.Equal(s.Lo, s.P, about) {
				t.Fatalf("%+v, want p %v, and %v open", s, p[s.Actor], open)
			}
		}
	})
}

// worlds enumerates which origins tell: bit k of a world is the k-th origin of all actors.
func worlds(m Method, actors []Support) (p map[string]float64, unknown, conflict float64) {
	p = map[string]float64{}
	var flat []float64
	for _, s := range actors {
		flat = append(append(flat, s.Lineages...), s.Dissent...)
	}
	for world := range 1 << len(flat) {
		chance, k := 1.0, 0
		for i, w := range flat {
			if world>>i&1 == 1 {
				chance *= w
			} else {
				chance *= 1 - w
			}
		}
		var named []string
		for _, s := range actors {
			says, doubted := false, false
			for range s.Lineages {
				says, k = says || world>>k&1 == 1, k+1
			}
			for range s.Dissent {
				doubted, k = doubted || world>>k&1 == 1, k+1
			}
			if says && !doubted {
				named = append(named, s.Actor)
			}
		}
		finest := slices.IndexFunc(named, func(a string) bool {
			return !slices.ContainsFunc(named, func(b string) bool { return b != a && !m.Names.under(a, b) })
		})
		switch {
		case finest >= 0:
			p[named[finest]] += chance
		case len(named) > 0:
			unknown, conflict = unknown+chance, conflict+chance
		default:
			unknown += chance
		}
	}
	return p, unknown, conflict
}

// TestIndependentAgainstEverySubset tries every subset of which no two share an id.
func TestIndependentAgainstEverySubset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []origin
		for range rapid.IntRange(0, 9).Draw(t, "n") {
			list = append(list, origin{rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"}), 1, 3).Draw(t, "ids"), float64(rapid.IntRange(0, 10).Draw(t, "w")) / 10})
		}
		want, pair := 1.0, false
		for set := range 1 << len(list) {
			owner, ok, p, heavy := map[string]int{}, true, 1.0, 0
			for i, o := range list {
				if set>>i&1 == 0 {
					continue
				}
				p *= 1 - o.weight
				if o.weight >= .5 {
					heavy++
				}
				for _, id := range o.ids {
					if j, taken := owner[id]; taken && j != i {
						ok = false
					}
					owner[id] = i
				}
			}
			if ok {
				want = min(want, p)
				pair = pair || heavy >= 2
			}
		}
		got := independent(list)
		if !cmp.Equal(product(got), want, about) || !slices.IsSortedFunc(got, func(a, b float64) int { return int(math.Copysign(1, b-a)) }) {
			t.Fatalf("independent(%v) = %v, which leaves %v, want %v", list, got, product(got), want)
		}
		if supported(list) != pair {
			t.Fatalf("supported(%v) = %v", list, supported(list))
		}
		slices.Reverse(list)
		if again := independent(list); !slices.Equal(got, again) {
			t.Fatalf("in another order: %v, %v", got, again)
		}
	})
}

// TestAQuotationJoinsNobody: a newspaper that repeats the state and the company takes nothing from them.
func TestAQuotationJoinsNobody(t *testing.T) {
	in := example()
	in.Claims[2].Lineage = []string{"state", "vendor"}
	if s := group(DefaultWeights()).Weigh(in).Of("A"); !cmp.Equal(s.P, .91, about) {
		t.Errorf("%+v", s)
	}
}

// TestCrosswiseQuotationsEnd: a thousand claims each of which shares something with others are weighed in time.
func TestCrosswiseQuotationsEnd(t *testing.T) {
	var list []origin
	for i := range 1000 {
		list = append(list, origin{[]string{fmt.Sprint(i % 97), fmt.Sprint(i % 89), fmt.Sprint(i % 83)}, .1 + float64(i%7)/10})
	}
	if got := independent(list); len(got) < 20 || product(got) > 1e-6 {
		t.Errorf("%d, which leave %v", len(got), product(got))
	}
}

func TestCopiesInOneLineageChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, m := arbitrary(t), arbitraryMethod(t)
		if len(in.Claims) == 0 {
			t.Skip()
		}
		before := m.Weigh(in)
		original := rapid.SampledFrom(in.Claims).Draw(t, "copied")
		if len(original.Lineage) == 0 {
			original.Lineage = []string{original.ID}
		}
		for i := range 10 {
			original.ID = fmt.Sprint("copy", i)
			in.Claims = append(in.Claims, original)
		}
		if d := cmp.Diff(before, m.Weigh(in), about, cmpopts.IgnoreFields(Support{}, "Claims")); d != "" {
			t.Fatalf("ten copies change something (-before +after):\n%s", d)
		}
	})
}

func TestARivalNeverRaisesAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, m := arbitrary(t), arbitraryMethod(t)
		before := m.Weigh(in)
		rival := Claim{ID: "rival", Actor: rapid.SampledFrom([]string{"a", "b", "new", "state"}).Draw(t, "rival"), Level: Group, Capacity: "victim-state",
			Lineage: rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "z"}), 0, 3).Draw(t, "its lineage"), Reliability: "A", Credibility: rapid.IntRange(0, 6).Draw(t, "its credibility")}
		in.Claims = append(in.Claims, rival)
		after := m.Weigh(in)
		for _, s := range before.Actors {
			if s.Actor != m.Names.roll(rival.Actor, Group, m.Level) && after.Of(s.Actor).P > s.P+1e-12 {
				t.Fatalf("%s rose from %v to %v by a claim against %s", s.Actor, s.P, after.Of(s.Actor).P, rival.Actor)
			}
		}
	})
}

func TestDenialsChangeBadgesAndNoNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, m := arbitrary(t), arbitraryMethod(t)
		without := in
		without.Stances = slices.DeleteFunc(slices.Clone(in.Stances), func(s Stance) bool { return s.Denies() })
		if d := cmp.Diff(m.Weigh(in), m.Weigh(without)); d != "" {
			t.Fatalf("denials change a number (-with +without):\n%s", d)
		}
		denied := len(without.Stances) < len(in.Stances)
		if slices.Contains(m.Badges(in), Denied) != denied || slices.Contains(m.Badges(without), Denied) {
			t.Fatalf("denied %v, badges %v, without denials %v", denied, m.Badges(in), m.Badges(without))
		}
	})
}

// TestAnAlternativeCountsOnce: an opinion that names somebody else is a rival and not also dissent.
func TestAnAlternativeCountsOnce(t *testing.T) {
	in := example()
	in.Stances = []Stance{{ID: "o", Claims: []string{"vendor"}, Stance: "alternative-named", Alternative: "B", Level: Group, Evidence: "full", Reliability: "C", Credibility: 3}}
	w := group(DefaultWeights()).Weigh(in)
	if a, b := w.Of("A"), w.Of("B"); len(a.Dissent) != 0 || !cmp.Equal(a.P, .455, about) || !cmp.Equal(b.P, .045, about) {
		t.Errorf("A %+v, B %+v", a, b)
	}
}

func TestDissentWithEvidence(t *testing.T) {
	in := example()
	in.Stances = []Stance{
		{ID: "o", Claims: []string{"vendor", "state"}, Capacity: "academic", Stance: "doubt", Evidence: "full", Reliability: "C", Credibility: 3, Lineage: []string{"study"}},
		{ID: "p", Claims: []string{"paper"}, Capacity: "media", Stance: "doubt", Evidence: "summary", Reliability: "F", Credibility: 4, Lineage: []string{"study"}},
		{ID: "q", Claims: []string{"vendor"}, Capacity: "vendor", Stance: "doubt", Reliability: "A", Credibility: 1},
	}
	if s := group(DefaultWeights()).Weigh(in).Of("A"); !cmp.Equal(s.P, .91*.5, about) {
		t.Errorf("%+v: one study counts once, and doubt without evidence not at all", s)
	}
}

func TestWhoDeniesAndWhoDissents(t *testing.T) {
	for _, c := range []struct {
		stance                    Stance
		denies, dissents, another bool
	}{
		{Stance{Stance: "deny"}, true, false, false},
		{Stance{Stance: "deny-knowledge", Evidence: "full"}, true, false, false},
		{Stance{Stance: "reject-evidence", Capacity: "accused", Evidence: "full"}, true, false, false},
		{Stance{Stance: "reject-evidence", Capacity: "academic", Evidence: "full"}, false, true, false},
		{Stance{Stance: "doubt", Capacity: "accused-state", Evidence: "full"}, false, false, false},
		{Stance{Stance: "doubt", Evidence: "indicators"}, false, true, false},
		{Stance{Stance: "doubt", Evidence: "none"}, false, false, false},
		{Stance{Stance: "doubt", Alternative: "B"}, false, false, false},
		{Stance{Stance: "alternative-named", Alternative: "B", Evidence: "full"}, false, false, true},
		{Stance{Stance: "alternative-named"}, false, false, false},
		{Stance{Stance: "concur"}, false, false, false},
	} {
		_, another := c.stance.rival()
		if c.stance.Denies() != c.denies || c.stance.Dissents() != c.dissents || another != c.another {
			t.Errorf("%+v: denies %v, dissents %v, names another %v", c.stance, c.stance.Denies(), c.stance.Dissents(), another)
		}
	}
}

// TestAReadingHearsDissentOfItsOwn: whom it does not admit as a claimant it does not hear as a dissenter.
func TestAReadingHearsDissentOfItsOwn(t *testing.T) {
	in := example()
	in.Stances = []Stance{{ID: "o", Claims: []string{"vendor"}, Capacity: "media", Stance: "doubt", Evidence: "full", Reliability: "C", Credibility: 3}}
	m := group(DefaultWeights())
	for reading, want := range map[Reading]float64{AllClaims: .91 * .5, Independent: .91, Governments: .7} {
		m.Reading = reading
		if p := m.Weigh(in).Of("A").P; !cmp.Equal(p, want, about) {
			t.Errorf("reading %q: p %v, want %v", reading, p, want)
		}
	}
}
