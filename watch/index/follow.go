package index

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"threatwatch/release"
)

// follower keeps the index of those who may see the same. Most of what they see all members see (or all of the public): of that there is one follower, whose index is theirs too while they are
// shown nothing beyond it. Else theirs begins as a fork of that one, and goes on by itself.
type follower struct {
	view  *release.View // of the last who asked; this and the next two are protected by the keeper's mu
	asked int
	used  time.Time // by others than the keeper

	common   *follower // who follows what all members see; nil of that one itself, and of operators
	kin      *follower // another that is shown much of the same; nil if there was none
	promptly int       // see [promptly]
	bytes    atomic.Int64

	mu    sync.Mutex // protects what follows; of two the common one's is taken last
	at    release.Mark
	build *builder // nil while the index is the common one
	index *Index
}

// What it takes to keep an index: for each object that was taken, and for each entry that was put together for it alone, with what it was made of. Measured of 27,500 incidents.
const (
	bytesOfObject = 300
	bytesOfEntry  = 6000
)

// now brings the index to where a view stands, which is at least as far as it stood before. Callers of one view wait for each other: what one has read, the next need not.
func (f *follower) now(ctx context.Context, v *release.View, at release.Mark) (x *Index, personal bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil { // who gave up while others read
		return nil, false, err
	}
	ctx = f.lasting(ctx)
	switch {
	case f.common == nil || f.build != nil:
		err = f.goOn(ctx, v)
		if errors.Is(err, errAnew) {
			err = f.beyond(ctx, v)
		}
	case f.index == nil || !at.Same(f.at):
		err = f.beyond(ctx, v)
	}
	if err != nil {
		f.at, f.build, f.index = release.Mark{}, nil, nil // what was taken so far may be half
		return nil, false, err
	}
	f.weigh()
	return f.index, f.at.Personal(), nil
}

// lasting is for how long is read what others have of it too: what was read so far is theirs, and who gives up does not take it from them. The first one who reads
// takes nothing from anybody.
func (f *follower) lasting(ctx context.Context) context.Context {
	if f.index == nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// weigh notes what it takes to keep what is not shared.
func (f *follower) weigh() {
	n := 0
	if f.build != nil {
		n = bytesOfObject*len(f.build.version) + bytesOfEntry*f.build.renewals
	}
	f.bytes.Store(int64(n))
}

// errAnew says that everything is to be read anew: what is common is the better beginning.
var errAnew = errors.New("to be read anew")

// goOn takes what came in since the last time.
func (f *follower) goOn(ctx context.Context, v *release.View) error {
	anew := false
	at, err := v.Follow(ctx, f.at, following, func(all bool) {
		if anew = all; anew {
			f.begin()
		}
	}, func(it *release.Item) error {
		if anew && f.common != nil {
			return errAnew
		}
		return f.build.take(it)
	})
	if err != nil {
		return err
	}
	if !at.Same(f.at) || f.index == nil {
		f.renew(anew)
		f.at = at
	}
	return nil
}

// begin makes a builder that has taken nothing. Who begins while another view is held need not read again what both are shown.
func (f *follower) begin() {
	f.build = newBuilder()
	f.build.promptly = f.promptly
	if f.kin != nil {
		f.build.kin = f.kin.lend()
	}
}

// lend is what was read so far; nil if nothing was, or if somebody is reading just now.
func (f *follower) lend() *builder {
	if !f.mu.TryLock() {
		return nil
	}
	defer f.mu.Unlock()
	if f.build == nil {
		return nil
	}
	return f.build.fork()
}

// beyond begins with what is common, brought to the present, and takes what the view shows beyond it.
func (f *follower) beyond(ctx context.Context, v *release.View) error {
	c := f.common
	c.mu.Lock()
	defer c.mu.Unlock()
	for try := 0; ; try++ {
		if err := c.goOn(c.lasting(ctx), c.view); err != nil {
			c.at, c.build, c.index = release.Mark{}, nil, nil
			return err
		}
		anew, err := f.depart(ctx, v)
		switch {
		case err != nil:
			return err
		case f.build == nil:
			f.index = c.index
		case anew:
			f.renew(true)
		case f.at.After(c.at) && try < 3: // it may be something common that came in meanwhile
			continue
		default:
			f.index = f.build.index(c.index)
		}
		c.weigh()
		return nil
	}
}

// depart takes what a view shows beyond what is common; there is no build if that is nothing.
func (f *follower) depart(ctx context.Context, v *release.View) (anew bool, err error) {
	f.build = nil
	f.at, err = v.Follow(ctx, f.common.at, following, func(all bool) {
		if anew = all; anew {
			f.begin()
		}
	}, func(it *release.Item) error {
		if f.build == nil {
			f.build = f.common.build.fork()
		}
		return f.build.take(it)
	})
	return anew, err
}

// renew makes the index of what was taken; anew, if it was everything.
func (f *follower) renew(anew bool) {
	before := f.index
	if !anew || before == nil {
		f.index = f.build.index(before)
		return
	}
	f.index = f.build.index(nil)
	f.index.figures.ask(before.figures)
}
