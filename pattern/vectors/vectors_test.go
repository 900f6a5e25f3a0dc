package vectors

import (
	"os"
	"strings"
	"testing"
)

// TestRun: every way to fail is found, and what is left open is no failure.
func TestRun(t *testing.T) {
	t.Parallel()
	s, err := Read([]byte(suite))
	if err != nil {
		t.Fatal(err)
	}
	failures, err := s.Run()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range failures {
		got = append(got, f.ID+": "+f.Reason)
	}
	want := []string{
		"bad-1: it should not parse",
		"bad-2: it should parse: line 1, column 1: an observation expression in brackets is missing (STIX 2.1 §9.5)",
		"bad-3: match, want the opposite",
		"bad-4: matched observed-data--1, want observed-data--2",
		"bad-5: it was not evaluated",
		`bad-6: the file has no observations called "other"`,
		"bad-7: no match, want the opposite",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("failures:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`{}`, `[]`, `{"vectors":`, `{"vectors":[]}`} {
		if _, err := Read([]byte(raw)); err == nil {
			t.Errorf("Read(%s): no error", raw)
		}
	}
}

// TestUnreadableObservations: what is no observation matches nothing, and is named where something was expected of it.
func TestUnreadableObservations(t *testing.T) {
	t.Parallel()
	s, err := Read([]byte(`{"observations":{"x":[{"type":"observed-data"}]},"vectors":[{"id":"1","pattern":"[x:y = 1]","observations":"x","match":false},
		{"id":"2","pattern":"[x:y = 1]","observations":"x","match":true}]}`))
	if err != nil {
		t.Fatal(err)
	}
	failures, err := s.Run()
	if err != nil || len(failures) != 1 || failures[0].ID != "2" || !strings.Contains(failures[0].Reason, "1 of the observations cannot be read") {
		t.Errorf("%v, %v", failures, err)
	}
}

const suite = `{
"suite": "test",
"observations": {"new": [
  {"type": "observed-data", "spec_version": "2.1", "id": "observed-data--1", "first_observed": "2024-01-01T00:00:00Z",
   "last_observed": "2024-01-01T00:00:00Z", "number_observed": 1, "object_refs": ["x--1", "x--2"]},
  {"type": "x", "id": "x--1", "n": 123456789012345678901234567890, "s": ["a", null, true]}],
 "old": [{"type": "bundle", "id": "bundle--1", "objects": [
  {"type": "observed-data", "id": "observed-data--9", "first_observed": "2024-01-01T00:00:00Z",
   "last_observed": "2024-01-01T00:00:00Z", "number_observed": 2, "objects": {"0": {"type": "x", "n": 1}}}]}],
 "none": []},
"vectors": [
 {"id": "good-1", "pattern": "[x:n = 123456789012345678901234567890]", "observations": "new", "parses": true, "match": true,
  "matched": ["observed-data--1"], "budget_ms": 10000},
 {"id": "good-2", "pattern": "[x:n", "observations": "new", "parses": false, "match": false},
 {"id": "good-3", "pattern": "[x:n = +5]", "observations": "new", "parses": null, "match": false},
 {"id": "good-4", "pattern": "[x:n", "observations": "new", "parses": null, "match": false, "match_if_parsed": true},
 {"id": "good-5", "pattern": "[x:n > +5]", "observations": "new", "parses": null, "match": false, "match_if_parsed": true},
 {"id": "good-6", "pattern": "[x:n = 1] REPEATS 2 TIMES START '2024-01-01T00:00:00Z' STOP '2024-01-02T00:00:00Z'", "observations": "old",
  "parses": true, "match": true},
 {"id": "good-7", "pattern": "[x:n = 1]", "parses": true},
 {"id": "good-8", "pattern": "[x:n = 1] START '2024-01-01T00:00:00Z' STOP '2024-01-02T00:00:00Z'", "observations": "none", "parses": false, "match": false},
 {"id": "bad-1", "pattern": "[x:n = 1]", "observations": "new", "parses": false, "match": false},
 {"id": "bad-2", "pattern": "x", "observations": "new", "parses": true, "match": false},
 {"id": "bad-3", "pattern": "[x:s[*] = 'a']", "observations": "new", "parses": true, "match": false},
 {"id": "bad-4", "pattern": "[x:s[0] = 'a']", "observations": "new", "parses": true, "match": true, "matched": ["observed-data--2"]},
 {"id": "bad-5", "pattern": "[x:s[*] MATCHES '(?R)']", "observations": "new", "parses": true, "match": false},
 {"id": "bad-6", "pattern": "[x:n = 1]", "observations": "other", "parses": true, "match": false},
 {"id": "bad-7", "pattern": "[x:n = 1]", "observations": "new", "parses": true, "match": true}
]}`

// rules are the numbers of doc/standards-stix.md that vectors can show.
var rules = []string{"P001", "P002", "P003", "P004", "P010", "P011", "P012", "P013", "P014", "P020", "P021", "P022", "P023", "P024", "P025", "P030", "P031", "P032",
	"P033", "P034", "P035", "P036", "P040", "P041"}

// TestChapter9 runs our own vectors: each rule has one at least, and all pass.
func TestChapter9(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{}
	for _, name := range []string{"chapter9.json", "corners.json"} {
		raw, err := os.ReadFile("../testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Read(raw)
		if err != nil {
			t.Fatal(err)
		}
		failures, err := s.Run()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range failures {
			t.Errorf("%s: %s\n%s", f.ID, f.Reason, f.Pattern)
		}
		for _, v := range s.Vectors {
			shown[strings.Split(v.ID, "-")[0]] = true
		}
	}
	for _, r := range rules {
		if !shown[r] {
			t.Errorf("no vector shows %s", r)
		}
	}
}
