package intake

import (
	"context"
	"errors"
	"slices"

	"threatwatch"
	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
)

// RuleStale is the rule of a problem that an editor solves by looking again: the version that the change started from is no longer the latest.
const RuleStale = "lost update"

// stale says that an edit started from another version than the latest that the source holds.
func (b *batch) stale(it *item, d *ident) *stix.Problem {
	want, ok := b.sub.Based[it.put.ID]
	if !ok {
		return nil
	}
	latest := int64(0)
	for _, n := range d.nodes {
		if n.source == b.source.ID && n.flags&store.Quarantined == 0 {
			latest = max(latest, n.modified)
		}
	}
	if latest == want {
		return nil
	}
	return &stix.Problem{ID: it.put.ID, Path: "modified", Rule: RuleStale, Message: "somebody changed it since this change was begun: look at what they wrote, and decide again"}
}

// Trial is what would become of an object.
type Trial struct {
	Outcome
	Label   label.Label // under which it would be held; of what would not be taken the zero Label
	Altered bool        // some would get it with parts left out
	Loosening
}

// Edit takes in what a person wrote, all of it or nothing: an object that is refused or kept apart stops the others, and outcomes say why.
func (in *Intake) Edit(ctx context.Context, s Submission, objects [][]byte) ([]Outcome, error) {
	se := in.session(s)
	var out []Outcome
	se.also = func(_ store.Tx, decided []Outcome) error {
		if out = decided; whole(decided) {
			return nil
		}
		return errTried
	}
	_, err := se.commit(ctx, prepareAll(objects, s.Strict))
	if errors.Is(err, errTried) {
		err = nil
	}
	return out, err
}

// whole says that all is taken, or held already.
func whole(out []Outcome) bool {
	return !slices.ContainsFunc(out, func(o Outcome) bool { return o.Status != Added && o.Status != Unchanged })
}

// errTried ends a transaction of which nothing is to stay.
var errTried = errors.New("only tried")

// Try says what would become of objects, under which label, if they were submitted now and two persons agreed. Nothing is stored.
func (in *Intake) Try(ctx context.Context, s Submission, objects [][]byte) ([]Trial, error) {
	if len(objects) > MaxObjects {
		return nil, threatwatch.Errorf(threatwatch.TooLarge, "%d objects in one submission: at most %d are taken", len(objects), MaxObjects)
	}
	s.Agreed = true
	se, items := in.session(s), prepareAll(objects, s.Strict)
	var trials []Trial
	err := in.store.Update(ctx, func(tx store.Tx) error {
		b, err := se.decide(ctx, tx, items)
		if err != nil {
			return err
		}
		trials = make([]Trial, len(items))
		for i, o := range b.out {
			trials[i] = Trial{Outcome: o}
		}
		for _, n := range b.nodes {
			t := &trials[n.index]
			t.Label, t.Altered = n.eff.Label, n.flags&store.Check != 0
			if t.Loosening, err = b.loosens(n); err != nil {
				return err
			}
		}
		return errTried
	})
	if err != nil && !errors.Is(err, errTried) {
		return nil, err
	}
	return trials, nil
}
