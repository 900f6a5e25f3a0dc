package match

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"sync"

	"threatwatch/release"
)

// Live holds the indicators of an exchange in memory and follows its log, so that what came counts with the next question. There is an index for each
// label: a view looks into those of the labels that it sees, so that what is hidden from it costs no time. Indicators that are not shown in the same way
// to everyone who sees their label, see odds, are in none of these but in a small index of each view that asks.
//
// Nothing leaves but by [Live.Shown], for a view.
type Live struct {
	feed *release.Feed
	turn chan struct{} // empty while somebody loads, follows or swaps; taken before mu
	busy map[release.LabelID]int
	owns owns

	mu     sync.RWMutex // protects what follows; only who has the turn changes it
	loaded bool
	at     release.Stamp              // how far the log was followed
	labels map[release.LabelID]*state // made anew for each change
	odds   odds

	crowd chan struct{} // a hint that layers should be merged
}

// NewLive returns a Live that holds nothing yet: it loads when it is run, or first asked.
func NewLive(r *release.Releaser) *Live {
	l := &Live{feed: r.Feed("indicator"), turn: make(chan struct{}, 1), busy: map[release.LabelID]int{}, owns: newOwns(), odds: newOdds(), crowd: make(chan struct{}, 1)}
	l.turn <- struct{}{}
	return l
}

// Run loads and follows until ctx ends or something fails. After a failure it may be called again.
func (l *Live) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { stop(l.mergeBeside(ctx)) })
	defer wg.Wait()
	for {
		err := l.follow(ctx, ctx)
		if err == nil {
			err = l.feed.Wait(ctx, l.stamp())
		}
		if err != nil {
			stop(err)
			return context.Cause(ctx)
		}
	}
}

func (l *Live) stamp() release.Stamp {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.at
}

// take waits for the turn.
func (l *Live) take(ctx context.Context) error {
	select {
	case <-l.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *Live) give() { l.turn <- struct{}{} }

// Shown is an index of what a view shows at a moment: nothing changes it.
type Shown struct {
	*Index
	doubts doubts
}

// Err says why something could not be asked and therefore was not told.
func (s *Shown) Err() error { return s.doubts.failed() }

// Shown returns what a view shows now.
func (l *Live) Shown(ctx context.Context, v *release.View) (*Shown, error) {
	reach, err := v.Reach(ctx)
	if err != nil {
		return nil, err
	}
	if l.stamp() < reach.Last {
		if err := l.follow(ctx, context.WithoutCancel(ctx)); err != nil { // who gives up leaves it to the next one
			return nil, err
		}
	}
	at, labels, own, err := l.moment(ctx, v)
	if err != nil {
		return nil, err
	}
	if at > reach.Last { // it may hold what has a label that was not there yet
		if reach, err = v.Reach(ctx); err != nil {
			return nil, err
		}
	}
	shown := &Shown{doubts: doubts{named: map[string]map[string]bool{}}}
	all := &state{}
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		if reach.Sees(label) {
			all.look(labels[label], naming(reach, label))
		}
	}
	all.look(own, func(c *Claim, value string) bool { return shown.doubts.settle(ctx, v, c, value) })
	shown.Index = indexOf(all)
	return shown, nil
}

// moment is what is held by label and, for a view, what it is shown of what is odd.
func (l *Live) moment(ctx context.Context, v *release.View) (at release.Stamp, labels map[release.LabelID]*state, mine *state, err error) {
	o := l.owns.of(v)
	o.mu.Lock()
	defer o.mu.Unlock()
	l.mu.RLock()
	at, labels = l.at, l.labels
	ask := l.odds.since(o.read, o.old())
	l.mu.RUnlock()
	err = o.learn(ctx, v, ask)
	return at, labels, o.state, err
}

// look adds the layers of another state, of which tell tells.
func (s *state) look(o *state, tell func(*Claim, string) bool) {
	for _, l := range o.layers {
		if l.count() > 0 {
			s.layers = append(s.layers, &layer{l.core, l.gone, tell})
		}
	}
}

// naming names the sources of what has a label as a view may.
func naming(r *release.Reach, label release.LabelID) func(*Claim, string) bool {
	return func(c *Claim, _ string) bool {
		n, err := strconv.Atoi(c.Source)
		c.Source, c.Key = sourceName(r.Source(release.SourceID(n), label)), 0
		return err == nil
	}
}
