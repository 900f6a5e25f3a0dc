// Package postgres keeps the truth in PostgreSQL 15 or later: the engine for those who outgrow one file.
//
// One connection writes, in one goroutine that groups what is waiting into one transaction; a pool of others reads, each on its own
// snapshot. Any number of processes may use one database: whoever writes holds the row of table head from before its first read until
// its commit is complete, so that stamps rise in commit order for all of them, on the primary and on every standby.
//
// Layout: schema/001_start.sql. The SQL keeps to what distributed engines that speak PostgreSQL can do; the rules are a test
// (lint_test.go): one table a statement, no advisory locks, no sequences, no recursion, no foreign keys.
package postgres

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"

	"threatwatch"
	"threatwatch/store"
	"threatwatch/store/queue"
)

// Options of a database. The zero value is right for a server.
type Options struct {
	Now       func() time.Time // the clock of stamps; nil: time.Now
	Readers   int              // connections that read; 0: 8, or pool_max_conns of the URL
	MustExist bool             // refuse a database that holds no exchange instead of making one in it

	tracer pgx.QueryTracer // tests look at what is sent
}

// ErrNone says that a database is empty where an exchange was expected.
var ErrNone = errors.New("no exchange")

// DB is an open database.
type DB struct {
	config   *pgx.ConnConfig
	pool     *pgxpool.Pool
	now      func() time.Time
	names    *names
	editions editions
	handle   [16]byte // names this DB in table writer
	queue    *queue.Queue
	grown    chan struct{}  // much was added: statistics are due
	stopped  sync.WaitGroup // the writer, the hints and the statistics

	last     atomic.Int64 // newest stamp committed by this process or seen by a poll
	hints    hints
	patience time.Duration            // how long writers wait while the database is away
	fault    func(point string) error // tests make a commit fail here
}

var _ store.Store = (*DB)(nil)

// Guards against a session that hangs: what it holds is released, and who waits for it is told. A parameter in the URL goes before.
const (
	statementTimeout = 60 * time.Second
	idleWriting      = 30 * time.Second // a writer between two statements holds the head row
	idleReading      = 5 * time.Minute  // a reader may wait for a slow client
	connectTimeout   = 10 * time.Second
)

// readBuffer is how much is taken from a connection at a time: the server sends eight kilobytes at a time, and a page has six hundred.
const readBuffer = 64 << 10

// IsURL says whether a place for data is a PostgreSQL URL rather than a directory.
func IsURL(place string) bool {
	return strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://")
}

// Open opens the exchange in the database that url names, making its tables when missing. On a standby it can be read only.
func Open(ctx context.Context, url string, opt Options) (*DB, error) {
	config, err := configure(url, opt)
	if err != nil {
		return nil, err
	}
	d := &DB{config: config.ConnConfig.Copy(), now: opt.Now, names: &names{codes: map[string]int32{}, names: map[int32]string{}}, queue: queue.New(), grown: make(chan struct{}), patience: 30 * time.Second}
	if d.now == nil {
		d.now = time.Now
	}
	rand.Read(d.handle[:])
	d.startHints()
	if err := d.prepare(ctx, opt.MustExist); err != nil {
		return nil, err
	}
	if d.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, unavailable(err)
	}
	if err := d.poll(ctx); err != nil {
		d.pool.Close()
		return nil, err
	}
	d.stopped.Go(d.write)
	d.stopped.Go(d.notify)
	d.stopped.Go(d.analyze)
	return d, nil
}

// configure reads the URL and adds the guards.
func configure(url string, opt Options) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "the database URL cannot be read: %w", err) // the driver leaves out passwords
	}
	switch {
	case opt.Readers > 0:
		config.MaxConns = int32(opt.Readers)
	case !strings.Contains(url, "pool_max_conns"):
		config.MaxConns = 8
	}
	c := config.ConnConfig
	c.Tracer = opt.tracer
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTimeout
	}
	if len(c.Fallbacks) > 0 && c.ValidateConnect == nil && strings.Count(url, ",") > 0 {
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite // several hosts: the primary, unless the URL says otherwise
	}
	for name, value := range map[string]string{
		"application_name": "threatwatch", "jit": "off", "statement_timeout": millis(statementTimeout), "idle_in_transaction_session_timeout": millis(idleReading),
	} {
		if _, ok := c.RuntimeParams[name]; !ok {
			c.RuntimeParams[name] = value
		}
	}
	c.BuildFrontend = func(r io.Reader, w io.Writer) *pgproto3.Frontend {
		return pgproto3.NewFrontend(bufio.NewReaderSize(r, readBuffer), w)
	}
	// A reader who goes away cancels the statement, not the connection.
	c.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: 5 * time.Second}
	}
	return config, nil
}

func millis(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

// prepare looks at the server and brings the tables to the newest shape.
func (d *DB) prepare(ctx context.Context, mustExist bool) error {
	c, err := pgx.ConnectConfig(ctx, d.config)
	if err != nil {
		return unavailable(err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	var version int
	var encoding string
	var standby bool
	err = c.QueryRow(ctx, "SELECT current_setting('server_version_num')::integer, current_setting('server_encoding'), pg_is_in_recovery()").Scan(&version, &encoding, &standby)
	if err != nil {
		return unavailable(err)
	}
	if version < 150000 {
		return threatwatch.Errorf(threatwatch.Unavailable, "PostgreSQL %d is too old: 15 or later is needed", version/10000)
	}
	if encoding != "UTF8" {
		return threatwatch.Errorf(threatwatch.Unavailable, "the database has encoding %s: UTF8 is needed", encoding)
	}
	have, err := schemaVersion(ctx, c)
	if err != nil {
		return unavailable(err)
	}
	if have == 0 && (mustExist || standby) {
		return threatwatch.Errorf(threatwatch.Unavailable, "%w in database %s", ErrNone, d.config.Database)
	}
	if standby {
		return fits(have)
	}
	return migrate(ctx, c)
}

// Close waits for what is being written and closes all connections.
func (d *DB) Close() error {
	if !d.queue.Close() {
		return nil
	}
	d.hints.stop()
	d.stopped.Wait()
	d.pool.Close()
	return nil
}

// Read runs f on one snapshot.
func (d *DB) Read(ctx context.Context, f func(store.Snapshot) error) error {
	c, s, err := d.begin(ctx)
	if err != nil {
		return unavailable(err)
	}
	defer func() {
		go func() { // the caller need not wait for the end
			c.Exec(context.WithoutCancel(ctx), "ROLLBACK") // when it fails, the pool throws the connection away
			c.Release()
		}()
	}()
	err = f(s)
	if errors.Is(err, store.Stop) {
		return nil
	}
	return unavailable(err)
}

// begin starts a snapshot, on another connection when one turns out to be broken: nothing has been read yet.
func (d *DB) begin(ctx context.Context) (*pgxpool.Conn, *snapshot, error) {
	for try := 0; ; try++ {
		c, err := d.pool.Acquire(ctx)
		if err != nil {
			return nil, nil, err
		}
		s := &snapshot{conn: c.Conn(), names: d.names}
		s.queue.Queue("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
		err = s.each(ctx, "SELECT stamp, oid, edition FROM head WHERE one = 1", nil, s.head.scan)
		if err == nil {
			s.rare = d.editions.of(s.head.edition)
			d.committed(s.head.stamp)
			return c, s, nil
		}
		c.Conn().Close(context.WithoutCancel(ctx))
		c.Release()
		if ctx.Err() != nil || !lost(err) || try == 3 {
			return nil, nil, err
		}
	}
}
