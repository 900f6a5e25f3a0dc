package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"threatwatch/store"
)

// Rows are read in two steps, each on one table: first which assertions and in which order, then the assertions by number. A page of
// both is in memory before the first callback.

// item is an assertion to be read, and what the first step knew of it.
type item struct {
	oid   store.OID
	stamp store.Stamp // of the member row; 0: that of the assertion
	flags store.Flags
	label store.LabelID // of a member row
	kind  int32         // of a mention; of a member row its type
}

// scan reads an item in binary: its columns have one form, and a listing has many rows.
func (it *item) scan(v [][]byte) error {
	if len(v) != 5 || len(v[0]) != 8 || len(v[1]) != 8 || len(v[2]) != 2 || len(v[3]) != 4 || len(v[4]) != 4 {
		return errForm
	}
	n := binary.BigEndian
	it.oid, it.stamp, it.flags = store.OID(n.Uint64(v[0])), store.Stamp(n.Uint64(v[1])), store.Flags(n.Uint16(v[2]))
	it.label, it.kind = store.LabelID(n.Uint32(v[3])), int32(n.Uint32(v[4]))
	return nil
}

var errForm = errors.New("a row of unexpected form")

// A page starts small, because many callers stop early, and grows. What a caller says to want is fetched at once.
const (
	firstPage = 50
	pageLimit = 1000
	wantLimit = 2000
)

// smallBody is the size up to which a body is read along with its head; a larger one is read when its turn comes.
const smallBody = 16 << 10

// rows calls f for each item that is still there and that w selects, in the order of items.
func (s *snapshot) rows(ctx context.Context, items []item, w *where, bodies bool, f func(*store.Row, item) error) error {
	if len(items) == 0 {
		return nil
	}
	oids := make([]int64, len(items))
	for i, it := range items {
		oids[i] = int64(it.oid)
	}
	found, err := s.heads(ctx, w.and("oid = ANY(?)", oids), bodies)
	if err != nil {
		return err
	}
	byOID := make(map[store.OID]*store.Row, len(found))
	for i := range found {
		byOID[found[i].OID] = &found[i]
	}
	for _, it := range items {
		held, ok := byOID[it.oid]
		if !ok {
			continue
		}
		r := *held
		if bodies && r.Raw == nil {
			if r.Raw, err = s.body(ctx, it.oid); err != nil {
				return err
			}
		}
		if it.stamp != 0 {
			r.Added = it.stamp
		}
		if err := f(&r, it); err != nil {
			return err
		}
	}
	return nil
}

// heads reads assertions; Raw is nil where it was not asked for or is large.
func (s *snapshot) heads(ctx context.Context, w *where, bodies bool) ([]store.Row, error) {
	text := "SELECT oid, id, modified, created, source, label, flags, added, digest, created_by"
	if bodies {
		text += ", CASE WHEN octet_length(raw) <= " + strconv.Itoa(smallBody) + " THEN raw END"
	} else {
		text += ", NULL::bytea"
	}
	var rows []store.Row
	var keys, bys []byte // of rows: names are looked up when the connection is free again
	var b bodyBuffer
	err := s.each(ctx, text+" FROM assertion"+w.String(), w.args, func(r pgx.Rows) error {
		var row store.Row
		var source, label int32
		var flags int16
		var key, digest, by, raw pgtype.DriverBytes
		err := r.Scan((*int64)(&row.OID), &key, &row.Modified, &row.Created, &source, &label, &flags, (*int64)(&row.Added), &digest, &by, &raw)
		row.Source, row.Label, row.Flags = store.SourceID(source), store.LabelID(label), store.Flags(flags)
		copy(row.Digest[:], digest)
		if raw != nil {
			row.Raw = b.keep(raw)
		}
		if by == nil {
			by = make([]byte, keySize)
		}
		keys, bys, rows = append(keys, key...), append(bys, by...), append(rows, row)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range rows {
		key, by := keys[i*keySize:(i+1)*keySize], bys[i*keySize:(i+1)*keySize]
		if rows[i].ID, err = s.id(ctx, key); err != nil {
			return nil, err
		}
		rows[i].Type, _, _ = strings.Cut(rows[i].ID, "--")
		if typeOf(by) == 0 {
			continue
		}
		if rows[i].CreatedBy, err = s.id(ctx, by); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// body reads one body.
func (s *snapshot) body(ctx context.Context, oid store.OID) (raw []byte, err error) {
	err = s.each(ctx, "SELECT raw FROM assertion WHERE oid = $1", []any{int64(oid)}, func(r pgx.Rows) error { return r.Scan(&raw) })
	return raw, err
}

// bodyBuffer keeps copies of bodies in few pieces of memory.
type bodyBuffer struct{ free []byte }

func (b *bodyBuffer) keep(raw []byte) []byte {
	if len(raw) > len(b.free) {
		b.free = make([]byte, max(len(raw), 8*smallBody))
	}
	n := copy(b.free, raw)
	out := b.free[:n:n]
	b.free = b.free[n:]
	return out
}

// listing is a query for items.
type listing struct {
	columns, table string // the columns of item, in its order; a literal for one that the table lacks
	where          *where
	order          string
	after          string // the condition of rows behind one
	position       func(item) []any
	limit          int // about how many the caller wants; 0: not known
}

// pages calls f with page after page of what l selects.
func (s *snapshot) pages(ctx context.Context, l listing, f func([]item) error) error {
	size, next := firstPage, 4*firstPage
	if l.limit > 0 {
		size, next = min(l.limit, wantLimit), firstPage
	}
	for w := l.where; ; size, next = next, min(next*4, pageLimit) {
		items, err := s.items(ctx, l, w, size)
		if err != nil {
			return err
		}
		full := len(items) == size
		if full {
			w = l.where.and(l.after, l.position(items[size-1])...)
		}
		if err := f(items); err != nil || !full {
			return err
		}
	}
}

func (s *snapshot) items(ctx context.Context, l listing, w *where, size int) ([]item, error) {
	items := make([]item, 0, size)
	text := "SELECT " + l.columns + " FROM " + l.table + w.String() + " ORDER BY " + l.order + " LIMIT " + strconv.Itoa(size)
	err := s.each(ctx, text, w.args, func(r pgx.Rows) error {
		var it item
		err := it.scan(r.RawValues())
		items = append(items, it)
		return err
	})
	return items, err
}

func stopped(err error) error {
	if errors.Is(err, store.Stop) {
		return nil
	}
	return err
}
