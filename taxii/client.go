package taxii

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"threatwatch"
)

// UserAgent is what a Client says of itself unless Client.UserAgent is set.
const UserAgent = "threatwatch (TAXII 2.1 client)"

// Credentials put a proof of identity on a request. The request's context is that of the call.
type Credentials func(*http.Request)

// Basic is a user and password, either of which may be empty (many servers take an API key as one of them).
func Basic(user, password string) Credentials {
	return func(r *http.Request) { r.SetBasicAuth(user, password) }
}

// Bearer is an API token.
func Bearer(token string) Credentials {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// Client talks to one API root of a TAXII 2.1 server. It is a [Backend]: one call is one request and one page; [Client.All] follows pages.
// The fields may be changed before the first call.
type Client struct {
	UserAgent string
	MaxBytes  int64         // of one answer; 256 MiB
	MaxWait   time.Duration // longest Retry-After that is obeyed rather than reported; one minute
	Retries   int           // after 429, and 503 when reading; 3

	root  *url.URL
	http  *http.Client
	creds Credentials
}

var (
	_ Backend      = (*Client)(nil)
	_ http.Handler = (*Server)(nil)
)

// NewClient makes a client for the API root at rawURL, such as "https://cti.example/api1/". A nil hc is http.DefaultClient, nil creds are none.
func NewClient(rawURL string, hc *http.Client, creds Credentials) (*Client, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%q is not the address of an API root", rawURL)
	}
	u.Path = strings.TrimRight(u.Path, "/") + "/"
	u.RawQuery, u.Fragment = "", ""
	if hc == nil {
		hc = http.DefaultClient
	}
	return &Client{UserAgent: UserAgent, MaxBytes: 256 << 20, MaxWait: time.Minute, Retries: 3, root: u, http: hc, creds: creds}, nil
}

// LookupServer finds the discovery address that a domain publishes by DNS. TAXII 2.1 §1.6.1.
func LookupServer(ctx context.Context, r *net.Resolver, domain string) (string, error) {
	_, addrs, err := r.LookupSRV(ctx, "taxii2", "tcp", domain)
	if err != nil {
		return "", threatwatch.Errorf(threatwatch.NotFound, "%s publishes no TAXII server: %w", domain, err)
	}
	if len(addrs) == 0 || addrs[0].Target == "." {
		return "", threatwatch.Errorf(threatwatch.NotFound, "%s publishes no TAXII server", domain)
	}
	host := strings.TrimSuffix(addrs[0].Target, ".")
	if p := addrs[0].Port; p != 443 {
		host = net.JoinHostPort(host, strconv.Itoa(int(p)))
	}
	return "https://" + host + "/taxii2/", nil
}

// Discovery asks the server's discovery resource. TAXII 2.1 §4.1.
func (c *Client) Discovery(ctx context.Context) (d Discovery, err error) {
	err = c.json(ctx, c.root.ResolveReference(&url.URL{Path: "/taxii2/"}), &d)
	return d, err
}

// Root asks for the description of the API root. TAXII 2.1 §4.2.
func (c *Client) Root(ctx context.Context) (r APIRoot, err error) {
	err = c.json(ctx, c.at(nil), &r)
	return r, err
}

// Collections implements Backend.
func (c *Client) Collections(ctx context.Context) ([]Collection, error) {
	var list Collections
	err := c.json(ctx, c.at(nil, "collections"), &list)
	return list.Collections, err
}

// Collection implements Backend.
func (c *Client) Collection(ctx context.Context, id string) (coll Collection, err error) {
	err = c.json(ctx, c.at(nil, "collections", id), &coll)
	return coll, err
}

// Objects implements Backend: one page.
func (c *Client) Objects(ctx context.Context, collection string, f Filter, sink func([]byte) error) (Page, error) {
	path := []string{"collections", collection, "objects"}
	if f.Object != "" {
		path = append(path, f.Object)
	}
	return c.page(ctx, c.at(f.values(), path...), "objects", sink)
}

