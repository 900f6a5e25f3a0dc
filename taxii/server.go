package taxii

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"threatwatch"
)

// Options say how a Server presents itself. The zero value works.
type Options struct {
	Title       string // of the server and its API root; "TAXII server" when empty
	Description string
	Contact     string
	PublicURL   string // "https://cti.example": api_roots are absolute when it is set, else relative to the host
	Root        string // name of the API root; "api1" when empty

	MaxContentLength int64 // of a request, after decompression; 32 MiB when 0
	MaxObjects       int   // in one request; 100,000 when 0
	MaxPage          int   // a larger limit is cut to this; 1,000 when 0
	NoBundles        bool  // refuse a STIX bundle in place of an envelope

	// EmptyObjects says for which collections an empty result is {"objects":[]}, for clients that miss the property; the text wants {}.
	EmptyObjects func(collection string) bool
	// Authenticate finds out who is asking and puts it into the context. Without credentials it decides whether the public may go on;
	// threatwatch.Unauthenticated becomes 401. nil: everybody is the same.
	Authenticate func(*http.Request) (context.Context, error)
	Realm        string       // shown by login dialogues; Title when empty
	Log          *slog.Logger // of internal errors; nil: none
}

// Server answers TAXII 2.1 requests under /taxii2/ and the API root.
type Server struct {
	backend Backend
	opt     Options
	buffers chan *bytes.Buffer // free ones, for bodies; a sync.Pool would lose them at each collection of garbage
	gzips   sync.Pool          // *gzip.Writer
	shelf   shelf
	logins  bool // there is somebody to log in as
}

