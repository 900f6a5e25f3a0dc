package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

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

// ByValue lists the assertions that hold a canonical value, newest first.
func (s *snapshot) ByValue(_ context.Context, ls store.Labels, value string, limit int, f func(*store.Row) error) error {
	hash, chk := hashes(value)
	w := &where{}
	w.add("v.hash = ? AND v.chk = ?", hash, chk)
	return s.listed(w, ls, "generation g CROSS JOIN value v ON v.gen = g.gen CROSS JOIN assertion a ON a.oid = v.oid", "g.gen DESC, v.oid", limit, f)
}

// listed runs a lookup that goes from postings to assertions.
func (s *snapshot) listed(w *where, ls store.Labels, from, oid string, limit int, f func(*store.Row) error) error {
	if !w.labels(ls, "a.label") {
		return nil
	}
	if limit <= 0 {
		limit = -1
	}
	sc := newScanner(s.c, true)
	return stopped(s.c.each("SELECT "+headColumns+", a.added, a.raw FROM "+from+" WHERE"+w.String()+"ORDER BY "+oid+" DESC LIMIT "+strconv.Itoa(limit), w.args, func(r *sql.Rows) error {
		if err := sc.scan(r); err != nil {
			return err
		}
		return f(&sc.row)
	}))
}

// Search finds text: all words, the last as a prefix.
func (s *snapshot) Search(_ context.Context, ls store.Labels, query string, types []string, before store.OID, limit int, f func(*store.Row) error) error {
	match := matchText(query)
	if match == "" {
		return nil
	}
	w := &where{}
	w.add("text MATCH ?", match)
	if before != 0 {
		w.add("text.rowid < ?", int64(before))
	}
	w.add(fmt.Sprintf("a.flags & %d = 0", store.Quarantined))
	if types != nil {
		var codes []int64
		for _, name := range types {
			if code, err := s.c.code(name); err != nil {
				return err
			} else if code != 0 {
				codes = append(codes, code)
			}
		}
		if len(codes) == 0 {
			return nil
		}
		w.add("EXISTS (SELECT 1 FROM member m WHERE m.oid = a.oid AND m.type IN (" + ints(codes) + "))")
	}
	seen := map[string]bool{}
	return s.listed(w, ls, "text CROSS JOIN assertion a ON a.oid = text.rowid", "text.rowid", limit, func(r *store.Row) error {
		if r.Flags&(store.Several|store.Check) == store.Several { // of those with Check only the caller knows under which id they are shown
			if seen[r.ID] {
				return nil
			}
			seen[r.ID] = true
		}
		return f(r)
	})
}

// matchText turns what a person typed into an FTS5 expression without operators: each word quoted, the last one a prefix.
func matchText(query string) string {
	words := strings.FieldsFunc(query, func(r rune) bool { return r <= ' ' || r == '"' })
	if len(words) > 16 {
		words = words[:16]
	}
	for i, w := range words {
		words[i] = `"` + w + `"`
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, " ") + "*"
}

// Mentions lists what refers to an id.
func (s *snapshot) Mentions(_ context.Context, ls store.Labels, id string, kinds []string, limit int, f func(string, *store.Row) error) error {
	key, ok, err := s.c.key(id)
	if err != nil || !ok {
		return err
	}
	w := &where{}
	w.add("e.node = ?", key)
	if !w.labels(ls, "a.label") {
		return nil
	}
	if kinds != nil {
		var codes []int64
		for _, k := range kinds {
			if code, err := s.c.code(k); err != nil {
				return err
			} else if code != 0 {
				codes = append(codes, code)
			}
		}
		w.add("e.kind IN (" + ints(codes) + ")")
	}
	if limit <= 0 {
		limit = -1
	}
	sc := newScanner(s.c, true)
	var kind int64
	return stopped(s.c.each("SELECT "+headColumns+", a.added, a.raw, e.kind FROM generation g CROSS JOIN mention e ON e.gen = g.gen CROSS JOIN assertion a ON a.oid = e.oid WHERE"+w.String()+"ORDER BY g.gen DESC, e.oid DESC LIMIT "+strconv.Itoa(limit), w.args, func(r *sql.Rows) error {
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
