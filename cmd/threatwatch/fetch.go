package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"threatwatch"
)

const (
	maxFetch     = 1 << 30 // bytes of a body, as sent
	fetchTimeout = 30 * time.Second
)

// fetch gets a URL for import. The address is checked when it is dialled, on every hop, so that neither a redirect nor a name that
// changes its answer leads inside; proxies of the environment are not used.
func fetch(ctx context.Context, url string, allowPrivate bool) (io.ReadCloser, error) {
	dialer := &net.Dialer{Timeout: fetchTimeout}
	if !allowPrivate {
		dialer.Control = refusePrivate
	}
	client := &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: fetchTimeout, ResponseHeaderTimeout: fetchTimeout,
			MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) >= 5 {
				return fmt.Errorf("more than 5 redirects")
			}
			if req.URL.Scheme != "https" && req.URL.Scheme != "http" {
				return fmt.Errorf("redirect to scheme %s", req.URL.Scheme)
			}
			return nil
		},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%w", err)
	}
	req.Header.Set("User-Agent", "threatwatch (import)")
	req.Header.Set("Accept", "application/stix+json;version=2.1, application/json;q=0.9, */*;q=0.1")
	resp, err := client.Do(req)
	if err != nil {
		return nil, threatwatch.Errorf(threatwatch.Unavailable, "fetch: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, threatwatch.Errorf(threatwatch.KindOfStatus(resp.StatusCode), "fetch: the server answered %s", resp.Status)
	}
	return &fetched{body: resp.Body, left: maxFetch}, nil
}

// fetched is a body with a size cap and a time limit between reads.
type fetched struct {
	body io.ReadCloser
	left int64
}

func (f *fetched) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, threatwatch.Errorf(threatwatch.TooLarge, "fetch: more than %d bytes", int64(maxFetch))
	}
	if int64(len(p)) > f.left {
		p = p[:f.left]
	}
	stall := time.AfterFunc(fetchTimeout, func() { f.body.Close() })
	n, err := f.body.Read(p)
	stall.Stop()
	f.left -= int64(n)
	return n, err
}

func (f *fetched) Close() error { return f.body.Close() }

// inside are the ranges that no address on the Internet has, besides those that netip names.
var inside = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/32"),
}

// refusePrivate is called with the address that is about to be dialled.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := ap.Addr().Unmap().WithZone("")
	bad := ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified()
	for _, p := range inside {
		bad = bad || p.Contains(ip)
	}
	if bad {
		return fmt.Errorf("%s is a private address (--allow-private allows it)", ip)
	}
	return nil
}
