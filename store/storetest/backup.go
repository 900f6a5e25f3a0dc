package storetest

import (
	"path/filepath"
	"sync"

	"threatwatch/store"
)

// backupWhileWriting: a backup taken beside a writer opens, and holds an unbroken beginning of the log.
func backupWhileWriting(t T, e Engine) {
	dir, ctx := t.TempDir(), t.Context()
	st := e.Open(t, dir)
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
	copies := t.TempDir()
	if e.Backup == nil {
		e.Backup = func(t T, _, to string) { backup(t, st, to) }
	}
	e.Backup(t, dir, copies)
	close(stop)
	wg.Wait()
	if failed != nil {
		t.Fatal(failed)
	}
	all, _, err := ids(ctx, st, everything{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	copied, _, err := ids(ctx, e.Open(t, copies), everything{}, 0)
	if err != nil || len(copied) < 50 || len(copied) > len(all) {
		t.Fatalf("backup holds %d of %d: %v", len(copied), len(all), err)
	}
	for i, id := range copied {
		if id != all[i] {
			t.Fatalf("object %d of the backup is %s, want %s", i, id, all[i])
		}
	}
}

// backup has the store write the copy itself.
func backup(t T, st store.Store, to string) {
	t.Helper()
	path := filepath.Join(to, "threatwatch.db")
	if err := st.Backup(t.Context(), path, nil); err != nil {
		t.Fatal(err)
	}
	if err := st.Backup(t.Context(), path, nil); err == nil {
		t.Error("a backup wrote over a file")
	}
}
