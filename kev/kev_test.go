package kev

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatwatch/internal/drafttest"
	"threatwatch/internal/testdata"
	"threatwatch/stix"
)

const small = `{"title":"A catalogue","catalogVersion":"2025.01.02","dateReleased":"2025-01-02T03:04:05.6789Z","count":2,"vulnerabilities":[
{"cveID":"CVE-2024-12345","vendorProject":"Example","product":"Server","vulnerabilityName":"Example Server Path Traversal","dateAdded":"2025-01-01",
 "shortDescription":"A path leads out.","requiredAction":"Update it.","dueDate":"2025-01-22","knownRansomwareCampaignUse":"Known",
 "notes":"See https://vendor.example/a ; https://vendor.example/b.","cwes":["CWE-22"],"later":{"x":[1]}},
{"cveID":"CVE-1999-0001","vendorProject":"Example","product":"Client","vulnerabilityName":"Example Client Overflow","dateAdded":"2024-12-31",
 "shortDescription":"Too much.","requiredAction":"Remove it.","dueDate":"2025-01-21","knownRansomwareCampaignUse":"Unknown","notes":"","cwes":[]}]}`

// take reads a release into what is held, checks every object, and counts.
func take(t *testing.T, c *Catalogue, held map[string]*stix.Value) (added, changed int) {
	t.Helper()
	_, added, changed = drafttest.Strict(t, held, func(held func(string) *stix.Value, put func(*stix.Value) error) error { return c.Objects(held, put) })
	return added, changed
}

// back makes the document again from what is held.
func back(t *testing.T, held map[string]*stix.Value) []byte {
	t.Helper()
	c, err := FromObjects(held[CatalogueID], func(id string) *stix.Value { return held[id] })
	if err != nil {
		t.Fatal(err)
	}
	return c.Document()
}

func equalJSON(t *testing.T, got, want []byte) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(want, &b); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(b, a); d != "" {
		t.Errorf("document (-in +out):\n%.2000s", d)
	}
}

func read(t *testing.T, raw []byte) *Catalogue {
	t.Helper()
	if !Detect(raw[:min(512, len(raw))]) {
		t.Error("not recognised")
	}
	c, err := Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Faults {
		t.Error(f)
	}
	return c
}

func TestRoundTrip(t *testing.T) {
	held := map[string]*stix.Value{}
	if added, _ := take(t, read(t, []byte(small)), held); added != 5 {
		t.Errorf("%d objects, want publisher, definition, two entries, report", added)
	}
	equalJSON(t, back(t, held), []byte(small))
	v := held[VulnerabilityID("CVE-2024-12345")]
	if v.Get("name").Text() != "CVE-2024-12345" || !slices.Equal(v.Get("labels").Strings(), []string{"known-exploited", "ransomware"}) ||
		v.Get("created").Text() != "2025-01-01T00:00:00.000Z" || len(v.Get("external_references").Items) != 4 {
		t.Errorf("entry: %s", v.AppendJSON(nil))
	}
}

// TestUpdate: the second time nothing is new; what changed has the time of the release that changed it.
func TestUpdate(t *testing.T) {
	held := map[string]*stix.Value{}
	take(t, read(t, []byte(small)), held)
	if added, changed := take(t, read(t, []byte(small)), held); added+changed != 0 {
		t.Errorf("the same again: %d added, %d changed", added, changed)
	}
	next := strings.NewReplacer(`"2025.01.02"`, `"2025.02.03"`, "2025-01-02T03:04:05.6789Z", "2025-02-03T00:00:00Z", `"Unknown"`, `"Known"`).Replace(small)
	if added, changed := take(t, read(t, []byte(next)), held); added != 0 || changed != 2 {
		t.Errorf("an entry and the report changed: %d added, %d changed", added, changed)
	}
	if m := held[VulnerabilityID("CVE-1999-0001")].Get("modified").Text(); m != "2025-02-03T00:00:00.000000Z" {
		t.Errorf("modified %s", m)
	}
	equalJSON(t, back(t, held), []byte(next))
}