// NewServer makes a server over b.
func NewServer(b Backend, opt Options) *Server {
	setDefault(&opt.Title, "TAXII server")
	setDefault(&opt.Root, "api1")
	setDefault(&opt.Realm, opt.Title)
	setDefault(&opt.MaxContentLength, 32<<20)
	setDefault(&opt.MaxObjects, 100_000)
	setDefault(&opt.MaxPage, 1000)
	opt.PublicURL = strings.TrimRight(opt.PublicURL, "/")
	opt.Root = strings.Trim(opt.Root, "/")
	logins := opt.Authenticate != nil
	if !logins {
		opt.Authenticate = func(r *http.Request) (context.Context, error) { return r.Context(), nil }
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{backend: b, opt: opt, logins: logins, buffers: make(chan *bytes.Buffer, 4)}
	s.gzips.New = func() any {
		z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		if err != nil {
			panic(err) // the level is a constant
		}
		return z
	}
	return s
}

func setDefault[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}

// Owns says whether a path belongs to this server. A program that also serves pages asks before its mux, because http.ServeMux would
// redirect paths without a final slash, and clients lose their credentials in a redirect.
func (s *Server) Owns(path string) bool {
	seg := segments(path)
	return len(seg) > 0 && (seg[0] == "taxii2" || seg[0] == s.opt.Root)
}

// segments splits a path; empty segments (a final slash, a doubled one) do not count.
func segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// call is one request on its way.
type call struct {
	s          *Server
	w          http.ResponseWriter
	r          *http.Request
	ctx        context.Context
	collection string // id or alias in the path
	object     string // object id or status id in the path
}

// methods are the handlers of one path.
type methods map[string]func(*call) error

// route finds the handlers of a path, nil when there is no such path. Final slash or not is the same; nothing is ever redirected.
func (c *call) route(seg []string) methods {
	switch {
	case len(seg) == 1 && seg[0] == "taxii2":
		return methods{"GET": (*call).discovery}
	case len(seg) == 0 || seg[0] != c.s.opt.Root:
		return nil
	case len(seg) == 1:
		return methods{"GET": (*call).apiRoot}
	case len(seg) == 3 && seg[1] == "status":
		c.object = seg[2]
		return methods{"GET": (*call).status}
	case seg[1] != "collections":
		return nil
	case len(seg) == 2:
		return methods{"GET": (*call).collections}
	}
	c.collection = seg[2]
	if len(seg) > 4 {
		c.object = seg[4]
	}
	switch {
	case len(seg) == 3:
		return methods{"GET": (*call).oneCollection}
	case len(seg) == 4 && seg[3] == "manifest":
		return methods{"GET": (*call).manifest}
	case len(seg) == 4 && seg[3] == "objects":
		return methods{"GET": (*call).objects, "POST": (*call).add}
	case len(seg) == 5 && seg[3] == "objects":
		return methods{"GET": (*call).objects, "DELETE": (*call).delete}
	case len(seg) == 6 && seg[3] == "objects" && seg[5] == "versions":
		return methods{"GET": (*call).versions}
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", MediaType) // TAXII 2.1 §1.6.8: on everything, errors and empty answers included
	h.Set("Vary", "Accept, Accept-Encoding, Authorization")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	c := &call{s: s, w: w, r: r, ctx: r.Context()}
	if err := c.serve(); err != nil {
		c.fail(err)
	}
}

func (c *call) serve() error {
	ms := c.route(segments(c.r.URL.Path))
	if ms == nil {
		return threatwatch.Errorf(threatwatch.NotFound, "there is nothing at this address")
	}
	method := c.r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	handle, known := ms[method]
	if !known {
		c.w.Header().Set("Allow", ms.allow())
		if method == http.MethodOptions {
			c.w.WriteHeader(http.StatusNoContent)
			return nil
		}
		return &statusError{http.StatusMethodNotAllowed, threatwatch.Errorf(threatwatch.Invalid, "the method %s is not for this address", clip(method))}
	}
	ctx, err := c.s.opt.Authenticate(c.r)
	if err != nil {
		return err
	}
	c.ctx = ctx
	if err := acceptable(c.r.Header); err != nil {
		return err
	}
	return handle(c)
}

func (m methods) allow() string {
	var names []string
	for _, name := range []string{"GET", "POST", "DELETE"} {
		if _, ok := m[name]; ok {
			names = append(names, name)
		}
		if name == "GET" {
			names = append(names, "HEAD")
		}
	}
	return strings.Join(append(names, "OPTIONS"), ", ")
}

// statusError answers with a status that the kind of the error does not stand for.
type statusError struct {
	code int
	err  error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

// anonymous says that the request came without any proof of identity, so that logging in may help.
func (c *call) anonymous() bool {
	return c.s.logins && c.r.Header.Get("Authorization") == "" && (c.r.TLS == nil || len(c.r.TLS.PeerCertificates) == 0)
}

// fail writes an error as a TAXII error object. TAXII 2.1 §3.6.1.
func (c *call) fail(err error) {
	code := threatwatch.HTTPStatus(threatwatch.KindOf(err))
	if e, ok := errors.AsType[*statusError](err); ok {
		code = e.code
	}
	if code == http.StatusForbidden && c.anonymous() {
		code = http.StatusUnauthorized
	}
	h := c.w.Header()
	e := Error{Title: http.StatusText(code), Description: threatwatch.Message(err), ErrorID: rand.Text(), HTTPStatus: strconv.Itoa(code)}
	switch code {
	case http.StatusUnauthorized: // RFC 9110 §11.6.1, TAXII 2.1 §1.6.5
		realm := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(c.s.opt.Realm)
		h.Add("WWW-Authenticate", `Basic realm="`+realm+`", charset="UTF-8"`)
		h.Add("WWW-Authenticate", `Bearer realm="`+realm+`"`)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if h.Get("Retry-After") == "" {
			h.Set("Retry-After", "5")
		}
	case http.StatusInternalServerError:
		if c.ctx.Err() == nil {
			c.s.opt.Log.ErrorContext(c.ctx, "taxii", "error_id", e.ErrorID, "method", c.r.Method, "path", c.r.URL.Path, "err", err)
		}
	}
	h.Del("X-TAXII-Date-Added-First")
	h.Del("X-TAXII-Date-Added-Last")
	body, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings only
	}
	c.send(code, body)
}

// sendJSON answers with a small resource.
func (c *call) sendJSON(code int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.send(code, body)
	return nil
}

// send writes an answer, compressed when that was asked for and pays.
func (c *call) send(code int, body []byte) {
	h := c.w.Header()
	head := c.r.Method == http.MethodHead
	if len(body) < 1024 || !wantsGzip(c.r.Header) {
		h.Set("Content-Length", strconv.Itoa(len(body)))
		c.w.WriteHeader(code)
		if !head {
			c.write(body)
		}
		return
	}
	h.Set("Content-Encoding", "gzip")
	c.w.WriteHeader(code)
	if !head {
		c.gone(c.s.zip(c.w, body))
	}
}

// zip compresses.
func (s *Server) zip(w io.Writer, body []byte) error {
	z := s.gzips.Get().(*gzip.Writer)
	defer s.gzips.Put(z)
	z.Reset(w)
	_, err := z.Write(body)
	return errors.Join(err, z.Close())
}

func (c *call) write(body []byte) {
	_, err := c.w.Write(body)
	c.gone(err)
}

// gone notes that a client did not wait for its answer.
func (c *call) gone(err error) {
	if err != nil {
		c.s.opt.Log.DebugContext(c.ctx, "taxii: client went away", "err", err)
	}
}
