package index

import (
	"cmp"
	"fmt"
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
		for _, kind := range c.Terms.Kinds {
			if watch.ClaimKinds.Has(kind) { // a word of somebody's own cannot be asked for
				list = append(list, kind)
			}
		}
	}
	return list
}

// Browse are the entries that match, as [Index.Select] has them, with the values of every facet counted. A facet counts what the filter would
// select without its own key. Each has at most limit values.
func (x *Index) Browse(f *Filter, limit int) ([]*Entry, []Facet) {
	if !f.Empty() {
		return x.browse(f, limit)
	}
	type page struct { // the list that most ask for
		list   []*Entry
		facets []Facet
	}
	p := Kept(x, fmt.Sprint("browse ", f.By, limit), func() page {
		list, facets := x.browse(f, limit)
		return page{list, facets}
	})
	return slices.Clone(p.list), slices.Clone(p.facets)
}

func (x *Index) browse(f *Filter, limit int) (list []*Entry, out []Facet) {
	selected := x.selected(f, "")
	list = x.inOrder(f.By, selected)
	counts := make([][]int, len(facets))
	var shared []int // the facets that count what is selected
	for i, fc := range facets {
		counts[i] = make([]int, len(x.values[i]))
		if f.asks(fc.key) {
			for e := range x.members(x.selected(f, fc.key)) {
				count(counts[i], e.counts[i])
			}
		} else {
			shared = append(shared, i)
		}
	}
	for e := range x.members(selected) {
		for _, i := range shared {
			count(counts[i], e.counts[i])
		}
	}
	for i, fc := range facets {
		if fa := facet(fc.key, fc.label, fc.call, x.values[i], counts[i], f.Values(fc.key), limit); len(fa.Values) > 0 {
			out = append(out, fa)
		}
	}
	return list, out
}

func count(counts []int, numbers []int32) {
	for _, n := range numbers {
		counts[n]++
	}
}

// numbered are the numbers of the values under which an entry counts, each once: counting thousands of entries adds up numbers and compares no
// texts.
func (b *builder) numbered(e *Entry) [][]int32 {
	counts := make([][]int32, len(facets))
	for i, fc := range facets {
		for _, value := range fc.of(e) {
			if value == "" {
				continue
			}
			n, ok := b.numbers[i][value]
			if !ok {
				if b.numbers[i] == nil {
					b.numbers[i] = map[string]int32{}
				}
				n = int32(len(b.values[i]))
				b.values[i], b.numbers[i][value] = append(b.values[i], value), n
			}
			if !slices.Contains(counts[i], n) {
				counts[i] = append(counts[i], n)
			}
		}
	}
	return counts
}

func facet(key, label string, call func(string) string, values []string, counts []int, on []string, limit int) Facet {
	fa := Facet{Key: key, Label: label}
	for i, n := range counts {
		v := values[i]
		if n == 0 {
			continue
		}
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
