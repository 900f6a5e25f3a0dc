package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
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
		{"bundle with objects as object", bundleHead + `,"objects":{"a":1}}`, false, 1, 1, 0, "STIX 2.1 §8"},
		{"a bundle a line", bundleHead + `,"objects":[` + goodTool + `]}` + "\n" + bundleHead + `,"objects":[]}`, false, 1, 1, 0, "STIX 2.1 §8"},
		{"bundles in an array", `[` + bundleHead + `,"objects":[` + goodTool + `,` + badTool + `]}]`, false, 1, 2, 0, "STIX 2.1 §3.6"},
		{"a bundle in a bundle", bundleHead + `,"objects":[` + bundleHead + `,"objects":[` + goodTool + `]}]}`, false, 1, 1, 0, "STIX 2.1 §8"},
		{"a shell that is not strict", bundleHead + `,"x_a":"\ud800","objects":[` + goodTool + `]}`, false, 1, 1, 0, "RFC 7493 §2.1"},
		{"envelope", `{"more":false,"objects":[` + goodTool + `]}`, false, 0, 1, 0, ""},
		{"one line broken", goodTool + "\n" + `{"type":"tool",` + "\n" + goodTool, false, 1, 2, 0, "RFC 8259"},
		{"gzip of lines", packed(goodTool + "\n" + goodTool + "\n"), false, 0, 2, 0, ""},
		{"cut short", bundleHead + `,"objects":[` + goodTool + `,{"type`, false, 1, 1, 0, "RFC 8259 §7"},
		{"deep", strings.Repeat(`[`, 100_000), false, 1, 0, 0, "RFC 8259 §9"},
		{"deep in an object", `{"type":"tool","x_a":` + strings.Repeat(`[`, 70) + strings.Repeat(`]`, 70) + `}`, false, 1, 1, 0, "RFC 8259 §9"},
		{"invalid UTF-8", strings.Replace(goodTool, `"x"`, "\"\xff\"", 1), false, 1, 1, 0, "RFC 7493 §2.1"},
		{"half a surrogate pair", strings.Replace(goodTool, `"x"`, `"\udc00"`, 1), false, 1, 1, 0, "RFC 7493 §2.1"},
		{"byte order mark", "\uFEFF" + goodTool, false, 1, 0, 0, "RFC 8259 §8.1"},
		{"huge number", strings.Replace(goodTool, `"x"`, `"x","x_n":1e400`, 1), false, 1, 1, 0, "RFC 7493 §2.2"},
		{"NUL", goodTool + "\x00", false, 1, 1, 0, "RFC 8259"},
		{"NUL in a name", strings.Replace(goodTool, `"name":`, `"na\u0000me":`, 1), false, 1, 1, 0, "STIX 2.1 §3.1"},
		{"two bad objects of one fault", `[{"type":"tool","a":1,"a":2},{"type":"tool","a":1,"a":2}]`, false, 1, 2, 0, "RFC 7493 §2.3"},
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
		if tc.rule != "" && (len(v.Errors) == 0 || !strings.HasPrefix(v.Errors[0].Rule, tc.rule)) {
			t.Errorf("%s: errors %v, want the first of %s", tc.name, v.Errors, tc.rule)
		}
	}
}

// TestValidateLines: each broken line is named by its number, and what stands around it is judged.
func TestValidateLines(t *testing.T) {
	t.Parallel()
	text := goodTool + "\n{\n\n" + badTool + "\n" + `{"type":1}` + "\n" + goodTool + "]\n"
	code, out := runValidate(t, validateCmd{JSON: true, Paths: []string{"-"}}, text)
	var v fileVerdict
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range v.Errors {
		got = append(got, strings.TrimSpace(e.ID+" "+e.Path))
	}
	want := []string{"line 2", "tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f modified", "object 3", "line 6"}
	if code != exitWrong || v.Objects != 4 || !slices.Equal(got, want) {
		t.Errorf("code %d, %d objects, errors at %q, want %q", code, v.Objects, got, want)
	}
}

func TestValidateFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"a.json": goodTool, "sub/b.json.gz": packed(badTool), "c.ndjson": goodTool, "d.STIX.gz": packed(goodTool),
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
	code, out = runValidate(t, validateCmd{Paths: []string{filepath.Join(dir, "absent.json"), filepath.Join(dir, "a.json")}}, "")
	if code != exitCannot || !strings.Contains(out, "a.json: valid") {
		t.Errorf("absent file: code %d, want %d: %s", code, exitCannot, out)
	}
	code, out = runValidate(t, validateCmd{Paths: []string{"-"}}, strings.Replace(badTool, `"name":"x"`, `"na\u001bme":"x"`, 1))
	if code != exitWrong || strings.Contains(out, "\x1b") {
		t.Errorf("control characters: code %d: %q", code, out)
	}
}
