package sqlite

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"threatwatch/store"
)

// TestCompressedBodies: what a source keeps compressed comes back byte for byte, through handles that were open before its dictionary was
// made and after a transaction that made one was undone; it is smaller, and can be erased.
func TestCompressedBodies(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	open := func() *DB {
		d, err := Open(ctx, dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d
	}
	a, b := open(), open()
	if err := a.Update(ctx, func(tx store.Tx) error {
		return tx.PutSource(ctx, &store.Source{Name: "compressed", Compress: true})
	}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	write := func(d *DB, from, n int, fault error) {
		t.Helper()
		err := d.Update(ctx, func(tx store.Tx) error {
			puts, err := similar(ctx, tx, from, n)
			if err != nil {
				return err
			}
			if _, err := tx.Put(ctx, puts); err != nil {
				return err
			}
			for _, p := range puts {
				want[p.ID] = string(p.Raw)
			}
			return fault
		})
		if !errors.Is(err, fault) {
			t.Fatal(err)
		}
		if fault != nil {
			clear(want)
		}
	}
	undone := errors.New("undone")
	write(a, 0, 300, undone)
	write(a, 0, 10, nil) // too few to learn from
	write(a, 10, 300, nil)
	write(b, 310, 20, nil)

	check := func(d *DB) {
		t.Helper()
		seen := 0
		err := d.Read(ctx, func(s store.Snapshot) error {
			return s.Members(ctx, store.Query{Labels: everything{}}, func(r *store.Row) error {
				if seen++; string(r.Raw) != want[r.ID] {
					return fmt.Errorf("%s is %.60q…, want %.60q…", r.ID, r.Raw, want[r.ID])
				}
				return nil
			})
		})
		if err != nil || seen != len(want) {
			t.Errorf("%d of %d bodies are as they came: %v", seen, len(want), err)
		}
	}
	check(a)
	check(b)
	check(open())

	var raw, kept, packed int
	if err := a.pool.QueryRowContext(ctx, "SELECT sum(length(raw)), sum(enc <> 0) FROM assertion").Scan(&kept, &packed); err != nil {
		t.Fatal(err)
	}
	for _, s := range want {
		raw += len(s)
	}
	if packed != 320 || kept*2 > raw {
		t.Errorf("%d bodies are packed and take %d bytes of %d; want 320 in less than half", packed, kept, raw)
	}
	if err := b.Update(ctx, func(tx store.Tx) error { return eraseAll(ctx, tx, number(320)) }); err != nil {
		t.Error(err)
	}
	delete(want, number(320))
	check(a)
}

func number(i int) string { return fmt.Sprintf("tool--%08x-1111-4111-8111-111111111111", i) }

func similar(ctx context.Context, tx store.Tx, from, n int) ([]*store.Put, error) {
	l, err := tx.InternLabel(ctx, "x")
	if err != nil {
		return nil, err
	}
	var puts []*store.Put
	for i := from; i < from+n; i++ {
		raw := fmt.Appendf(nil, `{"type":"tool","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:%02d.000Z","name":"number %d","description":"one of many that are alike"}`, number(i), i%60, i*i)
		puts = append(puts, &store.Put{Head: store.Head{ID: number(i), Type: "tool", Modified: 1, Source: 1, Label: l}, Raw: raw, Collections: []store.CollectionID{1}})
	}
	return puts, nil
}
