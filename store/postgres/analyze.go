package postgres

import (
	"context"
	"time"

	"threatwatch/store"
)

// The planner knows tables by statistics that autovacuum takes when it comes round, a minute apart by default. Until then a store that was
// just filled would be read by plans for an empty one. Statistics are taken here whenever the store has become four times as large.

const (
	analyzeFirst  = 1000 // assertions
	analyzeGrowth = 4
	analyzeTime   = 30 * time.Second // a large table is sampled: more time than this is somebody else's lock
)

// analyze takes statistics when a commit calls for it, until the store is closed.
func (d *DB) analyze() {
	for range d.grown {
		ctx, cancel := context.WithTimeout(context.Background(), analyzeTime)
		d.pool.Exec(ctx, "ANALYZE assertion, member, tally, val, edge, ends, words") // autovacuum will, if this fails
		cancel()
	}
}

// grew calls for statistics when a commit numbered assertions far beyond those of the last time, or of this writer's beginning. Only the
// writer calls it.
func (w *writer) grew(from, to store.OID) {
	if w.groups == 1 {
		w.analyzed = from
	}
	if to < w.analyzed*analyzeGrowth || to < analyzeFirst || from == to {
		return
	}
	select {
	case w.grown <- struct{}{}:
		w.analyzed = to
	default: // at it
	}
}
