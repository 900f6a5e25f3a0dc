package sensor

import (
	"context"
	"math/rand/v2"
	"time"

	"threatwatch"
)

// patience is how one who depends on the network bears that it is away: longer and longer waits, and one line when it goes and one when it comes back.
type patience struct {
	what string // that is done, for the lines
	base time.Duration
	tell func(format string, args ...any)

	failed int
	told   threatwatch.Kind // of the error that was told last; "" when all is well
}

// longest is the longest wait between attempts, unless more was asked for.
const longest = time.Minute

// after takes the outcome of an attempt and returns how long to wait before the next.
func (p *patience) after(err error) time.Duration {
	if err == nil {
		if p.told != "" {
			p.tell("%s: works again", p.what)
		}
		p.failed, p.told = 0, ""
		return p.base
	}
	if kind := threatwatch.KindOf(err); kind != p.told {
		p.told = kind
		p.tell("%s: %s; trying again", p.what, err)
	}
	p.failed++
	wait := min(p.base<<min(p.failed-1, 20), max(longest, p.base))
	if wait <= 0 {
		wait = longest
	}
	return wait - rand.N(wait/4+1) // so that many sensors do not come back at once
}

// pause waits, or ends with ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
