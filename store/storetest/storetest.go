// Package storetest is the contract of package store as tests: every engine runs them, and [Check] runs them outside of tests, on an engine
// that an operator brings.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatwatch"
	"threatwatch/store"
)

// Open opens the store kept in a directory, or opens it once more.
type Open func(t T, dir string) store.Store

// Engine is an implementation of the contract.
type Engine struct {
	Open Open
	// Backup copies the store of one directory, which is in use, to another; nil: with [store.Store.Backup].
	Backup func(t T, from, to string)
	// Patience is how long [Check] waits for a property; 0: five minutes.
	Patience time.Duration
}

// property is one promise of the contract.
type property struct {
	name, says string
	check      func(T, Engine)
}

// properties is the suite, the hardest promise first.
var properties = []property{
	{"PollersMissNothing", "who remembers the last stamp misses nothing, with 16 writers", pollersMissNothing},
	{"AllOrNothing", "a transaction happens whole or not at all", allOrNothing},
	{"SnapshotsStandStill", "a reader sees one state from beginning to end", snapshotsStandStill},
	{"UpdatesInTurn", "what two transactions decide on the same rows is decided in turn", updatesInTurn},
	{"NeighboursInGroup", "an error undoes its own transaction and no neighbour's", neighboursInGroup},
	{"ManyHolders", "values that few and many assertions hold are found together, each whole and newest first", manyHolders},
	{"LabelsLimit", "nothing outside the labels of a view is shown, listed or counted", labelsLimit},
	{"Worlds", "each way of reading gives what the contract in its simplest form gives", worlds},
	{"SameTwice", "what is held already is not stored again", sameTwice},
	{"Reopened", "what was acknowledged is there after closing and opening", reopened},
	{"BareRows", "short listings are the long ones, shortened", bareRows},
	{"DocumentsAreFresh", "what somebody else changed is seen by the next reader", documentsAreFresh},
	{"CallbacksMayAsk", "a reader may ask while it is being answered", callbacksMayAsk},
	{"VersionsAsShown", "versions are chosen as the view shows them", versionsAsShown},
	{"WordsFind", "full text finds words, beginnings of words, accents folded", wordsFind},
	{"ValuesAreExact", "a value finds itself and nothing else", valuesAreExact},
	{"RecordsInOrder", "keys are in order byte by byte", recordsInOrder},
	{"LabelBodiesAreExact", "labels are told apart byte by byte", labelBodiesAreExact},
	{"LargeBodies", "large bodies come back as they came", largeBodies},
	{"SourcesAndCollections", "sources and collections keep their numbers", sourcesAndCollections},
	{"WaitersWake", "who waits for the log is woken", waitersWake},
	{"SecondsSettle", "what was stamped in an earlier second is seen by who waits for it", secondsSettle},
	{"GoneReaders", "a reader that goes away holds nothing up", goneReaders},
	{"FollowersTakeTurns", "of several followers one reacts at a time, to each entry once", followersTakeTurns},
	{"LateFollowersStop", "who slept past its lease does nothing under it", lateFollowersStop},
	{"LeasesChangeHands", "one process holds a lease, and passes it on", leasesChangeHands},
	{"BackupWhileWriting", "a backup beside a writer is an unbroken beginning", backupWhileWriting},
}

// Run runs the suite as tests.
func Run(t *testing.T, e Engine) {
	for _, p := range properties {
		t.Run(p.name, func(t *testing.T) { p.check(t, e) })
	}
}

// everything is the set of all labels.
type everything struct{}

func (everything) Has(store.LabelID) bool { return true }
func (everything) All() bool              { return true }
func (everything) IDs() []store.LabelID   { return nil }

// only is a set of labels.
type only []store.LabelID

func (o only) Has(id store.LabelID) bool {
	for _, x := range o {
		if x == id {
			return true
		}
	}
	return false
}
func (only) All() bool              { return false }
func (o only) IDs() []store.LabelID { return o }

const home store.CollectionID = 1

// put stores one object in a transaction of its own.
func put(ctx context.Context, st store.Store, id, label, text string) error {
	return st.Update(ctx, func(tx store.Tx) error { return putIn(ctx, tx, id, label, text) })
}

func putIn(ctx context.Context, tx store.Tx, id, label, text string) error {
	l, err := tx.InternLabel(ctx, label)
	if err != nil {
		return err
	}
	raw := rawOf(id, text)
	p := &store.Put{Head: store.Head{ID: id, Type: "indicator", Modified: 1, Source: 1, Label: l}, Raw: []byte(raw), Text: text,
		Values: []string{"domain-name:" + text}, Collections: []store.CollectionID{home}}
	copy(p.Digest[:], id[len("indicator--"):])
	_, err = tx.Put(ctx, []*store.Put{p})
	return err
}

