package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"threatwatch"
	"threatwatch/stix"
	"threatwatch/store"
)

// RunMove checks that everything can be moved from one engine to another.
func RunMove(t *testing.T, from, to Open) {
	t.Run("Whole", func(t *testing.T) { moveWhole(t, from, to) })
	t.Run("Resumed", func(t *testing.T) { moveResumed(t, from, to) })
	t.Run("Refused", func(t *testing.T) { moveRefused(t, from, to) })
}

func mover(t T, open Open) store.Mover {
	t.Helper()
	return open(t, t.TempDir()).(store.Mover)
}

// moveWhole: what was put, relabelled, deleted and recorded reads the same in the copy, and both go on alike.
func moveWhole(t T, from, to Open) {
	ctx, a, b := t.Context(), mover(t, from), mover(t, to)
	furnish(t, a, 40)
	done := int64(0)
	if err := store.Move(ctx, a, b, func(_ string, n, _ int64) { done = max(done, n) }); err != nil {
		t.Fatal(err)
	}
	if want := view(t, a); want != view(t, b) {
		t.Errorf("the copy reads\n%s\nwant\n%s", view(t, b), want)
	}
	if done == 0 {
		t.Error("no progress was told")
	}
	_, last, err := ids(ctx, a, everything{}, 0)
	must(t, err)
	must(t, put(ctx, b, indicator(1000), "x", "afterwards"))
	if list, _, err := ids(ctx, b, everything{}, last); err != nil || len(list) != 1 || list[0] != indicator(1000) {
		t.Errorf("who has read the original to its end finds %v new in the copy, %v; want only what was written there", list, err)
	}
}

// moveResumed: a move that is interrupted after each part in turn goes on where it stopped, and until its end the copy says so.
func moveResumed(t T, from, to Open) {
	a := mover(t, from)
	furnish(t, a, 40)
	b := mover(t, to)
	cut := errors.New("cut")
	for n := 1; ; n++ {
		err := store.Move(t.Context(), a, &cutting{Mover: b, left: n, err: cut}, nil)
		if err == nil {
			break
		}
		if !errors.Is(err, cut) || n > 50 {
			t.Fatalf("after %d parts: %v", n, err)
		}
		must(t, b.Read(t.Context(), func(s store.Snapshot) error {
			if open, err := store.Unfinished(t.Context(), s); err != nil || !open {
				t.Errorf("after %d parts the copy passes for whole: %v", n, err)
			}
			return nil
		}))
	}
	must(t, b.Read(t.Context(), func(s store.Snapshot) error {
		if open, err := store.Unfinished(t.Context(), s); err != nil || open {
			t.Errorf("the whole copy passes for unfinished: %v", err)
		}
		return nil
	}))
	if want := view(t, a); want != view(t, b) {
		t.Errorf("the copy reads\n%s\nwant\n%s", view(t, b), want)
	}
}

// cutting fails after a number of parts.
type cutting struct {
	store.Mover
	left int
	err  error
}

func (c *cutting) Load(ctx context.Context, p store.Part) error {
	if c.left--; c.left < 0 {
		return c.err
	}
	return c.Mover.Load(ctx, p)
}

// moveRefused: a target that holds something, and an original that changes meanwhile.
func moveRefused(t T, from, to Open) {
	a, b := mover(t, from), mover(t, to)
	furnish(t, a, 3)
	furnish(t, b, 3)
	if err := store.Move(t.Context(), a, b, nil); threatwatch.KindOf(err) != threatwatch.Conflict {
		t.Errorf("onto a store that holds something: %v, want a conflict", err)
	}
	c := mover(t, to)
	err := store.Move(t.Context(), a, &meddling{Mover: c, other: a}, nil)
	if threatwatch.KindOf(err) != threatwatch.Conflict {
		t.Errorf("while the original changes: %v, want a conflict", err)
	}
}

// meddling writes to another store when loading ends.
type meddling struct {
	store.Mover
	other store.Store
}

func (m *meddling) Finish(ctx context.Context, stamp store.Stamp, oid store.OID) error {
	if err := putReal(ctx, m.other, indicator(7777), "x", "meddled"); err != nil {
		return err
	}
	return m.Mover.Finish(ctx, stamp, oid)
}

