package sqlite

import (
	"fmt"
	"testing"

	"threatwatch/store"
)

// TestValueFilters: a generation that is full gets its filter with the next write, and a lookup finds what each generation holds, before and after, through
// deletion, and in a file that is opened again.
func TestValueFilters(t *testing.T) {
	t.Parallel()
	const generations, each = 4, 200
	ctx, dir := t.Context(), t.TempDir()
	d := openDB(t, dir)
	value := func(gen, i int) string { return fmt.Sprintf("domain-name:%d-%d.example", gen, i) }
	for gen := range generations {
		err := d.Update(ctx, func(x store.Tx) error {
			label, err := x.InternLabel(ctx, "x")
			if err != nil {
				return err
			}
			x.(*tx).head.oid = store.OID(gen) << 19 // as if the one before had been filled
			puts := make([]*store.Put, each)
			for i := range puts {
				id := fmt.Sprintf("indicator--%08x-1111-4111-8111-%012x", gen, i)
				puts[i] = &store.Put{Head: store.Head{ID: id, Type: "indicator", Modified: 1, Source: 1, Label: label}, Raw: []byte("{}"),
					Values: []string{value(gen, i), "domain-name:all.example"}, Collections: []store.CollectionID{1}}
			}
			_, err = x.Put(ctx, puts)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	filtered := func(d *DB) (n int) {
		err := d.Read(ctx, func(s store.Snapshot) error {
			gens, err := s.(*snapshot).valueGenerations()
			for _, g := range gens {
				if g.filter == nil {
					continue
				}
				n++
				if passed := passing(g, value, generations, each); passed > each+50 {
					t.Errorf("the filter of generation %d lets %d values pass, and holds %d", g.gen, passed, each)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	find := func(d *DB, gone int) {
		t.Helper()
		asked := []string{"domain-name:all.example", "domain-name:none.example"}
		for gen := range generations {
			for i := range each {
				asked = append(asked, value(gen, i))
			}
		}
		got := make([]int, len(asked))
		err := d.Read(ctx, func(s store.Snapshot) error {
			return s.ByValues(ctx, everything{}, asked, func(n int, r *store.Row) error { got[n]++; return nil })
		})
		if err != nil {
			t.Fatal(err)
		}
		for n, value := range asked {
			want := 1
			switch {
			case n == 0:
				want = generations*each - gone
			case n == 1, n < 2+gone:
				want = 0
			}
			if got[n] != want {
				t.Errorf("%s: %d found, want %d", value, got[n], want)
			}
		}
	}
	if n := filtered(d); n != generations-2 {
		t.Errorf("%d filters when %d generations are full and the last write began one", n, generations-1)
	}
	find(d, 0)
	if err := d.Update(ctx, func(x store.Tx) error { return eraseAll(ctx, x, "indicator--00000000-1111-4111-8111-000000000000") }); err != nil {
		t.Fatal(err)
	}
	if n := filtered(d); n != generations-1 {
		t.Errorf("%d filters when %d generations are full", n, generations-1)
	}
	find(d, 1)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again := openDB(t, dir)
	if n := filtered(again); n != generations-1 {
		t.Errorf("%d filters in a file that was opened again", n)
	}
	find(again, 1)
}

// passing counts the values that a generation may hold.
func passing(g valueGeneration, value func(gen, i int) string, generations, each int) (n int) {
	for gen := range generations {
		for i := range each {
			if hash, _ := hashes(value(gen, i)); g.may(hash) {
				n++
			}
		}
	}
	return n
}

func openDB(t *testing.T, dir string) *DB {
	t.Helper()
	d, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}
