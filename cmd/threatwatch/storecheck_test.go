package main

import (
	"bytes"
	"strings"
	"testing"

	"threatwatch/internal/pgtest"
)

// TestStoreCheck: the suite holds on an operator's PostgreSQL, beside an exchange that it leaves as it was, and a wrong URL is an error.
func TestStoreCheck(t *testing.T) {
	t.Parallel()
	url := pgtest.Start(t).Database(t, "store_check")
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"store-check", "--dsn", url}, nil, &out, &errs); code != exitFine {
		t.Errorf("exit %d\n%s%s", code, &out, &errs)
	}
	if n := strings.Count(out.String(), "holds "); n < 20 || !strings.Contains(out.String(), "PollersMissNothing") {
		t.Errorf("%d properties hold:\n%s", n, &out)
	}
	dump, err := pgtest.Command("pg_dump", "--schema-only", url)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := dump.Output(); err != nil || strings.Contains(string(left), "CREATE SCHEMA") {
		t.Errorf("left behind: %v\n%s", err, left)
	}
	for _, wrong := range []string{"/a/directory", "postgres://postgres@127.0.0.1:1/none?sslmode=disable"} {
		if code := run(t.Context(), []string{"store-check", "--dsn", wrong}, nil, &out, &errs); code != exitCannot {
			t.Errorf("%s: exit %d", wrong, code)
		}
	}
}
