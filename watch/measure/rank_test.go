package measure

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// some are incidents of the years 2015 to 2020, of nine actors, some of whom are named more often.
func some(n int) (list []Incident) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		in := Incident{ID: fmt.Sprintf("i%04d", i), When: Date{time.Date(2015, 1, 1+random.IntN(2190), 0, 0, 0, 0, time.UTC), Day}, Insider: i%17 == 0,
			Victims: []string{fmt.Sprint("v", random.IntN(40))}, Data: []string{"secrets", "personal"}[:random.IntN(3)]}
		if i%5 == 0 {
			in.When = Date{time.Date(in.When.Time.Year(), 1, 1, 0, 0, 0, 0, time.UTC), Year}
		}
		for j := range random.IntN(4) {
			in.Claims = append(in.Claims, Claim{ID: fmt.Sprint("c", j), Actor: fmt.Sprint("a", random.IntN(6+random.IntN(4))), Level: Group, Lineage: []string{fmt.Sprint(random.IntN(3))},
				Reliability: "ABCDEF"[random.IntN(6):][:1], Credibility: 1 + random.IntN(6), Kinds: []string{[]string{"technical", "self", "media", "political"}[random.IntN(4)]}})
		}
		list = append(list, in)
	}
	return list
}

func BenchmarkRank(b *testing.B) {
	list, m := some(10000), group(DefaultWeights())
	for b.Loop() {
		m.Rank(list, Window{To: now}, DefaultSeed)
	}
}

func bytesOf(t *testing.T, r Ranking) string {
	t.Helper()
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	list, w, m := some(300), Window{To: now}, group(DefaultWeights())
	first := bytesOf(t, m.Rank(list, w, DefaultSeed))
	random := rand.New(rand.NewPCG(3, 4))
	for range 3 {
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if again := bytesOf(t, m.Rank(list, w, DefaultSeed)); again != first {
			t.Fatal(cmp.Diff(first, again))
		}
	}
	if other := bytesOf(t, m.Rank(list, w, DefaultSeed+1)); other == first {
		t.Error("another seed draws the same worlds")
	}
}

func TestRankingGuards(t *testing.T) {
	m := group(DefaultWeights())
	list := some(300)
	r := m.Rank(list, Window{To: now}, DefaultSeed)
	if len(r.Rows) != 9 || r.Incidents != 300 {
		t.Fatalf("%d rows of %d incidents", len(r.Rows), r.Incidents)
	}
	for _, row := range r.Rows {
		if row.Activity.Named < 5 || len(row.Incidents) != row.Activity.Named || row.Actor == Nobody || row.Actor == Insiders {
			t.Errorf("%s is named %d times", row.Actor, row.Activity.Named)
		}
	}
	for name, r := range map[string]Ranking{"some": r, "none": m.Rank(nil, Window{To: now}, 1), "one": m.Rank(list[1:2], Window{To: now}, 1)} {
		if r.Unattributed.Actor != Nobody || r.Insiders.Actor != Insiders {
			t.Errorf("%s: unattributed %q, insiders %q", name, r.Unattributed.Actor, r.Insiders.Actor)
		}
	}
	sum := r.Unattributed.Activity.Expected + r.Insiders.Activity.Expected
	share := r.Insiders.Activity.Share
	expected := map[string]float64{}
	for i := range list {
		for _, s := range m.Weigh(list[i]).Actors {
			expected[s.Actor] += s.P
		}
	}
	for _, row := range r.Rows {
		sum, share = sum+row.Activity.Expected, share+row.Activity.Share
		if math.Abs(expected[row.Actor]-row.Activity.Expected) > 1e-9 {
			t.Errorf("%s: %v, want %v", row.Actor, row.Activity.Expected, expected[row.Actor])
		}
	}
	if math.Abs(sum-300) > 1e-6 || math.Abs(share-1) > 1e-9 {
		t.Errorf("the rows add up to %v incidents, and to a share of %v", sum, share)
	}
}

