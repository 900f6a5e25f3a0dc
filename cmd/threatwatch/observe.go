package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"threatwatch/store"
)

// observer gives each request an id and the address it comes from, counts it and writes one line about it. Query strings and headers
// are not logged: what somebody looks for is nobody's business.
type observer struct {
	next    http.Handler
	taxii   func(path string) bool // whose paths are the exchange's
	log     *slog.Logger
	proxies []netip.Prefix
	asked   atomic.Int64 // requests but for those of health

	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newObserver(next http.Handler, taxii func(path string) bool, log *slog.Logger, proxies []netip.Prefix, reg prometheus.Registerer) *observer {
	o := &observer{next: next, taxii: taxii, log: log, proxies: proxies,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "threatwatch_http_requests_total", Help: "Requests answered, by surface and status."}, []string{"surface", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "threatwatch_http_request_seconds", Help: "Time to answer, by surface.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16)}, []string{"surface"}),
	}
	reg.MustRegister(o.requests, o.seconds)
	return o
}

// ServeHTTP answers a request.
func (o *observer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begin := time.Now()
	id := rand.Text()[:16]
	surface := o.surfaceOf(r.URL.Path)
	if surface != "health" {
		o.asked.Add(1)
	}
	r = o.behindProxy(r)
	w.Header().Set("X-Request-Id", id)
	rec := &recorder{ResponseWriter: w, code: http.StatusOK}
	defer func() {
		p := recover()
		if p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			o.log.Error("panic", "id", id, "panic", p)
			if rec.bytes == 0 {
				http.Error(rec, "internal error; request id "+id, http.StatusInternalServerError)
			}
		}
		took := time.Since(begin)
		o.requests.WithLabelValues(surface, strconv.Itoa(rec.code)).Inc()
		o.seconds.WithLabelValues(surface).Observe(took.Seconds())
		level := slog.LevelInfo
		if rec.code >= 500 {
			level = slog.LevelError
		}
		o.log.Log(r.Context(), level, "request", "id", id, "method", r.Method, "path", logged(r.URL.Path), "status", rec.code,
			"bytes", rec.bytes, "ms", float64(took.Microseconds())/1000, "from", r.RemoteAddr)
	}()
	o.next.ServeHTTP(rec, r)
}

// logged is a path as it may stand in a log: a set-up link is a secret.
func logged(path string) string {
	if strings.HasPrefix(path, "/setup/") {
		return "/setup/…"
	}
	return path
}

// surfaceOf sorts paths into the few names that metrics are kept by.
func (o *observer) surfaceOf(path string) string {
	if o.taxii(path) {
		return "taxii"
	}
	switch first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/"); first {
	case "healthz", "readyz", "metrics":
		return "health"
	case "api":
		return "api"
	}
	return "web"
}

// behindProxy replaces the address by what a trusted proxy says: the last hop that is not itself a trusted proxy. From anybody else
// the headers are dropped. A request without them is as it came.
func (o *observer) behindProxy(r *http.Request) *http.Request {
	if r.Header["X-Forwarded-For"] == nil && r.Header["X-Forwarded-Proto"] == nil {
		return r
	}
	r = r.Clone(r.Context())
	addr, ok := remote(r.RemoteAddr)
	forwarded := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	if !ok || !within(o.proxies, addr) {
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", "untrusted")
		}
		r.Header.Del("X-Forwarded-Proto")
		return r
	}
	for _, hop := range slices.Backward(strings.Split(forwarded, ",")) {
		a, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return r
		}
		r.RemoteAddr = net.JoinHostPort(a.Unmap().String(), "0")
		if !within(o.proxies, a.Unmap()) {
			return r
		}
	}
	return r
}

func remote(hostPort string) (netip.Addr, bool) {
	ap, err := netip.ParseAddrPort(hostPort)
	return ap.Addr().Unmap(), err == nil
}

func within(nets []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(nets, func(p netip.Prefix) bool { return p.Contains(a) })
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	code  int
	bytes int64
}

// WriteHeader remembers the status.
func (r *recorder) WriteHeader(code int) {
	r.code = code
	r.ResponseWriter.WriteHeader(code)
}

// Write counts.
func (r *recorder) Write(p []byte) (int, error) {
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// newRegistry holds the numbers of this process and of the store.
func newRegistry(st store.Store) *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "threatwatch_store_head", Help: "Highest stamp of the change log."}, func() float64 {
		var head store.Stamp
		err := st.Read(context.Background(), func(sn store.Snapshot) (err error) {
			head, err = sn.LastStamp(context.Background())
			return err
		})
		if err != nil {
			return -1
		}
		return float64(head)
	}))
	return reg
}

// metricsHandler answers /metrics to those who may read it. A request that came through an untrusted proxy is nobody's.
func metricsHandler(reg *prometheus.Registry, allow []netip.Prefix) http.Handler {
	h := promhttp.HandlerFor(reg, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addr, ok := remote(r.RemoteAddr)
		if !ok || !within(allow, addr) || r.Header.Get("X-Forwarded-For") == "untrusted" {
			http.NotFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}
