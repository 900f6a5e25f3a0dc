package postgres

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"threatwatch/store"
)

const memberColumns = "oid, stamp, flags, label, type"

// Members lists what q selects.
func (s *snapshot) Members(ctx context.Context, q store.Query, f func(*store.Row) error) error {
	w, ok, err := s.filter(ctx, q)
	if err != nil || !ok {
		return err
	}
	l := listing{columns: memberColumns, table: "member m", where: w, order: "stamp", after: "stamp > ?", limit: cmp.Or(q.Limit, q.Want)}
	l.position = func(it item) []any { return []any{int64(it.stamp)} }
	if q.Newest {
		l.order, l.after = "stamp DESC", "stamp < ?"
	}
	if q.IDs != nil {
		oids, err := s.oidsOf(ctx, q.IDs)
		if err != nil || len(oids) == 0 {
			return err
		}
		l.where = l.where.and("oid = ANY(?)", oids)
	}
	if q.From != 0 {
		l.where = l.where.and(l.after, int64(q.From))
	}
	n := 0
	return stopped(s.pagesOf(ctx, q, l, func(items []item) error {
		if items, err = s.wanted(ctx, q, w, items); err != nil {
			return err
		}
		each := func(r *store.Row, _ item) error {
			if err := f(r); err != nil {
				return err
			}
			if n++; n == q.Limit {
				return store.Stop
			}
			return nil
		}
		if q.Bare && !q.NoBodies {
			return s.bareRows(ctx, items, each)
		}
		return s.rows(ctx, items, &where{}, !q.NoBodies, each)
	}))
}

// pagesOf calls f with page after page of what l selects, of the ends that q wants.
func (s *snapshot) pagesOf(ctx context.Context, q store.Query, l listing, f func([]item) error) error {
	if q.Ends == nil {
		return s.pages(ctx, l, f)
	}
	codes, err := s.codesOf(ctx, q.Ends)
	if err != nil || len(codes) == 0 {
		return err
	}
	var oids []int64
	err = s.each(ctx, "SELECT DISTINCT oid FROM ends WHERE type = ANY($1)", []any{codes}, func(r pgx.Rows) error {
		var oid int64
		err := r.Scan(&oid)
		oids = append(oids, oid)
		return err
	})
	if err != nil {
		return err
	}
	var all []item // in no order as yet: it is that of stamps, and these come by number
	for some := range slices.Chunk(oids, pageLimit) {
		items, err := s.items(ctx, l, l.where.and("oid = ANY(?)", some), len(some)) // of several memberships one is listed
		if err != nil {
			return err
		}
		all = append(all, items...)
	}
	slices.SortFunc(all, func(a, b item) int {
		if q.Newest {
			a, b = b, a
		}
		return cmp.Compare(a.stamp, b.stamp)
	})
	for page := range slices.Chunk(all, pageLimit) {
		if err := f(page); err != nil {
			return err
		}
	}
	return nil
}

func (s *snapshot) oidsOf(ctx context.Context, ids []string) (oids []int64, err error) {
	keys, err := s.keys(ctx, ids)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	err = s.each(ctx, "SELECT oid FROM assertion WHERE id = ANY($1)", []any{keys}, func(r pgx.Rows) error {
		var oid int64
		err := r.Scan(&oid)
		oids = append(oids, oid)
		return err
	})
	return oids, err
}

// filter makes the conditions of everything in q but ids and versions, on table member m.
func (s *snapshot) filter(ctx context.Context, q store.Query) (*where, bool, error) {
	w := &where{}
	if !w.labels(q.Labels) {
		return nil, false, nil
	}
	switch {
	case q.Collections == nil:
		w.add("NOT older")
	case len(q.Collections) == 0:
		return nil, false, nil
	default:
		w.in("coll", ints(q.Collections))
	}
	if len(q.Collections) > 1 { // an assertion that is in several of them is listed once, at its newest stamp
		w.add("NOT EXISTS (SELECT 1 FROM member n WHERE n.oid = m.oid AND n.stamp > m.stamp AND n.coll = ANY(?))", ints(q.Collections))
	}
	if q.Sources != nil {
		w.in("source", ints(q.Sources))
	}
	if q.Types != nil {
		codes, err := s.codesOf(ctx, q.Types)
		if err != nil || len(codes) == 0 {
			return nil, false, err
		}
		w.in("type", codes)
	}
	if q.After != 0 {
		w.add("stamp > ?", int64(q.After))
	}
	if q.Before != 0 {
		w.add("stamp < ?", int64(q.Before))
	}
	if q.Spec20 != nil && *q.Spec20 {
		w.add("flags & ? <> 0", int16(store.V20))
	} else if q.Spec20 != nil {
		w.add("flags & ? = 0", int16(store.V20))
	}
	if !q.Quarantined {
		w.add("(NOT odd OR flags & ? = 0)", int16(store.Quarantined)) // the planner has statistics of odd, and none of single flags
	}
	return w, true, nil
}

