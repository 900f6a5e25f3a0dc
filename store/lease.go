package store

import (
	"context"
	"sync/atomic"
	"time"
)

// Lease lets one process at a time do what several are ready to do. It is a record of kind [LeaseKind] with an end, which its holder puts off
// again and again: who dies leaves it to others. The fence rises with each change of hands.
type Lease struct {
	Name   string           // what it is for
	Holder string           // this process
	TTL    time.Duration    // how long it lasts when it is not renewed; 0: 15 s
	Now    func() time.Time // nil: time.Now. Clocks of processes may differ by less than TTL.

	fence atomic.Int64
}

// LeaseKind is the kind of the records that hold leases.
const LeaseKind = "lease"

type leaseDoc struct {
	Holder string    `json:"holder"`
	Fence  int64     `json:"fence"`
	Until  time.Time `json:"until"`
}

// Hold takes or renews the lease and says whether it is this process's. The fence tells holders apart, see [Lease.Fence].
func (l *Lease) Hold(ctx context.Context, tx Tx) (bool, error) {
	var doc leaseDoc
	if err := record(ctx, tx, LeaseKind, l.Name, &doc); err != nil {
		return false, err
	}
	now := l.now()
	switch {
	case l.owns(doc):
	case doc.Holder != "" && now.Before(doc.Until):
		return false, nil
	default:
		doc.Holder, doc.Fence = l.Holder, doc.Fence+1
	}
	l.fence.Store(doc.Fence)
	doc.Until = now.Add(l.ttl())
	return true, putRecord(ctx, tx, LeaseKind, l.Name, doc)
}

// Held says, without renewing it, whether the lease is still this process's: what is written in the same transaction is written by its holder.
func (l *Lease) Held(ctx context.Context, r Recorder) (bool, error) {
	var doc leaseDoc
	err := record(ctx, r, LeaseKind, l.Name, &doc)
	return err == nil && l.owns(doc), err
}

func (l *Lease) owns(doc leaseDoc) bool {
	fence := l.fence.Load()
	return doc.Holder == l.Holder && doc.Fence == fence && fence != 0
}

// Fence is the number under which this process holds, or last held, the lease.
func (l *Lease) Fence() int64 { return l.fence.Load() }

// Renew is after how long the lease is to be held again.
func (l *Lease) Renew() time.Duration { return l.ttl() / 3 }

// Release gives the lease back, so that another need not wait for its end. Best effort: it ends by itself.
func (l *Lease) Release(ctx context.Context, st Store) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_ = st.Update(ctx, func(tx Tx) error {
		var doc leaseDoc
		if err := record(ctx, tx, LeaseKind, l.Name, &doc); err != nil || !l.owns(doc) {
			return err
		}
		doc.Holder, doc.Until = "", time.Time{}
		return putRecord(ctx, tx, LeaseKind, l.Name, doc)
	})
}

func (l *Lease) ttl() time.Duration {
	if l.TTL > 0 {
		return l.TTL
	}
	return 15 * time.Second
}

func (l *Lease) now() time.Time {
	if l.Now != nil {
		return l.Now()
	}
	return time.Now()
}
