package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"threatwatch"
	"threatwatch/stix"
	"threatwatch/store"
)

// membership is where one assertion is a member.
type membership struct {
	oid    store.OID
	label  store.LabelID
	flags  store.Flags
	typ    int32
	source store.SourceID
	rows   []memberRow
}

type memberRow struct {
	stamp store.Stamp
	coll  store.CollectionID
}

func (s *snapshot) memberships(ctx context.Context, oids []store.OID) (map[store.OID]*membership, error) {
	out := map[store.OID]*membership{}
	err := s.each(ctx, "SELECT oid, stamp, coll, label, flags, type, source FROM member WHERE oid = ANY($1) ORDER BY stamp", []any{bigints(oids)}, func(r pgx.Rows) error {
		var oid, stamp int64
		var coll, label, typ, source int32
		var flags int16
		err := r.Scan(&oid, &stamp, &coll, &label, &flags, &typ, &source)
		m := out[store.OID(oid)]
		if m == nil {
			m = &membership{oid: store.OID(oid), label: store.LabelID(label), flags: store.Flags(flags), typ: typ, source: store.SourceID(source)}
			out[m.oid] = m
		}
		m.rows = append(m.rows, memberRow{store.Stamp(stamp), store.CollectionID(coll)})
		return err
	})
	return out, err
}

// count keeps the tally of rows that are not odd.
func (t *tx) count(c store.CollectionID, l store.LabelID, typ int32, f store.Flags, n int64) {
	if f&oddFlags == 0 {
		t.tally[tallyKey{c, l, typ}] += n
	}
}

// tallyAll counts an assertion in each of its collections and once for all.
func (t *tx) tallyAll(m *membership, n int64) {
	for _, r := range m.rows {
		t.count(r.coll, m.label, m.typ, m.flags, n)
	}
	if len(m.rows) > 0 {
		t.count(0, m.label, m.typ, m.flags, n)
	}
}

func (t *tx) flushTally() {
	var colls, labels, types []int32
	var ns []int64
	for k, n := range t.tally {
		if n != 0 {
			colls, labels, types, ns = append(colls, int32(k.coll)), append(labels, int32(k.label)), append(types, k.typ), append(ns, n)
		}
	}
	clear(t.tally)
	if len(ns) > 0 {
		t.write("INSERT INTO tally(coll, label, type, n) SELECT coll, label, type, n FROM unnest($1::integer[], $2::integer[], $3::integer[], $4::bigint[]) AS u(coll, label, type, n) ON CONFLICT (coll, label, type) DO UPDATE SET n = tally.n + EXCLUDED.n",
			colls, labels, types, ns)
	}
}

// Relabel changes label and flags of an assertion wherever it is a member.
func (t *tx) Relabel(ctx context.Context, oid store.OID, l store.LabelID, f store.Flags, fresh bool) error {
	held, err := t.memberships(ctx, []store.OID{oid})
	if err != nil {
		return fmt.Errorf("relabel: %w", err)
	}
	m := held[oid]
	if m == nil {
		return threatwatch.Errorf(threatwatch.NotFound, "no assertion %d", oid)
	}
	t.tallyAll(m, -1)
	m.label, m.flags = l, f&^store.Several|m.flags&store.Several
	t.tallyAll(m, 1)
	t.write("UPDATE member SET label = $1, flags = $2, odd = $3 WHERE oid = $4", int32(l), int16(m.flags), m.flags&oddFlags != 0, int64(oid))
	t.write("UPDATE assertion SET label = $1, flags = $2 WHERE oid = $3", int32(l), int16(m.flags), int64(oid))
	t.write("UPDATE words SET label = $1, hidden = $2 WHERE oid = $3", int32(l), m.flags&store.Quarantined != 0, int64(oid))
	if fresh {
		for _, r := range m.rows {
			t.write("UPDATE member SET stamp = $1 WHERE stamp = $2", int64(t.stamp()), int64(r.stamp))
		}
	}
	t.event(store.Relabeled, 0, oid, l)
	return nil
}

func (t *tx) event(k store.EntryKind, c store.CollectionID, oid store.OID, l store.LabelID) {
	t.write("INSERT INTO event(stamp, oid, coll, label, kind) VALUES ($1, $2, $3, $4, $5)", int64(t.stamp()), int64(oid), int32(c), int32(l), int16(k))
}

