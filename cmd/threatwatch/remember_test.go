package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRemember remembers logs of two formats and hunts in them.
func TestRemember(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seen, in := filepath.Join(dir, "seen"), filepath.Join(dir, "logs")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"eve.json": `{"timestamp":"2026-11-24T10:00:00.000000+0000","event_type":"dns","host":"ids-1","src_ip":"10.0.0.1","dest_ip":"10.0.0.2","proto":"UDP","dns":{"type":"query","rrname":"www.evil.example"}}` + "\n" +
			`{"timestamp":"2026-11-24T10:00:09.000000+0000","event_type":"dns","host":"ids-1","src_ip":"10.0.0.1","dest_ip":"10.0.0.2","proto":"UDP","dns":{"type":"query","rrname":"www.evil.example"}}` + "\n" +
			`{"timestamp":"1901-11-24T10:00:09.000000+0000","event_type":"dns","host":"ids-1","src_ip":"10.0.0.1","dest_ip":"10.0.0.2","proto":"UDP","dns":{"type":"query","rrname":"old.example"}}` + "\n",
		"conn.log": `{"ts":1795519800.25,"uid":"CHhAvVGS1DHFjwGM9","id.orig_h":"10.0.0.1","id.orig_p":50000,"id.resp_h":"198.51.100.7","id.resp_p":443,"proto":"tcp"}` + "\n",
		"app.log":  "no time, but 198.51.100.8\n",
	} {
		if err := os.WriteFile(filepath.Join(in, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, _, errs := program(t, "remember", "--in", seen, "--sensor", "app-1", in)
	if code != exitFine || !strings.Contains(errs, "4 records remembered") || !strings.Contains(errs, "1 without a time, 1 with one out of reach, 0 not readable") {
		t.Fatalf("exit %d: %s", code, errs)
	}
	code, out, errs := program(t, "hunt", "--in", seen, "--json", "evil.example", "198.51.100.7", "198.51.100.8", "old.example")
	if code != exitFine {
		t.Fatalf("exit %d: %s", code, errs)
	}
	var got []string
	for line := range strings.Lines(out) {
		var f found
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		if f.Seen == "198.51.100.8" {
			f.First, f.Last = "now", "now"
		}
		got = append(got, strings.Join([]string{f.Value, f.How, f.First, f.Last, where(f.Sensors)}, " "))
	}
	want := []string{"evil.example below 2026-11-24T10:00:00Z 2026-11-24T10:00:09Z ids-1 (2)",
		"198.51.100.7 exact 2026-11-24T11:30:00Z 2026-11-24T11:30:00Z app-1 (1)", "198.51.100.8 exact now now app-1 (1)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want, got: %s", diff)
	}
	code, _, errs = program(t, "remember", "--in", seen, filepath.Join(in, "absent.log"))
	if code != exitCannot || !strings.Contains(errs, "absent.log") {
		t.Errorf("a file that is not there: exit %d: %s", code, errs)
	}
}
