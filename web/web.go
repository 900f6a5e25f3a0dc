// Package web is the pages. A page shows what a release.View gives it and nothing else; it reads no store. Everything works without
// scripts; there are none.
package web

import (
	"bytes"
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/notice/mail"
	"threatwatch/release"
	"threatwatch/watch/index"
)

// Options say what the pages are over. All but Say, Desk and Log are needed.
type Options struct {
	Releaser *release.Releaser
	Accounts *account.Accounts
	Watch    *index.Keeper
	Title    string // name of the exchange
	Base     string // the address that others reach it by; "" takes the one that a visitor asked for
	Root     string // name of the TAXII API root, for the page about the exchange; "api1" when empty
	Subject  func(account.Caller) release.Subject
	// Say takes in an object in the name of a person; nil: nobody writes here.
	Say  func(ctx context.Context, by account.Caller, object []byte) error
	Desk Desk // takes in what editors write; nil: nobody edits here
	// Moderator takes back and down what was written in discussions; nil: nobody does here.
	Moderator Moderator
	// Mail is who subscribes by mail; nil: this exchange sends none.
	Mail *mail.List
	Told Subscriptions // who is told of what
	Log  *slog.Logger  // of internal errors; nil: none
}

type site struct {
	Options
	pages  map[string]*template.Template
	assets assets
}

// New returns the handler of all pages.
func New(opt Options) http.Handler {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Root == "" {
		opt.Root = "api1"
	}
	s := &site{Options: opt, pages: map[string]*template.Template{}, assets: loadAssets()}
	for _, name := range []string{"front", "incidents", "incident", "corrections", "duplicates", "actors", "actor", "trends", "map", "method", "reports", "report", "alert", "discuss", "withdraw", "edit", "proposals", "list", "search", "object", "signin", "setup", "about", "subscribe", "subscribed", "subscriptions", "problem"} {
		s.pages[name] = template.Must(template.New("").Funcs(funcs).Funcs(watchFuncs).ParseFS(files, "templates/layout.html", "templates/parts.html", "templates/watch.html", "templates/"+name+".html"))
	}
	mux := http.NewServeMux()
	for pattern, h := range map[string]func(*visit) error{
		"GET /{$}":                              s.front,
		"GET /incidents":                        s.incidents,
		"GET /alert":                            s.alertBox,
		"GET /alert.json":                       s.alertJSON,
		"GET /about/corrections":                s.corrected,
		"GET /about/method":                     s.method,
		"GET /duplicates":                       s.duplicates,
		"POST /duplicates":                      s.duplicates,
		"GET /incidents/{place}":                s.incident,
		"GET /incidents/{place}/milestones.csv": s.milestonesCSV,
		"GET /incidents/{place}/discuss":        s.discuss,
		"POST /incidents/{place}/discuss":       s.discuss,
		"GET /incidents/new":                    s.newIncident,
		"POST /incidents/new":                   s.newIncident,
		"GET /incidents/{place}/edit/{what}":    s.edit,
		"POST /incidents/{place}/edit/{what}":   s.edit,
		"GET /proposals":                        s.proposals,
		"POST /proposals/{id}":                  s.decideProposal,
		"GET /incidents/{place}/stix.json":      s.bundle,
		"GET /actors":                           s.actors,
		"GET /actors/{id}":                      s.actor,
		"GET /trends":                           s.trends,
		"GET /trends.csv":                       s.trendsCSV,
		"GET /actors.csv":                       s.actorsCSV,
		"GET /map":                              s.victims,
		"GET /map.csv":                          s.victimsCSV,
		"GET /reports":                          s.reports,
		"GET /reports/{id}":                     s.report,
		"GET /reports/{id}/discuss":             s.discussReport,
		"POST /reports/{id}/discuss":            s.discussReport,
		"GET /search":                           s.search,
		"GET /types/{type}":                     s.list,
		"GET /objects/{id}":                     s.object,
		"GET /objects/{id}/discuss":             s.discussObject,
		"POST /objects/{id}/discuss":            s.discussObject,
		"GET /objects/{id}/withdraw":            s.withdraw,
		"POST /objects/{id}/withdraw":           s.withdraw,
		"GET /sign-in":                          s.signInForm,
		"POST /sign-in":                         s.signIn,
		"POST /sign-out":                        s.signOut,
		"GET /setup/{token}":                    s.setupForm,
		"POST /setup/{token}":                   s.setup,
		"GET /about":                            s.about,
		"GET /subscribe":                        s.subscribeForm,
		"POST /subscribe":                       s.subscribe,
		"GET /subscribe/confirm":                s.confirmForm,
		"POST /subscribe/confirm":               s.confirm,
		"GET /subscriptions":                    s.subscriptions,
		"GET /unsubscribe":                      s.leaveForm,
		"POST /unsubscribe":                     s.leave,
		"/":                                     func(*visit) error { return threatwatch.Errorf(threatwatch.NotFound, "There is no such page.") },
	} {
		mux.HandleFunc(pattern, s.handle(h))
	}
	for _, a := range s.assets.all() {
		mux.Handle("GET "+a.path, a)
	}
	guard := http.NewCrossOriginProtection()
	guard.AddInsecureBypassPattern("POST /unsubscribe") // whoever has the link may end it, from wherever a mailbox asks (RFC 8058 §3.2)
	return guard.Handler(secured(mux))
}

