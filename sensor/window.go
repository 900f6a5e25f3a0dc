package sensor

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"threatwatch/logs"
	"threatwatch/match"
	"threatwatch/stix"
)

// window gathers what is found until it is spooled.
type window struct {
	name   string // of the sensor
	state  string // of the directory, so that the names of windows are nobody else's
	report bool   // sightings are wanted
	spool  *spool
	memory *memory
	gather *gathering
	tell   func(format string, args ...any)

	mu       sync.Mutex // protects what follows; taken after the gathering's, before the spool's and the memory's
	sum      *match.Summary
	readings []*reading
	others   []place // of the spool, that no reading has taken up: not yet, or its log is not read this time
	moved    bool    // somewhere something was read
	full     bool    // it was told that the window stays open
	hits     int64
	records  int64
}

// reading is a file that is being read, or was read since the last window.
type reading struct {
	f     *os.File
	found []match.Finding // of the records behind the place; of the goroutine that reads

	place place // what follows is protected by the window
	done  bool  // read to its end, and nothing more comes
	gone  bool  // of no use any more: cut, or read to its end and replaced
}

// begin takes a file into the window, that goes on from a place of the spool, or from its beginning.
func (w *window) begin(r *reading, from place) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.readings = append(w.readings, r)
	w.leave(from)
}

// leave forgets a place of the spool. Until then it stands in each window, so that a kill while files are still being opened loses none.
func (w *window) leave(p place) {
	w.others = slices.DeleteFunc(w.others, func(o place) bool { return o == p })
	w.moved = true
}

// lost forgets a place whose file is gone.
func (w *window) lost(p place) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leave(p)
}

// passed counts what was found in a file up to a mark: findings and place move together.
func (w *window) passed(r *reading, to logs.Mark) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range r.found {
		w.sum.Add(&r.found[i])
	}
	w.hits += int64(len(r.found))
	w.records += to.Number - max(r.place.Mark.Number, 1)
	r.found = r.found[:0]
	r.place.Mark = to
	w.moved = true
}

// ended says that a file was read to its end, or that it was cut.
func (w *window) ended(r *reading, whole, cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r.done, r.gone, w.moved = whole, cut, true
}

// close ends the window and begins the next: what was found goes to the spool together with the places. When that cannot be, the window stays open and
// nothing is lost.
func (w *window) close(last bool) error {
	w.gather.together.Lock()
	defer w.gather.together.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.moved {
		return nil
	}
	if err := w.memory.flush(); err != nil {
		return err
	}
	places, err := w.places()
	if err != nil {
		return err
	}
	gathered, err := w.gather.save()
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	entry := &spooledWindow{Part: w.state + "/" + now.Format(time.RFC3339Nano), Places: places, Gathered: gathered}
	if w.report && w.sum.Findings > w.sum.Known {
		err := w.sum.Sightings(match.Report{By: w.name, At: now, Part: entry.Part}, func(o *stix.Value) error {
			entry.Objects = append(entry.Objects, json.RawMessage(o.AppendJSON(nil)))
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := w.spool.put(entry, last); err != nil {
		return w.kept(err)
	}
	w.gather.saved(gathered)
	w.next()
	return nil
}

// kept tells once that a window stays open because the spool is full.
func (w *window) kept(err error) error {
	if !errors.Is(err, errFull) {
		return err
	}
	if !w.full {
		w.full = true
		w.tell("the spool is full: what is found is added up in one window until the exchange has taken something")
	}
	return nil
}

// next begins a window.
func (w *window) next() {
	w.sum, w.moved, w.full = match.NewSummary(), false, false
	var open []*reading
	for _, r := range w.readings {
		if r.gone {
			r.f.Close()
			continue
		}
		open = append(open, r)
	}
	w.readings = open
}

// places is how far each file was read that is not to be forgotten.
func (w *window) places() ([]place, error) {
	out := slices.Clone(w.others)
	for _, r := range w.readings {
		if r.gone = r.gone || r.done && r.replaced(); r.gone {
			continue
		}
		sum, err := before(r.f, r.place.Mark.Offset)
		if err != nil {
			if info, e := r.f.Stat(); e == nil && info.Size() < r.place.Mark.Offset {
				continue // cut just now, which its reader will find
			}
			return nil, fmt.Errorf("%s: %w", r.place.Path, err)
		}
		r.place.Before = sum
		out = append(out, r.place)
	}
	return out, nil
}

// replaced says whether another file has the name of the log.
func (r *reading) replaced() bool {
	now, err := os.Stat(r.place.Path)
	if err != nil {
		return false
	}
	ours, err := r.f.Stat()
	return err == nil && !os.SameFile(now, ours)
}

// release closes the files.
func (w *window) release() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.readings {
		r.f.Close()
	}
	w.readings = nil
}
