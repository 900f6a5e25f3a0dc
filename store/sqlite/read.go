package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"threatwatch"
	"threatwatch/store"
)

// snapshot reads through one connection that is in a transaction.
type snapshot struct{ c *conn }

var _ store.Snapshot = (*snapshot)(nil)

// each runs a query and calls f for each row. [store.Stop] from f ends it and is passed on.
func (c *conn) each(text string, args []any, f func(*sql.Rows) error) error {
	rows, err := c.query(text, args...)
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

func marks(n int) string {
	if n == 0 {
		return ""
	}
	return "?" + strings.Repeat(",?", n-1)
}

// ints writes numbers into a statement: they are ours, and label sets would need too many parameters.
func ints[T ~int32 | ~int64](ns []T) string {
	var b strings.Builder
	for i, n := range ns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(int64(n), 10))
	}
	return b.String()
}

// where collects conditions and their arguments.
type where struct {
	conds []string
	args  []any
}

func (w *where) add(cond string, args ...any) {
	w.conds = append(w.conds, cond)
	w.args = append(w.args, args...)
}

func (w *where) String() string {
	if len(w.conds) == 0 {
		return " 1 "
	}
	return " " + strings.Join(w.conds, " AND ") + " "
}

// labels adds the view. false: nothing can be visible.
func (w *where) labels(ls store.Labels, column string) bool {
	if ls == nil {
		return false
	}
	if ls.All() {
		return true
	}
	ids := ls.IDs()
	if len(ids) == 0 {
		return false
	}
	w.add(column + " IN (" + ints(ids) + ")")
	return true
}

const headColumns = "a.oid, a.id, a.modified, a.created, a.source, a.label, a.flags, a.digest, a.created_by"

// scanner reads rows of headColumns, a stamp, and perhaps a body.
type scanner struct {
	c            *conn
	row          store.Row
	key, dig, by sql.RawBytes
	raw          sql.RawBytes
	body         []byte // where raw is unpacked
	dest         []any
}

func newScanner(c *conn, body bool) *scanner {
	s := &scanner{c: c}
	h := &s.row.Head
	s.dest = []any{&h.OID, &s.key, &h.Modified, &h.Created, &h.Source, &h.Label, &h.Flags, &s.dig, &s.by, &h.Added}
	if body {
		s.dest = append(s.dest, &s.raw)
	}
	return s
}

func (s *scanner) scan(r *sql.Rows, more ...any) error {
	if err := r.Scan(append(s.dest, more...)...); err != nil {
		return err
	}
	var err error
	if s.row.ID, err = s.c.id(s.key); err != nil {
		return err
	}
	s.row.Type, _, _ = strings.Cut(s.row.ID, "--")
	copy(s.row.Digest[:], s.dig)
	s.row.CreatedBy = ""
	if len(s.by) > 0 {
		if s.row.CreatedBy, err = s.c.id(s.by); err != nil {
			return err
		}
	}
	s.row.Raw, s.body, err = s.c.unpack(s.raw, s.body)
	return err
}

// Log lists additions, tombstones and new labels in one order.
func (s *snapshot) Log(_ context.Context, after store.Stamp, limit int, f func(store.Entry) error) error {
	if limit <= 0 {
		limit = -1
	}
	text := fmt.Sprintf("SELECT stamp, %d, coll, oid, label FROM member WHERE stamp > ?1 UNION ALL SELECT stamp, kind, coll, oid, label FROM event WHERE stamp > ?1 ORDER BY stamp LIMIT %d", store.Added, limit)
	return stopped(s.c.each(text, []any{int64(after)}, func(r *sql.Rows) error {
		var e store.Entry
		if err := r.Scan(&e.Stamp, &e.Kind, &e.Collection, &e.OID, &e.Label); err != nil {
			return err
		}
		return f(e)
	}))
}

// Get returns one assertion; its bytes are a copy.
func (s *snapshot) Get(_ context.Context, oid store.OID) (*store.Row, error) {
	sc := newScanner(s.c, true)
	var out *store.Row
	err := s.c.each("SELECT "+headColumns+", a.added, a.raw FROM assertion a WHERE a.oid = ?", []any{int64(oid)}, func(r *sql.Rows) error {
		err := sc.scan(r)
		out = &store.Row{Head: sc.row.Head, Raw: slices.Clone(sc.row.Raw)}
		return err
	})
	if err == nil && out == nil {
		err = threatwatch.Errorf(threatwatch.NotFound, "no assertion %d", oid)
	}
	return out, err
}

// LabelBodies returns every label.
func (s *snapshot) LabelBodies(context.Context) (map[store.LabelID]string, error) {
	out := map[store.LabelID]string{}
	err := s.c.each("SELECT id, body FROM label", nil, func(r *sql.Rows) error {
		var id store.LabelID
		var body string
		err := r.Scan(&id, &body)
		out[id] = body
		return err
	})
	return out, err
}

// LastStamp is the newest stamp given.
func (s *snapshot) LastStamp(context.Context) (store.Stamp, error) {
	h, err := s.c.head()
	return h.stamp, err
}

// Sources lists all in order of number.
func (s *snapshot) Sources(context.Context) (out []store.Source, err error) {
	err = s.c.docs("source", func(id int64, doc []byte) error {
		v := store.Source{ID: store.SourceID(id)}
		err := json.Unmarshal(doc, &v)
		out = append(out, v)
		return err
	})
	return out, err
}

// Collections lists all in order of number.
func (s *snapshot) Collections(context.Context) (out []store.Collection, err error) {
	err = s.c.docs("collection", func(id int64, doc []byte) error {
		v := store.Collection{ID: store.CollectionID(id)}
		err := json.Unmarshal(doc, &v)
		out = append(out, v)
		return err
	})
	return out, err
}

func (c *conn) docs(table string, f func(int64, []byte) error) error {
	return c.each("SELECT id, doc FROM "+table+" ORDER BY id", nil, func(r *sql.Rows) error {
		var id int64
		var doc []byte
		if err := r.Scan(&id, &doc); err != nil {
			return err
		}
		return f(id, doc)
	})
}

// Record returns a small document.
func (s *snapshot) Record(_ context.Context, kind, key string) (doc []byte, err error) {
	err = s.c.one("SELECT doc FROM record WHERE kind = ? AND key = ?", []any{kind, key}, &doc)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, threatwatch.Errorf(threatwatch.NotFound, "no %s %s", kind, key)
	}
	return doc, err
}

// Records lists the documents of a kind whose keys start with prefix.
func (s *snapshot) Records(_ context.Context, kind, prefix string, f func(string, []byte) error) error {
	return stopped(s.c.each("SELECT key, doc FROM record WHERE kind = ? AND key >= ? ORDER BY key", []any{kind, prefix}, func(r *sql.Rows) error {
		var key string
		var doc []byte
		if err := r.Scan(&key, &doc); err != nil {
			return err
		}
		if !strings.HasPrefix(key, prefix) {
			return store.Stop
		}
		return f(key, doc)
	}))
}
