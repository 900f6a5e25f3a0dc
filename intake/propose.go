package intake

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"threatwatch"
	"threatwatch/store"
)

// ProposalLife is how long a proposal waits for a second person.
const ProposalLife = 7 * 24 * time.Hour

// Proposal is a change that loosens a marking above TLP:AMBER and waits for a second person of the organisation. Nothing of it is in any
// view.
type Proposal struct {
	ID        string            `json:"id"`
	Org       string            `json:"org"` // whose persons decide about it
	By        string            `json:"by"`  // the person who proposes it, "name@org"
	Name      string            `json:"name"`
	What      string            `json:"what"` // in plain words
	Why       string            `json:"why"`
	Made      time.Time         `json:"made"`
	Expires   time.Time         `json:"expires"`
	Source    store.SourceID    `json:"source"`
	Based     map[string]int64  `json:"based"`
	Objects   []json.RawMessage `json:"objects"`
	Loosening []Loosening       `json:"loosening"` // what needs two persons
}

// Proposals are records of the store:
//
//	kind "proposal", key the id of the proposal, document Proposal
const proposalKind = "proposal"

// Propose keeps a change until somebody else agrees. The caller gives who, what and why; what it loosens is found here.
func (in *Intake) Propose(ctx context.Context, p Proposal) (Proposal, error) {
	trials, err := in.Try(ctx, p.submission(), p.bytes())
	if err != nil {
		return p, err
	}
	p.Loosening = nil
	for _, t := range trials {
		if t.Status == Refused || t.Status == Quarantined {
			return p, threatwatch.Errorf(threatwatch.Invalid, "%s is %s: %v", t.Outcome.ID, t.Status, t.Problems)
		}
		if t.NeedsTwo() {
			p.Loosening = append(p.Loosening, t.Loosening)
		}
	}
	if len(p.Loosening) == 0 {
		return p, threatwatch.Errorf(threatwatch.Invalid, "nothing of it needs a second person")
	}
	p.ID, p.Made = uuid.NewString(), in.now().UTC()
	p.Expires = p.Made.Add(ProposalLife)
	doc, err := json.Marshal(p)
	if err != nil {
		return p, err
	}
	return p, in.store.Update(ctx, func(tx store.Tx) error { return tx.PutRecord(ctx, proposalKind, p.ID, doc) })
}

func (p Proposal) submission() Submission {
	return Submission{Source: p.Source, By: p.Name, Based: p.Based}
}

func (p Proposal) bytes() [][]byte {
	list := make([][]byte, len(p.Objects))
	for i, o := range p.Objects {
		list[i] = o
	}
	return list
}

// Proposals are those that wait for a person of an organisation, the oldest first.
func (in *Intake) Proposals(ctx context.Context, org string) (list []Proposal, err error) {
	all, err := in.proposals(ctx)
	now := in.now()
	return slices.DeleteFunc(all, func(p Proposal) bool { return p.Org != org || !now.Before(p.Expires) }), err
}

func (in *Intake) proposals(ctx context.Context) (list []Proposal, err error) {
	err = in.store.Read(ctx, func(sn store.Snapshot) error {
		return sn.Records(ctx, proposalKind, "", func(_ string, doc []byte) error {
			var p Proposal
			err := json.Unmarshal(doc, &p)
			list = append(list, p)
			return err
		})
	})
	slices.SortFunc(list, func(a, b Proposal) int { return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID)) })
	return list, err
}

// Agree takes in what was proposed, when by is another person of the organisation than the one who proposed it. What cannot be taken any
// more, because it was changed since, is a Conflict, and the proposal stays.
func (in *Intake) Agree(ctx context.Context, id, org, by string) (p Proposal, err error) {
	if p, err = in.proposal(ctx, id, org); err != nil {
		return p, err
	}
	if p.By == by {
		return p, threatwatch.Errorf(threatwatch.Forbidden, "You proposed it yourself: somebody else of your organisation must agree.")
	}
	s := p.submission()
	s.Agreed = true
	se := in.session(s)
	se.also = func(tx store.Tx, out []Outcome) error {
		if i := slices.IndexFunc(out, func(o Outcome) bool { return o.Status != Added && o.Status != Unchanged }); i >= 0 {
			return threatwatch.Errorf(threatwatch.Conflict, "It cannot be taken any more: %s.", out[i].Problems[0].Message)
		}
		return endProposal(ctx, tx, id)
	}
	_, err = se.commit(ctx, prepareAll(p.bytes(), false))
	return p, err
}

// Decline ends a proposal: the second person refuses it, or the first takes it back.
func (in *Intake) Decline(ctx context.Context, id, org string) (Proposal, error) {
	p, err := in.proposal(ctx, id, org)
	if err != nil {
		return p, err
	}
	return p, in.store.Update(ctx, func(tx store.Tx) error { return endProposal(ctx, tx, id) })
}

var errNoProposal = threatwatch.Errorf(threatwatch.NotFound, "There is no such proposal, or it was decided already, or it is too old.")

// endProposal takes a proposal away, once.
func endProposal(ctx context.Context, tx store.Tx, id string) error {
	_, err := tx.Record(ctx, proposalKind, id)
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return errNoProposal
	}
	if err != nil {
		return err
	}
	return tx.DeleteRecord(ctx, proposalKind, id)
}

// proposal finds one that waits. That of another organisation, or of too long ago, is not there.
func (in *Intake) proposal(ctx context.Context, id, org string) (p Proposal, err error) {
	list, err := in.Proposals(ctx, org)
	if err != nil {
		return p, err
	}
	i := slices.IndexFunc(list, func(p Proposal) bool { return p.ID == id })
	if i < 0 {
		return p, errNoProposal
	}
	return list[i], nil
}

// SweepProposals drops those that waited for too long, and returns them.
func (in *Intake) SweepProposals(ctx context.Context) (old []Proposal, err error) {
	all, err := in.proposals(ctx)
	if err != nil {
		return nil, err
	}
	now := in.now()
	for _, p := range all {
		if now.Before(p.Expires) {
			continue
		}
		err := in.store.Update(ctx, func(tx store.Tx) error { return endProposal(ctx, tx, p.ID) })
		if threatwatch.KindOf(err) == threatwatch.NotFound { // another process was first
			continue
		}
		if err != nil {
			return old, err
		}
		old = append(old, p)
	}
	return old, nil
}
