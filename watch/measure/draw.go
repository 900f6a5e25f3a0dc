package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"gonum.org/v1/gonum/mathext"
)

// Draws and DefaultSeed are how many worlds are drawn, and from which seed where nobody asks for another one.
const (
	Draws       = 2000
	DefaultSeed = 20130716
)

// Range is where a number lies in the worlds that were drawn: the median, and 5 to 95 %.
type Range struct{ Median, Lo, Hi float64 }

// Drawn is what the worlds say of an actor. In each of them every incident is one actor's or nobody's, by p, and has a date in its span.
type Drawn struct {
	Incidents Range
	Months    Range   // with anything
	Rank      Range   // by incidents among the actors that are ranked; 1 is the first, and equals share the better rank
	Top       float64 // the part of the worlds in which it is among the first five
	Momentum  *Range  // rate of the last twelve months by that of the twelve before; nil where nothing may lie in either
}

// top is how many are the top.
const top = 5

// drawer draws worlds.
type drawer struct {
	random  *rand.Rand
	items   []item
	actors  int
	first   month
	months  int
	recent  [2]int64 // Unix seconds: the beginning of the 12 months before the last 12, and of the last 12
	momenta []bool   // which actors may have anything in those months
}

// item is an incident to be drawn: whose it is with which probability, and when. Incidents of one month that are one actor's with the same probability are one item:
// how many of them are that actor's is drawn at once.
type item struct {
	actor   []int // of the ranked; the rest of the probability is somebody else's or nobody's
	below   []float64
	lo, len int64     // Unix seconds
	month   int       // −1 where the span holds several
	times   []float64 // of several incidents: how likely it is that at most so many are the actor's
}

// batch is what incidents have in common that are drawn at once.
type batch struct {
	actor, month int
	p            float64
	year         int // 2 for the last twelve months, 1 for those before, else 0
}

// world is what one draw has of an actor.
type world struct {
	incidents, months, last, before int
}

func newDrawer(seed uint64, actors []string, weighed []weighed, now time.Time) *drawer {
	index := map[string]int{}
	for i, a := range actors {
		index[a] = i
	}
	d := &drawer{random: rand.New(rand.NewPCG(seed, 0)), actors: len(actors), momenta: make([]bool, len(actors)),
		recent: [2]int64{now.AddDate(-2, 0, 0).Unix(), now.AddDate(-1, 0, 0).Unix()}}
	var last month
	for i, w := range weighed {
		lo, hi := monthOf(w.span.lo), monthOf(w.span.hi.Add(-1))
		if i == 0 {
			d.first, last = lo, hi
		}
		d.first, last = min(d.first, lo), max(last, hi)
	}
	d.months = int(last-d.first) + 1
	at, sizes := map[batch]int{}, map[int]int{}
	for _, w := range weighed {
		it := d.itemOf(w, index)
		if len(it.actor) == 0 {
			continue // whatever is drawn, it is nobody's who is ranked
		}
		b, ok := d.batchOf(&it)
		if i, begun := at[b]; ok && begun {
			sizes[i]++
			continue
		}
		if ok {
			at[b], sizes[len(d.items)] = len(d.items), 1
		}
		d.items = append(d.items, it)
	}
	for i, n := range sizes {
		if n > 1 {
			d.items[i].times = binomial(n, d.items[i].below[0])
		}
	}
	return d
}

// batchOf says with which others an incident may be drawn at once: with none, if it may be several actors', or its date may be on either side of a border.
func (d *drawer) batchOf(it *item) (b batch, ok bool) {
	first, end := d.yearOf(it.lo), d.yearOf(it.lo+it.len-1)
	if len(it.actor) > 1 || it.month < 0 || first != end {
		return b, false
	}
	return batch{it.actor[0], it.month, it.below[0], first}, true
}

// yearOf is in which of the years that momentum compares a moment lies.
func (d *drawer) yearOf(at int64) int {
	switch {
	case at >= d.recent[1]:
		return 2
	case at >= d.recent[0]:
		return 1
	}
	return 0
}

