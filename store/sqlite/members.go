package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"threatwatch/store"
)

// Members lists what q selects.
func (s *snapshot) Members(ctx context.Context, q store.Query, f func(*store.Row) error) error {
	w, ok, err := s.filter(q)
	if err != nil || !ok {
		return err
	}
	from, args, ok, err := s.listing(q, w)
	if err != nil || !ok {
		return err
	}
	if q.As != nil {
		q.NoBodies = false
	}
	sc, n := newScanner(s.c, !q.NoBodies), 0
	columns, scan := sc.member(q)
	err = s.c.each("SELECT "+columns+from, args, func(r *sql.Rows) error {
		if err := scan(r); err != nil {
			return err
		}
		if n&255 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if ok, err := s.wanted(q, w, &sc.row); err != nil || !ok {
			return err
		}
		if err := f(&sc.row); err != nil {
			return err
		}
		if n++; n == q.Limit {
			return store.Stop
		}
		return nil
	})
	return stopped(err)
}

// listing adds to the conditions of a filter those that no other version of an object is measured by: which ids and ends, where to begin, in
// which order. ok is false when nothing can be found.
func (s *snapshot) listing(q store.Query, w *where) (from string, args []any, ok bool, err error) {
	l := where{slices.Clone(w.conds), slices.Clone(w.args)}
	if q.IDs != nil {
		var keys []any
		for _, id := range q.IDs {
			key, ok, err := s.c.key(id)
			if err != nil {
				return "", nil, false, err
			}
			if ok {
				keys = append(keys, key)
			}
		}
		if len(keys) == 0 {
			return "", nil, false, nil
		}
		l.add("m.oid IN (SELECT oid FROM objid WHERE id IN ("+marks(len(keys))+"))", keys...)
	}
	if q.Ends != nil {
		codes, err := s.codesOf(q.Ends)
		if err != nil || len(codes) == 0 {
			return "", nil, false, err
		}
		l.add("m.stamp IN (SELECT n.stamp FROM ends e CROSS JOIN member n ON n.oid = e.oid WHERE e.type IN (" + ints(codes) + "))") // walked in order of stamps
	}
	if v := q.Version; v.At != nil && !v.First && !v.Last {
		l.add("(a.modified IN (" + ints(v.At) + ") OR a.modified = 0 AND m.stamp IN (" + ints(v.At) + "))")
	}
	after, order := ">", " ORDER BY m.stamp"
	if q.Newest {
		after, order = "<", " ORDER BY m.stamp DESC"
	}
	if q.From != 0 {
		l.add("m.stamp "+after+" ?", int64(q.From))
	}
	if q.Version.All && q.Limit > 0 {
		order += " LIMIT " + strconv.Itoa(q.Limit)
	}
	return " FROM member m CROSS JOIN assertion a ON a.oid = m.oid WHERE" + l.String() + order, l.args, true, nil
}

func stopped(err error) error {
	if errors.Is(err, store.Stop) {
		return nil
	}
	return err
}

// codesOf returns the numbers of those types that are in use here.
func (s *snapshot) codesOf(types []string) (codes []int64, err error) {
	for _, name := range types {
		code, err := s.c.code(name)
		if err != nil {
			return nil, err
		}
		if code != 0 {
			codes = append(codes, code)
		}
	}
	return codes, nil
}

// filter makes the conditions of everything in q but ids, ends and versions.
func (s *snapshot) filter(q store.Query) (*where, bool, error) {
	w := &where{}
	if !w.labels(q.Labels, "m.label") {
		return nil, false, nil
	}
	// A plus keeps the planner from an index. An id is best found by its own, and so are ends. Of several types the rows would be collected and sorted before
	// the first of them leaves, bodies and all; in order of stamps, they come as they are wanted.
	by, byType := "m.", "m."
	if q.IDs != nil || q.Ends != nil {
		by, byType = "+m.", "+m."
	}
	switch len(q.Collections) {
	case 0:
		if q.Collections != nil {
			return nil, false, nil
		}
		w.add("m.older = 0")
	case 1:
		w.add(by+"coll = ?", int64(q.Collections[0]))
	default:
		w.add(by + "coll IN (" + ints(q.Collections) + ")")
		// An assertion that is in several of them is listed once, at its newest stamp.
		w.add("NOT EXISTS (SELECT 1 FROM member n WHERE n.oid = m.oid AND n.stamp > m.stamp AND n.coll IN (" + ints(q.Collections) + "))")
	}
	if q.Sources != nil {
		w.add("m.source IN (" + ints(q.Sources) + ")")
	}
	if q.Types != nil {
		codes, err := s.codesOf(q.Types)
		if err != nil || len(codes) == 0 {
			return nil, false, err
		}
		if len(codes) > 1 {
			byType = "+m."
		}
		w.add(byType + "type IN (" + ints(codes) + ")")
	}
	if q.After != 0 {
		w.add("m.stamp > ?", int64(q.After))
	}
	if q.Before != 0 {
		w.add("m.stamp < ?", int64(q.Before))
	}
	if q.Spec20 != nil {
		want := int64(0)
		if *q.Spec20 {
			want = int64(store.V20)
		}
		w.add(fmt.Sprintf("m.flags & %d = %d", store.V20, want))
	}
	if !q.Quarantined {
		w.add(fmt.Sprintf("m.flags & %d = 0", store.Quarantined))
	}
	return w, true, nil
}

