package main

import (
	"context"
	"runtime/debug"
	"time"
)

// restAfter is how long nobody must have asked for anything but health until memory is given back.
const restAfter = 5 * time.Second

// rest gives memory that is not needed any more back to the system whenever the server has come to rest after its start or after requests. The collector
// would leave what they needed on the way for minutes, and an exchange of a few organisations is at rest most of the day.
func (o *observer) rest(ctx context.Context) { o.restEach(ctx, restAfter, debug.FreeOSMemory) }

func (o *observer) restEach(ctx context.Context, after time.Duration, giveBack func()) {
	tick := time.NewTicker(after)
	defer tick.Stop()
	for seen, rested := int64(-1), false; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		switch now := o.asked.Load(); {
		case now != seen:
			seen, rested = now, false
		case !rested:
			giveBack()
			rested = true
		}
	}
}
