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

// TestEnds: what ends is told of each claim also where the first that ends came late, whatever the time.
func TestEnds(t *testing.T) {
	cs := newClaims()
	ends := []int64{0, 0, 7, 0, 9, 1, 2, 3, -1, math.MinInt64, 253402300799999999, silent - 1, silent, retired}
	for i, until := range ends {
		cs.add(&Claim{ID: fmt.Sprintf("indicator--00000000-0000-4000-8000-%012x", i), From: -until, Until: until})
	}
	cs.retire(0)
	cs.seal()
	for n, want := range ends {
		if got := cs.get(uint32(n)); got.Until != want || n > 0 && got.From != -want {
			t.Errorf("claim %d holds from %d until %d, want %d and %d", n, got.From, got.Until, -want, want)
		}
		if got, want := cs.never(uint32(n)), n == 0; got != want {
			t.Errorf("claim %d never holds: %v, want %v", n, got, want)
		}
	}
	if cs.validAt(2, 7) || !cs.validAt(2, 6) || !cs.validAt(3, 7) {
		t.Error("a claim holds up to its end, and no longer")
	}
}

// TestColumn: every number comes back, whatever came before and after it, sealed or not.
func TestColumn(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		var c column
		var want []uint64
		for range rnd.IntN(50) {
			v := rnd.Uint64() >> rnd.IntN(65)
			if len(want) > 0 && rnd.IntN(4) == 0 {
				n := rnd.IntN(len(want))
				want[n] = v
				c.set(uint32(n), v)
				continue
			}
			want = append(want, v)
			c.add(v)
		}
		for range 2 {
			for n, v := range want {
				if got := c.at(uint32(n)); got != v {
					t.Fatalf("row %d is %d, want %d of %v", n, got, v, want)
				}
			}
			c.seal()
		}
	}
}
