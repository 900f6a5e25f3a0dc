package postgres

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"threatwatch"
	"threatwatch/store"
)

// tx writes within one group. It reads through the same connection, and so sees what it wrote: what is queued goes before each read.
type tx struct {
	snapshot
	now   func() time.Time
	was   head
	dirty bool // something was written
	saved saved
	tally map[tallyKey]int64
}

type tallyKey struct {
	coll  store.CollectionID
	label store.LabelID
	typ   int32
}

var _ store.Tx = (*tx)(nil)

// write queues a statement.
func (t *tx) write(text string, args ...any) {
	t.dirty = true
	t.queue.Queue(text, args...)
}

// oddFlags mark the rows that are not simply counted and shown.
const oddFlags = store.Check | store.Several | store.Quarantined

// stamp is the next date_added: the clock in microseconds, or one more than the last.
func (t *tx) stamp() store.Stamp {
	t.head.stamp = max(t.head.stamp+1, store.Stamp(t.now().UnixMicro()))
	return t.head.stamp
}

// intern returns the number of a type or property name, giving one when there is none.
func (t *tx) intern(ctx context.Context, name string) (int32, error) {
	code, err := t.code(ctx, name)
	if code != 0 || err != nil {
		return code, err
	}
	if !storable(name) {
		return 0, threatwatch.Errorf(threatwatch.Invalid, "%q is no name of a type or reference", name)
	}
	err = t.each(ctx, "INSERT INTO type(code, name) SELECT coalesce(max(code), 0) + 1, $1 FROM type RETURNING code", []any{name}, func(r pgx.Rows) error { return r.Scan(&code) })
	if err != nil {
		return 0, fmt.Errorf("name a type: %w", err)
	}
	t.dirty = true
	if code > 0xffff {
		return 0, threatwatch.Errorf(threatwatch.TooLarge, "more than 65,535 object types and reference names")
	}
	t.fresh[name] = code
	return code, nil
}

// internKey is the compact form of an id, whose type gets a number when it has none. ok is false when the text is no id.
func (t *tx) internKey(ctx context.Context, id string) (key []byte, ok bool, err error) {
	typ, text, _ := strings.Cut(id, "--")
	if _, ok := parseUUID(text); !ok {
		return nil, false, nil
	}
	if _, err := t.intern(ctx, typ); err != nil {
		return nil, false, err
	}
	return t.key(ctx, id)
}

// row is a Put on its way into the tables.
type row struct {
	*store.Put
	index int
	key   []byte
	typ   int32
	dup   bool
}

// Put writes assertions. Others cannot write meanwhile, so what is not held now is new.
func (t *tx) Put(ctx context.Context, puts []*store.Put) ([]int, error) {
	rows, err := t.rowsOf(ctx, puts)
	if err != nil {
		return nil, err
	}
	if err := t.known(ctx, rows); err != nil {
		return nil, err
	}
	var dup []int
	var again []*store.Put
	fresh := rows[:0:0]
	for _, r := range rows {
		if r.dup {
			dup, again = append(dup, r.index), append(again, r.Put)
		} else {
			fresh = append(fresh, r)
		}
	}
	if err := t.putRows(ctx, fresh, t.putBodies, t.putMembers, t.putValues, t.putEdges, t.putEnds); err != nil {
		return nil, fmt.Errorf("put: %w", err)
	}
	return dup, t.enrol(ctx, again)
}

// putRows writes table after table, and the words. The server writes one table while the rows of the next are made.
func (t *tx) putRows(ctx context.Context, rows []row, tables ...func(context.Context, []row) error) error {
	v := vectorsOf(rows)
	for _, put := range tables {
		if err := put(ctx, rows); err != nil {
			return err
		}
		if err := t.push(ctx); err != nil {
			return err
		}
	}
	t.putWords(v)
	return nil
}

