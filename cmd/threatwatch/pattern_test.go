package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threatwatch/internal/testdata"
)

func TestPatternCheck(t *testing.T) {
	t.Parallel()
	code, out, _ := program(t, "pattern", "check", "[ipv4-addr:value='198.51.100.7'] REPEATS 2 TIMES")
	if code != exitFine || out != "valid, level 3: [ipv4-addr:value = '198.51.100.7'] REPEATS 2 TIMES\n" {
		t.Errorf("exit %d, %q", code, out)
	}
	code, out, _ = program(t, "pattern", "check", "[file:name = 'a' or file:size = 5]")
	if code != exitWrong || !strings.Contains(out, "not a pattern: line 1, column 18:") || !strings.Contains(out, "\n  "+strings.Repeat(" ", 17)+"^\n") {
		t.Errorf("exit %d, %s", code, out)
	}
	if code, out, _ = program(t, "pattern", "check", "[file:colour = 'red']"); code != exitFine || !strings.Contains(out, "warning: byte 5:") {
		t.Errorf("a property that files have not: exit %d, %s", code, out)
	}
	code, out, _ = program(t, "pattern", "check", "--json", "[file:size > 1]", "[")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var first, second patternVerdict
	if len(lines) != 2 || json.Unmarshal([]byte(lines[0]), &first) != nil || json.Unmarshal([]byte(lines[1]), &second) != nil || code != exitWrong {
		t.Fatalf("exit %d, %s", code, out)
	}
	if !first.Valid || first.Level != 1 || second.Valid || second.Error == nil || second.Error.Column != 2 {
		t.Errorf("%+v, %+v", first, second)
	}
}

func TestPatternExplain(t *testing.T) {
	t.Parallel()
	code, out, _ := program(t, "pattern", "explain", "[domain-name:value LIKE '%.example'] REPEATS 3 TIMES WITHIN 60 SECONDS")
	if code != exitFine || !strings.Contains(out, "3 times, in different observations, all in less than 60 seconds:") || !strings.Contains(out, "the value of a domain-name looks like '%.example'") {
		t.Errorf("exit %d, %s", code, out)
	}
	code, out, errs := program(t, "pattern", "explain", "x", "[a:b = 1]")
	if code != exitWrong || !strings.Contains(errs, "not a pattern") || !strings.Contains(out, "where the b of an a is 1") {
		t.Errorf("one of two is no pattern: exit %d, %s%s", code, out, errs)
	}
	code, out, _ = program(t, "pattern", "explain", "--json", "[a:b = 1]", "x")
	if want := `{"pattern":"[a:b = 1]","meaning":"an observation where the b of an a is 1"}` + "\n" + `{"pattern":"x","error":{"line":1,`; code != exitWrong || !strings.HasPrefix(out, want) {
		t.Errorf("exit %d, %s", code, out)
	}
}

const observed = `{"type":"bundle","id":"bundle--00000000-0000-4000-8000-00000000000a","objects":[
{"type":"observed-data","spec_version":"2.1","id":"observed-data--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",
 "first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","number_observed":1,"object_refs":["ipv4-addr--00000000-0000-4000-8000-000000000002"]},
{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--00000000-0000-4000-8000-000000000002","value":"198.51.100.7"}]}`

func TestPatternMatch(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "o.json")
	if err := os.WriteFile(file, []byte(observed), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ := program(t, "pattern", "match", "[ipv4-addr:value ISSUBSET '198.51.100.0/24']", file)
	if code != exitFine || out != "observed-data--00000000-0000-4000-8000-000000000001\n" {
		t.Errorf("exit %d, %s", code, out)
	}
	code, out, _ = program(t, "pattern", "match", "--json", "[ipv4-addr:value = '198.51.100.8']", file)
	if code != exitWrong || out != `{"answer":"no match","matched":[],"observations":1}`+"\n" {
		t.Errorf("exit %d, %s", code, out)
	}
	if code, _, _ = program(t, "pattern", "match", "[", file); code != exitCannot {
		t.Errorf("no pattern: exit %d", code)
	}
	odd := strings.Replace(observed, `"value":"198.51.100.7"`, `"value":"a\ud800b","x_n":123456789012345678901234567890,"x_e":1e400`, 1)
	if err := os.WriteFile(file, []byte(odd), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := program(t, "pattern", "match", "[ipv4-addr:x_n = 123456789012345678901234567890 AND ipv4-addr:x_e > 5 AND ipv4-addr:value LIKE 'a_b']", file)
	if code != exitFine {
		t.Errorf("numbers of any size and half a character: exit %d, %s", code, errs)
	}
}

// TestPatternOfNothing: a check of no pattern at all is not passed.
func TestPatternOfNothing(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"check", "explain"} {
		if code, _, errs := program(t, "pattern", command, "-"); code != exitCannot || !strings.Contains(errs, "no pattern on standard input") {
			t.Errorf("%s: exit %d, %s", command, code, errs)
		}
	}
}

// TestPatternTest runs the given suites, and one that has to fail.
func TestPatternTest(t *testing.T) {
	t.Parallel()
	given, err := filepath.Glob(filepath.Join(filepath.Dir(testdata.Dir(t)), "vectors", "stix-patterns", "*.json"))
	if err != nil || len(given) < 2 {
		t.Fatalf("%d suites, %v", len(given), err)
	}
	code, out, errs := program(t, append([]string{"pattern", "test"}, given...)...)
	if code != exitFine || !strings.HasSuffix(out, " passed, 0 failed\n") {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
	file := filepath.Join(t.TempDir(), "s.json")
	suite := `{"suite":"wrong","observations":{"o":` + observed[strings.Index(observed, "["):strings.LastIndex(observed, "]")+1] + `},"vectors":[
		{"id":"w-1","pattern":"[ipv4-addr:value = '198.51.100.7']","observations":"o","parses":true,"match":false},
		{"id":"w-2","pattern":"[ipv4-addr:value = '198.51.100.7']","observations":"o","parses":true,"match":true}]}`
	if err := os.WriteFile(file, []byte(suite), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ = program(t, "pattern", "test", file)
	if code != exitWrong || !strings.HasPrefix(out, "FAIL w-1: ") || !strings.HasSuffix(out, "\n1 passed, 1 failed\n") {
		t.Errorf("exit %d, %s", code, out)
	}
}
