package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"threatwatch/store"
	"threatwatch/store/storetest"
)

// TestContract runs the suite that every engine runs.
func TestContract(t *testing.T) {
	t.Parallel() // it waits more than it works
	storetest.Run(t, storetest.Engine{Open: open})
}

// TestMove moves everything to another file.
func TestMove(t *testing.T) { storetest.RunMove(t, open, open) }

func open(t storetest.T, dir string) store.Store { return openWith(t, dir, Options{}) }

func openWith(t storetest.T, dir string, opt Options) *DB {
	t.Helper()
	d, err := Open(t.Context(), dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() }) // a test may have closed it to open it again
	return d
}

// TestFailingCommit: what failed before the commit is not there, what failed after it is; either way the store goes on.
func TestFailingCommit(t *testing.T) {
	for point, stored := range map[string]bool{"before commit": false, "after commit": true} {
		t.Run(point, func(t *testing.T) {
			dir := t.TempDir()
			d, err := Open(t.Context(), dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			broken := errors.New("power cut")
			d.fault = func(p string) error {
				if p == point {
					return broken
				}
				return nil
			}
			write := func(key string) error {
				return d.Update(t.Context(), func(tx store.Tx) error { return tx.PutRecord(t.Context(), "k", key, []byte(`{}`)) })
			}
			if err := write("a"); !errors.Is(err, broken) {
				t.Fatalf("%v, want the power cut", err)
			}
			d.fault = nil
			if err := write("b"); err != nil {
				t.Fatalf("after a failed commit: %v", err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if d, err = Open(t.Context(), dir, Options{}); err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			found := map[string]bool{}
			err = d.Read(t.Context(), func(s store.Snapshot) error {
				return s.Records(t.Context(), "k", "", func(key string, _ []byte) error { found[key] = true; return nil })
			})
			if err != nil || found["a"] != stored || !found["b"] {
				t.Errorf("%v, %v: want a %v and b", found, err, stored)
			}
		})
	}
}

// BenchmarkPut measures transactions of 1,000 objects with references, values and words.
func BenchmarkPut(b *testing.B) {
	d, err := Open(b.Context(), b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	const batch = 1000
	n := 0
	for b.Loop() {
		err := d.Update(b.Context(), func(tx store.Tx) error {
			l, err := tx.InternLabel(b.Context(), "x")
			if err != nil {
				return err
			}
			var puts []*store.Put
			for range batch {
				n++
				id := fmt.Sprintf("indicator--%08x-1111-4111-8111-%012x", uint32(n)*2654435761, n)
				puts = append(puts, &store.Put{
					Head: store.Head{ID: id, Type: "indicator", Modified: 1, Source: 1, Label: l},
					Raw:  fmt.Appendf(nil, `{"type":"indicator","id":"%s","x":"%0600d"}`, id, n),
					Refs: []store.Ref{{Kind: "created_by_ref", ID: "identity--11111111-1111-4111-8111-111111111111"}}, Values: []string{fmt.Sprint("domain-name:x", n)},
					Text: fmt.Sprintf("loader campaign number%d delivered by mail attachment", n), Collections: []store.CollectionID{1},
				})
			}
			_, err = tx.Put(b.Context(), puts)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "objects/s")
}

// TestPlans: what is asked for in pages is read through an index, in order: nothing is collected and sorted before the first row.
func TestPlans(t *testing.T) {
	d, err := Open(t.Context(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	types := []string{"malware", "tool"}
	err = d.Update(t.Context(), func(tx store.Tx) error {
		var puts []*store.Put
		for i, typ := range types {
			puts = append(puts, &store.Put{Head: store.Head{ID: fmt.Sprintf("%s--00000000-0000-4000-8000-%012x", typ, i), Type: typ, Source: 1, Label: 1}, Raw: []byte(`{}`), Collections: []store.CollectionID{1}})
		}
		_, err := tx.Put(t.Context(), puts)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	one, ids := []store.CollectionID{1}, []string{"tool--00000000-0000-4000-8000-000000000001"}
	for name, tt := range map[string]struct {
		q    store.Query
		uses string
	}{
		"a collection":                {store.Query{Collections: one, From: 5}, "INDEX member_coll (coll=? AND stamp>?)"},
		"an id":                       {store.Query{Collections: one, IDs: ids}, "INDEX member_oid (oid=?)"},
		"an id of a type":             {store.Query{Collections: one, IDs: ids, Types: types[:1]}, "INDEX member_oid (oid=?)"},
		"an id anywhere":              {store.Query{IDs: ids}, "INDEX member_oid (oid=?)"},
		"a type":                      {store.Query{Collections: one, Types: types[:1], From: 5}, "INDEX member_type (type=? AND stamp>?)"},
		"several types":               {store.Query{Collections: one, Types: types, From: 5}, "INDEX member_coll (coll=? AND stamp>?)"},
		"several types of everything": {store.Query{Types: types, From: 5}, "INTEGER PRIMARY KEY (rowid>?)"},
	} {
		tt.q.Labels = everything{}
		err := d.Read(t.Context(), func(sn store.Snapshot) error {
			s := sn.(*snapshot)
			w, _, err := s.filter(tt.q)
			if err != nil {
				return err
			}
			from, args, _, err := s.listing(tt.q, w)
			if err != nil {
				return err
			}
			plan := ""
			err = s.c.each("EXPLAIN QUERY PLAN SELECT a.raw"+from, args, func(r *sql.Rows) error {
				var id, parent, unused int
				var step string
				err := r.Scan(&id, &parent, &unused, &step)
				plan += step + "\n"
				return err
			})
			if !strings.Contains(plan, "m USING "+tt.uses) || tt.q.IDs == nil && strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%s: want %s, the plan is\n%s", name, tt.uses, plan)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
