package index_test

import (
	"context"
	"testing"
	"time"

	. "threatwatch/internal/watchtest"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// leaving is a store whose reader gives up in one of the reads to come.
type leaving struct {
	store.Store
	reads  int // until then
	giveUp func()
}

func (l *leaving) Read(ctx context.Context, f func(store.Snapshot) error) error {
	if l.reads--; l.reads == 0 {
		l.giveUp()
	}
	return l.Store.Read(ctx, f)
}

// TestWhoLeaves: a reader who gives up while something that came in is read takes from nobody what was read before.
func TestWhoLeaves(t *testing.T) {
	for _, s := range subjects[:3] {
		for reads := 1; reads <= 4; reads++ {
			h := New(t)
			st := &leaving{Store: h.Store}
			keeper := index.NewKeeper(release.New(st, []byte("a secret of thirty-two bytes or more"), time.Now))
			h.Say(0, At(Incident(1, "open", "2020-01-01", watch.Facts{}), 1, 0), At(Incident(2, "secret", "2020-01-01", watch.Facts{}), 1, 2))
			open := func(ctx context.Context) (*index.Entry, error) {
				x, err := keeper.Of(ctx, s, release.ShowPage)
				if err != nil {
					return nil, err
				}
				return x.Get(ID("incident", 1)), nil
			}
			before, err := open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			h.Say(0, At(Incident(3, "another", "2020-01-02", watch.Facts{}), 1, 0))
			ctx, cancel := context.WithCancel(t.Context())
			st.reads, st.giveUp = reads, cancel
			_, gaveUp := open(ctx)
			cancel()
			switch after, err := open(t.Context()); {
			case err != nil:
				t.Fatal(err)
			case after != before:
				t.Errorf("%v: all was read anew after somebody gave up in read %d (%v)", s, reads, gaveUp)
			}
		}
	}
}