// binomial is how likely it is that at most 0, 1, … n of n come about, each with probability p.
func binomial(n int, p float64) []float64 {
	below := make([]float64, n+1)
	sum := 0.0
	all, _ := math.Lgamma(float64(n + 1))
	for k := range below {
		is, _ := math.Lgamma(float64(k + 1))
		not, _ := math.Lgamma(float64(n - k + 1))
		if p < 1 {
			sum += math.Exp(all - is - not + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
		}
		below[k] = sum
	}
	below[n] = 1
	return below
}

func (d *drawer) itemOf(w weighed, index map[string]int) item {
	it := item{lo: w.span.lo.Unix(), len: max(1, w.span.hi.Unix()-w.span.lo.Unix()), month: -1}
	if lo := monthOf(w.span.lo); lo == monthOf(w.span.hi.Add(-1)) {
		it.month = int(lo - d.first)
	}
	sum := 0.0
	for _, s := range w.Actors {
		a, ranked := index[s.Actor]
		if !ranked || s.P == 0 {
			continue
		}
		sum += s.P
		it.actor, it.below = append(it.actor, a), append(it.below, sum)
		d.momenta[a] = d.momenta[a] || w.span.hi.Unix() > d.recent[0]
	}
	return it
}

// draw makes one world. Each item takes two numbers whatever comes of them, and one if it is several incidents. seen holds, for each actor and month, the draw
// that last had something there.
func (d *drawer) draw(round int, seen []int, out []world) {
	clear(out)
	for i := range d.items {
		it := &d.items[i]
		k, n, at := 0, 1, it.lo
		if it.times != nil {
			if n, _ = slices.BinarySearch(it.times, d.random.Float64()); n == 0 {
				continue
			}
		} else {
			who, when := d.random.Float64(), d.random.Float64()
			if k, _ = slices.BinarySearch(it.below, who); k == len(it.below) {
				continue
			}
			at += min(int64(when*float64(it.len)), it.len-1) // a product may be rounded up to the end
		}
		m := it.month
		if m < 0 {
			m = int(monthOf(time.Unix(at, 0)) - d.first)
		}
		w := &out[it.actor[k]]
		w.incidents += n
		if cell := it.actor[k]*d.months + m; seen[cell] != round {
			seen[cell] = round
			w.months++
		}
		switch d.yearOf(at) {
		case 2:
			w.last += n
		case 1:
			w.before += n
		}
	}
}

// run draws all worlds and sums them up by actor.
func (d *drawer) run() []Drawn {
	worlds := make([]world, d.actors)
	seen := make([]int, d.actors*d.months)
	type columns struct{ incidents, months, rank, momentum []float64 }
	table := make([]columns, d.actors)
	order := make([]int, d.actors)
	for round := 1; round <= Draws; round++ {
		d.draw(round, seen, worlds)
		for a, w := range worlds {
			order[a] = w.incidents
		}
		slices.Sort(order)
		for a, w := range worlds {
			c := &table[a]
			better := len(order) - upper(order, w.incidents)
			c.incidents, c.months = append(c.incidents, float64(w.incidents)), append(c.months, float64(w.months))
			c.rank = append(c.rank, float64(better+1))
			if d.momenta[a] {
				c.momentum = append(c.momentum, momentum(w.last, w.before, d.random.Float64()))
			}
		}
	}
	drawn := make([]Drawn, d.actors)
	for a, c := range table {
		drawn[a] = Drawn{Incidents: rangeOf(c.incidents), Months: rangeOf(c.months), Rank: rangeOf(c.rank)}
		drawn[a].Top = float64(upperFloat(c.rank, top)) / float64(len(c.rank)) // rangeOf sorted it
		if d.momenta[a] {
			m := rangeOf(c.momentum)
			drawn[a].Momentum = &m
		}
	}
	return drawn
}

// upper is how many of an ascending list are at most x.
func upper(list []int, x int) int {
	n, _ := slices.BinarySearch(list, x+1)
	return n
}

func upperFloat(list []float64, x float64) int {
	n, _ := slices.BinarySearch(list, math.Nextafter(x, math.Inf(1)))
	return n
}

// momentum draws the ratio of two rates of which each was seen for a year, under Jeffreys' prior: the part of the first in their sum is
// Beta(last + ½, before + ½).
func momentum(last, before int, u float64) float64 {
	part := mathext.InvRegIncBeta(float64(last)+.5, float64(before)+.5, u)
	return part / (1 - part)
}

// rangeOf sorts the values and takes the median, and 5 and 95 %, each a value that occurs.
func rangeOf(values []float64) Range {
	slices.Sort(values)
	at := func(q float64) float64 { return values[int(math.Ceil(q*float64(len(values))))-1] }
	return Range{at(.5), at(.05), at(.95)}
}