// Manifest implements Backend: one page.
func (c *Client) Manifest(ctx context.Context, collection string, f Filter, sink func(ManifestRecord) error) (Page, error) {
	return c.page(ctx, c.at(f.values(), "collections", collection, "manifest"), "objects", func(raw []byte) error {
		var m ManifestRecord
		if err := json.Unmarshal(raw, &m); err != nil {
			return answerErrorf("a manifest record cannot be read: %w", err)
		}
		return sink(m)
	})
}

// Versions implements Backend: one page.
func (c *Client) Versions(ctx context.Context, collection string, f Filter, sink func(string) error) (Page, error) {
	return c.page(ctx, c.at(f.values(), "collections", collection, "objects", f.Object, "versions"), "versions", func(raw []byte) error {
		var v string
		if err := json.Unmarshal(raw, &v); err != nil {
			return answerErrorf("a version cannot be read: %w", err)
		}
		return sink(v)
	})
}

// Add implements Backend: one envelope. Splitting by max_content_length is the caller's affair, since each request has its own status.
func (c *Client) Add(ctx context.Context, collection string, objects [][]byte) (st Status, err error) {
	var b bytes.Buffer
	b.WriteString(`{"objects":[`)
	b.Write(bytes.Join(objects, []byte{','}))
	b.WriteString(`]}`)
	_, raw, err := c.do(ctx, http.MethodPost, c.at(nil, "collections", collection, "objects"), b.Bytes())
	if err != nil {
		return st, err
	}
	if err := json.Unmarshal(raw, &st); err != nil {
		return st, answerErrorf("the status cannot be read: %w", err)
	}
	return st, nil
}

// Delete implements Backend.
func (c *Client) Delete(ctx context.Context, collection string, f Filter) error {
	_, _, err := c.do(ctx, http.MethodDelete, c.at(f.values(), "collections", collection, "objects", f.Object), nil)
	return err
}

// Status implements Backend.
func (c *Client) Status(ctx context.Context, id string) (st Status, err error) {
	err = c.json(ctx, c.at(nil, "status", id), &st)
	return st, err
}

// All follows pages to the end: by next where the server gives it, by added_after where it only says more. TAXII 2.1 §3.5.
// A server that would have it go round in circles is an error. The page returned has the stamp to go on from as Last.
func (c *Client) All(ctx context.Context, collection string, f Filter, sink func([]byte) error) (Page, error) {
	for {
		n := 0
		p, err := c.Objects(ctx, collection, f, func(raw []byte) error { n++; return sink(raw) })
		switch {
		case err != nil || !p.More:
			return p, err
		case p.Next != "" && p.Next != f.Next:
			f.Next = p.Next
		case p.Next == "" && n > 0 && p.Last > f.AddedAfter:
			f.AddedAfter, f.Next = p.Last, ""
		default:
			return p, answerErrorf("the server says that there is more and gives no way to it")
		}
	}
}

// values writes a filter as a query.
func (f Filter) values() url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	if f.AddedAfter != 0 {
		v.Set("added_after", f.AddedAfter.String())
	}
	if f.Limit > 0 {
		v.Set("limit", strconv.Itoa(f.Limit))
	}
	set("next", f.Next)
	set("match[spec_version]", strings.Join(f.SpecVersions, ","))
	if f.Object == "" {
		set("match[id]", strings.Join(f.IDs, ","))
		set("match[type]", strings.Join(f.Types, ","))
	}
	set("match[version]", f.Version.String())
	return v
}

// String writes the match as the value of match[version], "" for the default.
func (v VersionMatch) String() string {
	var s []string
	for _, k := range []struct {
		on   bool
		name string
	}{{v.First, "first"}, {v.Last, "last"}, {v.All, "all"}} {
		if k.on {
			s = append(s, k.name)
		}
	}
	for _, at := range v.At {
		s = append(s, at.String())
	}
	return strings.Join(s, ",")
}

// at makes the address of a resource under the API root.
func (c *Client) at(query url.Values, elem ...string) *url.URL {
	u := *c.root
	for _, e := range elem {
		u.RawPath = u.EscapedPath() + url.PathEscape(e) + "/"
		u.Path += e + "/"
	}
	u.RawQuery = query.Encode()
	return &u
}

func (c *Client) json(ctx context.Context, u *url.URL, v any) error {
	_, raw, err := c.do(ctx, http.MethodGet, u, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return answerErrorf("the answer cannot be read: %w", err)
	}
	return nil
}

