package deliver

import (
	"context"
	"math"
	"slices"
	"time"

	"threatwatch"
	"threatwatch/notice"
	"threatwatch/notice/subscribe"
	"threatwatch/store"
)

// tend looks at one subscription: it gathers and sends until there is nothing to do now. wake is when there will be; zero: when something happens.
func (e *Engine) tend(ctx context.Context, s *subscribe.Subscription) (wake time.Time, err error) {
	for more := true; more; {
		reader, err := e.reader(ctx, s)
		if threatwatch.KindOf(err) == threatwatch.NotFound {
			return wake, e.stop(ctx, s, "who it was for takes part no more")
		}
		if err != nil {
			return wake, err
		}
		if more, wake, err = e.fill(ctx, s, reader); err != nil {
			return wake, err
		}
		queue, err := e.queue(ctx, s)
		if err != nil {
			return wake, err
		}
		due, err := e.send(ctx, s, reader, queue)
		if err != nil || s.State != subscribe.Active {
			return wake, err
		}
		if due.IsZero() && len(queue) >= maxWaiting { // all of it went out: there is room again
			more = true
		}
		wake = sooner(wake, due)
	}
	return wake, nil
}

func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// queue is what waits to be sent to a subscriber, in order. What came to an end long ago is forgotten on the way.
func (e *Engine) queue(ctx context.Context, s *subscribe.Subscription) (waiting []subscribe.Delivery, err error) {
	var done []subscribe.Delivery
	err = e.opt.Store.Read(ctx, func(sn store.Snapshot) error {
		return subscribe.Deliveries(ctx, sn, s.ID, func(d *subscribe.Delivery) error {
			if d.Stage == subscribe.Waiting {
				waiting = append(waiting, *d)
			} else {
				done = append(done, *d)
			}
			return nil
		})
	})
	if err != nil || len(done) <= keepDone {
		return waiting, err
	}
	return waiting, e.update(ctx, s, func(tx store.Tx, _ *subscribe.Subscription) error {
		for i := range done[:len(done)-keepDone] {
			if err := subscribe.DropDelivery(ctx, tx, &done[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// fill gathers, unless as much waits already as may.
func (e *Engine) fill(ctx context.Context, s *subscribe.Subscription, reader *notice.Reader) (more bool, wake time.Time, err error) {
	queue, err := e.queue(ctx, s)
	if err != nil || len(queue) >= maxWaiting {
		return false, wake, err
	}
	return e.gather(ctx, s, reader)
}

// gather makes deliveries of what happened since the subscription was last looked at. more says that there is more to gather, wake when there will be.
func (e *Engine) gather(ctx context.Context, s *subscribe.Subscription, reader *notice.Reader) (more bool, wake time.Time, err error) {
	want, err := e.interest(ctx, s)
	if err != nil {
		return false, wake, err
	}
	if s.Cadence != subscribe.Instant {
		wake, err = e.digest(ctx, s, reader, want)
		return false, wake, err
	}
	room, wake, err := e.room(ctx, s)
	if err != nil {
		return false, wake, err
	}
	var events []notice.Event
	at, more, err := reader.Next(ctx, s.Cursor, want, func(ev notice.Event) error { events = append(events, ev); return nil })
	if err != nil || at == s.Cursor {
		return more, wake, err
	}
	switch n := len(events); {
	case n > 0 && room == 0:
		return false, wake, e.full(ctx, s)
	case n > room || n > 1 && s.Full:
		return false, wake, e.bundle(ctx, s, reader, want)
	}
	from, now := s.Cursor, e.opt.Now()
	err = e.update(ctx, s, func(tx store.Tx, s *subscribe.Subscription) error {
		if s.Cursor != from { // somebody set it back meanwhile
			more = true
			return nil
		}
		s.Cursor, s.Full = at, s.Full && len(events) == 0
		for _, ev := range events {
			d := subscribe.NewDelivery(s.ID, notice.Before(ev.Cursor), ev.Cursor, ev.Type, now)
			d.About = ev.Entry.ID
			if err := note(ctx, tx, d, []string{ev.Entry.ID}); err != nil {
				return err
			}
		}
		return nil
	})
	return more, wake, err
}

// full notes that something waits for room: it is told in one when there is some, however little of it there was.
func (e *Engine) full(ctx context.Context, s *subscribe.Subscription) error {
	if s.Full {
		return nil
	}
	return e.update(ctx, s, func(_ store.Tx, s *subscribe.Subscription) error {
		s.Full = true
		return nil
	})
}

// room is for how many more messages there is room in this hour, and when there will be some if there is none. A mailbox gets only so many: what is
// too much is told in one. Programs take all there is.
func (e *Engine) room(ctx context.Context, s *subscribe.Subscription) (n int, wake time.Time, err error) {
	if s.Kind != subscribe.Mail {
		return math.MaxInt, wake, nil
	}
	n = mailsAnHour
	since := e.opt.Now().Add(-time.Hour)
	err = e.opt.Store.Read(ctx, func(sn store.Snapshot) error {
		return subscribe.Deliveries(ctx, sn, s.ID, func(d *subscribe.Delivery) error {
			if d.Type != subscribe.TypeTest && d.Made.After(since) {
				n--
				wake = sooner(wake, d.Made.Add(time.Hour))
			}
			return nil
		})
	})
	if n > 0 {
		wake = time.Time{}
	}
	return max(n, 0), wake, err
}

// digest makes one delivery of all that happened since the last digest, when it is time for the next.
func (e *Engine) digest(ctx context.Context, s *subscribe.Subscription, reader *notice.Reader, want notice.Interest) (wake time.Time, err error) {
	now := e.opt.Now()
	since := s.Looked
	if since.IsZero() {
		since = s.Created
	}
	if due := s.Next(since); now.Before(due) {
		return due, nil
	}
	if err := e.bundle(ctx, s, reader, want); err != nil {
		return wake, err
	}
	return s.Next(now), nil
}

// bundle makes one delivery of all that happened since the last; of nothing it makes none.
func (e *Engine) bundle(ctx context.Context, s *subscribe.Subscription, reader *notice.Reader, want notice.Interest) error {
	upto, err := reader.Now(ctx)
	if err != nil {
		return err
	}
	var incidents []string
	err = reader.Between(ctx, s.Cursor, upto, want, func(ev notice.Event) error { incidents = append(incidents, ev.Entry.ID); return nil })
	if err != nil {
		return err
	}
	slices.Sort(incidents)
	from, now := s.Cursor, e.opt.Now()
	return e.update(ctx, s, func(tx store.Tx, s *subscribe.Subscription) error {
		if s.Cursor != from { // somebody set it back meanwhile
			return nil
		}
		s.Cursor, s.Looked, s.Full = upto, now.UTC(), false
		if len(incidents) == 0 {
			return nil
		}
		return note(ctx, tx, subscribe.NewDelivery(s.ID, from, upto, subscribe.TypeDigest, now), slices.Compact(incidents))
	})
}

// note writes down a delivery and of which incidents it tells.
func note(ctx context.Context, tx store.Tx, d *subscribe.Delivery, incidents []string) error {
	for _, id := range incidents {
		if err := subscribe.Tell(ctx, tx, d.Subscription, id); err != nil {
			return err
		}
	}
	return subscribe.SaveDelivery(ctx, tx, d)
}

// stop ends a subscription for a reason, which the trail tells.
func (e *Engine) stop(ctx context.Context, s *subscribe.Subscription, why string) error {
	err := e.update(ctx, s, func(_ store.Tx, s *subscribe.Subscription) error {
		s.State, s.Why = subscribe.Stopped, why
		return nil
	})
	if err != nil {
		return err
	}
	e.opt.Log.Warn("subscription stopped", "subscription", s.ID, "host", s.Host(), "why", why)
	return e.opt.Audit(ctx, "subscription stopped: "+why, s.ID)
}
