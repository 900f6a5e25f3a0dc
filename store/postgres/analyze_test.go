package postgres

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"threatwatch/store"
)

// TestAnalyze: the planner knows a store that was just filled without waiting for autovacuum.
func TestAnalyze(t *testing.T) {
	url := database(t, t.TempDir())
	d, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	analyzed := func() (known bool) {
		err := c.QueryRow(t.Context(), "SELECT coalesce(max(reltuples), 0) >= $1 FROM pg_class WHERE relname = 'assertion'", analyzeFirst).Scan(&known)
		if err != nil {
			t.Fatal(err)
		}
		return known
	}
	fill(t, d, 0, analyzeFirst-1)
	if analyzed() {
		t.Fatal("analyzed at once") // or by autovacuum, a minute early
	}
	fill(t, d, analyzeFirst-1, analyzeFirst)
	for end := time.Now().Add(20 * time.Second); !analyzed(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not analyzed")
		}
	}
}

// fill puts small assertions with numbers from (included) to (not included).
func fill(t *testing.T, d *DB, from, to int) {
	t.Helper()
	var puts []*store.Put
	for i := from; i < to; i++ {
		id := fmt.Sprintf("indicator--00000000-0000-4000-8000-%012x", i)
		puts = append(puts, &store.Put{Head: store.Head{ID: id, Type: "indicator", Source: 1, Label: 1}, Raw: []byte(`{}`), Collections: []store.CollectionID{1}})
	}
	err := d.Update(t.Context(), func(tx store.Tx) error {
		_, err := tx.Put(t.Context(), puts)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
