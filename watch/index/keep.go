package index

import (
	"context"
	"sync"

	"threatwatch/release"
)

// keptViews bounds how many views have an index at one time; the one that was asked for the longest ago goes.
const keptViews = 8

// Keeper keeps the indexes of the views that are asked for.
type Keeper struct {
	releaser *release.Releaser

	mu    sync.Mutex // protects what follows
	views map[string]*follower
	clock int
}

// NewKeeper returns a keeper over a releaser.
func NewKeeper(r *release.Releaser) *Keeper {
	return &Keeper{releaser: r, views: map[string]*follower{}}
}

// Of is the index of what a subject may see for an action, as of now. The first call for a subject reads all there is.
func (k *Keeper) Of(ctx context.Context, s release.Subject, a release.Action) (*Index, error) {
	return k.follower(k.releaser.View(s, a)).now(ctx)
}

func (k *Keeper) follower(v *release.View) *follower {
	key := v.Key()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.clock++
	f := k.views[key]
	if f == nil {
		if len(k.views) >= keptViews {
			k.forget()
		}
		f = &follower{view: v}
		k.views[key] = f
	}
	f.asked = k.clock
	return f
}

// forget drops the view that was asked for the longest ago.
func (k *Keeper) forget() {
	oldest := ""
	for key, f := range k.views {
		if oldest == "" || f.asked < k.views[oldest].asked {
			oldest = key
		}
	}
	delete(k.views, oldest)
}

// follower keeps the index of one view.
type follower struct {
	view  *release.View
	asked int // protected by the keeper's mu

	mu    sync.Mutex // protects what follows
	at    release.Mark
	build *builder
	index *Index
}

// now brings the index to where the view stands. Callers of one view wait for each other: what one has read, the next need not.
func (f *follower) now(ctx context.Context) (*Index, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, err := f.view.Follow(ctx, f.at, types, func(anew bool) {
		if anew {
			f.build = newBuilder()
		}
	}, func(it *release.Item) error { return f.build.take(it) })
	if err != nil {
		f.at, f.index = release.Mark{}, nil // what was taken so far may be half
		return nil, err
	}
	if !at.Same(f.at) || f.index == nil {
		f.index = f.build.index(f.index)
		f.at = at
	}
	return f.index, nil
}
