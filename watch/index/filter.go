package index

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"threatwatch"
	"threatwatch/country"
	"threatwatch/stix"
	"threatwatch/watch"
)

// Filter selects entries. One grammar serves pages, feeds, hooks and digests: keys must all hold, of a key given several times one value must,
// and a value after an exclamation mark must not.
type Filter struct {
	terms []term
	By    string // the clock: disclosed, added or occurred
}

// term is one key with its values.
type term struct {
	key    string
	values []string
	not    []string
	holds  func(e *Entry, value string) bool
}

// maxValues bounds the values of a filter.
const maxValues = 64

// Keys are the keys of a filter with what they ask for. "severity>" and "tlp<" are written severity>=4 and tlp<=green in an address: the sign
// that ends the key is its own.
var Keys = watch.Vocabulary{
	{Code: "q", Label: "words in title, text, victims and actors"}, {Code: "sector", Label: "sector of a victim: of STIX's list, a NAICS prefix, or an NIS2 sector"}, {Code: "country", Label: "country of a victim, by ISO 3166-1 code"}, {Code: "region", Label: "region of a victim"},
	{Code: "accused", Label: "whom a claim names: id, name or alias"}, {Code: "claimant", Label: "who makes a claim: id or name"}, {Code: "basis", Label: "kind of a claim"}, {Code: "technique", Label: "ATT&CK technique"},
	{Code: "data", Label: "kind of data: of the trio, or of VERIS"}, {Code: "action", Label: "VERIS action"}, {Code: "operation", Label: "kind of operation"}, {Code: "insider", Label: "somebody from within: yes or no"}, {Code: "severity>", Label: "severity in some scheme, at least"},
	{Code: "status", Label: "badge"}, {Code: "state", Label: "state of the record"}, {Code: "source", Label: "name of the source"}, {Code: "since", Label: "not before this date, by the clock"}, {Code: "until", Label: "before the end of this date, by the clock"}, {Code: "tlp<", Label: "marking, at most"},
	{Code: "by", Label: "the clock: disclosed, added or occurred"}, {Code: "lang", Label: "language of the text"},
}

// Clocks are what entries are ordered and bounded by.
var Clocks = watch.Vocabulary{{Code: "disclosed", Label: "when it was made public"}, {Code: "added", Label: "when it was added here"}, {Code: "occurred", Label: "when it happened"}}

// ParseFilter reads a filter from the query of an address. Keys in other are not the filter's and are passed by; any other key is an error, so
// that nobody subscribes to more than was meant.
func ParseFilter(q url.Values, other ...string) (*Filter, error) {
	f := &Filter{By: "disclosed"}
	n := 0
	for _, key := range slices.Sorted(keys(q)) {
		values := slices.DeleteFunc(slices.Clone(q[key]), func(s string) bool { return strings.TrimSpace(s) == "" })
		if n += len(values); n > maxValues {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "a filter has at most %d values", maxValues)
		}
		if slices.Contains(other, key) || len(values) == 0 {
			continue
		}
		if err := f.add(key, values); err != nil {
			return nil, err
		}
	}
	f.clock()
	return f, nil
}

func keys(q url.Values) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range q {
			if !yield(k) {
				return
			}
		}
	}
}

func (f *Filter) add(key string, values []string) error {
	if key == "by" {
		if f.By = values[0]; !Clocks.Has(f.By) {
			return threatwatch.Errorf(threatwatch.Invalid, "by=%s: write disclosed, added or occurred", f.By)
		}
		return nil
	}
	holds, ok := tests[key]
	if !ok {
		return threatwatch.Errorf(threatwatch.Invalid, "a filter has no key %q; it has %s", key, strings.Join(codesOf(Keys), ", "))
	}
	t := term{key: key, holds: holds}
	for _, v := range values {
		v, not := strings.CutPrefix(strings.TrimSpace(v), "!")
		if err := checkValue(key, v); err != nil {
			return err
		}
		if key == "q" {
			v = strings.ToLower(v)
		}
		if not {
			t.not = append(t.not, v)
		} else {
			t.values = append(t.values, v)
		}
	}
	f.terms = append(f.terms, t)
	return nil
}

func codesOf(v watch.Vocabulary) (list []string) {
	for _, w := range v {
		list = append(list, w.Code)
	}
	return list
}

// words are the values of keys that have no others.
var words = map[string]watch.Vocabulary{"status": Badges, "basis": watch.ClaimKinds, "state": watch.RecordStates}

// checkValue complains of a value that can match nothing because it is mistyped.
func checkValue(key, v string) error {
	bad := func(want string) error {
		return threatwatch.Errorf(threatwatch.Invalid, "%s=%s: write %s", key, v, want)
	}
	switch key {
	case "country":
		if !country.Valid(strings.ToUpper(v)) {
			return bad("a code of ISO 3166-1, such as DE")
		}
	case "since", "until":
		if _, err := watch.ParseMoment(v); err != nil {
			return bad("a date: 2010, 2010-01 or 2010-01-12")
		}
	case "tlp<":
		if _, ok := stix.LevelNamed(strings.ToLower(v)); !ok {
			return bad("clear, green, amber, amber+strict or red")
		}
	case "severity>":
		if _, err := strconv.ParseFloat(v, 64); err != nil {
			return bad("a number")
		}
	case "insider":
		if v != "yes" && v != "no" {
			return bad("yes or no")
		}
	case "lang":
		if _, err := language.Parse(v); err != nil {
			return bad("the tag of a language, such as de")
		}
	case "status", "basis", "state":
		if list := words[key]; !list.Has(v) {
			return bad("one of " + strings.Join(codesOf(list), ", "))
		}
	case "data":
		if !watch.Trios.Has(v) && !slices.ContainsFunc(watch.Varieties, func(w watch.Word) bool { return strings.EqualFold(w.Code, v) }) {
			return bad("one of " + strings.Join(codesOf(watch.Trios), ", ") + ", or a variety of VERIS")
		}
	}
	return nil
}

