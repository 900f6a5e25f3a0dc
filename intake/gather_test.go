package intake_test

import (
	"testing"

	"threatwatch"
	"threatwatch/intake"
	"threatwatch/store"
)

// TestGather: what is chosen gets a stamp after all that was given before, in every version and once; later versions come when they are gathered; what its
// source deletes leaves the gathering too, and what another collection holds stays.
func TestGather(t *testing.T) {
	s := openStore(t)
	in := intake.New(s, now)
	a := addSource(t, in, store.Source{Name: "feed"})
	submit(t, in, intake.Submission{Source: a.ID}, intake.Added, object("malware", 1, nil), object("malware", 2, nil))
	c, err := in.AddGathering(t.Context(), store.Collection{Title: "Chosen"}, "a rule")
	if err != nil {
		t.Fatal(err)
	}
	members := func() (list []store.Stamp) {
		t.Helper()
		err := s.Read(t.Context(), func(sn store.Snapshot) error {
			return sn.Members(t.Context(), store.Query{Labels: all{}, Collections: []store.CollectionID{c.ID}, Version: store.Version{All: true}}, func(r *store.Row) error {
				list = append(list, r.Added)
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	one := id("malware", 1)
	last := submit(t, in, intake.Submission{Source: a.ID}, intake.Added, object("malware", 3, nil))[0].Added
	for i, want := range []int{1, 0} {
		if n, err := in.Gather(t.Context(), c.ID, []string{one, id("malware", 99)}); err != nil || n != want {
			t.Fatalf("gathered the %dth time: %d, %v", i+1, n, err)
		}
	}
	if got := members(); len(got) != 1 || got[0] <= last {
		t.Errorf("members %v, not after %d", got, last)
	}
	if list, err := in.Gatherings(t.Context()); err != nil || len(list) != 1 || list[0].ID != c.ID || list[0].Rule != "a rule" {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := in.Delete(t.Context(), intake.Submission{Source: a.ID}, a.Collection, one, store.Version{All: true}); err != nil {
		t.Fatal(err)
	}
	if got := members(); len(got) != 0 {
		t.Errorf("what was deleted is still gathered: %v", got)
	}
	if _, err := in.AddGathering(t.Context(), store.Collection{Title: "Inbox", Writable: true}, "a rule"); threatwatch.KindOf(err) != threatwatch.Invalid {
		t.Errorf("an inbox is gathered: %v", err)
	}
}
