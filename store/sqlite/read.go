package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"threatwatch"
	"threatwatch/store"
)

// snapshot reads through one connection that is in a transaction.
type snapshot struct{ c *conn }

var _ store.Snapshot = (*snapshot)(nil)

// each runs a query and calls f for each row. [store.Stop] from f ends it and is passed on.
func (c *conn) each(text string, args []any, f func(*sql.Rows) error) error {
	rows, err := c.query(text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func marks(n int) string {
	if n == 0 {
		return ""
	}
	return "?" + strings.Repeat(",?", n-1)
}

// ints writes numbers into a statement: they are ours, and label sets would need too many parameters.
func ints[T ~int32 | ~int64](ns []T) string {
	var b strings.Builder
	for i, n := range ns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(int64(n), 10))
	}
	return b.String()
}

// where collects conditions and their arguments.
type where struct {
	conds []string
	args  []any
}

func (w *where) add(cond string, args ...any) {
	w.conds = append(w.conds, cond)
	w.args = append(w.args, args...)
}

func (w *where) String() string {
	if len(w.conds) == 0 {
		return " 1 "
	}
	return " " + strings.Join(w.conds, " AND ") + " "
}

// labels adds the view. false: nothing can be visible.
func (w *where) labels(ls store.Labels, column string) bool {
	if ls == nil {
		return false
	}
	if ls.All() {
		return true
	}
	ids := ls.IDs()
	if len(ids) == 0 {
		return false
	}
	w.add(column + " IN (" + ints(ids) + ")")
	return true
}

const headColumns = "a.oid, a.id, a.modified, a.created, a.source, a.label, a.flags, a.digest, a.created_by"

// scanner reads rows of headColumns, a stamp, and perhaps a body.
type scanner struct {
	c            *conn
	row          store.Row
	key, dig, by sql.RawBytes
	raw          sql.RawBytes
	dest         []any
}

func newScanner(c *conn, body bool) *scanner {
	s := &scanner{c: c}
	h := &s.row.Head
	s.dest = []any{&h.OID, &s.key, &h.Modified, &h.Created, &h.Source, &h.Label, &h.Flags, &s.dig, &s.by, &h.Added}
	if body {
		s.dest = append(s.dest, &s.raw)
	}
	return s
}

func (s *scanner) scan(r *sql.Rows, more ...any) error {
	if err := r.Scan(append(s.dest, more...)...); err != nil {
		return err
	}
	var err error
	if s.row.ID, err = s.c.id(s.key); err != nil {
		return err
	}
	s.row.Type, _, _ = strings.Cut(s.row.ID, "--")
	copy(s.row.Digest[:], s.dig)
	s.row.CreatedBy = ""
	if len(s.by) > 0 {
		if s.row.CreatedBy, err = s.c.id(s.by); err != nil {
			return err
		}
	}
	s.row.Raw = s.raw
	return nil
}

// Members lists what q selects.
func (s *snapshot) Members(ctx context.Context, q store.Query, f func(*store.Row) error) error {
	w, ok, err := s.filter(q)
	if err != nil || !ok {
		return err
	}
	w2 := *w
	w2.conds, w2.args = slices.Clone(w.conds), slices.Clone(w.args)
	if q.IDs != nil {
		var keys []any
		for _, id := range q.IDs {
			if key, ok, err := s.c.key(id); err != nil {
				return err
			} else if ok {
				keys = append(keys, key)
			}
		}
		if len(keys) == 0 {
			return nil
		}
		w2.add("m.oid IN (SELECT oid FROM objid WHERE id IN ("+marks(len(keys))+"))", keys...)
	}
	if q.From != 0 {
		w2.add("m.stamp "+map[bool]string{false: ">", true: "<"}[q.Newest]+" ?", int64(q.From))
	}
	order := " ORDER BY m.stamp"
	if q.Newest {
		order += " DESC"
	}
	body := ""
	if !q.NoBodies {
		body = ", a.raw"
	}
	all := q.Version.All
	if all && q.Limit > 0 {
		order += " LIMIT " + strconv.Itoa(q.Limit)
	}
	sc, n := newScanner(s.c, !q.NoBodies), 0
	err = s.c.each("SELECT "+headColumns+", m.stamp"+body+" FROM member m CROSS JOIN assertion a ON a.oid = m.oid WHERE"+w2.String()+order, w2.args, func(r *sql.Rows) error {
		if err := sc.scan(r); err != nil {
			return err
		}
		if n&255 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !all {
			ok, err := s.wanted(q, w, &sc.row)
			if err != nil || !ok {
				return err
			}
		}
		if err := f(&sc.row); err != nil {
			return err
		}
		if n++; n == q.Limit {
			return store.Stop
		}
		return nil
	})
	return stopped(err)
}