// in wants a column to be one of a list; of one it is an equality, which an index can give in order.
func (w *where) in(column string, list []int32) {
	if len(list) == 1 {
		w.add(column+" = ?", list[0])
		return
	}
	w.add(column+" = ANY(?)", list)
}

// version is a member as one of the versions of an object.
type version struct {
	oid      store.OID
	key      string // of the object
	modified int64
	stamp    store.Stamp
	flags    store.Flags
	shown    string // the id under which it is shown, "" when it is not
}

// wanted applies the version filter, after all others (TAXII 2.1 §3.4.1): first and last are those among what the others select.
func (s *snapshot) wanted(ctx context.Context, q store.Query, w *where, items []item) ([]item, error) {
	if q.Version.All {
		return items, nil
	}
	var look []int64
	for _, it := range items {
		if it.flags&store.Several != 0 || q.Version.At != nil || q.As != nil && it.flags&store.Check != 0 {
			look = append(look, int64(it.oid))
		}
	}
	if len(look) == 0 {
		return items, nil
	}
	versions, err := s.versions(ctx, w, look)
	if err == nil {
		err = s.show(ctx, q.As, versions)
	}
	if err != nil {
		return nil, err
	}
	objects := map[string][]version{}
	self := map[store.OID]version{}
	for _, v := range versions {
		objects[v.shown] = append(objects[v.shown], v)
		self[v.oid] = v
	}
	return slices.DeleteFunc(items, func(it item) bool {
		v, ok := self[it.oid]
		return ok && !chosen(q, v, objects[v.shown])
	}), nil
}

// versions finds all versions of the objects of some assertions that w selects; these assertions are among them.
func (s *snapshot) versions(ctx context.Context, w *where, oids []int64) ([]version, error) {
	objects := map[store.OID]version{}
	var all []int64
	err := s.each(ctx, "SELECT oid, id, modified FROM assertion WHERE id IN (SELECT id FROM assertion WHERE oid = ANY($1))", []any{oids}, func(r pgx.Rows) error {
		var v version
		var key []byte
		err := r.Scan((*int64)(&v.oid), &key, &v.modified)
		v.key = string(key)
		objects[v.oid], all = v, append(all, int64(v.oid))
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []version
	among := w.and("oid = ANY(?)", all)
	err = s.each(ctx, "SELECT oid, stamp, flags FROM member m"+among.String(), among.args, func(r pgx.Rows) error {
		var oid, stamp int64
		var flags int16
		err := r.Scan(&oid, &stamp, &flags)
		v := objects[store.OID(oid)]
		v.stamp, v.flags = store.Stamp(stamp), store.Flags(flags)
		out = append(out, v)
		return err
	})
	return out, err
}

// show says of each version under which id it is shown; as is asked about those with flag Check.
func (s *snapshot) show(ctx context.Context, as func(*store.Row) (string, error), versions []version) (err error) {
	at := map[store.OID]int{}
	var ask []item
	for i := range versions {
		v := &versions[i]
		if as != nil && v.flags&store.Check != 0 {
			at[v.oid], ask = i, append(ask, item{oid: v.oid, stamp: v.stamp})
		} else if v.shown, err = s.id(ctx, []byte(v.key)); err != nil {
			return err
		}
	}
	for page := range slices.Chunk(ask, pageLimit) {
		err := s.rows(ctx, page, &where{}, true, func(r *store.Row, it item) (err error) {
			versions[at[it.oid]].shown, err = as(r)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// chosen says whether q wants v, which is among the versions shown under one id that its other filters select.
func chosen(q store.Query, v version, versions []version) bool {
	if v.shown == "" {
		return false
	}
	old := func(r version) bool { return r.flags&store.V20 != 0 }
	if young := func(r version) bool { return !old(r) }; q.HighestSpec && slices.ContainsFunc(versions, young) {
		if old(v) {
			return false
		}
		versions = slices.DeleteFunc(slices.Clone(versions), old)
	}
	head := store.Head{Modified: v.modified, Added: v.stamp}
	if slices.Contains(q.Version.At, head.Version()) {
		return true
	}
	later := func(r version) bool { return r.modified > v.modified || r.modified == v.modified && r.stamp < v.stamp }
	earlier := func(r version) bool { return r.modified < v.modified || r.modified == v.modified && r.stamp < v.stamp }
	last := q.Version.Last || !q.Version.First && len(q.Version.At) == 0
	return last && !slices.ContainsFunc(versions, later) || q.Version.First && !slices.ContainsFunc(versions, earlier)
}
