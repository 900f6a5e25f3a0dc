package account

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// SessionLife is how long a sign-in lasts.
const SessionLife = 12 * time.Hour

// session is a sign-in, by the hash of its cookie.
type session struct {
	Email   string    `json:"email"`
	Expires time.Time `json:"expires"`
}

// Names of the cookie: the host prefix needs TLS, and a loopback demonstration has none.
const (
	secureCookie = "__Host-tw"
	plainCookie  = "tw"
)

// StartSession checks a password and returns a fresh cookie. The answer and its time do not tell whether the address exists.
func (a *Accounts) StartSession(ctx context.Context, email, password, network string) (*http.Cookie, error) {
	p, err := a.password(ctx, email, password, network)
	if err != nil {
		return nil, err
	}
	secret := newSecret()
	s := session{Email: p.Email, Expires: a.now().Add(SessionLife).UTC()}
	err = a.store.Update(ctx, func(tx store.Tx) error {
		if err := a.sweep(ctx, tx); err != nil {
			return err
		}
		if err := a.audit(ctx, tx, p.ID, "signed in", network); err != nil {
			return err
		}
		return save(ctx, tx, sessionKind, hashSecret(secret), s)
	})
	if err != nil {
		return nil, err
	}
	return &http.Cookie{Name: a.cookieName(), Value: secret, Path: "/", Expires: s.Expires, HttpOnly: true, Secure: a.Secure, SameSite: http.SameSiteLaxMode}, nil
}

// EndSession forgets the session of a request and returns the cookie that makes the browser forget it too.
func (a *Accounts) EndSession(ctx context.Context, r *http.Request) (*http.Cookie, error) {
	gone := &http.Cookie{Name: a.cookieName(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: a.Secure, SameSite: http.SameSiteLaxMode}
	c, err := r.Cookie(a.cookieName())
	if err != nil {
		return gone, nil
	}
	return gone, a.store.Update(ctx, func(tx store.Tx) error { return tx.DeleteRecord(ctx, sessionKind, hashSecret(c.Value)) })
}

// cookieName is the one name that is looked at. Over TLS it has the prefix that only this host can set: a cookie without it could have
// been planted by a neighbouring host or somebody on the way, to make a visitor act in another's name.
func (a *Accounts) cookieName() string {
	if a.Secure {
		return secureCookie
	}
	return plainCookie
}

// bySession finds who a cookie stands for. An unknown or expired one is the public, so that a page still shows.
func (a *Accounts) bySession(ctx context.Context, secret string) (p Person, ok bool, err error) {
	err = a.store.Read(ctx, func(s store.Snapshot) error {
		var se session
		if err := load(ctx, s, sessionKind, hashSecret(secret), &se); err != nil {
			return err
		}
		if !a.now().Before(se.Expires) {
			return nil
		}
		if err := load(ctx, s, personKind, se.Email, &p); err != nil {
			return err
		}
		ok = !p.Disabled
		return nil
	})
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		err = nil
	}
	return p, ok, err
}

// sweep forgets expired sessions.
func (a *Accounts) sweep(ctx context.Context, tx store.Tx) error {
	return dropSessions(ctx, tx, func(s session) bool { return !a.now().Before(s.Expires) })
}

func endSessions(ctx context.Context, tx store.Tx, email string) error {
	return dropSessions(ctx, tx, func(s session) bool { return s.Email == email })
}

func dropSessions(ctx context.Context, tx store.Tx, drop func(session) bool) error {
	var keys []string
	err := tx.Records(ctx, sessionKind, "", func(key string, doc []byte) error {
		var s session
		if err := json.Unmarshal(doc, &s); err != nil || drop(s) {
			keys = append(keys, key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := tx.DeleteRecord(ctx, sessionKind, k); err != nil {
			return err
		}
	}
	return nil
}

// password finds a person by address and password.
func (a *Accounts) password(ctx context.Context, email, password, network string) (p Person, err error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if err := a.mayTry(email, network); err != nil {
		return p, err
	}
	if p, err = a.personBy(ctx, email); err != nil {
		return p, err
	}
	if !p.Disabled && p.Password != "" && a.proven.right(p.Password, password, a.now()) {
		return p, nil
	}
	leave, err := a.hashing(ctx)
	if err != nil {
		return p, err
	}
	defer leave()
	if err := a.mayTry(email, network); err != nil { // what failed while we waited counts
		return p, err
	}
	if p, err = a.personBy(ctx, email); err != nil {
		return p, err
	}
	if !checkPassword(p.Password, password) || p.Disabled {
		if braked := a.failed(email, network); braked && p.ID != "" {
			err = a.Audit(ctx, p.ID, "sign-ins fail: the address has to wait", network)
		}
		if err != nil {
			return Person{}, err
		}
		return Person{}, threatwatch.Errorf(threatwatch.Unauthenticated, "the credentials are not right")
	}
	a.succeeded(email)
	a.proven.found(p.Password, password, a.now())
	return p, nil
}

// personBy finds a person by address; nobody, whom no password fits, when there is none.
func (a *Accounts) personBy(ctx context.Context, email string) (p Person, err error) {
	err = a.store.Read(ctx, func(s store.Snapshot) error { return load(ctx, s, personKind, email, &p) })
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return Person{}, nil
	}
	return p, err
}
