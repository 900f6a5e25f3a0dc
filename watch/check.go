package watch

import (
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"threatwatch"
	"threatwatch/stix"
)

// MaxWords bounds a quotation: enough for a sentence, too little for an article.
const MaxWords = 300

// checker collects what is wrong with one object.
type checker struct {
	id       string
	problems *[]error
}

func (c checker) bad(path, format string, args ...any) {
	*c.problems = append(*c.problems, threatwatch.Errorf(threatwatch.Invalid, "%s: %s: %s", c.id, path, fmt.Sprintf(format, args...)))
}

func (c checker) required(path, value string) {
	if value == "" {
		c.bad(path, "is required")
	}
}

// words complains of values that are in no vocabulary; an empty one is none.
func (c checker) words(path string, v Vocabulary, values ...string) {
	for _, x := range values {
		if x != "" && !v.Has(x) {
			c.bad(path, "%q is none of %s", x, codes(v))
		}
	}
}

// judged complains of a judgement on the Admiralty scale that is none.
func (c checker) judged(reliability string, credibility int) {
	c.words("source_reliability", Reliabilities, reliability)
	if credibility < 0 || credibility > 6 {
		c.bad("info_credibility", "%d is none of 1 to 6", credibility)
	}
}

func (c checker) short(path, s string) {
	if n := utf8.RuneCountInString(s); n > MaxWords {
		c.bad(path, "%d characters are more than %d", n, MaxWords)
	}
}

// wireMoment is when something was stated, as the extensions have it.
type wireMoment struct {
	At       time.Time `json:"stated_at,omitzero"`
	Fidelity Fidelity  `json:"stated_at_fidelity,omitempty"`
}

func stated(m Moment) wireMoment { return wireMoment{m.Time, m.Fidelity} }

// jsonValue is any JSON, kept as a tree of stix so that numbers stay as they were written.
type jsonValue struct{ *stix.Value }

// Keep makes the record of an Original.
func Keep(format string, record *stix.Value) Original { return Original{format, &jsonValue{record}} }

// Value is the record as it was kept.
func (o Original) Value() *stix.Value {
	if o.Record == nil {
		return nil
	}
	return o.Record.Value
}

// RecordsOf are the records of a format that an incident was made of.
func RecordsOf(incident *stix.Value, format string) (list []*stix.Value) {
	in, err := ReadIncident(incident)
	if err != nil {
		return nil
	}
	for _, o := range in.Facts.Original {
		if o.Format == format {
			list = append(list, o.Value())
		}
	}
	return list
}

// RecordOf is the first of them; nil when it was made of something else.
func RecordOf(incident *stix.Value, format string) *stix.Value {
	if list := RecordsOf(incident, format); len(list) > 0 {
		return list[0]
	}
	return nil
}

// MarshalJSON writes it as it is.
func (v jsonValue) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// UnmarshalJSON reads any value.
func (v *jsonValue) UnmarshalJSON(raw []byte) (err error) {
	v.Value, err = stix.ParseValue(raw)
	return err
}

// union is what a property of several things holds, each once, ascending.
func union[T any](list []T, get func(T) []string) []string {
	set := map[string]bool{}
	for _, x := range list {
		for _, s := range get(x) {
			set[s] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}
