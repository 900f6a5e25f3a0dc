package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"threatwatch"
	"threatwatch/store"
)

var _ store.Mover = (*DB)(nil)

// Assertions lists everything that is held, by OID.
func (d *DB) Assertions(ctx context.Context, after store.OID, f func(*store.Row) error) error {
	return d.Read(ctx, func(sn store.Snapshot) error {
		s := sn.(*snapshot)
		w := &where{}
		w.add("oid > ?", int64(after))
		l := listing{columns: "oid, 0::bigint, 0::smallint, 0, 0", table: "assertion", where: w, order: "oid", after: "oid > ?", position: byOID, limit: pageLimit}
		return s.pages(ctx, l, func(items []item) error {
			return s.rows(ctx, items, &where{}, true, func(r *store.Row, _ item) error { return f(r) })
		})
	})
}

// Kinds lists the kinds of records.
func (d *DB) Kinds(ctx context.Context) (kinds []string, err error) {
	err = d.Read(ctx, func(sn store.Snapshot) error {
		return sn.(*snapshot).each(ctx, "SELECT DISTINCT kind FROM record ORDER BY kind", nil, func(r pgx.Rows) error {
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
		s := sn.(*snapshot)
		var most [3]int64
		for i, text := range []string{"SELECT coalesce(max(oid), 0) FROM assertion", "SELECT coalesce(max(stamp), 0) FROM member", "SELECT coalesce(max(stamp), 0) FROM event"} {
			if err := s.each(ctx, text, nil, func(r pgx.Rows) error { return r.Scan(&most[i]) }); err != nil {
				return err
			}
		}
		oid, stamp = store.OID(most[0]), store.Stamp(max(most[1], most[2]))
		return nil
	})
	return oid, stamp, err
}

// Load writes a part of another store with its numbers and stamps.
func (d *DB) Load(ctx context.Context, p store.Part) error {
	return d.Update(ctx, func(x store.Tx) error {
		t := x.(*tx)
		for id, body := range p.Labels {
			digest := sha256.Sum256([]byte(body))
			t.writeRare("INSERT INTO label(id, digest, body) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING", int32(id), digest[:], []byte(body))
		}
		if err := t.loadDocs(p); err != nil {
			return err
		}
		rows, err := t.rowsOf(ctx, p.Assertions)
		if err != nil {
			return err
		}
		if err := t.putRows(ctx, rows, t.putBodies, t.putValues, t.putEdges, t.putEnds); err != nil {
			return err
		}
		return t.loadEntries(ctx, p.Log)
	})
}

func (t *tx) loadDocs(p store.Part) error {
	put := func(table string, id int32, v any) error {
		doc, err := json.Marshal(v)
		t.writeRare("INSERT INTO "+table+"(id, doc) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET doc = EXCLUDED.doc", id, doc)
		return err
	}
	for _, s := range p.Sources {
		if err := put("source", int32(s.ID), s); err != nil {
			return err
		}
	}
	for _, c := range p.Collections {
		if err := put("collection", int32(c.ID), c); err != nil {
			return err
		}
	}
	return nil
}

// loadEntries writes the log: a member row has what its assertion has.
func (t *tx) loadEntries(ctx context.Context, log []store.Entry) error {
	oids := make([]int64, len(log))
	for i, e := range log {
		oids[i] = int64(e.OID)
	}
	held := map[store.OID]*membership{}
	err := t.each(ctx, "SELECT oid, label, flags, source, id FROM assertion WHERE oid = ANY($1)", []any{oids}, func(r pgx.Rows) error {
		var oid int64
		var label, source int32
		var flags int16
		var key []byte
		if err := r.Scan(&oid, &label, &flags, &source, &key); err != nil {
			return err
		}
		held[store.OID(oid)] = &membership{oid: store.OID(oid), label: store.LabelID(label), flags: store.Flags(flags), typ: typeOf(key), source: store.SourceID(source)}
		return nil
	})
	if err != nil {
		return err
	}
	var m members
	for _, e := range log {
		switch a := held[e.OID]; {
		case e.Kind != store.Added:
			t.write("INSERT INTO event(stamp, oid, coll, label, kind) VALUES ($1, $2, $3, $4, $5)", int64(e.Stamp), int64(e.OID), int32(e.Collection), int32(e.Label), int16(e.Kind))
		case a == nil:
			return threatwatch.Errorf(threatwatch.Invalid, "log entry %d is of assertion %d, which is not held", e.Stamp, e.OID)
		default:
			m.add(a, e.Stamp, e.Collection, false)
		}
	}
	m.write(t)
	return nil
}

// Finish makes what Load leaves out: which of several memberships is the newest, the tally, the head.
func (d *DB) Finish(ctx context.Context, stamp store.Stamp, oid store.OID) error {
	return d.Update(ctx, func(x store.Tx) error {
		t := x.(*tx)
		t.write("UPDATE member m SET older = true WHERE EXISTS (SELECT 1 FROM member n WHERE n.oid = m.oid AND n.stamp > m.stamp)")
		t.write("DELETE FROM tally")
		for _, text := range []string{
			"SELECT coll, label, type, count(*) FROM member WHERE NOT odd AND coll <> 0 GROUP BY coll, label, type",
			"SELECT 0, label, type, count(*) FROM member WHERE NOT odd AND NOT older GROUP BY label, type",
		} {
			err := t.each(ctx, text, nil, func(r pgx.Rows) error {
				var k tallyKey
				var coll, label int32
				var n int64
				err := r.Scan(&coll, &label, &k.typ, &n)
				k.coll, k.label = store.CollectionID(coll), store.LabelID(label)
				t.tally[k] += n
				return err
			})
			if err != nil {
				return fmt.Errorf("count: %w", err)
			}
		}
		t.head = head{stamp: stamp, oid: oid}
		return nil
	})
}
