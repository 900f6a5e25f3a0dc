package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"threatwatch"
)

// commit writes the head row and the mark of this group, and commits, in one round trip. A commit without an answer is looked up: what is
// said to be done is done.
func (w *writer) commit(t *tx) error {
	if err := w.at("before commit"); err != nil {
		return err
	}
	if !t.dirty {
		t.queue.Queue("COMMIT")
		return t.flush(context.Background())
	}
	w.groups++
	if t.head != t.was {
		t.queue.Queue("UPDATE head SET stamp = $1, oid = $2, edition = $3 WHERE one = 1", int64(t.head.stamp), int64(t.head.oid), t.head.edition)
	}
	t.queue.Queue("INSERT INTO writer(id, groups, seen) VALUES ($1, $2, now()) ON CONFLICT (id) DO UPDATE SET groups = EXCLUDED.groups, seen = EXCLUDED.seen", w.handle[:], w.groups)
	t.queue.Queue("COMMIT")
	err := t.flush(context.Background())
	if lost(err) {
		landed, unsettled := w.settle()
		if unsettled != nil {
			return threatwatch.Errorf(threatwatch.Unavailable, "the database went away during a commit: it is not known whether the data is stored (%v)", unsettled)
		}
		if landed {
			err = nil
		}
	}
	if err != nil {
		return err
	}
	w.names.keep(t.fresh)
	w.committed(t.head.stamp)
	w.grew(t.was.oid, t.head.oid)
	select {
	case w.hints.wake <- struct{}{}:
	default:
	}
	return w.at("after commit")
}

// at is where tests make things go wrong.
func (d *DB) at(point string) error {
	if d.fault == nil {
		return nil
	}
	return d.fault(point)
}

// settle finds out whether the last group was committed. The lock of the head row is awaited first: a server that has not yet noticed that
// its client is gone may still be about to commit.
func (w *writer) settle() (landed bool, err error) {
	for start := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		if landed, err = w.landed(); err == nil || time.Since(start) > w.patience {
			return landed, err
		}
	}
}

func (w *writer) landed() (bool, error) {
	w.rollback()
	t, err := w.begin()
	if err != nil {
		return false, err
	}
	defer w.rollback()
	var groups int64
	err = t.each(context.Background(), "SELECT groups FROM writer WHERE id = $1", []any{w.handle[:]}, func(r pgx.Rows) error { return r.Scan(&groups) })
	return groups == w.groups, err
}

// connect makes the writing connection: to a server that takes writes and does not answer a commit before it is on disk.
func (w *writer) connect(ctx context.Context) error {
	config := w.config.Copy()
	if config.ValidateConnect == nil {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	if config.RuntimeParams["idle_in_transaction_session_timeout"] == millis(idleReading) {
		config.RuntimeParams["idle_in_transaction_session_timeout"] = millis(idleWriting)
	}
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	for _, text := range []string{
		"SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
		"DELETE FROM writer WHERE seen < now() - interval '1 day'", // of processes that were killed
	} {
		if _, err := c.Exec(ctx, text); err != nil {
			c.Close(ctx)
			return err
		}
	}
	w.conn = c
	return nil
}

// begin takes the lock of the head row: nobody else can stamp until this transaction has ended, so stamps given now rise in commit order.
// Nobody else can write at all, so that what a job reads stays true until it has written.
func (w *writer) begin() (*tx, error) {
	if w.conn == nil {
		ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
		defer cancel()
		if err := w.connect(ctx); err != nil {
			return nil, err
		}
	}
	t := &tx{snapshot: snapshot{conn: w.conn, names: w.names, shared: true}, now: w.now}
	return t, t.begin()
}

// rollback ends what is left of a transaction; the connection is kept when it can be used again.
func (w *writer) rollback() {
	if w.conn == nil {
		return
	}
	if _, err := w.conn.Exec(context.Background(), "ROLLBACK"); err != nil {
		w.conn.Close(context.Background())
		w.conn = nil
	}
}

// leave takes this handle out of table writer, as well as it can.
func (w *writer) leave() {
	if w.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	w.conn.Exec(ctx, "DELETE FROM writer WHERE id = $1", w.handle[:])
	w.conn.Close(ctx)
}
