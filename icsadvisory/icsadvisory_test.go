package icsadvisory

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatwatch/internal/drafttest"
	"threatwatch/internal/testdata"
	"threatwatch/stix"
)

// take reads a table into what is held, checks every object, and counts.
func take(t testing.TB, raw []byte, held map[string]*stix.Value) (order []string, faults []error, added, changed int) {
	t.Helper()
	if !Detect(raw[:min(len(raw), 4096)]) {
		t.Error("not recognised")
	}
	order, added, changed = drafttest.Strict(t, held, func(held func(string) *stix.Value, put func(*stix.Value) error) (err error) {
		faults, err = Objects(raw, held, put)
		return err
	})
	return order, faults, added, changed
}

func table(t testing.TB, raw []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func back(t testing.TB, held map[string]*stix.Value, order []string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(func(yield func(*stix.Value, error) bool) {
		for _, id := range order {
			if !yield(held[id], nil) {
				return
			}
		}
	}, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestPublishedComesBack: all of the published table comes in, comes back cell by cell in its order, and is not new a second time. CVE numbers, vendors
// and scores are counted anew from the cells.
func TestPublishedComesBack(t *testing.T) {
	f, err := os.Open(testdata.Dir(t, "incidents", "ics-advisories", "CISA_ICS_ADV_Master.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]*stix.Value{}
	order, faults, added, _ := take(t, raw, held)
	if len(faults) > 0 || added != len(order) {
		t.Fatalf("%v, %d of %d added", faults, added, len(order))
	}
	rows := table(t, raw)
	if d := cmp.Diff(rows, table(t, back(t, held, order))); d != "" || len(rows) != 3990 {
		t.Errorf("%d rows (-in +out):\n%.2000s", len(rows), d)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	cves, mentions, vendors, high := map[string]bool{}, 0, map[string]bool{}, 0
	for _, row := range rows[1:] {
		own := map[string]bool{}
		for _, cve := range regexp.MustCompile(`CVE-\d{4}-\d{4,}`).FindAllString(row[column("CVE_Number")], -1) {
			own[cve], cves[cve] = true, true
		}
		mentions += len(own)
		vendors[strings.TrimSpace(row[column("Vendor")])] = true
		if row[column("CVSS_Severity")] == "High" {
			high++
		}
	}
	got := map[string]int{}
	for _, o := range held {
		got[o.Get("type").Text()]++
		for _, ref := range o.Get("object_refs").Strings() {
			if strings.HasPrefix(ref, "vulnerability--") {
				got["mention"]++
			}
		}
		if o.Get("extensions").Get(ExtensionID).Get("cvss").Get("severity").Text() == "High" {
			got["high"]++
		}
	}
	delete(got, "location")
	delete(got, "relationship")
	want := map[string]int{"report": 3989, "vulnerability": len(cves), "mention": mentions, "identity": len(vendors) + 1, "high": high, "extension-definition": 1}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-cells +objects):\n%s", d)
	}
	if _, _, added, changed := take(t, raw, held); added+changed != 0 {
		t.Errorf("the same again: %d added, %d changed", added, changed)
	}
}

var columns = append(slices.Clone(needed), "Product_Distribution", "License")

// made is a table of rows of which some cells are given: pairs of column and cell, beside those of an example.
func made(rows ...[]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(columns)
	for _, changes := range rows {
		cells := map[string]string{"icsad_ID": "7", "Original_Release_Date": "1/2/2024", "Last_Updated": "3/4/2024", "ICS-CERT_Number": "ICSA-24-002-01", "ICS-CERT_Advisory_Title": "A pump", "Vendor": "Example, Inc.", "Product": "Pump",
			"Products_Affected": "Pump 1", "CVE_Number": "CVE-2024-12345, CVE-2024-1., CVE-2024-23456., CVE-2024-12345", "Cumulative_CVSS": "9.8", "CVSS_Severity": "Critical", "CWE_Number": "CWE-20, CWE-NA",
			"Critical_Infrastructure_Sector": "Energy, Water and Wastewater Systems; Multiple", "Company_Headquarters": "Germany, Nowhere", "License": "ODbL"}
		for i := 0; i < len(changes); i += 2 {
			cells[changes[i]] = changes[i+1]
		}
		var row []string
		for _, c := range columns {
			row = append(row, cells[c])
		}
		w.Write(row)
	}
	w.Flush()
	return b.Bytes()
}

func TestAdvisory(t *testing.T) {
	held := map[string]*stix.Value{}
	order, _, _, _ := take(t, made(nil), held)
	var got []string
	for _, id := range order {
		o := held[id]
		line := o.Get("type").Text() + " " + o.Get("name").Text()
		if refs := o.Get("external_references"); refs != nil {
			for _, r := range refs.Items {
				line += " " + r.Get("source_name").Text() + ":" + r.Get("external_id").Text()
			}
		}
		ext := o.Get("extensions").Get(ExtensionID)
		got = append(got, strings.TrimSpace(line+" "+fmt.Sprint(ext.Get("sectors").Strings(), ext.Get("cvss").Get("score").Text(), o.Get("labels").Strings())))
	}
	want := []string{"identity ICS Advisory Project [][]", "extension-definition Row of a table of advisories on industrial control systems [][]", "identity Example, Inc. [][]", "location Germany [][]", "relationship  [][]",
		"vulnerability CVE-2024-12345 cve:CVE-2024-12345 [][]", "vulnerability CVE-2024-23456 cve:CVE-2024-23456 [][]",
		"report A pump CISA:ICSA-24-002-01 ICS Advisory Project:7 cwe:CWE-20 [energy water]9.8[critical]"}
	for i := range got {
		got[i] = strings.ReplaceAll(got[i], "] [", "][")
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	report := held[ReportID("7")]
	if report.Get("created").Text() != "2024-01-02T00:00:00.000000Z" || report.Get("modified").Text() != "2024-03-04T00:00:00.000000Z" || !strings.Contains(report.Get("description").Text(), "Affected: Pump 1\nSectors: Energy") {
		t.Errorf("%s", report.AppendJSON(nil))
	}
}

// TestUpdate: a row that changed has the version of its own date, and one without a newer date the next.
func TestUpdate(t *testing.T) {
	held := map[string]*stix.Value{}
	take(t, made(nil, []string{"icsad_ID", "8"}), held)
	_, _, added, changed := take(t, made([]string{"Last_Updated", "5/6/2024", "Product", "Pumps"}, []string{"icsad_ID", "8"}), held)
	if report := held[ReportID("7")]; added != 0 || changed != 1 || report.Get("modified").Text() != "2024-05-06T00:00:00.000000Z" {
		t.Errorf("%d added, %d changed, %s", added, changed, report.Get("modified").Text())
	}
}

// TestFaults: what cannot be read is told with its line, and the rest comes in.
func TestFaults(t *testing.T) {
	for _, x := range []struct{ column, cell, want string }{
		{"icsad_ID", "8", "twice"}, {"icsad_ID", "", "needs icsad_ID"}, {"ICS-CERT_Advisory_Title", "", "needs ICS-CERT_Advisory_Title"}, {"Vendor", " ", "needs Vendor"}, {"Original_Release_Date", "2.1.2024", "month/day/year"},
		{"Last_Updated", "13/13/2024", "Last_Updated"}, {"Last_Updated", "1/1/2024", "before"},
	} {
		held := map[string]*stix.Value{}
		_, faults, _, _ := take(t, made([]string{"icsad_ID", "8"}, []string{x.column, x.cell}), held)
		if len(faults) != 1 || !strings.Contains(faults[0].Error(), "line 3: ") || !strings.Contains(faults[0].Error(), x.want) || held[ReportID("8")] == nil {
			t.Errorf("%v: %v", x, faults)
		}
	}
	if _, err := Objects(made(), nil, nil); err == nil {
		t.Error("no advisory, and nobody says so")
	}
}

func FuzzObjects(f *testing.F) {
	f.Add(made(nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		Objects(raw, func(string) *stix.Value { return nil }, func(o *stix.Value) error {
			if _, err := stix.Parse(o.AppendJSON(nil)); err != nil {
				t.Errorf("%s: %v", o.AppendJSON(nil), err)
			}
			return nil
		})
	})
}
