package index_test

import (
	"testing"
	"time"

	. "threatwatch/internal/watchtest"
	"threatwatch/release"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// TestMergersAsOf: a record stands for itself before somebody says that it is the same as another, and goes on in the other after it; so the other has the
// claims of both from then on. Where what was said is taken back, each stands for itself again, from then on and not before. What is said later changes nothing of
// what was.
func TestMergersAsOf(t *testing.T) {
	h := told(t)
	now := func() time.Time { return of(t, h, public).Changed }
	alone := now()
	h.Say(0, At(Tie(7, "duplicate-of", 2, 1), 1, 0))
	merged := now()
	h.Say(0, At(Tie(8, "duplicate-of", 3, 2), 1, 0))
	chained := now()
	h.Say(1, At(Tie(9, "distinct-from", 2, 1), 1, 0))
	h.Say(0, At(Incident(1, "Mill stopped, and burnt", "2020-01-01", watch.Facts{}), 2, 0))
	disputed := now()
	h.Say(1, revoked(At(Tie(9, "distinct-from", 2, 1), 2, 0)))
	agreed := now()
	h.Say(0, revoked(At(Tie(7, "duplicate-of", 2, 1), 2, 0)))
	parted := now()
	h.Say(0, At(Tie(10, "duplicate-of", 2, 1), 1, 0))
	again := now()
	view := h.Releaser.View(public, release.ShowPage)
	for _, x := range []struct {
		at     time.Time
		claims int // of the first record
		state  [3]string
	}{
		{alone, 1, [3]string{"published", "published", "published"}}, {merged, 3, [3]string{"published", "merged", "published"}}, {chained, 3, [3]string{"published", "merged", "merged"}},
		{disputed, 1, [3]string{"published", "published", "merged"}}, {agreed, 3, [3]string{"published", "merged", "merged"}}, {parted, 1, [3]string{"published", "published", "merged"}},
		{again, 3, [3]string{"published", "merged", "merged"}},
	} {
		for i, want := range x.state {
			then, e, err := of(t, h, public).AsOf(t.Context(), view, ID("incident", i+1), x.at)
			if err != nil || e == nil {
				t.Fatal(i, e, err)
			}
			if e.Facts.RecordState != want || want == "merged" && then.Get(e.Facts.MergedRef) == nil {
				t.Errorf("record %d at %v: %s, want %s", i+1, x.at, e.Facts.RecordState, want)
			}
			if i == 0 && len(e.Claims) != x.claims {
				t.Errorf("at %v: %d claims, want %d", x.at, len(e.Claims), x.claims)
			}
			if early := x.at.Before(disputed); i == 0 && (e.Title() == "Mill stopped") != early {
				t.Errorf("at %v it is called %s", x.at, e.Title())
			}
		}
	}
	if _, e, err := new(index.Index).AsOf(t.Context(), view, ID("incident", 1), time.Time{}); e != nil || err != nil {
		t.Errorf("before all: %v, %v", e, err)
	}
}
