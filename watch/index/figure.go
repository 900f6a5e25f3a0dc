package index

import (
	"maps"
	"sync"
	"time"
	"weak"
)

// figures are what is computed of an index, when somebody asks first: an index does not change, so that each is computed once.
type figures struct {
	mu   sync.Mutex // protects what follows; nothing is computed under it, and of two the older one's is taken first
	kept map[string]*figure
	last map[string]last             // what those before were, while it may still be shown
	all  map[string]func(*Index) any // how what was asked for and may be shown late is made
	was  map[string]any              // what figures were last, however long ago
	next *figures                    // of the index after this one, if nothing was taken back
	over time.Time                   // since when there is one
	side []side                      // of the indexes that were made of this one for who may see more
}

// side are the figures of an index beside another one, and since when it is there.
type side struct {
	figures weak.Pointer[figures]
	since   time.Time
}

// figure is one of them.
type figure struct {
	once  sync.Once
	value any
	done  bool // protected by the figures' mu
}

// last is a figure of an index that was.
type last struct {
	value any
	until time.Time
}

func newFigures() *figures {
	return &figures{kept: map[string]*figure{}, last: map[string]last{}, all: map[string]func(*Index) any{}, was: map[string]any{}}
}

// Lag is how long a figure that [Lately] gives may still be what it was after something came in.
const Lag = time.Minute

// promptly is of how many incidents figures are always those of now: to compute them takes milliseconds.
const promptly = 2000

// Kept is what make makes of the index, made once under a name: what a page draws of all incidents is the same until something comes in.
func Kept[T any](x *Index, name string, make func() T) T {
	return x.figures.of(name, func() any { return make() }).(T)
}

// Lately is [Kept] for figures of thousands of incidents: until the keeper has computed them anew they are those of the index before, for at most [Lag] after
// something came in. What is taken back, or may no longer be seen by those whose index it is, is in no figure from that moment on. A figure holds numbers and
// names, and nothing that is said in an entry.
func Lately[T any](x *Index, name string, make func(*Index) T) T {
	f := x.figures
	f.mu.Lock()
	f.all[name] = func(x *Index) any { return make(x) }
	was, ok := f.last[name]
	f.mu.Unlock()
	if ok && time.Now().Before(was.until) {
		return was.value.(T)
	}
	return Kept(x, name, func() T { return make(x) })
}

// From is [Kept] for what can be made of what it was before; make is given that, or the zero value. It must find out by itself what of that still holds.
func From[T any](x *Index, name string, make func(was T) T) T {
	f := x.figures
	f.mu.Lock()
	was, _ := f.was[name].(T)
	f.mu.Unlock()
	value := Kept(x, name, func() T { return make(was) })
	f.mu.Lock()
	defer f.mu.Unlock()
	f.was[name] = value
	return value
}

// of computes a figure, or waits for who does.
func (f *figures) of(name string, make func() any) any {
	f.mu.Lock()
	fig := f.kept[name]
	if fig == nil {
		fig = &figure{}
		f.kept[name] = fig
	}
	f.mu.Unlock()
	fig.once.Do(func() {
		fig.value = make()
		f.mu.Lock()
		fig.done = true
		delete(f.last, name)
		next, until, beside := f.next, f.over.Add(Lag), f.side
		f.mu.Unlock()
		for next != nil {
			next = next.take(name, last{fig.value, until})
		}
		for _, s := range beside {
			if other := s.figures.Value(); other != nil {
				other.take(name, last{fig.value, s.since.Add(Lag)})
			}
		}
	})
	return fig.value
}

// take is told of a figure that was computed when there was a later index already. It returns whom to tell next.
func (f *figures) take(name string, l last) *figures {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fig := f.kept[name]; fig != nil && fig.done {
		return nil
	}
	f.last[name] = l
	return f.next
}

// refresh computes what may be shown late, unless what it was may be shown for long yet: while something comes in all the time figures are computed now and then, and not all the time too.
func (f *figures) refresh(x *Index, now time.Time) {
	f.mu.Lock()
	due := maps.Clone(f.all)
	for name, was := range f.last {
		if was.until.Sub(now) > Lag/2 {
			delete(due, name)
		}
	}
	f.mu.Unlock()
	for name, make := range due {
		f.of(name, func() any { return make(x) })
	}
}

// follow takes over what was asked for before and what it was, and where nothing was taken back, what figures were.
func (f *figures) follow(before *figures, late bool) {
	before.mu.Lock()
	defer before.mu.Unlock()
	f.all, f.was = maps.Clone(before.all), maps.Clone(before.was)
	if !late {
		return
	}
	before.next, before.over = f, time.Now()
	f.last = maps.Clone(before.last)
	for name, fig := range before.kept {
		if _, asked := before.all[name]; asked && fig.done {
			f.last[name] = last{fig.value, before.over.Add(Lag)}
		}
	}
}

// ask takes over what was asked for of an index of which something may have ceased to be visible, and nothing that was made of it.
func (f *figures) ask(before *figures) {
	before.mu.Lock()
	defer before.mu.Unlock()
	f.all = maps.Clone(before.all)
}

// beside is follow for an index that is made of another one for who may see more, while that one goes on: it does not keep what comes after it in memory.
func (f *figures) beside(other *figures, late bool) {
	other.mu.Lock()
	defer other.mu.Unlock()
	f.all = maps.Clone(other.all)
	if !late {
		return
	}
	now := time.Now()
	other.side = append(other.side, side{weak.Make(f), now})
	f.last = maps.Clone(other.last)
	for name, fig := range other.kept {
		if _, asked := other.all[name]; asked && fig.done {
			f.last[name] = last{fig.value, now.Add(Lag)}
		}
	}
}

// takenBack says whether something of an entry that was is not in the one that came after it.
func takenBack(old, e *Entry) bool {
	if e.Gone() && !old.Gone() || e.Marking > old.Marking {
		return true
	}
	stands := map[string]bool{}
	for _, c := range e.Claims {
		stands[c.ID] = c.Stands()
	}
	for _, s := range e.all() {
		stands[s.ID] = true
	}
	for _, c := range old.Claims {
		if c.Stands() && !stands[c.ID] {
			return true
		}
	}
	for _, s := range old.all() {
		if !stands[s.ID] {
			return true
		}
	}
	return false
}
