// Package ukraine reads the corpus of cyber operations around the war in Ukraine that was merged from three trackers (CISSM, CSIS, CFR), as incidents of
// the watch, and writes it again.
//
// It is one table in CSV with 59 columns. Each row becomes an incident that keeps the row whole, and a claim of who did it, on the basis that the corpus
// names. Some texts were written in UTF-8 and read as something else, up to three times: they are repaired where they are shown, and kept as they are.
package ukraine

import (
	"io"
	"iter"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/draft"
	"threatwatch/internal/mojibake"
	"threatwatch/stix"
	"threatwatch/watch"
)

// Format names the row among the originals of an incident.
const Format = "ukraine-war"

// required are the columns without which a table is another one.
var required = []string{"source", "original_id", "date", "actor", "actor_country", "target_country_iso", "event_type", "description", "attribution_method"}

// Detect says whether a document that begins like this is the corpus.
func Detect(begin []byte) bool { return draft.HasColumns(begin, required...) }

// Objects calls f with every object that the rows become. Rows that cannot be used are in faults. now is the version, in STIX's form, of what differs
// from what held returns of an identifier: the corpus does not say when a row was changed.
func Objects(raw []byte, now string, held func(id string) *stix.Value, f func(*stix.Value) error) (faults []error, err error) {
	t, err := draft.ReadTable(raw, required...)
	if err != nil {
		return nil, err
	}
	in := &importing{book: draft.NewBook(namespace, now, held, f), seen: map[string]bool{}}
	for _, d := range watch.Definitions() {
		in.book.Put(d, d.Get("created").Text())
	}
	for _, r := range t.Rows {
		if err := in.row(row{r.Record()}); err != nil {
			t.Refuse(r, err)
		}
		if in.book.Err() != nil {
			break
		}
	}
	return t.Faults, in.book.Err()
}

// importing is the reading of one table.
type importing struct {
	book *draft.Book
	seen map[string]bool
}

// row takes in one row.
func (in *importing) row(r row) error {
	key := r.cell("original_id")
	switch {
	case key == "" || r.cell("source") == "":
		return threatwatch.Errorf(threatwatch.Invalid, "source, original_id: one of them is empty")
	case in.seen[key]:
		return threatwatch.Errorf(threatwatch.Invalid, "original_id: %q stands twice", key)
	case !r.moment("date").Known():
		return threatwatch.Errorf(threatwatch.Invalid, "%s: date: %q is no date", key, r.cell("date"))
	}
	in.seen[key] = true
	in.write(in.book.ID("incident", key), r)
	return nil
}

// row is a row by the names of its columns.
type row struct{ *stix.Value }

// cell is what stands in a column, as it is.
func (r row) cell(name string) string { return strings.TrimSpace(r.Get(name).Text()) }

// text is what stands in a column, repaired.
func (r row) text(name string) string { return strings.TrimSpace(mojibake.Repair(r.cell(name))) }

// parts are the values of a column that holds several.
func (r row) parts(name string) (list []string) {
	for s := range strings.SplitSeq(r.text(name), ";") {
		if s = strings.TrimSpace(s); said(s) && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// said leaves out the words that say that nothing is known.
func said(s string) bool { return s != "" && s != "Undetermined" && s != "UNKNOWN" && s != "none" }

// moment is a date as precise as it is written.
func (r row) moment(name string) watch.Moment {
	m, err := watch.ParseMoment(draft.Day(r.cell(name)))
	if err != nil || m.Time.Year() < 1950 || m.Time.Year() > 2100 {
		return watch.Moment{}
	}
	return m
}

// Write writes the rows of the incidents among objects as the corpus has them: columns in their order, lines that end with CR LF, quotes only where
// they are needed. The rows follow each other as the objects do.
func Write(objects iter.Seq2[*stix.Value, error], w io.Writer) error {
	var columns []string
	var rows []*stix.Value
	for o, err := range objects {
		if err != nil {
			return err
		}
		r := watch.RecordOf(o, Format)
		if r == nil {
			continue
		}
		for _, m := range r.Members {
			if !slices.Contains(columns, m.Name) {
				columns = append(columns, m.Name)
			}
		}
		rows = append(rows, r)
	}
	if rows == nil {
		return threatwatch.Errorf(threatwatch.NotFound, "no operations around the war in Ukraine")
	}
	if _, err := io.WriteString(w, line(columns)); err != nil {
		return err
	}
	for _, r := range rows {
		cells := make([]string, len(columns))
		for i, name := range columns {
			cells[i] = r.Get(name).Text()
		}
		if _, err := io.WriteString(w, line(cells)); err != nil {
			return err
		}
	}
	return nil
}

// line is a row of CSV (RFC 4180). The writer of the library would change line ends within a cell.
func line(cells []string) string {
	out := make([]string, len(cells))
	for i, s := range cells {
		if strings.ContainsAny(s, ",\"\r\n") {
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		out[i] = s
	}
	return strings.Join(out, ",") + "\r\n"
}
