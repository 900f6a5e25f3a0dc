package index

import (
	"sync"
	"time"

	"threatwatch/watch/measure"
)

// figures are what is computed of all incidents of an index, when somebody asks first: an index does not change, so that it is computed once.
type figures struct {
	once     sync.Once
	measured []measure.Incident
	window   measure.Window

	ranked   sync.Once // apart: they take the longest, and few pages show them
	rankings map[measure.Reading]measure.Ranking

	mu   sync.Mutex // protects what follows
	kept map[string]any
}

// Kept is what make makes of the index, made once under a name: what a page draws of all incidents is the same until something comes in.
func Kept[T any](x *Index, name string, make func() T) T {
	x.figures.mu.Lock()
	defer x.figures.mu.Unlock()
	if v, ok := x.figures.kept[name].(T); ok {
		return v
	}
	v := make()
	if x.figures.kept == nil {
		x.figures.kept = map[string]any{}
	}
	x.figures.kept[name] = v
	return v
}

// compute fills the figures.
func (x *Index) compute() *figures {
	f := x.figures
	f.once.Do(func() {
		f.window.To = time.Date(x.Changed.Year(), x.Changed.Month(), x.Changed.Day()+1, 0, 0, 0, 0, time.UTC)
		for _, e := range x.Entries {
			m := e.Measured()
			f.measured = append(f.measured, m)
			if at := m.When; at.Known() && (f.window.From.IsZero() || at.Time.Before(f.window.From)) {
				f.window.From = at.Time
			}
		}
	})
	return f
}

// rank fills the rankings.
func (x *Index) rank() *figures {
	f := x.compute()
	f.ranked.Do(func() {
		rankings := make([]measure.Ranking, len(measure.Readings))
		var all sync.WaitGroup
		for i, r := range measure.Readings {
			all.Go(func() {
				method := x.Method()
				method.Reading = r
				method.Weights.Assumed = measure.Assumptions // for claims that nobody judged: pages say so
				rankings[i] = method.Rank(f.measured, f.window, measure.DefaultSeed)
			})
		}
		all.Wait()
		f.rankings = map[measure.Reading]measure.Ranking{}
		for i, r := range measure.Readings {
			f.rankings[r] = rankings[i]
		}
	})
	return f
}

// Ranking is who is most active and persistent by a reading, from the first incident to the last change. The same index gives the same bytes.
func (x *Index) Ranking(r measure.Reading) measure.Ranking { return x.rank().rankings[r] }

// Measured are the incidents as the measures take them.
func (x *Index) Measured() []measure.Incident { return x.compute().measured }

// Window is what the figures are of.
func (x *Index) Window() measure.Window { return x.compute().window }
