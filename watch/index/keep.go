package index

import (
	"context"
	"sync"
	"time"

	"threatwatch/release"
	"threatwatch/watch/measure"
)

// What is kept of views is bounded by the memory of what they do not share, and in number; the one that was asked for the longest ago goes.
const (
	keptBytes = 1 << 30
	keptViews = 1 << 12
)

// Keeper keeps the indexes of the views that are asked for. Those who may see the same share one.
type Keeper struct {
	releaser *release.Releaser

	mu       sync.Mutex // protects what follows
	views    map[string]*follower
	commons  map[string]*follower
	personal map[string]bool   // rights under which each subject has an index of its own
	rights   map[string]string // of each view, when it was asked for last
	clock    int
	promptly int // see [promptly]
}

// NewKeeper returns a keeper over a releaser.
func NewKeeper(r *release.Releaser) *Keeper {
	return &Keeper{releaser: r, views: map[string]*follower{}, commons: map[string]*follower{}, personal: map[string]bool{}, rights: map[string]string{}, promptly: promptly}
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
		k.forget(f)
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
	x, personal, err := f.now(ctx, v, at)
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
		k.clock++
		f = &follower{common: k.common(v), kin: k.anyCommon(), promptly: k.promptly, asked: k.clock}
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

// common is who follows what all are shown who are like the subject of a view; nil of an operator.
func (k *Keeper) common(v *release.View) *follower {
	view, ok := v.Common()
	if !ok {
		return nil
	}
	f := k.commons[view.Key()]
	if f == nil {
		f = &follower{view: view, kin: k.anyCommon(), promptly: k.promptly}
		k.commons[view.Key()] = f
	}
	return f
}

// anyCommon is somebody who follows what many are shown.
func (k *Keeper) anyCommon() *follower {
	for _, f := range k.commons {
		return f
	}
	return nil
}

// forget drops the views that were asked for the longest ago, if what is kept takes too much; never the one that was asked for just now.
func (k *Keeper) forget(now *follower) {
	var bytes int64
	for _, all := range []map[string]*follower{k.views, k.commons} {
		for _, f := range all {
			bytes += f.bytes.Load()
		}
	}
	for bytes > keptBytes || len(k.views) > keptViews {
		oldest := ""
		for key, f := range k.views {
			if f != now && (oldest == "" || f.asked < k.views[oldest].asked) {
				oldest = key
			}
		}
		if oldest == "" {
			return
		}
		bytes -= k.views[oldest].bytes.Load()
		delete(k.views, oldest)
	}
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
		k.refresh(ctx, time.Now(), failed)
	}
}

// refresh brings what somebody looks at to the present.
func (k *Keeper) refresh(ctx context.Context, now time.Time, failed func(error)) {
	for _, v := range k.kept(now) {
		x, _, err := k.of(ctx, v)
		switch {
		case err == nil:
			x.figures.refresh(x, now)
		case ctx.Err() == nil:
			failed(err)
		}
	}
}

// kept are the views that somebody looks at; that of the public always.
func (k *Keeper) kept(now time.Time) (list []*release.View) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range k.views {
		if f.view.Subject().Kind == release.Public || now.Sub(f.used) < idle {
			list = append(list, f.view)
		}
	}
	return list
}
