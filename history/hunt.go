package history

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Span bounds a hunt: from Since on, before Until. A zero time does not bound it. Rows are of an hour: one counts whole if any of the
// time from its first to its last second lies in the span, so that only spans of full hours (UTC) are exact.
type Span struct{ Since, Until time.Time }

// Seen is what is remembered of something.
type Seen struct {
	Count       uint64
	First, Last time.Time
	Sensors     []Sensor // by name
}

// Sensor is where something was seen.
type Sensor struct {
	Name        string
	Count       uint64
	First, Last time.Time
}

// Hunt says for each key what is remembered, nil for what was not seen. Errors name the parts of files that could not be read; what is
// returned with them is what the rest says.
func (h *History) Hunt(ctx context.Context, keys []Key, span Span) ([]*Seen, []error) {
	sorted := slices.Clone(keys)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	p := pack{h: h, keys: sorted, span: span, all: newTally(len(sorted)), damaged: slices.Clone(h.damaged)}
	p.run(ctx)
	if err := ctx.Err(); err != nil {
		return nil, append(p.damaged, err)
	}
	seen := make([]*Seen, len(keys))
	for i, k := range keys {
		at, _ := slices.BinarySearch(sorted, k)
		seen[i] = p.all.seen(at)
	}
	return seen, p.damaged
}

// pack is the goroutines of one hunt, which share out the segments.
type pack struct {
	h    *History
	keys []Key // in order
	span Span

	mu      sync.Mutex // protects what follows
	all     tally
	damaged []error
	done    int // segments
}

func (p *pack) run(ctx context.Context) {
	todo := make(chan *segment)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(p.h.segments)) {
		wg.Go(func() { p.hunt(todo) })
	}
	for _, s := range p.h.segments {
		if ctx.Err() == nil && p.span.meets(s.foot.first, s.foot.last) {
			todo <- s
		}
	}
	close(todo)
	wg.Wait()
}

// hunt is what each goroutine does.
func (p *pack) hunt(todo <-chan *segment) {
	mine := newTally(len(p.keys))
	var rd reader
	for s := range todo {
		var faults []error
		s.hunt(&rd, p.keys, p.span, mine, func(err error) { faults = append(faults, err) })
		p.mu.Lock()
		p.damaged = append(p.damaged, faults...)
		if p.done++; p.h.Progress != nil {
			p.h.Progress(p.done, len(p.h.segments))
		}
		p.mu.Unlock()
	}
	p.mu.Lock()
	p.all.merge(mine)
	p.mu.Unlock()
}

// meets says whether something from first to last, in seconds, lies in the span at least in part.
func (p Span) meets(first, last int64) bool {
	return (p.Since.IsZero() || last >= p.Since.Unix()) && (p.Until.IsZero() || first < p.Until.Unix())
}

// hunt counts the rows of a segment in t.
func (s *segment) hunt(rd *reader, keys []Key, span Span, t tally, damaged func(error)) {
	s.lookup(rd, keys, func(i int, r *row) {
		hour := s.foot.day*86400 + int64(r.hour)*3600
		m := moments{r.count, hour + int64(r.first), hour + int64(r.last)}
		if span.meets(m.first, m.last) {
			t.add(i, s.foot.sensors[r.sensor], m)
		}
	}, damaged)
}

// moments are how often and when.
type moments struct {
	count       uint64
	first, last int64 // seconds since 1970
}

func (m *moments) add(o moments) {
	if m.count == 0 {
		*m = o
		return
	}
	m.count += o.count
	m.first, m.last = min(m.first, o.first), max(m.last, o.last)
}

// tally counts by key and sensor; a nil map has nothing.
type tally []map[string]*moments

func newTally(n int) tally { return make(tally, n) }

func (t tally) add(i int, sensor string, m moments) {
	if t[i] == nil {
		t[i] = map[string]*moments{}
	}
	if have := t[i][sensor]; have != nil {
		have.add(m)
		return
	}
	t[i][sensor] = &m
}

func (t tally) merge(o tally) {
	for i, sensors := range o {
		for name, m := range sensors {
			t.add(i, name, *m)
		}
	}
}

// seen is what was counted of a key.
func (t tally) seen(i int) *Seen {
	if t[i] == nil {
		return nil
	}
	var s Seen
	for name, m := range t[i] {
		s.Sensors = append(s.Sensors, Sensor{name, m.count, time.Unix(m.first, 0).UTC(), time.Unix(m.last, 0).UTC()})
	}
	slices.SortFunc(s.Sensors, func(a, b Sensor) int { return strings.Compare(a.Name, b.Name) })
	for _, where := range s.Sensors {
		s.add(where.Count, where.First, where.Last)
	}
	return &s
}

// add counts in s what was seen elsewhere or otherwise.
func (s *Seen) add(count uint64, first, last time.Time) {
	if s.Count == 0 || first.Before(s.First) {
		s.First = first
	}
	if last.After(s.Last) {
		s.Last = last
	}
	s.Count += count
}