func stopped(err error) error {
	if errors.Is(err, store.Stop) {
		return nil
	}
	return err
}

// filter makes the conditions of everything in q but ids and versions.
func (s *snapshot) filter(q store.Query) (*where, bool, error) {
	w := &where{}
	if !w.labels(q.Labels, "m.label") {
		return nil, false, nil
	}
	switch len(q.Collections) {
	case 0:
		if q.Collections != nil {
			return nil, false, nil
		}
		w.add("m.older = 0")
	case 1:
		w.add("m.coll = ?", int64(q.Collections[0]))
	default:
		w.add("m.coll IN (" + ints(q.Collections) + ")")
		// An assertion that is in several of them is listed once, at its newest stamp.
		w.add("NOT EXISTS (SELECT 1 FROM member n WHERE n.oid = m.oid AND n.stamp > m.stamp AND n.coll IN (" + ints(q.Collections) + "))")
	}
	if q.Sources != nil {
		w.add("m.source IN (" + ints(q.Sources) + ")")
	}
	if q.Types != nil {
		var codes []int64
		for _, name := range q.Types {
			code, err := s.c.code(name)
			if err != nil {
				return nil, false, err
			}
			if code != 0 {
				codes = append(codes, code)
			}
		}
		if len(codes) == 0 {
			return nil, false, nil
		}
		w.add("m.type IN (" + ints(codes) + ")")
	}
	if q.After != 0 {
		w.add("m.stamp > ?", int64(q.After))
	}
	if q.Before != 0 {
		w.add("m.stamp < ?", int64(q.Before))
	}
	if q.Spec20 != nil {
		want := int64(0)
		if *q.Spec20 {
			want = int64(store.V20)
		}
		w.add(fmt.Sprintf("m.flags & %d = %d", store.V20, want))
	}
	if !q.Quarantined {
		w.add(fmt.Sprintf("m.flags & %d = 0", store.Quarantined))
	}
	return w, true, nil
}

// wanted applies the version filter, after all others (TAXII 2.1 §3.4.1): first and last are those among what the others select.
func (s *snapshot) wanted(q store.Query, w *where, row *store.Row) (bool, error) {
	v := q.Version
	if v.All {
		return true, nil
	}
	same := "" // only versions of this specification compete
	if q.HighestSpec && row.Flags&store.Several != 0 {
		same = fmt.Sprintf(" AND m.flags & %d = %d", store.V20, row.Flags&store.V20)
		if row.Flags&store.V20 != 0 {
			ok, err := s.best(w, row, fmt.Sprintf("m.flags & %d = 0", store.V20))
			if err != nil || !ok {
				return ok, err
			}
		}
	}
	if slices.Contains(v.At, row.Modified) {
		return true, nil
	}
	last := v.Last || !v.First && len(v.At) == 0
	if !last && !v.First {
		return false, nil
	}
	if row.Flags&store.Several == 0 {
		return true, nil
	}
	order := []any{row.Modified, row.Modified, int64(row.Added)}
	if last {
		ok, err := s.best(w, row, "(b.modified > ? OR b.modified = ? AND m.stamp < ?)"+same, order...)
		if ok || err != nil || !v.First {
			return ok, err
		}
	}
	return s.best(w, row, "(b.modified < ? OR b.modified = ? AND m.stamp < ?)"+same, order...)
}

