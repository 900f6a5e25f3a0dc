package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
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
		r, ok := bare[it.oid]
		if !ok {
			continue
		}
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

// bareRow leaves out large bodies.
var bareRow = "SELECT oid, label, flags, CASE WHEN octet_length(raw) <= " + strconv.Itoa(smallBody) + " THEN raw END FROM assertion"

// bare reads label, flags and body; Raw is nil where the body is large. Of a page whose numbers lie close together all between the first and
// the last are read: that costs the server a quarter of finding each by itself.
func (s *snapshot) bare(ctx context.Context, items []item) (map[store.OID]store.Row, error) {
	oids := make([]int64, len(items))
	for i, it := range items {
		oids[i] = int64(it.oid)
	}
	text, args := bareRow+" WHERE oid = ANY($1)", []any{oids}
	if first, last := slices.Min(oids), slices.Max(oids); last-first < int64(len(oids))*5/4 {
		text, args = bareRow+" WHERE oid >= $1 AND oid <= $2", []any{first, last}
	}
	rows := make(map[store.OID]store.Row, len(items))
	var b bodyBuffer
	err := s.each(ctx, text, args, func(r pgx.Rows) error {
		v := r.RawValues() // in binary: these types have one form, and a page has many rows
		if len(v[0]) != 8 || len(v[1]) != 4 || len(v[2]) != 2 {
			return fmt.Errorf("a row of unexpected form")
		}
		oid := store.OID(binary.BigEndian.Uint64(v[0]))
		row := store.Row{Head: store.Head{OID: oid, Label: store.LabelID(binary.BigEndian.Uint32(v[1])), Flags: store.Flags(binary.BigEndian.Uint16(v[2]))}}
		if v[3] != nil {
			row.Raw = b.keep(v[3])
		}
		rows[oid] = row
		return nil
	})
	return rows, err
}
