package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"threatwatch"
	"threatwatch/match"
	"threatwatch/release"
)

// Options are what a Server works with.
type Options struct {
	Releaser *release.Releaser
	Live     *match.Live // nil: one that nobody runs, which loads with the first match
	// Subject finds out who is asking; threatwatch.Unauthenticated becomes 401.
	Subject func(*http.Request) (release.Subject, error)
	Realm   string       // shown by login dialogues
	Log     *slog.Logger // of internal errors
}

// Limits of a request.
const (
	maxLookupBody = 1 << 20
	maxValues     = 1000
	maxFound      = 100 // objects for each value
	maxMatchBody  = 8 << 20
	maxLog        = 64 << 20 // unpacked
	maxHits       = 10_000
)

// Prefix is what the paths of all requests begin with.
const Prefix = "/api/v1/"

// Server answers requests under Prefix.
type Server struct {
	opt  Options
	mux  *http.ServeMux
	live *match.Live
}

// NewServer makes a server.
func NewServer(opt Options) *Server {
	s := &Server{opt: opt, mux: http.NewServeMux(), live: opt.Live}
	if s.live == nil {
		s.live = match.NewLive(opt.Releaser)
	}
	s.mux.Handle("POST "+Prefix+"lookup", s.answer(maxLookupBody, s.lookup))
	s.mux.Handle("POST "+Prefix+"match", s.answer(maxMatchBody, s.match))
	s.mux.HandleFunc(Prefix, func(w http.ResponseWriter, r *http.Request) {
		s.problem(w, r, threatwatch.Errorf(threatwatch.NotFound, "there are POST %slookup and POST %smatch", Prefix, Prefix))
	})
	return s
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// request is a request whose sender is known.
type request struct {
	*http.Request
	view *release.View
	body io.Reader
}

// answer adapts a function that returns what to say or why not. The view is that of a program: what is for the eyes of a person only is not in it.
func (s *Server) answer(limit int64, f func(context.Context, *request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := s.opt.Subject(r)
		if err != nil {
			s.problem(w, r, err)
			return
		}
		said, err := f(r.Context(), &request{r, s.opt.Releaser.View(who, release.TaxiiRead), http.MaxBytesReader(w, r.Body, limit)})
		if err != nil {
			s.problem(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(said) // the client has gone
	})
}

// problemDoc is RFC 9457 §3.1, without a type: the status says it.
type problemDoc struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func (s *Server) problem(w http.ResponseWriter, r *http.Request, err error) {
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = threatwatch.Errorf(threatwatch.TooLarge, "a body has at most %d bytes", large.Limit)
	}
	code := threatwatch.HTTPStatus(threatwatch.KindOf(err))
	if code >= 500 && s.opt.Log != nil && r.Context().Err() == nil {
		s.opt.Log.Error("api", "id", w.Header().Get("X-Request-Id"), "path", r.URL.Path, "error", err)
	}
	if code == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="`+strings.ReplaceAll(s.opt.Realm, `"`, "'")+`"`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(problemDoc{http.StatusText(code), code, threatwatch.Message(err)}) // the client has gone
}

// mediaType is that of the body, "" when none is said.
func (r *request) mediaType() string {
	typ, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return typ
}

// decode reads a body of JSON: one value, no names but those known.
func (r *request) decode(v any) error {
	dec := json.NewDecoder(r.body)
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more follows the value")
		}
	}
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return large
	}
	if err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "the body: %v", err)
	}
	return nil
}
