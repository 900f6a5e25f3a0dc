// Package icsadvisory reads the table of CISA's advisories on industrial control systems that the ICS Advisory Project publishes, as STIX 2.1,
// and writes it again cell by cell.
//
// A row becomes a report that keeps it, a vulnerability for each CVE number, and the identity of the vendor. The score and the weaknesses of a row are
// those of the advisory: the table does not say which vulnerability each belongs to.
package icsadvisory

import (
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/draft"
	"threatwatch/stix"
)

var needed = []string{"icsad_ID", "Original_Release_Date", "Last_Updated", "ICS-CERT_Number", "ICS-CERT_Advisory_Title", "Vendor", "Product", "Products_Affected", "CVE_Number", "Cumulative_CVSS", "CVSS_Severity",
	"CWE_Number", "Critical_Infrastructure_Sector", "Company_Headquarters"}

// Detect says whether a document that begins like this is such a table.
func Detect(begin []byte) bool {
	return draft.HasColumns(begin, "icsad_ID", "Original_Release_Date", "Last_Updated")
}

// advisory is a row, read.
type advisory struct {
	row               draft.Row
	id                string
	released, updated time.Time
	cves, cwes        []string
}

var (
	cveForm = regexp.MustCompile(`CVE-[0-9]{4}-[0-9]{4,19}`)
	cweForm = regexp.MustCompile(`CWE-[1-9][0-9]{0,5}`)
)

// Objects reads a table and calls f with every object that is made of it. held returns what is held of an identifier, nil when nothing is. Rows
// that cannot be understood are faults.
func Objects(raw []byte, held func(id string) *stix.Value, f func(*stix.Value) error) (faults []error, err error) {
	t, err := draft.ReadTable(raw, needed...)
	if err != nil {
		return nil, err
	}
	var all []*advisory
	known := map[string]bool{}
	var newest time.Time
	for _, row := range t.Rows {
		a, err := readAdvisory(row)
		if err == nil && known[a.id] {
			err = threatwatch.Errorf(threatwatch.Invalid, "icsad_ID %s is there twice", a.id)
		}
		if err != nil {
			t.Refuse(row, err)
			continue
		}
		known[a.id] = true
		all = append(all, a)
		if a.updated.After(newest) {
			newest = a.updated
		}
	}
	if len(all) == 0 {
		return t.Faults, threatwatch.Errorf(threatwatch.Invalid, "the table has no advisory that can be read")
	}
	// The table has the newest first. A vulnerability is as old as the first advisory that names it.
	slices.SortStableFunc(all, func(a, b *advisory) int { return a.released.Compare(b.released) })
	w := &writer{Book: draft.NewBook(namespace, stamp(newest), held, f)}
	w.begin()
	for _, a := range all {
		w.advisory(a)
	}
	return t.Faults, w.Err()
}

func readAdvisory(row draft.Row) (a *advisory, err error) {
	a = &advisory{row: row, id: row.Trimmed("icsad_ID"), cves: found(cveForm, row.Get("CVE_Number")), cwes: found(cweForm, row.Get("CWE_Number"))}
	for _, name := range []string{"icsad_ID", "ICS-CERT_Advisory_Title", "Vendor"} {
		if row.Trimmed(name) == "" {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "an advisory needs %s", name)
		}
	}
	if a.released, err = day(row, "Original_Release_Date"); err != nil {
		return nil, err
	}
	if a.updated, err = day(row, "Last_Updated"); err != nil {
		return nil, err
	}
	if a.updated.Before(a.released) {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "it was updated before it was released")
	}
	return a, nil
}

func day(row draft.Row, column string) (time.Time, error) {
	t, err := draft.AmericanDay(row.Trimmed(column))
	if err != nil {
		return t, threatwatch.Errorf(threatwatch.Invalid, "%s: %w", column, err)
	}
	return t, nil
}

// found are the numbers in a cell, each once. What else stands there ("CVE-NA") is none.
func found(form *regexp.Regexp, cell string) (list []string) {
	for _, n := range form.FindAllString(cell, -1) {
		if !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

// Write writes the rows that reports keep as the table that they came in, the newest advisory first.
func Write(objects iter.Seq2[*stix.Value, error], w io.Writer) error {
	var rows []*stix.Value
	for o, err := range objects {
		if err != nil {
			return err
		}
		if row := o.Get("extensions").Get(ExtensionID).Get("row"); row != nil {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b *stix.Value) int {
		x, y := strings.TrimSpace(a.Get("icsad_ID").Text()), strings.TrimSpace(b.Get("icsad_ID").Text())
		if len(x) != len(y) {
			return len(y) - len(x) // numbers without leading zeros
		}
		return strings.Compare(y, x)
	})
	return draft.WriteTable(func(yield func(*stix.Value, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}, w)
}
