package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// updatesInTurn: what an update reads stays true until it has written, from however many goroutines and handles: no increment is lost.
func updatesInTurn(t T, e Engine) {
	dir, ctx := t.TempDir(), t.Context()
	handles := []store.Store{e.Open(t, dir), e.Open(t, dir)}
	const goroutines, each = 8, 25
	increment := func(tx store.Tx) error {
		var n int
		doc, err := tx.Record(ctx, "counter", "n")
		if err == nil {
			err = json.Unmarshal(doc, &n)
		}
		if err != nil && threatwatch.KindOf(err) != threatwatch.NotFound {
			return err
		}
		return tx.PutRecord(ctx, "counter", "n", fmt.Append(nil, n+1))
	}
	var wg sync.WaitGroup
	errs := make([]error, goroutines)
	for g := range goroutines {
		wg.Go(func() {
			for range each {
				errs[g] = errors.Join(errs[g], handles[g%2].Update(ctx, increment))
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	err := handles[0].Read(ctx, func(sn store.Snapshot) error {
		doc, err := sn.Record(ctx, "counter", "n")
		if string(doc) != fmt.Sprint(goroutines*each) {
			t.Errorf("%d increments count as %s", goroutines*each, doc)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// neighboursInGroup: updates that wait together may share a transaction. One that fails, in whichever way, undoes only its own; each sees
// those before it, in its reads and in the last stamp.
func neighboursInGroup(t T, e Engine) {
	st := e.Open(t, t.TempDir())
	gate := make(chan struct{})
	var wg sync.WaitGroup
	run := func(want string, f func(ctx context.Context, tx store.Tx) error) {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err := st.Update(ctx, func(tx store.Tx) error {
				if want == "context canceled" {
					cancel()
				}
				return f(ctx, tx)
			})
			if err == nil && want != "" || err != nil && (want == "" || !strings.Contains(err.Error(), want)) {
				t.Errorf("%v, want %q", err, want)
			}
		})
		time.Sleep(5 * time.Millisecond) // so that they wait in this order
	}
	run("", func(context.Context, store.Tx) error { <-gate; return nil })
	var stamp store.Stamp
	for i := range 30 {
		good := func(ctx context.Context, tx store.Tx) error {
			last, err := tx.LastStamp(ctx)
			if err != nil || i > 0 && last <= stamp {
				t.Errorf("update %d: last stamp %d after %d, %v", i, last, stamp, err)
			}
			stamp = last
			return putIn(ctx, tx, indicator(i), fmt.Sprint("label", i), "n")
		}
		switch i % 5 {
		case 1:
			run("broken off", func(ctx context.Context, tx store.Tx) error {
				return errors.Join(putIn(ctx, tx, indicator(1000+i), fmt.Sprint("lost", i), "n"), errors.New("broken off"))
			})
		case 2:
			run("panic", func(ctx context.Context, tx store.Tx) error {
				if err := tx.PutRecord(ctx, "k", "lost", nil); err != nil {
					return err
				}
				panic("a mistake")
			})
		case 3:
			run("context canceled", func(ctx context.Context, tx store.Tx) error { return putIn(ctx, tx, indicator(2000+i), "x", "n") })
		case 4:
			run("", func(ctx context.Context, tx store.Tx) error { // stops, and keeps what it did
				return errors.Join(putIn(ctx, tx, indicator(3000+i), "x", "n"), store.Stop)
			})
		default:
			run("", good)
		}
	}
	close(gate)
	wg.Wait()
	list, _, err := ids(t.Context(), st, everything{}, 0)
	if err != nil || len(list) != 12 {
		t.Errorf("%d objects, %v: want 12", len(list), err)
	}
	err = st.Read(t.Context(), func(sn store.Snapshot) error {
		bodies, err := sn.LabelBodies(t.Context())
		for id, b := range bodies {
			if strings.HasPrefix(b, "lost") {
				t.Errorf("label %d, %s, is of an update that failed", id, b)
			}
		}
		counts, e := sn.Count(t.Context(), everything{}, nil, nil)
		if counts["indicator"] != 12 {
			t.Errorf("counts %v, want 12", counts)
		}
		_, gone := sn.Record(t.Context(), "k", "lost")
		if threatwatch.KindOf(gone) != threatwatch.NotFound {
			t.Errorf("the record of an update that panicked: %v", gone)
		}
		return errors.Join(err, e)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// waitersWake: Wait returns when another handle has written, soon, and not before.
func waitersWake(t T, e Engine) {
	dir := t.TempDir()
	a, b := e.Open(t, dir), e.Open(t, dir)
	for i := range 3 {
		_, last, err := ids(t.Context(), a, everything{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := a.Wait(short, last); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait without news: %v", err)
		}
		cancel()
		woken := make(chan error, 1)
		long, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		go func() { woken <- a.Wait(long, last) }()
		if err := put(t.Context(), b, indicator(i), "x", "n"); err != nil {
			t.Fatal(err)
		}
		if err := <-woken; err != nil {
			t.Errorf("Wait beside another writer: %v", err)
		}
		cancel()
		if list, _, err := ids(t.Context(), a, everything{}, last); err != nil || len(list) != 1 {
			t.Errorf("after Wait: %v, %v", list, err)
		}
	}
}

// secondsSettle: Settled does not return while an entry of an earlier second is stamped, but not yet shown.
func secondsSettle(t T, e Engine) {
	st, ctx := e.Open(t, t.TempDir()), t.Context()
	stamped, show := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var written, settled error
	var wg sync.WaitGroup
	wg.Go(func() {
		written = st.Update(ctx, func(tx store.Tx) error {
			err := putIn(ctx, tx, indicator(1), "x", "n")
			once.Do(func() { close(stamped) })
			<-show
			return err
		})
	})
	<-stamped
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	waits := make(chan struct{})
	wg.Go(func() {
		defer close(waits)
		settled = st.Settled(ctx)
	})
	select {
	case <-waits:
		t.Error("Settled returned before the entry of an earlier second was shown")
	case <-time.After(50 * time.Millisecond):
	}
	close(show)
	wg.Wait()
	if err := errors.Join(written, settled); err != nil {
		t.Fatal(err)
	}
	if list, _, err := ids(ctx, st, everything{}, 0); err != nil || len(list) != 1 {
		t.Errorf("after Settled: %v, %v", list, err)
	}
	short, cancel := context.WithCancel(ctx)
	cancel()
	if err := st.Settled(short); err != nil {
		t.Errorf("Settled with nothing being written: %v", err)
	}
}

// goneReaders: a caller who goes away ends its reading, and nobody else's.
func goneReaders(t T, e Engine) {
	st := e.Open(t, t.TempDir())
	for i := range 20 {
		if err := put(t.Context(), st, indicator(i), "x", "n"); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		err := st.Read(ctx, func(sn store.Snapshot) error {
			return sn.Members(ctx, store.Query{Labels: everything{}}, func(*store.Row) error {
				cancel()
				_, err := sn.Heads(ctx, []string{indicator(0)})
				return err
			})
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("reading on after going away: %v", err)
		}
		if list, _, err := ids(t.Context(), st, everything{}, 0); err != nil || len(list) != 20 {
			t.Fatalf("beside one who went away: %d, %v", len(list), err)
		}
	}
}
