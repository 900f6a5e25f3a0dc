package postgres

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/internal/pgtest"
	"threatwatch/store"
)

// TestFailover kills the primary under eight writers and promotes its synchronous standby: the writers wait and go on, and nothing that
// was acknowledged is missing, before the failover or after.
func TestFailover(t *testing.T) {
	if testing.Short() {
		t.Skip("starts two servers")
	}
	t.Parallel()
	primary := pgtest.New(t)
	primary.Exec(t, "CREATE DATABASE exchange")
	standby := primary.Standby(t)
	primary.Exec(t, "ALTER SYSTEM SET synchronous_standby_names = '*'")
	primary.Exec(t, "SELECT pg_reload_conf()")
	url := fmt.Sprintf("postgres://postgres@127.0.0.1:%d,127.0.0.1:%d/exchange?sslmode=disable", primary.Port, standby.Port)
	d, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()

	w := failoverWriters{t: t, d: d}
	w.start(8)
	w.until(200)
	primary.Kill()
	standby.Exec(t, "SELECT pg_promote()")
	before := w.acked.Load()
	w.until(before + 200)
	w.stop()
	t.Logf("%d writes acknowledged, %d of them before the failover; %d errors told", w.acked.Load(), before, w.failed.Load())

	held := map[string]bool{}
	err = d.Read(t.Context(), func(s store.Snapshot) error {
		return s.Records(t.Context(), "written", "", func(key string, _ []byte) error { held[key] = true; return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	w.keys.Range(func(key, _ any) bool {
		if !held[key.(string)] {
			t.Errorf("%s was acknowledged and is gone", key)
		}
		return true
	})
}

type failoverWriters struct {
	t             *testing.T
	d             *DB
	wg            sync.WaitGroup
	done          atomic.Bool
	acked, failed atomic.Int64
	keys          sync.Map // of what was acknowledged
}

func (w *failoverWriters) start(n int) {
	for i := range n {
		w.wg.Go(func() {
			for k := 0; !w.done.Load(); k++ {
				w.write(fmt.Sprintf("%d/%d", i, k))
			}
		})
	}
}

// write notes a key once it is acknowledged. That the database was away is an answer too; anything else is not.
func (w *failoverWriters) write(key string) {
	ctx := w.t.Context()
	err := w.d.Update(ctx, func(tx store.Tx) error { return tx.PutRecord(ctx, "written", key, []byte("{}")) })
	switch {
	case err == nil:
		w.keys.Store(key, true)
		w.acked.Add(1)
	case threatwatch.KindOf(err) == threatwatch.Unavailable:
		w.failed.Add(1)
		time.Sleep(50 * time.Millisecond)
	default:
		w.t.Errorf("write %s: %v", key, err)
		w.done.Store(true)
	}
}

func (w *failoverWriters) until(n int64) {
	w.t.Helper()
	for range 900 {
		if w.acked.Load() >= n || w.done.Load() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.t.Errorf("only %d writes in 90 s", w.acked.Load())
}

func (w *failoverWriters) stop() {
	w.done.Store(true)
	w.wg.Wait()
}
