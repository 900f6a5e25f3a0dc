package subscribe

import (
	"cmp"
	"context"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// change is Change, within whose transaction f may write more.
func (b *Book) change(ctx context.Context, id string, f func(store.Tx, *Subscription) error) (s Subscription, err error) {
	err = b.store.Update(ctx, func(tx store.Tx) error {
		if s, err = Load(ctx, tx, id); err != nil {
			return err
		}
		if err := f(tx, &s); err != nil {
			return err
		}
		if err := s.check(); err != nil {
			return err
		}
		s.Nudge++
		return Save(ctx, tx, &s)
	})
	return s, err
}

// Test has a message sent that tells nothing, once.
func (b *Book) Test(ctx context.Context, id string) (d Delivery, err error) {
	_, err = b.change(ctx, id, func(tx store.Tx, s *Subscription) error {
		if s.State != Active {
			return threatwatch.Errorf(threatwatch.Conflict, "%s is %s: nothing is sent to it", id, s.State)
		}
		d = *NewTest(id, b.now())
		return SaveDelivery(ctx, tx, &d)
	})
	return d, err
}

// Resume makes a subscription active. What waits is sent at once, and what happened meanwhile.
func (b *Book) Resume(ctx context.Context, id string) error {
	_, err := b.change(ctx, id, func(tx store.Tx, s *Subscription) error {
		if s.State == Unconfirmed {
			return threatwatch.Errorf(threatwatch.Conflict, "whoever owns %s has not said yes", s.To)
		}
		s.State, s.Why, s.Rest, s.Refusals, s.Bounces = Active, "", time.Time{}, 0, 0
		return b.again(ctx, tx, id, func(d *Delivery) bool { return d.Stage == Waiting })
	})
	return err
}

// Replay has one message sent anew, under the same id; NotFound when no such message is kept.
func (b *Book) Replay(ctx context.Context, id, message string) error {
	found := false
	_, err := b.change(ctx, id, func(tx store.Tx, _ *Subscription) error {
		err := b.again(ctx, tx, id, func(d *Delivery) bool {
			is := d.ID == message
			found = found || is
			return is
		})
		if err == nil && !found {
			err = threatwatch.Errorf(threatwatch.NotFound, "no message %q to %s is kept: replay a stretch of time", message, id)
		}
		return err
	})
	return err
}

// ReplayFrom has everything told anew that came in after a cursor, under the same ids. It goes back only: what was not told yet is not passed over.
func (b *Book) ReplayFrom(ctx context.Context, id, cursor string) error {
	_, err := b.change(ctx, id, func(_ store.Tx, s *Subscription) error {
		if before(cursor, s.Cursor) {
			s.Cursor = cursor
		}
		return nil
	})
	return err
}

// before compares cursors, which are numbers; "" is before all.
func before(a, b string) bool { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) < 0 }

// again makes deliveries wait anew.
func (b *Book) again(ctx context.Context, tx store.Tx, id string, which func(*Delivery) bool) error {
	var list []Delivery
	err := Deliveries(ctx, tx, id, func(d *Delivery) error {
		if which(d) {
			list = append(list, *d)
		}
		return nil
	})
	for i := range list {
		if err == nil {
			list[i].Again(b.now())
			err = SaveDelivery(ctx, tx, &list[i])
		}
	}
	return err
}