// tests say, for each key, whether a value holds of an entry.
var tests = map[string]func(e *Entry, v string) bool{
	"q": func(e *Entry, v string) bool {
		return !slices.ContainsFunc(strings.Fields(v), func(w string) bool { return !strings.Contains(e.hay, w) })
	},
	"sector": func(e *Entry, v string) bool {
		return slices.ContainsFunc(e.Facts.Victims, func(x watch.Victim) bool {
			return slices.Contains(x.Sectors, v) || v == x.NIS2Sector || len(v) >= 2 && v[0] >= '0' && v[0] <= '9' && strings.HasPrefix(x.NAICS, v)
		})
	},
	"country": func(e *Entry, v string) bool {
		v = strings.ToUpper(v)
		return slices.ContainsFunc(e.Facts.Victims, func(x watch.Victim) bool { return slices.Contains(x.Countries, v) })
	},
	"region": func(e *Entry, v string) bool {
		return slices.ContainsFunc(e.Countries(), func(c string) bool { return country.Region(c) == v })
	},
	"accused": func(e *Entry, v string) bool {
		return slices.ContainsFunc(e.Claims, func(c *Claim) bool { return c.Accused.ID == v || c.Accused.Called(v) })
	},
	"claimant": func(e *Entry, v string) bool {
		return slices.ContainsFunc(e.Claims, func(c *Claim) bool { return c.Claimant.ID == v || c.Claimant.Called(v) })
	},
	"basis": func(e *Entry, v string) bool {
		return slices.ContainsFunc(e.Claims, func(c *Claim) bool { return c.Is(v) })
	},
	"technique": func(e *Entry, v string) bool { return among(e.Facts.Techniques, strings.ToUpper(v), ".") },
	"data": func(e *Entry, v string) bool {
		return slices.ContainsFunc(e.Facts.Data, func(d watch.Data) bool { return string(d.Trio()) == v || strings.EqualFold(d.Variety, v) })
	},
	"action":    func(e *Entry, v string) bool { return among(e.Facts.Actions, v, ".") },
	"operation": func(e *Entry, v string) bool { return slices.Contains(e.Facts.Operations, v) },
	"insider":   func(e *Entry, v string) bool { return e.Facts.Insider == (v == "yes") },
	"severity>": func(e *Entry, v string) bool {
		least, _ := strconv.ParseFloat(v, 64)
		return slices.ContainsFunc(e.Facts.Severity, func(s watch.Score) bool {
			n, err := strconv.ParseFloat(s.Value, 64)
			return err == nil && n >= least
		})
	},
	"status": func(e *Entry, v string) bool { return slices.Contains(e.Badges, v) },
	"state":  func(e *Entry, v string) bool { return e.Facts.RecordState == v },
	"source": func(e *Entry, v string) bool { return e.Source == v },
	"lang": func(e *Entry, v string) bool {
		return among([]string{strings.ToLower(e.Language())}, strings.ToLower(v), "-")
	}, // RFC 4647 §3.3.1
	"tlp<": func(e *Entry, v string) bool {
		most, _ := stix.LevelNamed(strings.ToLower(v))
		return e.Highest <= most
	},
	"since": nil, "until": nil, // set by clock
}

// among says whether a code, or one below it, is in a list.
func among(list []string, v, sep string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return s == v || strings.HasPrefix(s, v+sep) })
}

// clock ties the bounds to the filter's clock, which may be given after them.
func (f *Filter) clock() {
	for i := range f.terms {
		t := &f.terms[i]
		if t.key != "since" && t.key != "until" {
			continue
		}
		bounds := map[string]time.Time{}
		for _, v := range slices.Concat(t.values, t.not) {
			m, _ := watch.ParseMoment(v) // it was checked
			from, to := m.Span()
			if bounds[v] = from; t.key == "until" {
				bounds[v] = to
			}
		}
		since := t.key == "since"
		t.holds = func(e *Entry, v string) bool {
			at := f.At(e)
			return !at.IsZero() && at.Before(bounds[v]) != since
		}
	}
}

// At is the time of an entry by the filter's clock; zero when it is not known.
func (f *Filter) At(e *Entry) time.Time {
	switch f.By {
	case "added":
		return e.Added
	case "occurred":
		return e.occurred
	}
	return e.disclosed
}

// Match says whether an entry is selected.
func (f *Filter) Match(e *Entry) bool {
	return !slices.ContainsFunc(f.terms, func(t term) bool { return !t.match(e) })
}

func (t *term) match(e *Entry) bool {
	is := func(v string) bool { return t.holds(e, v) }
	return (len(t.values) == 0 || slices.ContainsFunc(t.values, is)) && !slices.ContainsFunc(t.not, is)
}

// Values are the values that are asked for under a key.
func (f *Filter) Values(key string) []string {
	for _, t := range f.terms {
		if t.key == key {
			return t.values
		}
	}
	return nil
}

// asks says whether the filter has a key.
func (f *Filter) asks(key string) bool {
	return slices.ContainsFunc(f.terms, func(t term) bool { return t.key == key })
}

// Empty says that the filter selects everything.
func (f *Filter) Empty() bool { return len(f.terms) == 0 }

// Query writes the filter as the query of an address: the same filter always as the same text.
func (f *Filter) Query() url.Values {
	q := url.Values{}
	for _, t := range f.terms {
		for _, v := range t.values {
			q.Add(t.key, v)
		}
		for _, v := range t.not {
			q.Add(t.key, "!"+v)
		}
	}
	if f.By != "disclosed" {
		q.Set("by", f.By)
	}
	return q
}
