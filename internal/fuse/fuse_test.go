package fuse_test

import (
	"testing"

	"github.com/FastFilter/xorfilter"

	"threatwatch/internal/fuse"
)

func TestAgain(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 1000, 100_000} {
		keys := make([]uint64, n)
		for i := range keys {
			keys[i] = uint64(i) * 0x9e3779b97f4a7c15
		}
		f, err := xorfilter.NewBinaryFuse[uint8](keys)
		if err != nil {
			t.Fatal(err)
		}
		b := fuse.Append(nil, f)
		again, err := fuse.Parse(b)
		if err != nil {
			t.Fatalf("%d keys: %v", n, err)
		}
		for _, k := range keys {
			if !again.Contains(k) {
				t.Fatalf("%d keys: %x is not in it", n, k)
			}
		}
		passed := 0
		for i := range 10_000 {
			if again.Contains(uint64(n+i) * 0x9e3779b97f4a7c15) {
				passed++
			}
		}
		if passed > 200 {
			t.Errorf("%d keys: %d of 10,000 others pass", n, passed)
		}
		for cut := range min(len(b), 200) {
			if _, err := fuse.Parse(b[:cut]); err == nil {
				t.Errorf("%d keys: what ends after %d of %d bytes is taken for a filter", n, cut, len(b))
			}
		}
	}
}
