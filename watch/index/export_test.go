package index

import (
	"context"
	"time"
)

// TestingOnlyLate has figures of however few incidents be late.
func (k *Keeper) TestingOnlyLate() { k.promptly = -1 }

// TestingOnlyRefresh computes the figures that were asked for, as Run does.
func (x *Index) TestingOnlyRefresh() { x.figures.refresh(x) }

// TestingOnlyRefresh does what Run does again and again, later.
func (k *Keeper) TestingOnlyRefresh(ctx context.Context, later time.Duration, failed func(error)) {
	k.mu.Lock()
	for _, f := range k.views {
		f.used = f.used.Add(-later)
	}
	k.mu.Unlock()
	k.refresh(ctx, failed)
}
