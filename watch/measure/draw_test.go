package measure

import (
	"math"
	"testing"
)

// TestBinomial: the chances of at most so many add up as those of all outcomes do, one by one.
func TestBinomial(t *testing.T) {
	for _, n := range []int{1, 2, 5, 10} {
		for _, p := range []float64{.05, .3, .5, .95, 1} {
			want := make([]float64, n+1)
			for world := range 1 << n {
				chance, k := 1.0, 0
				for i := range n {
					if world>>i&1 == 1 {
						chance, k = chance*p, k+1
					} else {
						chance *= 1 - p
					}
				}
				for at := k; at <= n; at++ {
					want[at] += chance
				}
			}
			for k, got := range binomial(n, p) {
				if math.Abs(got-want[k]) > 1e-9 {
					t.Errorf("at most %d of %d with %v: %v, want %v", k, n, p, got, want[k])
				}
			}
		}
	}
	if many := binomial(5000, .9); many[4300] > 1e-9 || many[4700] < 1-1e-9 {
		t.Errorf("of 5000 with .9: at most 4300 %v, at most 4700 %v", many[4300], many[4700])
	}
}
