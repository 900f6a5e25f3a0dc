package hook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/notice/deliver"
	"threatwatch/notice/subscribe"
)

// Options are what a Carrier works with. All but Guard, Resolver and Timeout are needed.
type Options struct {
	Keys     Maker
	Base     string // what links begin with: "https://cti.example"
	Agent    string // what the exchange calls itself
	Guard    Guard
	Resolver *net.Resolver // nil: that of the machine
	Timeout  time.Duration // for an attempt; 0: 20 s
}

// Carrier posts messages to webhooks.
type Carrier struct {
	opt        Options
	tls, plain *http.Client
}

// defaultTimeout is how long a receiver may take (Standard Webhooks 1.0, "Timeouts": 15 to 30 seconds).
const defaultTimeout = 20 * time.Second

// New makes a carrier.
func New(opt Options) *Carrier {
	if opt.Timeout == 0 {
		opt.Timeout = defaultTimeout
	}
	return &Carrier{opt, opt.client(false), opt.client(true)}
}

// client makes connections that the guard lets pass. It follows no redirect, which could lead anywhere, and uses no proxy, behind which nobody
// would see where to it goes.
func (o Options) client(plain bool) *http.Client {
	d := &net.Dialer{Timeout: o.Timeout, Resolver: o.Resolver, Control: o.Guard.control(plain)}
	return &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: d.DialContext, ForceAttemptHTTP2: true, DisableCompression: true, MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: o.Timeout},
	}
}

// Carry posts one message.
func (c *Carrier) Carry(ctx context.Context, m *deliver.Message) deliver.Answer {
	body, err := newBody(m, c.opt.Base)
	if err != nil {
		return deliver.Answer{Words: threatwatch.Message(err)}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.To.To, bytes.NewReader(body))
	if err != nil {
		return deliver.Answer{Words: "this is no address to post to"}
	}
	now := m.Now
	h := req.Header
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", c.opt.Agent)
	h.Set("webhook-id", m.ID)
	h.Set("webhook-timestamp", timestamp(now))
	h.Set("webhook-signature", c.opt.Keys.sign(m.To.ID, numbers(m.To.Live(now)), m.ID, now, body))
	client := c.tls
	if req.URL.Scheme != "https" {
		client = c.plain
	}
	resp, err := client.Do(req)
	if err != nil {
		return deliver.Answer{Words: "no answer: " + reason(err)}
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	return answer(resp, now)
}

func numbers(keys []subscribe.Key) (list []int) {
	for _, k := range keys {
		list = append(list, k.Number)
	}
	return list
}

// answer reads what a receiver says (Standard Webhooks 1.0, "Responses"): 2xx is success, 410 wants no more, anything else is a failure.
func answer(resp *http.Response, now time.Time) deliver.Answer {
	a := deliver.Answer{Words: strings.TrimSpace(strconv.Itoa(resp.StatusCode) + " " + http.StatusText(resp.StatusCode))}
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		a.Verdict = deliver.Took
	case resp.StatusCode == http.StatusGone:
		a.Verdict = deliver.Never
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		a.Words += ": a redirect is not followed"
	}
	a.Wait = retryAfter(resp.Header.Get("Retry-After"), now)
	return a
}

// retryAfter reads the header of that name: seconds, or a date (RFC 9110 §10.2.3).
func retryAfter(v string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// reason says why there was no answer, without the address, which can be a secret.
func reason(err error) string {
	var dns *net.DNSError
	switch {
	case threatwatch.KindOf(err) == threatwatch.Forbidden:
		return threatwatch.Message(err)
	case errors.As(err, &dns):
		return "its name is not known"
	case errors.Is(err, context.DeadlineExceeded) || timedOut(err):
		return "it took too long"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Op + ": " + op.Err.Error()
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err.Error()
}

func timedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
