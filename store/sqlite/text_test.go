package sqlite

import (
	"fmt"
	"testing"

	"threatwatch/store"
)

// TestSearchStops: who has enough from the newest words does not wait for the oldest. Here the oldest generation is gone, so that asking it
// fails.
func TestSearchStops(t *testing.T) {
	d, ctx := openWith(t, t.TempDir(), Options{Span: 3}), t.Context()
	const objects = 20
	for i := range objects {
		err := d.Update(ctx, func(tx store.Tx) error {
			_, err := tx.Put(ctx, []*store.Put{{Head: store.Head{ID: fmt.Sprintf("tool--00000000-0000-4000-8000-%012x", i), Type: "tool", Source: 1, Label: 1},
				Raw: []byte(`{}`), Text: fmt.Sprint("emotet number", i), Collections: []store.CollectionID{1}}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Update(ctx, func(x store.Tx) error { return x.(*tx).c.exec("DROP TABLE " + textTable(0)) }); err != nil {
		t.Fatal(err)
	}
	search := func(limit int) (n int, err error) {
		err = d.Read(ctx, func(s store.Snapshot) error {
			return s.Search(ctx, everything{}, "emo", nil, func(r *store.Row) error {
				if want := store.OID(objects - n); r.OID != want {
					t.Errorf("result %d is assertion %d, want %d", n, r.OID, want)
				}
				if n++; n == limit {
					return store.Stop
				}
				return nil
			})
		})
		return n, err
	}
	if n, err := search(10); n != 10 || err != nil {
		t.Errorf("ten of the newest: %d, %v", n, err)
	}
	if n, err := search(0); err == nil {
		t.Errorf("all: %d, and no error although a generation is missing", n)
	}
}
