package sqlite

import (
	"fmt"
	"testing"
	"time"

	"threatwatch/store"
)

type labels map[store.LabelID]bool

func (l labels) Has(i store.LabelID) bool { return l[i] }
func (l labels) All() bool                { return false }
func (l labels) IDs() (ids []store.LabelID) {
	for i := range l {
		ids = append(ids, i)
	}
	return ids
}

func TestSmoke(t *testing.T) {
	d, err := Open(t.Context(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var lid store.LabelID
	n := 200000
	start := time.Now()
	for b := 0; b < n; b += 10000 {
		var puts []*store.Put
		for i := b; i < b+10000; i++ {
			id := fmt.Sprintf("indicator--%08x-1111-4111-8111-%012x", uint32(i*2654435761), i)
			raw := fmt.Sprintf(`{"type":"indicator","id":"%s","x":"%0600d"}`, id, i)
			puts = append(puts, &store.Put{Head: store.Head{ID: id, Type: "indicator", Modified: int64(i + 1), Source: 1}, Raw: []byte(raw),
				Refs: []store.Ref{{Kind: "created_by_ref", ID: "identity--11111111-1111-4111-8111-111111111111"}}, Values: []string{fmt.Sprint("domain-name:x", i)}, Text: fmt.Sprintf("Emotet loader campaign number%d delivered by mail attachment", i), Collections: []store.CollectionID{1}})
		}
		if err := d.Update(t.Context(), func(tx store.Tx) error {
			lid, err = tx.InternLabel(t.Context(), "x")
			if err != nil {
				return err
			}
			for _, p := range puts {
				p.Label = lid
			}
			_, err := tx.Put(t.Context(), puts)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("put %.0f/s", float64(n)/time.Since(start).Seconds())
	start = time.Now()
	var bytes, rows int
	err = d.Read(t.Context(), func(s store.Snapshot) error {
		c, err := s.Count(t.Context(), labels{lid: true}, nil, nil)
		t.Log(c)
		if err != nil {
			return err
		}
		return s.Members(t.Context(), store.Query{Labels: labels{lid: true}, Collections: []store.CollectionID{1}}, func(r *store.Row) error {
			bytes += len(r.Raw)
			rows++
			return nil
		})
	})
	t.Logf("page %d %.0f MB/s %v", rows, float64(bytes)/1e6/time.Since(start).Seconds(), err)
}
