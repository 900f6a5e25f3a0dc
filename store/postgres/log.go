package postgres

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"threatwatch/store"
)

// Log lists additions, tombstones and new labels in one order: two tables, merged here.
func (s *snapshot) Log(ctx context.Context, after store.Stamp, limit int, f func(store.Entry) error) error {
	for left := limit; limit <= 0 || left > 0; {
		size := pageLimit
		if limit > 0 {
			size = min(size, left)
		}
		entries, err := s.entries(ctx, after, size)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := f(e); err != nil {
				return stopped(err)
			}
		}
		if len(entries) < size {
			return nil
		}
		after = entries[size-1].Stamp
		left -= size
	}
	return nil
}

// entries reads the first n entries after a stamp. Among the first n of each table are the first n of both.
func (s *snapshot) entries(ctx context.Context, after store.Stamp, n int) ([]store.Entry, error) {
	var out []store.Entry
	add := func(r pgx.Rows) error {
		var e store.Entry
		var kind int16
		var coll, label int32
		err := r.Scan((*int64)(&e.Stamp), &kind, &coll, (*int64)(&e.OID), &label)
		e.Kind, e.Collection, e.Label = store.EntryKind(kind), store.CollectionID(coll), store.LabelID(label)
		out = append(out, e)
		return err
	}
	args := []any{int64(after), n}
	if err := s.each(ctx, "SELECT stamp, 1::smallint, coll, oid, label FROM member WHERE stamp > $1 ORDER BY stamp LIMIT $2", args, add); err != nil {
		return nil, err
	}
	if err := s.each(ctx, "SELECT stamp, kind, coll, oid, label FROM event WHERE stamp > $1 ORDER BY stamp LIMIT $2", args, add); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b store.Entry) int { return cmp.Compare(a.Stamp, b.Stamp) })
	return out[:min(n, len(out))], nil
}
