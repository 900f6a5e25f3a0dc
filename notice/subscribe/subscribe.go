// Package subscribe keeps who is told of what happens in the watch: subscriptions, what is on its way to each, and what each was told of.
//
// Everything is kept as small records of the store:
//
//	subscription  ID                     a Subscription
//	delivery      ID/stamp, ID/stamp-T   a Delivery, by where the stretch of the log ends that it tells of; T: sent to try a receiver out
//	told          ID/incident            an incident of which the subscriber was told: what becomes of it, goes there too
//
// A delivery holds no content, only where in the log that stands: what is sent is made by the view of the subscriber at the moment of sending,
// see notice/deliver. So what was withheld meanwhile is not sent, however long it waited.
package subscribe

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/watch/index"
)

// Kind is how somebody is told.
type Kind string

// The kinds of subscriptions.
const (
	Hook Kind = "hook" // a webhook: To is an address to post to
	Mail Kind = "mail" // To is an e-mail address
)

// Cadence is how often somebody is told.
type Cadence string

// The cadences. Those that are not instant gather what happened into one message.
const (
	Instant Cadence = "instant"
	Daily   Cadence = "daily"
	Weekly  Cadence = "weekly"
)

// State is whether somebody is told.
type State string

// The states of a subscription. Whatever happens while it is not active is told when it is active again: the cursor stays.
const (
	Unconfirmed State = "unconfirmed" // who owns To has not said yes
	Active      State = "active"
	Paused      State = "paused"  // by somebody
	Stopped     State = "stopped" // by the exchange: Why says what for
)

// Subscription is who is told what, how, how often, and how far that came.
type Subscription struct {
	ID   string `json:"id"` // "sub_…"; not secret
	Kind Kind   `json:"kind"`
	To   string `json:"to"`

	// In whose view: of a person, by e-mail address; of an organisation, by short name; of the public, when both are "". What they may see is
	// found anew at each delivery.
	Person string `json:"person,omitempty"`
	Org    string `json:"org,omitempty"`

	Filter  string    `json:"filter,omitempty"` // a query in the grammar of watch/index, as Filter.Query writes it; "": everything
	Cadence Cadence   `json:"cadence"`
	At      TimeOfDay `json:"at,omitzero"` // when digests go out

	State   State     `json:"state"`
	Why     string    `json:"why,omitempty"` // of Paused and Stopped, for people
	Created time.Time `json:"created"`
	By      string    `json:"by,omitempty"` // who made it, as the audit trail names them

	Cursor string    `json:"cursor"`          // of notice.Reader: what lies before is told, or is a Delivery
	Looked time.Time `json:"looked,omitzero"` // when digests were last made
	Rest   time.Time `json:"rest,omitzero"`   // the receiver asked to be left alone until then
	Full   bool      `json:"full,omitempty"`  // more happened within an hour than is told one by one: what waits is told in one
	Taken  time.Time `json:"taken,omitzero"`  // when it last took something

	Refusals int `json:"refusals,omitempty"` // messages in a row that the receiver refused for good

	Bounces int       `json:"bounces,omitempty"` // days in close succession on which messages came back after the relay took them
	Bounced time.Time `json:"bounced,omitzero"`  // when the last did that counts

	Keys  []Key `json:"keys,omitempty"`  // of a hook, the newest first
	Nudge int64 `json:"nudge,omitempty"` // counts what people asked for: the engine looks again when it rises
}

// TimeOfDay is when digests go out, by the subscriber's clock.
type TimeOfDay struct {
	Zone string       `json:"zone,omitempty"` // IANA name; "": UTC
	Hour int          `json:"hour"`
	Day  time.Weekday `json:"day"` // of weekly ones
}

// Key is one key of a hook. It holds no secret: the key is made of the exchange's secret, the subscription and the number, see notice/hook.
type Key struct {
	Number int       `json:"number"`
	Until  time.Time `json:"until,omitzero"` // when it goes out of use, after another took its place; zero: it is the current one
}

// Live are the keys to sign with at a moment: the current one, and those that receivers may still be going by.
func (s *Subscription) Live(now time.Time) (list []Key) {
	for _, k := range s.Keys {
		if k.Until.IsZero() || now.Before(k.Until) {
			list = append(list, k)
		}
	}
	return list
}

// Rotate puts a new key first; those before it stay in use for a while, so that the receiver has time to change.
func (s *Subscription) Rotate(now time.Time, overlap time.Duration) {
	next := 1
	for i, k := range s.Keys {
		next = max(next, k.Number+1)
		if end := now.Add(overlap).UTC(); k.Until.IsZero() || end.Before(k.Until) {
			s.Keys[i].Until = end
		}
	}
	s.Keys = slices.DeleteFunc(s.Keys, func(k Key) bool { return !k.Until.After(now) })
	s.Keys = slices.Insert(s.Keys, 0, Key{Number: next})
}

// Selects reads the filter.
func (s *Subscription) Selects() (*index.Filter, error) {
	q, err := url.ParseQuery(s.Filter)
	if err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "filter %q: write key=value&key=value, as in the address of a filtered list", s.Filter)
	}
	return index.ParseFilter(q)
}

// Host is where To is, for logs: the rest of an address can be a secret.
func (s *Subscription) Host() string {
	if u, err := url.Parse(s.To); s.Kind == Hook && err == nil {
		return u.Host
	}
	_, domain, _ := strings.Cut(s.To, "@")
	return domain
}

// check says what is wrong with a subscription, and writes it in its canonical form.
func (s *Subscription) check() error {
	if err := s.checkTo(); err != nil {
		return err
	}
	f, err := s.Selects()
	if err != nil {
		return err
	}
	s.Filter = f.Query().Encode()
	if s.Cadence == "" {
		s.Cadence = Instant
	}
	if !slices.Contains([]Cadence{Instant, Daily, Weekly}, s.Cadence) {
		return threatwatch.Errorf(threatwatch.Invalid, "%q is no cadence: instant, daily or weekly", s.Cadence)
	}
	if s.Kind == Hook && s.Cadence != Instant {
		return threatwatch.Errorf(threatwatch.Invalid, "a webhook is told of each event at once: digests are for mail")
	}
	if _, err := time.LoadLocation(s.At.Zone); err != nil || s.At.Hour < 0 || s.At.Hour > 23 || s.At.Day < time.Sunday || s.At.Day > time.Saturday {
		return threatwatch.Errorf(threatwatch.Invalid, "digests go out at an hour from 0 to 23 of a time zone such as Europe/Berlin")
	}
	return nil
}

func (s *Subscription) checkTo() error {
	switch s.Kind {
	case Hook:
		u, err := url.Parse(s.To)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Fragment != "" {
			return threatwatch.Errorf(threatwatch.Invalid, "a webhook goes to an address https://HOST/…, without a name and password in it")
		}
	case Mail:
		if a, err := mail.ParseAddress(s.To); err != nil || a.Address != s.To {
			return threatwatch.Errorf(threatwatch.Invalid, "%q is no e-mail address", s.To)
		}
	default:
		return threatwatch.Errorf(threatwatch.Invalid, "%q is no kind of subscription: hook or mail", s.Kind)
	}
	return nil
}
