package csaf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatwatch/internal/drafttest"
	"threatwatch/internal/testdata"
	"threatwatch/stix"
)

// take reads documents into what is held, checks every object, and counts.
func take(t testing.TB, raw []byte, held map[string]*stix.Value) (faults []error, added, changed int) {
	t.Helper()
	_, added, changed = drafttest.Strict(t, held, func(held func(string) *stix.Value, put func(*stix.Value) error) (err error) {
		faults, err = Objects(raw, held, put)
		return err
	})
	return faults, added, changed
}

// publishedDocuments are the advisories and VEX documents that others published.
func publishedDocuments(t testing.TB) (paths []string) {
	t.Helper()
	for _, pattern := range []string{"cisa-ot-2024/*.json", "cisa-it/2024/*.json", "oasis-examples/[^e]*.json"} {
		list, err := filepath.Glob(filepath.Join(testdata.Dir(t, "csaf"), pattern))
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, list...)
	}
	if len(paths) != 53 {
		t.Fatalf("%d documents", len(paths))
	}
	return paths
}

// TestPublishedDocuments: each comes in whole, comes back as it was, and is not new a second time. What is counted is counted anew from the files.
func TestPublishedDocuments(t *testing.T) {
	for _, path := range publishedDocuments(t) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !Detect(raw[:min(len(raw), 4096)]) || DetectCompanion(raw[:min(len(raw), 4096)]) {
			t.Errorf("%s is not recognised", path)
		}
		held := map[string]*stix.Value{}
		if faults, _, _ := take(t, raw, held); len(faults) > 0 {
			t.Errorf("%s: %v", path, faults)
			continue
		}
		var doc struct {
			Vulnerabilities []struct {
				CVE    string
				CWE    struct{ ID string }
				Scores []struct {
					V2 struct{ VectorString string } `json:"cvss_v2"`
					V3 struct{ VectorString string } `json:"cvss_v3"`
				}
			}
		}
		if err := json.Unmarshal(raw, &doc); err != nil {
			t.Fatal(err)
		}
		want, got := []string{}, []string{}
		for _, v := range doc.Vulnerabilities {
			vectors := map[string]bool{}
			for _, s := range v.Scores {
				vectors[s.V2.VectorString], vectors[s.V3.VectorString] = true, true
			}
			delete(vectors, "")
			want = append(want, fmt.Sprint(v.CVE, v.CWE.ID, len(vectors)))
		}
		var back bytes.Buffer
		reports := 0
		for _, o := range held {
			switch o.Get("type").Text() {
			case "vulnerability":
				cwe := ""
				for _, r := range o.Get("external_references").Items {
					if r.Get("source_name").Text() == "cwe" {
						cwe = r.Get("external_id").Text()
					}
				}
				n := 0
				if scores := o.Get("extensions").Get(ExtensionID).Get("cvss"); scores != nil {
					n = len(scores.Items)
				}
				got = append(got, fmt.Sprint(o.Get("name").Text(), cwe, n))
			case "report":
				reports++
				if err := Write(func(yield func(*stix.Value, error) bool) { yield(o, nil) }, &back); err != nil {
					t.Fatal(err)
				}
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" || reports != 1 {
			t.Errorf("%s: %d reports (-file +objects):\n%s", path, reports, d)
		}
		equalJSON(t, back.Bytes(), raw)
		if _, added, changed := take(t, back.Bytes(), held); added+changed != 0 {
			t.Errorf("%s again: %d added, %d changed", path, added, changed)
		}
	}
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

// small is an advisory with some parts changed: pairs of what is replaced and by what.
func small(changes ...string) []byte {
	text := `{"document":{"category":"csaf_security_advisory","csaf_version":"2.0","distribution":{"tlp":{"label":"GREEN"}},"title":"Two flaws","lang":"en",
	"publisher":{"category":"vendor","name":"Example","namespace":"https://vendor.example"},
	"notes":[{"category":"summary","text":"What happened."}],"references":[{"category":"self","summary":"Here","url":"https://vendor.example/a"}],
	"tracking":{"id":"EX-1","status":"final","version":"2","initial_release_date":"2024-01-02T03:04:05+01:00","current_release_date":"2024-02-03T00:00:00Z",
	"revision_history":[{"date":"2024-01-02T03:04:05+01:00","number":"1","summary":"a"},{"date":"2024-02-03T00:00:00Z","number":"2","summary":"b"}]}},
	"product_tree":{"branches":[{"category":"vendor","name":"Example","branches":[{"category":"product_name","name":"Server","product":{"name":"Server","product_id":"P1"}}]},
	{"category":"vendor","name":"Other","branches":[{"category":"product_name","name":"Box","product":{"name":"Box","product_id":"P2"}}]}],
	"relationships":[{"category":"installed_on","product_reference":"P1","relates_to_product_reference":"P2","full_product_name":{"name":"Server on Box","product_id":"P3"}}],
	"product_groups":[{"group_id":"G","product_ids":["P1","P3"]}]},
	"vulnerabilities":[{"cve":"CVE-2024-12345","cwe":{"id":"CWE-22","name":"Path Traversal"},"notes":[{"category":"description","text":"A path leads out."}],
	"product_status":{"known_affected":["P1","P3"],"fixed":["P2"]},"remediations":[{"category":"vendor_fix","details":"Update.","group_ids":["G"]}],
	"scores":[{"products":["P1"],"cvss_v3":{"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","baseScore":9.8,"baseSeverity":"CRITICAL"}}]},
	{"ids":[{"system_name":"Bugs","text":"77"}],"notes":[{"category":"other","text":"x"}],"product_status":{"under_investigation":["P2"]}}]}`
	return []byte(strings.NewReplacer(changes...).Replace(text))
}

func TestObjects(t *testing.T) {
	held := map[string]*stix.Value{}
	if faults, _, _ := take(t, small(), held); len(faults) > 0 {
		t.Fatal(faults)
	}
	var got []string
	for _, o := range held {
		line := strings.Join([]string{o.Get("type").Text(), o.Get("name").Text(), o.Get("description").Text(), strings.Join(o.Get("object_marking_refs").Strings(), " ")}, "|")
		got = append(got, line)
	}
	slices.Sort(got)
	green := stix.TLPID(stix.Green)
	want := []string{
		"extension-definition|Advisory in CSAF 2.0|document: the advisory as published. pointer: the vulnerability in it that the object is made of. cvss: its scores, each once.|",
		"identity|Example||", "identity|Example||", "identity|Other||", "identity|Threatwatch||",
		"relationship||Products of Example by status: known affected: 2.|" + green,
		"relationship||Products of Other by status: known affected: 1, fixed: 1.|" + green,
		"relationship||Products of Other by status: under investigation: 1.|" + green,
		"report|Two flaws|What happened.|" + green,
		"vulnerability|77||" + green,
		"vulnerability|CVE-2024-12345|A path leads out.\n\nCWE-22 Path Traversal.\n\nCVSS 3.1 9.8 CRITICAL (CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H).|" + green,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	doc, err := stix.ParseValue(small())
	if err != nil {
		t.Fatal(err)
	}
	report := held[ReportID(doc)]
	if report.Get("created").Text() != "2024-01-02T02:04:05.000000Z" || report.Get("modified").Text() != "2024-02-03T00:00:00.000000Z" || len(report.Get("object_refs").Strings()) != 7 {
		t.Errorf("%s", report.AppendJSON(nil))
	}
}

// TestMarking: a label that nobody knows binds as the strictest does.
func TestMarking(t *testing.T) {
	for label, want := range map[string]stix.Level{"WHITE": stix.Clear, "CLEAR": stix.Clear, "TLP:AMBER+STRICT": stix.AmberStrict, "amber": stix.Amber, "RED": stix.Red, "PURPLE": stix.Red} {
		held := map[string]*stix.Value{}
		take(t, small(`"GREEN"`, `"`+label+`"`), held)
		for id, o := range held {
			if marks := o.Get("object_marking_refs").Strings(); strings.HasPrefix(id, "report") && !slices.Equal(marks, []string{stix.TLPID(want)}) {
				t.Errorf("%s: %v", label, marks)
			}
		}
	}
	held := map[string]*stix.Value{}
	take(t, small(`"distribution":{"tlp":{"label":"GREEN"}},`, ``), held)
	for id, o := range held {
		if o.Get("object_marking_refs") != nil {
			t.Errorf("%s is marked where nobody said so", id)
		}
	}
}

// TestUpdate: a later release makes new versions of what changed, an older one is refused.
func TestUpdate(t *testing.T) {
	later := small(`"version":"2"`, `"version":"3"`, `"current_release_date":"2024-02-03`, `"current_release_date":"2024-03-04`, `"summary":"b"}`, `"summary":"b"},{"date":"2024-03-04T00:00:00Z","number":"3","summary":"c"}`,
		"A path leads out.", "A path leads far out.")
	held := map[string]*stix.Value{}
	take(t, small(), held)
	if faults, added, changed := take(t, later, held); len(faults) > 0 || added != 0 || changed != 2 {
		t.Errorf("%v, %d added, %d changed; want the report and one vulnerability", faults, added, changed)
	}
	if faults, added, changed := take(t, small(), held); len(faults) != 1 || !strings.Contains(faults[0].Error(), "EX-1 version 2 is older than version 3") || added+changed != 0 {
		t.Errorf("the older again: %v, %d added, %d changed", faults, added, changed)
	}
}

// TestSeveral: of several documents, one a line, those that are broken are named, and the rest comes in.
func TestSeveral(t *testing.T) {
	line := func(b []byte) string { return strings.ReplaceAll(string(b), "\n", " ") + "\n" }
	held := map[string]*stix.Value{}
	faults, _, _ := take(t, []byte(line(small())+"{\n"+line(small("EX-1", "EX-2", `"final"`, `"done"`))+line(small("EX-1", "EX-3"))), held)
	if len(faults) != 2 || !strings.Contains(faults[1].Error(), "EX-2 CSAF 2.0 §3: /document/tracking/status") {
		t.Error(faults)
	}
	reports := 0
	for id := range held {
		if strings.HasPrefix(id, "report--") {
			reports++
		}
	}
	if reports != 2 {
		t.Errorf("%d reports", reports)
	}
}

// TestCompanions: what lists advisories is no advisory.
func TestCompanions(t *testing.T) {
	list, err := filepath.Glob(testdata.Dir(t, "csaf", "oasis-examples", "example-*.json"))
	if err != nil || len(list) == 0 {
		t.Fatal(err)
	}
	for _, path := range append(list, testdata.Dir(t, "csaf", "cisa-it", "cisa-csaf-it-feed-tlp-white.json")) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if begin := raw[:min(len(raw), 4096)]; Detect(begin) || !DetectCompanion(begin) {
			t.Errorf("%s: advisory %v, companion %v", path, Detect(begin), DetectCompanion(begin))
		}
	}
}

// TestDetect: the members of a document may come in any order, and what keeps a document is none.
func TestDetect(t *testing.T) {
	for begin, want := range map[string]bool{
		`{"document":{`: true, "\xef\xbb\xbf {\n \"product_tree\": {": true, `{"$schema":"https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json"`: true, `{"vulnerabilities":[{}],"document":{"csaf_version":"2.0"`: true,
		`{"vulnerabilities":[{"cve":"CVE-2024-12345","product_status":{`: true, `{"vulnerabilities":[{"cveID":"CVE-2024-12345"`: false, `{"type":"bundle","objects":[{"type":"report","extensions":{"x":{"document":{"csaf_version":"2.0"`: false, `{"document":"x"`: false, "": false,
	} {
		if Detect([]byte(begin)) != want {
			t.Errorf("%s: %v", begin, !want)
		}
	}
}

// TestSharedIDs: two vulnerabilities with one id of the vendor are two.
func TestSharedIDs(t *testing.T) {
	held := map[string]*stix.Value{}
	faults, _, _ := take(t, small(`"product_status":{"under_investigation":["P2"]}}`, `"product_status":{"under_investigation":["P2"]}},{"ids":[{"system_name":"Bugs","text":"77"}],"notes":[{"category":"other","text":"y"}],"product_status":{"fixed":["P2"]}}`), held)
	n := 0
	for id := range held {
		if strings.HasPrefix(id, "vulnerability--") {
			n++
		}
	}
	if n != 3 || len(faults) > 0 {
		t.Errorf("%d vulnerabilities, %v", n, faults)
	}
}

func FuzzObjects(f *testing.F) {
	f.Add(small())
	f.Add(small(`"product_reference":"P1"`, `"product_reference":"P3"`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		Objects(raw, func(string) *stix.Value { return nil }, func(o *stix.Value) error {
			if _, err := stix.Parse(o.AppendJSON(nil)); err != nil {
				t.Errorf("%s: %v", o.AppendJSON(nil), err)
			}
			return nil
		})
	})
}