// page reads an envelope, a manifest or versions and hands its items on as they are.
func (c *Client) page(ctx context.Context, u *url.URL, list string, sink func([]byte) error) (p Page, err error) {
	h, raw, err := c.do(ctx, http.MethodGet, u, nil)
	if err != nil {
		return p, err
	}
	var items []byte
	err = members(raw, func(name, value []byte) error {
		switch string(name) {
		case `"more"`:
			p.More = string(value) == "true"
		case `"next"`:
			return json.Unmarshal(value, &p.Next)
		case `"` + list + `"`:
			items = value
		}
		return nil
	})
	if err != nil {
		return p, answerErrorf("the answer cannot be read: %w", err)
	}
	if !p.More {
		p.Next = ""
	}
	p.First, _ = ParseStamp(h.Get("X-TAXII-Date-Added-First")) // absent: zero
	p.Last, _ = ParseStamp(h.Get("X-TAXII-Date-Added-Last"))
	if items == nil || string(items) == "null" {
		return p, nil
	}
	err = elements(items, sink)
	if errors.Is(err, errScan) {
		err = answerErrorf("the answer cannot be read: %w", err)
	}
	return p, err
}

// do sends a request, waits as long as the server asks for, and returns headers and body of a success.
func (c *Client) do(ctx context.Context, method string, u *url.URL, body []byte) (http.Header, []byte, error) {
	for try := 0; ; try++ {
		resp, err := c.send(ctx, method, u, body)
		if err != nil {
			return nil, nil, threatwatch.Errorf(threatwatch.Unavailable, "%s %s: %w", method, u.Redacted(), err)
		}
		raw, err := io.ReadAll(io.LimitReader(resp.Body, c.MaxBytes+1))
		if err = errors.Join(err, resp.Body.Close()); err != nil {
			return nil, nil, threatwatch.Errorf(threatwatch.Unavailable, "%s %s: %w", method, u.Redacted(), err)
		}
		if int64(len(raw)) > c.MaxBytes {
			return nil, nil, threatwatch.Errorf(threatwatch.TooLarge, "the answer is larger than %d bytes", c.MaxBytes)
		}
		if resp.StatusCode/100 == 2 {
			return resp.Header, raw, wellTyped(resp, raw)
		}
		again := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable && method == http.MethodGet
		wait, told := retryAfter(resp.Header)
		if !again || !told || wait > c.MaxWait || try >= c.Retries {
			return nil, nil, remoteError(resp.StatusCode, raw)
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (c *Client) send(ctx context.Context, method string, u *url.URL, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", MediaType)
	r.Header.Set("User-Agent", c.UserAgent)
	if body != nil {
		r.Header.Set("Content-Type", MediaType)
	}
	if c.creds != nil {
		c.creds(r)
	}
	return c.http.Do(r)
}

// wellTyped refuses a success that is no TAXII, such as the page of a login portal.
func wellTyped(resp *http.Response, raw []byte) error {
	typ, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if len(raw) > 0 && (err != nil || typ != "application/taxii+json") {
		return answerErrorf("the answer has the Content-Type %q", clip(resp.Header.Get("Content-Type")))
	}
	return nil
}

// remoteError turns an error answer into an error of our kinds: the table of statuses read the other way round.
func remoteError(code int, raw []byte) error {
	var e Error
	text := http.StatusText(code)
	if json.Unmarshal(raw, &e) == nil && e.Title != "" {
		text = e.Title
		if e.Description != "" {
			text = e.Description
		}
	}
	return threatwatch.Errorf(threatwatch.KindOfStatus(code), "%s", text)
}

// answerErrorf says that the other side does not keep to the protocol.
func answerErrorf(format string, args ...any) error {
	return threatwatch.Errorf(threatwatch.Unavailable, format, args...)
}

// retryAfter reads Retry-After, in seconds or as a date. RFC 9110 §10.2.3.
func retryAfter(h http.Header) (time.Duration, bool) {
	v := h.Get("Retry-After")
	if n, err := strconv.Atoi(v); err == nil && n >= 0 {
		return time.Duration(n) * time.Second, true
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(time.Until(at), 0), true
	}
	return 0, false
}
