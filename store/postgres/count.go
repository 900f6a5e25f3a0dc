package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"threatwatch/store"
)

// Count counts latest versions by type; odd rows are looked at one by one.
func (s *snapshot) Count(ctx context.Context, ls store.Labels, colls []store.CollectionID, as func(*store.Row) (string, error)) (map[string]int, error) {
	counts := map[string]int{}
	w := &where{}
	if !w.labels(ls) || colls != nil && len(colls) == 0 {
		return counts, nil
	}
	if colls == nil {
		w.add("coll = 0")
	} else {
		w.in("coll", ints(colls))
	}
	byType := map[int32]int{}
	err := s.each(ctx, "SELECT type, sum(n)::bigint FROM tally"+w.String()+" GROUP BY type", w.args, func(r pgx.Rows) error {
		var typ int32
		var n int
		err := r.Scan(&typ, &n)
		byType[typ] = n
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.countOdd(ctx, store.Query{Labels: ls, Collections: colls, As: as}, byType); err != nil {
		return nil, err
	}
	for typ, n := range byType {
		name, err := s.name(ctx, typ)
		if err != nil {
			return nil, err
		}
		if n != 0 {
			counts[name] = n
		}
	}
	return counts, nil
}

// countOdd adds the rows that the tally leaves out; those with flag Check only when it is known how they are shown.
func (s *snapshot) countOdd(ctx context.Context, q store.Query, counts map[int32]int) error {
	w, ok, err := s.filter(ctx, q)
	if err != nil || !ok {
		return err
	}
	l := listing{columns: memberColumns, table: "member m", where: w.and("odd"), order: "stamp", after: "stamp > ?", limit: pageLimit}
	l.position = func(it item) []any { return []any{int64(it.stamp)} }
	return s.pages(ctx, l, func(items []item) error {
		items, err := s.wanted(ctx, q, w, items)
		for _, it := range items {
			if q.As != nil || it.flags&store.Check == 0 {
				counts[it.kind]++
			}
		}
		return err
	})
}
