package sqlite

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// tx writes within one group. It reads through the same connection, and so sees what it wrote.
type tx struct {
	snapshot
	now       func() time.Time
	head, was head
	texts     store.OID // where the newest generation of words begins
	span      store.OID // [Options.Span]
	tally     map[tallyKey]int64

	compressing map[store.SourceID]bool // nil until a body is written
}

type tallyKey struct {
	coll  store.CollectionID
	label store.LabelID
	typ   int64
}

var _ store.Tx = (*tx)(nil)

// oddFlags mark the rows that are not simply counted and shown.
const oddFlags = store.Check | store.Several | store.Quarantined

func odd(f store.Flags) int64 {
	if f&oddFlags != 0 {
		return 1
	}
	return 0
}

// stamp is the next date_added: the clock in microseconds, or one more than the last.
func (t *tx) stamp() store.Stamp {
	t.head.stamp = max(t.head.stamp+1, store.Stamp(t.now().UnixMicro()))
	return t.head.stamp
}

// intern returns the number of a type or property name, giving one when there is none.
func (t *tx) intern(name string) (int64, error) {
	n, err := t.c.code(name)
	if n != 0 || err != nil {
		return n, err
	}
	if err := t.c.exec("INSERT INTO type(name) VALUES (?)", name); err != nil {
		return 0, fmt.Errorf("name a type: %w", err)
	}
	n, err = t.c.code(name)
	if err == nil && n > 0xffff {
		return 0, threatwatch.Errorf(threatwatch.TooLarge, "more than 65,535 object types and reference names")
	}
	return n, err
}

// row is a Put on its way into the tables.
type row struct {
	*store.Put
	index int
	key   []byte
	typ   int64
	dup   bool
}

// Put writes assertions: first what has random keys, in key order, then what only appends, in the caller's order.
func (t *tx) Put(ctx context.Context, puts []*store.Put) ([]int, error) {
	rows, err := t.rows(puts)
	if err != nil {
		return nil, err
	}
	if err := t.known(rows); err != nil {
		return nil, err
	}
	var dup []int
	fresh := rows[:0:0]
	for _, r := range rows {
		if r.dup {
			dup = append(dup, r.index)
			continue
		}
		fresh = append(fresh, r)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, write := range []func([]row) error{t.putGenerations, t.putBodies, t.putMembers, t.putIDs, t.putValues, t.putEdges, t.putEnds, t.putTexts} {
		if err := write(fresh); err != nil {
			return nil, fmt.Errorf("put: %w", err)
		}
	}
	for _, i := range dup { // after the others: it may be the double of one of them
		if err := t.enrol(puts[i]); err != nil {
			return nil, fmt.Errorf("put: %w", err)
		}
	}
	return dup, nil
}

// rows finds the compact forms of ids and types.
func (t *tx) rows(puts []*store.Put) ([]row, error) {
	rows := make([]row, len(puts))
	for i, p := range puts {
		typ, err := t.intern(p.Type)
		if err != nil {
			return nil, err
		}
		key, ok, err := t.c.key(p.ID)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "%q is no STIX id", p.ID)
		}
		rows[i] = row{Put: p, index: i, key: key, typ: typ}
	}
	return rows, nil
}

// known finds which rows exist already (their OID is filled in), numbers the others, and marks ids with several assertions.
func (t *tx) known(rows []row) error {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return bytes.Compare(rows[a].key, rows[b].key) })
	others := map[string][]store.Head{}
	for chunk := range slices.Chunk(order, 100) {
		keys := make([]any, len(chunk))
		for i, k := range chunk {
			keys[i] = rows[k].key
		}
		err := t.c.each("SELECT o.id, o.modified, o.source, o.oid, a.flags FROM objid o CROSS JOIN assertion a ON a.oid = o.oid WHERE o.id IN ("+marks(len(keys))+")", keys, func(r *sql.Rows) error {
			var key sql.RawBytes
			var h store.Head
			if err := r.Scan(&key, &h.Modified, &h.Source, &h.OID, &h.Flags); err != nil {
				return err
			}
			others[string(key)] = append(others[string(key)], h)
			return nil
		})
		if err != nil {
			return err
		}
	}
	var before []byte
	for i := range rows {
		r := &rows[i]
		before = r.key
		held := others[string(before)]
		if k := slices.IndexFunc(held, func(h store.Head) bool { return h.Modified == r.Modified && h.Source == r.Source }); k >= 0 {
			r.dup, r.OID = true, held[k].OID
			continue
		}
		t.head.oid++
		r.OID, r.Added = t.head.oid, t.stamp()
		if len(held) > 0 {
			r.Flags |= store.Several
		}
		if len(held) == 1 {
			if err := t.several(rows[:i], held[0]); err != nil {
				return err
			}
		}
		others[string(before)] = append(held, store.Head{OID: r.OID, Modified: r.Modified, Source: r.Source, Flags: r.Flags})
	}
	return nil
}

