package postgres

import (
	"context"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"threatwatch/store"
	"threatwatch/store/queue"
)

// Update runs f in a transaction, together with others that are waiting; durable when it returns nil.
func (d *DB) Update(ctx context.Context, f func(store.Tx) error) error { return d.queue.Update(ctx, f) }

// Settled waits for what this process was writing in an earlier second.
func (d *DB) Settled(ctx context.Context) error { return d.queue.Settled(ctx, d.now()) }

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

// write is the one goroutine that writes. It ends when the queue is closed and empty.
func (d *DB) write() {
	w := &writer{DB: d}
	for j := range d.queue.Jobs() {
		w.group(j)
	}
	w.leave()
	close(d.hints.wake)
	close(d.grown)
}

// group runs the first job and those that wait behind it in one transaction, then answers them all. An error of a job undoes
// only its own; an error of the transaction fails all of them.
func (w *writer) group(first *queue.Job) {
	w.queue.Begin(w.now())
	jobs := []*queue.Job{first}
	err := w.try(&jobs, true)
	for n := 1; again(err) && n < maxTries || lost(err) && time.Since(w.away) < w.patience; n++ {
		time.Sleep(min(time.Second, time.Millisecond<<min(n, 10)))
		err = w.try(&jobs, false)
	}
	w.queue.Answer(jobs, unavailable(err))
}

// try runs the jobs once and commits. With more, those that are waiting join.
func (w *writer) try(jobs *[]*queue.Job, more bool) error {
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
func (w *writer) run(t *tx, jobs *[]*queue.Job, more bool) error {
	start := time.Now()
	for i := 0; i < len(*jobs); i++ {
		j := (*jobs)[i]
		t.call(j, i == 0)
		if more && i+1 < queue.GroupJobs && time.Since(start) < queue.GroupTime {
			if next := w.queue.Waiting(); next != nil {
				*jobs = append(*jobs, next)
			}
		}
		if j.Err == nil && len(*jobs) > 1 { // what a job alone has queued goes along with the commit
			j.Err = t.finish(i == 0)
		}
		if lost(j.Err) || again(j.Err) {
			return j.Err
		}
		if j.Err != nil {
			if err := t.undo(i == 0); err != nil {
				return err
			}
		}
	}
	return nil
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
func (t *tx) call(j *queue.Job, first bool) {
	t.saved = saved{head: t.head, fresh: maps.Clone(t.fresh), sends: t.sends}
	if !first {
		t.queue.Queue("SAVEPOINT job")
	}
	if j.Run(t); j.Err == nil {
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
