package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"threatwatch/watch"
)

// sheet is a form: its fields in groups, with what was typed and what is wrong with it. Fields of rows are named unit.number.field.
type sheet struct {
	Sets   []*fieldset
	Wrongs []fieldError // with the field's name; "" for what is of none
	rows   url.Values   // what was posted: it says how many rows there are
}

// fieldset is a group of fields.
type fieldset struct {
	Legend, Hint string
	Unit         string // of a row: what it is one of; the rows of a unit are one thing when versions are compared
	Row          int
	More         string // after the last row: what one more is called
	Fields       []*input
}

// input is a field.
type input struct {
	Name, Label, Hint string
	Kind              string // text, area, number, select, list (several of a long list), checks (several of a short one), check
	Options           []choice
	Values            []string
	Need              bool
	Wrong             string
}

// maxText bounds what is typed into one field, in characters.
const maxText = 10_000

// set begins a group.
func (s *sheet) set(legend, hint string) *fieldset {
	f := &fieldset{Legend: legend, Hint: hint}
	s.Sets = append(s.Sets, f)
	return f
}

// each makes the rows of a unit: those that are held, and one more to fill in, or as many as were posted.
func (s *sheet) each(unit, legend, more string, held int, row func(f *fieldset, i int)) {
	n := held + 1
	if s.rows != nil {
		n, _ = strconv.Atoi(s.rows.Get("rows." + unit))
		if s.rows.Get("more") == unit {
			n++
		}
		n = min(max(n, held, 1), maxRows)
	}
	for i := range n {
		f := s.set(legend+" "+strconv.Itoa(i+1), "")
		f.Unit, f.Row = unit, i
		row(f, i)
		if i == n-1 {
			f.More = more
		}
	}
}

// maxRows bounds the rows of a unit.
const maxRows = 200

// Rows says, after the last row of a unit, how many there are.
func (f *fieldset) Rows() int { return f.Row + 1 }

func (f *fieldset) add(in *input) *input {
	if f.Unit != "" {
		in.Name = f.Unit + "." + strconv.Itoa(f.Row) + "." + in.Name
	}
	f.Fields = append(f.Fields, in)
	return in
}

func (f *fieldset) text(name, label, hint, value string) *input {
	return f.add(&input{Name: name, Label: label, Hint: hint, Kind: "text", Values: value1(value)})
}

func (f *fieldset) area(name, label, hint, value string) *input {
	return f.add(&input{Name: name, Label: label, Hint: hint, Kind: "area", Values: value1(value)})
}

func (f *fieldset) check(name, label string, on bool) *input {
	in := &input{Name: name, Label: label, Kind: "check"}
	if on {
		in.Values = []string{"yes"}
	}
	return f.add(in)
}

// one is a choice of one word of a vocabulary. none is what choosing nothing is called; "" allows it not.
func (f *fieldset) one(name, label, none string, v watch.Vocabulary, value string) *input {
	in := &input{Name: name, Label: label, Kind: "select", Values: value1(value)}
	if none != "" {
		in.Options = append(in.Options, choice{Label: none})
	}
	in.offer(v, value)
	return f.add(in)
}

// some is a choice of several words of a vocabulary.
func (f *fieldset) some(name, label, kind string, v watch.Vocabulary, values []string) *input {
	in := &input{Name: name, Label: label, Kind: kind, Values: slices.Clone(values)}
	in.offer(v, values...)
	return f.add(in)
}

// offer gives the words to choose from. What is held and is no word of them can stay.
func (in *input) offer(v watch.Vocabulary, held ...string) {
	for _, w := range v {
		in.Options = append(in.Options, choice{Value: w.Code, Label: capital(w.Label)})
	}
	for _, code := range held {
		if code != "" && !v.Has(code) {
			in.Options = append(in.Options, choice{Value: code, Label: code})
		}
	}
}

