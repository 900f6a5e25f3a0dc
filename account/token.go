package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// tokenPrefix makes a token recognisable, for people and for scanners that look for leaked secrets.
const tokenPrefix = "tw_"

func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func hashSecret(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// CreateToken makes a token and returns its secret, which is kept nowhere. ttl 0: it does not expire.
func (a *Accounts) CreateToken(ctx context.Context, name, org string, role Role, ttl time.Duration) (secret string, t Token, err error) {
	o, err := a.Org(ctx, org)
	if err != nil {
		return "", t, err
	}
	if _, err := ParseRole(string(role)); err != nil {
		return "", t, err
	}
	if strings.TrimSpace(name) == "" || ttl < 0 {
		return "", t, threatwatch.Errorf(threatwatch.Invalid, "a token needs a name, and a time to live that is not negative")
	}
	secret = tokenPrefix + newSecret()
	hash := hashSecret(secret)
	t = Token{ID: hash[:12], Name: name, Org: o.ID, Role: role, Created: a.now().UTC()}
	if ttl > 0 {
		t.Expires = t.Created.Add(ttl)
	}
	return secret, t, a.store.Update(ctx, func(tx store.Tx) error { return add(ctx, tx, tokenKind, hash, t, "this token") })
}

// Tokens lists all, without secrets.
func (a *Accounts) Tokens(ctx context.Context) ([]Token, error) {
	return list[Token](ctx, a, tokenKind)
}

// RevokeToken ends a token by its ID; at once, for every process.
func (a *Accounts) RevokeToken(ctx context.Context, id string) error {
	if len(id) != 12 {
		return threatwatch.Errorf(threatwatch.NotFound, "no token %q", id)
	}
	return a.store.Update(ctx, func(tx store.Tx) error {
		key := ""
		var t Token
		err := tx.Records(ctx, tokenKind, id, func(k string, doc []byte) error {
			key = k
			return json.Unmarshal(doc, &t)
		})
		if err != nil {
			return err
		}
		if key == "" {
			return threatwatch.Errorf(threatwatch.NotFound, "no token %q", id)
		}
		if t.Revoked.IsZero() {
			t.Revoked = a.now().UTC()
		}
		return save(ctx, tx, tokenKind, key, t)
	})
}

// errCredentials does not tell a token that is none from one that is over.
var errCredentials = threatwatch.Errorf(threatwatch.Unauthenticated, "the credentials are not right")

// token finds a token by its secret; Unauthenticated when it is none, or revoked.
func token(ctx context.Context, s store.Snapshot, secret, hash string) (t Token, err error) {
	if !strings.HasPrefix(secret, tokenPrefix) {
		return t, errCredentials
	}
	err = load(ctx, s, tokenKind, hash, &t)
	if threatwatch.KindOf(err) == threatwatch.NotFound || err == nil && !t.Revoked.IsZero() {
		err = errCredentials
	}
	return t, err
}

func (t *Token) expired(now time.Time) bool { return !t.Expires.IsZero() && !now.Before(t.Expires) }

// touch notes, at most once an hour, that a token was used. Best effort: reading does not fail for it.
func (a *Accounts) touch(ctx context.Context, key string) {
	hour := a.now().UTC().Truncate(time.Hour)
	a.mu.Lock()
	fresh := a.touched[key].Before(hour)
	a.touched[key] = hour
	a.mu.Unlock()
	if !fresh {
		return
	}
	_ = a.store.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
		var t Token
		if err := load(ctx, tx, tokenKind, key, &t); err != nil || !t.Used.Before(hour) {
			return err
		}
		t.Used = hour
		return save(ctx, tx, tokenKind, key, t)
	})
}