func must(t T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// furnish fills a store with some of everything.
func furnish(t T, st store.Store, n int) {
	t.Helper()
	ctx := t.Context()
	must(t, st.Update(ctx, func(tx store.Tx) error {
		src := store.Source{Name: "a source", Owner: "org", Default: "x"}
		if err := tx.PutSource(ctx, &src); err != nil {
			return err
		}
		inbox := store.Collection{UUID: "11111111-1111-4111-8111-111111111111", Title: "inbox", Writable: true, Filter: &store.Filter{Types: []string{"tool"}}}
		if err := tx.PutCollection(ctx, &inbox); err != nil {
			return err
		}
		for _, key := range []string{"", "b", "é"} {
			if err := tx.PutRecord(ctx, "kind of its own", key, fmt.Appendf(nil, "{\"key\":%q}", key)); err != nil {
				return err
			}
		}
		return nil
	}))
	for i := range n {
		must(t, putReal(ctx, st, indicator(i), fmt.Sprint("label ", i%3), fmt.Sprintf("name%d.example", i%5)))
	}
	must(t, st.Update(ctx, func(tx store.Tx) error {
		l, err := tx.InternLabel(ctx, "stricter")
		if err != nil {
			return err
		}
		heads, err := tx.Heads(ctx, []string{indicator(0), indicator(1), indicator(2)})
		if err != nil {
			return err
		}
		if err := tx.Relabel(ctx, heads[indicator(0)][0].OID, l, store.Check, true); err != nil {
			return err
		}
		if err := tx.Relabel(ctx, heads[indicator(1)][0].OID, l, store.Quarantined, false); err != nil {
			return err
		}
		again := &store.Put{Head: heads[indicator(2)][0], Collections: []store.CollectionID{home + 1}}
		if _, err := tx.Put(ctx, []*store.Put{again}); err != nil {
			return err
		}
		return tx.Delete(ctx, 0, []store.OID{heads[indicator(1)][0].OID})
	}))
}

// putReal stores an indicator with the digest and the postings that intake would give it: a move makes them anew from its body.
func putReal(ctx context.Context, st store.Store, id, label, domain string) error {
	raw := fmt.Appendf(nil, `{"type":"indicator","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",`+
		`"name":%q,"pattern":"[domain-name:value = '%s']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}`, id, domain, domain)
	o, err := stix.Parse(raw)
	if err != nil {
		return err
	}
	return st.Update(ctx, func(tx store.Tx) error {
		l, err := tx.InternLabel(ctx, label)
		if err != nil {
			return err
		}
		p := &store.Put{Head: store.Head{ID: o.ID, Type: o.Type, Modified: o.Modified, Created: o.Created, Source: 1, Label: l, Digest: o.Digest()}, Raw: raw, Collections: []store.CollectionID{home}}
		p.Index(o)
		_, err = tx.Put(ctx, []*store.Put{p})
		return err
	})
}

// view is what can be asked of a furnished store, as text.
func view(t T, st store.Store) (text string) {
	t.Helper()
	ctx := t.Context()
	say := func(format string, args ...any) { text += fmt.Sprintf(format, args...) }
	row := func(r *store.Row) error {
		say("%d %s %d %d %x %s\n", r.OID, r.ID, r.Added, r.Label, r.Flags, r.Raw)
		return nil
	}
	as := func(r *store.Row) (string, error) { return r.ID, row(r) }
	must(t, st.Read(ctx, func(s store.Snapshot) error {
		for _, ask := range []func() error{
			func() error { return s.Members(ctx, store.Query{Labels: everything{}}, row) },
			func() error {
				return s.Members(ctx, store.Query{Labels: everything{}, Collections: []store.CollectionID{home}, Newest: true}, row)
			},
			func() error {
				return s.Members(ctx, store.Query{Labels: only{2, 3}, Collections: []store.CollectionID{home + 1}}, row)
			},
			func() error {
				return s.ByValues(ctx, everything{}, []string{"domain-name:name3.example"}, func(_ int, r *store.Row) error { return row(r) })
			},
			func() error { return s.Search(ctx, everything{}, "name2.exam", nil, row) },
			func() error {
				return s.Log(ctx, 0, 0, func(e store.Entry) error { say("%v\n", e); return nil })
			},
			func() error {
				n, err := s.Count(ctx, only{1, 2, 3, 4}, []store.CollectionID{home}, as)
				say("%v\n", n)
				return err
			},
			func() error {
				n, err := s.Count(ctx, everything{}, nil, as)
				say("%v\n", n)
				return err
			},
			func() error {
				return s.Records(ctx, "kind of its own", "", func(key string, doc []byte) error { say("%q %s\n", key, doc); return nil })
			},
		} {
			if err := ask(); err != nil {
				return err
			}
		}
		return nil
	}))
	return text
}
