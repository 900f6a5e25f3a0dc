package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	goodTool = `{"type":"tool","spec_version":"2.1","id":"tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2020-01-01T00:00:00.000Z",` +
		`"modified":"2020-01-01T00:00:00.000Z","name":"x"}`
	customTool = `{"type":"tool","spec_version":"2.1","id":"tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2020-01-01T00:00:00.000Z",` +
		`"modified":"2020-01-01T00:00:00.000Z","name":"x","own_rank":1}`
	badTool = `{"type":"tool","spec_version":"2.1","id":"tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2020-01-01T00:00:00.000Z",` +
		`"modified":"2019-01-01T00:00:00.000Z","name":"x"}`
	bundleHead = `{"type":"bundle","id":"bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"`
)

func packed(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // a bytes.Buffer takes everything
	_ = w.Close()
	return b.String()
}

// runValidate runs the command with text as standard input and returns its exit code and output.
func runValidate(t *testing.T, c validateCmd, stdin string) (int, string) {
	t.Helper()
	var out, errs bytes.Buffer
	err := c.Run(&app{ctx: context.Background(), In: strings.NewReader(stdin), Out: &out, Err: &errs})
	if err == nil {
		return exitFine, out.String()
	}
	code, ok := errors.AsType[exitCode](err)
	if !ok {
		t.Fatal(err)
	}
	return int(code), out.String()
}

func TestValidateVerdicts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text              string
		strict                  bool
		code, objects, warnings int
		rule                    string // of the first error
	}{
		{"object", goodTool, false, 0, 1, 0, ""},
		{"bundle", bundleHead + `,"objects":[` + goodTool + `]}`, false, 0, 1, 0, ""},
		{"bundle without objects", bundleHead + `}`, false, 0, 0, 0, ""},
		{"bundle with an empty list", bundleHead + `,"objects":[]}`, false, 1, 0, 0, "STIX 2.1 §8"},
		{"bundle with spec_version", bundleHead + `,"spec_version":"2.1","objects":[` + goodTool + `]}`, false, 0, 1, 1, ""},
		{"array", `[` + goodTool + `,` + badTool + `]`, false, 1, 2, 0, "STIX 2.1 §3.6"},
		{"one a line", goodTool + "\n" + badTool + "\n", false, 1, 2, 0, "STIX 2.1 §3.6"},
		{"gzip", packed(goodTool), false, 0, 1, 0, ""},
		{"warning", customTool, false, 0, 1, 1, ""},
		{"strict", customTool, true, 1, 1, 0, "STIX 2.1 §11.1"},
		{"not JSON", `{"type":`, false, 1, 0, 0, "RFC 8259 §2"},
		{"nothing", ``, false, 1, 0, 0, "RFC 8259 §2"},
		{"repeated name", `{"type":"tool","type":"tool"}`, false, 1, 0, 0, "RFC 7493 §2.3"},
		{"not STIX", `{"a":1}`, false, 1, 1, 0, "STIX 2.1 §3.2"},
	} {
		code, out := runValidate(t, validateCmd{JSON: true, Strict: tc.strict, Paths: []string{"-"}}, tc.text)
		var v fileVerdict
		if err := json.Unmarshal([]byte(out), &v); err != nil {
			t.Fatalf("%s: %v in %q", tc.name, err, out)
		}
		if code != tc.code || v.Valid != (tc.code == 0) || v.Objects != tc.objects || len(v.Warnings) != tc.warnings {
			t.Errorf("%s: code %d, %s", tc.name, code, out)
		}
		if strings.Contains(out, "null") {
			t.Errorf("%s: null in %s", tc.name, out)
		}
		if tc.rule != "" && (len(v.Errors) != 1 || !strings.HasPrefix(v.Errors[0].Rule, tc.rule)) {
			t.Errorf("%s: errors %v, want one of %s", tc.name, v.Errors, tc.rule)
		}
	}
}

func TestValidateFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"a.json": goodTool, "sub/b.json.gz": packed(badTool), "c.ndjson": goodTool, "d.stix": goodTool,
		"readme.txt": "no"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out := runValidate(t, validateCmd{Paths: []string{dir}}, "")
	if code != exitWrong || strings.Count(out, ": valid (1 objects, 0 warnings)") != 3 || !strings.Contains(out, "b.json.gz: invalid") ||
		strings.Contains(out, "readme") {
		t.Errorf("code %d: %s", code, out)
	}
	if code, _ := runValidate(t, validateCmd{Paths: []string{filepath.Join(dir, "absent.json")}}, ""); code != exitCannot {
		t.Errorf("absent file: code %d, want %d", code, exitCannot)
	}
	code, out = runValidate(t, validateCmd{Paths: []string{"-"}}, strings.Replace(badTool, `"name":"x"`, `"na\u001bme":"x"`, 1))
	if code != exitWrong || strings.Contains(out, "\x1b") {
		t.Errorf("control characters: code %d: %q", code, out)
	}
}
