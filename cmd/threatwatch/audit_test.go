package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTrail: everything that an operator changes or takes out at the terminal is in the trail, and no secret is.
func TestTrail(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, bundle := filepath.Join(dir, "data"), filepath.Join(dir, "in.json")
	if err := os.WriteFile(bundle, []byte(goodMalware), 0o600); err != nil {
		t.Fatal(err)
	}
	secrets := ""
	for _, c := range []struct{ command, want string }{
		{"org add Bank", "organisation added, clients:  bank"},
		{"org add Energy --client Bank", "organisation added, clients: bank  energy"},
		{"user add ada@energy.example --org Energy --role analyst", "person added  ada@energy"},
		{"user password ada@energy.example", "password set  ada@energy.example"},
		{"token create siem --org Energy --role reader", "token created  "},
		{"source add feed --tlp clear --owner Energy", "source added  feed"},
		{"collection add Inbox --writable", "collection added  "},
		{"import --source feed " + bundle, "imported: 1 added, 0 unchanged, 0 refused, 0 quarantined  feed"},
		{"export --as public", "exported as  public"},
		{"backup " + filepath.Join(dir, "b.db"), "backup written  b.db"},
	} {
		var out, errs bytes.Buffer
		args := append(strings.Fields(c.command), "--data", data)
		if code := run(t.Context(), args, strings.NewReader("a long enough password\n"), &out, &errs); code != exitFine {
			t.Fatalf("%s: exit %d: %s", c.command, code, errs.String())
		}
		if strings.HasPrefix(c.command, "token") {
			secrets = strings.TrimSpace(out.String())
		}
		_, trail, _ := program(t, "audit", "--data", data)
		lines := strings.Split(strings.TrimSpace(trail), "\n")
		last := strings.Join(strings.Fields(lines[len(lines)-1]), " ")
		if want := strings.Join(strings.Fields(c.want), " "); !strings.Contains(last, want) {
			t.Errorf("%s: the trail ends with %q, want %q", c.command, last, want)
		}
	}
	_, trail, _ := program(t, "audit", "--data", data, "--json")
	if strings.Contains(trail, secrets) || strings.Contains(trail, "long enough") || strings.Contains(trail, "Good") {
		t.Errorf("a secret or content is in the trail:\n%s", trail)
	}
	restored := filepath.Join(dir, "restored")
	if code, _, errs := program(t, "restore", filepath.Join(dir, "b.db"), "--data", restored); code != exitFine {
		t.Fatal(errs)
	}
	if _, trail, _ := program(t, "audit", "--data", restored); !strings.Contains(trail, "restored from a backup") || !strings.Contains(trail, "token created") {
		t.Errorf("trail of the restored:\n%s", trail)
	}
	for _, command := range []string{"source add other --owner Nobody", "org add Other --client Nobody"} {
		if code, _, _ := program(t, append(strings.Fields(command), "--data", data)...); code != exitWrong {
			t.Errorf("%s: exit %d: a name that nobody has hides what it is for", command, code)
		}
	}
}
