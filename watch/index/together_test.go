package index_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	. "threatwatch/internal/watchtest"
	"threatwatch/release"
	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// TestTogether: who asks while others do and something comes in is answered, and afterwards everybody has what is read anew.
func TestTogether(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	h := New(t)
	keeper := index.NewKeeper(h.Releaser)
	keeper.TestingOnlyLate()
	over := make(chan struct{})
	var all sync.WaitGroup
	for i, s := range subjects {
		all.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				x, err := keeper.Of(t.Context(), s, []release.Action{release.ShowPage, release.ExportFile}[i%2])
				if err != nil {
					t.Error(err)
					return
				}
				x.Ranking(measure.AllClaims)
				x.Changes(&index.Filter{})
				if len(x.Entries) > 0 {
					x.Near(x.Entries[0], 3)
				}
				keeper.TestingOnlyRefresh(t.Context(), index.Lag, func(err error) { t.Error(err) })
			}
		})
	}
	for n := range 60 {
		step(h, r, n+1)
	}
	close(over)
	all.Wait()
	for _, s := range subjects {
		x, err := keeper.Of(t.Context(), s, release.ShowPage)
		if err != nil {
			t.Fatal(err)
		}
		anew, err := index.TestingOnlyAnew(t.Context(), h.Releaser.View(s, release.ShowPage))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := dump(t, x), dump(t, anew); got != want {
			t.Errorf("%v:\n%s\nanew:\n%s", s, got, want)
		}
	}
}
