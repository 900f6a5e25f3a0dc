package storetest

import (
	"testing"

	"threatwatch/store"
)

// callbacksMayAsk: what is called for a row reads the same snapshot, the same question included.
func callbacksMayAsk(t *testing.T, open Open) {
	ctx, st := t.Context(), open(t, t.TempDir())
	for i := range 3 {
		if err := put(ctx, st, indicator(i), "x", "n"); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	err := st.Read(ctx, func(sn store.Snapshot) error {
		var ask func(depth int) error
		ask = func(depth int) error {
			return sn.Members(ctx, store.Query{Labels: everything{}, Collections: []store.CollectionID{home}}, func(r *store.Row) error {
				n++
				id := r.ID
				if depth == 0 {
					return nil
				}
				if err := ask(depth - 1); err != nil {
					return err
				}
				return sn.ByID(ctx, everything{}, id, func(r *store.Row) error {
					if r.ID != id {
						t.Errorf("asked for %s, got %s", id, r.ID)
					}
					return sn.ByID(ctx, everything{}, id, func(*store.Row) error { return nil })
				})
			})
		}
		return ask(2)
	})
	if want := 3 + 9 + 27; err != nil || n != want {
		t.Errorf("%d rows, want %d; %v", n, want, err)
	}
}
