package kev

import (
	"strings"
	"testing"
)

// TestNextRelease: what another release may have otherwise is read, or told: nothing is lost without a word.
func TestNextRelease(t *testing.T) {
	const entry = `{"cveID":"CVE-2025-48384","vendorProject":"a","product":"b","vulnerabilityName":"c","dateAdded":"2025-08-25","shortDescription":"d","requiredAction":"e","dueDate":"2025-09-15","notes":null,"epss":0.5}`
	const table = "dateAdded,\"cveID\",vendorProject,product,vulnerabilityName,shortDescription,requiredAction,dueDate,new,cwes\r\n" +
		"2025-08-25,CVE-2025-48384,a,b,c,d,e,2025-09-15,,\"CWE-1, CWE-2\"\r\n2025-08-26,CVE-2025-48385,a,b,c,d,e,2025-09-15,CWE-1\r\n,,,,,,,,,\r\n2025-08-27,CVE-2025-48386,a,b,c,d,\"e\"e,2025-09-15,,\r\n2025-08-28,CVE-2025-48387,a,b,c,d,e,2025-09-15,,\r\n"
	for _, x := range []struct {
		raw      string
		n        int
		released string
		faults   []string
	}{
		{`{"vulnerabilities":[` + entry + `],"dateReleased":"2025-08-26","catalogVersion":"x"}`, 1, "2025-08-26T00:00:00.000000Z", nil}, // the head behind, a day for a time
		{`{"vulnerabilities":[` + entry + `]}`, 1, "2025-08-25T00:00:00.000000Z", nil},
		{"\xef\xbb\xbf" + table, 2, "2025-08-28T00:00:00.000000Z", []string{"line 3: 9 cells under 10 columns", "line 5, column"}},
	} {
		if !Detect([]byte(x.raw)) {
			t.Errorf("not recognised: %.60s", x.raw)
		}
		c, err := Read([]byte(x.raw))
		if err != nil {
			t.Fatal(err)
		}
		released, err := c.released()
		if err != nil || released != x.released || len(c.Entries) != x.n || len(c.Faults) != len(x.faults) {
			t.Errorf("%.60s: %d entries of %s, %v, %v", x.raw, len(c.Entries), released, c.Faults, err)
			continue
		}
		for i, want := range x.faults {
			if !strings.Contains(c.Faults[i].Error(), want) {
				t.Errorf("%v, want %s", c.Faults[i], want)
			}
		}
		if c.Entries[0].Get("notes") != nil {
			t.Error("null stays, which no object of STIX may hold")
		}
	}
}
