// Package cfr reads the table of the Cyber Operations Tracker of the Council on Foreign Relations (CFR), as it is exported to CSV, as incidents
// and claims of who sponsored them, and writes it again cell by cell.
//
// The tracker says who sponsored an operation, and mostly not who says so. The claims are therefore the tracker's own: what it holds, told by
// others. What is made of which column, and what stays in the kept row only, is in doc/formats.md.
package cfr

import (
	"io"
	"iter"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/draft"
	"threatwatch/stix"
	"threatwatch/watch"
)

// Format names the kept rows (see watch.Original).
const Format = "cfr"

// namespace of the identifiers that are made from names: a row has the same one in every export.
var namespace = [16]byte{0x7a, 0x90, 0x11, 0xde, 0x4c, 0x35, 0x4d, 0x02, 0xa8, 0x1f, 0x5b, 0x66, 0xe0, 0x93, 0x2c, 0x7f}

// began is the first day that the tracker covers: nothing about its actors is older.
const began = "2005-01-01T00:00:00.000Z"

const tracker = "CFR Cyber Operations Tracker"

var columns = []string{"Title", "Date", "Affiliations", "Description", "Response", "Victims", "Sponsor", "Type", "Category", "Sources_1", "Sources_2", "Sources_3"}

// Detect says whether a document that begins like this is such a table.
func Detect(begin []byte) bool { return draft.HasColumns(begin, columns...) }

// operation is a row, read. Where cells of a row stand under the wrong columns, they are put right.
type operation struct {
	row                                                              draft.Row
	title, affiliation, description, victims, sponsor, typ, category string
	response                                                         response
	date                                                             watch.Moment
	sources                                                          []string
}

// Objects reads a table and calls f with every object that is made of it. held returns what is held of an identifier, nil when nothing is. Rows
// that cannot be understood are faults.
func Objects(raw []byte, held func(id string) *stix.Value, f func(*stix.Value) error) (faults []error, err error) {
	t, err := draft.ReadTable(raw, columns...)
	if err != nil {
		return nil, err
	}
	var operations []*operation
	var newest watch.Moment
	for _, row := range t.Rows {
		o, err := readOperation(row)
		if err != nil {
			t.Refuse(row, err)
			continue
		}
		operations = append(operations, o)
		if o.date.Time.After(newest.Time) {
			newest = o.date
		}
	}
	if len(operations) == 0 {
		return t.Faults, threatwatch.Errorf(threatwatch.Invalid, "the table has no operation that can be read")
	}
	w := &writer{Book: draft.NewBook(namespace, stamp(newest), held, f), times: map[string]int{}, exported: yearOf(newest)}
	w.begin()
	for _, o := range operations {
		w.operation(o)
	}
	return t.Faults, w.Err()
}

func readOperation(row draft.Row) (*operation, error) {
	cells := aligned(row)
	o := &operation{row: row, title: row.Trimmed("Title"), affiliation: plain(row.Get("Affiliations")), description: row.Trimmed("Description"), response: readResponse(cells[0]), victims: cells[1], sponsor: cells[2], typ: cells[3],
		category: cells[4]}
	if o.title == "" {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "an operation needs a title")
	}
	if date := row.Trimmed("Date"); date != "" {
		t, err := draft.AmericanDay(date)
		if err != nil {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "Date: %w", err)
		}
		o.date = watch.Moment{Time: t, Fidelity: watch.Day}
	}
	for _, url := range cells[5:] {
		if url != "" && !slices.Contains(o.sources, url) {
			o.sources = append(o.sources, url)
		}
	}
	return o, nil
}

// aligned are the cells from Response on. In some published rows cells before Type are missing, and all that follow stand too far to the left: the
// type, which is one of few words, tells how far.
func aligned(row draft.Row) []string {
	const first, typ = 4, 7
	var cells []string
	for _, name := range columns[first:] {
		cells = append(cells, row.Trimmed(name))
	}
	if cells[typ-first] == "" || types[cells[typ-first]] == "" {
		for shift := 1; shift < typ-first; shift++ {
			if at := typ - first - shift; types[cells[at]] != "" {
				moved := make([]string, len(cells))
				copy(moved[at-1+shift:], cells[at-1:]) // sponsor, type and what follows
				copy(moved, cells[:1])
				if at == 1 { // the first cell is the sponsor
					moved[0] = ""
				}
				return moved
			}
		}
	}
	return cells
}

// plain is a cell in one line. Letters that were lost before the table was published stand in it as question marks.
func plain(cell string) string {
	return strings.Join(strings.FieldsFunc(cell, func(r rune) bool { return r == '?' || r == ' ' || r == '\n' || r == '\r' || r == '\u00a0' }), " ")
}

// stamp is a moment in STIX's form; when it is not known, that of the beginning.
func stamp(m watch.Moment) string {
	if !m.Known() {
		return began
	}
	return stix.FormatTime(m.Time.UnixMicro())
}

// yearOf is the year in which a moment lies; the first of the tracker when it is not known.
func yearOf(m watch.Moment) watch.Moment {
	if !m.Known() {
		m.Time, _ = stix.ParseTime(began)
	}
	return watch.Moment{Time: m.Time.AddDate(0, 0, 1-m.Time.YearDay()), Fidelity: watch.Year}
}

// Write writes the rows that incidents keep as the table that they came in.
func Write(objects iter.Seq2[*stix.Value, error], w io.Writer) error {
	return draft.WriteTable(watch.Kept(objects, Format), w)
}
