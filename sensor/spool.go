package sensor

import (
	"encoding/json"
	"fmt"
	"sync"

	"threatwatch"
)

// Records of the spool.
const (
	spoolWindow = 'w' // body: spooledWindow as JSON
	spoolTaken  = 't' // body: totals as JSON; the oldest window is done with
	spoolState  = 's' // body: spooledState as JSON; behind the windows of a journal that was written anew
)

// spooledWindow is what was found in a window, and how far the logs had been read at its end.
type spooledWindow struct {
	Part     string            `json:"part"`
	Places   []place           `json:"places"`
	Gathered int64             `json:"gathered,omitempty"` // number of what patterns of several records had found of them
	Objects  []json.RawMessage `json:"objects,omitempty"`  // none: only the places moved
}

// totals is what became of sightings and of the objects they came with.
type totals struct {
	Sent    int64 `json:"sent"` // objects that the exchange holds
	Refused int64 `json:"refused"`
}

type spooledState struct {
	Places   []place `json:"places"`
	Gathered int64   `json:"gathered,omitempty"`
	Totals   totals  `json:"totals"`
}

// spool keeps windows until they are acknowledged.
type spool struct {
	max  int64 // bytes of windows that are kept
	tell func(format string, args ...any)

	mu      sync.Mutex // protects what follows
	j       *journal
	waiting []waiting // oldest first
	bytes   int64     // of the windows that wait
	objects int
	state   spooledState

	more chan struct{} // holds a value when there is something to send
}

type waiting struct {
	at      int64
	size    int64
	objects int
}

// openSpool opens or makes a spool. cut is how many bytes of an unfinished record were cut off.
func openSpool(path string, max int64, tell func(string, ...any)) (s *spool, cut int64, err error) {
	s = &spool{max: max, tell: tell, more: make(chan struct{}, 1)}
	s.j, cut, err = openJournal(path, s.replay)
	if err != nil {
		return nil, 0, err
	}
	s.wake()
	return s, cut, nil
}

func (s *spool) replay(kind byte, at int64, body []byte) error {
	switch kind {
	case spoolState:
		return json.Unmarshal(body, &s.state)
	case spoolTaken:
		if len(s.waiting) == 0 {
			return errRecord
		}
		s.drop()
		return json.Unmarshal(body, &s.state.Totals)
	case spoolWindow:
		var w spooledWindow
		if err := json.Unmarshal(body, &w); err != nil {
			return err
		}
		s.keep(&w, at, int64(len(body)))
	}
	return nil
}

func (s *spool) keep(w *spooledWindow, at, size int64) {
	s.state.Places, s.state.Gathered = w.Places, w.Gathered
	if len(w.Objects) == 0 {
		return
	}
	s.waiting = append(s.waiting, waiting{at, size, len(w.Objects)})
	s.bytes += size
	s.objects += len(w.Objects)
}

func (s *spool) drop() {
	s.bytes -= s.waiting[0].size
	s.objects -= s.waiting[0].objects
	s.waiting = s.waiting[1:]
}

func (s *spool) wake() {
	select {
	case s.more <- struct{}{}:
	default:
	}
}

// errFull says that nothing was lost: the window is to stay open until something has been sent.
var errFull = threatwatch.Errorf(threatwatch.TooLarge, "the spool is full")

// put keeps a window; it is on disk on return. A spool in which windows wait takes no more than its bound, unless this is the last window of a run.
func (s *spool) put(w *spooledWindow, last bool) error {
	body, err := json.Marshal(w)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(w.Objects) > 0 && len(s.waiting) > 0 && s.bytes+int64(len(body)) > s.max && !last {
		return errFull
	}
	at := s.j.add(spoolWindow, body)
	if err := s.j.commit(); err != nil {
		return fmt.Errorf("write the spool: %w", err)
	}
	s.keep(w, at, int64(len(body)))
	if len(w.Objects) > 0 {
		s.wake()
	}
	s.compact()
	return nil
}

// oldest returns the window that is to be sent next; false when none waits.
func (s *spool) oldest() (w spooledWindow, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		return w, false, nil
	}
	body, err := s.j.read(s.waiting[0].at)
	if err == nil {
		err = json.Unmarshal(body, &w)
	}
	return w, true, err
}

// taken says that the oldest window is done with: so many of its objects are held by the exchange, so many were refused.
func (s *spool) taken(sent, refused int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.state.Totals
	t.Sent += int64(sent)
	t.Refused += int64(refused)
	body, err := json.Marshal(t)
	if err != nil {
		return err
	}
	s.j.add(spoolTaken, body)
	if err := s.j.commit(); err != nil {
		return fmt.Errorf("write the spool: %w", err)
	}
	s.state.Totals = t
	s.drop()
	s.compact()
	return nil
}

// compact writes the journal anew when most of it no longer counts. What goes wrong is told: the journal is as good as it was.
func (s *spool) compact() {
	if s.j.end < 1<<20 || s.j.end < 2*s.bytes {
		return
	}
	moved := make([]waiting, 0, len(s.waiting))
	err := s.j.rewrite(func(to *journal) error {
		for _, w := range s.waiting {
			body, err := s.j.read(w.at)
			if err != nil {
				return err
			}
			w.at = to.add(spoolWindow, body)
			moved = append(moved, w)
			if err := to.spill(); err != nil {
				return err
			}
		}
		body, err := json.Marshal(s.state)
		if err == nil {
			to.add(spoolState, body)
		}
		return err
	})
	if err != nil {
		s.tell("write the spool anew: %s", err)
		return
	}
	s.waiting = moved
}

// places is how far the logs had been read at the end of the last window.
func (s *spool) places() []place {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Places
}

// gathered is the number of what was gathered at the end of the last window.
func (s *spool) gathered() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Gathered
}

// held says what waits, and what became of the rest.
func (s *spool) held() (windows, objects int, bytes int64, t totals) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting), s.objects, s.bytes, s.state.Totals
}

func (s *spool) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.j.close()
}
