package subscribe

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// Kinds of records.
const (
	subscriptionKind = "subscription"
	deliveryKind     = "delivery"
	toldKind         = "told"
)

// Book keeps subscriptions in a store.
type Book struct {
	store store.Store
	now   func() time.Time
}

// NewBook is the book in a store.
func NewBook(st store.Store, now func() time.Time) *Book {
	if now == nil {
		now = time.Now
	}
	return &Book{st, now}
}

// Add checks and adds a subscription; ID, Created and, of a hook, the first key are given here. Without a state it is active. What it is told of
// begins after its Cursor: "" is from the first there was, notice.Reader.Now is from now on.
func (b *Book) Add(ctx context.Context, s Subscription) (Subscription, error) {
	if err := s.check(); err != nil {
		return s, err
	}
	s.ID, s.Created = "sub_"+strings.ToLower(rand.Text()[:16]), b.now().UTC()
	if s.State == "" {
		s.State = Active
	}
	if s.Kind == Hook {
		s.Rotate(s.Created, 0)
	}
	return s, b.store.Update(ctx, func(tx store.Tx) error { return Save(ctx, tx, &s) })
}

// Get finds a subscription; NotFound when there is none.
func (b *Book) Get(ctx context.Context, id string) (s Subscription, err error) {
	err = b.store.Read(ctx, func(sn store.Snapshot) error {
		s, err = Load(ctx, sn, id)
		return err
	})
	return s, err
}

// List is all subscriptions of a kind, "" of every kind, by ID.
func (b *Book) List(ctx context.Context, kind Kind) (list []Subscription, err error) {
	err = b.store.Read(ctx, func(sn store.Snapshot) error {
		list, err = List(ctx, sn, kind)
		return err
	})
	return list, err
}

// List is all subscriptions of a kind, "" of every kind, by ID.
func List(ctx context.Context, r store.Recorder, kind Kind) (list []Subscription, err error) {
	err = r.Records(ctx, subscriptionKind, "", func(id string, doc []byte) error {
		s, err := parse[Subscription](id, doc)
		if err == nil && (kind == "" || s.Kind == kind) {
			list = append(list, s)
		}
		return err
	})
	return list, err
}

// Change changes a subscription in one transaction, in which f may run more than once, and checks what came of it. The engine looks at it again.
func (b *Book) Change(ctx context.Context, id string, f func(*Subscription) error) (Subscription, error) {
	return b.change(ctx, id, func(_ store.Tx, s *Subscription) error { return f(s) })
}

// Remove removes a subscription with all that is kept for it.
func (b *Book) Remove(ctx context.Context, id string) error {
	return b.store.Update(ctx, func(tx store.Tx) error {
		if _, err := Load(ctx, tx, id); err != nil {
			return err
		}
		for _, kind := range []string{deliveryKind, toldKind} {
			var keys []string
			if err := tx.Records(ctx, kind, id+"/", func(key string, _ []byte) error { keys = append(keys, key); return nil }); err != nil {
				return err
			}
			for _, key := range keys {
				if err := tx.DeleteRecord(ctx, kind, key); err != nil {
					return err
				}
			}
		}
		return tx.DeleteRecord(ctx, subscriptionKind, id)
	})
}

// Load reads a subscription; NotFound when there is none.
func Load(ctx context.Context, r store.Recorder, id string) (s Subscription, err error) {
	doc, err := r.Record(ctx, subscriptionKind, id)
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return s, threatwatch.Errorf(threatwatch.NotFound, "no subscription %q", id)
	}
	if err != nil {
		return s, err
	}
	return parse[Subscription](id, doc)
}

// Save writes a subscription as it is.
func Save(ctx context.Context, tx store.Tx, s *Subscription) error {
	return put(ctx, tx, subscriptionKind, s.ID, s)
}

func put(ctx context.Context, tx store.Tx, kind, key string, v any) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.PutRecord(ctx, kind, key, doc)
}

func parse[T any](key string, doc []byte) (v T, err error) {
	if err := json.Unmarshal(doc, &v); err != nil {
		return v, fmt.Errorf("read the record of %s: %w", key, err)
	}
	return v, nil
}
