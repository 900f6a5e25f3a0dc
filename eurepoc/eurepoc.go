// Package eurepoc reads the table of the European Repository of Cyber Incidents (EuRepoC, global database 1.1) as incidents, claims of who did
// it and stances on them, and writes it again cell by cell.
//
// A row of the table is an incident; its columns on attribution are lists that run in parallel, and one place in them is a claim. What is
// made of which column, and what stays in the kept row only, is in doc/formats.md.
package eurepoc

import (
	"io"
	"iter"
	"strings"

	"threatwatch"
	"threatwatch/draft"
	"threatwatch/stix"
	"threatwatch/watch"
)

// Format names the kept rows (see watch.Original).
const Format = "eurepoc"

// Database is one release.
type Database struct {
	Faults    []error // rows that were left out, and why
	incidents []*incident
	actors    map[string]*actor
}

// incident is a row, read.
type incident struct {
	row                  draft.Row
	id, name             string
	start, end           watch.Moment
	attributions         []attribution
	receivers            []receiver
	measures             []measure
	sources, claimsource []string
}

// Detect says whether a document that begins like this is such a table.
func Detect(begin []byte) bool {
	return draft.HasColumns(begin, "ID", "start_date", "inclusion_criteria", "attributed_initiator")
}

// needed are columns without which the table cannot be read.
var needed = append([]string{"ID", "name", "receiver_country", "incident_type"}, attributionColumns...)

// Read reads a release. Rows that cannot be understood are in Faults.
func Read(raw []byte) (*Database, error) {
	t, err := draft.ReadTable(raw, needed...)
	if err != nil {
		return nil, err
	}
	d := &Database{}
	known := map[string]bool{}
	for _, row := range t.Rows {
		in, err := readIncident(row)
		if err == nil && known[in.id] {
			err = threatwatch.Errorf(threatwatch.Invalid, "ID %s is there twice", in.id)
		}
		if err != nil {
			t.Refuse(row, err)
			continue
		}
		known[in.id] = true
		d.incidents = append(d.incidents, in)
	}
	d.Faults = t.Faults
	d.actors = actorsOf(d.incidents)
	return d, nil
}

func readIncident(row draft.Row) (in *incident, err error) {
	in = &incident{row: row, id: row.Trimmed("ID"), name: row.Trimmed("name")}
	if in.id == "" || in.name == "" {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "an incident needs ID and name")
	}
	if in.start, err = moment(row.Get("start_date")); err != nil {
		return nil, cellError("start_date", err)
	}
	if in.end, err = moment(row.Get("end_date")); err != nil {
		return nil, cellError("end_date", err)
	}
	if in.sources, err = texts(row.Get("sources_url")); err != nil {
		return nil, cellError("sources_url", err)
	}
	if in.claimsource, err = texts(row.Get("sources_attribution")); err != nil {
		return nil, cellError("sources_attribution", err)
	}
	if in.attributions, err = readAttributions(row); err != nil {
		return nil, err
	}
	if in.receivers, err = readReceivers(row); err != nil {
		return nil, err
	}
	in.measures, err = readMeasures(row)
	return in, err
}

func cellError(column string, err error) error {
	return threatwatch.Errorf(threatwatch.Invalid, "%s: %w", column, err)
}

// moment reads a date as precisely as it may be meant. Most days of the table are the first of a year or of a month, where the day, or the
// month too, was not known: such a date is taken for the span that it begins. A date that was meant to the day is within that span.
func moment(cell string) (watch.Moment, error) {
	cell = draft.Day(cell)
	if nothing(cell) {
		return watch.Moment{}, nil
	}
	m, err := watch.ParseMoment(cell)
	switch {
	case err != nil:
		return m, err
	case m.Fidelity != watch.Day:
		return m, threatwatch.Errorf(threatwatch.Invalid, "%q is no day", cell)
	case m.Time.YearDay() == 1:
		m.Fidelity = watch.Year
	case m.Time.Day() == 1:
		m.Fidelity = watch.Month
	}
	return m, nil
}

// nothing says that a cell tells nothing, in one of the ways in which the table says so.
func nothing(s string) bool {
	switch strings.TrimSpace(s) {
	case "", "None", "none", "nan", "NaT", "N", "Not available", "Unknown", "Unknown - not attributed":
		return true
	}
	return false
}

// Objects calls f with every object of the release. held returns what is held of an identifier, nil when nothing is: an object that says
// the same keeps its version, and one that changed gets that of the newest date in the table, or the next.
func (d *Database) Objects(held func(id string) *stix.Value, f func(*stix.Value) error) error {
	if len(d.incidents) == 0 {
		return threatwatch.Errorf(threatwatch.Invalid, "the table has no incident that can be read")
	}
	w := &writer{Book: draft.NewBook(namespace, d.newest(), held, f), d: d}
	w.begin()
	for _, in := range d.incidents {
		w.incident(in)
	}
	return w.Err()
}

// Objects reads a release and calls f with every object that is made of it; see [Database.Objects]. Rows that were left out are faults.
func Objects(raw []byte, held func(id string) *stix.Value, f func(*stix.Value) error) (faults []error, err error) {
	d, err := Read(raw)
	if err != nil {
		return nil, err
	}
	return d.Faults, d.Objects(held, f)
}

// newest is the latest date of the table, in STIX's form.
func (d *Database) newest() string {
	var t watch.Moment
	for _, in := range d.incidents {
		for _, m := range []watch.Moment{in.start, in.end, in.firstSaid()} {
			if m.Time.After(t.Time) {
				t = m
			}
		}
	}
	return stamp(t, began)
}

// Write writes the rows that incidents keep as the table that they came in.
func Write(objects iter.Seq2[*stix.Value, error], w io.Writer) error {
	return draft.WriteTable(watch.Kept(objects, Format), w)
}
