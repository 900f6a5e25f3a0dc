package storetest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"

	"threatwatch/store"
)

// world is a store filled at random, and what is known of it: the contract in its simplest form, to compare with.
type world struct {
	t      T
	st     store.Store
	rng    *rand.Rand
	labels []store.LabelID
	held   map[store.OID]*store.Put
	colls  map[store.OID][]store.CollectionID // where they are members; collection 0 for those put into none
	log    []store.Entry                      // what the store says
}

const (
	worldIDs = 40
	someone  = "identity--99999999-9999-4999-8999-999999999999"
)

var (
	worldTypes = []string{"indicator", "malware", "report"}
	worldWords = []string{"loader", "Phishing", "wiper", "naïve", "mail"}
	worldKinds = []string{"object_refs", "created_by_ref", "source_ref", "target_ref"}
)

func worldID(n int) string {
	return fmt.Sprintf("%s--%08x-2222-4222-8222-%012x", worldTypes[n%len(worldTypes)], uint32(n)*2654435761, n)
}

// newWorld writes some two hundred assertions, then changes and deletes some.
func newWorld(t T, st store.Store, seed uint64) *world {
	w := &world{t: t, st: st, rng: rand.New(rand.NewPCG(seed, 0)), held: map[store.OID]*store.Put{}, colls: map[store.OID][]store.CollectionID{}}
	ctx := t.Context()
	w.update(func(tx store.Tx) error {
		for i := range 4 {
			l, err := tx.InternLabel(ctx, fmt.Sprint("label ", i))
			if err != nil {
				return err
			}
			w.labels = append(w.labels, l)
		}
		return nil
	})
	for range 12 {
		puts := make([]*store.Put, 20)
		for i := range puts {
			puts[i] = w.put()
		}
		w.write(puts)
	}
	for range 25 {
		w.relabel()
	}
	for range 25 {
		w.delete()
	}
	w.read(func(sn store.Snapshot) error {
		return sn.Log(ctx, 0, 0, func(e store.Entry) error { w.log = append(w.log, e); return nil })
	})
	return w
}

