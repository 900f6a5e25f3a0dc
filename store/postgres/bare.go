package postgres

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"threatwatch/store"
)

// bareRows calls f for each item that is still there, in the order of items, with no more of the head than [store.Query.Bare] asks for. Rows
// with flag Check come whole.
func (s *snapshot) bareRows(ctx context.Context, items []item, f func(*store.Row, item) error) error {
	if len(items) == 0 {
		return nil
	}
	var checked []item
	for _, it := range items {
		if it.flags&store.Check != 0 {
			checked = append(checked, it)
		}
	}
	whole := map[store.OID]store.Head{}
	err := s.rows(ctx, checked, &where{}, false, func(r *store.Row, it item) error {
		whole[it.oid] = r.Head
		return nil
	})
	if err != nil {
		return err
	}
	bare, err := s.bare(ctx, items)
	if err != nil {
		return err
	}
	for _, it := range items {
		i, ok := slices.BinarySearchFunc(bare, it.oid, func(b bareRow, oid store.OID) int { return cmp.Compare(b.oid, oid) })
		if !ok {
			continue
		}
		r := store.Row{Head: store.Head{OID: it.oid, Label: it.label, Flags: it.flags}, Raw: bare[i].raw}
		if r.Raw == nil {
			if r.Raw, err = s.body(ctx, it.oid); err != nil {
				return err
			}
		}
		if head, ok := whole[it.oid]; ok {
			r.Head = head
		}
		r.Added = it.stamp
		if err := f(&r, it); err != nil {
			return err
		}
	}
	return nil
}

// bareRow is a body, nil where it is large. The rest of what is wanted stands in the member row as well.
type bareRow struct {
	oid store.OID
	raw []byte
}

var bareColumns = "SELECT oid, CASE WHEN octet_length(raw) <= " + strconv.Itoa(smallBody) + " THEN raw END FROM assertion"

// bare reads bodies, in order of numbers. Of a page whose numbers lie close together all between the first and the last are read: that
// costs the server a quarter of finding each by itself.
func (s *snapshot) bare(ctx context.Context, items []item) ([]bareRow, error) {
	oids := make([]int64, len(items))
	for i, it := range items {
		oids[i] = int64(it.oid)
	}
	text, args := bareColumns+" WHERE oid = ANY($1)", []any{oids}
	if first, last := slices.Min(oids), slices.Max(oids); last-first < int64(len(oids))*5/4 {
		text, args = bareColumns+" WHERE oid >= $1 AND oid <= $2", []any{first, last}
	}
	rows := make([]bareRow, 0, len(items))
	var b bodyBuffer
	err := s.each(ctx, text, args, func(r pgx.Rows) error {
		v := r.RawValues()
		if len(v[0]) != 8 {
			return errForm
		}
		row := bareRow{oid: store.OID(binary.BigEndian.Uint64(v[0]))}
		if v[1] != nil {
			row.raw = b.keep(v[1])
		}
		rows = append(rows, row)
		return nil
	})
	slices.SortFunc(rows, func(a, b bareRow) int { return cmp.Compare(a.oid, b.oid) })
	return rows, err
}
