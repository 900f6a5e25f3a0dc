package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"threatwatch"
	"threatwatch/stix"
	"threatwatch/store"
)

// memberships of one assertion.
type memberships struct {
	label  store.LabelID
	flags  store.Flags
	typ    int64
	source store.SourceID
	rows   []memberRow
}

type memberRow struct {
	stamp store.Stamp
	coll  store.CollectionID
}

func (s *snapshot) membersOf(oid store.OID) (m memberships, err error) {
	err = s.c.each("SELECT stamp, coll, label, flags, type, source FROM member WHERE oid = ? ORDER BY stamp", []any{int64(oid)}, func(r *sql.Rows) error {
		var row memberRow
		if err := r.Scan(&row.stamp, &row.coll, &m.label, &m.flags, &m.typ, &m.source); err != nil {
			return err
		}
		m.rows = append(m.rows, row)
		return nil
	})
	return m, err
}

// LastStamp counts what was written before in this group: the head row is written at its end.
func (t *tx) LastStamp(context.Context) (store.Stamp, error) { return t.head.stamp, nil }

// Relabel changes label and flags of an assertion wherever it is a member.
func (t *tx) Relabel(_ context.Context, oid store.OID, l store.LabelID, f store.Flags, fresh bool) error {
	var had store.Flags
	if err := t.c.one("SELECT flags FROM assertion WHERE oid = ?", []any{int64(oid)}, &had); errors.Is(err, sql.ErrNoRows) {
		return threatwatch.Errorf(threatwatch.NotFound, "no assertion %d", oid)
	} else if err != nil {
		return fmt.Errorf("relabel: %w", err)
	}
	if err := t.mark(oid, l, f&^store.Several|had&store.Several); err != nil {
		return err
	}
	if fresh {
		if err := t.restamp(oid); err != nil {
			return err
		}
	}
	return t.event(store.Relabeled, 0, oid, l)
}

// mark sets label and flags in all places and keeps the tally right.
func (t *tx) mark(oid store.OID, l store.LabelID, f store.Flags) error {
	m, err := t.membersOf(oid)
	if err != nil {
		return err
	}
	for _, r := range m.rows {
		t.count(r.coll, m.label, m.typ, m.flags, -1)
		t.count(r.coll, l, m.typ, f, 1)
	}
	if len(m.rows) > 0 {
		t.count(0, m.label, m.typ, m.flags, -1)
		t.count(0, l, m.typ, f, 1)
	}
	if err := t.c.exec("UPDATE member SET label = ?, flags = ?, odd = ? WHERE oid = ?", int64(l), int64(f), odd(f), int64(oid)); err != nil {
		return fmt.Errorf("relabel: %w", err)
	}
	if err := t.c.exec("UPDATE assertion SET label = ?, flags = ? WHERE oid = ?", int64(l), int64(f), int64(oid)); err != nil {
		return fmt.Errorf("relabel: %w", err)
	}
	return nil
}

func (t *tx) restamp(oid store.OID) error {
	m, err := t.membersOf(oid)
	if err != nil {
		return err
	}
	for _, r := range m.rows {
		if err := t.c.exec("UPDATE member SET stamp = ? WHERE stamp = ?", int64(t.stamp()), int64(r.stamp)); err != nil {
			return fmt.Errorf("stamp anew: %w", err)
		}
	}
	return nil
}

func (t *tx) event(k store.EntryKind, c store.CollectionID, oid store.OID, l store.LabelID) error {
	if err := t.c.exec("INSERT INTO event(stamp, kind, coll, oid, label) VALUES (?, ?, ?, ?, ?)", int64(t.stamp()), int64(k), int64(c), int64(oid), int64(l)); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	return nil
}

// Delete removes assertions from a collection, or from all; what is in none any more is erased.
func (t *tx) Delete(ctx context.Context, c store.CollectionID, oids []store.OID) error {
	for _, oid := range oids {
		if err := ctx.Err(); err != nil {
			return err
		}
		m, err := t.membersOf(oid)
		if err != nil {
			return err
		}
		left := len(m.rows)
		for _, r := range m.rows {
			if c != 0 && r.coll != c {
				continue
			}
			left--
			t.count(r.coll, m.label, m.typ, m.flags, -1)
			if err := t.c.exec("DELETE FROM member WHERE stamp = ?", int64(r.stamp)); err != nil {
				return fmt.Errorf("delete: %w", err)
			}
			if err := t.event(store.Deleted, r.coll, oid, m.label); err != nil {
				return err
			}
		}
		switch {
		case len(m.rows) == 0 || left == len(m.rows):
		case left == 0:
			t.count(0, m.label, m.typ, m.flags, -1)
			if err := t.erase(oid); err != nil {
				return fmt.Errorf("erase: %w", err)
			}
		default: // the newest row that is left stands for the assertion where it is listed once
			err = t.c.exec("UPDATE member SET older = 0 WHERE stamp = (SELECT max(stamp) FROM member WHERE oid = ?)", int64(oid))
			if err != nil {
				return fmt.Errorf("delete: %w", err)
			}
		}
	}
	return nil
}

