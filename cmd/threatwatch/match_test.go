package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"threatwatch/stix"
)

// logAndLists are two records of a log, one of them known good, a list and a warning list.
func logAndLists(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"eve.json": `{"timestamp":"2026-11-01T10:00:00.000000+0000","event_type":"dns","src_ip":"192.0.2.10","dest_ip":"192.0.2.53","dns":{"type":"query","rrname":"www.evil.example"}}` + "\n" +
			`{"timestamp":"2026-11-01T10:00:01.000000+0000","event_type":"flow","src_ip":"192.0.2.11","dest_ip":"198.51.100.7"}` + "\n" +
			`{"timestamp":"2026-11-01T10:00:02.000000+0000","event_type":"flow","src_ip":"192.0.2.11","dest_ip":"203.0.113.9"}` + "\n",
		"list.txt":  "# a list\nevil[.]example\n198.51.100.0/24 ; scanners\n",
		"warn.json": `{"name":"Our own scanners","type":"cidr","list":["198.51.100.0/28"],"matching_attributes":["ip-dst"],"version":1,"description":"x"}`,
		"bundle.json": `{"type":"bundle","id":"bundle--00000000-0000-4000-8000-00000000000a","objects":[` +
			`{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000003","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = 'evil.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"},` +
			`{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-000000000004","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"Example RAT","is_family":true},` +
			`{"type":"relationship","spec_version":"2.1","id":"relationship--00000000-0000-4000-8000-000000000005","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","relationship_type":"indicates","source_ref":"indicator--00000000-0000-4000-8000-000000000003","target_ref":"malware--00000000-0000-4000-8000-000000000004"}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestMatch: hits say where and what, those on warning lists stand apart, and the exit status is that of grep.
func TestMatch(t *testing.T) {
	t.Parallel()
	dir := logAndLists(t)
	eve, list, warn := filepath.Join(dir, "eve.json"), filepath.Join(dir, "list.txt"), filepath.Join(dir, "warn.json")
	code, out, errs := program(t, "match", "--json", "-i", list, "-w", warn, eve)
	if code != exitFine || !strings.Contains(errs, "looking for 2 values") {
		t.Fatalf("exit %d, %s", code, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d hits: %s", len(lines), out)
	}
	var first, second findingLine
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(lines[1]), &second); err != nil {
		t.Fatal(err)
	}
	if first.Seen != "www.evil.example" || first.Indicator != "evil.example" || first.How != "below" || first.Role != "query" || first.Line != 1 ||
		first.Source != "192.0.2.10" || first.Time != "2026-11-01T10:00:00Z" || first.Known != nil || first.Said[0].By != "list" {
		t.Errorf("%+v", first)
	}
	if second.Seen != "198.51.100.7" || second.Type != "network" || len(second.Known) != 1 || second.Role != "destination" {
		t.Errorf("%+v", second)
	}
	code, out, _ = program(t, "match", "-i", list, "-w", warn, eve)
	if code != exitFine || !strings.Contains(out, "On warning lists") || !strings.Contains(out, "3 records") || !strings.Contains(out, "2 hits, 1 of them on warning lists") {
		t.Errorf("exit %d, %s", code, out)
	}
	if code, out, _ = program(t, "match", "--csv", "--skip-known", "-i", list, "-w", warn, eve); code != exitFine || strings.Count(out, "\n") != 2 {
		t.Errorf("exit %d, %s", code, out)
	}
	if err := os.WriteFile(list, []byte("other.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, _ = program(t, "match", "-i", list, eve); code != exitWrong {
		t.Errorf("nothing found: exit %d", code)
	}
	if code, _, errs = program(t, "match", "-i", list, eve, filepath.Join(dir, "missing.log")); code != exitCannot || !strings.Contains(errs, "missing.log") {
		t.Errorf("a file that is not there: exit %d, %s", code, errs)
	}
}

// TestMatchForPeople: what a record says in several fields is one line, and with a warning list the servers of the DNS root are known good.
func TestMatchForPeople(t *testing.T) {
	t.Parallel()
	dir := logAndLists(t)
	log, list := filepath.Join(dir, "access.json"), filepath.Join(dir, "list.txt")
	record := `{"timestamp":"2026-11-01T10:00:00Z","src_ip":"192.0.2.10","dest_ip":"198.51.100.77","flow":{"dest_ip":"198.51.100.77"}}`
	root := `{"timestamp":"2026-11-01T10:00:00Z","src_ip":"192.0.2.10","dest_ip":"198.41.0.4"}`
	for name, text := range map[string]string{log: record + "\n" + record + "\n" + root + "\n", list: "198.51.100.77\n198.41.0.4\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, out, _ := program(t, "match", "-i", list, "-w", filepath.Join(dir, "warn.json"), log)
	if strings.Count(out, "destination  198.51.100.77") != 2 || !strings.Contains(out, "5 hits, 1 of them on warning lists") || !strings.Contains(out, "Servers of the DNS root") {
		t.Errorf("%s", out)
	}
	if _, out, _ = program(t, "match", "-i", list, log); !strings.Contains(out, "5 hits, 0 of them on warning lists") {
		t.Errorf("without a warning list: %s", out)
	}
	proxy := filepath.Join(dir, "proxy.log")
	lines := `10.0.0.5 - - [01/Nov/2026:10:00:00 +0000] "GET http://198.51.100.77/a HTTP/1.1" 200 5 "-" "-"` + "\n" +
		`10.0.0.5 - - [01/Nov/2026:10:00:01 +0000] "GET http://www.example.org/?to=http://198.51.100.77/a HTTP/1.1" 200 5 "-" "-"` + "\n"
	if err := os.WriteFile(proxy, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, out, _ = program(t, "match", "-i", list, proxy); !strings.Contains(out, "2 hits, 0 of") {
		t.Errorf("a whole address that a proxy was asked for, and one within another: %s", out)
	}
}

// TestMatchHost: what is said of a connection is counted at the machine of one's own.
func TestMatchHost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, list := filepath.Join(dir, "log.json"), filepath.Join(dir, "list.txt")
	record := `{"timestamp":"2026-11-01T10:00:00Z","src_ip":"%s","dest_ip":"%s"}` + "\n"
	text := fmt.Sprintf(record, "198.51.100.77", "10.0.0.5") + fmt.Sprintf(record, "10.0.0.5", "198.51.100.77") + fmt.Sprintf(record, "198.51.100.77", "203.0.113.9")
	for name, text := range map[string]string{log: text, list: "198.51.100.77\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, out, _ := program(t, "match", "--json", "-i", list, log)
	if strings.Count(out, `"host":"10.0.0.5"`) != 2 || strings.Count(out, `"host":"198.51.100.77"`) != 1 {
		t.Errorf("%s", out)
	}
}

// TestMatchReports: an exchange's indicators are looked for, explained by what it holds, and what was sighted goes back into it.
func TestMatchReports(t *testing.T) {
	t.Parallel()
	dir := logAndLists(t)
	data, eve := filepath.Join(dir, "data"), filepath.Join(dir, "eve.json")
	if code, _, errs := program(t, "import", "--data", data, "--source", "us", "--tlp", "green", filepath.Join(dir, "bundle.json")); code != exitFine {
		t.Fatal(errs)
	}
	sightings := filepath.Join(dir, "sightings.json")
	code, out, errs := program(t, "match", "--data", data, "--explain", "--report", "--sightings", sightings, eve)
	if code != exitFine || !strings.Contains(out, "Example RAT") || !strings.Contains(errs, "reported: ") {
		t.Errorf("exit %d, %s\n%s", code, out, errs)
	}
	if code, _, errs := program(t, "match", "--data", data, "--report", eve); code != exitFine || strings.Contains(errs, "refused") || !strings.Contains(errs, "reported: ") {
		t.Errorf("reported again: exit %d, %s", code, errs)
	}
	if code, out, errs := program(t, "validate", sightings); code != exitFine {
		t.Errorf("sightings: exit %d, %s%s", code, out, errs)
	}
	if code, out, _ := program(t, "export", "--data", data); code != exitFine || !strings.Contains(out, `"sighting_of_ref":"indicator--00000000-0000-4000-8000-000000000003"`) {
		t.Errorf("the exchange holds no sighting: %.400s", out)
	}
	raw, err := os.ReadFile(sightings)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := stix.ParseValue(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range bundle.Get("objects").Items {
		if o.Get("type").Text() == "sighting" {
			if n, _ := o.Get("count").Int(); n != 1 || o.Get("first_seen").Text() != "2026-11-01T10:00:00.000000Z" && o.Get("first_seen").Text() != "2026-11-01T10:00:00.000Z" {
				t.Errorf("%s", o.AppendJSON(nil))
			}
		}
	}
}

// TestMatchRemembers: what match remembers, whether or not anybody had named it, hunt finds later.
func TestMatchRemembers(t *testing.T) {
	t.Parallel()
	dir := logAndLists(t)
	seen := filepath.Join(dir, "seen")
	if code, _, errs := program(t, "match", "-i", filepath.Join(dir, "list.txt"), "--remember", seen, "--sensor", "edge", filepath.Join(dir, "eve.json")); code != exitFine {
		t.Fatal(errs)
	}
	code, out, errs := program(t, "hunt", "--in", seen, "--json", "203.0.113.9")
	if code != exitFine || !strings.Contains(out, "2026-11-01T10:00:02Z") || !strings.Contains(out, `"edge"`) {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
}

// TestMatchFollows: hits come out as a file grows; Ctrl-C ends it with the summary.
func TestMatchFollows(t *testing.T) {
	t.Parallel()
	dir := logAndLists(t)
	eve := filepath.Join(dir, "eve.json")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"match", "-F", "--json", "-i", filepath.Join(dir, "list.txt"), eve}, strings.NewReader(""), in, io.Discard)
		in.Close()
	}()
	lines := bufio.NewScanner(out)
	next := func(want string) {
		t.Helper()
		if !lines.Scan() || !strings.Contains(lines.Text(), want) {
			t.Fatalf("%q, want %s", lines.Text(), want)
		}
	}
	next("www.evil.example")
	next("198.51.100.7")
	f, err := os.OpenFile(eve, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(`{"timestamp":"2026-11-01T10:00:03.000000+0000","event_type":"dns","src_ip":"192.0.2.10","dest_ip":"192.0.2.53","dns":{"rrname":"later.evil.example"}}` + "\n"); err != nil {
		t.Fatal(err)
	}
	next("later.evil.example")
	stop()
	for lines.Scan() {
		t.Errorf("more: %s", lines.Text())
	}
	if c := <-code; c != exitFine {
		t.Errorf("exit %d", c)
	}
	if c, _, errs := program(t, "match", "-F", "-i", filepath.Join(dir, "list.txt"), "-"); c != exitCannot || !strings.Contains(errs, "leave out -F") {
		t.Errorf("standard input: exit %d, %s", c, errs)
	}
}

// TestMatchOddFiles: names of files are bytes, a comma is one of them, and what could not be read to its end is matched until there.
func TestMatchOddFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	line := "from 198.51.100.7 port 22\n"
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := io.WriteString(z, line); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for name, text := range map[string]string{"in,di cators": "198.51.100.7\n", "new\nline": line, "by\xffte": line, "cut.gz": packed.String()[:packed.Len()-4], "archive": "PK\x03\x04" + line} {
		err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)
		if err != nil && !utf8.ValidString(name) && os.Getenv("CI") != "true" { // where names are text, the others are tried
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		written[name] = true
	}
	for name, want := range map[string]struct {
		code, hits int
		says       string
	}{
		"new\nline": {exitFine, 1, ""}, "by\xffte": {exitFine, 1, ""}, "cut.gz": {exitCannot, 1, "end too early"}, "archive": {exitCannot, 0, "zip archive"},
	} {
		if !written[name] {
			continue
		}
		code, out, errs := program(t, "match", "--json", "-i", filepath.Join(dir, "in,di cators"), filepath.Join(dir, name))
		if code != want.code || strings.Count(out, "\n") != want.hits || !strings.Contains(errs, want.says) {
			t.Errorf("%q: exit %d, %s, %s", name, code, out, errs)
		}
	}
}