func value1(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// ID names the field within the page.
func (in *input) ID() string { return "f-" + strings.ReplaceAll(in.Name, ".", "-") }

// Value is what stands in a field for one value.
func (in *input) Value() string {
	if len(in.Values) == 0 {
		return ""
	}
	return in.Values[0]
}

// Chosen are the options, with those that are on.
func (in *input) Chosen() []choice {
	list := slices.Clone(in.Options)
	for i := range list {
		list[i].On = slices.Contains(in.Values, list[i].Value) || len(in.Values) == 0 && list[i].Value == "" && in.Kind == "select"
	}
	return list
}

// Shown is what stands in the field, in words.
func (in *input) Shown() string {
	if in.Kind == "check" {
		return map[bool]string{true: "yes", false: "no"}[len(in.Values) > 0]
	}
	var list []string
	for _, v := range in.Values {
		if i := slices.IndexFunc(in.Options, func(c choice) bool { return c.Value == v }); i >= 0 {
			v = in.Options[i].Label
		}
		list = append(list, v)
	}
	return strings.Join(list, ", ")
}

// described says by which elements a field is explained.
func (in *input) Described() string {
	var ids []string
	if in.Hint != "" {
		ids = append(ids, in.ID()+"-hint")
	}
	if in.Wrong != "" {
		ids = append(ids, in.ID()+"-wrong")
	}
	return strings.Join(ids, " ")
}

// field finds a field by its name.
func (s *sheet) field(name string) *input {
	for _, f := range s.Sets {
		for _, in := range f.Fields {
			if in.Name == name {
				return in
			}
		}
	}
	return nil
}

// get is what was typed into a field.
func (s *sheet) get(name string) string {
	if in := s.field(name); in != nil {
		return in.Value()
	}
	return ""
}

// list is what was chosen in a field.
func (s *sheet) list(name string) []string {
	if in := s.field(name); in != nil && len(in.Values) > 0 {
		return slices.Clone(in.Values)
	}
	return nil
}

// is says whether a box is ticked.
func (s *sheet) is(name string) bool { return s.get(name) != "" }

// count is the number of rows of a unit.
func (s *sheet) count(unit string) (n int) {
	for _, f := range s.Sets {
		if f.Unit == unit {
			n++
		}
	}
	return n
}

// blank says that nothing was typed into a row.
func (s *sheet) blank(unit string, i int) bool {
	for _, f := range s.Sets {
		if f.Unit == unit && f.Row == i {
			return !slices.ContainsFunc(f.Fields, func(in *input) bool { return len(in.Values) > 0 })
		}
	}
	return true
}

// read takes what was typed. What is none of the words to choose from, too long or missing is wrong.
func (s *sheet) read(p url.Values) {
	for _, f := range s.Sets {
		for _, in := range f.Fields {
			in.Values = nil
			for _, v := range p[in.Name] {
				if v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n")); v != "" {
					in.Values = append(in.Values, v)
				}
			}
			s.checkInput(in)
		}
	}
}

func (s *sheet) checkInput(in *input) {
	for _, v := range in.Values {
		if len([]rune(v)) > maxText {
			s.wrong(in.Name, "Write at most 10,000 characters.")
		}
		if in.Options != nil && !slices.ContainsFunc(in.Options, func(c choice) bool { return c.Value == v }) {
			s.wrong(in.Name, "Choose one of the words that are offered.")
		}
	}
	if in.Need && len(in.Values) == 0 {
		s.wrong(in.Name, map[bool]string{true: "Choose: " + lowerFirst(in.Label) + ".", false: "Write: " + lowerFirst(in.Label) + "."}[in.Options != nil])
	}
}

// wrong says what is wrong with a field; the first fault of a field stays.
func (s *sheet) wrong(name, text string) {
	if in := s.field(name); in != nil {
		if in.Wrong != "" {
			return
		}
		in.Wrong = text
		s.Wrongs = append(s.Wrongs, fieldError{in.ID(), text})
		return
	}
	s.Wrongs = append(s.Wrongs, fieldError{"", text})
}

// forgive drops complaints: the form is not sent yet.
func (s *sheet) forgive() {
	s.Wrongs = nil
	for _, f := range s.Sets {
		for _, in := range f.Fields {
			in.Wrong = ""
		}
	}
}

// Carried are all values, for a page that goes on with them.
func (s *sheet) Carried() (list []hiddenField) {
	for _, f := range s.Sets {
		for _, in := range f.Fields {
			for _, v := range in.Values {
				list = append(list, hiddenField{in.Name, v})
			}
		}
		if f.More != "" {
			list = append(list, hiddenField{"rows." + f.Unit, strconv.Itoa(f.Rows())})
		}
	}
	return list
}

// fieldChange is a field before and after.
type fieldChange struct{ Label, Old, New, Held string }

// differences are the fields in which two sheets differ.
func differences(old, now *sheet) (list []fieldChange) {
	label := func(f *fieldset, in *input) string {
		if f.Unit == "" {
			return in.Label
		}
		return f.Legend + ": " + lowerFirst(in.Label)
	}
	text := func(s *sheet, name string) string {
		if in := s.field(name); in != nil && (len(in.Values) > 0 || in.Kind != "check") {
			return in.Shown()
		}
		return ""
	}
	for _, f := range now.Sets {
		for _, in := range f.Fields {
			if a, b := text(old, in.Name), text(now, in.Name); a != b {
				list = append(list, fieldChange{Label: label(f, in), Old: a, New: b})
			}
		}
	}
	for _, f := range old.Sets {
		for _, in := range f.Fields {
			if a := text(old, in.Name); a != "" && now.field(in.Name) == nil {
				list = append(list, fieldChange{Label: label(f, in), Old: a})
			}
		}
	}
	return list
}

// unit is what is compared as one: a field, or all rows of a kind.
func unitOf(f *fieldset, in *input) string {
	if f.Unit != "" {
		return f.Unit + "."
	}
	return in.Name
}

// units are the values of a sheet by unit.
func (s *sheet) units() map[string]string {
	out := map[string]string{}
	for _, f := range s.Sets {
		for _, in := range f.Fields {
			if len(in.Values) > 0 {
				out[unitOf(f, in)] += in.Name + "\x00" + strings.Join(in.Values, "\x00") + "\x01"
			}
		}
	}
	return out
}
