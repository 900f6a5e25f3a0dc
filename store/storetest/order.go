package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"threatwatch/store"
)

const (
	writers   = 16
	perWriter = 40
)

// pollersMissNothing: sixteen writers over two handles, one poller that remembers the last stamp. The check is then run on a log with
// a naive clock, where it must find a loss: a check that cannot fail proves nothing.
func pollersMissNothing(t T, e Engine) {
	dir := t.TempDir()
	handles := []store.Store{e.Open(t, dir), e.Open(t, dir)}
	PollersMissNothing(t, handles, handles[0])

	var naive naiveLog
	lost, err := lostRows(naive.write, naive.poll, func() error { return nil })
	if err != nil || lost == 0 {
		t.Errorf("the check finds no loss in a log with a naive clock: %v", err)
	}
}

// PollersMissNothing checks that a poller of one store, which may be a replica that lags, sees everything that sixteen writers write to others.
func PollersMissNothing(t T, written []store.Store, read store.Store) {
	t.Helper()
	ctx := t.Context()
	write := func(w, i int) error { return put(ctx, written[w%len(written)], indicator(w*perWriter+i), "x", "n") }
	poll := func(after store.Stamp) ([]string, store.Stamp, error) { return ids(ctx, read, everything{}, after) }
	arrived := func() error {
		var last store.Stamp
		err := written[0].Read(ctx, func(sn store.Snapshot) (err error) { last, err = sn.LastStamp(ctx); return err })
		if err != nil {
			return err
		}
		return read.Wait(ctx, last-1)
	}
	if lost, err := lostRows(write, poll, arrived); err != nil || lost != 0 {
		t.Errorf("the poller lost %d of %d objects: %v", lost, writers*perWriter, err)
	}
}

// lostRows runs writers beside a poller and counts what was acknowledged and never seen. arrived returns when all of it can be seen.
func lostRows(write func(w, i int) error, poll func(store.Stamp) ([]string, store.Stamp, error), arrived func() error) (int, error) {
	var wg sync.WaitGroup
	var finished atomic.Bool
	errs := make([]error, writers+1)
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
	go func() {
		wg.Wait()
		errs[writers] = arrived()
		finished.Store(true)
	}()
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
