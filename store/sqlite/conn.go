package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/klauspost/compress/zstd"

	"threatwatch/store"
)

// bg is the context of single statements: the driver starts a goroutine for each statement whose context can end, so long work
// looks at the caller's context between rows instead.
var bg = context.Background()

// conn is one connection with its prepared statements and what it has interned. One goroutine uses it at a time.
type conn struct {
	c     *sql.Conn
	stmts map[string]*stmt
	codes map[string]int64 // type or property name to code
	names map[int64]string
	turn  *turn // of a connection that reads and never writes
	kept  *kept // of a connection that reads; nil at first

	filters *filters // of the file

	packers packers       // of the writing connection
	dec     *zstd.Decoder // with all dictionaries; nil until one is needed
}

func (d *DB) connect(ctx context.Context) (*conn, error) {
	c, err := d.pool.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", d.path, err)
	}
	return &conn{c: c, stmts: map[string]*stmt{}, codes: map[string]int64{}, names: map[int64]string{}, packers: packers{}, filters: &d.filters}, nil
}

func (c *conn) close() {
	for _, s := range c.stmts {
		s.Close()
	}
	if c.turn != nil {
		c.turn.close()
	}
	if c.dec != nil {
		c.dec.Close()
	}
	c.c.Close()
}

// maxStmts bounds the statements kept: their text varies with filters and label sets.
const maxStmts = 256

// stmt is a prepared statement. While its rows are being read it is busy: who asks the same meanwhile gets another one.
type stmt struct {
	*sql.Stmt
	busy, kept bool
}

func (c *conn) take(text string) (*stmt, error) {
	had := c.stmts[text]
	if had != nil && !had.busy {
		had.busy = true
		return had, nil
	}
	s, err := c.c.PrepareContext(bg, text)
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", text, err)
	}
	fresh := &stmt{Stmt: s, busy: true, kept: had == nil}
	if fresh.kept {
		c.makeRoom()
		c.stmts[text] = fresh
	}
	return fresh, nil
}

func (c *conn) makeRoom() {
	if len(c.stmts) < maxStmts {
		return
	}
	for k, old := range c.stmts {
		if !old.busy {
			old.Close()
			delete(c.stmts, k)
			return
		}
	}
}

func (c *conn) give(s *stmt) {
	s.busy = false
	if !s.kept {
		s.Close()
	}
}

func (c *conn) exec(text string, args ...any) error {
	s, err := c.take(text)
	if err != nil {
		return err
	}
	defer c.give(s)
	_, err = s.ExecContext(bg, args...)
	return err
}

// each runs a query and calls f for each row. [store.Stop] from f ends it and is passed on.
func (c *conn) each(text string, args []any, f func(*sql.Rows) error) error {
	s, err := c.take(text)
	if err != nil {
		return err
	}
	defer c.give(s)
	rows, err := s.QueryContext(bg, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// one scans the only row of a query; sql.ErrNoRows when there is none.
func (c *conn) one(text string, args []any, dest ...any) error {
	s, err := c.take(text)
	if err != nil {
		return err
	}
	defer c.give(s)
	return s.QueryRowContext(bg, args...).Scan(dest...)
}

// bulk collects rows and writes them many to a statement.
type bulk struct {
	c    *conn
	head string // "INSERT INTO t(a, b) VALUES"
	cols int
	args []any
}

// bulkRows is how many rows go into one statement.
const bulkRows = 40

func (b *bulk) add(args ...any) error {
	b.args = append(b.args, args...)
	if len(b.args) == b.cols*bulkRows {
		return b.flush()
	}
	return nil
}

func (b *bulk) flush() error {
	n := len(b.args) / b.cols
	if n == 0 {
		return nil
	}
	row := "(?" + strings.Repeat(",?", b.cols-1) + ")"
	err := b.c.exec(b.head+row+strings.Repeat(","+row, n-1), b.args...)
	clear(b.args)
	b.args = b.args[:0]
	return err
}

// key is the compact form of a STIX id: 16 bytes of UUID, 2 of type code. ok is false when the type is not known here or
// the text is no id.
func (c *conn) key(id string) (key []byte, ok bool, err error) {
	typ, uuid, found := strings.Cut(id, "--")
	if !found || len(uuid) != 36 {
		return nil, false, nil
	}
	code, err := c.code(typ)
	if err != nil || code == 0 {
		return nil, false, err
	}
	key, ok = appendUUID(make([]byte, 0, 18), uuid)
	return append(key, byte(code>>8), byte(code)), ok, nil
}

// typeOf is the number of the type in a key.
func typeOf(key []byte) int64 { return int64(key[16])<<8 | int64(key[17]) }

// id is the STIX id of a key.
func (c *conn) id(key []byte) (string, error) {
	if len(key) != 18 {
		return "", fmt.Errorf("a key of %d bytes", len(key))
	}
	name, err := c.name(typeOf(key))
	if err != nil {
		return "", err
	}
	b := make([]byte, 0, len(name)+38)
	b = append(b, name...)
	b = append(b, '-', '-')
	const hex = "0123456789abcdef"
	for i, x := range key[:16] {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = append(b, hex[x>>4], hex[x&15])
	}
	return string(b), nil
}

func appendUUID(b []byte, s string) ([]byte, bool) {
	for i := 0; i < 36; {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return b, false
			}
			i++
			continue
		}
		hi, lo := nibble(s[i]), nibble(s[i+1])
		if hi > 15 || lo > 15 {
			return b, false
		}
		b = append(b, hi<<4|lo)
		i += 2
	}
	return b, true
}

func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

// code returns the number of a type or property name, 0 when nobody has used it here.
func (c *conn) code(name string) (int64, error) {
	if n, ok := c.codes[name]; ok {
		return n, nil
	}
	var n int64
	err := c.one("SELECT code FROM type WHERE name = ?", []any{name}, &n)
	if err == sql.ErrNoRows {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look up type: %w", err)
	}
	c.codes[name], c.names[n] = n, name
	return n, nil
}

func (c *conn) name(code int64) (string, error) {
	if s, ok := c.names[code]; ok {
		return s, nil
	}
	var s string
	if err := c.one("SELECT name FROM type WHERE code = ?", []any{code}, &s); err != nil {
		return "", fmt.Errorf("look up type %d: %w", code, err)
	}
	c.codes[s], c.names[code] = code, s
	return s, nil
}

// head is the row whose lock orders all writers.
type head struct {
	stamp store.Stamp
	oid   store.OID
}

func (c *conn) head() (h head, err error) {
	err = c.one("SELECT stamp, oid FROM head WHERE one = 1", nil, &h.stamp, &h.oid)
	return h, err
}