func (w *world) update(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.st.Update(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(f func(store.Snapshot) error) {
	w.t.Helper()
	if err := w.st.Read(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func pick[T any](w *world, list []T) T { return list[w.rng.IntN(len(list))] }

// some takes each element with even odds; nil when want is false by lot.
func some[T any](w *world, list []T) []T {
	if w.rng.IntN(3) > 0 {
		return nil
	}
	out := []T{}
	for _, x := range list {
		if w.rng.IntN(2) == 0 {
			out = append(out, x)
		}
	}
	return out
}

func (w *world) put() *store.Put {
	n := w.rng.IntN(worldIDs)
	id := worldID(n)
	p := &store.Put{Head: store.Head{ID: id, Type: worldTypes[n%len(worldTypes)], Modified: int64(w.rng.IntN(5)), Created: 1,
		Source: store.SourceID(1 + w.rng.IntN(3)), Label: pick(w, w.labels)}}
	if n%2 == 0 {
		p.CreatedBy = someone
	}
	for _, f := range []store.Flags{store.Check, store.Revoked, store.V20, store.Quarantined} {
		if w.rng.IntN(6) == 0 {
			p.Flags |= f
		}
	}
	for c := range store.CollectionID(3) {
		if w.rng.IntN(2) == 0 {
			p.Collections = append(p.Collections, c+1)
		}
	}
	p.Text = strings.Join([]string{pick(w, worldWords), pick(w, worldWords), pick(w, worldWords)}, " ")
	p.Values = []string{"domain-name:" + pick(w, worldWords), "domain-name:" + pick(w, worldWords)}
	p.Refs = []store.Ref{{Kind: pick(w, worldKinds), ID: worldID(w.rng.IntN(worldIDs))}, {Kind: pick(w, worldKinds), ID: worldID(w.rng.IntN(worldIDs))}}
	p.Raw = fmt.Appendf(nil, `{"id":%q,"modified":%d,"source":%d}`, id, p.Modified, p.Source)
	copy(p.Digest[:], p.Raw)
	return p
}

func key(p *store.Put) string { return fmt.Sprint(p.ID, " ", p.Modified, " ", p.Source) }

func (w *world) write(puts []*store.Put) {
	w.t.Helper()
	byKey := map[string]*store.Put{}
	for _, p := range w.held {
		byKey[key(p)] = p
	}
	var dup []int
	w.update(func(tx store.Tx) (err error) {
		dup, err = tx.Put(w.t.Context(), puts)
		return err
	})
	var want []int
	for i, p := range puts {
		old, ok := byKey[key(p)]
		if !ok {
			p.Flags &^= store.Several // kept by the store
			byKey[key(p)], w.held[p.OID], w.colls[p.OID] = p, p, slices.Clone(p.Collections)
			if p.Collections == nil {
				w.colls[p.OID] = []store.CollectionID{0}
			}
			continue
		}
		want = append(want, i)
		if old.OID != p.OID {
			w.t.Errorf("the duplicate of %d has number %d", old.OID, p.OID)
		}
		for _, c := range p.Collections {
			if !slices.Contains(w.colls[old.OID], c) {
				w.colls[old.OID] = append(w.colls[old.OID], c)
			}
		}
	}
	if !slices.Equal(dup, want) {
		w.t.Errorf("duplicates %v, want %v", dup, want)
	}
}

func (w *world) any() *store.Put { return w.held[pick(w, slices.Sorted(maps.Keys(w.held)))] }

func (w *world) relabel() {
	p, l, f, fresh := w.any(), pick(w, w.labels), pick(w, []store.Flags{0, store.Check, store.Quarantined, store.V20}), w.rng.IntN(2) == 0
	w.update(func(tx store.Tx) error { return tx.Relabel(w.t.Context(), p.OID, l, f, fresh) })
	p.Label, p.Flags = l, f
}

func (w *world) delete() {
	p, c := w.any(), store.CollectionID(w.rng.IntN(4))
	w.update(func(tx store.Tx) error { return tx.Delete(w.t.Context(), c, []store.OID{p.OID}) })
	w.colls[p.OID] = slices.DeleteFunc(w.colls[p.OID], func(x store.CollectionID) bool { return c == 0 || x == c })
	if len(w.colls[p.OID]) == 0 {
		delete(w.held, p.OID)
	}
}

// member is one membership.
type member struct {
	store.Entry
	*store.Put
}

func (m member) String() string {
	return fmt.Sprint(m.Put.ID, " ", m.Modified, " ", m.Put.Source, " @", m.Stamp)
}

// members are the memberships in order.
func (w *world) members() (out []member) {
	for _, e := range w.log {
		if e.Kind == store.Added {
			out = append(out, member{e, w.held[e.OID]})
		}
	}
	return out
}

// selected is what q selects but for its version filter and below.
func (w *world) selected(q store.Query) []member {
	all := slices.DeleteFunc(w.members(), func(m member) bool {
		return q.Collections != nil && !slices.Contains(q.Collections, m.Collection)
	})
	newest := map[store.OID]store.Stamp{}
	for _, m := range all {
		newest[m.Put.OID] = m.Stamp
	}
	return slices.DeleteFunc(all, func(m member) bool {
		f := m.Put.Flags
		return newest[m.Put.OID] != m.Stamp || q.Labels == nil || !q.Labels.Has(m.Put.Label) ||
			q.Sources != nil && !slices.Contains(q.Sources, m.Put.Source) || q.Types != nil && !slices.Contains(q.Types, m.Type) ||
			q.After != 0 && m.Stamp <= q.After || q.Before != 0 && m.Stamp >= q.Before ||
			q.Spec20 != nil && *q.Spec20 != (f&store.V20 != 0) || !q.Quarantined && f&store.Quarantined != 0
	})
}

// query is what q selects, in order.
func (w *world) query(q store.Query) []member {
	all := w.selected(q)
	shown := map[string][]member{}
	for _, m := range all {
		shown[shownAs(q, m)] = append(shown[shownAs(q, m)], m)
	}
	for _, list := range shown { // the latest version first
		slices.SortFunc(list, func(a, b member) int {
			return cmp.Or(cmp.Compare(b.Modified, a.Modified), cmp.Compare(a.Stamp, b.Stamp))
		})
	}
	out := slices.DeleteFunc(all, func(m member) bool {
		return !wanted(q, m, shown[shownAs(q, m)]) || q.IDs != nil && !slices.Contains(q.IDs, m.Put.ID) ||
			q.Ends != nil && !slices.ContainsFunc(m.Refs, func(r store.Ref) bool { return r.Joins() && slices.Contains(q.Ends, typeOf(r.ID)) }) ||
			q.From != 0 && (!q.Newest && m.Stamp <= q.From || q.Newest && m.Stamp >= q.From)
	})
	if q.Newest {
		slices.Reverse(out)
	}
	if q.Limit > 0 {
		out = out[:min(q.Limit, len(out))]
	}
	return out
}

func typeOf(id string) string {
	typ, _, _ := strings.Cut(id, "--")
	return typ
}

// wanted applies the version filter; versions are those of the object, the latest first.
func wanted(q store.Query, m member, versions []member) bool {
	v := q.Version
	if v.All || shownAs(q, m) == "" {
		return v.All
	}
	if q.HighestSpec {
		old := func(m member) bool { return m.Put.Flags&store.V20 != 0 }
		if young := slices.DeleteFunc(slices.Clone(versions), old); len(young) > 0 {
			versions = young
		}
		if !slices.Contains(versions, m) {
			return false
		}
	}
	first := versions[len(versions)-1]
	for _, x := range slices.Backward(versions) { // of equal versions the one that came first
		if x.Modified == first.Modified && x.Stamp < first.Stamp {
			first = x
		}
	}
	last := v.Last || !v.First && len(v.At) == 0
	version := m.Modified
	if version == 0 {
		version = int64(m.Stamp)
	}
	return slices.Contains(v.At, version) || last && m == versions[0] || v.First && m == first
}

// shownAs is the id under which a member is shown, "" when it is not.
func shownAs(q store.Query, m member) string {
	if q.As == nil || m.Put.Flags&store.Check == 0 {
		return m.Put.ID
	}
	return copyID(m.Put.OID, m.Put.ID)
}

func copyID(oid store.OID, id string) string {
	return []string{id, "copy of " + id, "", "another copy of " + id}[oid%4]
}

// randomAs is nil, or shows some of those with Check under another id. It looks at them, and at the snapshot.
func (w *world) randomAs(sn store.Snapshot) func(*store.Row) (string, error) {
	if w.rng.IntN(2) == 0 {
		return nil
	}
	return func(r *store.Row) (string, error) {
		if r.Flags&store.Check == 0 || r.Raw == nil {
			w.t.Errorf("asked how to show %s, flags %d, %d bytes", r.ID, r.Flags, len(r.Raw))
		}
		return copyID(r.OID, r.ID), sameRow(w.t.Context(), sn, r, w.held[r.OID])
	}
}

// randomQuery makes a query with some of its fields set.
func (w *world) randomQuery() store.Query {
	stamp := func() store.Stamp {
		if w.rng.IntN(4) > 0 {
			return 0
		}
		return pick(w, w.log).Stamp
	}
	q := store.Query{Labels: w.randomLabels(), Collections: some(w, []store.CollectionID{1, 2, 3}), Sources: some(w, []store.SourceID{1, 2, 3, 4}),
		Types: some(w, append(worldTypes, "x-unknown")), After: stamp(), Before: stamp(), From: stamp(), Newest: w.rng.IntN(2) == 0,
		Quarantined: w.rng.IntN(3) == 0, NoBodies: w.rng.IntN(4) == 0, HighestSpec: w.rng.IntN(3) == 0}
	if w.rng.IntN(4) == 0 {
		old := w.rng.IntN(2) == 0
		q.Spec20 = &old
	}
	if w.rng.IntN(3) == 0 {
		q.Limit = 1 + w.rng.IntN(20)
	}
	if w.rng.IntN(4) == 0 {
		q.IDs = []string{worldID(w.rng.IntN(worldIDs)), worldID(w.rng.IntN(worldIDs)), "no id", "x-unknown--00000000-0000-4000-8000-000000000000"}
	}
	q.Version = pick(w, []store.Version{{}, {Last: true}, {First: true}, {All: true}, {First: true, Last: true}, {At: []int64{0, 2, 3}}, {First: true, At: []int64{2}},
		{At: []int64{4, int64(pick(w, w.log).Stamp)}}})
	if q.Version.All {
		q.HighestSpec = false
	}
	if w.rng.IntN(4) == 0 {
		q.Ends = some(w, append(worldTypes, "x-unknown"))
	}
	return q
}

func (w *world) randomLabels() store.Labels {
	if w.rng.IntN(3) == 0 {
		return everything{}
	}
	return only(some(w, w.labels))
}

// same compares lists, and says of what.
func (w *world) same(what string, got, want []string) {
	w.t.Helper()
	if diff := gocmp.Diff(want, got); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// collect keeps what a function of a snapshot calls back with.
type collect struct{ list []string }

func (c *collect) row(r *store.Row) error {
	c.list = append(c.list, fmt.Sprint(r.ID, " ", r.Modified, " ", r.Source))
	return nil
}

// until takes the first n rows and stops; 0 takes all.
func (c *collect) until(n int) func(*store.Row) error {
	return func(r *store.Row) error {
		c.row(r)
		if len(c.list) == n {
			return store.Stop
		}
		return nil
	}
}

func sameRow(ctx context.Context, sn store.Snapshot, r *store.Row, p *store.Put) error {
	if p == nil {
		return fmt.Errorf("%s is not held", r.ID)
	}
	want := store.Row{Head: p.Head, Raw: p.Raw}
	want.Added = r.Added
	want.Flags |= r.Flags & store.Several
	if r.Raw == nil {
		want.Raw = nil
	}
	if diff := gocmp.Diff(want, *r); diff != "" {
		return fmt.Errorf("row of %s (-want +got):\n%s", p.ID, diff)
	}
	one, err := sn.Get(ctx, r.OID) // within the callback, on the same snapshot
	if err == nil && (one.Digest != p.Digest || string(one.Raw) != string(p.Raw)) {
		err = fmt.Errorf("Get(%d) is %s, want %s", r.OID, one.Raw, p.Raw)
	}
	return err
}