// Delete removes assertions from a collection, or from all; what is in none any more is erased.
func (t *tx) Delete(ctx context.Context, c store.CollectionID, oids []store.OID) error {
	held, err := t.memberships(ctx, oids)
	if err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	var gone []int64 // stamps
	var erased, left []store.OID
	for _, oid := range oids {
		m := held[oid]
		if m == nil {
			continue
		}
		delete(held, oid)
		n := 0
		for _, r := range m.rows {
			if c != 0 && r.coll != c {
				continue
			}
			n++
			gone = append(gone, int64(r.stamp))
			t.count(r.coll, m.label, m.typ, m.flags, -1)
			t.event(store.Deleted, r.coll, oid, m.label)
		}
		switch {
		case n == len(m.rows):
			t.count(0, m.label, m.typ, m.flags, -1)
			erased = append(erased, oid)
		case n > 0:
			left = append(left, oid)
		}
	}
	if len(gone) > 0 {
		t.write("DELETE FROM member WHERE stamp = ANY($1)", gone)
	}
	if len(left) > 0 {
		t.newest(left)
	}
	if err := t.erase(ctx, erased); err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	return nil
}

// erase removes bodies and everything made of them. Postings and edges are found again from the body: no index by oid is kept for them.
func (t *tx) erase(ctx context.Context, oids []store.OID) error {
	if len(oids) == 0 {
		return nil
	}
	items := make([]item, len(oids))
	for i, oid := range oids {
		items[i] = item{oid: oid}
	}
	types := []int32{} // of what they refer to
	err := t.rows(ctx, items, &where{}, true, func(r *store.Row, _ item) error {
		o, err := stix.Parse(r.Raw)
		if err != nil {
			return nil // nothing was made of what cannot be read
		}
		for _, v := range o.Values() {
			hash, _ := hashes(v)
			t.write("DELETE FROM val WHERE hash = $1 AND oid = $2", hash, int64(r.OID))
		}
		for _, ref := range o.Refs() {
			if node, ok, err := t.key(ctx, ref.ID); err != nil {
				return err
			} else if ok {
				t.write("DELETE FROM edge WHERE node = $1 AND oid = $2", node, int64(r.OID))
				types = append(types, typeOf(node))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	t.write("DELETE FROM ends WHERE oid = ANY($1) AND type = ANY($2)", bigints(oids), types)
	t.write("DELETE FROM words WHERE oid = ANY($1)", bigints(oids))
	t.write("DELETE FROM assertion WHERE oid = ANY($1)", bigints(oids))
	return nil
}

// InternLabel returns the number of a label body.
func (t *tx) InternLabel(ctx context.Context, body string) (store.LabelID, error) {
	digest := sha256.Sum256([]byte(body))
	var id int32
	scan := func(r pgx.Rows) error { return r.Scan(&id) }
	if err := t.each(ctx, "SELECT id FROM label WHERE digest = $1", []any{digest[:]}, scan); err != nil || id != 0 {
		return store.LabelID(id), err
	}
	t.dirty = true
	t.renew()
	err := t.each(ctx, "INSERT INTO label(id, digest, body) SELECT coalesce(max(id), 0) + 1, $1, $2 FROM label RETURNING id", []any{digest[:], []byte(body)}, scan)
	return store.LabelID(id), err
}

// PutSource inserts or updates.
func (t *tx) PutSource(ctx context.Context, s *store.Source) error {
	id, err := t.putDoc(ctx, "source", int32(s.ID), s)
	s.ID = store.SourceID(id)
	return err
}

// PutCollection inserts or updates.
func (t *tx) PutCollection(ctx context.Context, c *store.Collection) error {
	id, err := t.putDoc(ctx, "collection", int32(c.ID), c)
	c.ID = store.CollectionID(id)
	return err
}

func (t *tx) putDoc(ctx context.Context, table string, id int32, v any) (int32, error) {
	doc, err := json.Marshal(v)
	if err != nil {
		return id, err
	}
	if id == 0 {
		err := t.each(ctx, "SELECT coalesce(max(id), 0) + 1 FROM "+table, nil, func(r pgx.Rows) error { return r.Scan(&id) })
		if err != nil {
			return 0, fmt.Errorf("put %s: %w", table, err)
		}
	}
	t.writeRare("INSERT INTO "+table+"(id, doc) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET doc = EXCLUDED.doc", id, doc)
	return id, nil
}

// PutRecord inserts or replaces a record.
func (t *tx) PutRecord(_ context.Context, kind, key string, doc []byte) error {
	if err := store.CheckRecord(kind, key); err != nil {
		return err
	}
	doc = append([]byte{}, doc...) // it is sent later, and never NULL
	t.writeRare("INSERT INTO record(kind, key, doc) VALUES ($1, $2, $3) ON CONFLICT (kind, key) DO UPDATE SET doc = EXCLUDED.doc", kind, key, doc)
	return nil
}

// DeleteRecord removes a record; none is fine.
func (t *tx) DeleteRecord(_ context.Context, kind, key string) error {
	if storable(kind) && storable(key) {
		t.writeRare("DELETE FROM record WHERE kind = $1 AND key = $2", kind, key)
	}
	return nil
}
