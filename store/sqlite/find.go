package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"threatwatch/store"
)

// ByID lists the assertions of an id, newest version first.
func (s *snapshot) ByID(_ context.Context, ls store.Labels, id string, f func(*store.Row) error) error {
	key, ok, err := s.c.key(id)
	if err != nil || !ok {
		return err
	}
	w := &where{}
	if !w.labels(ls, "a.label") {
		return nil
	}
	sc := newScanner(s.c, true)
	return stopped(s.c.each("SELECT "+headColumns+", a.added, a.raw FROM objid o CROSS JOIN assertion a ON a.oid = o.oid WHERE o.id = ? AND"+w.String()+"ORDER BY o.modified DESC, o.oid", append([]any{key}, w.args...), func(r *sql.Rows) error {
		if err := sc.scan(r); err != nil {
			return err
		}
		return f(&sc.row)
	}))
}

// Heads returns what is held under these ids, whatever the label.
func (s *snapshot) Heads(ctx context.Context, ids []string) (map[string][]store.Head, error) {
	keys := make([]string, 0, len(ids))
	for _, id := range ids {
		if key, ok, err := s.c.key(id); err != nil {
			return nil, err
		} else if ok {
			keys = append(keys, string(key))
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	out := map[string][]store.Head{}
	sc := newScanner(s.c, false)
	for chunk := range slices.Chunk(keys, 100) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		args := make([]any, len(chunk))
		for i, k := range chunk {
			args[i] = []byte(k)
		}
		err := s.c.each("SELECT "+headColumns+", a.added FROM objid o CROSS JOIN assertion a ON a.oid = o.oid WHERE o.id IN ("+marks(len(chunk))+")", args, func(r *sql.Rows) error {
			if err := sc.scan(r); err != nil {
				return err
			}
			out[sc.row.ID] = append(out[sc.row.ID], sc.row.Head)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Mentions lists what refers to an id.
func (s *snapshot) Mentions(_ context.Context, ls store.Labels, id string, f func(string, *store.Row) error) error {
	key, ok, err := s.c.key(id)
	if err != nil || !ok {
		return err
	}
	w := &where{}
	w.add("e.node = ?", key)
	if !w.labels(ls, "a.label") {
		return nil
	}
	sc := newScanner(s.c, true)
	var kind int64
	return stopped(s.c.each("SELECT "+headColumns+", a.added, a.raw, e.kind FROM generation g CROSS JOIN mention e ON e.gen = g.gen CROSS JOIN assertion a ON a.oid = e.oid WHERE"+w.String()+"ORDER BY g.gen DESC, e.oid DESC", w.args, func(r *sql.Rows) error {
		if err := sc.scan(r, &kind); err != nil {
			return err
		}
		name, err := s.c.name(kind)
		if err != nil {
			return err
		}
		return f(name, &sc.row)
	}))
}

// Count counts latest versions by type; odd rows are looked at one by one.
func (s *snapshot) Count(ctx context.Context, ls store.Labels, colls []store.CollectionID, as func(*store.Row) (string, error)) (map[string]int, error) {
	counts := map[string]int{}
	w := &where{}
	if !w.labels(ls, "label") || colls != nil && len(colls) == 0 {
		return counts, nil
	}
	if colls == nil {
		w.add("coll = 0")
	} else {
		w.add("coll IN (" + ints(colls) + ")")
	}
	err := s.c.each("SELECT type, sum(n) FROM tally WHERE"+w.String()+"GROUP BY type", w.args, func(r *sql.Rows) error {
		var typ int64
		var n int
		if err := r.Scan(&typ, &n); err != nil || n == 0 {
			return err
		}
		name, err := s.c.name(typ)
		counts[name] += n
		return err
	})
	if err != nil {
		return nil, err
	}
	return counts, s.countOdd(ctx, ls, colls, counts, as)
}

func (s *snapshot) countOdd(ctx context.Context, ls store.Labels, colls []store.CollectionID, counts map[string]int, as func(*store.Row) (string, error)) error {
	q := store.Query{Labels: ls, Collections: colls, As: as}
	w, ok, err := s.filter(q)
	if err != nil || !ok {
		return err
	}
	sc := newScanner(s.c, true)
	return s.c.each("SELECT "+headColumns+", m.stamp, a.raw FROM member m CROSS JOIN assertion a ON a.oid = m.oid WHERE m.odd = 1 AND"+w.String(), w.args, func(r *sql.Rows) error {
		if err := sc.scan(r); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if ok, err := s.wanted(q, w, &sc.row); err != nil || !ok {
			return err
		}
		if as != nil || sc.row.Flags&store.Check == 0 {
			counts[sc.row.Type]++
		}
		return nil
	})
}
