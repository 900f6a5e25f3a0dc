package match

import (
	"context"
	"maps"
	"math"
	"slices"

	"threatwatch/release"
)

const (
	followAtOnce = 5_000   // entries of the log in one snapshot
	mergeAtOnce  = 1 << 15 // claims that are merged while others wait; more are merged beside
	maxLayers    = 16      // of a label, where nobody merges beside
)

// follow takes in what happened, and before the first time all there is, which goes on until loading ends.
func (l *Live) follow(ctx, loading context.Context) error {
	if err := l.take(ctx); err != nil {
		return err
	}
	defer l.give()
	if !l.loaded {
		if err := l.load(loading); err != nil {
			return err
		}
	}
	for whole := false; !whole; {
		p := newPlaces()
		var at release.Stamp
		var err error
		if at, whole, err = l.feed.Changed(ctx, l.at, followAtOnce, func(c release.Change) { l.changed(p, c) }); err != nil {
			return err
		}
		if at == l.at {
			return nil
		}
		if err := p.settle(ctx, l.feed); err != nil {
			return err
		}
		if err := l.put(at, p); err != nil {
			return err
		}
	}
	return nil
}

// changed notes where an assertion belongs to which something happened.
func (l *Live) changed(p *places, c release.Change) {
	p.struck = append(p.struck, claimName{key: c.Key})
	id, held := l.idOf(c.Key)
	switch {
	case held:
		p.several[id] = true
	case c.Now == nil:
	case c.Now.Plain && c.Now.Alone:
		p.alone = append(p.alone, c.Now.Clone())
	default:
		p.several[c.Now.ID] = true
	}
}

// idOf is the id of an assertion of which something is held.
func (l *Live) idOf(key int64) (string, bool) {
	if id, ok := l.odds.idOf(key); ok {
		return id, true
	}
	for _, s := range l.labels {
		for _, y := range s.layers {
			for _, n := range y.claims.named(nil, claimName{key: key}) {
				if !y.gone.has(n) {
					return y.claims.get(n).ID, true
				}
			}
		}
	}
	return "", false
}

// put makes the next moment of what was and what has its places now.
func (l *Live) put(at release.Stamp, p *places) error {
	labels := make(map[release.LabelID]*state, len(l.labels)+len(p.labels))
	for label, s := range l.labels {
		labels[label] = s.without(p.struck)
	}
	for label, from := range p.labels {
		if err := from.c.seal(); err != nil {
			return err
		}
		from.c.claims.number()
		s := labels[label]
		if s == nil {
			s = &state{}
		}
		var err error
		if labels[label], err = l.tidied(label, s.with(from.c)); err != nil {
			return err
		}
	}
	l.mu.Lock()
	l.at, l.labels, l.loaded = at, labels, true
	l.odds.put(p)
	l.mu.Unlock()
	select {
	case l.crowd <- struct{}{}:
	default:
	}
	return nil
}

// tidied merges what is merged at once.
func (l *Live) tidied(label release.LabelID, s *state) (*state, error) {
	limit := mergeAtOnce
	if len(s.layers)-l.busy[label] > maxLayers {
		limit = math.MaxInt
	}
	from := s.due(l.busy[label], limit)
	if from < 0 {
		return s, nil
	}
	return s.merged(from)
}

// mergeBeside merges what takes long, while others go on.
func (l *Live) mergeBeside(ctx context.Context) error {
	for {
		select {
		case <-l.crowd:
		case <-ctx.Done():
			return ctx.Err()
		}
		for more := true; more; {
			var err error
			if more, err = l.mergeOne(ctx); err != nil {
				return err
			}
		}
	}
}

// mergeOne merges layers of one label, and says whether some had to be.
func (l *Live) mergeOne(ctx context.Context) (bool, error) {
	if err := l.take(ctx); err != nil {
		return false, err
	}
	var label release.LabelID
	var was *state
	from := -1
	for label, was = range l.labels {
		if from = was.due(0, math.MaxInt); from >= 0 {
			break
		}
	}
	if from < 0 {
		l.give()
		return false, nil
	}
	l.busy[label] = len(was.layers)
	l.give()
	c, err := merge(was.layers[from:])
	if err == nil {
		c.claims.number()
	}
	<-l.turn // also when ctx has ended: who runs it again must not find it busy
	defer l.give()
	delete(l.busy, label)
	if err != nil {
		return false, err
	}
	labels := maps.Clone(l.labels)
	labels[label] = labels[label].swapped(was, from, c)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.labels = labels
	return true, nil
}

// swapped is the state with a core in place of the layers of an older one that it was made of, without what was struck out there since.
func (s *state) swapped(was *state, from int, c *core) *state {
	var struck []claimName
	for i, old := range was.layers[from:] {
		now := s.layers[from+i]
		for n := range uint32(now.count()) {
			if now.gone.has(n) && !old.gone.has(n) {
				struck = append(struck, now.claims.name(n))
			}
		}
	}
	merged := (&state{}).with(c).without(struck)
	return &state{slices.Concat(s.layers[:from], merged.layers, s.layers[len(was.layers):])}
}
