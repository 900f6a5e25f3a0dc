package postgres

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"threatwatch"
	"threatwatch/internal/pgtest"
	"threatwatch/store"
	"threatwatch/store/sqlite"
	"threatwatch/store/storetest"
)

// database is the URL of the database that stands for a directory.
func database(t storetest.T, dir string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(dir))
	tb := t.(testing.TB)
	return pgtest.Start(tb).Database(tb, "tw_"+hex.EncodeToString(sum[:8]))
}

func open(t storetest.T, dir string) store.Store { return openTraced(t, dir, nil) }

func openTraced(t storetest.T, dir string, tracer pgx.QueryTracer) store.Store {
	t.Helper()
	d, err := Open(t.Context(), database(t, dir), Options{tracer: tracer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() }) // a test may have closed it to open it again
	return d
}

// TestContract runs the suite that every engine runs, with backups made as the message of Backup says, and looks at what was sent meanwhile.
func TestContract(t *testing.T) {
	w := &wire{seen: map[string]bool{}}
	t.Run("Suite", func(t *testing.T) {
		storetest.Run(t, storetest.Engine{Open: func(t storetest.T, dir string) store.Store { return openTraced(t, dir, w) }, Backup: dump})
	})
	w.check(t)
}

// TestMove moves everything between engines, in each direction.
func TestMove(t *testing.T) {
	embedded := func(t storetest.T, dir string) store.Store {
		t.Helper()
		d, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d
	}
	t.Run("FromEmbedded", func(t *testing.T) { storetest.RunMove(t, embedded, open) })
	t.Run("ToEmbedded", func(t *testing.T) { storetest.RunMove(t, open, embedded) })
}

// dump copies a database with pg_dump and pg_restore.
func dump(t storetest.T, from, to string) {
	t.Helper()
	backup, err := pgtest.Command("pg_dump", "--format=custom", database(t, from))
	if err != nil {
		t.Fatal(err)
	}
	restore, err := pgtest.Command("pg_restore", "--exit-on-error", "--dbname", database(t, to))
	if err != nil {
		t.Fatal(err)
	}
	copied, err := backup.Output()
	if err != nil {
		t.Fatal(err)
	}
	restore.Stdin = bytes.NewReader(copied)
	if out, err := restore.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestBackupRefuses: and names what to use instead.
func TestBackupRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "copy")
	err := open(t, t.TempDir()).Backup(t.Context(), path, nil)
	if threatwatch.KindOf(err) != threatwatch.Unsupported || !strings.Contains(err.Error(), "pg_dump") {
		t.Errorf("%v, want a word about pg_dump", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a refused backup left %s", path)
	}
}
