// Package account knows who may come in: organisations, people, tokens, sessions, and the trail of what was done.
//
// Everything is kept as small records of the store. Secrets are kept as hashes only: tokens and session cookies are random, so SHA-256
// is enough for them; passwords are not, so they get argon2id.
package account

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// Role is what somebody may do. Each includes the ones before it.
type Role string

// The roles.
const (
	Reader    Role = "reader"    // reads what the organisation may read
	Analyst   Role = "analyst"   // and comments, reports sightings
	Publisher Role = "publisher" // and adds objects in the organisation's name
	Operator  Role = "operator"  // and runs this exchange: configures it and sees everything
)

var ranks = map[Role]int{Reader: 1, Analyst: 2, Publisher: 3, Operator: 4}

// ParseRole reads the name of a role.
func ParseRole(s string) (Role, error) {
	r := Role(strings.ToLower(s))
	if ranks[r] == 0 {
		return "", threatwatch.Errorf(threatwatch.Invalid, "%q is no role: reader, analyst, publisher or operator", s)
	}
	return r, nil
}

// Includes says whether somebody with role r may do what needs role need.
func (r Role) Includes(need Role) bool { return ranks[r] >= ranks[need] && ranks[r] > 0 }

// Org is an organisation that takes part.
type Org struct {
	ID      string    `json:"id"` // short name, made of the name: "example-energy"
	Name    string    `json:"name"`
	Clients []string  `json:"clients,omitempty"` // organisations that are its clients (TLP:AMBER)
	Created time.Time `json:"created"`
}

// Person is somebody of an organisation.
type Person struct {
	ID       string    `json:"id"` // "name@org"
	Org      string    `json:"org"`
	Name     string    `json:"name"`
	Email    string    `json:"email"` // what one signs in with
	Role     Role      `json:"role"`
	Password string    `json:"password,omitempty"` // argon2id
	Created  time.Time `json:"created"`
	Disabled bool      `json:"disabled,omitempty"`
}

// Token is what a program comes in with.
type Token struct {
	ID      string    `json:"id"` // not secret: names the token in lists and in the trail
	Name    string    `json:"name"`
	Org     string    `json:"org"`
	Role    Role      `json:"role"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"`
	Revoked time.Time `json:"revoked,omitzero"`
	Used    time.Time `json:"used,omitzero"` // to the hour
}

// Kind of caller.
type Kind string

// The kinds of callers.
const (
	KindPublic Kind = "public"
	KindPerson Kind = "person"
	KindClient Kind = "client"
)

// Caller is who is asking. The zero value is the public.
type Caller struct {
	Kind     Kind
	Org      Org
	ClientOf []string // organisations whose client its organisation is
	Person   *Person
	Token    *Token
	Role     Role
	Name     string // for display and the trail
	Plain    bool   // the request came over a network without TLS
}

// Operator says whether the caller runs this exchange.
func (c Caller) Operator() bool { return c.Role == Operator }

// Accounts keeps them.
type Accounts struct {
	Secure bool // visitors come over TLS: cookies ask for it. Set before use.

	store  store.Store
	now    func() time.Time
	slots  chan struct{} // passwords being looked at
	proven *proven

	mu      sync.Mutex // protects what follows
	tries   map[string]*backoff
	touched map[string]time.Time // when each token's use was last written
}

// New returns the accounts in a store.
func New(s store.Store, now func() time.Time) *Accounts {
	if now == nil {
		now = time.Now
	}
	return &Accounts{store: s, now: now, slots: make(chan struct{}, hashSlots), proven: newProven(), tries: map[string]*backoff{}, touched: map[string]time.Time{}}
}

