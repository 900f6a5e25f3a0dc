package notice

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/watch/index"
)

// Times of a stream of events.
const (
	lookEvery  = time.Second      // how often is looked for news
	beatEvery  = 15 * time.Second // a comment, so that nobody between takes the line for dead
	retryAfter = 5 * time.Second  // what clients are told to wait before they come again
)

// message is an event as streams tell it.
type message struct {
	Type string `json:"type"`
	At   string `json:"timestamp"`
	Gist
}

// events streams events as they happen (HTML, "Server-sent events"). The id of each is the cursor: who was cut off goes on after the
// Last-Event-ID. Without one the stream begins now.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	who, err := s.opt.Subject(r)
	if err != nil {
		s.problem(w, r, err)
		return
	}
	q := r.URL.Query()
	filter, err := index.ParseFilter(q, "after", "burst")
	if err != nil {
		s.problem(w, r, err)
		return
	}
	most, err := mostAnHour(q)
	if err != nil {
		s.problem(w, r, err)
		return
	}
	reader := NewReader(s.opt.Releaser, s.opt.Keeper, who, release.ShowPage)
	cursor := r.Header.Get("Last-Event-ID")
	if cursor == "" {
		cursor = q.Get("after")
	}
	if _, err := stampOf(cursor); err != nil {
		s.problem(w, r, err)
		return
	}
	now, err := reader.Now(r.Context())
	if err != nil {
		s.problem(w, r, err)
		return
	}
	out := stream{w: w, flush: http.NewResponseController(w), base: s.base(r)}
	if err := out.begin(); err != nil {
		return
	}
	if cursor == "" {
		cursor = now
	} else if ahead(cursor, now) { // of another store, or of one that was set back: what was told since is not known
		if out.write("id: "+now+"\nevent: reset\ndata: {}\n\n") != nil {
			return
		}
		cursor = now
	}
	s.follow(r, reader, filter, cursor, &out, &rate{most: most})
}

func ahead(a, b string) bool {
	x, _ := stampOf(a)
	y, _ := stampOf(b)
	return x > y
}

// follow sends what happens until the reader leaves.
func (s *Server) follow(r *http.Request, reader *Reader, filter *index.Filter, cursor string, out *stream, limit *rate) {
	look, beat := time.NewTicker(lookEvery), time.NewTicker(beatEvery)
	defer look.Stop()
	defer beat.Stop()
	tell := out.limited(limit, filter)
	for {
		at, more, err := reader.Next(r.Context(), cursor, Interest{Filter: filter}, tell)
		if err != nil {
			if r.Context().Err() == nil {
				s.opt.Log.Error("events", "error", err)
			}
			return // the reader comes again with its Last-Event-ID
		}
		cursor = at
		if more {
			continue
		}
		select {
		case <-r.Context().Done():
			return
		case <-s.opt.Ending:
			return
		case <-beat.C:
			if out.comment("still here") != nil || !s.still(r, reader) {
				return
			}
		case <-look.C:
		}
	}
}

// still says whether the reader is who it was: a token may have been withdrawn, a session may have ended.
func (s *Server) still(r *http.Request, reader *Reader) bool {
	who, err := s.opt.Subject(r)
	return err == nil && s.opt.Releaser.View(who, reader.action).Key() == reader.view.Key()
}

// stream writes events to one reader.
type stream struct {
	w     http.ResponseWriter
	flush *http.ResponseController
	base  string
}

func (s *stream) begin() error {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	if err := s.flush.SetWriteDeadline(time.Time{}); err != nil {
		return threatwatch.Errorf(threatwatch.Internal, "this server cannot stream: %w", err)
	}
	return s.write(fmt.Sprintf("retry: %d\n\n", retryAfter.Milliseconds()))
}

func (s *stream) event(e Event) error {
	data, err := json.Marshal(message{e.Type, Moment(e.At), NewGist(e, s.base)})
	if err != nil {
		return err
	}
	return s.write(fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", e.Cursor, e.Type, data))
}

func (s *stream) comment(text string) error { return s.write(": " + text + "\n\n") }

func (s *stream) write(text string) error {
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.flush.Flush()
}
