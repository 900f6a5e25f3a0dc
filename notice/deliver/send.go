package deliver

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"threatwatch"
	"threatwatch/notice"
	"threatwatch/notice/subscribe"
	"threatwatch/store"
)

// schedule is how long after a failed attempt the next one is made, by how many there were (Standard Webhooks 1.0, "Retries"): in all ten
// attempts within about three days.
var schedule = []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// holding is for how many attempts a message holds those behind it.
const holding = 3

// longestWait is how long a receiver can ask to be left alone.
const longestWait = 24 * time.Hour

// retryAt is when to try again, spread out by up to a tenth so that receivers are not met by everything at once; ok is false when it is given up.
func retryAt(now time.Time, tries int) (at time.Time, ok bool) {
	if tries >= len(schedule) {
		return now, false
	}
	d := schedule[tries]
	return now.Add(d + rand.N(d/10+1)), true
}

// holds says that a message holds those behind it.
func holds(d *subscribe.Delivery) bool { return d.Tries < holding }

// send sends what is due, in order. next is when something will be.
func (e *Engine) send(ctx context.Context, s *subscribe.Subscription, reader *notice.Reader, queue []subscribe.Delivery) (next time.Time, err error) {
	for i := range queue {
		d := &queue[i]
		now := e.opt.Now()
		if now.Before(s.Rest) {
			return sooner(next, s.Rest), nil
		}
		if !now.Before(d.Due) {
			if err := e.attempt(ctx, s, reader, d); err != nil || s.State != subscribe.Active {
				return next, err
			}
		}
		if d.Stage != subscribe.Waiting {
			continue
		}
		if next = sooner(next, d.Due); holds(d) {
			return next, nil
		}
	}
	return next, nil
}

// attempt makes a message as it may be now, sends it, and writes down what came of it.
func (e *Engine) attempt(ctx context.Context, s *subscribe.Subscription, reader *notice.Reader, d *subscribe.Delivery) error {
	m := &Message{ID: d.ID, To: *s, Type: d.Type, Tries: d.Tries, Made: d.Made, Now: e.opt.Now()}
	if d.Type != subscribe.TypeTest {
		want, err := e.interest(ctx, s)
		if err != nil {
			return err
		}
		if err := reader.Between(ctx, d.After, d.Upto, want, func(ev notice.Event) error { m.Events = append(m.Events, ev); return nil }); err != nil {
			return err
		}
		if len(m.Events) == 0 {
			d.Stage, d.Answer = subscribe.Withheld, "may not be seen any more"
			return e.settle(ctx, s, d, Answer{})
		}
	}
	a := e.opt.Carriers[s.Kind].Carry(ctx, m)
	if ctx.Err() != nil {
		return ctx.Err() // whoever delivers next sends it again, under the same id
	}
	now := e.opt.Now().UTC()
	d.Tries, d.Last, d.Answer = d.Tries+1, now, a.Words
	if d.First.IsZero() {
		d.First = now
	}
	if a.Verdict == Took {
		d.Stage = subscribe.Taken
	} else if at, ok := retryAt(now, d.Tries); ok && d.Type != subscribe.TypeTest && a.Verdict != Refused {
		d.Due = at.UTC()
	} else {
		d.Stage = subscribe.Failed
	}
	return e.settle(ctx, s, d, a)
}

// settle writes down what came of a delivery, and what follows for its subscription.
func (e *Engine) settle(ctx context.Context, s *subscribe.Subscription, d *subscribe.Delivery, a Answer) error {
	active := false
	err := e.update(ctx, s, func(tx store.Tx, s *subscribe.Subscription) error {
		active = s.State == subscribe.Active
		e.conclude(s, d, a)
		return subscribe.SaveDelivery(ctx, tx, d)
	})
	if threatwatch.KindOf(err) == threatwatch.NotFound { // it was removed meanwhile
		s.State = subscribe.Stopped
		return nil
	}
	if err != nil {
		return err
	}
	e.tell(s, d)
	if active && s.State == subscribe.Stopped {
		e.opt.Log.Warn("subscription stopped", "subscription", s.ID, "host", s.Host(), "why", s.Why)
		return e.opt.Audit(ctx, "subscription stopped: "+s.Why, s.ID)
	}
	return nil
}

// conclude is what an answer means for the subscription: when there may be more, and whether there will be any.
func (e *Engine) conclude(s *subscribe.Subscription, d *subscribe.Delivery, a Answer) {
	if d.Stage == subscribe.Taken {
		s.Taken, s.Refusals = d.Last, 0
	}
	if a.Wait > 0 && d.Stage != subscribe.Taken {
		s.Rest = e.opt.Now().Add(min(a.Wait, longestWait)).UTC()
	}
	if s.State != subscribe.Active || d.Type == subscribe.TypeTest && a.Verdict != Never {
		return
	}
	switch {
	case a.Verdict == Never:
		s.State, s.Why = subscribe.Stopped, "the receiver answered "+a.Words
	case a.Verdict == Refused:
		if s.Refusals++; s.Refusals >= refusals {
			s.State, s.Why = subscribe.Stopped, fmt.Sprintf("%d messages in a row were refused; the last answer was: %s", s.Refusals, a.Words)
		}
	case d.Stage == subscribe.Failed && s.Taken.Before(d.First):
		s.State, s.Why = subscribe.Stopped, fmt.Sprintf("nothing was taken since %s; the last answer was: %s", d.First.Format(time.DateTime), a.Words)
	}
}

// tell logs and counts a delivery. The address of a receiver can be a secret: only its host is named.
func (e *Engine) tell(s *subscribe.Subscription, d *subscribe.Delivery) {
	e.opt.Observe(s.Kind, d.Stage)
	attrs := []any{"subscription", s.ID, "host", s.Host(), "message", d.ID, "type", d.Type, "tries", d.Tries, "answer", d.Answer}
	switch d.Stage {
	case subscribe.Waiting:
		e.opt.Log.Warn("notice not taken", append(attrs, "again", d.Due.Format(time.RFC3339))...)
	case subscribe.Failed:
		e.opt.Log.Warn("notice given up", attrs...)
	default:
		e.opt.Log.Info("notice", append(attrs, "stage", d.Stage)...)
	}
}