// secured sets the headers that hold for every answer.
func secured(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for k, v := range map[string]string{
			"Content-Security-Policy":    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "same-origin",
			"Permissions-Policy":         "camera=(), geolocation=(), microphone=()",
			"Cross-Origin-Opener-Policy": "same-origin",
		} {
			w.Header().Set(k, v)
		}
		h.ServeHTTP(w, r)
	})
}

// visit is one request on its way.
type visit struct {
	s      *site
	w      http.ResponseWriter
	r      *http.Request
	caller account.Caller
}

// maxForm bounds what a form may send: a record with many rows fits.
const maxForm = 512 << 10

func (s *site) handle(h func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{s: s, w: w, r: r}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		var err error
		if v.caller, err = s.Accounts.Authenticate(r.Context(), r); err == nil {
			err = h(v)
		}
		if err != nil {
			v.problem(err)
		}
	}
}

// view is what the visitor may see.
func (v *visit) view(a release.Action) *release.View {
	return v.s.Releaser.View(v.s.Subject(v.caller), a)
}

func (v *visit) public() bool { return v.caller.Person == nil && v.caller.Token == nil }

// page is what every template is given.
type page struct {
	Title   string // of the page
	Site    string
	Assets  assets
	Now     time.Time
	Caller  account.Caller
	Public  bool
	Edits   bool   // the visitor writes in the name of an organisation
	Mail    bool   // lists can be subscribed to by mail
	Query   string // in the search box
	Highest badge  // the strictest marking on the page
	Address string // of the page, for paper; "" where it tells what is nobody's business
	Body    any
}

// show answers with a page.
func (v *visit) show(code int, name, title string, highest badge, body any) error {
	asked := ""
	if v.r.URL.Path == "/search" { // elsewhere q is another question
		asked = v.r.URL.Query().Get("q")
	}
	p := page{Title: title, Site: v.s.Title, Assets: v.s.assets, Now: time.Now().UTC(), Caller: v.caller, Public: v.public(), Edits: v.mayEdit(), Mail: v.s.Mail != nil,
		Query: asked, Highest: highest, Address: v.printed(code), Body: body}
	var b bytes.Buffer
	if err := v.s.pages[name].ExecuteTemplate(&b, "layout", p); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Cookie, Authorization")
	h.Set("Cache-Control", "no-cache")
	if !p.Public || highest.Level > 0 {
		h.Set("Cache-Control", "private, no-store")
	}
	v.w.WriteHeader(code)
	_, err := v.w.Write(b.Bytes())
	if err != nil {
		v.s.Log.Debug("the visitor left", "error", err)
	}
	return nil
}

// printed is the address that stands at the foot of a printed page. What was searched for is not printed, and what signs somebody in or ends a
// subscription neither; a page that says that there is nothing says the same wherever that is.
func (v *visit) printed(code int) string {
	path := v.r.URL.Path
	secret := slices.Contains([]string{"/search", "/sign-in", "/subscribe/confirm", "/unsubscribe"}, path) || strings.HasPrefix(path, "/setup/")
	if code != http.StatusOK || v.r.Method != http.MethodGet || secret {
		return ""
	}
	return v.home() + v.r.URL.RequestURI()
}

// problem says what went wrong, what is kept and what to do next.
func (v *visit) problem(err error) {
	code, text := threatwatch.HTTPStatus(threatwatch.KindOf(err)), threatwatch.Message(err)
	if code >= 500 {
		v.s.Log.Error("page", "path", v.r.URL.Path, "error", err)
		code, text = http.StatusInternalServerError, "Something went wrong here. Nothing was changed. The operator finds it in the log under the request id "+v.w.Header().Get("X-Request-Id")+"."
	}
	title := problems[code]
	if title == "" {
		title = http.StatusText(code)
	}
	if e := v.show(code, "problem", title, badge{}, sentence(text)); e != nil {
		v.s.Log.Error("problem page", "error", e)
		http.Error(v.w, title, code)
	}
}

// problems are the headings of error pages, in words that say what it means for the visitor.
var problems = map[int]string{
	http.StatusBadRequest:            "This cannot be answered",
	http.StatusUnauthorized:          "You are not signed in",
	http.StatusForbidden:             "This is not allowed",
	http.StatusNotFound:              "There is nothing here",
	http.StatusConflict:              "Somebody was faster",
	http.StatusRequestEntityTooLarge: "This is too large",
	http.StatusInternalServerError:   "Something went wrong",
}

// sentence makes a message one: with a capital and a full stop. What begins with a term of a filter begins as that is written.
func sentence(s string) string {
	if s == "" {
		return s
	}
	if i := strings.IndexAny(s, " ="); i < 0 || s[i] != '=' {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}
