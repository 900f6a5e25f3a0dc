package storetest

import (
	"context"
	"fmt"
	"slices"

	"threatwatch/store"
)

// callbacksMayAsk: what is called for a row reads the same snapshot, the same question included.
func callbacksMayAsk(t T, e Engine) {
	ctx, st := t.Context(), e.Open(t, t.TempDir())
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

// putVersion stores a version of the first indicator.
func putVersion(ctx context.Context, st store.Store, modified int64, f store.Flags) error {
	return st.Update(ctx, func(tx store.Tx) error {
		l, err := tx.InternLabel(ctx, "x")
		if err != nil {
			return err
		}
		p := &store.Put{Head: store.Head{ID: indicator(0), Type: "indicator", Modified: modified, Source: 1, Label: l, Flags: f, Digest: [32]byte{byte(modified)}},
			Raw: fmt.Appendf(nil, `{"type":"indicator","id":%q,"version":%d}`, indicator(0), modified), Collections: []store.CollectionID{home}}
		_, err = tx.Put(ctx, []*store.Put{p})
		return err
	})
}

// versionsAsShown: versions compete with those that are shown under the same id.
func versionsAsShown(t T, e Engine) {
	ctx, st := t.Context(), e.Open(t, t.TempDir())
	for v, f := range []store.Flags{0, store.Check, store.Check, 0, store.Check, store.Check} { // versions 1 to 6
		if err := putVersion(ctx, st, int64(v+1), f); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name        string
		as          map[int64]string // by version; the others are shown as themselves
		last, first []int64
		count       int
	}{
		{"all as themselves", nil, []int64{6}, []int64{1}, 1},
		{"the last not shown", map[int64]string{6: "", 5: ""}, []int64{4}, []int64{1}, 1},
		{"some as a copy", map[int64]string{2: "copy", 5: "copy", 6: ""}, []int64{4, 5}, []int64{1, 2}, 2},
		{"two copies", map[int64]string{2: "a", 3: "b", 5: "a", 6: "b"}, []int64{4, 5, 6}, []int64{1, 2, 3}, 3},
	} {
		as := func(r *store.Row) (string, error) {
			if id, ok := c.as[r.Modified]; ok {
				if len(r.Raw) == 0 {
					t.Errorf("%s: version %d comes without its bytes", c.name, r.Modified)
				}
				return id, nil
			}
			return r.ID, nil
		}
		err := st.Read(ctx, func(sn store.Snapshot) error {
			for _, q := range []struct {
				v    store.Version
				want []int64
			}{{store.Version{Last: true}, c.last}, {store.Version{First: true}, c.first}} {
				var got []int64
				err := sn.Members(ctx, store.Query{Labels: everything{}, Collections: []store.CollectionID{home}, Version: q.v, As: as}, func(r *store.Row) error {
					got = append(got, r.Modified)
					return nil
				})
				if err != nil || !slices.Equal(got, q.want) {
					t.Errorf("%s, %+v: versions %v, want %v; %v", c.name, q.v, got, q.want, err)
				}
			}
			counts, err := sn.Count(ctx, everything{}, nil, as)
			if counts["indicator"] != c.count {
				t.Errorf("%s: counted %v, want %d", c.name, counts, c.count)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