func rawOf(id, text string) string {
	return fmt.Sprintf(`{"type":"indicator","id":%q,"name":%q}`, id, text)
}

func indicator(n int) string {
	return fmt.Sprintf("indicator--%08x-1111-4111-8111-%012x", uint32(n)*2654435761, n)
}

// ids lists what a snapshot shows after a stamp, and the last stamp.
func ids(ctx context.Context, st store.Store, ls store.Labels, after store.Stamp) (list []string, last store.Stamp, err error) {
	last = after
	err = st.Read(ctx, func(sn store.Snapshot) error {
		q := store.Query{Labels: ls, Collections: []store.CollectionID{home}, After: after, Version: store.Version{All: true}}
		return sn.Members(ctx, q, func(r *store.Row) error {
			if r.Added <= last {
				return fmt.Errorf("stamp %d after %d", r.Added, last)
			}
			list, last = append(list, r.ID), r.Added
			return nil
		})
	})
	return list, last, err
}

// snapshotsStandStill: a reader sees one state from its first to its last row, whatever is written meanwhile.
func snapshotsStandStill(t T, e Engine) {
	st, ctx := e.Open(t, t.TempDir()), t.Context()
	if err := put(ctx, st, indicator(1), "x", "one"); err != nil {
		t.Fatal(err)
	}
	err := st.Read(ctx, func(sn store.Snapshot) error {
		before, err := sn.LastStamp(ctx)
		if err != nil {
			return err
		}
		if err := put(ctx, st, indicator(2), "x", "two"); err != nil {
			return err
		}
		after, err := sn.LastStamp(ctx)
		if after != before {
			t.Errorf("the snapshot moved from %d to %d", before, after)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if list, _, err := ids(ctx, st, everything{}, 0); err != nil || len(list) != 2 {
		t.Errorf("%v, %v: want both", list, err)
	}
}

// allOrNothing: an update that fails leaves nothing.
func allOrNothing(t T, e Engine) {
	st, ctx := e.Open(t, t.TempDir()), t.Context()
	broken := errors.New("broken off")
	err := st.Update(ctx, func(tx store.Tx) error {
		if err := putIn(ctx, tx, indicator(1), "x", "one"); err != nil {
			return err
		}
		if err := tx.PutRecord(ctx, "k", "a", []byte(`{}`)); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatalf("%v, want %v", err, broken)
	}
	if list, _, err := ids(ctx, st, everything{}, 0); err != nil || len(list) != 0 {
		t.Errorf("%v, %v: want nothing", list, err)
	}
	err = st.Read(ctx, func(sn store.Snapshot) error { _, err := sn.Record(ctx, "k", "a"); return err })
	if threatwatch.KindOf(err) != threatwatch.NotFound {
		t.Errorf("record: %v, want not found", err)
	}
}

// sameTwice: the same content of the same source is held once and keeps its stamp.
func sameTwice(t T, e Engine) {
	st, ctx := e.Open(t, t.TempDir()), t.Context()
	for range 2 {
		if err := put(ctx, st, indicator(1), "x", "one"); err != nil {
			t.Fatal(err)
		}
	}
	if list, _, err := ids(ctx, st, everything{}, 0); err != nil || len(list) != 1 {
		t.Errorf("%v, %v: want one", list, err)
	}
}

// reopened: everything is there after the store was closed, and stamps go on rising.
func reopened(t T, e Engine) {
	dir, ctx := t.TempDir(), t.Context()
	st := e.Open(t, dir)
	if err := put(ctx, st, indicator(1), "x", "one"); err != nil {
		t.Fatal(err)
	}
	_, last, err := ids(ctx, st, everything{}, 0)
	if err == nil {
		err = st.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	st = e.Open(t, dir)
	if err := put(ctx, st, indicator(2), "x", "two"); err != nil {
		t.Fatal(err)
	}
	if list, now, err := ids(ctx, st, everything{}, last); err != nil || len(list) != 1 || list[0] != indicator(2) || now <= last {
		t.Errorf("after %d: %v, %d, %v", last, list, now, err)
	}
	err = st.Read(ctx, func(sn store.Snapshot) error {
		n := 0
		count := func(*store.Row) error { n++; return nil }
		if err := sn.ByValues(ctx, everything{}, []string{"domain-name:one"}, func(_ int, r *store.Row) error { return count(r) }); err != nil {
			return err
		}
		if err := sn.Search(ctx, everything{}, "two", nil, count); err != nil {
			return err
		}
		if n != 2 {
			t.Errorf("%d found by value and word, want 2", n)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// manyHolders: a value that more hold than an engine may read at once, beside others, told whole or only its beginning.
func manyHolders(t T, e Engine) {
	const held, together = 1300, 650
	st, ctx := e.Open(t, t.TempDir()), t.Context()
	text := func(i int) string {
		if i%500 == 7 {
			return "few"
		}
		return "many"
	}
	want := map[string][]string{}
	for first := 0; first < held; first += together {
		must(t, st.Update(ctx, func(tx store.Tx) error {
			for i := first; i < first+together; i++ {
				want[text(i)] = append([]string{indicator(i)}, want[text(i)]...)
				if err := putIn(ctx, tx, indicator(i), "x", text(i)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	asked := []string{"few", "many", "absent", "many", "few"}
	limits := []int{0, 0, 0, 3, 1}
	var values []string
	for _, a := range asked {
		values = append(values, "domain-name:"+a)
	}
	got := make([][]string, len(asked))
	must(t, st.Read(ctx, func(sn store.Snapshot) error {
		return sn.ByValues(ctx, everything{}, values, func(n int, r *store.Row) error {
			if got[n] = append(got[n], r.ID); len(got[n]) == limits[n] {
				return store.Stop
			}
			return nil
		})
	}))
	for n, a := range asked {
		w := want[a]
		if limits[n] > 0 {
			w = w[:limits[n]]
		}
		if !slices.Equal(got[n], w) {
			t.Errorf("value %d, %s: %d assertions, or others, or in another order; want %d", n, a, len(got[n]), len(w))
		}
	}
}

// labelsLimit: no way of reading shows a label outside of the set.
func labelsLimit(t T, e Engine) {
	st, ctx := e.Open(t, t.TempDir()), t.Context()
	for i, label := range []string{"open", "closed"} {
		if err := put(ctx, st, indicator(i), label, "same"); err != nil {
			t.Fatal(err)
		}
	}
	var allowed only
	err := st.Read(ctx, func(sn store.Snapshot) error {
		bodies, err := sn.LabelBodies(ctx)
		for id, body := range bodies {
			if body == "open" {
				allowed = append(allowed, id)
			}
		}
		if err != nil || len(allowed) != 1 {
			return fmt.Errorf("labels %v: %w", bodies, err)
		}
		var got []string
		see := func(r *store.Row) error { got = append(got, r.ID); return nil }
		err = errors.Join(
			sn.Members(ctx, store.Query{Labels: allowed, Collections: []store.CollectionID{home}}, see),
			sn.ByID(ctx, allowed, indicator(0), see), sn.ByID(ctx, allowed, indicator(1), see),
			sn.ByValues(ctx, allowed, []string{"domain-name:same"}, func(_ int, r *store.Row) error { return see(r) }),
			sn.Search(ctx, allowed, "same", nil, see),
		)
		if len(got) != 4 {
			t.Errorf("%v: want the open one four times", got)
		}
		for _, id := range got {
			if id != indicator(0) {
				t.Errorf("%s is not for this reader", id)
			}
		}
		counts, e := sn.Count(ctx, allowed, nil, nil)
		if counts["indicator"] != 1 {
			t.Errorf("counts %v, want one", counts)
		}
		return errors.Join(err, e)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sourcesAndCollections: numbers are given in order from 1, documents come back whole, and an update replaces.
func sourcesAndCollections(t T, e Engine) {
	dir, ctx := t.TempDir(), t.Context()
	st := e.Open(t, dir)
	sources := []store.Source{{Name: "a", Title: "Ä\x00", Quota: 1 << 40, Public: true}, {Name: "b", Owner: "org", Default: "{}"}}
	colls := []store.Collection{{UUID: "1", Title: "one", Filter: &store.Filter{Types: []string{"x"}, Sources: []store.SourceID{1}}}, {UUID: "2", Writable: true, Source: 2}}
	err := st.Update(ctx, func(tx store.Tx) error {
		for i := range sources {
			if err := errors.Join(tx.PutSource(ctx, &sources[i]), tx.PutCollection(ctx, &colls[i])); err != nil {
				return err
			}
		}
		sources[0].Title, colls[1].Title = "changed", "changed"
		return errors.Join(tx.PutSource(ctx, &sources[0]), tx.PutCollection(ctx, &colls[1]))
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range sources {
		if int(sources[i].ID) != i+1 || int(colls[i].ID) != i+1 {
			t.Errorf("numbers %d and %d, want %d", sources[i].ID, colls[i].ID, i+1)
		}
	}
	err = e.Open(t, dir).Read(ctx, func(sn store.Snapshot) error {
		gotS, err := sn.Sources(ctx)
		if diff := cmp.Diff(sources, gotS); diff != "" {
			t.Errorf("sources (-want +got):\n%s", diff)
		}
		gotC, e := sn.Collections(ctx)
		if diff := cmp.Diff(colls, gotC); diff != "" {
			t.Errorf("collections (-want +got):\n%s", diff)
		}
		return errors.Join(err, e)
	})
	if err != nil {
		t.Fatal(err)
	}
}
