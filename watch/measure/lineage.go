package measure

import (
	"cmp"
	"fmt"
	"slices"
)

// origin is a weight with the ids of what it rests on. What shares an id with another rests on the same origin.
type origin struct {
	ids    []string
	weight float64
}

// originOf takes what names no lineage to rest on itself: on its id, or on its place where it has none.
func originOf(id string, place int, lineage []string, weight float64) origin {
	switch {
	case len(lineage) > 0:
		return origin{lineage, weight}
	case id != "":
		return origin{[]string{id}, weight}
	}
	return origin{[]string{fmt.Sprintf("#%d", place)}, weight}
}

func (o origin) shares(other origin) bool {
	return slices.ContainsFunc(o.ids, func(id string) bool { return slices.Contains(other.ids, id) })
}

// adds says whether o may weigh something that other does not: other rests on less and weighs as much otherwise.
func (o origin) adds(other origin) bool {
	return o.weight > other.weight || slices.ContainsFunc(other.ids, func(id string) bool { return !slices.Contains(o.ids, id) })
}

// independent picks what weighs most together and of which no two share an id, and returns the weights, the heaviest first. Of claims that rest on
// one origin that is the heaviest. Of a newspaper that repeats the state and a company it is the two, and not one of all three: that they are
// quoted together does not make them one, and a claim that is added never takes weight from others.
func independent(list []origin) []float64 {
	p := packing{best: 1}
	for _, o := range sortedOrigins(list) {
		if o.weight > 0 && !slices.ContainsFunc(p.list, func(other origin) bool { return !o.adds(other) }) {
			p.list = append(p.list, o)
		}
	}
	p.rest = make([]float64, len(p.list)+1)
	p.rest[len(p.list)] = 1
	for i := len(p.list) - 1; i >= 0; i-- {
		p.rest[i] = p.rest[i+1] * (1 - p.list[i].weight)
	}
	p.search(0, 1, nil)
	var weights []float64
	for _, o := range p.chosen {
		weights = append(weights, o.weight)
	}
	return weights
}

// sortedOrigins has the heaviest first, of equal ones those that rest on less, so that the order in which claims come does not matter.
func sortedOrigins(list []origin) []origin {
	return slices.SortedStableFunc(slices.Values(list), func(a, b origin) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), len(a.ids)-len(b.ids), slices.Compare(slices.Sorted(slices.Values(a.ids)), slices.Sorted(slices.Values(b.ids))))
	})
}

// packing looks for the independent part of a list with the least Π(1 − w).
type packing struct {
	list   []origin
	rest   []float64 // Π(1 − w) from each place on: no more can be gained there
	best   float64
	chosen []origin
	steps  int
}

// packingSteps bounds the search. Claims of one incident need a handful; for thousands that quote each other crosswise the best that was found
// by then is taken, which begins with the heaviest.
const packingSteps = 1 << 16

func (p *packing) search(i int, product float64, taken []origin) {
	p.steps++
	if product < p.best {
		p.best, p.chosen = product, slices.Clone(taken)
	}
	if i == len(p.list) || p.steps > packingSteps || product*p.rest[i] >= p.best {
		return
	}
	if o := p.list[i]; !slices.ContainsFunc(taken, o.shares) {
		p.search(i+1, product*(1-o.weight), append(taken, o))
	}
	p.search(i+1, product, taken)
}

// supported says whether two that weigh at least half rest on different origins.
func supported(list []origin) bool {
	for i, a := range list {
		for _, b := range list[:i] {
			if min(a.weight, b.weight) >= supportingWeight && !a.shares(b) {
				return true
			}
		}
	}
	return false
}

// product is Π(1 − w).
func product(weights []float64) float64 {
	p := 1.0
	for _, w := range weights {
		p *= 1 - w
	}
	return p
}
