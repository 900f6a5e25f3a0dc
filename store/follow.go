package store

import (
	"context"
	"encoding/json"
	"time"

	"threatwatch"
)

// Follower reacts to the log under a name, in one process at a time and to each entry once, however many processes run it.
//
// Its position is a record of kind [CursorKind], its lease one of kind [LeaseKind]; both change in the transaction in which it reacts, so that
// a crash repeats nothing and skips nothing. For effects outside of the store the fence tells holders of the lease apart: it rises with each
// change of hands, and whoever takes orders can refuse those of a lower one.
type Follower struct {
	Name   string           // of the cursor and the lease
	Holder string           // this process
	TTL    time.Duration    // how long a lease lasts that is not renewed; 0: 15 s
	Batch  int              // entries in one transaction; 0: 500
	Now    func() time.Time // nil: time.Now. Clocks of processes may differ by less than TTL.

	lease *Lease // of the run under way
}

type cursorDoc struct {
	After Stamp `json:"after"`
}

// Run follows until ctx ends or react fails, and then gives the lease back. react gets entries in order, at most Batch, and the fence; what it
// writes through tx happens together with the step of the cursor.
func (f *Follower) Run(ctx context.Context, st Store, react func(tx Tx, fence int64, entries []Entry) error) error {
	if f.lease == nil {
		f.lease = &Lease{Name: f.Name, Holder: f.Holder, TTL: f.TTL, Now: f.Now}
	}
	defer f.lease.Release(context.WithoutCancel(ctx), st)
	for ctx.Err() == nil {
		var after Stamp
		mine, n := false, 0
		err := st.Update(ctx, func(tx Tx) (err error) {
			mine, n = false, 0
			if mine, err = f.lease.Hold(ctx, tx); err != nil || !mine {
				return err
			}
			after, n, err = f.step(ctx, tx, react)
			return err
		})
		if err == nil && n == 0 {
			err = f.wait(ctx, st, mine, after)
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return ctx.Err()
}

// step reacts to what follows the cursor. after is where the cursor stands then.
func (f *Follower) step(ctx context.Context, tx Tx, react func(Tx, int64, []Entry) error) (after Stamp, n int, err error) {
	var c cursorDoc
	if err := record(ctx, tx, CursorKind, f.Name, &c); err != nil {
		return 0, 0, err
	}
	batch := f.Batch
	if batch <= 0 {
		batch = 500
	}
	var entries []Entry
	if err := tx.Log(ctx, c.After, batch, func(e Entry) error { entries = append(entries, e); return nil }); err != nil || len(entries) == 0 {
		return c.After, 0, err
	}
	if err := react(tx, f.lease.Fence(), entries); err != nil {
		return c.After, 0, err
	}
	c.After = entries[len(entries)-1].Stamp
	return c.After, len(entries), putRecord(ctx, tx, CursorKind, f.Name, c)
}

// wait returns when there may be something to do: new entries, a lease to renew, or one that may have ended.
func (f *Follower) wait(ctx context.Context, st Store, mine bool, after Stamp) error {
	ctx, cancel := context.WithTimeout(ctx, f.lease.Renew())
	defer cancel()
	if !mine {
		<-ctx.Done()
		return nil
	}
	if err := st.Wait(ctx, after); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// record decodes a record into v, which is left alone when there is none.
func record(ctx context.Context, r Recorder, kind, key string, v any) error {
	doc, err := r.Record(ctx, kind, key)
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(doc, v)
}

func putRecord(ctx context.Context, tx Tx, kind, key string, v any) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.PutRecord(ctx, kind, key, doc)
}
