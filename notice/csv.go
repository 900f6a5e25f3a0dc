package notice

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"threatwatch/watch"
)

// columns are those of the CSV form, with what is in them.
var columns = []struct {
	name string
	of   func(f *feed, it item) string
}{
	{"id", func(_ *feed, it item) string { return it.ID }},
	{"title", func(_ *feed, it item) string { return it.Title() }},
	{"state", func(_ *feed, it item) string { return it.Facts.RecordState }},
	{"occurred", func(_ *feed, it item) string { return it.Occurred().String() }},
	{"discovered", func(_ *feed, it item) string { return it.At("discovery").String() }},
	{"disclosed", func(_ *feed, it item) string { return it.Announced().String() }},
	{"added", func(_ *feed, it item) string { return stamp(it.Added) }},
	{"updated", func(_ *feed, it item) string { return stamp(it.Updated) }},
	{"countries", func(_ *feed, it item) string { return strings.Join(it.Countries(), " ") }},
	{"sectors", func(_ *feed, it item) string { return strings.Join(it.Sectors(), " ") }},
	{"victims", func(_ *feed, it item) string { return victims(it) }},
	{"operations", func(_ *feed, it item) string { return strings.Join(it.Facts.Operations, " ") }},
	{"data", func(_ *feed, it item) string { return strings.Join(it.Trios(), " ") }},
	{"techniques", func(_ *feed, it item) string { return strings.Join(it.Facts.Techniques, " ") }},
	{"badges", func(_ *feed, it item) string { return strings.Join(it.Badges, " ") }},
	{"claims", func(_ *feed, it item) string { return strconv.Itoa(len(it.Claims)) }},
	{"denials", func(_ *feed, it item) string { return strconv.Itoa(len(it.Denials())) }},
	{"accused", func(_ *feed, it item) string { return accused(it) }},
	{"marking", func(_ *feed, it item) string { return it.Mark() }},
	{"source", func(_ *feed, it item) string { return it.Source }},
	{"link", func(_ *feed, it item) string { return it.Link }},
}

func victims(it item) string {
	var names []string
	for _, v := range it.Facts.Victims {
		if v.Named && v.Name != "" {
			names = append(names, v.Name)
		}
	}
	return strings.Join(names, "; ")
}

// accused is a cell of claims, as "A (by B, 2010); C (by D, 2011)".
func accused(it item) string {
	var list []string
	for _, c := range it.Claims {
		s := c.Accused.Label() + " (by " + c.Claimant.Label()
		if c.Terms.StatedAt.Known() {
			s += ", " + c.Terms.StatedAt.String()
		}
		if !c.Stands() {
			s += ", " + watch.ClaimStatuses.Label(c.Terms.Status)
		}
		list = append(list, s+")")
	}
	return strings.Join(list, "; ")
}

// csv writes a table (RFC 4180). A cell that a spreadsheet would take for a formula begins with an apostrophe.
func (f *feed) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for _, it := range f.items {
		for i, c := range columns {
			row[i] = harmless(c.of(f, it))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
