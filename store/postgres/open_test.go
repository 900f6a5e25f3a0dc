package postgres

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"threatwatch"
	"threatwatch/internal/pgtest"
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