// wanted applies the version filter, after all others (TAXII 2.1 §3.4.1): first and last are those among what the others select.
func (s *snapshot) wanted(q store.Query, w *where, row *store.Row) (bool, error) {
	v := q.Version
	if v.All {
		return true, nil
	}
	c := contest{s: s, w: w, as: q.As, row: row}
	var err error
	if c.id, err = shownAs(q.As, row); err != nil || c.id == "" && row.Flags&store.Check != 0 { // a bare row has no id either
		return false, err
	}
	same := "" // only versions of this specification compete
	if q.HighestSpec && row.Flags&store.Several != 0 {
		same = fmt.Sprintf(" AND m.flags & %d = %d", store.V20, row.Flags&store.V20)
		if row.Flags&store.V20 != 0 {
			ok, err := c.won(fmt.Sprintf("m.flags & %d = 0", store.V20))
			if err != nil || !ok {
				return ok, err
			}
		}
	}
	if slices.Contains(v.At, row.Version()) {
		return true, nil
	}
	last := v.Last || !v.First && len(v.At) == 0
	if !last && !v.First {
		return false, nil
	}
	if row.Flags&store.Several == 0 {
		return true, nil
	}
	order := []any{row.Modified, row.Modified, int64(row.Added)}
	if last {
		ok, err := c.won("(b.modified > ? OR b.modified = ? AND m.stamp < ?)"+same, order...)
		if ok || err != nil || !v.First {
			return ok, err
		}
	}
	return c.won("(b.modified < ? OR b.modified = ? AND m.stamp < ?)"+same, order...)
}

// contest is a row among the other versions of its object that the same filters select.
type contest struct {
	s   *snapshot
	w   *where
	as  func(*store.Row) (string, error)
	row *store.Row
	id  string // under which it is shown
}

// shownAs is the id under which a row is shown, "" when it is not.
func shownAs(as func(*store.Row) (string, error), row *store.Row) (string, error) {
	if as == nil || row.Flags&store.Check == 0 {
		return row.ID, nil
	}
	return as(row)
}

// won says that no other version shown under the same id beats this row.
func (c *contest) won(better string, args ...any) (bool, error) {
	key, ok, err := c.s.c.key(c.row.ID)
	if err != nil || !ok {
		return false, err
	}
	args = slices.Concat([]any{key}, args, []any{int64(c.row.OID)}, c.w.args)
	from := " FROM objid o CROSS JOIN assertion b ON b.oid = o.oid CROSS JOIN member m ON m.oid = o.oid WHERE o.id = ? AND " + better + " AND o.oid <> ? AND" + c.w.String()
	if c.as == nil {
		var one int
		err = c.s.c.one("SELECT 1"+from+"LIMIT 1", args, &one)
		if errors.Is(err, sql.ErrNoRows) {
			return true, nil
		}
		return false, err
	}
	won := true
	sc := newScanner(c.s.c, true)
	columns := strings.ReplaceAll(headColumns, "a.", "b.") + ", m.stamp, b.raw"
	err = c.s.c.each("SELECT "+columns+from, args, func(r *sql.Rows) error {
		if err := sc.scan(r); err != nil {
			return err
		}
		id, err := shownAs(c.as, &sc.row)
		if err == nil && id == c.id {
			won, err = false, store.Stop
		}
		return err
	})
	return won, stopped(err)
}
