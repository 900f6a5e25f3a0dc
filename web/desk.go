package web

import (
	"context"
	"time"

	"threatwatch/account"
	"threatwatch/label"
	"threatwatch/stix"
)

// Desk takes in what editors write. It knows what an organisation may change, and what would become of a change.
type Desk interface {
	// Sources are the names of the sources whose objects the caller's organisation may change.
	Sources(ctx context.Context, by account.Caller) ([]string, error)
	// Try says what would become of each object of a draft, and of what comes in with it; nothing is kept.
	Try(ctx context.Context, by account.Caller, d Draft) ([]Fate, error)
	// Publish takes a draft in, all of it or nothing. Where a second person must agree it is proposed instead, and waits is true.
	Publish(ctx context.Context, by account.Caller, d Draft) (waits bool, err error)
	// Proposals are those that wait for the caller's organisation, the oldest first.
	Proposals(ctx context.Context, by account.Caller) ([]Proposal, error)
	// Decide agrees to a proposal, which must be somebody else's, or ends it.
	Decide(ctx context.Context, by account.Caller, id string, agree bool) error
}

// Draft is what an editor wrote: new objects, and versions of what is held.
type Draft struct {
	Source  string // of what is changed; "": all of it is new
	Objects []*stix.Value
	Based   map[string]time.Time // the version that each started from; zero for what is new
	What    string               // in plain words
	Why     string
}

// Fate is what would become of an object.
type Fate struct {
	ID       string
	Label    label.Label
	Altered  bool       // some would get it with parts left out
	Problem  string     // why it would not be taken
	Stale    bool       // because somebody changed it meanwhile
	From, To stix.Level // of its own marking, where that is loosened
	NeedsTwo bool       // a second person must agree to that
}

// Loosened says whether the marking becomes less strict.
func (f Fate) Loosened() bool { return f.To < f.From }

// Proposal is a change that waits for a second person.
type Proposal struct {
	ID, By, Name, What, Why string // By is a person: "name@org"
	Made, Expires           time.Time
	Objects                 []*stix.Value
	Based                   map[string]time.Time
	Fates                   []Fate // of what is loosened
}
