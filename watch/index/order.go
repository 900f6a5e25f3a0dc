package index

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// byChange is a clock that no filter has.
const byChange = "changed"

// order is the places of entries by a clock, found when they are first asked for; by change tombstones are among them.
type order struct {
	compare func(a, c *Entry) int
	gone    bool
	once    sync.Once
	places  atomic.Pointer[[]int32]
}

// newOrders are the orders by each clock but that of disclosure, by which the entries lie.
func newOrders() map[string]*order {
	orders := map[string]*order{byChange: {gone: true, compare: func(a, c *Entry) int { return c.changed.Compare(a.changed) }}}
	for _, clock := range []string{"added", "occurred"} {
		f := Filter{By: clock}
		orders[clock] = &order{compare: func(a, c *Entry) int { return f.At(c).Compare(f.At(a)) }}
	}
	return orders
}

// sorted are the places in an order.
func (x *Index) sorted(o *order) []int32 {
	o.once.Do(func() {
		if o.places.Load() != nil {
			return
		}
		n := len(x.Entries)
		if o.gone {
			n = x.places()
		}
		list := make([]int32, n)
		for i := range list {
			list[i] = int32(i)
		}
		slices.SortFunc(list, func(i, j int32) int { return x.compare(o, i, j) })
		o.places.Store(&list)
	})
	return *o.places.Load()
}

// compare says which of two places comes first; of equals by id.
func (x *Index) compare(o *order, i, j int32) int {
	a, c := x.at(i), x.at(j)
	return cmp.Or(o.compare(a, c), cmp.Compare(a.ID, c.ID))
}

// reorder takes the orders that were found before: entries that went are left out, and those that are new come to where they belong.
func (x *Index) reorder(before *Index) {
	at := x.placesOf(before)
	var fresh []int32
	for i, known := 0, marked(at, x.places()); i < len(known); i++ {
		if !known[i] {
			fresh = append(fresh, int32(i))
		}
	}
	for clock, o := range before.orders {
		was := o.places.Load()
		if was == nil {
			continue
		}
		now := x.orders[clock]
		list := make([]int32, 0, len(*was)+len(fresh))
		for _, place := range *was {
			if at[place] >= 0 {
				list = append(list, at[place])
			}
		}
		for _, place := range fresh {
			if now.gone || int(place) < len(x.Entries) {
				i, _ := slices.BinarySearchFunc(list, place, func(i, j int32) int { return x.compare(now, i, j) })
				list = slices.Insert(list, i, place)
			}
		}
		now.places.Store(&list)
	}
}

// placesOf are where the entries of another index are in this one, by their places there; −1 of those that are not.
func (x *Index) placesOf(other *Index) []int32 {
	at := make([]int32, 0, other.places())
	walk := func(were, are []*Entry, first int, compare func(a, c *Entry) int) {
		i := 0
		for _, e := range were {
			for i < len(are) && are[i] != e && compare(are[i], e) <= 0 {
				i++
			}
			if i < len(are) && are[i] == e {
				at = append(at, int32(first+i))
				i++
			} else {
				at = append(at, -1)
			}
		}
	}
	walk(other.Entries, x.Entries, 0, disclosedLast)
	walk(other.Gone, x.Gone, len(x.Entries), changedLast)
	return at
}

// marked are n places, with those marked that are in a list.
func marked(list []int32, n int) []bool {
	marks := make([]bool, n)
	for _, place := range list {
		if place >= 0 {
			marks[place] = true
		}
	}
	return marks
}
