// Package storetest is the contract of package store as tests: every engine runs them.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// Open opens the store kept in a directory, or opens it once more.
type Open func(t *testing.T, dir string) store.Store

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for name, f := range map[string]func(*testing.T, Open){
		"PollersMissNothing": pollersMissNothing, "SnapshotsStandStill": snapshotsStandStill, "AllOrNothing": allOrNothing,
		"SameTwice": sameTwice, "Reopened": reopened, "BackupWhileWriting": backupWhileWriting, "LabelsLimit": labelsLimit,
		"BareRows": bareRows, "DocumentsAreFresh": documentsAreFresh,
		"CallbacksMayAsk": callbacksMayAsk, "VersionsAsShown": versionsAsShown,
	} {
		t.Run(name, func(t *testing.T) { f(t, open) })
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
	raw := fmt.Sprintf(`{"type":"indicator","id":%q,"name":%q}`, id, text)
	p := &store.Put{Head: store.Head{ID: id, Type: "indicator", Modified: 1, Source: 1, Label: l}, Raw: []byte(raw), Text: text,
		Values: []string{"domain-name:" + text}, Collections: []store.CollectionID{home}}
	copy(p.Digest[:], id[len("indicator--"):])
	_, err = tx.Put(ctx, []*store.Put{p})
	return err
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

const (
	writers   = 16
	perWriter = 40
)

// pollersMissNothing: sixteen writers over two handles, one poller that remembers the last stamp. The check is then run on a log with
// a naive clock, where it must find a loss: a check that cannot fail proves nothing.
func pollersMissNothing(t *testing.T, open Open) {
	dir := t.TempDir()
	handles := []store.Store{open(t, dir), open(t, dir)}
	ctx := t.Context()
	write := func(w, i int) error { return put(ctx, handles[w%2], indicator(w*perWriter+i), "x", "n") }
	poll := func(after store.Stamp) ([]string, store.Stamp, error) {
		return ids(ctx, handles[0], everything{}, after)
	}
	if lost, err := lostRows(write, poll); err != nil || lost != 0 {
		t.Errorf("the poller lost %d of %d objects: %v", lost, writers*perWriter, err)
	}

	var naive naiveLog
	lost, err := lostRows(naive.write, naive.poll)
	if err != nil || lost == 0 {
		t.Errorf("the check finds no loss in a log with a naive clock: %v", err)
	}
}

// lostRows runs writers beside a poller and counts what was acknowledged and never seen.
func lostRows(write func(w, i int) error, poll func(store.Stamp) ([]string, store.Stamp, error)) (int, error) {
	var wg sync.WaitGroup
	var finished atomic.Bool
	errs := make([]error, writers)
	for w := range writers {
		wg.Go(func() {
			for i := range perWriter {
				if err := write(w, i); err != nil {
					errs[w] = err
					return
				}
			}
		})
	}
	go func() { wg.Wait(); finished.Store(true) }()
	seen := map[string]int{}
	var last store.Stamp
	for done := false; !done; {
		done = finished.Load() // one more round after the last write
		list, l, err := poll(last)
		if err != nil {
			return 0, err
		}
		last = l
		for _, id := range list {
			if seen[id]++; seen[id] > 1 {
				return 0, fmt.Errorf("%s was seen twice", id)
			}
		}
	}
	return writers*perWriter - len(seen), errors.Join(errs...)
}

// naiveLog stamps a row before it becomes visible, as a column with a default of now() does.
type naiveLog struct {
	clock atomic.Int64
	mu    sync.Mutex
	rows  map[store.Stamp]string
}

func (n *naiveLog) write(w, i int) error {
	stamp := store.Stamp(n.clock.Add(1))
	time.Sleep(time.Duration(w) * 100 * time.Microsecond) // the commit
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.rows == nil {
		n.rows = map[store.Stamp]string{}
	}
	n.rows[stamp] = indicator(w*perWriter + i)
	return nil
}

func (n *naiveLog) poll(after store.Stamp) (list []string, last store.Stamp, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	last = after
	for s, id := range n.rows {
		if s > after {
			list, last = append(list, id), max(last, s)
		}
	}
	return list, last, nil
}

// snapshotsStandStill: a reader sees one state from its first to its last row, whatever is written meanwhile.
func snapshotsStandStill(t *testing.T, open Open) {
	st, ctx := open(t, t.TempDir()), t.Context()
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
func allOrNothing(t *testing.T, open Open) {
	st, ctx := open(t, t.TempDir()), t.Context()
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
func sameTwice(t *testing.T, open Open) {
	st, ctx := open(t, t.TempDir()), t.Context()
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
func reopened(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	st := open(t, dir)
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
	st = open(t, dir)
	if err := put(ctx, st, indicator(2), "x", "two"); err != nil {
		t.Fatal(err)
	}
	if list, now, err := ids(ctx, st, everything{}, last); err != nil || len(list) != 1 || list[0] != indicator(2) || now <= last {
		t.Errorf("after %d: %v, %d, %v", last, list, now, err)
	}
	err = st.Read(ctx, func(sn store.Snapshot) error {
		n := 0
		count := func(*store.Row) error { n++; return nil }
		if err := sn.ByValue(ctx, everything{}, "domain-name:one", 0, count); err != nil {
			return err
		}
		if err := sn.Search(ctx, everything{}, "two", nil, 0, 0, count); err != nil {
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

// backupWhileWriting: a backup taken beside a writer opens, and holds an unbroken beginning of the log.
func backupWhileWriting(t *testing.T, open Open) {
	st, ctx := open(t, t.TempDir()), t.Context()
	for i := range 50 {
		if err := put(ctx, st, indicator(i), "x", "n"); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	var failed error
	wg.Go(func() {
		for i := 50; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if failed = put(ctx, st, indicator(i), "x", "n"); failed != nil {
				return
			}
		}
	})
	dir := t.TempDir()
	err := st.Backup(ctx, filepath.Join(dir, "threatwatch.db"), nil)
	close(stop)
	wg.Wait()
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	all, _, err := ids(ctx, st, everything{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	copied, _, err := ids(ctx, open(t, dir), everything{}, 0)
	if err != nil || len(copied) < 50 || len(copied) > len(all) {
		t.Fatalf("backup holds %d of %d: %v", len(copied), len(all), err)
	}
	for i, id := range copied {
		if id != all[i] {
			t.Fatalf("object %d of the backup is %s, want %s", i, id, all[i])
		}
	}
	if err := st.Backup(ctx, filepath.Join(dir, "threatwatch.db"), nil); err == nil {
		t.Error("a backup wrote over a file")
	}
}

// labelsLimit: no way of reading shows a label outside of the set.
func labelsLimit(t *testing.T, open Open) {
	st, ctx := open(t, t.TempDir()), t.Context()
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
			sn.ByValue(ctx, allowed, "domain-name:same", 0, see),
			sn.Search(ctx, allowed, "same", nil, 0, 0, see),
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
