package postgres

import (
	"context"
	"errors"
	"hash/crc32"
	"slices"
	"strconv"

	"github.com/cespare/xxhash/v2"
	"github.com/jackc/pgx/v5"

	"threatwatch/store"
)

// hashes of a value: the key, and a check against collisions.
func hashes(value string) (hash, chk int64) {
	return int64(xxhash.Sum64String(value)), int64(crc32.ChecksumIEEE([]byte(value)))
}

// ByValues lists the assertions that hold canonical values, value by value, newest first.
func (s *snapshot) ByValues(ctx context.Context, ls store.Labels, values []string, f func(int, *store.Row) error) error {
	visible := &where{}
	if !visible.labels(ls) {
		return nil
	}
	for first := 0; first < len(values); first += pageLimit {
		some := values[first:min(first+pageLimit, len(values))]
		if err := s.byValues(ctx, visible, some, first, f); err != nil {
			return err
		}
	}
	return nil
}

// byValues asks for values together. Where they are found so often that not all is told at once, it asks for half of them at a time; base is the index of
// the first.
func (s *snapshot) byValues(ctx context.Context, visible *where, values []string, base int, f func(int, *store.Row) error) error {
	if len(values) == 1 {
		return s.byValue(ctx, visible, values[0], func(r *store.Row) error { return f(base, r) })
	}
	items, all, err := s.postings(ctx, values)
	if err != nil {
		return err
	}
	if !all {
		half := len(values) / 2
		if err := s.byValues(ctx, visible, values[:half], base, f); err != nil {
			return err
		}
		return s.byValues(ctx, visible, values[half:], base+half, f)
	}
	told := int32(-1) // the value of which no more is wanted
	for page := range slices.Chunk(items, pageLimit) {
		err := s.rows(ctx, page, visible, true, func(r *store.Row, it item) error {
			if it.kind == told {
				return nil
			}
			err := f(base+int(it.kind), r)
			if errors.Is(err, store.Stop) {
				told = it.kind
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// byValue asks for one value, page by page.
func (s *snapshot) byValue(ctx context.Context, visible *where, value string, f func(*store.Row) error) error {
	hash, chk := hashes(value)
	w := &where{}
	w.add("hash = ?", hash)
	w.add("chk = ?", chk)
	l := listing{columns: "oid, 0::bigint, 0::smallint, 0, 0", table: "val", where: w, order: "oid DESC", after: "oid < ?", position: byOID}
	return stopped(s.pages(ctx, l, func(items []item) error {
		return s.rows(ctx, items, visible, true, func(r *store.Row, _ item) error { return f(r) })
	}))
}

// postings lists who holds which of these values, value by value, the newest first; kind is the index of the value. all is false when there is more of
// it than is read at once.
func (s *snapshot) postings(ctx context.Context, values []string) (items []item, all bool, err error) {
	type key struct{ hash, chk int64 }
	holders := map[key][]store.OID{}
	keys, wanted := make([]key, len(values)), make([]int64, len(values))
	for i, v := range values {
		keys[i].hash, keys[i].chk = hashes(v)
		wanted[i] = keys[i].hash
	}
	limit, n := pageLimit+4*len(values), 0
	text := "SELECT hash, chk, oid FROM val WHERE hash = ANY($1) ORDER BY oid DESC LIMIT " + strconv.Itoa(limit)
	err = s.each(ctx, text, []any{wanted}, func(r pgx.Rows) error {
		var k key
		var oid store.OID
		err := r.Scan(&k.hash, &k.chk, (*int64)(&oid))
		holders[k] = append(holders[k], oid)
		n++
		return err
	})
	if err != nil || n == limit {
		return nil, false, err
	}
	for i, k := range keys {
		for _, oid := range holders[k] {
			items = append(items, item{oid: oid, kind: int32(i)})
		}
	}
	return items, true, nil
}
