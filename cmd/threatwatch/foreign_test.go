package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"threatwatch/internal/testdata"
	"threatwatch/stix"
)

// TestImportKEV: a catalogue that is no STIX is recognised, taken in whole, brought up to date by the next release, and unchanged by the same.
func TestImportKEV(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	for _, c := range []struct{ file, want string }{
		{"known_exploited_vulnerabilities-2025-06-02.json.gz", "read 1355, added 1355, unchanged 0, refused 0, quarantined 0\n"},
		{"known_exploited_vulnerabilities.json", "read 1407, added 64, unchanged 1343, refused 0, quarantined 0\n"},
		{"known_exploited_vulnerabilities.json", "read 1407, added 0, unchanged 1407, refused 0, quarantined 0\n"},
	} {
		code, _, errs := program(t, "import", "--data", data, "--source", "catalogue", "--tlp", "clear", testdata.Dir(t, "kev", c.file))
		if code != exitFine || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d, %s", c.file, code, errs)
		}
	}
	if code, out, _ := program(t, "lookup", "--data", data, "CVE-2025-53770"); code != exitFine || !strings.Contains(out, "CVE-2025-53770") {
		t.Errorf("lookup: %d, %s", code, out)
	}
}

// TestImportForeignFaults: what cannot be used of a foreign document is named, and the rest is in.
func TestImportForeignFaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "kev.csv")
	text := "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate\n" +
		"CVE-2024-12345,Example,Server,Overflow,2025-01-01,It overflows.,Update it.,2025-01-22\nCVE-1,a,b,c,2025-01-01,d,e,f\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := program(t, "import", "--data", filepath.Join(dir, "data"), "--source", "catalogue", file)
	if code != exitWrong || !strings.Contains(errs, "added 4, unchanged 0, refused 0") || !strings.Contains(errs, `kev.csv: left out: line 3: cveID: "CVE-1" is no CVE number`) {
		t.Errorf("exit %d, %s", code, errs)
	}
}

// TestDocumentsGoBack: what was imported is exported in its own format, and says what it said.
func TestDocumentsGoBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format, file string
		records      int
		each         func(t *testing.T, raw []byte) []string // the records
	}{
		{"kev", testdata.Dir(t, "kev", "known_exploited_vulnerabilities.json"), 1404, func(t *testing.T, raw []byte) []string { return membersOf(t, raw, "vulnerabilities") }},
		{"veris", testdata.Dir(t, "vcdb", "vcdb-incidents.ndjson.gz"), 7084, linesOf},
		{"ransomwatch", testdata.Dir(t, "incidents", "ransomwatch", "posts.json.gz"), 17532, itemsOf},
		{"eurepoc", testdata.Dir(t, "incidents", "eurepoc", "EuRepoC_Global_Database_1.1.csv.gz"), 1643, rowsOf},
		{"cfr", testdata.Dir(t, "incidents", "cfr", "cyber-operations-incidents.csv"), 768, rowsOf},
		{"icsadvisory", testdata.Dir(t, "incidents", "ics-advisories", "CISA_ICS_ADV_Master.csv.gz"), 3989, rowsOf},
		{"ukraine-war", testdata.Dir(t, "incidents", "ukraine-war-operations", "paper_analysis_corpus.csv.gz"), 453, rowsOf},
	} {
		t.Run(c.format, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data")
			if code, _, errs := program(t, "import", "--data", data, "--source", "catalogue", "--tlp", "clear", c.file); code != exitFine {
				t.Fatalf("import: exit %d, %s", code, errs)
			}
			code, out, errs := program(t, "export", "--data", data, "--format", c.format, "--source", "catalogue")
			if code != exitFine {
				t.Fatalf("export: exit %d, %s", code, errs)
			}
			want, got := c.each(t, unpackedFile(t, c.file)), c.each(t, []byte(out))
			if len(want) != c.records || !slices.Equal(got, want) {
				t.Errorf("%d records came out, %d went in, want %d that are the same", len(got), len(want), c.records)
			}
		})
	}
	data := filepath.Join(t.TempDir(), "data")
	if code, _, errs := program(t, "import", "--data", data, "--source", "x", testdata.Dir(t, "vcdb", "incidents")); code != exitFine || !strings.Contains(errs, "refused 0") {
		t.Errorf("a folder: exit %d, %s", code, errs)
	}
	if code, _, errs := program(t, "import", "--data", data, "--source", "y", testdata.Dir(t, "vcdb", "incidents")); code != exitFine {
		t.Errorf("by another source: exit %d, %s", code, errs)
	}
	if _, out, _ := program(t, "export", "--data", data, "--format", "veris"); strings.Count(out, "\n") != 100 {
		t.Errorf("%d records of a folder of 100 from two sources", strings.Count(out, "\n"))
	}
	if code, _, errs := program(t, "export", "--data", data, "--format", "kev"); code != exitWrong || !strings.Contains(errs, "no catalogue") {
		t.Errorf("a catalogue where there is none: exit %d, %s", code, errs)
	}
	if code, _, errs := program(t, "export", "--data", data, "--format", "veris", "--type", "incident"); code != exitCannot || !strings.Contains(errs, "--type") {
		t.Errorf("a type beside a format: exit %d, %s", code, errs)
	}
}

// rowsOf are the rows of a table, each with the columns.
func rowsOf(t *testing.T, raw []byte) (list []string) {
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		list = append(list, fmt.Sprintf("%q", [][]string{rows[0], row}))
	}
	slices.Sort(list)
	return list
}

// unpackedFile reads a file, packed or not.
func unpackedFile(t *testing.T, path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, _, err := unpacked(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// linesOf are the values of a text with one a line.
func linesOf(t *testing.T, raw []byte) (list []string) {
	for line := range bytes.Lines(raw) {
		list = append(list, canonicalOf(t, line))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// membersOf are the items of a list in a document.
func membersOf(t *testing.T, raw []byte, name string) []string {
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	return itemsOf(t, doc[name])
}

// itemsOf are the items of a list.
func itemsOf(t *testing.T, raw []byte) (list []string) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		list = append(list, canonicalOf(t, item))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func canonicalOf(t *testing.T, raw []byte) string {
	v, err := stix.ParseValue(raw)
	if err != nil {
		t.Fatal(err)
	}
	c, err := v.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return string(c)
}
