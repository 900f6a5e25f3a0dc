package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"threatwatch/account"
	"threatwatch/api"
	"threatwatch/intake"
	"threatwatch/match"
	"threatwatch/notice"
	"threatwatch/notice/subscribe"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/taxii"
	"threatwatch/watch/index"
	"threatwatch/web"
)

type serveCmd struct {
	Config string `placeholder:"FILE" type:"path" env:"THREATWATCH_CONFIG" help:"Configuration file; see: threatwatch check --example"`
	Data   place  `placeholder:"DIR|URL" type:"place" env:"THREATWATCH_DATA_DIR" help:"Where the exchange's data is: a directory, or a postgres:// URL; goes before the file. Default: ./data"`
	Listen string `placeholder:"HOST:PORT" env:"THREATWATCH_LISTEN" help:"Where to listen; goes before the file. Default: 127.0.0.1:8080"`
}

// Help is shown by --help.
func (*serveCmd) Help() string {
	return `Examples:

  threatwatch serve --data ./data
  threatwatch serve --data postgres://threatwatch@db.example/threatwatch
  threatwatch serve --config /etc/threatwatch.toml

Makes the data directory, or the tables, at the first start and prints the link by which the first operator comes in. Ends on SIGTERM or Ctrl-C,
after the requests under way are answered.`
}

// Run serves until the context ends.
func (c *serveCmd) Run(a *app) error {
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	if c.Data != "" {
		cfg.Data = c.Data
	}
	if c.Listen != "" {
		cfg.Listen = c.Listen
	}
	if err := cfg.check(); err != nil {
		return err
	}
	st, err := a.createStore(cfg.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	return a.serve(cfg, st, func(url string) error {
		fmt.Fprintf(a.Err, "threatwatch: serving %s on %s, data in %s\n", cfg.Title, url, cfg.Data)
		link, err := account.New(st, time.Now).SetupLink(a.ctx)
		if link != "" {
			fmt.Fprintf(a.Err, "Set up the first operator, within a day: %s%s\n", url, link)
		}
		return err
	})
}

// newHandler wires the rooms: what answers requests over a store, and what is to run beside it until the server ends.
func (a *app) newHandler(cfg *config, st store.Store, log *slog.Logger) (h http.Handler, besides []func(context.Context), err error) {
	secret, err := a.secret(st)
	if err != nil {
		return nil, nil, err
	}
	rel, acc, in := release.New(st, secret, time.Now), account.New(st, time.Now), intake.New(st, time.Now)
	acc.Secure = cfg.secure()
	b := newBackend(st, rel, in, acc, time.Now)
	exchange := taxii.NewServer(b, taxii.Options{
		Title: cfg.Title, Description: cfg.Description, Contact: cfg.Contact, PublicURL: cfg.PublicURL, Root: cfg.TAXII.Root,
		MaxContentLength: cfg.TAXII.MaxContentLength, MaxObjects: cfg.TAXII.MaxObjects, MaxPage: cfg.TAXII.MaxPage,
		Authenticate: b.authenticate, Log: log,
	})
	reg := newRegistry(st)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if a.ctx.Err() != nil {
			http.Error(w, "ending", http.StatusServiceUnavailable)
			return
		}
		if err := st.Read(r.Context(), func(sn store.Snapshot) error { _, err := sn.LastStamp(r.Context()); return err }); err != nil {
			log.Error("not ready", "error", err)
			http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "ready\n")
	})
	mux.Handle("GET /metrics", metricsHandler(reg, cfg.metrics))
	live := match.NewLive(rel)
	mux.Handle(api.Prefix, api.NewServer(api.Options{Releaser: rel, Live: live, Subject: b.subject, Realm: cfg.Title, Log: log}))
	keeper := index.NewKeeper(rel)
	feeds := notice.NewServer(notice.Options{Releaser: rel, Keeper: keeper, Subject: b.subject, Title: cfg.Title, Base: cfg.PublicURL, Log: log, Ending: a.ctx.Done()})
	for _, path := range notice.Paths {
		mux.Handle("GET "+path, feeds)
	}
	told := &notices{rel, acc, keeper}
	list, letters, err := a.mailList(cfg, st, told, secret, log)
	if err != nil {
		return nil, nil, err
	}
	mux.Handle("/", web.New(web.Options{
		Releaser: rel, Accounts: acc, Watch: keeper, Mail: list, Told: subscribe.NewBook(st, time.Now), Title: cfg.Title, Base: cfg.PublicURL, Root: cfg.TAXII.Root, Subject: callerSubject, Say: b.say, Desk: desk{b}, Moderator: desk{b}, Log: log,
	}))
	routes := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if exchange.Owns(r.URL.Path) { // before the mux, which would redirect
			exchange.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
	gathering, err := a.newGatherer(st)
	if err != nil {
		return nil, nil, err
	}
	engine := a.newEngine(cfg, st, told, secret, letters, reg, log)
	besides = []func(context.Context){
		func(ctx context.Context) { awaken(ctx, in, log) },
		func(ctx context.Context) { gathering.run(ctx, log) },
		func(ctx context.Context) {
			warm(ctx, keeper, log) // first: somebody may look at a page already
			follow(ctx, live, log)
		},
		func(ctx context.Context) {
			keeper.Run(ctx, func(err error) { log.Warn("cannot read what the pages of the watch are made from", "error", err) })
		},
		engine.Run,
	}
	if list != nil {
		besides = append(besides, list.Run)
	}
	o := newObserver(routes, exchange.Owns, log, cfg.proxies, reg)
	return o, append(besides, o.rest), nil
}

