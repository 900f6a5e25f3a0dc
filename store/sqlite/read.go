package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"threatwatch"
	"threatwatch/store"
)

// snapshot reads through one connection that is in a transaction.
type snapshot struct {
	c *conn
}

var _ store.Snapshot = (*snapshot)(nil)

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

	stamp, packed any // of bareColumns: as the driver gives them, without reflection
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

// member says which columns to select for a listing, and how a row of them is read.
func (s *scanner) member(q store.Query) (columns string, scan func(*sql.Rows) error) {
	switch {
	case q.NoBodies:
		return headColumns + ", m.stamp", func(r *sql.Rows) error { return s.scan(r) }
	case !q.Bare || len(q.Version.At) > 0: // exact versions are compared row by row
		return headColumns + ", m.stamp, a.raw", func(r *sql.Rows) error { return s.scan(r) }
	}
	return bareColumns, s.scanBare
}

// bareColumns are what most rows of a page need ([store.Query.Bare]); two more columns would cost as much as the step to the next row.
const bareColumns = "m.stamp, m.label << 8 | m.flags, a.raw"

// scanBare reads bareColumns, and the rest of the head of those few rows that must be looked at.
func (s *scanner) scanBare(r *sql.Rows) error {
	if err := r.Scan(&s.stamp, &s.packed, &s.raw); err != nil {
		return err
	}
	packed := s.packed.(int64)
	s.row = store.Row{Head: store.Head{Added: store.Stamp(s.stamp.(int64)), Label: store.LabelID(packed >> 8), Flags: store.Flags(packed)}}
	var err error
	s.row.Raw, s.body, err = s.c.unpack(s.raw, s.body)
	if err != nil || s.row.Flags&(store.Check|store.Several) == 0 {
		return err
	}
	full := newScanner(s.c, false)
	err = s.c.each("SELECT "+headColumns+", m.stamp FROM member m CROSS JOIN assertion a ON a.oid = m.oid WHERE m.stamp = ?", []any{int64(s.row.Added)}, func(r *sql.Rows) error {
		return full.scan(r)
	})
	s.row.Head = full.row.Head
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
