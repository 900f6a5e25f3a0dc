package notice

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch/index"
)

// Options are what a Server works with. All but Base, Log and Ending are needed.
type Options struct {
	Releaser *release.Releaser
	Keeper   *index.Keeper
	// Subject finds out who is asking; threatwatch.Unauthenticated becomes 401.
	Subject func(*http.Request) (release.Subject, error)
	Title   string // name of the exchange
	Base    string // "https://cti.example": what links begin with; "": as the request was addressed
	Log     *slog.Logger
	Ending  <-chan struct{} // closed when the server ends: streams end then; nil: never
}

// Limits of a page of a feed.
const (
	pageItems = 50
	maxItems  = 500
)

// Server answers requests for feeds and events.
type Server struct {
	opt Options
	mux *http.ServeMux
}

// form is one way in which a feed is written.
type form struct {
	media string
	write func(*feed, io.Writer) error
}

var forms = map[string]form{
	".atom":      {"application/atom+xml; charset=utf-8", (*feed).atom},
	".json":      {"application/feed+json; charset=utf-8", (*feed).json},
	".csv":       {"text/csv; charset=utf-8; header=present", (*feed).csv},
	".stix.json": {"application/stix+json;version=2.1", (*feed).bundle},
}

// Paths are what a Server answers, besides all that begins with /events.
var Paths = []string{"/incidents.atom", "/incidents.json", "/incidents.csv", "/incidents.stix.json", "/events"}

// NewServer makes a server.
func NewServer(opt Options) *Server {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{opt: opt, mux: http.NewServeMux()}
	for ext, f := range forms {
		s.mux.HandleFunc("GET /incidents"+ext, func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, ext, f) })
	}
	s.mux.HandleFunc("GET /events", s.events)
	return s
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// feed is one page of a filtered list, the last changed first.
type feed struct {
	base, site, title string
	ext               string
	query             url.Values // of the request
	filter            *index.Filter
	items             []item
	most              int     // an hour; 0: all
	bursts            []burst // hours in which there was more, on the first page
	more              int     // how many lie beyond this page
	next              string
	updated           time.Time
	highest           stix.Level
	objects           [][]byte // of the items, where they are the page
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, ext string, f form) {
	page, public, err := s.page(r, ext)
	if err != nil {
		s.problem(w, r, err)
		return
	}
	var b bytes.Buffer
	if err := f.write(page, &b); err != nil {
		s.problem(w, r, err)
		return
	}
	sum := sha256.Sum256(b.Bytes())
	h := w.Header()
	h.Set("Content-Type", f.media)
	h.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:18])+`"`)
	h.Set("Vary", "Cookie, Authorization")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-cache")
	if public {
		h.Set("Cache-Control", "public, max-age=60")
		h.Set("Access-Control-Allow-Origin", "*") // what is public, other sites may show
	}
	if page.next != "" {
		h.Set("Link", "<"+page.next+`>; rel="next"`)
	}
	http.ServeContent(w, r, "", page.updated, bytes.NewReader(b.Bytes())) // Last-Modified, 304, ranges
}

// page gathers the page that a request asks for.
func (s *Server) page(r *http.Request, ext string) (f *feed, public bool, err error) {
	who, err := s.opt.Subject(r)
	if err != nil {
		return nil, false, err
	}
	q := r.URL.Query()
	f = &feed{base: s.base(r), site: s.opt.Title, title: s.opt.Title + ": incidents", ext: ext, query: q}
	if f.filter, err = index.ParseFilter(q, "limit", "before", "burst"); err != nil {
		return nil, false, err
	}
	if f.most, err = mostAnHour(q); err != nil {
		return nil, false, err
	}
	if f.most > 0 && (ext == ".csv" || ext == ".stix.json") {
		return nil, false, threatwatch.Errorf(threatwatch.Invalid, "burst= is for feeds that somebody reads: a table and a bundle hold each incident")
	}
	limit, before, err := bounds(q)
	if err != nil {
		return nil, false, err
	}
	x, err := s.opt.Keeper.Of(r.Context(), who, action(who))
	if err != nil {
		return nil, false, err
	}
	f.fill(x, limit, before)
	if ext == ".stix.json" {
		err = f.gather(r.Context(), s.opt.Releaser.View(who, release.ExportFile))
	}
	return f, who.Kind == release.Public, err
}

