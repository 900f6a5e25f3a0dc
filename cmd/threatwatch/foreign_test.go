package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threatwatch/internal/testdata"
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
	if code != exitWrong || !strings.Contains(errs, "added 4, unchanged 0, refused 0") || !strings.Contains(errs, `kev.csv: left out: vulnerabilities[1]: cveID: "CVE-1" is no CVE number`) {
		t.Errorf("exit %d, %s", code, errs)
	}
}