// drain is how long requests under way may take once the server is told to end.
const drain = 20 * time.Second

// serve listens and answers until the context ends. started is called with the address once the server listens.
func (a *app) serve(cfg *config, st store.Store, started func(url string) error) error {
	log := a.logger(cfg)
	h, besides, err := a.newHandler(cfg, st, log)
	if err != nil {
		return err
	}
	var secure *tls.Config
	if cfg.TLS.Cert != "" {
		if secure, err = cfg.tlsConfig(log); err != nil {
			return err
		}
	}
	ln, err := new(net.ListenConfig).Listen(a.ctx, "tcp", cfg.Listen)
	if err != nil {
		return withHint(fmt.Errorf("listen: %w", err), "choose another address with --listen HOST:PORT")
	}
	defer a.beside(besides)()
	srv := &http.Server{
		Handler: a.leaving(h), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute, WriteTimeout: 10 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, TLSConfig: secure, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	done := make(chan error, 1)
	go func() {
		if secure != nil {
			done <- srv.ServeTLS(ln, "", "")
			return
		}
		done <- srv.Serve(ln)
	}()
	if err := started(cfg.address(ln.Addr())); err != nil {
		srv.Close()
		<-done
		return err
	}
	select {
	case err := <-done:
		return err
	case <-a.ctx.Done():
	}
	log.Info("ending")
	time.Sleep(cfg.ShutdownDelay)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), drain)
	defer cancel()
	err = srv.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close()
	}
	if e := <-done; err == nil && !errors.Is(e, http.ErrServerClosed) {
		err = e
	}
	return err
}

// awakenEvery is how long after its embargo an object may be new to those who poll.
const awakenEvery = 5 * time.Second

// beside does several things until the function it returns is called.
func (a *app) beside(things []func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(a.ctx)
	var wg sync.WaitGroup
	for _, f := range things {
		wg.Go(func() { f(ctx) })
	}
	return func() { cancel(); wg.Wait() }
}

// awaken sees to what becomes visible by the clock.
func awaken(ctx context.Context, in *intake.Intake, log *slog.Logger) {
	tick := time.NewTicker(awakenEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		n, err := in.Awaken(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			log.Warn("cannot see to what became visible", "error", err)
		case n > 0:
			log.Info("became visible by the clock", "objects", n)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// follow keeps what is matched with like the log.
func follow(ctx context.Context, live *match.Live, log *slog.Logger) {
	for {
		err := live.Run(ctx)
		if ctx.Err() != nil {
			return
		}
		log.Warn("cannot follow the log of indicators", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(awakenEvery):
		}
	}
}

// warm reads what the public pages of the watch are made from, so that the first who asks does not wait for it.
func warm(ctx context.Context, keeper *index.Keeper, log *slog.Logger) {
	begun := time.Now()
	slow := time.AfterFunc(longWait, func() {
		log.Info("reading what the pages of the watch are made from: they wait for it, all else is answered")
	})
	x, err := keeper.Of(ctx, release.Subject{Kind: release.Public}, release.ShowPage)
	switch told := !slow.Stop(); {
	case err != nil && ctx.Err() == nil:
		log.Warn("cannot read what the public may see", "error", err)
	case err == nil && told:
		log.Info("the pages of the watch are there", "incidents", len(x.Entries), "ms", time.Since(begun).Milliseconds())
	}
}

// longWait is how long a page may be waited for before the log says why.
const longWait = 2 * time.Second

// leaving asks clients to open another connection, elsewhere perhaps, once the server is told to end: a connection that was closed
// while it was idle would fail the request that was just being sent.
func (a *app) leaving(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.ctx.Err() != nil {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// address is where visitors find the exchange.
func (c *config) address(ln net.Addr) string {
	if c.PublicURL != "" {
		return strings.TrimRight(c.PublicURL, "/")
	}
	if c.TLS.Cert != "" {
		return "https://" + ln.String()
	}
	return "http://" + ln.String()
}

// logger writes to standard error: text for people, JSON for programs.
func (a *app) logger(cfg *config) *slog.Logger {
	opt := &slog.HandlerOptions{Level: cfg.level}
	if cfg.Log.Format == "text" || cfg.Log.Format == "" && isTerminal(a.Err) {
		return slog.New(slog.NewTextHandler(a.Err, opt))
	}
	return slog.New(slog.NewJSONHandler(a.Err, opt))
}
