package draft

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"threatwatch"
	"threatwatch/stix"
)

// bom may stand before the header of a table.
var bom = []byte("\xef\xbb\xbf")

// Table is a CSV document (RFC 4180) whose first line names its columns.
type Table struct {
	Columns []string
	Rows    []Row
	Faults  []error // rows that were left out, and why
}

// Row is a record of a table.
type Row struct {
	Line  int // where it begins
	cells []string
	of    *Table
}

// HasColumns says whether a document that begins like this is a table that has these columns, in whatever order: the next release of a table may have more
// of them, or others first.
func HasColumns(begin []byte, columns ...string) bool {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(begin, bom), []byte("\n"))
	names, err := csv.NewReader(bytes.NewReader(line)).Read()
	return err == nil && !slices.ContainsFunc(columns, func(c string) bool { return !slices.Contains(names, c) })
}

// ReadTable reads a table that must have certain columns. A row with more or fewer cells than the header, or with a quotation mark astray,
// is in Faults. A row in which nothing stands, as programs leave them at the end, is none.
func ReadTable(raw []byte, needs ...string) (*Table, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, bom)))
	r.FieldsPerRecord = -1
	names, err := r.Read()
	if err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "the header cannot be read: %w", err)
	}
	if !valid(names) {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "the header is no UTF-8")
	}
	t := &Table{Columns: names}
	for i, name := range names {
		if slices.Index(names, name) != i {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "the column %q is there twice", name)
		}
	}
	for _, name := range needs {
		if !slices.Contains(names, name) {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "there is no column %q", name)
		}
	}
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			bad, ok := errors.AsType[*csv.ParseError](err)
			if !ok {
				return nil, err
			}
			t.Faults = append(t.Faults, broken(bad))
			continue
		}
		line, _ := r.FieldPos(0)
		t.add(line, cells)
	}
}

// broken says which lines a quotation mark astray took with it.
func broken(e *csv.ParseError) error {
	if e.StartLine < e.Line {
		return threatwatch.Errorf(threatwatch.Invalid, "lines %d to %d: taken for one row, by a quotation mark that is not closed: %w", e.StartLine, e.Line, e.Err)
	}
	return threatwatch.Errorf(threatwatch.Invalid, "line %d, column %d: %w", e.Line, e.Column, e.Err)
}

func (t *Table) add(line int, cells []string) {
	row := Row{line, cells, t}
	switch {
	case len(cells) != len(t.Columns):
		t.Refuse(row, threatwatch.Errorf(threatwatch.Invalid, "%d cells under %d columns", len(cells), len(t.Columns)))
	case !slices.ContainsFunc(cells, func(c string) bool { return c != "" }):
	case !valid(cells):
		i := slices.IndexFunc(cells, func(c string) bool { return !utf8.ValidString(c) })
		t.Refuse(row, threatwatch.Errorf(threatwatch.Invalid, "%s: is no UTF-8", t.Columns[i]))
	default:
		t.Rows = append(t.Rows, row)
	}
}

func valid(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return !utf8.ValidString(c) })
}

// Refuse tells why a row is left out.
func (t *Table) Refuse(r Row, err error) {
	t.Faults = append(t.Faults, threatwatch.Errorf(threatwatch.Invalid, "line %d: %w", r.Line, err))
}

// Get is the cell under a column; "" where there is no such column.
func (r Row) Get(column string) string {
	if i := slices.Index(r.of.Columns, column); i >= 0 {
		return r.cells[i]
	}
	return ""
}

// midnight is what programs add to a day when they take it for a time.
var midnight = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(:00(\.0+)?)?(Z|[+-]00:00)?$`)

// Day is a cell that may hold a day: without the midnight that programs add to it.
func Day(cell string) string {
	cell = strings.TrimSpace(cell)
	if m := midnight.FindStringSubmatch(cell); m != nil {
		return m[1]
	}
	return cell
}

// AmericanDay reads a day as tables of the United States have it, month/day/year, or as ISO 8601 does.
func AmericanDay(cell string) (time.Time, error) {
	if t, err := time.Parse("1/2/2006", strings.TrimSpace(cell)); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.DateOnly, Day(cell))
	if err != nil {
		return t, threatwatch.Errorf(threatwatch.Invalid, "%q is no month/day/year, and no year-month-day", cell)
	}
	return t, nil
}

// Trimmed is the cell under a column without the space around it.
func (r Row) Trimmed(column string) string { return strings.TrimSpace(r.Get(column)) }

// Record is the row as an object: each cell under the name of its column, in the order of the table.
func (r Row) Record() *stix.Value {
	v := stix.NewDict()
	for i, name := range r.of.Columns {
		v.Members = append(v.Members, Member(name, stix.NewString(r.cells[i])))
	}
	return v
}

// WriteTable writes records as the table that they were rows of. Where some have columns that others have not, as when a later release brought one, the table has all
// of them, and what a record has no cell for is empty. Records without any column in common are refused: they are no one table.
func WriteTable(records iter.Seq2[*stix.Value, error], to io.Writer) error {
	var columns []string
	var rows []*stix.Value // all, before the first can be written: the last may bring a column
	for v, err := range records {
		if err != nil {
			return err
		}
		names := make([]string, len(v.Members))
		for i, m := range v.Members {
			names[i] = m.Name
		}
		if len(rows) > 0 && !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(columns, name) }) {
			return threatwatch.Errorf(threatwatch.Conflict, "rows of tables without a common column are no one table: export them source by source")
		}
		columns, rows = joined(columns, names), append(rows, v)
	}
	w := csv.NewWriter(to)
	if columns != nil {
		w.Write(columns) // Error below says whether it could be written
	}
	cells := make([]string, len(columns))
	for _, v := range rows {
		for i, name := range columns {
			cells[i] = v.Get(name).Text()
		}
		w.Write(cells)
	}
	w.Flush()
	return w.Error()
}

// joined are columns with those among names that they lack, each after the one that it follows there.
func joined(columns, names []string) []string {
	if slices.Equal(columns, names) {
		return columns
	}
	at := 0
	for _, name := range names {
		if i := slices.Index(columns, name); i >= 0 {
			at = i + 1
			continue
		}
		columns = slices.Insert(slices.Clone(columns), at, name)
		at++
	}
	return columns
}
