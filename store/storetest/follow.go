package storetest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"threatwatch/store"
)

// followersTakeTurns: of three followers on two handles one reacts at a time and each entry gets one reaction, in order, while writers
// write and each follower in turn is told to end; the fence rises with every change of hands.
func followersTakeTurns(t T, e Engine) {
	dir, ctx := t.TempDir(), t.Context()
	handles := []store.Store{e.Open(t, dir), e.Open(t, dir)}
	var wg sync.WaitGroup
	stop := make([]context.CancelFunc, 3)
	for i := range stop {
		var ending context.Context
		ending, stop[i] = context.WithCancel(ctx)
		f := &store.Follower{Name: "all", Holder: fmt.Sprint("process ", i), TTL: 300 * time.Millisecond, Batch: 7}
		wg.Go(func() {
			err := f.Run(ending, handles[i%2], func(tx store.Tx, fence int64, entries []store.Entry) error { return react(ctx, tx, i, fence, entries) })
			if ending.Err() == nil {
				t.Errorf("follower %d ended: %v", i, err)
			}
		})
	}
	const rounds, each = 3, 15
	for round := range rounds {
		for k := range each {
			if err := put(ctx, handles[k%2], indicator(round*each+k), "x", "n"); err != nil {
				t.Fatal(err)
			}
		}
		awaitReactions(t, handles[0], (round+1)*each)
		if round < rounds-1 {
			stop[lastHolder(t, handles[0])]()
		}
	}
	for _, f := range stop {
		f()
	}
	wg.Wait()
	checkReactions(t, handles[0], rounds*each)
}

// react keeps, for each entry, who reacted and under which fence.
func react(ctx context.Context, tx store.Tx, who int, fence int64, entries []store.Entry) error {
	for _, e := range entries {
		key := fmt.Sprintf("%020d", e.Stamp)
		if _, err := tx.Record(ctx, "reaction", key); err == nil {
			return fmt.Errorf("a second reaction to %d", e.Stamp)
		}
		if err := tx.PutRecord(ctx, "reaction", key, fmt.Appendf(nil, "[%d,%d]", who, fence)); err != nil {
			return err
		}
	}
	return nil
}

// reactions lists who reacted and under which fence, in the order of the log.
func reactions(t T, st store.Store) (list [][2]int64) {
	t.Helper()
	must(t, st.Read(t.Context(), func(s store.Snapshot) error {
		return s.Records(t.Context(), "reaction", "", func(_ string, doc []byte) error {
			var r [2]int64
			_, err := fmt.Sscanf(string(doc), "[%d,%d]", &r[0], &r[1])
			list = append(list, r)
			return err
		})
	}))
	return list
}

func awaitReactions(t T, st store.Store, n int) {
	t.Helper()
	for range 300 {
		if len(reactions(t, st)) >= n {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%d reactions after 15 s, want %d", len(reactions(t, st)), n)
}

func lastHolder(t T, st store.Store) int64 {
	t.Helper()
	list := reactions(t, st)
	return list[len(list)-1][0]
}

func checkReactions(t T, st store.Store, want int) {
	t.Helper()
	list := reactions(t, st)
	holders := map[int64]int64{} // by fence
	for i, r := range list {
		if i > 0 && r[1] < list[i-1][1] {
			t.Errorf("fence %d after %d", r[1], list[i-1][1])
		}
		if who, ok := holders[r[1]]; ok && who != r[0] {
			t.Errorf("followers %d and %d under fence %d", who, r[0], r[1])
		}
		holders[r[1]] = r[0]
	}
	if len(list) != want || len(holders) < 3 {
		t.Errorf("%d reactions under %d fences, want %d under 3 or more", len(list), len(holders), want)
	}
}

// lateFollowersStop: a process that is gone keeps its lease to its end and no longer; one that slept meanwhile, while another took over,
// reacts to nothing until the lease is its own again, under a new fence.
func lateFollowersStop(t T, e Engine) {
	ctx, st := t.Context(), e.Open(t, t.TempDir())
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var fences []int64
	wake := func(f *store.Follower, id int) {
		t.Helper()
		must(t, put(ctx, st, indicator(id), "x", "n"))
		ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		process := &mortal{Store: st}
		f.Run(ctx, process, func(_ store.Tx, fence int64, _ []store.Entry) error {
			fences = append(fences, fence)
			process.last = true
			cancel()
			return nil
		})
	}
	a := &store.Follower{Name: "late", Holder: "a", TTL: time.Minute, Now: func() time.Time { return clock }}
	b := &store.Follower{Name: "late", Holder: "b", TTL: time.Minute, Now: func() time.Time { return clock }}
	wake(a, 1)
	wake(b, 2) // a is gone, and its lease is not over
	if len(fences) != 1 {
		t.Errorf("fences %v: b reacts while the lease is a's", fences)
	}
	clock = clock.Add(2 * time.Minute)
	wake(b, 3)
	wake(a, 4) // a wakes up, and the lease is b's
	if len(fences) != 2 {
		t.Errorf("fences %v: a reacts while the lease is b's", fences)
	}
	clock = clock.Add(2 * time.Minute)
	wake(a, 5)
	if len(fences) != 3 || fences[0] >= fences[1] || fences[1] >= fences[2] {
		t.Errorf("fences %v, want three that rise", fences)
	}
}

// leasesChangeHands: one process holds a lease, and what the others write under it they can tell they must not; it passes on when its holder gives
// it back or lets it run out, and who comes back late knows that it is another's.
func leasesChangeHands(t T, e Engine) {
	ctx, st := t.Context(), e.Open(t, t.TempDir())
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	lease := func(holder string) *store.Lease {
		return &store.Lease{Name: "letters", Holder: holder, TTL: time.Minute, Now: func() time.Time { return clock }}
	}
	a, b := lease("a"), lease("b")
	expect := func(when string, l *store.Lease, want bool) {
		t.Helper()
		var took, held bool
		must(t, st.Update(ctx, func(tx store.Tx) (err error) {
			if took, err = l.Hold(ctx, tx); err != nil {
				return err
			}
			held, err = l.Held(ctx, tx)
			return err
		}))
		if took != want || held != want {
			t.Errorf("%s: took it %v, holds it %v, want %v", when, took, held, want)
		}
	}
	expect("a comes first", a, true)
	expect("b comes second", b, false)
	clock = clock.Add(50 * time.Second)
	expect("a renews", a, true)
	clock = clock.Add(50 * time.Second)
	expect("a renewed", b, false)
	clock = clock.Add(time.Minute)
	expect("a let it run out", b, true)
	expect("a comes back late", a, false)
	if b.Fence() <= a.Fence() {
		t.Errorf("fence %d after %d", b.Fence(), a.Fence())
	}
	a.Release(ctx, st) // it has nothing to give back
	expect("b still holds", b, true)
	b.Release(ctx, st)
	expect("b gave it back", a, true)
}

// mortal is the store as seen by a process that dies after its last update: it gives nothing back.
type mortal struct {
	store.Store
	last, dead bool
}

func (m *mortal) Update(ctx context.Context, f func(store.Tx) error) error {
	if m.dead {
		return context.Canceled
	}
	err := m.Store.Update(ctx, f)
	m.dead = m.last
	return err
}
