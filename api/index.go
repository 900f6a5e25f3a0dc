package api

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"threatwatch/match"
	"threatwatch/release"
)

// indexes are the indexes of the views that were asked for last. Each holds what its view shows and nothing else, so that what is hidden costs no
// time and leaves no trace in the table; in return each takes memory, about 100 bytes a value.
type indexes struct {
	mu   sync.Mutex // protects what follows
	kept map[string]*viewIndex
}

const (
	keptIndexes = 16
	oldIndex    = time.Hour // after which one is built anew: what disappeared is checked at each hit, but takes memory
)

// viewIndex is the index of one view.
type viewIndex struct {
	mu    sync.Mutex // held while building and following
	index *match.Index
	later release.Query // asks for what was added since
	built time.Time
	used  time.Time // protected by the mutex of indexes
}

// of returns the index of a view, as new as the view.
func (x *indexes) of(ctx context.Context, v *release.View) (*match.Index, error) {
	vi := x.entry(v.Subject())
	vi.mu.Lock()
	defer vi.mu.Unlock()
	if vi.index == nil || time.Since(vi.built) > oldIndex {
		if err := vi.build(context.WithoutCancel(ctx), v); err != nil { // who gives up leaves it to the next one
			return nil, err
		}
	}
	return vi.index, vi.follow(ctx, v)
}

// entry finds or makes the entry of a subject, in place of the one that was not used for longest.
func (x *indexes) entry(s release.Subject) *viewIndex {
	key := keyOf(s)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.kept == nil {
		x.kept = map[string]*viewIndex{}
	}
	vi := x.kept[key]
	if vi == nil {
		if len(x.kept) == keptIndexes {
			oldest := ""
			for k, e := range x.kept {
				if oldest == "" || e.used.Before(x.kept[oldest].used) {
					oldest = k
				}
			}
			delete(x.kept, oldest)
		}
		vi = &viewIndex{}
		x.kept[key] = vi
	}
	vi.used = time.Now()
	return vi
}

// keyOf tells subjects with different views apart.
func keyOf(s release.Subject) string {
	s.Name = ""
	s.ClientOf = slices.Sorted(slices.Values(s.ClientOf))
	b, err := json.Marshal(s)
	if err != nil { // only strings are in it
		panic(err)
	}
	return string(b)
}

// build reads all indicators of the view.
func (vi *viewIndex) build(ctx context.Context, v *release.View) error {
	began := time.Now()
	l := match.NewLoader(match.Policy{})
	later := release.Query{Types: []string{"indicator"}}
	_, err := v.Page(ctx, later, func(it *release.Item) error {
		later.AddedAfter = max(later.AddedAfter, it.Added)
		return l.Item(it)
	})
	if err != nil {
		return err
	}
	index, err := l.Index()
	if err != nil {
		return err
	}
	vi.index, vi.later, vi.built = index, later, began
	return nil
}

// follow takes in what was added to the view since.
func (vi *viewIndex) follow(ctx context.Context, v *release.View) error {
	later := vi.later
	changed := map[string]bool{}
	_, err := v.Page(ctx, later, func(it *release.Item) error {
		later.AddedAfter = max(later.AddedAfter, it.Added)
		changed[it.ID] = true
		return nil
	})
	if err != nil || len(changed) == 0 {
		return err
	}
	var ids []string
	l := match.NewLoader(match.Policy{})
	for id := range changed {
		ids = append(ids, id)
		if err := eachLatest(ctx, v, id, l.Item); err != nil {
			return err
		}
	}
	if err := vi.index.Update(l.Entries(), ids); err != nil {
		return err
	}
	vi.later = later
	return nil
}
