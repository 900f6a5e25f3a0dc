package postgres

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"threatwatch"
	"threatwatch/internal/pgtest"
	"threatwatch/store"
)

// TestOpenedAtOnce: processes that start together on an empty database make its tables once.
func TestOpenedAtOnce(t *testing.T) {
	url := database(t, t.TempDir())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			d, err := Open(t.Context(), url, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			d.Close()
		})
	}
	wg.Wait()
}

// everything is the set of all labels.
type everything struct{}

func (everything) Has(store.LabelID) bool { return true }
func (everything) All() bool              { return true }
func (everything) IDs() []store.LabelID   { return nil }

// TestUpgrade: what was written before there was a table of ends is found by its ends.
func TestUpgrade(t *testing.T) {
	url, ctx := database(t, t.TempDir()), t.Context()
	reopen := func() *DB {
		d, err := Open(ctx, url, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	const tie, campaign = "relationship--00000000-0000-4000-8000-000000000001", "campaign--00000000-0000-4000-8000-000000000002"
	d := reopen()
	err := d.Update(ctx, func(tx store.Tx) error {
		l, err := tx.InternLabel(ctx, "open")
		if err != nil {
			return err
		}
		_, err = tx.Put(ctx, []*store.Put{
			{Head: store.Head{ID: tie, Type: "relationship", Modified: 1, Source: 1, Label: l}, Raw: []byte("{}"), Refs: []store.Ref{{Kind: "source_ref", ID: campaign},
				{Kind: "target_ref", ID: "tool--00000000-0000-4000-8000-000000000003"}, {Kind: "created_by_ref", ID: "identity--00000000-0000-4000-8000-000000000004"}}},
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	exec(t, url, "DROP TABLE ends; UPDATE migration SET version = 2")
	d = reopen()
	defer d.Close()
	for typ, want := range map[string]int{"campaign": 1, "tool": 1, "identity": 0, "relationship": 0} {
		n := 0
		err := d.Read(ctx, func(s store.Snapshot) error {
			return s.Members(ctx, store.Query{Labels: everything{}, Ends: []string{typ}}, func(*store.Row) error { n++; return nil })
		})
		if err != nil || n != want {
			t.Errorf("%d relationships join a %s, %v; want %d", n, typ, err, want)
		}
	}
}

// TestRefusesToOpen: a database that cannot be used is refused with a word about why, and never with the password.
func TestRefusesToOpen(t *testing.T) {
	server := pgtest.Start(t)
	newer := server.Database(t, "newer")
	d, err := Open(t.Context(), newer, Options{})
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	exec(t, newer, "UPDATE migration SET version = 1000")
	exec(t, server.URL("postgres"), "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
	secret := func(url string) string { return strings.Replace(url, "postgres@", "postgres:hidden-word@", 1) }
	for name, c := range map[string]struct {
		url  string
		opt  Options
		kind threatwatch.Kind
		want string
	}{
		"no exchange": {server.Database(t, "empty"), Options{MustExist: true}, threatwatch.Unavailable, "no exchange in database empty"},
		"no database": {server.URL("missing"), Options{}, threatwatch.Unavailable, `database "missing" does not exist`},
		"newer":       {newer, Options{}, threatwatch.Unavailable, "newer version"},
		"encoding":    {server.URL("latin"), Options{}, threatwatch.Unavailable, "UTF8 is needed"},
		"no server":   {"postgres://postgres@127.0.0.1:1/x", Options{}, threatwatch.Unavailable, "cannot be used"},
		"no URL":      {"postgres://postgres@127.0.0.1:port/x", Options{}, threatwatch.Invalid, "cannot be read"},
		"bad option":  {server.URL("postgres") + "&sslmode=perhaps", Options{}, threatwatch.Invalid, "cannot be read"},
	} {
		_, err := Open(t.Context(), secret(c.url), c.opt)
		if threatwatch.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func exec(t *testing.T, url, text string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.WithoutCancel(t.Context()))
	if _, err := c.Exec(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

// TestGuards: sessions are limited in time, unless the URL says otherwise; several hosts mean the one that takes writes.
func TestGuards(t *testing.T) {
	c, err := configure("postgres://a,b/x?statement_timeout=5s&pool_max_conns=3", Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := c.ConnConfig.RuntimeParams
	if p["statement_timeout"] != "5s" || p["idle_in_transaction_session_timeout"] != "300000" || c.MaxConns != 3 || c.ConnConfig.ValidateConnect == nil {
		t.Errorf("parameters %v, %d connections", p, c.MaxConns)
	}
	if c, err = configure("postgres://a/x", Options{}); err != nil || c.ConnConfig.ValidateConnect != nil || c.MaxConns != 8 {
		t.Errorf("one host: %v, %d connections", err, c.MaxConns)
	}
}

// TestDurable: a server that would answer commits before they are on disk is told not to.
func TestDurable(t *testing.T) {
	url := database(t, t.TempDir())
	d, err := Open(t.Context(), url+"&synchronous_commit=off", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w := &writer{DB: d}
	if err := w.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer w.leave()
	var sync, idle string
	err = w.conn.QueryRow(t.Context(), "SELECT current_setting('synchronous_commit'), current_setting('idle_in_transaction_session_timeout')").Scan(&sync, &idle)
	if err != nil || sync != "on" || idle != "30s" {
		t.Errorf("synchronous_commit %s, idle limit %s: %v", sync, idle, err)
	}
}
