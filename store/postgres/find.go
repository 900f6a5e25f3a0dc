package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"threatwatch/store"
)

// ByID lists the assertions of an id, newest version first.
func (s *snapshot) ByID(ctx context.Context, ls store.Labels, id string, f func(*store.Row) error) error {
	key, ok, err := s.key(ctx, id)
	if err != nil || !ok {
		return err
	}
	w := &where{}
	if !w.labels(ls) {
		return nil
	}
	var items []item
	w.add("id = ?", key)
	err = s.each(ctx, "SELECT oid FROM assertion"+w.String()+" ORDER BY modified DESC, oid", w.args, func(r pgx.Rows) error {
		var it item
		err := r.Scan((*int64)(&it.oid))
		items = append(items, it)
		return err
	})
	if err != nil {
		return err
	}
	for page := range slices.Chunk(items, pageLimit) {
		if err := s.rows(ctx, page, &where{}, true, func(r *store.Row, _ item) error { return f(r) }); err != nil {
			return stopped(err)
		}
	}
	return nil
}

// Heads returns what is held under these ids, whatever the label.
func (s *snapshot) Heads(ctx context.Context, ids []string) (map[string][]store.Head, error) {
	keys, err := s.keys(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := map[string][]store.Head{}
	if len(keys) == 0 {
		return out, nil
	}
	w := &where{}
	w.add("id = ANY(?)", keys)
	rows, err := s.heads(ctx, w, false)
	for _, r := range rows {
		out[r.ID] = append(out[r.ID], r.Head)
	}
	return out, err
}

func byOID(it item) []any { return []any{int64(it.oid)} }

// listed calls f for the assertions of a listing whose label is in ls.
func (s *snapshot) listed(ctx context.Context, ls store.Labels, l listing, f func(*store.Row, item) error) error {
	visible := &where{}
	if !visible.labels(ls) {
		return nil
	}
	return stopped(s.pages(ctx, l, func(items []item) error { return s.rows(ctx, items, visible, true, f) }))
}

// Search finds text: all words, the last as a prefix.
func (s *snapshot) Search(ctx context.Context, ls store.Labels, query string, types []string, f func(*store.Row) error) error {
	match := matchText(query)
	w := &where{}
	if match == "" || !w.labels(ls) {
		return nil
	}
	w.add("vector @@ ?::tsquery", match)
	w.add("NOT hidden")
	if types != nil {
		codes, err := s.codesOf(ctx, types)
		if err != nil || len(codes) == 0 {
			return err
		}
		w.in("type", codes)
	}
	seen := map[string]bool{}
	l := listing{columns: "oid, 0::bigint, 0::smallint, 0, 0", table: "words", where: w, order: "oid DESC", after: "oid < ?", position: byOID}
	return s.listed(ctx, ls, l, func(r *store.Row, _ item) error {
		if r.Flags&(store.Several|store.Check) == store.Several { // of those with Check only the caller knows under which id they are shown
			if seen[r.ID] {
				return nil
			}
			seen[r.ID] = true
		}
		return f(r)
	})
}

// Mentions lists what refers to an id.
func (s *snapshot) Mentions(ctx context.Context, ls store.Labels, id string, f func(string, *store.Row) error) error {
	key, ok, err := s.key(ctx, id)
	if err != nil || !ok {
		return err
	}
	w := &where{}
	w.add("node = ?", key)
	l := listing{columns: "oid, 0::bigint, 0::smallint, 0, kind", table: "edge", where: w, order: "oid DESC, kind DESC", after: "(oid, kind) < (?, ?)"}
	l.position = func(it item) []any { return []any{int64(it.oid), it.kind} }
	return s.listed(ctx, ls, l, func(r *store.Row, it item) error {
		kind, err := s.name(ctx, it.kind)
		if err != nil {
			return err
		}
		return f(kind, r)
	})
}