// best says that no other version of the object beats this row.
func (s *snapshot) best(w *where, row *store.Row, better string, args ...any) (bool, error) {
	key, ok, err := s.c.key(row.ID)
	if err != nil || !ok {
		return false, err
	}
	args = slices.Concat([]any{key}, args, []any{int64(row.OID)}, w.args)
	var one int
	err = s.c.one("SELECT 1 FROM objid o CROSS JOIN assertion b ON b.oid = o.oid CROSS JOIN member m ON m.oid = o.oid WHERE o.id = ? AND "+better+" AND o.oid <> ? AND"+w.String()+"LIMIT 1", args, &one)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	return false, err
}

// ByID lists the assertions of an id, newest version first.
func (s *snapshot) ByID(_ context.Context, ls store.Labels, id string, f func(*store.Row) error) error {
	key, ok, err := s.c.key(id)
	if err != nil || !ok {
		return err
	}
	w := &where{}
	if !w.labels(ls, "a.label") {
		return nil
	}
	sc := newScanner(s.c, true)
	return stopped(s.c.each("SELECT "+headColumns+", a.added, a.raw FROM objid o CROSS JOIN assertion a ON a.oid = o.oid WHERE o.id = ? AND"+w.String()+"ORDER BY o.modified DESC, o.oid", append([]any{key}, w.args...), func(r *sql.Rows) error {
		if err := sc.scan(r); err != nil {
			return err
		}
		return f(&sc.row)
	}))
}

