// Package sqlite keeps the truth in one SQLite file: the embedded engine of the store contract.
//
// One connection writes, in one goroutine that groups what is waiting into one transaction; a few others read, each on its own
// snapshot (write-ahead log). Other processes may open the same file: SQLite's write lock is the head row's lock, so that stamps
// rise in commit order for all of them.
//
// Layout: the files of schema/, in order. Every table that is wide only grows at its end; keys in random order are narrow and
// written in key order.
package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver, pure Go

	"threatwatch"
	"threatwatch/store"
	"threatwatch/store/queue"
)

//go:embed schema/*.sql
var schema embed.FS

// FileName is the database within the data directory.
const FileName = "threatwatch.db"

// Options of a database. The zero value is right for a server.
type Options struct {
	Now     func() time.Time // the clock of stamps; nil: time.Now
	Readers int              // connections that read; 0: 4
	Span    int              // after how many assertions a generation of words is full; 0: 2^17
}

// DB is an open database.
type DB struct {
	path    string
	pool    *sql.DB
	now     func() time.Time
	span    store.OID // [Options.Span]
	readers chan *conn
	queue   *queue.Queue
	stopped chan struct{} // closed when the writer has ended
	filters filters

	last atomic.Int64 // newest stamp committed by this process or seen by a poll
	hint struct {
		sync.Mutex // protects ch, which is closed and replaced at each commit
		ch         chan struct{}
	}
	fault func(point string) error // tests make a commit fail here
}

var _ store.Store = (*DB)(nil)

// Open opens the database in dir, making both when missing.
func Open(ctx context.Context, dir string, opt Options) (*DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	path := filepath.Join(dir, FileName)
	pool, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	d := &DB{path: path, pool: pool, now: opt.Now, span: cmp.Or(store.OID(opt.Span), defaultSpan), queue: queue.New(), stopped: make(chan struct{})}
	if d.now == nil {
		d.now = time.Now
	}
	d.hint.ch = make(chan struct{})
	if err := d.start(ctx, max(opt.Readers, 0)); err != nil {
		pool.Close()
		return nil, err
	}
	return d, nil
}

func dsn(path string) string {
	p := []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "cache_size(-16384)", "mmap_size(268435456)",
		"temp_store(MEMORY)", "wal_autocheckpoint(16000)", "trusted_schema(OFF)"}
	return "file:" + strings.NewReplacer("?", "%3f", "#", "%23", "%", "%25").Replace(path) + "?_pragma=" + strings.Join(p, "&_pragma=")
}

func (d *DB) start(ctx context.Context, readers int) error {
	w, err := d.connect(ctx)
	if err != nil {
		return err
	}
	if err := checkVersion(w); err != nil {
		return err
	}
	if err := migrate(w); err != nil {
		return err
	}
	if readers == 0 {
		readers = 4
	}
	d.readers = make(chan *conn, readers)
	for range readers {
		r, err := d.connect(ctx)
		if err != nil {
			return err
		}
		// A small cache, and nothing mapped: each reader would map the file for itself, which counts as memory and makes no page faster.
		if _, err := r.c.ExecContext(bg, "PRAGMA cache_size = -4096; PRAGMA mmap_size = 0"); err != nil {
			return err
		}
		if r.turn, err = newTurn(r.c); err != nil {
			return err
		}
		d.readers <- r
	}
	h, err := w.head()
	if err != nil {
		return err
	}
	d.last.Store(int64(h.stamp))
	go d.write(w)
	return nil
}

// checkVersion refuses engines with the corruption bug that was mended in 3.51.3 (a write racing a checkpoint).
func checkVersion(c *conn) error {
	var v string
	if err := c.c.QueryRowContext(bg, "SELECT sqlite_version()").Scan(&v); err != nil {
		return err
	}
	var major, minor, patch int
	if _, err := fmt.Sscanf(v, "%d.%d.%d", &major, &minor, &patch); err != nil {
		return fmt.Errorf("read SQLite version %q: %w", v, err)
	}
	if major*1_000_000+minor*1000+patch < 3_051_003 {
		return threatwatch.Errorf(threatwatch.Unavailable, "SQLite %s is too old: 3.51.3 or newer is needed", v)
	}
	return nil
}

// migrate brings the file to the newest schema, each step in a transaction of its own, forward only.
func migrate(c *conn) error {
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		return err
	}
	for {
		var have int
		if err := c.c.QueryRowContext(bg, "PRAGMA user_version").Scan(&have); err != nil {
			return fmt.Errorf("read schema version: %w", err)
		}
		if have > len(files) {
			return threatwatch.Errorf(threatwatch.Unavailable, "the data was written by a newer version of this program (schema %d, this one knows %d)", have, len(files))
		}
		if have == len(files) {
			return nil
		}
		if err := step(c, have, files[have]); err != nil {
			return err
		}
	}
}

func step(c *conn, have int, file string) error {
	text, err := schema.ReadFile(file)
	if err != nil {
		return err
	}
	if err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer c.exec("ROLLBACK") // an error after COMMIT: no transaction, which is what we want
	var now int
	if err := c.c.QueryRowContext(bg, "PRAGMA user_version").Scan(&now); err != nil || now != have {
		return err // another process has done it
	}
	if _, err := c.c.ExecContext(bg, string(text)); err != nil {
		return fmt.Errorf("migrate to %s: %w", file, err)
	}
	if _, err := c.c.ExecContext(bg, fmt.Sprintf("PRAGMA user_version = %d", have+1)); err != nil {
		return err
	}
	return c.exec("COMMIT")
}

// Close waits for what is being written and closes the file.
func (d *DB) Close() error {
	if !d.queue.Close() {
		return nil
	}
	<-d.stopped
	for range cap(d.readers) {
		(<-d.readers).close()
	}
	return d.pool.Close()
}

// Read runs f on one snapshot.
func (d *DB) Read(ctx context.Context, f func(store.Snapshot) error) error {
	var c *conn
	select {
	case c = <-d.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { d.readers <- c }()
	defer c.endReading()
	if err := c.beginReading(); err != nil {
		return err
	}
	err := f(&snapshot{c: c})
	if errors.Is(err, store.Stop) {
		return nil
	}
	return err
}

// Wait returns when the log has an entry after the stamp. Other processes' commits are noticed within a second.
func (d *DB) Wait(ctx context.Context, after store.Stamp) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		d.hint.Lock()
		ch := d.hint.ch
		d.hint.Unlock()
		if store.Stamp(d.last.Load()) > after {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ch:
		case <-tick.C:
			if err := d.poll(ctx); err != nil {
				return err
			}
		}
	}
}

func (d *DB) poll(ctx context.Context) error {
	return d.Read(ctx, func(s store.Snapshot) error {
		last, err := s.LastStamp(ctx)
		if err == nil && int64(last) > d.last.Load() {
			d.committed(last)
		}
		return err
	})
}

// committed tells those who wait that the log has grown.
func (d *DB) committed(last store.Stamp) {
	d.last.Store(int64(last))
	d.hint.Lock()
	close(d.hint.ch)
	d.hint.ch = make(chan struct{})
	d.hint.Unlock()
}
