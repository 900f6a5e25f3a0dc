package match

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestNames: claims are found by their keys and by nothing else, whether these rise or not, are many of one number or larger than four bytes.
func TestNames(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for name, key := range map[string]func(i int) int64{
		"rising":             func(i int) int64 { return int64(2*i + 1) },
		"falling":            func(i int) int64 { return int64(1000 - i) },
		"rising, then not":   func(i int) int64 { return int64(1 + i*7%500) },
		"several of one":     func(i int) int64 { return int64(1 + i/3) },
		"more than 32 bits":  func(i int) int64 { return math.MaxUint32 - 5 + int64(i) },
		"as it may come out": func(int) int64 { return 1 + rnd.Int64N(300) },
	} {
		cs := newClaims()
		want := map[int64][]uint32{}
		for i := range 400 {
			k := key(i)
			n := cs.add(&Claim{ID: fmt.Sprintf("indicator--00000000-0000-4000-8000-%012x", i), Key: k})
			want[k] = append(want[k], n)
		}
		cs.seal()
		for k, all := range want {
			if got := slices.Sorted(slices.Values(cs.named(nil, claimName{key: k}))); !slices.Equal(got, all) {
				t.Errorf("%s: key %d is of %v, want %v", name, k, got, all)
			}
			if want[k+1] == nil && cs.named(nil, claimName{key: k + 1}) != nil {
				t.Errorf("%s: key %d is found", name, k+1)
			}
		}
	}
}

// TestEnds: what ends is told of each claim also where the first that ends came late.
func TestEnds(t *testing.T) {
	cs := newClaims()
	for i, until := range []int64{0, 0, 7, 0, 9} {
		cs.add(&Claim{ID: fmt.Sprintf("indicator--00000000-0000-4000-8000-%012x", i), Until: until})
	}
	cs.seal()
	for n, want := range []int64{0, 0, 7, 0, 9} {
		if got := cs.get(uint32(n)).Until; got != want {
			t.Errorf("claim %d holds until %d, want %d", n, got, want)
		}
	}
	if cs.validAt(2, 7) || !cs.validAt(2, 6) || !cs.validAt(3, 7) {
		t.Error("a claim holds up to its end, and no longer")
	}
}
