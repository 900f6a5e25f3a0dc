package index

// TestingOnlyLate has figures of however few incidents be late.
func (k *Keeper) TestingOnlyLate() { k.promptly = -1 }

// TestingOnlyRefresh computes the figures that were asked for, as Run does.
func (x *Index) TestingOnlyRefresh() { x.figures.refresh(x) }
