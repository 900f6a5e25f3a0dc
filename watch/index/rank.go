package index

import (
	"runtime"
	"sync"
	"time"

	"threatwatch/watch/measure"
)

// rankings ranks by every reading, on all cores but one: that is for who asks for pages meanwhile.
func (x *Index) rankings() map[measure.Reading]measure.Ranking {
	measured, window := x.Measured(), x.Window()
	list := make([]measure.Ranking, len(measure.Readings))
	core := make(chan bool, max(1, runtime.GOMAXPROCS(0)-1))
	var all sync.WaitGroup
	for i, r := range measure.Readings {
		all.Go(func() {
			core <- true
			defer func() { <-core }()
			method := x.Method()
			method.Reading = r
			method.Weights.Assumed = measure.Assumptions // for claims that nobody judged: pages say so
			list[i] = method.Rank(measured, window, measure.DefaultSeed)
		})
	}
	all.Wait()
	rankings := map[measure.Reading]measure.Ranking{}
	for i, r := range measure.Readings {
		rankings[r] = list[i]
	}
	return rankings
}

// Ranking is who is most active and persistent by a reading, from the first incident to the last change, as [Lately] has it. The same index gives the same bytes.
func (x *Index) Ranking(r measure.Reading) measure.Ranking {
	return Lately(x, "rankings", (*Index).rankings)[r]
}

// Measured are the incidents as the measures take them.
func (x *Index) Measured() []measure.Incident {
	list := make([]measure.Incident, len(x.Entries))
	for i, e := range x.Entries {
		list[i] = e.Measured()
	}
	return list
}

// Window is what the figures are of.
func (x *Index) Window() measure.Window {
	w := measure.Window{To: time.Date(x.Changed.Year(), x.Changed.Month(), x.Changed.Day()+1, 0, 0, 0, 0, time.UTC)}
	for _, e := range x.Entries {
		if at := e.measured.When; at.Known() && (w.From.IsZero() || at.Time.Before(w.From)) {
			w.From = at.Time
		}
	}
	return w
}