// rowsOf finds the compact forms of ids and types.
func (t *tx) rowsOf(ctx context.Context, puts []*store.Put) ([]row, error) {
	rows := make([]row, len(puts))
	for i, p := range puts {
		typ, err := t.intern(ctx, p.Type)
		if err != nil {
			return nil, err
		}
		key, ok, err := t.internKey(ctx, p.ID)
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
func (t *tx) known(ctx context.Context, rows []row) error {
	keys := make([][]byte, len(rows))
	for i, r := range rows {
		keys[i] = r.key
	}
	others := map[string][]store.Head{}
	err := t.each(ctx, "SELECT id, oid, modified, source, flags FROM assertion WHERE id = ANY($1)", []any{keys}, func(r pgx.Rows) error {
		var key []byte
		var h store.Head
		var source int32
		var flags int16
		err := r.Scan(&key, (*int64)(&h.OID), &h.Modified, &source, &flags)
		h.Source, h.Flags = store.SourceID(source), store.Flags(flags)
		others[string(key)] = append(others[string(key)], h)
		return err
	})
	if err != nil {
		return err
	}
	var first []store.OID // held, and not the only one any more
	for i := range rows {
		r := &rows[i]
		held := others[string(r.key)]
		if k := slices.IndexFunc(held, func(h store.Head) bool { return h.Modified == r.Modified && h.Source == r.Source }); k >= 0 {
			r.dup, r.OID = true, held[k].OID
			continue
		}
		t.head.oid++
		r.OID, r.Added = t.head.oid, t.stamp()
		r.Flags &^= store.Several
		if len(held) > 0 {
			r.Flags |= store.Several
		}
		if len(held) == 1 && held[0].Flags&store.Several == 0 {
			if k := slices.IndexFunc(rows[:i], func(o row) bool { return o.OID == held[0].OID && !o.dup }); k >= 0 {
				rows[k].Flags |= store.Several
			} else {
				first = append(first, held[0].OID)
			}
		}
		others[string(r.key)] = append(held, store.Head{OID: r.OID, Modified: r.Modified, Source: r.Source, Flags: r.Flags})
	}
	return t.several(ctx, first)
}

// several flags assertions that are not the only ones of their id any more.
func (t *tx) several(ctx context.Context, oids []store.OID) error {
	if len(oids) == 0 {
		return nil
	}
	held, err := t.memberships(ctx, oids)
	if err != nil {
		return err
	}
	for _, m := range held {
		t.tallyAll(m, -1)
		m.flags |= store.Several
		t.tallyAll(m, 1)
	}
	t.write("UPDATE member SET flags = flags | $1, odd = true WHERE oid = ANY($2)", int16(store.Several), bigints(oids))
	t.write("UPDATE assertion SET flags = flags | $1 WHERE oid = ANY($2)", int16(store.Several), bigints(oids))
	return nil
}

// putBytes is about how many bytes of bodies go into one statement.
const putBytes = 8 << 20

func (t *tx) putBodies(ctx context.Context, rows []row) error {
	for len(rows) > 0 {
		var oids, modified, created, added []int64
		var sources, labels []int32
		var flags []int16
		var keys, digests, bys, raws [][]byte
		size := 0
		for len(rows) > 0 && size < putBytes {
			r := rows[0]
			by, _, err := t.internKey(ctx, r.CreatedBy)
			if err != nil {
				return err
			}
			oids, modified, created, added = append(oids, int64(r.OID)), append(modified, r.Modified), append(created, r.Created), append(added, int64(r.Added))
			sources, labels, flags = append(sources, int32(r.Source)), append(labels, int32(r.Label)), append(flags, int16(r.Flags))
			keys, digests, bys, raws = append(keys, r.key), append(digests, r.Digest[:]), append(bys, by), append(raws, notNull(r.Raw))
			size += len(r.Raw)
			rows = rows[1:]
		}
		t.write("INSERT INTO assertion(oid, modified, created, added, source, label, flags, id, digest, created_by, raw) SELECT oid, modified, created, added, source, label, flags, id, digest, created_by, raw FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::integer[], $6::integer[], $7::smallint[], $8::bytea[], $9::bytea[], $10::bytea[], $11::bytea[]) AS u(oid, modified, created, added, source, label, flags, id, digest, created_by, raw)",
			oids, modified, created, added, sources, labels, flags, keys, digests, bys, raws)
		if size >= putBytes {
			if err := t.push(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func notNull(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// putMembers writes a row for each collection; the first has the stamp of the assertion.
func (t *tx) putMembers(_ context.Context, rows []row) error {
	var m members
	for _, r := range rows {
		colls := r.Collections
		if len(colls) == 0 {
			colls = []store.CollectionID{0}
		}
		held := &membership{oid: r.OID, label: r.Label, flags: r.Flags, typ: r.typ, source: r.Source}
		for i, c := range colls {
			stamp := r.Added
			if i > 0 {
				stamp = t.stamp()
			}
			held.rows = append(held.rows, memberRow{stamp, c})
			m.add(held, stamp, c, i < len(colls)-1)
		}
		t.tallyAll(held, 1)
	}
	m.write(t)
	return nil
}

// members are rows of table member, column by column.
type members struct {
	stamps, oids                  []int64
	colls, labels, types, sources []int32
	flags                         []int16
	older, odd                    []bool
}

func (c *members) add(m *membership, stamp store.Stamp, coll store.CollectionID, older bool) {
	c.stamps, c.oids = append(c.stamps, int64(stamp)), append(c.oids, int64(m.oid))
	c.colls, c.labels = append(c.colls, int32(coll)), append(c.labels, int32(m.label))
	c.types, c.sources = append(c.types, m.typ), append(c.sources, int32(m.source))
	c.flags, c.older, c.odd = append(c.flags, int16(m.flags)), append(c.older, older), append(c.odd, m.flags&oddFlags != 0)
}

func (c *members) write(t *tx) {
	if len(c.stamps) == 0 {
		return
	}
	t.write("INSERT INTO member(stamp, oid, coll, label, type, source, flags, older, odd) SELECT stamp, oid, coll, label, type, source, flags, older, odd FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::integer[], $5::integer[], $6::integer[], $7::smallint[], $8::boolean[], $9::boolean[]) AS u(stamp, oid, coll, label, type, source, flags, older, odd)",
		c.stamps, c.oids, c.colls, c.labels, c.types, c.sources, c.flags, c.older, c.odd)
}

// enrol adds assertions that are held already to those of the puts' collections that lack them.
func (t *tx) enrol(ctx context.Context, puts []*store.Put) error {
	if len(puts) == 0 {
		return nil
	}
	oids := make([]store.OID, len(puts))
	for i, p := range puts {
		oids[i] = p.OID
	}
	held, err := t.memberships(ctx, oids)
	if err != nil {
		return err
	}
	var added members
	var grown []store.OID
	for _, p := range puts {
		m := held[p.OID]
		for _, c := range p.Collections {
			if slices.ContainsFunc(m.rows, func(r memberRow) bool { return r.coll == c }) {
				continue
			}
			p.Added = t.stamp()
			m.rows = append(m.rows, memberRow{p.Added, c})
			added.add(m, p.Added, c, false)
			t.count(c, m.label, m.typ, m.flags, 1)
			grown = append(grown, p.OID)
		}
	}
	if len(grown) > 0 {
		added.write(t)
		t.newest(grown)
	}
	return nil
}

// newest says anew which row stands for an assertion where it is listed once.
func (t *tx) newest(oids []store.OID) {
	t.write("UPDATE member m SET older = EXISTS (SELECT 1 FROM member n WHERE n.oid = m.oid AND n.stamp > m.stamp) WHERE m.oid = ANY($1)", bigints(oids))
}

func (t *tx) putValues(_ context.Context, rows []row) error {
	type val struct{ hash, oid, chk int64 }
	var vals []val
	for _, r := range rows {
		for _, v := range r.Values {
			h, c := hashes(v)
			vals = append(vals, val{h, int64(r.OID), c})
		}
	}
	slices.SortFunc(vals, func(a, b val) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.oid, b.oid)) })
	vals = slices.CompactFunc(vals, func(a, b val) bool { return a.hash == b.hash && a.oid == b.oid })
	if len(vals) == 0 {
		return nil
	}
	hash, oids, chk := make([]int64, len(vals)), make([]int64, len(vals)), make([]int64, len(vals))
	for i, v := range vals {
		hash[i], oids[i], chk[i] = v.hash, v.oid, v.chk
	}
	t.write("INSERT INTO val(hash, oid, chk) SELECT hash, oid, chk FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS u(hash, oid, chk)", hash, oids, chk)
	return nil
}

func (t *tx) putEdges(ctx context.Context, rows []row) error {
	type edge struct {
		node []byte
		oid  int64
		kind int32
	}
	var edges []edge
	for _, r := range rows {
		for _, ref := range r.Refs {
			node, ok, err := t.internKey(ctx, ref.ID)
			if err != nil {
				return err
			}
			if !ok {
				continue // a dangling text that is no id: nothing can be found by it
			}
			kind, err := t.intern(ctx, ref.Kind)
			if err != nil {
				return err
			}
			edges = append(edges, edge{node, int64(r.OID), kind})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int {
		return cmp.Or(bytes.Compare(a.node, b.node), cmp.Compare(a.oid, b.oid), cmp.Compare(a.kind, b.kind))
	})
	edges = slices.CompactFunc(edges, func(a, b edge) bool {
		return a.oid == b.oid && a.kind == b.kind && bytes.Equal(a.node, b.node)
	})
	if len(edges) == 0 {
		return nil
	}
	nodes, oids, kinds := make([][]byte, len(edges)), make([]int64, len(edges)), make([]int32, len(edges))
	for i, e := range edges {
		nodes[i], oids[i], kinds[i] = e.node, e.oid, e.kind
	}
	t.write("INSERT INTO edge(node, oid, kind) SELECT node, oid, kind FROM unnest($1::bytea[], $2::bigint[], $3::integer[]) AS u(node, oid, kind)", nodes, oids, kinds)
	return nil
}

// putEnds writes which types relationships join.
func (t *tx) putEnds(ctx context.Context, rows []row) error {
	var types []int32
	var oids []int64
	for _, r := range rows {
		var mine []int32
		for _, ref := range r.Refs {
			node, ok, err := t.internKey(ctx, ref.ID)
			if err != nil {
				return err
			}
			if ok && ref.Joins() && !slices.Contains(mine, typeOf(node)) {
				mine, oids = append(mine, typeOf(node)), append(oids, int64(r.OID))
			}
		}
		types = append(types, mine...)
	}
	if len(oids) > 0 {
		t.write("INSERT INTO ends(type, oid) SELECT type, oid FROM unnest($1::integer[], $2::bigint[]) AS u(type, oid)", types, oids)
	}
	return nil
}