// erase removes the body and everything made of it. Postings and edges are found again from the body: no index by oid is kept for them.
func (t *tx) erase(oid store.OID) error {
	var key, raw []byte
	var modified, source int64
	if err := t.c.one("SELECT id, modified, source, raw FROM assertion WHERE oid = ?", []any{int64(oid)}, &key, &modified, &source, &raw); err != nil {
		return err
	}
	raw, _, err := t.c.unpack(raw, nil)
	if err != nil {
		return err
	}
	if o, err := stix.Parse(raw); err == nil {
		for _, v := range o.Values() {
			h, _ := hashes(v)
			if err := t.c.exec("DELETE FROM value WHERE gen = ? AND hash = ? AND oid = ?", generation(oid), h, int64(oid)); err != nil {
				return err
			}
		}
		for _, r := range o.Refs() {
			if node, ok, err := t.c.key(r.ID); err != nil {
				return err
			} else if ok {
				if err := t.c.exec("DELETE FROM mention WHERE gen = ? AND node = ? AND oid = ?", generation(oid), node, int64(oid)); err != nil {
					return err
				}
				if err := t.c.exec("DELETE FROM ends WHERE type = ? AND oid = ?", typeOf(node), int64(oid)); err != nil {
					return err
				}
			}
		}
	}
	if err := t.deleteText(oid); err != nil {
		return err
	}
	if err := t.c.exec("DELETE FROM objid WHERE id = ? AND modified = ? AND source = ?", key, modified, source); err != nil {
		return err
	}
	return t.c.exec("DELETE FROM assertion WHERE oid = ?", int64(oid))
}

// InternLabel returns the number of a label body.
func (t *tx) InternLabel(_ context.Context, body string) (id store.LabelID, err error) {
	const find = "SELECT id FROM label WHERE body = ?"
	err = t.c.one(find, []any{body}, &id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	if err := t.c.exec("INSERT INTO label(body) VALUES (?)", body); err != nil {
		return 0, fmt.Errorf("intern label: %w", err)
	}
	return id, t.c.one(find, []any{body}, &id)
}

// PutSource inserts or updates.
func (t *tx) PutSource(_ context.Context, s *store.Source) error {
	id, err := t.putDoc("source", int64(s.ID), s)
	s.ID = store.SourceID(id)
	t.compressing = nil
	return err
}

// PutCollection inserts or updates.
func (t *tx) PutCollection(_ context.Context, c *store.Collection) error {
	id, err := t.putDoc("collection", int64(c.ID), c)
	c.ID = store.CollectionID(id)
	return err
}

func (t *tx) putDoc(table string, id int64, v any) (int64, error) {
	doc, err := json.Marshal(v)
	if err != nil {
		return id, err
	}
	if id == 0 {
		if err := t.c.one("SELECT coalesce(max(id), 0) + 1 FROM "+table, nil, &id); err != nil {
			return 0, err
		}
	}
	if err := t.c.exec("INSERT INTO "+table+"(id, doc) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc", id, doc); err != nil {
		return 0, fmt.Errorf("put %s: %w", table, err)
	}
	return id, nil
}

// PutRecord inserts or replaces a record.
func (t *tx) PutRecord(_ context.Context, kind, key string, doc []byte) error {
	if err := store.CheckRecord(kind, key); err != nil {
		return err
	}
	if doc == nil {
		doc = []byte{}
	}
	return t.c.exec("INSERT INTO record(kind, key, doc) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET doc = excluded.doc", kind, key, doc)
}

// DeleteRecord removes a record; none is fine.
func (t *tx) DeleteRecord(_ context.Context, kind, key string) error {
	return t.c.exec("DELETE FROM record WHERE kind = ? AND key = ?", kind, key)
}
