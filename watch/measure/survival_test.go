package measure

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestKaplanMeier is a textbook example, the remission times of Freireich and others (1963) under 6-MP.
func TestKaplanMeier(t *testing.T) {
	var ds []Duration
	for _, w := range []float64{6, 6, 6, 7, 10, 13, 16, 22, 23} {
		ds = append(ds, Duration{w, true})
	}
	for _, w := range []float64{6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35} {
		ds = append(ds, Duration{w, false})
	}
	want := Curve{{6, .857142857, 21, 3}, {7, .806722689, 17, 1}, {10, .752941176, 15, 1}, {13, .690196078, 12, 1}, {16, .627450980, 11, 1}, {22, .537815126, 7, 1}, {23, .448179272, 6, 1}}
	c := KaplanMeier(ds)
	if d := cmp.Diff(want, c, about); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if c.Median() != 23 || !cmp.Equal(c.At(12), .752941176, about) || c.At(5) != 1 || !math.IsInf(c[:6].Median(), 1) {
		t.Errorf("median %v, at 12 %v", c.Median(), c.At(12))
	}
}

// TestKaplanMeierAgainstRedistribution moves the mass of each that still runs to all that lasted longer, in equal parts (Efron 1967).
func TestKaplanMeierAgainstRedistribution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var ds []Duration
		for range rapid.IntRange(1, 12).Draw(t, "n") {
			ds = append(ds, Duration{float64(rapid.IntRange(0, 8).Draw(t, "length")), rapid.Bool().Draw(t, "ended")})
		}
		sorted := slices.SortedFunc(slices.Values(ds), func(a, b Duration) int {
			if a.Length != b.Length || a.Ended == b.Ended {
				return int(a.Length - b.Length)
			}
			if a.Ended {
				return -1
			}
			return 1
		})
		mass := make([]float64, len(sorted))
		for i := range mass {
			mass[i] = 1 / float64(len(mass))
		}
		for i, d := range sorted {
			if rest := len(sorted) - i - 1; !d.Ended && rest > 0 {
				for j := i + 1; j < len(sorted); j++ {
					mass[j] += mass[i] / float64(rest)
				}
				mass[i] = 0
			}
		}
		curve := KaplanMeier(ds)
		for at := -1.0; at < 10; at += .5 {
			want := 1.0
			for i, d := range sorted {
				if d.Ended && d.Length <= at {
					want -= mass[i]
				}
			}
			if !cmp.Equal(curve.At(at), want, about) {
				t.Fatalf("S(%v) = %v, want %v", at, curve.At(at), want)
			}
		}
	})
}

// TestSolow is by its meaning: of n sightings spread evenly over the time until now, all lie before the last that was seen.
func TestSolow(t *testing.T) {
	for _, c := range []struct {
		last, now float64
		n         int
		want      float64
	}{{10, 10, 5, 1}, {5, 10, 1, .5}, {5, 10, 3, .125}, {9, 10, 2, .81}} {
		if got := Solow(c.last, c.now, c.n); !cmp.Equal(got, c.want, about) {
			t.Errorf("Solow(%v, %v, %d) = %v, want %v", c.last, c.now, c.n, got, c.want)
		}
	}
}
