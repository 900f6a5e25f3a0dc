package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"threatwatch/store"
)

var _ store.Mover = (*DB)(nil)

// Assertions lists everything that is held, by OID.
func (d *DB) Assertions(ctx context.Context, after store.OID, f func(*store.Row) error) error {
	return d.Read(ctx, func(sn store.Snapshot) error {
		s := sn.(*snapshot)
		sc, n := newScanner(s.c, true), 0
		return s.c.each("SELECT "+headColumns+", a.added, a.raw FROM assertion a WHERE a.oid > ? ORDER BY a.oid", []any{int64(after)}, func(r *sql.Rows) error {
			if n++; n&255 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if err := sc.scan(r); err != nil {
				return err
			}
			return f(&sc.row)
		})
	})
}

// Kinds lists the kinds of records.
func (d *DB) Kinds(ctx context.Context) (kinds []string, err error) {
	err = d.Read(ctx, func(sn store.Snapshot) error {
		return sn.(*snapshot).c.each("SELECT DISTINCT kind FROM record ORDER BY kind", nil, func(r *sql.Rows) error {
			var kind string
			err := r.Scan(&kind)
			kinds = append(kinds, kind)
			return err
		})
	})
	return kinds, err
}

// Loaded returns the greatest OID and the greatest stamp of the log.
func (d *DB) Loaded(ctx context.Context) (oid store.OID, stamp store.Stamp, err error) {
	err = d.Read(ctx, func(sn store.Snapshot) error {
		return sn.(*snapshot).c.one(`SELECT coalesce((SELECT max(oid) FROM assertion), 0),
			max(coalesce((SELECT max(stamp) FROM member), 0), coalesce((SELECT max(stamp) FROM event), 0))`, nil, &oid, &stamp)
	})
	return oid, stamp, err
}

// Load writes a part of another store with its numbers and stamps.
func (d *DB) Load(ctx context.Context, p store.Part) error {
	return d.Update(ctx, func(x store.Tx) error {
		t := x.(*tx)
		for id, body := range p.Labels {
			if err := t.c.exec("INSERT OR REPLACE INTO label(id, body) VALUES (?, ?)", int64(id), body); err != nil {
				return err
			}
		}
		if err := t.loadDocs(p); err != nil {
			return err
		}
		if err := t.loadAssertions(p.Assertions); err != nil {
			return err
		}
		for _, e := range p.Log {
			if err := t.loadEntry(e); err != nil {
				return fmt.Errorf("log entry %d: %w", e.Stamp, err)
			}
		}
		return nil
	})
}

func (t *tx) loadDocs(p store.Part) error {
	put := func(table string, id int64, v any) error {
		doc, err := json.Marshal(v)
		if err != nil {
			return err
		}
		return t.c.exec("INSERT OR REPLACE INTO "+table+"(id, doc) VALUES (?, ?)", id, doc)
	}
	for _, s := range p.Sources {
		if err := put("source", int64(s.ID), s); err != nil {
			return err
		}
	}
	t.compressing = nil
	for _, c := range p.Collections {
		if err := put("collection", int64(c.ID), c); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) loadAssertions(puts []*store.Put) error {
	rows, err := t.rows(puts)
	if err != nil {
		return err
	}
	for _, write := range []func([]row) error{t.putGenerations, t.putBodies, t.putIDs, t.putValues, t.putEdges, t.putEnds, t.putTexts} {
		if err := write(rows); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) loadEntry(e store.Entry) error {
	if e.Kind != store.Added {
		return t.c.exec("INSERT INTO event(stamp, kind, coll, oid, label) VALUES (?, ?, ?, ?, ?)", int64(e.Stamp), int64(e.Kind), int64(e.Collection), int64(e.OID), int64(e.Label))
	}
	var key []byte
	var label, source int64
	var flags store.Flags
	if err := t.c.one("SELECT id, label, source, flags FROM assertion WHERE oid = ?", []any{int64(e.OID)}, &key, &label, &source, &flags); err != nil {
		return err
	}
	b := t.members()
	if err := b.add(int64(e.Stamp), int64(e.Collection), int64(e.OID), label, int64(flags), typeOf(key), source, 0, odd(flags)); err != nil {
		return err
	}
	return b.flush()
}

// Finish makes what Load leaves out: which of several memberships is the newest, the tally, the head.
func (d *DB) Finish(ctx context.Context, stamp store.Stamp, oid store.OID) error {
	return d.Update(ctx, func(x store.Tx) error {
		t := x.(*tx)
		for _, text := range []string{
			"UPDATE member SET older = 1 WHERE EXISTS (SELECT 1 FROM member n WHERE n.oid = member.oid AND n.stamp > member.stamp)",
			"DELETE FROM tally",
			"INSERT INTO tally(coll, label, type, n) SELECT coll, label, type, count(*) FROM member WHERE odd = 0 AND coll <> 0 GROUP BY coll, label, type",
			"INSERT INTO tally(coll, label, type, n) SELECT 0, label, type, count(*) FROM member WHERE odd = 0 AND older = 0 GROUP BY label, type",
		} {
			if err := t.c.exec(text); err != nil {
				return err
			}
		}
		t.head = head{stamp: stamp, oid: oid}
		return nil
	})
}
