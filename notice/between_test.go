package notice_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	. "threatwatch/internal/watchtest"
	"threatwatch/notice"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// busy is a store into which something comes right before one of the readings of it.
type busy struct {
	store.Store
	left int
	come func()
}

func (b *busy) Read(ctx context.Context, f func(store.Snapshot) error) error {
	if b.left--; b.left == 0 {
		b.come()
	}
	return b.Store.Read(ctx, f)
}

// TestBetween: an incident that comes in while events are being read is told once, by this reading or by the next.
func TestBetween(t *testing.T) {
	filter, err := index.ParseFilter(url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 5; n++ {
		h := filled(t)
		b := &busy{Store: h.Store, come: func() { h.Say(0, At(Incident(4, "Lathe stopped", "2022-01-01", watch.Facts{}), 1, 0)) }}
		rel := release.New(b, []byte("a secret of thirty-two bytes or more"), time.Now)
		r := notice.NewReader(rel, index.NewKeeper(rel), release.Subject{Kind: release.Public}, release.Webhook)
		cursor, told := "", 0
		b.left = n
		for range 3 {
			for more := true; more; {
				cursor, more, err = r.Next(t.Context(), cursor, notice.Interest{Filter: filter}, func(e notice.Event) error {
					if e.Entry.ID == ID("incident", 4) {
						told++
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		if told != 1 {
			t.Errorf("it came in before reading %d, and was told %d times", n, told)
		}
	}
}
