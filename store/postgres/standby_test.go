package postgres

import (
	"strings"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/internal/pgtest"
	"threatwatch/store"
	"threatwatch/store/storetest"
)

// TestStandby: a poller of a streaming standby sees all that sixteen writers write to the primary, while it takes writes from nobody.
func TestStandby(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a second server")
	}
	dir := t.TempDir()
	primary := []store.Store{open(t, dir), open(t, dir)}
	url := database(t, dir)
	standby := pgtest.Start(t).Standby(t)
	name := url[strings.LastIndexByte(url, '/')+1:]
	replica, err := Open(t.Context(), standby.URL(strings.TrimSuffix(name, "?sslmode=disable")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer replica.Close()
	replica.patience = 100 * time.Millisecond
	storetest.PollersMissNothing(t, primary, replica)

	err = replica.Update(t.Context(), func(tx store.Tx) error { return tx.PutRecord(t.Context(), "k", "a", nil) })
	if threatwatch.KindOf(err) != threatwatch.Unavailable {
		t.Errorf("writing to a standby: %v", err)
	}
	if _, err := Open(t.Context(), standby.URL("postgres"), Options{}); threatwatch.KindOf(err) != threatwatch.Unavailable {
		t.Errorf("opening an empty database on a standby: %v", err)
	}
}