// action is what is done with the answer: a member's feed is a file that leaves; the public's is the public page in another form, and shares its index.
func action(who release.Subject) release.Action {
	if who.Kind == release.Public {
		return release.ShowPage
	}
	return release.ExportFile
}

// position is where a page ends: the last changed first, and of one moment by id.
type position struct {
	at time.Time
	id string
}

func (p position) compare(q position) int {
	return cmp.Or(q.at.Compare(p.at), cmp.Compare(p.id, q.id))
}

func (p position) String() string { return strconv.FormatInt(p.at.UnixMicro(), 10) + "~" + p.id }

func bounds(q url.Values) (limit int, before *position, err error) {
	limit = pageItems
	if v := q.Get("limit"); v != "" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 1 {
			return 0, nil, threatwatch.Errorf(threatwatch.Invalid, "limit=%s: write a number from 1 to %d", v, maxItems)
		}
	}
	if v := q.Get("before"); v != "" {
		at, id, _ := strings.Cut(v, "~")
		us, err := strconv.ParseInt(at, 10, 64)
		if err != nil || !stix.ValidID(id) {
			return 0, nil, threatwatch.Errorf(threatwatch.Invalid, "before=%s: take it from the link to the next page", v)
		}
		before = &position{time.UnixMicro(us), id}
	}
	return min(limit, maxItems), before, nil
}

// fill takes what the filter selects, tombstones too: who has the original learns that it was retracted.
func (f *feed) fill(x *index.Index, limit int, before *position) {
	list := slices.DeleteFunc(x.Changes(f.filter), draft)
	if len(list) > 0 {
		f.updated = list[0].Changed()
	}
	if f.most > 0 {
		list, f.bursts = collapse(list, f.most)
	}
	if before != nil {
		f.bursts = nil
		list = list[sort.Search(len(list), func(i int) bool { return before.compare(positionOf(list[i])) < 0 }):]
	}
	for _, b := range f.bursts {
		f.highest = max(f.highest, b.highest)
	}
	for _, e := range list[:min(len(list), limit)] {
		it := newItem(e, f.base)
		f.items = append(f.items, it)
		f.highest = max(f.highest, it.Highest)
	}
	if f.more = len(list) - len(f.items); f.more > 0 {
		f.next = f.at(positionOf(list[len(f.items)-1]).String())
	}
}

func positionOf(e *index.Entry) position { return position{e.Changed(), e.ID} }

func draft(e *index.Entry) bool { return e.Facts.RecordState == "draft" }

// clock is the time of an item by the filter's clock; when it came in, where that is not known.
func (f *feed) clock(it item) time.Time {
	if at := f.filter.At(it.Entry); !at.IsZero() {
		return at
	}
	return it.Added
}

// at is the address of the page that begins after a position; "" is the first.
func (f *feed) at(before string) string {
	q := f.filter.Query()
	if v := f.query.Get("limit"); v != "" {
		q.Set("limit", v)
	}
	if f.most > 0 {
		q.Set("burst", strconv.Itoa(f.most))
	}
	if before != "" {
		q.Set("before", before)
	}
	return f.base + "/incidents" + f.ext + encoded(q)
}

func (f *feed) self() string  { return f.at(f.query.Get("before")) }
func (f *feed) first() string { return f.at("") }
func (f *feed) page() string  { return f.base + "/incidents" + encoded(f.filter.Query()) }

func encoded(q url.Values) string {
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (f *feed) subtitle() string {
	if f.filter.Empty() {
		return "What is known, who says so, and who denies it; the last changed first."
	}
	text, _ := url.QueryUnescape(f.filter.Query().Encode())
	return "Incidents with " + text + ": what is known, who says so, and who denies it; the last changed first."
}

func (f *feed) rights() string { return tlp(f.highest) }

// base is what links begin with.
func (s *Server) base(r *http.Request) string {
	if s.opt.Base != "" {
		return strings.TrimSuffix(s.opt.Base, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (s *Server) problem(w http.ResponseWriter, r *http.Request, err error) {
	code, text := threatwatch.HTTPStatus(threatwatch.KindOf(err)), threatwatch.Message(err)
	if code >= http.StatusInternalServerError {
		s.opt.Log.Error("feed", "path", r.URL.Path, "error", err)
		text = "something went wrong here"
	}
	if code == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer realm=%q", s.opt.Title))
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, text, code)
}
