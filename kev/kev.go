// Package kev reads the catalogue of known exploited vulnerabilities that CISA publishes, as JSON or CSV, as STIX 2.1, and writes it again.
//
// Each entry becomes a vulnerability, and the catalogue a report that lists them in its order. What STIX has no property for is in an
// extension that keeps the entry whole, so that the document which comes out says what went in.
package kev

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"threatwatch"
	"threatwatch/draft"
	"threatwatch/stix"
)

// Catalogue is one release.
type Catalogue struct {
	Head    *stix.Value   // what the document says of itself: title, catalogVersion, dateReleased, count and whatever else; no entries
	Entries []*stix.Value // as published, in their order
	Faults  []error       // entries that were left out, and why

	known map[string]bool // CVE numbers of Entries
}

const (
	listName   = "vulnerabilities"
	weaknesses = "cwes"
)

// Detect says whether a document that begins like this is a catalogue.
func Detect(begin []byte) bool {
	if isTable(begin) {
		return true
	}
	has := func(name string) bool { return bytes.Contains(begin, []byte(`"`+name+`"`)) }
	begin = bytes.TrimSpace(bytes.TrimPrefix(begin, bom))
	return bytes.HasPrefix(begin, []byte("{")) && (has("catalogVersion") || has(listName) && has("cveID") && has("dateAdded")) // the head may stand behind
}

var bom = []byte("\xef\xbb\xbf")

// isTable says whether it is the form in CSV.
func isTable(begin []byte) bool { return draft.HasColumns(begin, "cveID", "dateAdded", "dueDate") }

// Read reads a release of either form. Entries without what every entry must have are in Faults.
func Read(raw []byte) (*Catalogue, error) {
	if isTable(raw) {
		return readCSV(raw)
	}
	doc, err := stix.ParseValue(bytes.TrimPrefix(raw, bom))
	if err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "the catalogue cannot be read: %w", err)
	}
	list := doc.Get(listName)
	if list == nil || list.Kind != stix.Array {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "the catalogue has no list %q", listName)
	}
	c := &Catalogue{Head: stix.NewDict(), known: map[string]bool{}}
	for _, m := range doc.Members {
		if m.Name != listName {
			c.Head.Members = append(c.Head.Members, m)
		}
	}
	for i, e := range list.Items {
		if err := c.add(e); err != nil {
			c.Faults = append(c.Faults, fmt.Errorf("%s[%d]: %w", listName, i, err))
		}
	}
	return c, nil
}

// readCSV reads the form without a head.
func readCSV(raw []byte) (*Catalogue, error) {
	t, err := draft.ReadTable(raw, required...)
	if err != nil {
		return nil, err
	}
	c := &Catalogue{Head: stix.NewDict(), known: map[string]bool{}}
	for _, row := range t.Rows {
		if err := c.add(entryOf(row.Record())); err != nil {
			t.Refuse(row, err)
		}
	}
	c.Faults = t.Faults
	return c, nil
}

// entryOf gives a row the shape of an entry of the JSON form.
func entryOf(row *stix.Value) *stix.Value {
	cell := row.Get(weaknesses)
	if cell == nil {
		return row
	}
	list := stix.NewArray()
	for cwe := range strings.SplitSeq(cell.Text(), ",") {
		if cwe = strings.TrimSpace(cwe); cwe != "" {
			list.Items = append(list.Items, stix.NewString(cwe))
		}
	}
	row.Set(weaknesses, list)
	return row
}

// required are the properties that the catalogue's schema demands of an entry.
var required = []string{"cveID", "vendorProject", "product", "vulnerabilityName", "dateAdded", "shortDescription", "requiredAction", "dueDate"}

var (
	cveForm  = regexp.MustCompile(`^CVE-[0-9]{4}-[0-9]{4,19}$`)
	dateForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
)

func (c *Catalogue) add(e *stix.Value) error {
	if err := check(e); err != nil {
		return err
	}
	id := e.Get("cveID").Text()
	if c.known[id] {
		return threatwatch.Errorf(threatwatch.Invalid, "%s is there twice", id)
	}
	c.known[id] = true
	c.Entries = append(c.Entries, draft.Said(e))
	return nil
}

func check(e *stix.Value) error {
	if e.Kind != stix.Dict {
		return threatwatch.Errorf(threatwatch.Invalid, "an entry is an object")
	}
	for _, name := range required {
		if v := e.Get(name); v == nil || v.Kind != stix.String {
			return threatwatch.Errorf(threatwatch.Invalid, "%s: %s is missing, or no text", e.Get("cveID").Text(), name)
		}
	}
	if id := e.Get("cveID").Text(); !cveForm.MatchString(id) {
		return threatwatch.Errorf(threatwatch.Invalid, "cveID: %q is no CVE number", id)
	}
	if day := e.Get("dateAdded").Text(); !isDay(day) {
		return threatwatch.Errorf(threatwatch.Invalid, "%s: dateAdded: %q is no date", e.Get("cveID").Text(), day)
	}
	return nil
}

func isDay(s string) bool {
	if !dateForm.MatchString(s) {
		return false
	}
	_, err := stix.ParseTime(s + "T00:00:00Z")
	return err == nil
}

// Document writes the catalogue as it is published, as JSON.
func (c *Catalogue) Document() []byte {
	doc := c.Head.Clone()
	doc.Set(listName, stix.NewArray(c.Entries...))
	return doc.AppendJSON(nil)
}
