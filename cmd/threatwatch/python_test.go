package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threatwatch/internal/pyenv"
	"threatwatch/internal/testdata"
	"threatwatch/stix"
	"threatwatch/taxii/taxiitest"
)

// TestPython goes the way of the README: the program serves over HTTPS, commands fill it beside that, and the unmodified OASIS client reads
// ATT&CK Enterprise whole, by next and by added_after, and writes to an inbox.
func TestPython(t *testing.T) {
	t.Parallel()
	python, script := pyenv.Python(t), pyenv.Script(t, "walk.py")
	dir := t.TempDir()
	newKeyPair(t, dir, 1)
	url := serveHere(t, "[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n", dir)
	tw := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), append(args, "--data", filepath.Join(dir, "data")), strings.NewReader(""), &out, &errs); code != exitFine {
			t.Fatalf("%v: exit %d: %s", args, code, errs.String())
		}
		return strings.TrimSpace(out.String())
	}
	file := testdata.Dir(t, "attack", "enterprise-attack-18.1-stix20.json.gz")
	tw("import", "--source", "attack", "--tlp", "clear", file)
	tw("org", "add", "Example Energy")
	token := tw("token", "create", "siem", "--org", "example-energy", "--role", "publisher")
	tw("collection", "add", "Inbox", "--writable")

	want := versionsIn(t, file)
	if len(want) < 20_000 {
		t.Fatalf("%s holds %d objects, want at least 20,000", file, len(want))
	}
	w := taxiitest.Walk{URL: url, CA: filepath.Join(dir, "cert.pem"), User: "siem", Password: token, Feed: "attack", Inbox: "Inbox", Want: want}
	if n, parsed := w.Run(t, python, script); n != len(want) || parsed < 2000 {
		t.Errorf("read %d objects and parsed %d, want %d and at least 2,000", n, parsed, len(want))
	}
}

// versionsIn returns id and modified of each object in a file.
func versionsIn(t *testing.T, path string) (list [][2]any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // read only
	err = stix.ReadObjects(f, func(raw []byte, _ bool) error {
		var o struct {
			ID       string
			Modified *string
		}
		err := json.Unmarshal(raw, &o)
		if o.Modified == nil {
			list = append(list, [2]any{o.ID, nil})
		} else {
			list = append(list, [2]any{o.ID, *o.Modified})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
