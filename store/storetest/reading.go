package storetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-cmp/cmp"

	"threatwatch/store"
)

// bareRows: a bare listing is the full one, less the heads of those rows that nobody has to look at.
func bareRows(t T, e Engine) {
	st, ctx := e.Open(t, t.TempDir()), t.Context()
	err := st.Update(ctx, func(tx store.Tx) error {
		l, err := tx.InternLabel(ctx, "open")
		if err != nil {
			return err
		}
		for i, flags := range []store.Flags{0, store.Check, store.V20, 0, store.Check | store.Revoked, 0, store.Revoked} {
			p := &store.Put{Head: store.Head{ID: indicator(max(i, 2)), Type: "indicator", Modified: int64(1 + i), Source: 1, Label: l, Flags: flags, CreatedBy: indicator(9)},
				Raw: fmt.Appendf(nil, `{"n":%d}`, i), Collections: []store.CollectionID{home}}
			if _, err := tx.Put(ctx, []*store.Put{p}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	list := func(sn store.Snapshot, q store.Query) (rows []store.Row) {
		q.Labels, q.Collections = everything{}, []store.CollectionID{home}
		err := sn.Members(ctx, q, func(r *store.Row) error {
			row := *r
			row.Raw = append([]byte(nil), r.Raw...)
			rows = append(rows, row)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	err = st.Read(ctx, func(sn store.Snapshot) error {
		for name, v := range map[string]store.Version{"last": {}, "first": {First: true}, "all": {All: true}, "at": {At: []int64{2, 5, 6}}} {
			for _, newest := range []bool{false, true} {
				q := store.Query{Version: v, Newest: newest, HighestSpec: !v.All}
				want := list(sn, q)
				q.Bare = true
				got := list(sn, q)
				for i := range min(len(got), len(want)) {
					if want[i].Flags&store.Check == 0 { // the rest may be there or not
						h := &want[i].Head
						*h = store.Head{Added: h.Added, Label: h.Label, Flags: h.Flags}
						h = &got[i].Head
						*h = store.Head{Added: h.Added, Label: h.Label, Flags: h.Flags}
					}
				}
				if d := cmp.Diff(want, got); d != "" || len(want) == 0 {
					t.Errorf("%s, newest first %v (-full +bare):\n%s", name, newest, d)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// documentsAreFresh: each reader sees what was committed last, through whichever handle, and a transaction what it did itself.
func documentsAreFresh(t T, e Engine) {
	dir := t.TempDir()
	handles := []store.Store{e.Open(t, dir), e.Open(t, dir)}
	ctx := t.Context()
	source, coll := store.Source{Name: "s"}, store.Collection{UUID: "c"}
	for round := range 12 {
		want := fmt.Sprint("round ", round)
		err := handles[round/3%2].Update(ctx, func(tx store.Tx) error {
			source.Title, coll.Title = want, want
			if err := tx.PutSource(ctx, &source); err != nil {
				return err
			}
			if err := tx.PutCollection(ctx, &coll); err != nil {
				return err
			}
			if _, err := tx.InternLabel(ctx, want); err != nil {
				return err
			}
			if err := putIn(ctx, tx, indicator(round), want, "x"); err != nil {
				return err
			}
			if err := tx.PutRecord(ctx, "kind", "key", []byte(want)); err != nil {
				return err
			}
			return documents(ctx, tx, want, round+1)
		})
		if err != nil {
			t.Fatalf("in its own transaction: %v", err)
		}
		for i, st := range handles {
			for range 5 { // a few readers behind each handle
				err := st.Read(ctx, func(sn store.Snapshot) error {
					return errors.Join(documents(ctx, sn, want, round+1), lastIsNewest(ctx, sn))
				})
				if err != nil {
					t.Fatalf("round %d, handle %d: %v", round, i, err)
				}
			}
		}
	}
	if err := handles[0].Update(ctx, func(tx store.Tx) error { return tx.DeleteRecord(ctx, "kind", "key") }); err != nil {
		t.Fatal(err)
	}
	for _, st := range handles {
		if err := st.Read(ctx, func(sn store.Snapshot) error { _, err := sn.Record(ctx, "kind", "key"); return err }); err == nil {
			t.Error("a record is there after it was deleted")
		}
	}
}

// documents checks that all that is asked for by name is as a round left it.
func documents(ctx context.Context, sn store.Snapshot, want string, labels int) error {
	sources, err := sn.Sources(ctx)
	if err != nil || len(sources) != 1 || sources[0].Title != want {
		return fmt.Errorf("sources %+v, %v, want %s", sources, err, want)
	}
	colls, err := sn.Collections(ctx)
	if err != nil || len(colls) != 1 || colls[0].Title != want {
		return fmt.Errorf("collections %+v, %v, want %s", colls, err, want)
	}
	bodies, err := sn.LabelBodies(ctx)
	if err != nil || len(bodies) != labels {
		return fmt.Errorf("labels %v, %v, want %d", bodies, err, labels)
	}
	doc, err := sn.Record(ctx, "kind", "key")
	if err != nil || string(doc) != want {
		return fmt.Errorf("record %s, %v, want %s", doc, err, want)
	}
	n := 0
	err = sn.Records(ctx, "kind", "k", func(_ string, doc []byte) error {
		if n++; string(doc) != want {
			return fmt.Errorf("listed record %s, want %s", doc, want)
		}
		return nil
	})
	if err != nil || n != 1 {
		return fmt.Errorf("%d records listed, %v", n, err)
	}
	return derivedFrom(ctx, sn, want)
}

type derivedKey string

// derivedFrom checks that what is made of a record is that of the record as it is, that keys are told apart, and that an error is not kept.
func derivedFrom(ctx context.Context, sn store.Snapshot, want string) error {
	for _, key := range []derivedKey{"one", "other"} {
		if _, err := store.Derived(sn, key+" fails", func() (string, error) { return "", errNothing }); !errors.Is(err, errNothing) {
			return fmt.Errorf("%s: %v, want the error of who makes it", key, err)
		}
		got, err := store.Derived(sn, key, func() (string, error) {
			doc, err := sn.Record(ctx, "kind", "key")
			return string(key) + string(doc), err
		})
		if err != nil || got != string(key)+want {
			return fmt.Errorf("made of a record: %s, %v, want %s%s", got, err, key, want)
		}
	}
	return nil
}

var errNothing = errors.New("nothing is made")

// lastIsNewest checks that the last stamp is that of the newest entry of the log.
func lastIsNewest(ctx context.Context, sn store.Snapshot) error {
	var newest store.Stamp
	if err := sn.Log(ctx, 0, 0, func(e store.Entry) error { newest = e.Stamp; return nil }); err != nil {
		return err
	}
	if last, err := sn.LastStamp(ctx); err != nil || last != newest {
		return fmt.Errorf("last stamp %d, %v, newest of the log %d", last, err, newest)
	}
	return nil
}
