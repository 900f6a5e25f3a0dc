package subscribe

import (
	"context"
	"fmt"
	"time"

	"threatwatch/store"
)

// What comes back stops a subscription as it does with list servers: of the messages that come back on one day one counts, since one fault of a mail
// server sends back many, and what lies long before is forgotten, since nobody reports that a message arrived.
const (
	bouncedDays = 3                   // on which something came back, before a subscription is stopped
	bouncesLast = 15 * 24 * time.Hour // how long one counts: a weekly digest that comes back each time is noticed
)

// Bounce notes that a message to a subscriber came back for good, hours after the relay had taken it. status is that of RFC 3463.
func (b *Book) Bounce(ctx context.Context, id, status string) (s Subscription, counts bool, err error) {
	s, err = b.change(ctx, id, func(_ store.Tx, s *Subscription) error {
		now := b.now().UTC()
		if counts = s.State == Active && !sameDay(s.Bounced, now); !counts {
			return nil
		}
		if now.Sub(s.Bounced) > bouncesLast {
			s.Bounces = 0
		}
		s.Bounces, s.Bounced = s.Bounces+1, now
		if s.Bounces >= bouncedDays {
			s.State, s.Why = Stopped, fmt.Sprintf("messages came back on %d days; the last was told: %s", s.Bounces, status)
		}
		return nil
	})
	return s, counts, err
}

func sameDay(a, b time.Time) bool {
	return a.UTC().Format(time.DateOnly) == b.UTC().Format(time.DateOnly)
}
