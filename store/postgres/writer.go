package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

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

// maxTries is how often a group is tried when there are serialization failures or deadlocks. While the database is away, groups wait
// until it has been so for DB.patience; after that they fail at once.
const maxTries = 10

// writer owns the writing connection, which is made when it is needed.
type writer struct {
	*DB
	conn     *pgx.Conn
	groups   int64     // numbers the commits that this handle has tried
	analyzed store.OID // the newest assertion when statistics were last called for
	away     time.Time // since when the database cannot be reached; zero: it can
}

// write is the one goroutine that writes. It ends when the jobs channel is closed and empty.
func (d *DB) write() {
	w := &writer{DB: d}
	for j := range d.jobs {
		w.group(j)
	}
	w.leave()
	close(d.hints.wake)
	close(d.grown)
}

// group runs the first job and those that wait behind it in one transaction, then answers them all. An error of a job undoes
// only its own; an error of the transaction fails all of them.
func (w *writer) group(first *job) {
	jobs := []*job{first}
	err := w.try(&jobs, true)
	for n := 1; again(err) && n < maxTries || lost(err) && time.Since(w.away) < w.patience; n++ {
		time.Sleep(min(time.Second, time.Millisecond<<min(n, 10)))
		err = w.try(&jobs, false)
	}
	for _, j := range jobs {
		if err != nil && j.err == nil {
			j.err = fmt.Errorf("write: %w", unavailable(err))
		}
		close(j.done)
	}
}

// try runs the jobs once and commits. With more, those that are waiting join.
func (w *writer) try(jobs *[]*job, more bool) error {
	t, err := w.begin()
	if err == nil {
		err = w.run(t, jobs, more)
	}
	if err == nil {
		err = w.commit(t)
	}
	if err != nil {
		if t != nil {
			t.collect() // nobody asks any more what comes of it
		}
		w.rollback()
	}
	switch {
	case !lost(err):
		w.away = time.Time{}
	case w.away.IsZero():
		w.away = time.Now()
	}
	return err
}

// run runs job after job. The error returned is the transaction's; each job keeps its own.
func (w *writer) run(t *tx, jobs *[]*job, more bool) error {
	start := time.Now()
	for i := 0; i < len(*jobs); i++ {
		j := (*jobs)[i]
		t.call(j, i == 0)
		if more && i+1 < groupJobs && time.Since(start) < groupTime {
			if next := w.waiting(); next != nil {
				*jobs = append(*jobs, next)
			}
		}
		if j.err == nil && len(*jobs) > 1 { // what a job alone has queued goes along with the commit
			j.err = t.finish(i == 0)
		}
		if lost(j.err) || again(j.err) {
			return j.err
		}
		if j.err != nil {
			if err := t.undo(i == 0); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *DB) waiting() *job {
	select {
	case j := <-d.jobs: // nil when closed
		return j
	default:
		return nil
	}
}

// begin starts the transaction on this connection.
func (t *tx) begin() error {
	t.queue, t.dirty, t.tally, t.fresh = pgx.Batch{}, false, map[tallyKey]int64{}, map[string]int32{}
	t.queue.Queue("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE")
	err := t.each(context.Background(), "SELECT stamp, oid, edition FROM head WHERE one = 1 FOR UPDATE", nil, t.head.scan)
	t.was = t.head
	return err
}

// call runs one job. The first needs no savepoint: it is undone by starting the transaction again.
func (t *tx) call(j *job, first bool) {
	t.saved = saved{head: t.head, fresh: maps.Clone(t.fresh), sends: t.sends}
	if !first {
		t.queue.Queue("SAVEPOINT job")
	}
	if j.err = j.ctx.Err(); j.err == nil {
		j.err = guarded(j.f, t)
	}
	if errors.Is(j.err, store.Stop) {
		j.err = nil
	}
	if j.err == nil {
		t.flushTally()
	}
}

// saved is the state to which a failing job goes back.
type saved struct {
	head  head
	fresh map[string]int32
	sends int
}

// finish sends what the job has queued, so that an error is its own.
func (t *tx) finish(first bool) error {
	if !first {
		t.queue.Queue("RELEASE SAVEPOINT job")
	}
	return t.flush(context.Background())
}

// undo takes back what the last job did.
func (t *tx) undo(first bool) error {
	clear(t.tally)
	t.head, t.fresh = t.saved.head, t.saved.fresh
	t.queue = pgx.Batch{}
	t.collect()                   // undone along with the rest
	if t.sends == t.saved.sends { // nothing was sent
		return nil
	}
	if first {
		if _, err := t.conn.Exec(context.Background(), "ROLLBACK"); err != nil {
			return t.checked(err)
		}
		return t.begin()
	}
	_, err := t.conn.Exec(context.Background(), "ROLLBACK TO SAVEPOINT job", pgx.QueryExecModeSimpleProtocol)
	return t.checked(err)
}

// guarded turns a panic of f into an error, so that one caller's mistake does not stop the writer.
func guarded(f func(store.Tx) error, t *tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in update: %v", r)
		}
	}()
	return f(t)
}