// TestDrawsAgainstTheirDistribution: the number of an actor's incidents is a sum of coins that are not alike, of which the distribution can be
// computed coin by coin; the mean of active months is M.
func TestDrawsAgainstTheirDistribution(t *testing.T) {
	m := group(DefaultWeights())
	list := some(300)
	r := m.Rank(list, Window{To: now}, DefaultSeed)
	for _, row := range r.Rows {
		distribution := []float64{1}
		for i := range list {
			p := m.Weigh(list[i]).Of(row.Actor).P
			next := make([]float64, len(distribution)+1)
			for k, q := range distribution {
				next[k] += q * (1 - p)
				next[k+1] += q * p
			}
			distribution = next
		}
		below := func(n float64) (sum float64) {
			for k, q := range distribution {
				if float64(k) <= n {
					sum += q
				}
			}
			return sum
		}
		for _, c := range []struct{ at, q float64 }{{row.Drawn.Incidents.Lo, .05}, {row.Drawn.Incidents.Median, .5}, {row.Drawn.Incidents.Hi, .95}} {
			if below(c.at) < c.q-.04 || below(c.at-1) > c.q+.04 { // 2,000 draws miss by 1.1 % at the median, as a rule
				t.Errorf("%s: %v of its distribution lie up to %v, want %v", row.Actor, below(c.at), c.at, c.q)
			}
		}
		if d := row.Drawn; d.Months.Lo > row.Persistence.Months || d.Months.Hi < row.Persistence.Months || d.Rank.Lo > d.Rank.Median || d.Rank.Median > d.Rank.Hi {
			t.Errorf("%s: M %v, drawn %+v", row.Actor, row.Persistence.Months, d)
		}
	}
	top := 0.0
	for _, row := range r.Rows {
		top += row.Drawn.Top
	}
	if top < 5 { // equals share a rank, so that more than five may be among the first five
		t.Errorf("the chances to be among the first five add up to %v", top)
	}
}

// certainly weighs A1 as if there were no doubt.
var certainly = Weights{Credibility: map[int]float64{1: 1}, Reliability: map[string]float64{"A": 1}}

// TestRanksWithoutDoubt: where all is certain, every world is the same, and ranks are plain.
func TestRanksWithoutDoubt(t *testing.T) {
	var list []Incident
	for actor, n := range map[string]int{"a": 13, "b": 11, "c": 11, "d": 9, "e": 7, "f": 5, "g": 4} {
		for i := range n {
			list = append(list, Incident{ID: fmt.Sprint(actor, i), When: date(t, fmt.Sprintf("2020-%02d-05", i/2+1)), Claims: []Claim{{Actor: actor, Level: Group, Reliability: "A", Credibility: 1}}})
		}
	}
	r := group(certainly).Rank(list, Window{To: now}, 7)
	want := map[string]Drawn{
		"a": {Range{13, 13, 13}, Range{7, 7, 7}, Range{1, 1, 1}, 1, nil}, "b": {Range{11, 11, 11}, Range{6, 6, 6}, Range{2, 2, 2}, 1, nil},
		"c": {Range{11, 11, 11}, Range{6, 6, 6}, Range{2, 2, 2}, 1, nil}, "d": {Range{9, 9, 9}, Range{5, 5, 5}, Range{4, 4, 4}, 1, nil},
		"e": {Range{7, 7, 7}, Range{4, 4, 4}, Range{5, 5, 5}, 1, nil}, "f": {Range{5, 5, 5}, Range{3, 3, 3}, Range{6, 6, 6}, 0, nil}, // the first five are the top
	}
	var layers []int
	for _, row := range r.Rows {
		row.Drawn.Momentum = nil
		if d := cmp.Diff(want[row.Actor], row.Drawn); d != "" {
			t.Errorf("%s (-want +got):\n%s", row.Actor, d)
		}
		layers = append(layers, row.Layer)
	}
	if !slices.Equal(layers, []int{1, 2, 2, 3, 4, 5}) || r.Few != 1 {
		t.Errorf("layers %v, %d few", layers, r.Few)
	}
}