// several flags the first assertion of an id when a second one comes: it may be among the rows being put, or in the tables.
func (t *tx) several(rows []row, h store.Head) error {
	if h.Flags&store.Several != 0 {
		return nil
	}
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].OID == h.OID && !rows[i].dup {
			rows[i].Flags |= store.Several
			return nil
		}
	}
	var l store.LabelID
	if err := t.c.one("SELECT label FROM assertion WHERE oid = ?", []any{int64(h.OID)}, &l); err != nil {
		return fmt.Errorf("flag the first of several: %w", err)
	}
	return t.mark(h.OID, l, h.Flags|store.Several)
}

// generation is the part of the postings that an assertion belongs to. See schema/002_generations.sql.
func generation(oid store.OID) int64 { return int64(oid >> 19) }

// putGenerations notes the generations that begin with these rows; their OIDs rise.
func (t *tx) putGenerations(rows []row) error {
	for i, r := range rows {
		if g := generation(r.OID); i == 0 || g != generation(rows[i-1].OID) {
			if err := t.c.exec("INSERT OR IGNORE INTO generation(gen) VALUES (?)", g); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) putBodies(rows []row) error {
	b := bulk{c: t.c, head: "INSERT INTO assertion(oid, id, modified, created, source, label, flags, added, digest, created_by, enc, raw) VALUES ", cols: 12}
	for i, r := range rows {
		var by any
		if r.CreatedBy != "" {
			if typ, _, ok := strings.Cut(r.CreatedBy, "--"); ok {
				if _, err := t.intern(typ); err != nil {
					return err
				}
			}
			if key, ok, err := t.c.key(r.CreatedBy); err != nil {
				return err
			} else if ok {
				by = key
			}
		}
		body, enc, err := t.pack(rows, i)
		if err != nil {
			return err
		}
		if err := b.add(int64(r.OID), r.key, r.Modified, r.Created, int64(r.Source), int64(r.Label), int64(r.Flags), int64(r.Added), r.Digest[:], by, enc, body); err != nil {
			return err
		}
	}
	return b.flush()
}

// putMembers writes a row for each collection; the first has the stamp of the assertion.
func (t *tx) putMembers(rows []row) error {
	b := t.members()
	for _, r := range rows {
		colls := r.Collections
		if len(colls) == 0 {
			colls = []store.CollectionID{0}
		}
		for i, c := range colls {
			stamp, older := r.Added, 0
			if i > 0 {
				stamp = t.stamp()
			}
			if i < len(colls)-1 {
				older = 1
			}
			if err := b.add(int64(stamp), int64(c), int64(r.OID), int64(r.Label), int64(r.Flags), r.typ, int64(r.Source), older, odd(r.Flags)); err != nil {
				return err
			}
			t.count(c, r.Label, r.typ, r.Flags, 1)
		}
		t.count(0, r.Label, r.typ, r.Flags, 1)
	}
	return b.flush()
}

func (t *tx) members() *bulk {
	return &bulk{c: t.c, head: "INSERT INTO member(stamp, coll, oid, label, flags, type, source, older, odd) VALUES ", cols: 9}
}

// enrol adds an assertion that is held already to those of the put's collections that lack it.
func (t *tx) enrol(p *store.Put) error {
	m, err := t.membersOf(p.OID)
	if err != nil {
		return err
	}
	for _, c := range p.Collections {
		if slices.ContainsFunc(m.rows, func(r memberRow) bool { return r.coll == c }) {
			continue
		}
		if err := t.c.exec("UPDATE member SET older = 1 WHERE oid = ?", int64(p.OID)); err != nil {
			return err
		}
		b := t.members()
		p.Added = t.stamp()
		if err := b.add(int64(p.Added), int64(c), int64(p.OID), int64(m.label), int64(m.flags), m.typ, int64(m.source), 0, odd(m.flags)); err != nil {
			return err
		}
		if err := b.flush(); err != nil {
			return err
		}
		t.count(c, m.label, m.typ, m.flags, 1)
	}
	return nil
}

func (t *tx) putIDs(rows []row) error {
	sorted := slices.Clone(rows)
	slices.SortFunc(sorted, func(a, b row) int { return bytes.Compare(a.key, b.key) })
	b := bulk{c: t.c, head: "INSERT INTO objid(id, modified, source, oid) VALUES ", cols: 4}
	for _, r := range sorted {
		if err := b.add(r.key, r.Modified, int64(r.Source), int64(r.OID)); err != nil {
			return err
		}
	}
	return b.flush()
}

func (t *tx) putValues(rows []row) error {
	type val struct{ gen, hash, oid, chk int64 }
	var vals []val
	for _, r := range rows {
		for _, v := range r.Values {
			h, c := hashes(v)
			vals = append(vals, val{generation(r.OID), h, int64(r.OID), c})
		}
	}
	slices.SortFunc(vals, func(a, b val) int {
		return cmp.Or(cmp.Compare(a.gen, b.gen), cmp.Compare(a.hash, b.hash), cmp.Compare(a.oid, b.oid))
	})
	vals = slices.CompactFunc(vals, func(a, b val) bool { return a.hash == b.hash && a.oid == b.oid })
	b := bulk{c: t.c, head: "INSERT OR IGNORE INTO value(gen, hash, oid, chk) VALUES ", cols: 4}
	for _, v := range vals {
		if err := b.add(v.gen, v.hash, v.oid, v.chk); err != nil {
			return err
		}
	}
	return b.flush()
}

func (t *tx) putEdges(rows []row) error {
	type edge struct {
		gen  int64
		node []byte
		oid  int64
		kind int64
	}
	var edges []edge
	for _, r := range rows {
		for _, ref := range r.Refs {
			typ, _, _ := strings.Cut(ref.ID, "--")
			if _, err := t.intern(typ); err != nil {
				return err
			}
			node, ok, err := t.c.key(ref.ID)
			if err != nil {
				return err
			}
			if !ok {
				continue // a dangling text that is no id: nothing can be found by it
			}
			kind, err := t.intern(ref.Kind)
			if err != nil {
				return err
			}
			edges = append(edges, edge{generation(r.OID), node, int64(r.OID), kind})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int {
		return cmp.Or(cmp.Compare(a.gen, b.gen), bytes.Compare(a.node, b.node), cmp.Compare(a.oid, b.oid), cmp.Compare(a.kind, b.kind))
	})
	edges = slices.CompactFunc(edges, func(a, b edge) bool {
		return a.oid == b.oid && a.kind == b.kind && bytes.Equal(a.node, b.node)
	})
	b := bulk{c: t.c, head: "INSERT OR IGNORE INTO mention(gen, node, oid, kind) VALUES ", cols: 4}
	for _, e := range edges {
		if err := b.add(e.gen, e.node, e.oid, e.kind); err != nil {
			return err
		}
	}
	return b.flush()
}

// putEnds writes which types relationships join. It comes after putEdges, which gives numbers to the types.
func (t *tx) putEnds(rows []row) error {
	type end struct{ typ, oid int64 }
	var ends []end
	for _, r := range rows {
		for _, ref := range r.Refs {
			node, ok, err := t.c.key(ref.ID)
			if err != nil {
				return err
			}
			if ok && ref.Joins() {
				ends = append(ends, end{typeOf(node), int64(r.OID)})
			}
		}
	}
	slices.SortFunc(ends, func(a, b end) int { return cmp.Or(cmp.Compare(a.typ, b.typ), cmp.Compare(a.oid, b.oid)) })
	b := bulk{c: t.c, head: "INSERT INTO ends(type, oid) VALUES ", cols: 2}
	for _, e := range slices.Compact(ends) {
		if err := b.add(e.typ, e.oid); err != nil {
			return err
		}
	}
	return b.flush()
}

// count keeps the tally of rows that are not odd.
func (t *tx) count(c store.CollectionID, l store.LabelID, typ int64, f store.Flags, n int64) {
	if f&oddFlags == 0 {
		t.tally[tallyKey{c, l, typ}] += n
	}
}

func (t *tx) flushTally() error {
	for k, n := range t.tally {
		delete(t.tally, k)
		if n == 0 {
			continue
		}
		err := t.c.exec("INSERT INTO tally(coll, label, type, n) VALUES (?, ?, ?, ?) ON CONFLICT (coll, label, type) DO UPDATE SET n = n + excluded.n",
			int64(k.coll), int64(k.label), k.typ, n)
		if err != nil {
			return fmt.Errorf("tally: %w", err)
		}
	}
	return nil
}
