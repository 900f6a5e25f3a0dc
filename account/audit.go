package account

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// Event is one line of the audit trail. It holds names and ids, never content.
type Event struct {
	Time    time.Time `json:"time"`
	Who     string    `json:"who"`
	What    string    `json:"what"`
	Subject string    `json:"subject,omitempty"`
}

// Audit writes a line of the trail, durable on return.
func (a *Accounts) Audit(ctx context.Context, who, what, subject string) error {
	return a.store.Update(ctx, func(tx store.Tx) error { return a.audit(ctx, tx, who, what, subject) })
}

func (a *Accounts) audit(ctx context.Context, tx store.Tx, who, what, subject string) error {
	e := Event{Time: a.now().UTC(), Who: who, What: what, Subject: subject}
	return save(ctx, tx, auditKind, fmt.Sprintf("%020d-%s", e.Time.UnixNano(), newSecret()[:6]), e)
}

// AuditLog lists the trail, oldest first.
func (a *Accounts) AuditLog(ctx context.Context) ([]Event, error) {
	return list[Event](ctx, a, auditKind)
}

func parse[T any](doc []byte) (v T, err error) {
	err = json.Unmarshal(doc, &v)
	return v, err
}

// setupLife is how long a set-up link is good for.
const setupLife = 24 * time.Hour

// SetupLink makes the link by which the first operator comes in: a path, good once, for a day. "" when there are people already.
func (a *Accounts) SetupLink(ctx context.Context) (path string, err error) {
	secret := newSecret()
	err = a.store.Update(ctx, func(tx store.Tx) error {
		any, err := hasPeople(ctx, tx)
		if err != nil || any {
			secret = ""
			return err
		}
		return save(ctx, tx, setupKind, "first", setup{hashSecret(secret), a.now().Add(setupLife).UTC()})
	})
	if err != nil || secret == "" {
		return "", err
	}
	return "/setup/" + secret, nil
}

type setup struct {
	Hash    string    `json:"hash"`
	Expires time.Time `json:"expires"`
}

func hasPeople(ctx context.Context, s store.Recorder) (any bool, err error) {
	err = s.Records(ctx, personKind, "", func(string, []byte) error {
		any = true
		return store.Stop
	})
	return any, err
}

// CheckSetup says whether a set-up link is good; NotFound when not.
func (a *Accounts) CheckSetup(ctx context.Context, secret string) error {
	return a.store.Read(ctx, func(s store.Snapshot) error { return a.checkSetup(ctx, s, secret) })
}

func (a *Accounts) checkSetup(ctx context.Context, s store.Recorder, secret string) error {
	gone := threatwatch.Errorf(threatwatch.NotFound, "this link was used already, or is too old: start the exchange again for a new one")
	var su setup
	err := load(ctx, s, setupKind, "first", &su)
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return gone
	}
	if err != nil {
		return err
	}
	if su.Hash != hashSecret(secret) || !a.now().Before(su.Expires) {
		return gone
	}
	any, err := hasPeople(ctx, s)
	if err == nil && any {
		err = gone
	}
	return err
}

// Setup makes the operator's organisation and its first person, and uses up the link: all of it, once, or nothing.
func (a *Accounts) Setup(ctx context.Context, secret, orgName, name, email, password string) (p Person, err error) {
	if err := a.CheckSetup(ctx, secret); err != nil { // before a password is hashed, which is dear
		return p, err
	}
	hash, err := hashPassword(password)
	if err != nil {
		return p, err
	}
	err = a.store.Update(ctx, func(tx store.Tx) error {
		if err := a.checkSetup(ctx, tx, secret); err != nil {
			return err
		}
		o, err := findOrg(ctx, tx, orgName)
		if threatwatch.KindOf(err) == threatwatch.NotFound {
			o, err = a.addOrg(ctx, tx, Org{Name: orgName})
		}
		if err != nil {
			return err
		}
		p, err = a.addPerson(ctx, tx, Person{Org: o.ID, Name: name, Email: email, Role: Operator, Password: hash})
		if err != nil {
			return err
		}
		if err := tx.DeleteRecord(ctx, setupKind, "first"); err != nil {
			return err
		}
		return a.audit(ctx, tx, p.ID, "set up the exchange", o.ID)
	})
	return p, err
}
