package index

import (
	"cmp"
	"slices"

	"threatwatch/country"
	"threatwatch/watch"
)

// Facet is a key of the filter with how many entries each of its values would select, the other keys given.
type Facet struct {
	Key, Label string
	Values     []FacetValue // the most first
}

// FacetValue is a value, what pages call it, and how many.
type FacetValue struct {
	Value, Label string
	N            int
	On           bool // it is asked for
}

// facets are the keys that have one: what an entry counts under, and what a value is called.
var facets = []struct {
	key, label string
	of         func(*Entry) []string
	call       func(string) string
}{
	{"status", "Attribution", func(e *Entry) []string { return e.Badges }, Badges.Label},
	{"data", "Data", func(e *Entry) []string { return e.Trios() }, watch.Trios.Label},
	{"operation", "Kind", func(e *Entry) []string { return e.Facts.Operations }, watch.OperationKinds.Label},
	{"sector", "Sector of the victim", func(e *Entry) []string { return e.Sectors() }, nil},
	{"country", "Country of the victim", func(e *Entry) []string { return e.Countries() }, country.Name},
	{"accused", "Named in a claim", func(e *Entry) []string { return named(e, func(c *Claim) *Name { return c.Accused }) }, nil},
	{"claimant", "Claimed by", func(e *Entry) []string { return named(e, func(c *Claim) *Name { return c.Claimant }) }, nil},
	{"basis", "Basis of a claim", bases, watch.ClaimKinds.Label},
	{"source", "Source", func(e *Entry) []string { return []string{e.Source} }, nil},
}

func named(e *Entry, who func(*Claim) *Name) (list []string) {
	for _, c := range e.Claims {
		list = append(list, who(c).Name)
	}
	return list
}

func bases(e *Entry) (list []string) {
	for _, c := range e.Claims {
		list = append(list, c.Terms.Kinds...)
	}
	return list
}

// Facets counts the values of every facet. A facet counts what the filter would select without its own key. Each has at most limit values.
func (x *Index) Facets(f *Filter, limit int) []Facet {
	counts := make([]map[string]int, len(facets))
	for i := range counts {
		counts[i] = map[string]int{}
	}
	for _, e := range x.Entries {
		failed := f.fails(e, 2)
		if len(failed) > 1 {
			continue
		}
		for i, fc := range facets {
			if len(failed) == 0 || failed[0].key == fc.key {
				count(counts[i], fc.of(e))
			}
		}
	}
	var out []Facet
	for i, fc := range facets {
		if fa := facet(fc.key, fc.label, fc.call, counts[i], f.Values(fc.key), limit); len(fa.Values) > 0 {
			out = append(out, fa)
		}
	}
	return out
}

// count counts each value of one entry once.
func count(into map[string]int, values []string) {
	for i, v := range values {
		if v != "" && !slices.Contains(values[:i], v) {
			into[v]++
		}
	}
}

func facet(key, label string, call func(string) string, counts map[string]int, on []string, limit int) Facet {
	fa := Facet{Key: key, Label: label}
	for v, n := range counts {
		fv := FacetValue{Value: v, Label: v, N: n, On: slices.Contains(on, v)}
		if call != nil {
			fv.Label = call(v)
		}
		fa.Values = append(fa.Values, fv)
	}
	slices.SortFunc(fa.Values, func(a, b FacetValue) int {
		return cmp.Or(onFirst(a, b), cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value))
	})
	fa.Values = fa.Values[:min(len(fa.Values), limit)]
	return fa
}

// onFirst puts what is asked for before the rest.
func onFirst(a, b FacetValue) int {
	switch {
	case a.On && !b.On:
		return -1
	case b.On && !a.On:
		return 1
	}
	return 0
}
