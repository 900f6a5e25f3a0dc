package history

import (
	"testing"

	"pgregory.net/rapid"
)

func TestBitsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type item struct {
			v     uint64
			width uint
			gamma bool
		}
		items := rapid.SliceOf(rapid.Custom(func(t *rapid.T) item {
			width := rapid.UintRange(0, 64).Draw(t, "width")
			v := rapid.Uint64().Draw(t, "v")
			if width < 64 {
				v &= 1<<width - 1
			}
			return item{v, width, v > 0 && rapid.Bool().Draw(t, "gamma")}
		})).Draw(t, "items")
		var w bitWriter
		for _, it := range items {
			if it.gamma {
				w.gamma(it.v)
			} else {
				w.put(it.v, it.width)
			}
		}
		out := w.bytes()
		r := newBitReader(append(out, make([]byte, padding)...), len(out))
		for i, it := range items {
			got := uint64(0)
			if it.gamma {
				got = r.gamma()
			} else {
				got = r.get(it.width)
			}
			if got != it.v || r.fail {
				t.Fatalf("item %d = %d, %v, want %d", i, got, r.fail, it.v)
			}
		}
		if r.get(8); !r.fail {
			t.Fatal("reading past the end went unnoticed")
		}
	})
}
