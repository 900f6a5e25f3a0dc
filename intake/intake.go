// Package intake is the only door in: it settles who is speaking, what label each object gets and what conflicts, and is the
// only writer of assertions.
//
// An object is parsed strictly and validated; one that breaks a rule is refused with the rule's name and never fails its neighbours.
// What is accepted is stored as received, byte for byte, under (source, id, modified), with three things computed on the way in:
//
//   - its label, the strictest of its own markings, its container, the submission's and the source's default (see label.go);
//   - the flag Check, when its bytes may not leave as they are to everyone who may see the label (see graph.go);
//   - the flag Quarantined, when it claims what this source cannot claim, or comes from the future (see rules.go).
//
// Label and flags are a function of what is held, not of the order in which it came: when a missing end or marking arrives late,
// what refers to it is computed again in the same transaction.
//
// Fetching, decoding of transports and accounts are left to others.
package intake

import (
	"context"
	"runtime"
	"sync"
	"time"

	"threatwatch"
	"threatwatch/stix"
	"threatwatch/store"
)

// Limits of one submission. A stream has no limit on the number of objects.
const (
	MaxObjects     = 100_000 // objects in one Submit
	MaxObjectBytes = 4 << 20 // bytes of one object
	maxFuture      = 24 * time.Hour
)

// Intake writes to one store. Make it with New; all methods may be called from many goroutines.
type Intake struct {
	store store.Store
	now   func() time.Time

	mu   sync.Mutex // protects held
	held map[store.SourceID]int64
}

// New returns the door into s. now is the clock, time.Now outside tests.
func New(s store.Store, now func() time.Time) *Intake {
	if now == nil {
		now = time.Now
	}
	return &Intake{store: s, now: now, held: map[store.SourceID]int64{}}
}

// Submission says who submits, where to, and under which conditions.
type Submission struct {
	Source      store.SourceID
	Collections []store.CollectionID // nil: the source's own
	TLP         *stix.Level          // container default: binds every object, marked or not
	Strict      bool                 // refuse what the standard only tolerates: warnings become errors
	By          string               // person or client, for the audit
	Operator    bool                 // the operator submits, whoever the source is: may hear of what others hold

	// Based are the versions that an editor started from, by id: an object is refused when the source holds another one as its latest
	// by now (0: none at all), so that nobody overwrites what was never read. Nil: it is no edit.
	Based map[string]int64
	// Agreed says that two persons agreed to what is loosened; see loosen.go.
	Agreed bool
}

// Status says what became of an object.
type Status uint8

// What can become of an object.
const (
	Added       Status = iota + 1 // stored
	Unchanged                     // held already with the same content: a success
	Refused                       // breaks a rule; nothing of it is stored
	Quarantined                   // stored, but only the operator sees it
)

func (s Status) String() string {
	switch s {
	case Added:
		return "added"
	case Unchanged:
		return "unchanged"
	case Refused:
		return "refused"
	case Quarantined:
		return "quarantined"
	}
	return "unknown"
}

// Outcome is what became of one object. Problems hold the reasons of a refusal or quarantine first, then warnings.
type Outcome struct {
	Index    int
	ID       string
	Modified int64
	Status   Status
	Problems []stix.Problem
	Added    store.Stamp // zero when refused
	Raw      []byte      // the object, of a refused one in a stream
}

// Summary counts outcomes.
type Summary struct {
	Read        int `json:"read"`
	Added       int `json:"added"`
	Unchanged   int `json:"unchanged"`
	Refused     int `json:"refused"`
	Quarantined int `json:"quarantined"`
	Warnings    int `json:"warnings"`
}

// Count adds one outcome.
func (s *Summary) Count(o Outcome) {
	s.Read++
	switch o.Status {
	case Added:
		s.Added++
	case Unchanged:
		s.Unchanged++
	case Refused:
		s.Refused++
	case Quarantined:
		s.Quarantined++
	}
	for _, p := range o.Problems {
		if p.Warning {
			s.Warnings++
		}
	}
}

// Submit takes objects in and returns one outcome for each, in order. It is durable when it returns; an error means that nothing
// was stored. A bad object never fails its neighbours.
func (in *Intake) Submit(ctx context.Context, s Submission, objects [][]byte) ([]Outcome, error) {
	if len(objects) > MaxObjects {
		return nil, threatwatch.Errorf(threatwatch.TooLarge, "%d objects in one submission: at most %d are taken", len(objects), MaxObjects)
	}
	se := in.session(s)
	return se.commit(ctx, prepareAll(objects, s.Strict))
}

// prepareAll parses and validates on all cores.
func prepareAll(objects [][]byte, strict bool) []*item {
	items := make([]*item, len(objects))
	workers := min(runtime.GOMAXPROCS(0), len(objects)/64+1)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(objects); i += workers {
				items[i] = prepare(objects[i], false, strict)
			}
		})
	}
	wg.Wait()
	return items
}
