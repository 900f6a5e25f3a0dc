package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threatwatch/internal/testdata"
	"threatwatch/stix"
)

// program runs the program in this process.
func program(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

const (
	goodMalware = `{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"Good","is_family":true}`
	badMalware  = `{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-000000000002","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"Bad"}`
	indicator   = `{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000003","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = 'evil.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}`
)

func TestImportKeepsGoodAndWritesRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	in := filepath.Join(dir, "in")
	if err := os.MkdirAll(filepath.Join(in, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"a.json":          `{"type":"bundle","id":"bundle--00000000-0000-4000-8000-00000000000a","objects":[` + goodMalware + `,` + badMalware + `]}`,
		"sub/b.ndjson":    indicator + "\n" + goodMalware + "\n",
		"sub/broken.json": `{"type":`,
		"readme.txt":      "not STIX",
	} {
		if err := os.WriteFile(filepath.Join(in, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	refused := filepath.Join(dir, "refused.ndjson")
	code, _, errs := program(t, "import", "--data", data, "--source", "test", "--refused", refused, in)
	if code != exitWrong || !strings.Contains(errs, "read 4, added 2, unchanged 1, refused 1, quarantined 0\n") {
		t.Errorf("exit %d, %s", code, errs)
	}
	if !strings.Contains(errs, "broken.json") || strings.Contains(errs, "readme.txt") {
		t.Errorf("unreadable files: %s", errs)
	}
	line, err := os.ReadFile(refused)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Problem struct{ ID, Path, Rule, Message string }
		Object  json.RawMessage
	}
	if err := json.Unmarshal(line, &got); err != nil || string(got.Object) != badMalware || got.Problem.Rule == "" || !strings.Contains(got.Problem.Message, "is_family") {
		t.Errorf("refused file: %s, %v", line, err)
	}

	// The file put right is imported as it is, its reasons beside its objects.
	fixed := bytes.Replace(line, []byte(`"name":"Bad"`), []byte(`"name":"Bad","is_family":false`), 1)
	if err := os.WriteFile(refused, fixed, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := program(t, "import", "--data", data, "--source", "test", refused); code != exitFine || !strings.Contains(errs, "read 1, added 1,") {
		t.Errorf("repaired: exit %d, %s", code, errs)
	}

	code, out, _ := program(t, "import", "--data", data, "--source", "test", "--json", filepath.Join(in, "sub", "b.ndjson"))
	var sum struct{ Read, Added, Unchanged, Refused int }
	if err := json.Unmarshal([]byte(out), &sum); err != nil || code != exitFine || sum.Read != 2 || sum.Unchanged != 2 || strings.Count(out, "\n") != 1 {
		t.Errorf("second import: exit %d, %s, %v", code, out, err)
	}
}

// TestRefusedFilesStayApart: imports within one second do not write over each other's refused objects.
func TestRefusedFilesStayApart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := filepath.Join(dir, "in.json")
	if err := os.WriteFile(in, []byte(badMalware), 0o600); err != nil {
		t.Fatal(err)
	}
	const imports = 4
	for range imports {
		if code, _, errs := program(t, "import", "--data", dir, "--source", "test", in); code != exitWrong {
			t.Fatalf("exit %d, %s", code, errs)
		}
	}
	if files, err := filepath.Glob(filepath.Join(dir, "refused-*.ndjson")); err != nil || len(files) != imports {
		t.Errorf("%d files of refused objects, want %d: %v, %v", len(files), imports, files, err)
	}
}

// TestImportStopped: an import that is stopped says what to do, and the same command ends the work.
func TestImportStopped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := filepath.Join(dir, "in.ndjson")
	var b bytes.Buffer
	for i := range 20_000 {
		b.WriteString(strings.Replace(goodMalware, "malware--00000000-", fmt.Sprintf("malware--%08x-", i), 1) + "\n")
	}
	if err := os.WriteFile(in, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	acks := writerFunc(func(p []byte) (int, error) { stop(); return len(p), nil })
	var errs bytes.Buffer
	code := run(ctx, []string{"import", "--data", dir, "--source", "test", "--ack", "--batch", "100", in}, strings.NewReader(""), acks, &errs)
	if code != exitCannot || !strings.Contains(errs.String(), "stopped: what was added is kept") || strings.Contains(errs.String(), "context canceled") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
	if code, _, errs := program(t, "import", "--data", dir, "--source", "test", in); code != exitFine || !strings.Contains(errs, "read 20000, ") || !strings.Contains(errs, "refused 0") {
		t.Errorf("again: exit %d: %s", code, errs)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// TestImportLines: a line that is no JSON is told of, refused and kept for repair; the lines after it are imported.
func TestImportLines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, refused := filepath.Join(dir, "in.ndjson"), filepath.Join(dir, "refused.ndjson")
	text := indicator + "\n{\"type\":\"tool\",\n" + strings.ReplaceAll(indicator, "indicator--0", "indicator--1") + "\n"
	if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := program(t, "import", "--data", filepath.Join(dir, "data"), "--source", "test", "--refused", refused, in)
	if code != exitWrong || !strings.Contains(errs, "in.ndjson:2: cannot be read: ") ||
		!strings.Contains(errs, "read 3, added 2, unchanged 0, refused 1, quarantined 0\n") {
		t.Errorf("exit %d, %s", code, errs)
	}
	got, err := os.ReadFile(refused)
	if err != nil || !strings.Contains(string(got), `"text":"{\"type\":\"tool\","`) || strings.Count(string(got), "\n") != 1 {
		t.Errorf("refused file: %s, %v", got, err)
	}
}

func TestLookupCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "in.json")
	if err := os.WriteFile(file, []byte(indicator), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := program(t, "import", "--data", dir, "--source", "test\u202e", "--tlp", "green", file); code != exitFine {
		t.Fatalf("import: %s", errs)
	}
	code, out, errs := program(t, "lookup", "--data", dir, "evil[.]example")
	if code != exitFine || !strings.Contains(out, "TLP:GREEN") || !strings.Contains(out, "test<U+202E>") || !strings.Contains(out, "indicator--") {
		t.Errorf("lookup: exit %d\n%s%s", code, out, errs)
	}
	code, out, _ = program(t, "lookup", "--json", "--data", dir, "evil.example")
	var l lookupLine
	if err := json.Unmarshal([]byte(out), &l); err != nil || code != exitFine || string(l.Object) != indicator {
		t.Errorf("lookup --json: exit %d, %s, %v", code, out, err)
	}
	if code, out, errs := program(t, "lookup", "--data", dir, "good.example"); code != exitWrong || out != "" || errs != "not found: good.example\n" {
		t.Errorf("nothing found: exit %d, %q, %q", code, out, errs)
	}
}

func TestSourceAndCollectionCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	code, id, errs := program(t, "source", "add", "feed", "--tlp", "clear", "--public", "--data", dir)
	if code != exitFine || len(strings.TrimSpace(id)) != 36 {
		t.Fatalf("source add: exit %d, %q, %s", code, id, errs)
	}
	if code, _, errs := program(t, "source", "add", "feed", "--data", dir); code == exitFine || !strings.Contains(errs, "exists") {
		t.Errorf("same source: exit %d, %s", code, errs)
	}
	_, out, _ := program(t, "source", "list", "--json", "--data", dir)
	var s sourceLine
	if err := json.Unmarshal([]byte(out), &s); err != nil || s.Name != "feed" || s.TLP != "TLP:CLEAR" || s.Collection != strings.TrimSpace(id) || !s.Public {
		t.Errorf("source list: %s, %v", out, err)
	}
	code, id, errs = program(t, "collection", "add", "Indicators", "--source", "feed", "--type", "indicator", "--tlp", "white", "--data", dir)
	if code != exitFine || len(id) != 37 {
		t.Errorf("collection add: exit %d, %q, %s", code, id, errs)
	}
	if code, _, _ := program(t, "collection", "add", "Inbox", "--writable", "--data", dir); code != exitFine {
		t.Errorf("inbox: exit %d", code)
	}
	if code, _, _ := program(t, "collection", "add", "Nothing", "--data", dir); code == exitFine {
		t.Error("a collection that selects nothing and takes nothing was added")
	}
	_, out, _ = program(t, "collection", "list", "--data", dir)
	for _, want := range []string{"Indicators", "filter indicator clear", "inbox", "feed", strings.TrimSpace(id)} {
		if !strings.Contains(out, want) {
			t.Errorf("collection list lacks %q:\n%s", want, out)
		}
	}
}

// TestExportGivesBackWhatWasImported compares digests and bytes of real files.
func TestExportGivesBackWhatWasImported(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"attack/ics-attack-18.1.json", "tweetfeed/stix/week.json", "stix-reports/amnesty/2021-07-18_nso-pegasus.stix2.gz"} {
		file := testdata.Dir(t, filepath.FromSlash(name))
		dir := t.TempDir()
		if code, _, errs := program(t, "import", "--data", dir, "--source", "test", file); code != exitFine {
			t.Fatalf("%s: %s", name, errs)
		}
		out := filepath.Join(dir, "out.json")
		if code, _, errs := program(t, "export", "--data", dir, "--all-versions", "-o", out); code != exitFine {
			t.Fatalf("%s: %s", name, errs)
		}
		want, got := objectsOf(t, file), objectsOf(t, out)
		if len(want) != len(got) {
			t.Errorf("%s: %d objects exported, %d imported", name, len(got), len(want))
		}
		for d, raw := range want {
			if got[d] != raw {
				t.Errorf("%s: object differs: %.200s", name, raw)
			}
		}
	}
}

func objectsOf(t *testing.T, path string) map[[32]byte]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[[32]byte]string{}
	err = stix.ReadObjects(f, func(raw []byte, _ bool) error {
		o, err := stix.Parse(raw)
		if err == nil {
			out[o.Digest()] = string(raw)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
