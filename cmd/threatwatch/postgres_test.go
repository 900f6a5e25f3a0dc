package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"threatwatch/internal/pgtest"
	"threatwatch/taxii/taxiitest"
)

var databases atomic.Int32

// newDatabase is an empty database, with a password in its URL that must not be seen anywhere.
func newDatabase(t *testing.T) place {
	t.Helper()
	url := pgtest.Start(t).Database(t, fmt.Sprint("exchange", databases.Add(1)))
	return place(strings.Replace(url, "postgres@", "postgres:hidden-word@", 1))
}

// TestBackendOnPostgreSQL runs the TAXII suite on the whole house again, over the other engine.
func TestBackendOnPostgreSQL(t *testing.T) { taxiitest.Run(t, fixture(newDatabase)) }

// TestPagesOnPostgreSQL: pages list, find and hide the same on the other engine.
func TestPagesOnPostgreSQL(t *testing.T) {
	for name, test := range map[string]func(*testing.T, *site){"older and newer": olderAndNewer, "nobody sees more": nobodySeesMore, "many found": manyFound,
		"search finds around": searchFindsAround, "versions": versionsOfAnObject} {
		t.Run(name, func(t *testing.T) { test(t, newSiteOn(t, newDatabase(t))) })
	}
}

// TestCommandsOnPostgreSQL: every command takes a URL where it takes a directory, and shows no password.
func TestCommandsOnPostgreSQL(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	data := string(newDatabase(t))
	if err := os.WriteFile("in.json", []byte(`{"type":"bundle","id":"bundle--00000000-0000-4000-8000-00000000000a","objects":[`+goodMalware+`,`+badMalware+`,`+indicator+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("tw.toml", []byte(fmt.Sprintf("data = %q\n", data)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"lookup", "--data", data, "evil.example"}, exitCannot, "no exchange in database"},
		{[]string{"check", "--config", "tw.toml"}, exitFine, "will be made at the first start"},
		{[]string{"org", "add", "Acme", "--data", data}, exitFine, "acme"},
		{[]string{"check", "--config", "tw.toml"}, exitFine, "opens"},
		{[]string{"import", "--data", data, "--source", "test", "--tlp", "clear", "in.json"}, exitWrong, "added 2, unchanged 0, refused 1"},
		{[]string{"import", "--data", data, "--source", "test", "--tlp", "clear", "in.json"}, exitWrong, "added 0, unchanged 2, refused 1"},
		{[]string{"source", "add", "other", "--data", data}, exitFine, ""},
		{[]string{"source", "list", "--data", data}, exitFine, "test"},
		{[]string{"collection", "add", "Inbox", "--writable", "--data", data}, exitFine, ""},
		{[]string{"collection", "list", "--data", data}, exitFine, "Inbox"},
		{[]string{"org", "list", "--data", data}, exitFine, "Acme"},
		{[]string{"user", "add", "ann@acme.example", "--org", "acme", "--data", data}, exitFine, ""},
		{[]string{"user", "list", "--data", data}, exitFine, "ann@acme.example"},
		{[]string{"token", "create", "siem", "--org", "acme", "--role", "reader", "--data", data}, exitFine, ""},
		{[]string{"token", "list", "--data", data}, exitFine, "siem"},
		{[]string{"lookup", "--data", data, "evil.example"}, exitFine, "indicator--00000000-0000-4000-8000-000000000003"},
		{[]string{"lookup", "--data", data, "other.example"}, exitWrong, ""},
		{[]string{"export", "--data", data, "--as", "public"}, exitFine, "malware--00000000-0000-4000-8000-000000000001"},
		{[]string{"audit", "--data", data}, exitFine, "imported"},
		{[]string{"backup", filepath.Join(dir, "copy"), "--data", data}, exitCannot, "pg_dump"},
		{[]string{"restore", "in.json", "--data", data}, exitCannot, "pg_restore"},
		{[]string{"lookup", "--data", strings.Replace(data, "exchange", "missing", 1), "x"}, exitCannot, "does not exist"},
		{[]string{"lookup", "--data", "postgres://ann:hidden-word@127.0.0.1:port/x", "x"}, exitCannot, "cannot be read"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), c.args, strings.NewReader("a long enough password\n"), &out, &errs)
		said := out.String() + errs.String()
		if code != c.code || !strings.Contains(said, c.want) {
			t.Errorf("%s: exit %d, want %d: %s; want %q", c.args[:2], code, c.code, said, c.want)
		}
		if strings.Contains(said, "hidden") {
			t.Errorf("%s shows the password: %s", c.args[:2], said)
		}
	}
	if refused, err := filepath.Glob("refused-test-*.ndjson"); err != nil || len(refused) == 0 {
		t.Errorf("no file of refused objects in the working directory: %v", err)
	}
}

// TestLookupOnStandby: a lookup needs nothing that a standby cannot do.
func TestLookupOnStandby(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a second server")
	}
	data, in := string(newDatabase(t)), filepath.Join(t.TempDir(), "in.json")
	if err := os.WriteFile(in, []byte(indicator), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"import", "--data", data, "--source", "test", in}, {"lookup", "--data", data, "evil.example"}} {
		if code, _, errs := program(t, args...); code != exitFine {
			t.Fatalf("%s: exit %d: %s", args[0], code, errs)
		}
	}
	primary := pgtest.Start(t)
	replica := strings.Replace(data, fmt.Sprint(":", primary.Port, "/"), fmt.Sprint(":", primary.Standby(t).Port, "/"), 1)
	if code, out, errs := program(t, "lookup", "--data", replica, "evil.example"); code != exitFine || !strings.Contains(out, "indicator--") {
		t.Errorf("lookup on the standby: exit %d: %s%s", code, out, errs)
	}
}

// TestServeOnPostgreSQL: the server says where it serves, without the password, and serves.
func TestServeOnPostgreSQL(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var errs lockedBuffer
	done := make(chan int)
	go func() {
		done <- run(ctx, []string{"serve", "--data", string(newDatabase(t)), "--listen", "127.0.0.1:0"}, strings.NewReader(""), &bytes.Buffer{}, &errs)
	}()
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(errs.String(), "/set-up") && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	res, err := http.Get(address.FindString(errs.String()) + "/readyz")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("ready: %v, %v: %s", res, err, errs.String())
	} else {
		res.Body.Close()
	}
	stop()
	if code := <-done; code != exitFine || strings.Contains(errs.String(), "hidden") || !strings.Contains(errs.String(), "data in postgres://postgres@") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}

// TestPlaces: what a place shows of itself, and what it is relative to.
func TestPlaces(t *testing.T) {
	for in, want := range map[place]string{
		"data":                      "data",
		"postgres://a:secret@h:1/d": "postgres://a@h:1/d",
		"postgresql://a@h,i/d?password=secret&x=1":   "postgresql://a@h,i/d",
		"postgres:///d?host=/run&sslpassword=secret": "postgres:///d",
		"postgres://a:secret%zz@h/d":                 "postgres://…",
	} {
		if got := fmt.Sprint(in); got != want {
			t.Errorf("%q prints %q, want %q", string(in), got, want)
		}
	}
	for in, want := range map[place]place{"data": "/etc/data", "/data": "/data", "postgres://h/d": "postgres://h/d", "": ""} {
		if got := in.under("/etc"); got != want {
			t.Errorf("%s under /etc is %s, want %s", in, got, want)
		}
	}
}
