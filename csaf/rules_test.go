package csaf

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"threatwatch/internal/testdata"
	"threatwatch/stix"
)

func parsed(t testing.TB, path string) *stix.Value {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	v, err := stix.ParseValue(raw)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

// TestPublishedVectors: the documents that the standard's authors wrote to break one mandatory test each break that one, and those that only
// nearly do break none.
func TestPublishedVectors(t *testing.T) {
	type document struct {
		Name  string
		Valid bool
	}
	var suite struct {
		Tests []struct {
			ID, Group       string
			Failures, Valid []document
		}
	}
	raw, err := os.ReadFile(testdata.Dir(t, "csaf", "oasis-validator-tests", "testcases.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &suite); err != nil {
		t.Fatal(err)
	}
	broken, sound := 0, 0
	for _, rule := range suite.Tests {
		if rule.Group != "mandatory" {
			continue
		}
		for _, d := range append(rule.Failures, rule.Valid...) {
			path := testdata.Dir(t, "csaf", "oasis-validator-tests", filepath.Base(d.Name))
			if _, err := os.Stat(path); err != nil {
				continue // the list names more than there are
			}
			problems := Validate(parsed(t, path))
			if rule.ID == "6.1.11" && listedWeaknesses().Version == "" {
				t.Log("6.1.11 needs the list of weaknesses: make build")
				broken++
				continue
			}
			found := false
			for _, p := range problems {
				found = found || p.Rule == rule.ID
			}
			switch {
			case d.Valid && len(problems) > 0:
				t.Errorf("%s %s is valid: %v", rule.ID, filepath.Base(path), problems)
			case !d.Valid && !found:
				t.Errorf("%s %s is not valid: %v", rule.ID, filepath.Base(path), problems)
			case d.Valid:
				sound++
			default:
				broken++
			}
		}
	}
	if broken != 65 || sound != 46 {
		t.Errorf("%d broken and %d sound documents", broken, sound)
	}
}

// TestRulesWithoutVectors: tests of which the published vectors have no document that breaks them.
func TestRulesWithoutVectors(t *testing.T) {
	const first = `{"cve":"CVE-2024-12345"`
	for _, x := range []struct {
		rule    string
		changes []string
	}{
		{"6.1.12", []string{`"lang":"en"`, `"lang":"ez"`}},
		{"6.1.23", []string{`"ids":[{"system_name":"Bugs","text":"77"}]`, `"cve":"CVE-2024-12345"`}},
		{"6.1.27.1", []string{`"csaf_security_advisory"`, `"csaf_security_incident_response"`, `"category":"summary"`, `"category":"other"`, `"self"`, `"external"`}},
		{"6.1.27.5", []string{`"notes":[{"category":"other","text":"x"}],`, ``}},
		{"6.1.27.10", []string{`"csaf_security_advisory"`, `"csaf_vex"`, `"product_ids":["P1","P3"]`, `"product_ids":["P2","P3"]`}},
		{"6.1.29", []string{`,"group_ids":["G"]`, ``}},
		{"6.1.32", []string{first, first + `,"flags":[{"label":"component_not_present"}]`}},
		{"3", []string{`"lang":"en"`, `"lang":""`}},
		{"3", []string{`"category":"vendor","name":"Other",`, `"category":"vendor","name":"Other","product":{"name":"x","product_id":"P9"},`}},
		{"3", []string{`"G","product_ids":["P1","P3"]`, `"G","product_ids":["P1","P1"]`}},
		{"3", []string{`2024-02-03T00:00:00Z"},`, `x"},`, `"current_release_date":"2024-02-03T00:00:00Z"`, `"current_release_date":"2024-02-03"`}},
		{"6.1.8", []string{`,"baseSeverity":"CRITICAL"`, ``}},
		{"6.1.8", []string{`A:H"`, `A:Q"`}},
		{"6.1.9", []string{`"baseSeverity":"CRITICAL"`, `"baseSeverity":"HIGH"`}},
	} {
		doc, err := stix.ParseValue(small(x.changes...))
		if err != nil {
			t.Fatal(err)
		}
		problems := Validate(doc)
		if len(problems) == 0 || slices.ContainsFunc(problems, func(p Problem) bool { return p.Rule != x.rule }) {
			t.Errorf("%s: %v", x.rule, problems)
		}
	}
	doc, err := stix.ParseValue(small())
	if err != nil {
		t.Fatal(err)
	}
	if problems := Validate(doc); len(problems) > 0 {
		t.Error(problems)
	}
}

// TestWeaknesses: a weakness has the name that CWE gives it or gave it; one that is numbered beyond the list is taken as it is, as all are without the list, but
// never under two names in one document.
func TestWeaknesses(t *testing.T) {
	list := weaknessList{"4.15", 1426, map[string][]string{"22": {"Now ('Path')", "Then"}, "2000": {"All"}}}
	for _, x := range []struct {
		id, name, second string
		list             weaknessList
		want             string
	}{
		{"CWE-22", "Now ('Path')", "Then", list, `CWE-22 is called "Then" here and "Now ('Path')" before`},
		{"CWE-22", "Then", "Then", list, ""},
		{"CWE-22", "now ('path')", "Then", list, `CWE-22 is called "Now ('Path')", and not "now ('path')"`},
		{"CWE-1426", "x", "x", list, "CWE-1426 is no entry of CWE"},
		{"CWE-1427", "x", "x", list, ""},
		{"CWE-1427", "x", "y", list, `CWE-1427 is called "y" here and "x" before`},
		{"CWE-2000", "All", "All", list, ""},
		{"CWE-22", "x", "x", weaknessList{}, ""},
		{"CWE-22", "x", "y", weaknessList{}, `CWE-22 is called "y" here and "x" before`},
	} {
		doc, err := stix.ParseValue(fmt.Appendf(nil, `{"vulnerabilities":[{"cwe":{"id":%q,"name":%q}},{"cve":"CVE-2024-1"},{"cwe":{"id":%q,"name":%q}}]}`, x.id, x.name, x.id, x.second))
		if err != nil {
			t.Fatal(err)
		}
		var problems []Problem
		checker{doc, "6.1.11", &problems}.weaknessesBy(x.list)
		if (len(problems) > 0) != (x.want != "") || x.want != "" && !slices.ContainsFunc(problems, func(p Problem) bool { return p.Message == x.want }) {
			t.Errorf("%+v: %v", x, problems)
		}
	}
}

// TestVersions: how versions are ordered (Semantic Versioning 2.0.0 §11).
func TestVersions(t *testing.T) {
	order := []string{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0", "99999999999999999999.0.0"}
	for i, a := range order {
		for k, b := range order {
			if got := parseVersion(a).compare(parseVersion(b + "+build")); (got < 0) != (i < k) || (got > 0) != (i > k) {
				t.Errorf("%s, %s: %d", a, b, got)
			}
		}
	}
}
