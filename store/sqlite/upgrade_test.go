package sqlite

import (
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"threatwatch/store"
)

// everything is the set of all labels.
type everything struct{}

func (everything) Has(store.LabelID) bool { return true }
func (everything) All() bool              { return true }
func (everything) IDs() []store.LabelID   { return nil }

// TestUpgrade opens a file of schema 1 and asks everything that its tables answered. The answers are counted by hand from what was put
// into it; see testdata/README.md.
func TestUpgrade(t *testing.T) {
	d, err := Open(t.Context(), unpacked(t, "testdata/schema-1.db.gz"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	const actor = "threat-actor--e2288945-1c9b-4dab-bbe2-3aedf0d06c52"
	ctx := t.Context()
	all := everything{}
	for name, c := range map[string]struct {
		want int
		ask  func(s store.Snapshot, f func(*store.Row) error) error
	}{
		"assertions": {2 * 27, func(s store.Snapshot, f func(*store.Row) error) error {
			return s.Members(ctx, store.Query{Labels: all, Version: store.Version{All: true}}, f)
		}},
		"joined to an actor": {2 * 12, func(s store.Snapshot, f func(*store.Row) error) error {
			return s.Members(ctx, store.Query{Labels: all, Ends: []string{"threat-actor"}, Version: store.Version{All: true}}, f)
		}},
		"joined to a tool": {0, func(s store.Snapshot, f func(*store.Row) error) error {
			return s.Members(ctx, store.Query{Labels: all, Ends: []string{"tool"}, Version: store.Version{All: true}}, f)
		}},
		"by id": {4, func(s store.Snapshot, f func(*store.Row) error) error { return s.ByID(ctx, all, actor, f) }},
		"by value": {4, func(s store.Snapshot, f func(*store.Row) error) error {
			return s.ByValues(ctx, all, []string{"domain-name:host3.example"}, func(_ int, r *store.Row) error { return f(r) })
		}},
		"mentions": {24, func(s store.Snapshot, f func(*store.Row) error) error {
			return s.Mentions(ctx, all, actor, func(_ string, r *store.Row) error { return f(r) })
		}},
		"search": {1, func(s store.Snapshot, f func(*store.Row) error) error {
			return s.Search(ctx, all, "elan", nil, f)
		}},
	} {
		n := 0
		err := d.Read(ctx, func(s store.Snapshot) error {
			return c.ask(s, func(*store.Row) error { n++; return nil })
		})
		if err != nil || n != c.want {
			t.Errorf("%s: %d rows, %v; want %d", name, n, err, c.want)
		}
	}
	if err := d.Update(ctx, func(tx store.Tx) error { return eraseAll(ctx, tx, actor) }); err != nil {
		t.Errorf("erase what came with the old file: %v", err)
	}
}

func eraseAll(ctx context.Context, tx store.Tx, id string) error {
	heads, err := tx.Heads(ctx, []string{id})
	if err != nil {
		return err
	}
	var oids []store.OID
	for _, h := range heads[id] {
		oids = append(oids, h.OID)
	}
	return tx.Delete(ctx, 0, oids)
}

// unpacked returns a data directory that holds the file.
func unpacked(t *testing.T, file string) string {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	zr, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out, err := os.Create(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, zr); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}