// laid are incidents that are one actor's for certain, at dates.
func laid(t *testing.T, actor string, dates ...string) (list []Incident) {
	for i, when := range dates {
		list = append(list, Incident{ID: fmt.Sprint(actor, i), When: date(t, when), Claims: []Claim{{Actor: actor, Level: Group, Reliability: "A", Credibility: 1}}})
	}
	return list
}

// TestLayersComeFirst: one that is persistent stands before one that did more and whom another surpasses in both.
func TestLayersComeFirst(t *testing.T) {
	list := laid(t, "loud", slices.Repeat([]string{"2020-01-05"}, 9)...)
	list = append(list, laid(t, "less", slices.Repeat([]string{"2020-01-06"}, 8)...)...)
	list = append(list, laid(t, "steady", "2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01", "2020-05-01")...)
	var order []string
	for _, row := range group(certainly).Rank(list, Window{To: now}, 1).Rows {
		order = append(order, fmt.Sprint(row.Actor, row.Layer))
	}
	if d := cmp.Diff([]string{"loud1", "steady1", "less2"}, order); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestWithinALayer: ten coins have more heads to expect than five near certainties have, and fewer to rely on.
func TestWithinALayer(t *testing.T) {
	weights := Weights{Credibility: map[int]float64{1: .97, 2: .5}, Reliability: map[string]float64{"A": 1}}
	list := laid(t, "coins", slices.Repeat([]string{"2020-01-05"}, 10)...)
	for i := range list {
		list[i].Claims[0].Credibility = 2
	}
	list = append(list, laid(t, "sure", "2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01", "2020-05-01")...)
	rows := group(weights).Rank(list, Window{To: now}, 1).Rows
	if rows[0].Actor != "sure" || rows[0].Layer != rows[1].Layer || rows[0].Activity.Expected >= rows[1].Activity.Expected {
		t.Errorf("%s, layer %d, before %s, layer %d", rows[0].Actor, rows[0].Layer, rows[1].Actor, rows[1].Layer)
	}
}

// TestDatesAreDrawn: twelve incidents of which only the year is known lie in 12 (1 − (11/12)^12) = 7.8 different months.
func TestDatesAreDrawn(t *testing.T) {
	row := group(certainly).Rank(laid(t, "a", slices.Repeat([]string{"2020"}, 12)...), Window{To: now}, 1).Rows[0]
	if m := row.Persistence.Months; math.Abs(m-7.78) > .02 {
		t.Errorf("M is %v", m)
	}
	if d := row.Drawn.Months; d.Median != 8 || d.Lo > 6 || d.Hi < 9 || d.Hi > 10 {
		t.Errorf("drawn %+v", d)
	}
}

// TestMomentumOfIncidents: eight in the last twelve months and three in the twelve before, and those before that do not count.
func TestMomentumOfIncidents(t *testing.T) {
	list := laid(t, "a", "2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01", "2020-05-01", "2020-06-01", "2020-07-01", "2020-12-31",
		"2019-01-01", "2019-07-01", "2019-12-31", "2018-12-31", "2018-01-01", "2017-01-01")
	got := group(certainly).Rank(list, Window{To: now}, 1).Rows[0].Drawn.Momentum
	for _, c := range []struct{ got, q float64 }{{got.Lo, .05}, {got.Median, .5}, {got.Hi, .95}} {
		if want := momentum(8, 3, c.q); math.Abs(math.Log(c.got/want)) > .15 {
			t.Errorf("at %v: %v, want %v", c.q, c.got, want)
		}
	}
}

// TestLayers: each row of a layer is surpassed by one of the layer above and by none of its own.
func TestLayers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []Row
		for range rapid.IntRange(0, 12).Draw(t, "n") {
			rows = append(rows, Row{Activity: Activity{Expected: float64(rapid.IntRange(0, 4).Draw(t, "A"))}, Persistence: Persistence{Months: float64(rapid.IntRange(0, 4).Draw(t, "M"))}})
		}
		setLayers(rows)
		depth := func(r Row) int { // the longest chain of rows each of which surpasses the next, down to r
			var of func(r Row) int
			of = func(r Row) int {
				longest := 0
				for _, o := range rows {
					if o.Activity.Expected >= r.Activity.Expected && o.Persistence.Months >= r.Persistence.Months &&
						(o.Activity.Expected != r.Activity.Expected || o.Persistence.Months != r.Persistence.Months) {
						longest = max(longest, of(o))
					}
				}
				return longest + 1
			}
			return of(r)
		}
		for _, r := range rows {
			if r.Layer != depth(r) {
				t.Fatalf("A %v, M %v is in layer %d, want %d", r.Activity.Expected, r.Persistence.Months, r.Layer, depth(r))
			}
		}
	})
}

