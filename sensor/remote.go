package sensor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"threatwatch"
	"threatwatch/taxii"
)

// Remote names a TAXII collection and what it takes to come in.
type Remote struct {
	URL       string // https://host/api-root/collections/id/
	TokenFile string // holds the token and nothing else; it is read before each exchange, so that a new token needs no restart
	CA        string // file of certificates that are trusted besides the system's
}

// Exchange is a collection that can be asked.
type Exchange struct {
	client     *taxii.Client
	url        *url.URL
	collection string
	tokenFile  string
	token      atomic.Value // string
}

// requestTimeout bounds one request with its answer.
const requestTimeout = 2 * time.Minute

// Dial prepares to talk to a collection; nothing is sent yet.
func Dial(r Remote) (*Exchange, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%q is not the address of a collection", r.URL)
	}
	root, id, ok := strings.Cut(strings.TrimRight(u.EscapedPath(), "/"), "/collections/")
	if !ok || id == "" || strings.Contains(id, "/") {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%q is not the address of a collection: it ends in /collections/ID/ (TAXII 2.1 §5)", r.URL)
	}
	x := &Exchange{url: u, tokenFile: r.TokenFile}
	if x.collection, err = url.PathUnescape(id); err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%q: %w", r.URL, err)
	}
	transport, err := transportFor(r.CA)
	if err != nil {
		return nil, err
	}
	hc := &http.Client{Timeout: requestTimeout, Transport: transport, CheckRedirect: x.redirect}
	x.client, err = taxii.NewClient(u.Scheme+"://"+u.Host+root+"/", hc, x.credentials)
	if err != nil {
		return nil, err
	}
	x.client.UserAgent = "threatwatch (sensor)"
	return x, x.login()
}

// transportFor trusts the certificates of a file as well.
func transportFor(ca string) (http.RoundTripper, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = 30 * time.Second
	if ca == "" {
		return t, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "certificates: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%s holds no certificate", ca)
	}
	t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return t, nil
}

// redirect goes on only where the token may go.
func (x *Exchange) redirect(to *http.Request, via []*http.Request) error {
	if to.URL.Host != x.url.Host || to.URL.Scheme != x.url.Scheme {
		return fmt.Errorf("the server sends elsewhere, to %s://%s", to.URL.Scheme, to.URL.Host)
	}
	if len(via) >= 5 {
		return fmt.Errorf("more than 5 redirects")
	}
	return nil
}

// login reads the token.
func (x *Exchange) login() error {
	if x.tokenFile == "" {
		return nil
	}
	raw, err := os.ReadFile(x.tokenFile)
	if err != nil {
		return threatwatch.Errorf(threatwatch.Unauthenticated, "token: %w", err)
	}
	token := strings.TrimSpace(string(raw))
	if token == "" || strings.ContainsAny(token, " \r\n\t") {
		return threatwatch.Errorf(threatwatch.Unauthenticated, "%s does not hold a token and nothing else", x.tokenFile)
	}
	x.token.Store(token)
	return nil
}

func (x *Exchange) credentials(r *http.Request) {
	if token, _ := x.token.Load().(string); token != "" {
		taxii.Bearer(token)(r)
	}
}

// Bare says that the token goes over the network for all to read.
func (x *Exchange) Bare() bool {
	host := x.url.Hostname()
	ip := net.ParseIP(host)
	return x.url.Scheme == "http" && x.tokenFile != "" && host != "localhost" && !(ip != nil && ip.IsLoopback())
}

// Refusal is an object that an exchange did not take.
type Refusal struct {
	ID     string
	Reason string
	Raw    []byte // nil: the exchange named an object that it was not sent
}

// Limits of one request.
const (
	maxObjects = 1000
	maxBytes   = 4 << 20
)

// Send puts objects into the collection and returns what was not taken. After an error nothing is known of the rest, and the whole may be sent again.
func (x *Exchange) Send(ctx context.Context, objects [][]byte) (refused []Refusal, err error) {
	if err := x.login(); err != nil {
		return nil, err
	}
	for len(objects) > 0 {
		n, size := 0, 0
		for n < len(objects) && n < maxObjects && (n == 0 || size+len(objects[n]) <= maxBytes) {
			size += len(objects[n])
			n++
		}
		some, err := x.post(ctx, objects[:n])
		refused = append(refused, some...)
		if err != nil {
			return refused, err
		}
		objects = objects[n:]
	}
	return refused, nil
}

// post sends one envelope. One that is refused as a whole is halved, until the object is found that it is refused for.
func (x *Exchange) post(ctx context.Context, objects [][]byte) ([]Refusal, error) {
	st, err := x.client.Add(ctx, x.collection, objects)
	switch kind := threatwatch.KindOf(err); {
	case err == nil:
		if st, err = x.settled(ctx, st); err != nil {
			return nil, err
		}
		return refusals(st, objects), nil
	case kind != threatwatch.Invalid && kind != threatwatch.TooLarge:
		return nil, err
	case len(objects) == 1:
		return []Refusal{{taxii.IDOf(objects[0]), err.Error(), objects[0]}}, nil
	}
	half := len(objects) / 2
	first, err := x.post(ctx, objects[:half])
	if err != nil {
		return first, err
	}
	second, err := x.post(ctx, objects[half:])
	return append(first, second...), err
}

// settled asks for a status until nothing is pending. TAXII 2.1 §4.3.
func (x *Exchange) settled(ctx context.Context, st taxii.Status) (taxii.Status, error) {
	const patience = 10
	var err error
	for try := 0; st.Status != taxii.Complete; try++ {
		if try == patience {
			return st, threatwatch.Errorf(threatwatch.Unavailable, "%d objects are still pending", st.PendingCount)
		}
		select {
		case <-ctx.Done():
			return st, ctx.Err()
		case <-time.After(time.Second << min(try, 5)):
		}
		if st, err = x.client.Status(ctx, st.ID); err != nil {
			return st, err
		}
	}
	return st, nil
}

// refusals are the failures of a status with the objects that they name.
func refusals(st taxii.Status, objects [][]byte) (out []Refusal) {
	byID := map[string][]byte{}
	for _, o := range objects {
		byID[taxii.IDOf(o)] = o
	}
	for _, f := range st.Failures {
		out = append(out, Refusal{f.ID, f.Message, byID[f.ID]})
	}
	for n := len(st.Failures); n < st.FailureCount; n++ {
		out = append(out, Refusal{"", "the exchange does not say which object and why", nil})
	}
	return out
}
