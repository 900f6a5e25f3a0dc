package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// job is one Update on its way.
type job struct {
	ctx  context.Context
	f    func(store.Tx) error
	err  error
	done chan struct{}
}

// Update runs f in a transaction, together with others that are waiting; durable when it returns nil.
func (d *DB) Update(ctx context.Context, f func(store.Tx) error) error {
	j := &job{ctx: ctx, f: f, done: make(chan struct{})}
	d.mu.RLock()
	if d.closed {
		d.mu.RUnlock()
		return threatwatch.Errorf(threatwatch.Unavailable, "the store is closed")
	}
	d.jobs <- j
	d.mu.RUnlock()
	<-j.done // never abandoned: the caller must know whether it happened
	return j.err
}

// A group ends after this many jobs or this much time.
const (
	groupJobs = 256
	groupTime = 20 * time.Millisecond
)

// write owns the writing connection. It ends when the jobs channel is closed and empty.
func (d *DB) write(c *conn) {
	defer close(d.stopped)
	defer c.close()
	for j := range d.jobs {
		d.group(c, j)
	}
	c.exec("PRAGMA wal_checkpoint(TRUNCATE)") // best effort: the next opener would do it
}

// group runs the first job and those that wait behind it in one transaction, then answers them all. An error of a job undoes
// only its own; an error of the transaction fails all of them.
func (d *DB) group(c *conn, first *job) {
	start := time.Now()
	t := &tx{snapshot: snapshot{c: c}, now: d.now}
	jobs := []*job{first}
	err := t.begin()
	for err == nil {
		j := jobs[len(jobs)-1]
		if err = t.run(j, len(jobs) == 1); err != nil {
			break
		}
		if len(jobs) == groupJobs || time.Since(start) > groupTime {
			break
		}
		next := d.waiting()
		if next == nil {
			break
		}
		jobs = append(jobs, next)
	}
	if err == nil {
		err = d.commit(t)
	}
	if err != nil {
		t.rollback()
	}
	for _, j := range jobs {
		if err != nil && j.err == nil {
			j.err = fmt.Errorf("write: %w", err)
		}
		close(j.done)
	}
}

func (d *DB) waiting() *job {
	select {
	case j := <-d.jobs: // nil when closed
		return j
	default:
		return nil
	}
}

func (d *DB) commit(t *tx) error {
	if d.fault != nil {
		if err := d.fault("before commit"); err != nil {
			return err
		}
	}
	if err := t.commit(); err != nil {
		return err
	}
	if d.fault != nil {
		if err := d.fault("after commit"); err != nil {
			return err
		}
	}
	if int64(t.head.stamp) > d.last.Load() {
		d.committed(t.head.stamp)
	}
	return nil
}

// begin takes the write lock, which is the lock of the head row: nobody else can stamp until this transaction has ended, so stamps
// given now rise in commit order.
func (t *tx) begin() error {
	if err := t.c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	var err error
	if t.head, err = t.c.head(); err != nil {
		return err
	}
	t.was = t.head
	t.tally = map[tallyKey]int64{}
	return nil
}

// run gives the job its savepoint. The error returned is the transaction's; the job keeps its own. The first job needs none: what it
// did is undone by starting the transaction again. (Full text is flushed to its table at each savepoint, which a large import would feel.)
func (t *tx) run(j *job, first bool) error {
	if j.ctx.Err() != nil {
		j.err = j.ctx.Err()
		return nil
	}
	if !first {
		if err := t.c.exec("SAVEPOINT job"); err != nil {
			return err
		}
	}
	before := t.head
	j.err = call(j.f, t)
	if errors.Is(j.err, store.Stop) {
		j.err = nil
	}
	if j.err == nil {
		j.err = t.flushTally()
	}
	if j.err == nil {
		if first {
			return nil
		}
		return t.c.exec("RELEASE job")
	}
	t.head = before
	clear(t.tally)
	t.forget()
	if first {
		if err := t.c.exec("ROLLBACK"); err != nil {
			return err
		}
		return t.begin()
	}
	if err := t.c.exec("ROLLBACK TO job"); err != nil {
		return err
	}
	return t.c.exec("RELEASE job")
}

// call turns a panic of f into an error, so that one caller's mistake does not stop the writer.
func call(f func(store.Tx) error, t *tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in update: %v", r)
		}
	}()
	return f(t)
}

func (t *tx) commit() error {
	if t.head != t.was {
		if err := t.c.exec("UPDATE head SET stamp = ?, oid = ? WHERE one = 1", int64(t.head.stamp), int64(t.head.oid)); err != nil {
			return err
		}
	}
	return t.c.exec("COMMIT")
}

func (t *tx) rollback() {
	t.forget()
	t.c.exec("ROLLBACK") // fails when there is none, which is as good
}

// forget drops what was interned since it may have been undone.
func (t *tx) forget() {
	clear(t.c.codes)
	clear(t.c.names)
	clear(t.c.packers)
}
