package account

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/store"
)

// Authenticate says who sends a request: a token as Bearer, Token, or as user or password of Basic; a person by address and password of
// Basic, or by session cookie. No credentials: the public. Wrong ones: Unauthenticated. Tokens in addresses are never looked at. Who stands
// before it must have dropped an X-Forwarded-Proto that no trusted proxy sent.
func (a *Accounts) Authenticate(ctx context.Context, r *http.Request) (Caller, error) {
	c, err := a.authenticate(ctx, r)
	c.Plain = !a.Secure && r.TLS == nil && !strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") && !loopback(r)
	return c, err
}

// loopback says that a request has not left this machine.
func loopback(r *http.Request) bool {
	addr, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && addr.Addr().Unmap().IsLoopback() && r.Header.Get("X-Forwarded-For") == "" // nor come in from a proxy here
}

func (a *Accounts) authenticate(ctx context.Context, r *http.Request) (Caller, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return a.byCookie(ctx, r)
	}
	scheme, rest, _ := strings.Cut(header, " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(scheme) { // RFC 9110 §11.1: case-insensitive
	case "bearer", "token":
		return a.byToken(ctx, rest)
	case "basic":
		raw, err := base64.StdEncoding.DecodeString(rest)
		user, pass, ok := strings.Cut(string(raw), ":")
		if err != nil || !ok {
			return Caller{}, threatwatch.Errorf(threatwatch.Unauthenticated, "the credentials are not readable")
		}
		for _, s := range []string{pass, user} {
			if strings.HasPrefix(s, tokenPrefix) {
				return a.byToken(ctx, s)
			}
		}
		p, err := a.password(ctx, user, pass, Network(r))
		if err != nil {
			return Caller{}, err
		}
		return a.person(ctx, p)
	}
	return Caller{}, threatwatch.Errorf(threatwatch.Unauthenticated, "sign in with Basic, Bearer or Token")
}

func (a *Accounts) byCookie(ctx context.Context, r *http.Request) (Caller, error) {
	c, err := r.Cookie(a.cookieName())
	if err != nil {
		return Caller{Kind: KindPublic}, nil
	}
	p, ok, err := a.bySession(ctx, c.Value)
	if err != nil || !ok {
		return Caller{Kind: KindPublic}, err
	}
	return a.person(ctx, p)
}

// bearer is a token with the standing of its organisation.
type bearer struct {
	Token
	org      Org
	clientOf []string
}

// bearerKey is the SHA-256 of a token's secret.
type bearerKey string

// byToken reads who bears a token once for each state of the accounts; whether the token has expired is for the clock to say, each time.
func (a *Accounts) byToken(ctx context.Context, secret string) (Caller, error) {
	hash := hashSecret(secret)
	var b bearer
	err := a.store.Read(ctx, func(s store.Snapshot) (err error) {
		b, err = store.Derived(s, bearerKey(hash), func() (b bearer, err error) {
			if b.Token, err = token(ctx, s, secret, hash); err == nil {
				b.org, b.clientOf, err = standing(ctx, s, b.Org)
			}
			return b, err
		})
		return err
	})
	if err == nil && b.expired(a.now()) {
		err = errCredentials
	}
	if err != nil {
		return Caller{}, err
	}
	a.touch(ctx, hash)
	return Caller{Kind: KindClient, Token: &b.Token, Role: b.Role, Name: b.Name, Org: b.org, ClientOf: b.clientOf}, nil
}

func (a *Accounts) person(ctx context.Context, p Person) (c Caller, err error) {
	c = Caller{Kind: KindPerson, Person: &p, Role: p.Role, Name: p.Name}
	c.Org, c.ClientOf, err = a.Standing(ctx, p.Org)
	return c, err
}

// Standing is an organisation and the organisations whose client it is.
func (a *Accounts) Standing(ctx context.Context, org string) (o Org, clientOf []string, err error) {
	err = a.store.Read(ctx, func(s store.Snapshot) error {
		o, clientOf, err = standing(ctx, s, org)
		return err
	})
	return o, clientOf, err
}

// standing looks into every organisation, but reads only those that name this one.
func standing(ctx context.Context, s store.Snapshot, org string) (o Org, clientOf []string, err error) {
	if err := load(ctx, s, orgKind, org, &o); err != nil {
		return o, nil, err
	}
	quoted, err := json.Marshal(org)
	if err != nil {
		return o, nil, err
	}
	err = s.Records(ctx, orgKind, "", func(_ string, doc []byte) error {
		if !bytes.Contains(doc, quoted) {
			return nil
		}
		other, err := parse[Org](doc)
		if err == nil && slices.Contains(other.Clients, org) {
			clientOf = append(clientOf, other.ID)
		}
		return err
	})
	return o, clientOf, err
}

// Network is where a request comes from, as coarse as needed to slow down guessing: the address, or the /64 of IPv6.
func Network(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	if ip := net.ParseIP(host); ip != nil && ip.To4() == nil {
		return ip.Mask(net.CIDRMask(64, 128)).String()
	}
	return host
}
