package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"threatwatch/store"
)

// Wake-ups are hints: a channel within the process, NOTIFY between processes, and a look at the head row every second, so that a hint
// that is lost costs a moment and never an entry.

// channel is the name under which processes notify each other.
const channel = "threatwatch"

// hints wake those who wait for the log to grow.
type hints struct {
	sync.Mutex               // protects grown, which is closed and replaced when the log has grown
	grown      chan struct{} //
	wake       chan struct{} // tells the notifier that there was a commit
	listen     func()        // starts the listener once
	stop       func()        // ends it
}

func (d *DB) startHints() {
	ctx, cancel := context.WithCancel(context.Background())
	d.hints.grown, d.hints.wake, d.hints.stop = make(chan struct{}), make(chan struct{}, 1), cancel
	d.hints.listen = sync.OnceFunc(func() { d.stopped.Go(func() { d.listen(ctx) }) })
}

// Wait returns when the log has an entry after the stamp.
func (d *DB) Wait(ctx context.Context, after store.Stamp) error {
	if err := d.queue.While(d.hints.listen); err != nil {
		return err
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		d.hints.Lock()
		grown := d.hints.grown
		d.hints.Unlock()
		if store.Stamp(d.last.Load()) > after {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-grown:
		case <-tick.C:
			if err := d.poll(ctx); err != nil {
				return err
			}
		}
	}
}

// poll looks at the head row: every snapshot does.
func (d *DB) poll(ctx context.Context) error {
	return d.Read(ctx, func(store.Snapshot) error { return nil })
}

// committed tells those who wait that the log has grown.
func (d *DB) committed(last store.Stamp) {
	for {
		old := d.last.Load()
		if int64(last) <= old {
			return
		}
		if d.last.CompareAndSwap(old, int64(last)) {
			break
		}
	}
	d.hints.Lock()
	close(d.hints.grown)
	d.hints.grown = make(chan struct{})
	d.hints.Unlock()
}

// notify tells other processes of commits, after them and at most every ten milliseconds: a NOTIFY within the transaction would take a
// lock that all commits of the server share.
func (d *DB) notify() {
	for range d.hints.wake {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		d.pool.Exec(ctx, "NOTIFY "+channel) // a hint: no harm when it fails
		cancel()
		time.Sleep(10 * time.Millisecond)
	}
}

// listen polls whenever another process has notified, until ctx ends. A standby cannot listen: its readers poll.
func (d *DB) listen(ctx context.Context) {
	for ctx.Err() == nil {
		d.hear(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Second):
		}
	}
}

func (d *DB) hear(ctx context.Context) {
	config := d.config.Copy()
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler { // nothing to cancel: the end is at once
		return &pgconn.DeadlineContextWatcherHandler{Conn: conn.Conn()}
	}
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return
	}
	defer c.Close(context.WithoutCancel(ctx))
	if _, err := c.Exec(ctx, "LISTEN "+channel); err != nil {
		return
	}
	for {
		if _, err := c.WaitForNotification(ctx); err != nil {
			return
		}
		d.poll(ctx) // when it fails, the next one does it
	}
}
