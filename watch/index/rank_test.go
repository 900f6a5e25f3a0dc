package index_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	. "threatwatch/internal/watchtest"
	"threatwatch/release"
	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// TestRankings: the readings, which are ranked side by side, are those that the method gives one by one.
func TestRankings(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	h := New(t)
	for n := range 150 {
		step(h, r, n+1)
	}
	x, err := index.NewKeeper(h.Releaser).Of(t.Context(), release.Subject{Kind: release.Operator}, release.ShowPage)
	if err != nil {
		t.Fatal(err)
	}
	for _, reading := range measure.Readings {
		method := x.Method()
		method.Reading = reading
		method.Weights.Assumed = measure.Assumptions
		want := method.Rank(x.Measured(), x.Window(), measure.DefaultSeed)
		if got := x.Ranking(reading); !reflect.DeepEqual(got, want) || got.Incidents == 0 {
			t.Errorf("reading %q: %+v, want %+v", reading, got, want)
		}
	}
}