// Kinds of records.
const (
	orgKind     = "org"
	personKind  = "person" // by email
	tokenKind   = "token"  // by SHA-256 of the secret
	sessionKind = "session"
	auditKind   = "audit"
	setupKind   = "setup"
)

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// Slug is the short name for a name.
func Slug(name string) string {
	return strings.Trim(notSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

// AddOrg adds an organisation; Conflict when its short name is taken.
func (a *Accounts) AddOrg(ctx context.Context, want Org) (o Org, err error) {
	err = a.store.Update(ctx, func(tx store.Tx) (err error) {
		o, err = a.addOrg(ctx, tx, want)
		return err
	})
	return o, err
}

func (a *Accounts) addOrg(ctx context.Context, tx store.Tx, o Org) (Org, error) {
	if o.ID == "" {
		o.ID = Slug(o.Name)
	}
	if o.ID == "" || o.ID != Slug(o.ID) || len(o.ID) > 64 {
		return o, threatwatch.Errorf(threatwatch.Invalid, "an organisation needs a name with letters or digits (short name at most 64)")
	}
	o.Created = a.now().UTC()
	return o, add(ctx, tx, orgKind, o.ID, o, "organisation "+o.ID)
}

// SetClients names the clients of an organisation.
func (a *Accounts) SetClients(ctx context.Context, org string, clients []string) error {
	return a.store.Update(ctx, func(tx store.Tx) error {
		var o Org
		if err := load(ctx, tx, orgKind, org, &o); err != nil {
			return err
		}
		o.Clients = clients
		return save(ctx, tx, orgKind, org, o)
	})
}

// Orgs lists them by short name.
func (a *Accounts) Orgs(ctx context.Context) (out []Org, err error) {
	return list[Org](ctx, a, orgKind)
}

// Org finds one by short name or name.
func (a *Accounts) Org(ctx context.Context, name string) (o Org, err error) {
	err = a.store.Read(ctx, func(s store.Snapshot) (err error) {
		o, err = findOrg(ctx, s, name)
		return err
	})
	return o, err
}

func findOrg(ctx context.Context, s store.Recorder, name string) (o Org, err error) {
	err = load(ctx, s, orgKind, Slug(name), &o)
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return o, threatwatch.Errorf(threatwatch.NotFound, "no organisation %q", name)
	}
	return o, err
}

// AddPerson adds somebody to an organisation. Without a password (empty) one cannot sign in yet. Conflict when the address is taken, or
// the name before its @ within the organisation: TLP:RED names people as name@org.
func (a *Accounts) AddPerson(ctx context.Context, want Person, password string) (p Person, err error) {
	if password != "" {
		if want.Password, err = hashPassword(password); err != nil {
			return want, err
		}
	}
	err = a.store.Update(ctx, func(tx store.Tx) (err error) {
		p, err = a.addPerson(ctx, tx, want)
		return err
	})
	return p, err
}

func (a *Accounts) addPerson(ctx context.Context, tx store.Tx, p Person) (Person, error) {
	p.Email = strings.ToLower(strings.TrimSpace(p.Email))
	name, domain, ok := strings.Cut(p.Email, "@")
	if !ok || name == "" || domain == "" || strings.ContainsAny(p.Email, " \t\r\n<>\"") || len(p.Email) > 254 {
		return p, threatwatch.Errorf(threatwatch.Invalid, "%q is no e-mail address", p.Email)
	}
	if _, err := ParseRole(string(p.Role)); err != nil {
		return p, err
	}
	o, err := findOrg(ctx, tx, p.Org)
	if err != nil {
		return p, err
	}
	p.Org, p.ID, p.Created = o.ID, name+"@"+o.ID, a.now().UTC()
	if p.Name == "" {
		p.Name = name
	}
	err = tx.Records(ctx, personKind, "", func(email string, doc []byte) error {
		other, err := parse[Person](doc)
		if err == nil && other.ID == p.ID && email != p.Email {
			err = threatwatch.Errorf(threatwatch.Conflict, "%s is %s already: within an organisation what stands before the @ must differ", p.ID, email)
		}
		return err
	})
	if err != nil {
		return p, err
	}
	return p, add(ctx, tx, personKind, p.Email, p, "person "+p.Email)
}

// SetPassword changes a password and ends all sessions of that person.
func (a *Accounts) SetPassword(ctx context.Context, email, password string) error {
	hash, err := hashPassword(password)
	if err != nil {
		return err
	}
	email = strings.ToLower(email)
	return a.store.Update(ctx, func(tx store.Tx) error {
		var p Person
		if err := load(ctx, tx, personKind, email, &p); err != nil {
			return err
		}
		p.Password = hash
		if err := save(ctx, tx, personKind, email, p); err != nil {
			return err
		}
		return endSessions(ctx, tx, email)
	})
}

// People lists them by e-mail address.
func (a *Accounts) People(ctx context.Context) ([]Person, error) {
	return list[Person](ctx, a, personKind)
}

// add writes a record that must be new.
func add(ctx context.Context, tx store.Tx, kind, key string, v any, what string) error {
	_, err := tx.Record(ctx, kind, key)
	if err == nil {
		return threatwatch.Errorf(threatwatch.Conflict, "%s exists already", what)
	}
	if threatwatch.KindOf(err) != threatwatch.NotFound {
		return err
	}
	return save(ctx, tx, kind, key, v)
}

func save(ctx context.Context, tx store.Tx, kind, key string, v any) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.PutRecord(ctx, kind, key, doc)
}

func load(ctx context.Context, s store.Recorder, kind, key string, v any) error {
	doc, err := s.Record(ctx, kind, key)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(doc, v); err != nil {
		return fmt.Errorf("read %s: %w", kind, err)
	}
	return nil
}

func list[T any](ctx context.Context, a *Accounts, kind string) (out []T, err error) {
	err = a.store.Read(ctx, func(s store.Snapshot) error {
		return s.Records(ctx, kind, "", func(_ string, doc []byte) error {
			var v T
			err := json.Unmarshal(doc, &v)
			out = append(out, v)
			return err
		})
	})
	return out, err
}
