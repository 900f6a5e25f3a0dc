package index

import (
	"context"
	"time"

	"threatwatch/release"
)

// TestingOnlyLate has figures of however few incidents be late.
func (k *Keeper) TestingOnlyLate() { k.promptly = -1 }

// TestingOnlyRefresh computes the figures that were asked for, as Run does, some time after now.
func (x *Index) TestingOnlyRefresh(later time.Duration) { x.figures.refresh(x, time.Now().Add(later)) }

// TestingOnlyRefresh does what Run does again and again, some time after now.
func (k *Keeper) TestingOnlyRefresh(ctx context.Context, later time.Duration, failed func(error)) {
	k.refresh(ctx, time.Now().Add(later), failed)
}

// TestingOnlyAnew is the index of a view, made of all that it delivers and of nothing that is kept.
func TestingOnlyAnew(ctx context.Context, v *release.View) (*Index, error) {
	f := &follower{view: v, promptly: promptly}
	x, _, err := f.now(ctx, v, release.Mark{})
	return x, err
}

// TestingOnlyForks counts the views that have what is common for all they see, and those that have an index of their own.
func (k *Keeper) TestingOnlyForks() (shared, own int) {
	for _, f := range k.views {
		if f.build == nil {
			shared++
		} else {
			own++
		}
	}
	return shared, own
}
