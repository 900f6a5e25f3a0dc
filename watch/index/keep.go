package index

import (
	"context"
	"sync"
	"time"

	"threatwatch/release"
	"threatwatch/watch/measure"
)

// keptViews bounds how many views have an index at one time; the one that was asked for the longest ago goes.
const keptViews = 8

// Keeper keeps the indexes of the views that are asked for. Those who may see the same share one.
type Keeper struct {
	releaser *release.Releaser

	mu       sync.Mutex // protects what follows
	views    map[string]*follower
	personal map[string]bool   // rights under which each subject has an index of its own
	rights   map[string]string // of each view, when it was asked for last
	clock    int
	promptly int // see [promptly]
}

// NewKeeper returns a keeper over a releaser.
func NewKeeper(r *release.Releaser) *Keeper {
	return &Keeper{releaser: r, views: map[string]*follower{}, personal: map[string]bool{}, rights: map[string]string{}, promptly: promptly}
}

// Of is the index of what a subject may see for an action, as of now. The first call for what it may see reads all there is.
func (k *Keeper) Of(ctx context.Context, s release.Subject, a release.Action) (*Index, error) {
	v := k.releaser.View(s, a)
	x, f, err := k.of(ctx, v)
	if err == nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.clock++
		f.asked, f.used = k.clock, time.Now()
	}
	return x, err
}

// of brings the index of a view to the present.
func (k *Keeper) of(ctx context.Context, v *release.View) (*Index, *follower, error) {
	at, err := v.Mark(ctx)
	if err != nil {
		return nil, nil, err
	}
	f := k.follower(v, at.Rights())
	x, personal, err := f.now(ctx, v)
	if personal {
		k.part(f, v, at.Rights())
	}
	return x, f, err
}

// follower finds who follows the view of some rights. It is asked with a view of these rights each time: whether that is so the release tells again, whatever
// the keeper believes.
func (k *Keeper) follower(v *release.View, rights string) *follower {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.move(v.Key(), rights)
	key := rights
	if k.personal[rights] {
		key = v.Key()
	}
	f := k.views[key]
	if f == nil {
		if len(k.views) >= keptViews {
			k.forget()
		}
		k.clock++
		f = &follower{promptly: k.promptly, asked: k.clock}
		k.views[key] = f
	}
	f.view = v
	return f
}

// move has the follower go on with a view of which the rights are others now: those of all who shared them became the same, or they part.
func (k *Keeper) move(view, rights string) {
	if len(k.rights) >= 1<<14 {
		clear(k.rights)
	}
	was := k.rights[view]
	k.rights[view] = rights
	if f := k.views[was]; was != rights && f != nil && k.views[rights] == nil {
		delete(k.views, was)
		k.views[rights] = f
	}
}

// part gives a follower to one subject alone: something of what it was shown bears ids of its own.
func (k *Keeper) part(f *follower, v *release.View, rights string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.personal) >= 1<<10 {
		clear(k.personal)
	}
	k.personal[rights] = true
	if k.views[rights] == f {
		delete(k.views, rights)
		k.views[v.Key()] = f
	}
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

// refreshEvery is how long after the last time the keeper brings what it keeps to the present; what nobody but it has asked for since idle, it leaves as it is.
const (
	refreshEvery = 5 * time.Second
	idle         = 15 * time.Minute
)

// Run keeps indexes, and the figures that were asked for, like what their views show, until the context ends: whoever asks next finds most of it done. It begins
// with the public's rankings, for which nobody need have asked. failed is told why something could not be read; it is tried again.
func (k *Keeper) Run(ctx context.Context, failed func(error)) {
	if x, err := k.Of(ctx, release.Subject{Kind: release.Public}, release.ShowPage); err == nil {
		x.Ranking(measure.AllClaims)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(refreshEvery):
		}
		k.refresh(ctx, failed)
	}
}

// refresh brings what somebody looks at to the present.
func (k *Keeper) refresh(ctx context.Context, failed func(error)) {
	for _, v := range k.kept() {
		x, _, err := k.of(ctx, v)
		switch {
		case err == nil:
			x.figures.refresh(x)
		case ctx.Err() == nil:
			failed(err)
		}
	}
}

// kept are the views that somebody looks at; that of the public always.
func (k *Keeper) kept() (list []*release.View) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range k.views {
		if f.view.Subject().Kind == release.Public || time.Since(f.used) < idle {
			list = append(list, f.view)
		}
	}
	return list
}

// follower keeps the index of those who may see the same.
type follower struct {
	view  *release.View // of the last who asked; this and the next two are protected by the keeper's mu
	asked int
	used  time.Time // by others than the keeper

	promptly int // see [promptly]

	mu    sync.Mutex // protects what follows
	at    release.Mark
	build *builder
	index *Index
}

// now brings the index to where a view stands. Callers of one view wait for each other: what one has read, the next need not.
func (f *follower) now(ctx context.Context, v *release.View) (x *Index, personal bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	anew := false
	at, err := v.Follow(ctx, f.at, types, func(all bool) {
		if anew = all; anew {
			f.build = newBuilder()
			f.build.promptly = f.promptly
		}
	}, func(it *release.Item) error { return f.build.take(it) })
	if err != nil {
		f.at, f.index = release.Mark{}, nil // what was taken so far may be half
		return nil, false, err
	}
	if !at.Same(f.at) || f.index == nil {
		f.renew(anew)
		f.at = at
	}
	return f.index, at.Personal(), nil
}

// renew makes the index of what was taken; anew, if it was everything.
func (f *follower) renew(anew bool) {
	before := f.index
	if !anew || before == nil {
		f.index = f.build.index(before)
		return
	}
	f.index = f.build.index(nil)
	f.index.figures.follow(before.figures, false)
}
