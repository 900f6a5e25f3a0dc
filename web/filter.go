package web

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/country"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// filterForm is the filter of a list as a form, and what is asked for as chips that can be taken off.
type filterForm struct {
	Action          string // the page that it narrows
	Error, ErrorKey string // what is wrong, and of which field; "" when it is of none
	By              string
	Clocks          watch.Vocabulary
	Fields, More    []filterField
	Hidden          []hiddenField // values that have no field of their own
	Chips           []chip
	Open            bool // the further fields are in use
}

// filterField is a field for one value of a key.
type filterField struct {
	Key, Label, Hint, Value, Type string
	Error                         string
}

type hiddenField struct{ Key, Value string }

// chip is a value that is asked for.
type chip struct{ Label, Value, Without string }

// fields are the keys that a form asks for, those of use to most first.
var (
	fields = []filterField{
		{Key: "q", Label: "Words", Hint: "in title, text, victims and actors", Type: "search"},
		{Key: "since", Label: "From", Hint: "2010, 2010-01 or 2010-01-12"},
		{Key: "until", Label: "To", Hint: "the same; it is included"},
	}
	moreFields = []filterField{
		{Key: "country", Label: "Country of a victim", Hint: "code of two letters, such as DE"},
		{Key: "sector", Label: "Sector of a victim", Hint: "such as healthcare, or a NAICS prefix"},
		{Key: "accused", Label: "Named in a claim", Hint: "name, alias or id"},
		{Key: "claimant", Label: "Claimed by", Hint: "name or id"},
		{Key: "technique", Label: "Technique", Hint: "of ATT&CK, such as T1566"},
		{Key: "severity>", Label: "Severity, at least", Hint: "a number, in any scheme"},
	}
)

// newForm is the form of a filter that holds, of the page at a path.
func newForm(action string, f *index.Filter) filterForm { return formOf(action, f.Query(), f.By) }

// wrongForm is the form of a query that is no filter: what was typed stays, the error stands beside it.
func wrongForm(action string, q url.Values, err error) filterForm {
	text := threatwatch.Message(err)
	form := formOf(action, q, q.Get("by"))
	form.Error = sentence(text)
	key, _, _ := strings.Cut(text, "=")
	for _, list := range [][]filterField{form.Fields, form.More} {
		for i := range list {
			if list[i].Key == key {
				list[i].Error, form.ErrorKey = form.Error, key
			}
		}
	}
	form.Open = form.Open || slices.ContainsFunc(form.More, func(f filterField) bool { return f.Error != "" })
	return form
}

func formOf(action string, q url.Values, by string) filterForm {
	form := filterForm{Action: action, By: by, Clocks: index.Clocks, Fields: slices.Clone(fields), More: slices.Clone(moreFields)}
	rest := maps.Clone(q)
	for _, key := range []string{"by", "older", "newer"} {
		delete(rest, key)
	}
	for _, list := range [][]filterField{form.Fields, form.More} {
		for i := range list {
			if values := rest[list[i].Key]; len(values) > 0 {
				list[i].Value = values[0]
				rest[list[i].Key] = values[1:]
			}
		}
	}
	for _, f := range form.More {
		form.Open = form.Open || f.Value != ""
	}
	for _, key := range slices.Sorted(maps.Keys(rest)) {
		for _, value := range rest[key] {
			form.Hidden = append(form.Hidden, hiddenField{key, value})
		}
	}
	form.Chips = chips(action, q)
	return form
}

// chips are the values of a query, each with the page without it.
func chips(action string, q url.Values) (list []chip) {
	for _, key := range slices.Sorted(maps.Keys(q)) {
		if key == "by" || key == "older" || key == "newer" {
			continue
		}
		for i, value := range q[key] {
			without := maps.Clone(q)
			without[key] = slices.Delete(slices.Clone(q[key]), i, i+1)
			if len(without[key]) == 0 {
				delete(without, key)
			}
			delete(without, "older")
			delete(without, "newer")
			list = append(list, chip{chipLabel(key), valueLabel(key, value), address(action, without)})
		}
	}
	return list
}

// keyLabels name keys in short, as chips and headings have them.
var keyLabels = map[string]string{"q": "words", "since": "from", "until": "to", "tlp<": "marking at most", "severity>": "severity at least", "status": "attribution", "accused": "named", "claimant": "claimed by", "basis": "basis of a claim"}

func chipLabel(key string) string {
	if l := keyLabels[key]; l != "" {
		return l
	}
	return key
}

// valueLabels are what pages call the values of a key.
var valueLabels = map[string]func(string) string{"status": index.Badges.Label, "data": watch.Trios.Label, "operation": watch.OperationKinds.Label, "basis": watch.ClaimKinds.Label, "sector": words,
	"country": func(c string) string { return country.Name(strings.ToUpper(c)) }, "region": words}

func valueLabel(key, value string) string {
	value, not := strings.CutPrefix(value, "!")
	if call := valueLabels[key]; call != nil {
		value = call(value)
	}
	if not {
		return "not " + value
	}
	return value
}

// inWords is a filter as a sentence goes on after "Incidents with": "country Germany or France and attribution denied"; "" is all.
func inWords(filter string) string {
	q, err := url.ParseQuery(filter)
	if err != nil {
		return filter
	}
	var terms []string
	for _, key := range slices.Sorted(maps.Keys(q)) {
		var values []string
		for _, value := range q[key] {
			values = append(values, valueLabel(key, value))
		}
		terms = append(terms, chipLabel(key)+" "+strings.Join(values, " or "))
	}
	return strings.Join(terms, " and ")
}

// facetLinks is a facet whose values lead to the page with or without them.
type facetLinks struct {
	index.Facet
	Links []facetLink
}

type facetLink struct {
	index.FacetValue
	To string
}

func facetsOf(facets []index.Facet, f *index.Filter, action string) (list []facetLinks) {
	for _, fa := range facets {
		if len(fa.Values) < 2 && !fa.Values[0].On {
			continue // nothing to choose
		}
		fl := facetLinks{Facet: fa}
		for _, value := range fa.Values {
			q := f.Query()
			if value.On {
				q[fa.Key] = slices.DeleteFunc(slices.Clone(q[fa.Key]), func(s string) bool { return s == value.Value })
			} else {
				q.Add(fa.Key, value.Value)
			}
			if len(q[fa.Key]) == 0 {
				delete(q, fa.Key)
			}
			value.Label = valueLabel(fa.Key, value.Value)
			fl.Links = append(fl.Links, facetLink{value, address(action, q)})
		}
		list = append(list, fl)
	}
	return list
}