// TestFaults: what is no entry is named and left out.
func TestFaults(t *testing.T) {
	bad := strings.NewReplacer(`"CVE-1999-0001"`, `"CVE-99"`).Replace(small)
	c, err := Read([]byte(bad))
	if err != nil || len(c.Entries) != 1 || len(c.Faults) != 1 || !strings.Contains(c.Faults[0].Error(), `vulnerabilities[1]: cveID: "CVE-99"`) {
		t.Errorf("%v, %v", c, err)
	}
	twice := strings.Replace(small, `"CVE-1999-0001"`, `"CVE-2024-12345"`, 1)
	if c, err = Read([]byte(twice)); err != nil || len(c.Entries) != 1 || len(c.Faults) != 1 {
		t.Errorf("%v, %v", c, err)
	}
	for _, raw := range []string{"", "{", `{"catalogVersion":"1"}`, `[]`, "cveID,dateAdded\n\"x"} {
		if _, err := Read([]byte(raw)); err == nil {
			t.Errorf("%q is read", raw)
		}
	}
	none := &Catalogue{Head: stix.NewDict()}
	if err := none.Objects(func(string) *stix.Value { return nil }, func(*stix.Value) error { return nil }); err == nil {
		t.Error("a catalogue of nothing")
	}
}

// TestPublished takes two releases as published, one after the other; what is new and what changed is counted by encoding/json as well.
func TestPublished(t *testing.T) {
	older := published(t, "known_exploited_vulnerabilities-2025-06-02.json.gz")
	newer := published(t, "known_exploited_vulnerabilities.json")
	before, after := entries(t, older), entries(t, newer)
	newCount, changedCount := 0, 0
	for id, e := range after {
		if old, ok := before[id]; !ok {
			newCount++
		} else if !cmp.Equal(old, e) {
			changedCount++
		}
	}
	held := map[string]*stix.Value{}
	if added, _ := take(t, read(t, older), held); added != len(before)+3 {
		t.Errorf("%d objects of %d entries", added, len(before))
	}
	equalJSON(t, back(t, held), older)
	if added, changed := take(t, read(t, newer), held); added != newCount || changed != changedCount+1 {
		t.Errorf("%d added, %d changed; want %d, and %d and the report", added, changed, newCount, changedCount)
	}
	equalJSON(t, back(t, held), newer)
	if added, changed := take(t, read(t, newer), held); added+changed != 0 {
		t.Errorf("the same again: %d added, %d changed", added, changed)
	}
	table := read(t, published(t, "known_exploited_vulnerabilities.csv"))
	rows := map[string]any{}
	for _, e := range table.Entries {
		var v any
		if err := json.Unmarshal(e.AppendJSON(nil), &v); err != nil {
			t.Fatal(err)
		}
		rows[e.Get("cveID").Text()] = v
	}
	if d := cmp.Diff(after, rows); d != "" {
		t.Errorf("as JSON and as CSV (-json +csv):\n%.2000s", d)
	}
}

func published(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(testdata.Dir(t, "kev", name))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if raw, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return raw
}

func entries(t *testing.T, raw []byte) map[string]any {
	t.Helper()
	var doc struct{ Vulnerabilities []map[string]any }
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	for _, e := range doc.Vulnerabilities {
		out[e["cveID"].(string)] = e
	}
	return out
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,knownRansomwareCampaignUse,notes,cwes\nCVE-2024-12345,a,b,c,2025-01-01,d,e,2025-01-02,Known,,\"CWE-1, CWE-2\"\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := Read(raw)
		if err != nil {
			return
		}
		c.Objects(func(string) *stix.Value { return nil }, func(o *stix.Value) error {
			if _, err := stix.Parse(o.AppendJSON(nil)); err != nil {
				t.Errorf("%s: %v", o.AppendJSON(nil), err)
			}
			return nil
		})
	})
}
