package sensor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"threatwatch"
	"threatwatch/logs"
	"threatwatch/match"
)

// watcher reads the files that have, had and get the name of one log.
type watcher struct {
	*Config
	path   string
	index  *match.Index
	window *window
	output *sync.Mutex // findings of all logs come out one after the other
	broken *atomic.Int64

	ctx     context.Context // of the reading; a field because each file has a goroutine of its own
	stop    context.CancelFunc
	reading sync.WaitGroup
	mu      sync.Mutex // protects what follows
	open    []os.FileInfo
	err     error // that ends the sensor
	unread  error // that was told of the log
}

// run goes on where the places say, and then takes each new file that gets the name. It ends with ctx, or when it does not follow with the files.
func (w *watcher) run(places []place) error {
	w.resume(places)
	w.look()
	for w.Follow && w.ctx.Err() == nil {
		pause(w.ctx, lookEvery)
		w.look()
	}
	w.reading.Wait()
	return w.err
}

// resume opens the files that were being read, and those that had the name since and were rotated as well.
func (w *watcher) resume(places []place) {
	for i := range places {
		p := &places[i]
		f := p.find()
		if f == nil {
			w.Tell("%s: the file that was being read is gone, packed or written anew: what was not read of it is missed", w.path)
			w.window.lost(*p)
			continue
		}
		w.start(f, *p)
	}
}

// look opens the file that has the name, unless it is being read, and before it those that had the name since the last look.
func (w *watcher) look() {
	info, err := os.Stat(w.path)
	if err == nil && w.known(info) {
		return
	}
	var f *os.File
	if err == nil {
		f, err = os.Open(w.path)
	}
	if err != nil {
		w.cannot(err)
		return
	}
	for _, name := range w.between() {
		if f, err := os.Open(name); err == nil {
			w.start(f, place{Path: w.path})
		}
	}
	w.start(f, place{Path: w.path})
}

// between lists the rotated files that are newer than any that is being read: their turn was too short to be seen.
func (w *watcher) between() []string {
	list := rotated(w.path)
	for i, name := range slices.Backward(list) {
		if info, err := os.Stat(name); err == nil && w.known(info) {
			return list[i+1:]
		}
	}
	return nil
}

func (w *watcher) known(info os.FileInfo) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.open, func(o os.FileInfo) bool { return os.SameFile(o, info) })
}

// cannot tells once that the log cannot be read.
func (w *watcher) cannot(err error) {
	if w.unread != nil && w.unread.Error() == err.Error() {
		return
	}
	w.unread = err
	if w.Follow && errors.Is(err, fs.ErrNotExist) {
		w.Tell("%s: not there yet", w.path)
		return
	}
	w.Tell("%s: %s", w.path, reasonOf(err))
	if !w.Follow {
		w.broken.Add(1)
	}
}

// reasonOf leaves out the path that stands before it.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// start reads a file from a place in a goroutine of its own.
func (w *watcher) start(f *os.File, from place) {
	info, err := f.Stat()
	if err != nil || w.known(info) {
		f.Close()
		w.window.lost(from)
		return
	}
	w.mu.Lock()
	w.open = append(w.open, info)
	w.mu.Unlock()
	w.unread = nil
	r := &reading{f: f, place: from}
	r.place.File = fileID(info)
	w.window.begin(r, from)
	w.reading.Go(func() { w.readOn(r, info) })
}

// readOn reads a file to its end: again from its beginning when it was cut, and again from where it was when it could not be read for a while.
func (w *watcher) readOn(r *reading, info os.FileInfo) {
	told := ""
	for r != nil && w.ctx.Err() == nil {
		cut, err := w.read(r)
		switch {
		case cut:
			r = w.anew(r)
			continue
		case err == nil:
			if w.Follow && r.done {
				w.forget(info)
			}
			return
		}
		if reason := reasonOf(err); reason != told {
			told = reason
			w.Tell("%s: %s", w.path, reason)
		}
		if !w.Follow || threatwatch.KindOf(err) == threatwatch.Unsupported {
			w.broken.Add(1)
			return
		}
		pause(w.ctx, settled)
	}
}

// anew begins a file that was cut once more. Where that cannot be, it is found by its name.
func (w *watcher) anew(old *reading) *reading {
	info, err := old.f.Stat()
	if err != nil {
		return nil
	}
	f, err := os.Open(w.path)
	if err == nil {
		var now os.FileInfo
		if now, err = f.Stat(); err == nil && os.SameFile(now, info) {
			r := &reading{f: f, place: place{Path: w.path, File: old.place.File}}
			w.window.begin(r, r.place)
			return r
		}
		f.Close()
	}
	w.forget(info)
	return nil
}

// forget lets a file be opened again.
func (w *watcher) forget(info os.FileInfo) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = slices.DeleteFunc(w.open, func(o os.FileInfo) bool { return os.SameFile(o, info) })
}

// read matches a file to its end, or until it was cut.
func (w *watcher) read(r *reading) (cut bool, err error) {
	t := &tail{ctx: w.ctx, path: w.path, f: r.f, follow: w.Follow}
	r.found = r.found[:0]
	err = w.scan(r, t)
	w.window.ended(r, t.whole && err == nil, t.cut)
	return t.cut && err == nil, err
}

// scan matches what a tail gives, behind the place of the reading.
func (w *watcher) scan(r *reading, t *tail) error {
	from := r.place.Mark
	o := logs.Options{Format: w.Format, Live: true, Whole: true}
	if from.Offset > 0 {
		o.From = &from
		if _, err := r.f.Seek(from.Offset, 0); err != nil {
			return err
		}
		t.at.Store(from.Offset)
	} else if err := plainText(r.f); err != nil {
		return err
	}
	s := match.Scan{Index: w.index, Logs: o, Jobs: 1, Sensor: w.Name, Memory: w.window.memory.take(),
		Gathering: w.window.gather.Gathering, Together: w.window.gather.together.RLocker()}
	s.Passed = func(m logs.Mark) error {
		m.Offset = min(m.Offset, t.at.Load()) // a line that was given an end is not longer for it
		w.window.passed(r, m)
		return nil
	}
	got, err := s.Run(context.WithoutCancel(w.ctx), w.path, t, func(f *match.Finding) error {
		f.Known = w.Known.Known(&f.Hit)
		r.found = append(r.found, *f)
		return w.tell(f)
	})
	if got.Faults > 0 {
		w.Tell("%s: %d records of %d could not be read whole; %s", w.path, got.Faults, got.Records, got.First)
	}
	if got.TooLong > 0 {
		w.Tell("%s: %d records were too long and are left out", w.path, got.TooLong)
	}
	if n := got.Unevaluated.Count; n > 0 {
		w.Tell("%s: %d times a pattern could not be evaluated, which is not the same as no match; one is %s", w.path, n, got.Unevaluated.First)
	}
	if got.Forgotten > 0 {
		w.Tell("%s: %d times a pattern of several records may have matched with records that were no longer kept", w.path, got.Forgotten)
	}
	return err
}

// tell gives a hit to the output; when that is broken the sensor ends.
func (w *watcher) tell(f *match.Finding) error {
	w.output.Lock()
	defer w.output.Unlock()
	err := w.Found(f)
	if err != nil {
		w.window.gather.torn = true // together is held, and no other window begins before the last
		w.mu.Lock()
		w.err = errors.Join(w.err, err)
		w.mu.Unlock()
		w.stop()
	}
	return err
}
