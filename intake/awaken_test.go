package intake_test

import (
	"testing"
	"time"

	"threatwatch/intake"
	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
)

// TestAwaken: what an embargo or a policy kept back is stamped anew when it opens, once, and nothing else is.
func TestAwaken(t *testing.T) {
	at := clock
	s := openStore(t)
	in := intake.New(s, func() time.Time { return at })
	src := addSource(t, in, store.Source{Name: "one"})
	submit(t, in, intake.Submission{Source: src.ID}, intake.Added, object("tool", 1, m{"name": "x"}), object("tool", 2, m{"name": "x"}), object("tool", 3, m{"name": "x"}))
	hour := func(n int) int64 { return clock.Add(time.Duration(n) * time.Hour).UnixMicro() }
	relabel := func(n int, l label.Label) {
		t.Helper()
		err := s.Update(t.Context(), func(tx store.Tx) error {
			number, err := tx.InternLabel(t.Context(), l.Body())
			if err != nil {
				return err
			}
			heads, err := tx.Heads(t.Context(), []string{id("tool", n)})
			if err != nil {
				return err
			}
			return tx.Relabel(t.Context(), heads[id("tool", n)][0].OID, number, 0, false)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	relabel(1, label.Label{TLP: stix.Green, Embargo: hour(1)})
	relabel(2, label.Label{And: []label.Label{{TLP: stix.Green, IEP: &label.IEP{Start: hour(2)}}, {Owner: "x"}}})
	relabel(3, label.Label{TLP: stix.Green})
	stamps := func() (list [4]store.Stamp) {
		t.Helper()
		err := s.Read(t.Context(), func(sn store.Snapshot) error {
			return sn.Members(t.Context(), store.Query{Labels: all{}}, func(r *store.Row) error {
				for n := range list {
					if r.ID == id("tool", n) {
						list[n] = r.Added
					}
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	before := stamps()
	for _, step := range []struct {
		hours time.Duration
		want  []int // the objects that are stamped anew
	}{{0, nil}, {0, nil}, {1, []int{1}}, {0, nil}, {3, []int{2}}, {9, nil}} {
		at = at.Add(step.hours * time.Hour)
		n, err := in.Awaken(t.Context())
		if err != nil || n != len(step.want) {
			t.Errorf("at %v: %d, %v, want %v", at, n, err, step.want)
		}
		after := stamps()
		for i := range after {
			fresh := len(step.want) > 0 && step.want[0] == i
			if fresh != (after[i] > before[i]) {
				t.Errorf("at %v: stamp of tool %d was %d, is %d", at, i, before[i], after[i])
			}
		}
		before = after
	}
}
