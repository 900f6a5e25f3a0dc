// Package kev reads the catalogue of known exploited vulnerabilities that CISA publishes, as JSON or CSV, as STIX 2.1, and writes it again.
//
// Each entry becomes a vulnerability, and the catalogue a report that lists them in its order. What STIX has no property for is in an
// extension that keeps the entry whole, so that the document which comes out says what went in.
package kev

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"threatwatch"
	"threatwatch/stix"
)

// Catalogue is one release.
type Catalogue struct {
	Head    *stix.Value   // what the document says of itself: title, catalogVersion, dateReleased, count and whatever else; no entries
	Entries []*stix.Value // as published, in their order
	Faults  []error       // entries that were left out, and why

	known map[string]bool // CVE numbers of Entries
}

const listName = "vulnerabilities"

// Detect says whether a document that begins like this is a catalogue.
func Detect(begin []byte) bool {
	begin = bytes.TrimSpace(bytes.TrimPrefix(begin, []byte("\xef\xbb\xbf")))
	return bytes.HasPrefix(begin, []byte("cveID,")) || bytes.HasPrefix(begin, []byte("{")) && bytes.Contains(begin, []byte(`"catalogVersion"`))
}

// Read reads a release of either form. Entries without what every entry must have are in Faults.
func Read(raw []byte) (*Catalogue, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("cveID,")) {
		return readCSV(raw)
	}
	doc, err := stix.ParseValue(raw)
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
		c.add(i, e)
	}
	return c, nil
}

// readCSV reads the form without a head: it is taken to be released on the day of its newest entry.
func readCSV(raw []byte) (*Catalogue, error) {
	r := csv.NewReader(bytes.NewReader(raw))
	r.FieldsPerRecord = -1
	names, err := r.Read()
	if err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "the catalogue cannot be read: %w", err)
	}
	if !utf8.ValidString(strings.Join(names, "")) { // they become names of JSON (RFC 8259 §8.1)
		return nil, threatwatch.Errorf(threatwatch.Invalid, "the names of the columns are no UTF-8")
	}
	c := &Catalogue{Head: stix.NewDict(), known: map[string]bool{}}
	newest := ""
	for i := 0; ; i++ {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "the catalogue cannot be read: %w", err)
		}
		e := entryOf(names, row)
		c.add(i, e)
		newest = max(newest, e.Get("dateAdded").Text())
	}
	if newest != "" {
		c.Head.Set("dateReleased", stix.NewString(newest+"T00:00:00Z"))
	}
	return c, nil
}

// entryOf gives a row the shape of an entry of the JSON form.
func entryOf(names, row []string) *stix.Value {
	e := stix.NewDict()
	for k, name := range names {
		if k >= len(row) {
			break
		}
		if name != "cwes" {
			e.Set(name, stix.NewString(row[k]))
			continue
		}
		list := stix.NewArray()
		for cwe := range strings.SplitSeq(row[k], ",") {
			if cwe = strings.TrimSpace(cwe); cwe != "" {
				list.Items = append(list.Items, stix.NewString(cwe))
			}
		}
		e.Set(name, list)
	}
	return e
}

// required are the properties that the catalogue's schema demands of an entry.
var required = []string{"cveID", "vendorProject", "product", "vulnerabilityName", "dateAdded", "shortDescription", "requiredAction", "dueDate"}

var (
	cveForm  = regexp.MustCompile(`^CVE-[0-9]{4}-[0-9]{4,19}$`)
	dateForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
)

func (c *Catalogue) add(i int, e *stix.Value) {
	if err := check(e); err != nil {
		c.Faults = append(c.Faults, fmt.Errorf("%s[%d]: %w", listName, i, err))
		return
	}
	id := e.Get("cveID").Text()
	if c.known[id] {
		c.Faults = append(c.Faults, fmt.Errorf("%s[%d]: %s is there twice", listName, i, id))
		return
	}
	c.known[id] = true
	c.Entries = append(c.Entries, e)
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
