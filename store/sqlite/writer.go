package sqlite

import (
	"context"
	"time"

	"threatwatch/store"
	"threatwatch/store/queue"
)

// Update runs f in a transaction, together with others that are waiting; durable when it returns nil.
func (d *DB) Update(ctx context.Context, f func(store.Tx) error) error { return d.queue.Update(ctx, f) }

// Settled waits for what this process was writing in an earlier second.
func (d *DB) Settled(ctx context.Context) error { return d.queue.Settled(ctx, d.now()) }

// write owns the writing connection. It ends when the queue is closed and empty.
func (d *DB) write(c *conn) {
	defer close(d.stopped)
	defer c.close()
	for j := range d.queue.Jobs() {
		d.group(c, j)
	}
	c.exec("PRAGMA wal_checkpoint(TRUNCATE)") // best effort: the next opener would do it
}

// group runs the first job and those that wait behind it in one transaction, then answers them all. An error of a job undoes
// only its own; an error of the transaction fails all of them.
func (d *DB) group(c *conn, first *queue.Job) {
	start := time.Now()
	d.queue.Begin(d.now())
	t := &tx{snapshot: snapshot{c: c}, now: d.now, span: d.span}
	jobs := []*queue.Job{first}
	err := t.begin()
	for err == nil {
		j := jobs[len(jobs)-1]
		if err = t.run(j, len(jobs) == 1); err != nil {
			break
		}
		if len(jobs) == queue.GroupJobs || time.Since(start) > queue.GroupTime {
			break
		}
		next := d.queue.Waiting()
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
	d.queue.Answer(jobs, err)
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
	if err := t.nextTexts(); err != nil {
		return err
	}
	if err := t.filterValues(); err != nil {
		return err
	}
	t.was = t.head
	t.tally = map[tallyKey]int64{}
	return nil
}

// run gives the job its savepoint. The error returned is the transaction's; the job keeps its own. The first job needs none: what it
// did is undone by starting the transaction again. (Full text is flushed to its table at each savepoint, which a large import would feel.)
func (t *tx) run(j *queue.Job, first bool) error {
	if !first {
		if err := t.c.exec("SAVEPOINT job"); err != nil {
			return err
		}
	}
	before := t.head
	j.Run(t)
	if j.Err == nil {
		j.Err = t.flushTally()
	}
	if j.Err == nil {
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