// Heads returns what is held under these ids, whatever the label.
func (s *snapshot) Heads(ctx context.Context, ids []string) (map[string][]store.Head, error) {
	keys := make([]string, 0, len(ids))
	for _, id := range ids {
		if key, ok, err := s.c.key(id); err != nil {
			return nil, err
		} else if ok {
			keys = append(keys, string(key))
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	out := map[string][]store.Head{}
	sc := newScanner(s.c, false)
	for chunk := range slices.Chunk(keys, 100) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		args := make([]any, len(chunk))
		for i, k := range chunk {
			args[i] = []byte(k)
		}
		err := s.c.each("SELECT "+headColumns+", a.added FROM objid o CROSS JOIN assertion a ON a.oid = o.oid WHERE o.id IN ("+marks(len(chunk))+")", args, func(r *sql.Rows) error {
			if err := sc.scan(r); err != nil {
				return err
			}
			out[sc.row.ID] = append(out[sc.row.ID], sc.row.Head)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ByValue lists the assertions that hold a canonical value, newest first.
func (s *snapshot) ByValue(_ context.Context, ls store.Labels, value string, limit int, f func(*store.Row) error) error {
	hash, chk := hashes(value)
	w := &where{}
	w.add("v.hash = ? AND v.chk = ?", hash, chk)
	return s.listed(w, ls, "val v CROSS JOIN assertion a ON a.oid = v.oid", "v.oid", limit, f)
}

// listed runs a lookup that goes from postings to assertions.
func (s *snapshot) listed(w *where, ls store.Labels, from, oid string, limit int, f func(*store.Row) error) error {
	if !w.labels(ls, "a.label") {
		return nil
	}
	if limit <= 0 {
		limit = -1
	}
	sc := newScanner(s.c, true)
	return stopped(s.c.each("SELECT "+headColumns+", a.added, a.raw FROM "+from+" WHERE"+w.String()+"ORDER BY "+oid+" DESC LIMIT "+strconv.Itoa(limit), w.args, func(r *sql.Rows) error {
		if err := sc.scan(r); err != nil {
			return err
		}
		return f(&sc.row)
	}))
}

// Search finds text: all words, the last as a prefix.
func (s *snapshot) Search(_ context.Context, ls store.Labels, query string, types []string, before store.OID, limit int, f func(*store.Row) error) error {
	match := matchText(query)
	if match == "" {
		return nil
	}
	w := &where{}
	w.add("text MATCH ?", match)
	if before != 0 {
		w.add("text.rowid < ?", int64(before))
	}
	w.add(fmt.Sprintf("a.flags & %d = 0", store.Quarantined))
	if types != nil {
		var codes []int64
		for _, name := range types {
			if code, err := s.c.code(name); err != nil {
				return err
			} else if code != 0 {
				codes = append(codes, code)
			}
		}
		if len(codes) == 0 {
			return nil
		}
		w.add("EXISTS (SELECT 1 FROM member m WHERE m.oid = a.oid AND m.type IN (" + ints(codes) + "))")
	}
	seen := map[string]bool{}
	return s.listed(w, ls, "text CROSS JOIN assertion a ON a.oid = text.rowid", "text.rowid", limit, func(r *store.Row) error {
		if r.Flags&store.Several != 0 {
			if seen[r.ID] {
				return nil
			}
			seen[r.ID] = true
		}
		return f(r)
	})
}

// matchText turns what a person typed into an FTS5 expression without operators: each word quoted, the last one a prefix.
func matchText(query string) string {
	words := strings.FieldsFunc(query, func(r rune) bool { return r <= ' ' || r == '"' })
	if len(words) > 16 {
		words = words[:16]
	}
	for i, w := range words {
		words[i] = `"` + w + `"`
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, " ") + "*"
}

// Mentions lists what refers to an id.
func (s *snapshot) Mentions(_ context.Context, ls store.Labels, id string, kinds []string, limit int, f func(string, *store.Row) error) error {
	key, ok, err := s.c.key(id)
	if err != nil || !ok {
		return err
	}
	w := &where{}
	w.add("e.node = ?", key)
	if !w.labels(ls, "a.label") {
		return nil
	}
	if kinds != nil {
		var codes []int64
		for _, k := range kinds {
			if code, err := s.c.code(k); err != nil {
				return err
			} else if code != 0 {
				codes = append(codes, code)
			}
		}
		w.add("e.kind IN (" + ints(codes) + ")")
	}
	if limit <= 0 {
		limit = -1
	}
	sc := newScanner(s.c, true)
	var kind int64
	return stopped(s.c.each("SELECT "+headColumns+", a.added, a.raw, e.kind FROM edge e CROSS JOIN assertion a ON a.oid = e.oid WHERE"+w.String()+"ORDER BY e.oid DESC LIMIT "+strconv.Itoa(limit), w.args, func(r *sql.Rows) error {
		if err := sc.scan(r, &kind); err != nil {
			return err
		}
		name, err := s.c.name(kind)
		if err != nil {
			return err
		}
		return f(name, &sc.row)
	}))
}

// Count counts latest versions by type; odd rows are looked at one by one.
func (s *snapshot) Count(ctx context.Context, ls store.Labels, colls []store.CollectionID, check func(*store.Row) error) (map[string]int, error) {
	counts := map[string]int{}
	w := &where{}
	if !w.labels(ls, "label") || colls != nil && len(colls) == 0 {
		return counts, nil
	}
	if colls == nil {
		w.add("coll = 0")
	} else {
		w.add("coll IN (" + ints(colls) + ")")
	}
	err := s.c.each("SELECT type, sum(n) FROM tally WHERE"+w.String()+"GROUP BY type", w.args, func(r *sql.Rows) error {
		var typ int64
		var n int
		if err := r.Scan(&typ, &n); err != nil || n == 0 {
			return err
		}
		name, err := s.c.name(typ)
		counts[name] += n
		return err
	})
	if err != nil {
		return nil, err
	}
	return counts, s.countOdd(ctx, ls, colls, counts, check)
}

func (s *snapshot) countOdd(ctx context.Context, ls store.Labels, colls []store.CollectionID, counts map[string]int, check func(*store.Row) error) error {
	q := store.Query{Labels: ls, Collections: colls}
	w, ok, err := s.filter(q)
	if err != nil || !ok {
		return err
	}
	sc := newScanner(s.c, true)
	return s.c.each("SELECT "+headColumns+", m.stamp, a.raw FROM member m CROSS JOIN assertion a ON a.oid = m.oid WHERE m.odd = 1 AND"+w.String(), w.args, func(r *sql.Rows) error {
		if err := sc.scan(r); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if ok, err := s.wanted(q, w, &sc.row); err != nil || !ok {
			return err
		}
		if sc.row.Flags&store.Check == 0 {
			counts[sc.row.Type]++
			return nil
		}
		if check == nil {
			return nil
		}
		return check(&sc.row)
	})
}

// Log lists additions, tombstones and new labels in one order.
func (s *snapshot) Log(_ context.Context, after store.Stamp, limit int, f func(store.Entry) error) error {
	if limit <= 0 {
		limit = -1
	}
	text := fmt.Sprintf("SELECT stamp, %d, coll, oid, label FROM member WHERE stamp > ?1 UNION ALL SELECT stamp, kind, coll, oid, label FROM event WHERE stamp > ?1 ORDER BY stamp LIMIT %d", store.Added, limit)
	return stopped(s.c.each(text, []any{int64(after)}, func(r *sql.Rows) error {
		var e store.Entry
		if err := r.Scan(&e.Stamp, &e.Kind, &e.Collection, &e.OID, &e.Label); err != nil {
			return err
		}
		return f(e)
	}))
}

// Get returns one assertion; its bytes are a copy.
func (s *snapshot) Get(_ context.Context, oid store.OID) (*store.Row, error) {
	sc := newScanner(s.c, true)
	var out *store.Row
	err := s.c.each("SELECT "+headColumns+", a.added, a.raw FROM assertion a WHERE a.oid = ?", []any{int64(oid)}, func(r *sql.Rows) error {
		err := sc.scan(r)
		out = &store.Row{Head: sc.row.Head, Raw: slices.Clone(sc.row.Raw)}
		return err
	})
	if err == nil && out == nil {
		err = threatwatch.Errorf(threatwatch.NotFound, "no assertion %d", oid)
	}
	return out, err
}

// LabelBodies returns every label.
func (s *snapshot) LabelBodies(context.Context) (map[store.LabelID]string, error) {
	out := map[store.LabelID]string{}
	err := s.c.each("SELECT id, body FROM label", nil, func(r *sql.Rows) error {
		var id store.LabelID
		var body string
		err := r.Scan(&id, &body)
		out[id] = body
		return err
	})
	return out, err
}

// LastStamp is the newest stamp given.
func (s *snapshot) LastStamp(context.Context) (store.Stamp, error) {
	h, err := s.c.head()
	return h.stamp, err
}

// Sources lists all in order of number.
func (s *snapshot) Sources(context.Context) (out []store.Source, err error) {
	err = s.c.docs("source", func(id int64, doc []byte) error {
		v := store.Source{ID: store.SourceID(id)}
		err := json.Unmarshal(doc, &v)
		out = append(out, v)
		return err
	})
	return out, err
}

// Collections lists all in order of number.
func (s *snapshot) Collections(context.Context) (out []store.Collection, err error) {
	err = s.c.docs("collection", func(id int64, doc []byte) error {
		v := store.Collection{ID: store.CollectionID(id)}
		err := json.Unmarshal(doc, &v)
		out = append(out, v)
		return err
	})
	return out, err
}

func (c *conn) docs(table string, f func(int64, []byte) error) error {
	return c.each("SELECT id, doc FROM "+table+" ORDER BY id", nil, func(r *sql.Rows) error {
		var id int64
		var doc []byte
		if err := r.Scan(&id, &doc); err != nil {
			return err
		}
		return f(id, doc)
	})
}

// Record returns a small document.
func (s *snapshot) Record(_ context.Context, kind, key string) (doc []byte, err error) {
	err = s.c.one("SELECT doc FROM record WHERE kind = ? AND key = ?", []any{kind, key}, &doc)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, threatwatch.Errorf(threatwatch.NotFound, "no %s %s", kind, key)
	}
	return doc, err
}

// Records lists the documents of a kind whose keys start with prefix.
func (s *snapshot) Records(_ context.Context, kind, prefix string, f func(string, []byte) error) error {
	return stopped(s.c.each("SELECT key, doc FROM record WHERE kind = ? AND key >= ? ORDER BY key", []any{kind, prefix}, func(r *sql.Rows) error {
		var key string
		var doc []byte
		if err := r.Scan(&key, &doc); err != nil {
			return err
		}
		if !strings.HasPrefix(key, prefix) {
			return store.Stop
		}
		return f(key, doc)
	}))
}
