package match

import (
	"slices"
	"sync"
	"time"

	"threatwatch/pattern"
)

// Gathering keeps the records that may be part of a match of patterns that ask for several: FOLLOWEDBY, REPEATS and AND of observations. It may
// serve several Scans, at once or one after the other. What it keeps is bounded; [Gathering.Forgotten] tells what that cost.
//
// A record counts for one match of a pattern. Each time a record comes, those that lie within the pattern's time around it are evaluated.
type Gathering struct {
	mu     sync.Mutex // protects what follows
	of     map[*Compound]*gathered
	order  []*candidate // all that are kept, oldest first, and some that are no longer
	kept   int
	missed int64
	open   Unevaluated

	waiting map[keptName]keptPattern // of an earlier run, until a record comes that the pattern asks for
	dormant int                      // records in them
	changes int64
}

// Limits of a Gathering.
const (
	keptEach   = 1000    // records for a pattern
	keptAll    = 100_000 // for all: about 250 bytes each
	stepBudget = 1 << 18
)

// gathered is what is kept for one pattern.
type gathered struct {
	id   string       // of the indicator
	list []*candidate // in the order in which they came
	has  *pattern.Tally
	lost bool
	last int64 // time of the latest that was let go to make room
}

// candidate is a record that may be part of a match.
type candidate struct {
	*Compound
	look  pattern.Look
	at    int64
	place Place
	out   bool // no longer kept
}

// Place is where a record stands.
type Place struct {
	File string
	Line int64
}

// keptPlaces bounds the records that a finding names.
const keptPlaces = 100

// NewGathering returns an empty Gathering.
func NewGathering() *Gathering { return &Gathering{of: map[*Compound]*gathered{}} }

// Forgotten is how many records came when others had been let go, to bound what is kept, with which they might have made a match.
func (g *Gathering) Forgotten() int64 { return g.told().forgotten }

func (g *Gathering) told() told {
	g.mu.Lock()
	defer g.mu.Unlock()
	return told{g.open, g.missed}
}

// add takes the record of a finding and says whether it completes a match; then the finding names all of it.
func (g *Gathering) add(f *Finding) bool {
	c := f.later
	f.later = nil
	c.at, c.place = f.Time, Place{f.File, f.Line}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.changes++
	of := g.of[c.Compound]
	if of == nil {
		of = g.begin(c.Compound, f.Claims[0].ID)
	}
	if of.lost && c.near(of.last) {
		g.missed++
	}
	of.list = append(of.list, c)
	of.has.Add(&c.look, 1)
	g.order = append(g.order, c)
	g.kept++
	bound := g.evaluate(c, of)
	g.bound(of)
	if bound == nil {
		return false
	}
	f.Records = len(bound)
	for _, b := range bound {
		if len(f.With) < keptPlaces && b != c {
			f.With = append(f.With, b.place)
		}
	}
	return true
}

// near says whether a record of some time can be part of a match with c.
func (c *candidate) near(at int64) bool {
	return c.span == 0 || time.Duration(max(c.at-at, at-c.at))*time.Microsecond <= c.span
}

// evaluate looks for a match of what lies around a new record, and lets go of what is part of it.
func (g *Gathering) evaluate(c *candidate, of *gathered) (bound []*candidate) {
	if !of.has.Enough() {
		return nil
	}
	var near []*candidate
	var list []pattern.Look
	for _, o := range of.list {
		if c.near(o.at) {
			near, list = append(near, o), append(list, o.look)
		}
	}
	r := c.eval.MatchLooks(list, stepBudget)
	if r.Answer == pattern.NotEvaluated {
		g.open.add(Unevaluated{1, c.Text})
	}
	for _, i := range r.Bound {
		bound = append(bound, near[i])
		g.out(near[i], of)
	}
	if bound != nil {
		of.list = slices.DeleteFunc(of.list, func(o *candidate) bool { return o.out })
	}
	return bound
}

func (g *Gathering) out(c *candidate, of *gathered) {
	c.out = true
	of.has.Add(&c.look, -1)
	g.kept--
}

// bound lets go of the oldest where there are too many.
func (g *Gathering) bound(of *gathered) {
	if len(of.list) > keptEach {
		g.forget(of.list[0])
	}
	for g.kept+g.dormant > keptAll && g.dormant > 0 {
		g.dropDormant()
	}
	for g.kept > keptAll {
		for g.order[0].out {
			g.order = g.order[1:]
		}
		g.forget(g.order[0])
	}
	if len(g.order) > 2*keptAll {
		g.order = slices.DeleteFunc(slices.Clone(g.order), func(c *candidate) bool { return c.out })
	}
}

func (g *Gathering) forget(c *candidate) {
	of := g.of[c.Compound]
	if !of.lost || c.at > of.last {
		of.lost, of.last = true, c.at
	}
	g.out(c, of)
	if of.list[0] == c {
		of.list[0], of.list = nil, of.list[1:]
		return
	}
	of.list = slices.DeleteFunc(of.list, func(o *candidate) bool { return o == c })
}
