package index

import (
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"sync"
)

// A filter is answered with sets of places: for each of its terms the places of the entries that hold, kept for who asks next. A place is the number
// of an entry in Entries, and after them in Gone.

// set is a set of places.
type set []uint64

func (s set) has(place int32) bool { return s[place/64]&(1<<(place%64)) != 0 }

// places is how many entries there are, tombstones too.
func (x *Index) places() int { return len(x.Entries) + len(x.Gone) }

// at is the entry in a place.
func (x *Index) at(place int32) *Entry {
	if n := int32(len(x.Entries)); place >= n {
		return x.Gone[place-n]
	}
	return x.Entries[place]
}

// keptTerms bounds the sets that an index keeps: a few kilobytes each.
const keptTerms = 256

// held keeps the sets of terms.
type held struct {
	mu   sync.Mutex // protects what follows
	sets map[string]set
}

// of is the set of a term. Two who ask for the same at once may both make it.
func (x *Index) of(f *Filter, t *term) set {
	name := fmt.Sprintf("%q %q %q", t.key, t.values, t.not)
	if t.key == "since" || t.key == "until" {
		name += f.By
	}
	h := x.held
	h.mu.Lock()
	s := h.sets[name]
	h.mu.Unlock()
	if s != nil {
		return s
	}
	s = make(set, x.places()/64+1)
	for i := range x.places() {
		if t.match(x.at(int32(i))) {
			s[i/64] |= 1 << (i % 64)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sets == nil || len(h.sets) >= keptTerms {
		h.sets = map[string]set{}
	}
	h.sets[name] = s
	return s
}

// selected are the places of what a filter selects, tombstones too; without one of its keys, what it would select without that.
func (x *Index) selected(f *Filter, without string) set {
	s := make(set, x.places()/64+1)
	for i := range s {
		s[i] = ^uint64(0)
	}
	s[len(s)-1] = 1<<(x.places()%64) - 1 // none lies beyond
	for i := range f.terms {
		if t := &f.terms[i]; t.key != without {
			for j, word := range x.of(f, t) {
				s[j] &= word
			}
		}
	}
	return s
}

// members are the entries of a set that count, in the order of their places.
func (x *Index) members(s set) iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for i, word := range s {
			for ; word != 0; word &= word - 1 {
				place := i*64 + bits.TrailingZeros64(word)
				if place >= len(x.Entries) || !yield(x.Entries[place]) {
					return
				}
			}
		}
	}
}

// Select are the entries that match, the last by the filter's clock first; those without a time by it last.
func (x *Index) Select(f *Filter) []*Entry { return x.inOrder(f.By, x.selected(f, "")) }

// Changes are the entries that match, tombstones too, the last changed first.
func (x *Index) Changes(f *Filter) []*Entry { return x.inOrder(byChange, x.selected(f, "")) }

// inOrder are the entries of a set by a clock.
func (x *Index) inOrder(clock string, s set) (list []*Entry) {
	o := x.orders[clock]
	if o == nil { // they lie in the order of their disclosure
		return slices.Collect(x.members(s))
	}
	for _, place := range x.sorted(o) {
		if s.has(place) {
			list = append(list, x.at(place))
		}
	}
	return list
}