// TestMomentum compares with ratios of gamma variates for shapes that end in one half: half the sum of 2n+1 squares of normal variates.
func TestMomentum(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	variate := func(n int) (sum float64) {
		for range 2*n + 1 {
			x := random.NormFloat64()
			sum += x * x / 2
		}
		return sum
	}
	for _, c := range []struct{ last, before int }{{0, 3}, {5, 5}, {12, 4}} {
		var drawn, want []float64
		for k := range 20000 {
			drawn = append(drawn, momentum(c.last, c.before, (float64(k)+.5)/20000))
			want = append(want, variate(c.last)/variate(c.before))
		}
		d, w := rangeOf(drawn), rangeOf(want)
		for _, x := range [][2]float64{{d.Median, w.Median}, {d.Lo, w.Lo}, {d.Hi, w.Hi}} {
			if math.Abs(math.Log(x[0]/x[1])) > .12 && x[1] > .01 {
				t.Errorf("momentum(%d, %d) is in %+v, want %+v", c.last, c.before, d, w)
			}
		}
	}
	list := some(300)
	r := group(DefaultWeights()).Rank(list, Window{To: now}, 1)
	for _, row := range r.Rows {
		if row.Drawn.Momentum == nil || row.Drawn.Momentum.Lo >= row.Drawn.Momentum.Hi {
			t.Errorf("%s: %+v", row.Actor, row.Drawn.Momentum)
		}
	}
	r = group(DefaultWeights()).Rank(list, Window{To: now.AddDate(5, 0, 0)}, 1)
	if r.Rows[0].Drawn.Momentum != nil {
		t.Error("there is momentum after five silent years")
	}
}

// TestRankEuRepoC: whom the counts of a reading have far in front, expected incidents and months have too.
func TestRankEuRepoC(t *testing.T) {
	incidents := eurepoc(t)
	weights := DefaultWeights()
	weights.Assumed = Assumptions // nobody judged these claims
	for reading, want := range map[Reading][]string{AllClaims: {"Anonymous", "Lazarus Group", "Fancy Bear"}, Independent: {"Lazarus Group", "Fancy Bear"}, Governments: {"Fancy Bear", "Sandworm"}} {
		m := Method{Weights: weights, Level: Group, Reading: reading}
		r := m.Rank(incidents, Window{To: time.Date(2023, 3, 1, 0, 0, 0, 0, time.UTC)}, DefaultSeed)
		for i, actor := range want {
			if r.Rows[i].Actor != actor {
				t.Errorf("reading %q, place %d: %s, want %s", reading, i+1, r.Rows[i].Actor, actor)
			}
		}
		for _, row := range r.Rows {
			if p := row.Persistence; row.Actor == "NSA" && (p.MedianGap != nil && *p.MedianGap == 0 || p.Coarse == 0) {
				t.Errorf("NSA's median gap is %v days with %d dates of a year left out", *p.MedianGap, p.Coarse)
			}
		}
	}
}
