package match

import (
	"context"
	"runtime"
	"sync"

	"threatwatch/release"
)

const (
	loadAtOnce = 20_000 // assertions in one snapshot
	readAtOnce = 256    // assertions that one goroutine reads before it takes others
)

// load takes in all there is, from several snapshots: what happens meanwhile is in the log behind the first.
func (l *Live) load(ctx context.Context) error {
	at, err := l.feed.Last(ctx)
	if err != nil {
		return err
	}
	p := newPlaces()
	if err := p.fill(ctx, l.feed); err != nil {
		return err
	}
	if err := p.settle(ctx, l.feed); err != nil {
		return err
	}
	return l.put(at, p)
}

// fill places all that is alone under its label, and notes the rest. One goroutine fetches, as many as there are processors read what was fetched, and
// this one adds it in the order in which it was fetched; what is under way is bounded.
func (p *places) fill(ctx context.Context, feed *release.Feed) error {
	ctx, stop := context.WithCancel(ctx)
	readers := runtime.GOMAXPROCS(0)
	f := fetch{several: p.several, toRead: make(chan *batch, readers), toAdd: make(chan *batch, 2*readers)}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	wg.Go(func() { f.run(ctx, feed) })
	for range readers {
		wg.Go(func() {
			for b := range f.toRead {
				b.read()
			}
		})
	}
	for b := range f.toAdd {
		select {
		case <-b.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		for i := range b.indicators {
			if _, err := p.under(b.indicators[i].number).assertion(&b.indicators[i]); err != nil {
				return err
			}
		}
	}
	return f.err
}

// batch is some assertions, and what they say once they are read.
type batch struct {
	assertions []release.Assertion
	indicators []assertion
	done       chan struct{}
}

func (b *batch) read() {
	b.indicators = make([]assertion, len(b.assertions))
	for i := range b.assertions {
		b.indicators[i] = readAssertion(&b.assertions[i])
	}
	b.assertions = nil
	close(b.done)
}

// fetch hands on what is held: first to who adds, who waits, then to who reads.
type fetch struct {
	several       map[string]bool // ids of what is not alone, or not plain; not to be looked at before toAdd is closed
	toRead, toAdd chan *batch
	next          []release.Assertion
	err           error // the same
}

func (f *fetch) run(ctx context.Context, feed *release.Feed) {
	defer close(f.toAdd)
	defer close(f.toRead)
	for after, more := release.Stamp(0), true; more && f.err == nil; {
		n := 0
		after, n, f.err = feed.Held(ctx, after, loadAtOnce, func(a *release.Assertion) error {
			if !a.Plain || !a.Alone {
				f.several[a.ID] = true
				return nil
			}
			if f.next = append(f.next, a.Clone()); len(f.next) == readAtOnce {
				return f.hand(ctx)
			}
			return nil
		})
		more = n == loadAtOnce
	}
	if f.err == nil && len(f.next) > 0 {
		f.err = f.hand(ctx)
	}
}

func (f *fetch) hand(ctx context.Context) error {
	b := &batch{assertions: f.next, done: make(chan struct{})}
	f.next = make([]release.Assertion, 0, readAtOnce)
	for _, to := range [...]chan *batch{f.toAdd, f.toRead} {
		select {
		case to <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
