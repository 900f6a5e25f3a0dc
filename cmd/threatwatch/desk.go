package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/draft"
	"threatwatch/intake"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/web"
)

// desk is the web.Desk over intake: what a person writes comes in under the source that holds what is changed, or under the one that the
// person's organisation speaks as; who did it stands in the audit trail.
type desk struct{ *backend }

var _ web.Desk = desk{}

// sources are those that the caller may change: the organisation's own, and for operators those that belong to no organisation.
func (d desk) sources(ctx context.Context, by account.Caller) ([]store.Source, error) {
	list, err := d.intake.SourcesOf(ctx, by.Org.ID)
	if err != nil || !by.Operator() || by.Org.ID == "" {
		return list, err
	}
	common, err := d.intake.SourcesOf(ctx, "")
	return append(list, common...), err
}

// Sources implements web.Desk.
func (d desk) Sources(ctx context.Context, by account.Caller) (names []string, err error) {
	list, err := d.sources(ctx, by)
	for _, s := range list {
		names = append(names, s.Name)
	}
	return names, err
}

// change is a draft as intake takes it.
type change struct {
	sub     intake.Submission
	objects [][]byte
}

// change says under which source a draft comes in, and whose its new objects are: with the first of them comes the record of the organisation.
func (d desk) change(ctx context.Context, by account.Caller, dr web.Draft) (c change, err error) {
	c.sub = intake.Submission{By: by.Name, Based: map[string]int64{}}
	src, err := d.sourceFor(ctx, by, dr.Source)
	if err != nil {
		return c, err
	}
	c.sub.Source = src.ID
	author, err := d.author(ctx, by, src, dr)
	if err != nil {
		return c, err
	}
	for _, o := range dr.Objects {
		id := o.Get("id").Text()
		if at := dr.Based[id]; at.IsZero() {
			c.sub.Based[id] = 0
			o.Set("created_by_ref", stix.NewString(author.id))
		} else {
			c.sub.Based[id] = at.UnixMicro()
		}
		c.objects = append(c.objects, o.AppendJSON(nil))
	}
	if author.object != nil {
		c.objects = append(c.objects, author.object)
		c.sub.Based[author.id] = author.based
	}
	return c, nil
}

func (d desk) sourceFor(ctx context.Context, by account.Caller, name string) (store.Source, error) {
	if name == "" {
		return d.sourceOf(ctx, by.Org)
	}
	list, err := d.sources(ctx, by)
	if err != nil {
		return store.Source{}, err
	}
	for _, s := range list {
		if s.Name == name {
			return s, nil
		}
	}
	return store.Source{}, threatwatch.Errorf(threatwatch.Forbidden, "this is not your organisation's to change")
}

// author is the identity that an organisation speaks as: its id, and where it has to be written anew its object.
type author struct {
	id     string
	object []byte
	based  int64
}

// author finds the identity that the source speaks as. Its record is as open as the most open object that bears its name, else that object
// would leave without it (STIX 2.1 §3.6); it is never stricter than TLP:AMBER.
func (d desk) author(ctx context.Context, by account.Caller, src store.Source, dr web.Draft) (a author, err error) {
	level, any := stix.Amber, false
	for _, o := range dr.Objects {
		if dr.Based[o.Get("id").Text()].IsZero() || src.Identity != "" && o.Get("created_by_ref").Text() == src.Identity {
			any = true
			for _, ref := range o.Get("object_marking_refs").Strings() {
				if l, ok := stix.TLPOf(ref); ok {
					level = min(level, l)
				}
			}
		}
	}
	if !any {
		return a, nil
	}
	if src, err = d.intake.SpeakAs(ctx, src.Name, "identity--"+uuid.NewString()); err != nil {
		return a, err
	}
	a.id = src.Identity
	held, err := d.held(ctx, src, a.id)
	if err != nil || held != nil && held.level <= level {
		return a, err
	}
	o := draft.Object("identity", a.id, draft.Text("name", by.Org.Name), draft.Text("identity_class", "organization"))
	if held != nil {
		o, a.based = held.root, held.modified
	}
	o.Set("object_marking_refs", stix.NewStrings([]string{stix.TLPID(level)}))
	draft.Stamp(o, d.now())
	a.object = o.AppendJSON(nil)
	return a, nil
}

// heldObject is the latest version of an object in a source.
type heldObject struct {
	root     *stix.Value
	modified int64
	level    stix.Level
}

func (d desk) held(ctx context.Context, src store.Source, id string) (h *heldObject, err error) {
	view := d.release.View(release.Subject{Kind: release.Operator, Name: "desk"}, release.ShowPage)
	err = view.Get(ctx, id, func(it *release.Item) error {
		if it.Source != src.Name || h != nil && it.Modified <= h.modified {
			return nil
		}
		root, err := stix.ParseValue(append([]byte(nil), it.Raw...))
		h = &heldObject{root, it.Modified, it.Label.TLP}
		return err
	})
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		err = nil
	}
	return h, err
}

// Try implements web.Desk.
func (d desk) Try(ctx context.Context, by account.Caller, dr web.Draft) ([]web.Fate, error) {
	c, err := d.change(ctx, by, dr)
	if err != nil {
		return nil, err
	}
	trials, err := d.intake.Try(ctx, c.sub, c.objects)
	if err != nil {
		return nil, err
	}
	return fates(trials), nil
}

func fates(trials []intake.Trial) (list []web.Fate) {
	for _, t := range trials {
		f := web.Fate{ID: t.Outcome.ID, Label: t.Label, Altered: t.Altered, From: t.From, To: t.To, NeedsTwo: t.NeedsTwo()}
		if t.Status == intake.Refused || t.Status == intake.Quarantined {
			f.Problem = t.Status.String()
			if len(t.Problems) > 0 {
				f.Problem, f.Stale = sentence(t.Problems[0]), t.Problems[0].Rule == intake.RuleStale
			}
		}
		list = append(list, f)
	}
	return list
}

// Publish implements web.Desk.
func (d desk) Publish(ctx context.Context, by account.Caller, dr web.Draft) (waits bool, err error) {
	c, err := d.change(ctx, by, dr)
	if err != nil {
		return false, err
	}
	trials, err := d.intake.Try(ctx, c.sub, c.objects)
	if err != nil {
		return false, err
	}
	for _, t := range trials {
		if t.NeedsTwo() {
			return true, d.propose(ctx, by, dr, c)
		}
	}
	out, err := d.intake.Edit(ctx, c.sub, c.objects)
	if err != nil {
		return false, err
	}
	for _, o := range out {
		if o.Status == intake.Added || o.Status == intake.Unchanged {
			continue
		}
		kind := threatwatch.Invalid
		if len(o.Problems) > 0 && o.Problems[0].Rule == intake.RuleStale {
			kind = threatwatch.Conflict
		}
		return false, threatwatch.Errorf(kind, "It was not taken, and nothing of it is kept here: %v", o.Problems)
	}
	for i, o := range out {
		what := "wrote a version"
		if l := trials[i].Loosening; l.To < l.From {
			what = fmt.Sprintf("loosened %s to %s: %s", tlpName(l.From), tlpName(l.To), cmp.Or(dr.Why, "an object that bears its name is as open"))
		} else if dr.Why != "" {
			what += ": " + dr.Why
		}
		if err := d.accounts.Audit(ctx, by.Person.ID, what, o.ID+" "+stix.FormatTime(o.Modified)); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (d desk) propose(ctx context.Context, by account.Caller, dr web.Draft, c change) error {
	p := intake.Proposal{Org: by.Org.ID, By: by.Person.ID, Name: by.Name, What: dr.What, Why: dr.Why, Source: c.sub.Source, Based: c.sub.Based}
	for _, o := range c.objects {
		p.Objects = append(p.Objects, json.RawMessage(o))
	}
	p, err := d.intake.Propose(ctx, p)
	if err != nil {
		return err
	}
	return d.tellProposal(ctx, by.Person.ID, "proposed", p)
}

// tellProposal writes a line of the audit trail for each object whose marking a proposal is about.
func (d desk) tellProposal(ctx context.Context, who, did string, p intake.Proposal) error {
	for _, l := range p.Loosening {
		what := fmt.Sprintf("%s: loosen %s to %s (proposal %s of %s, until %s): %s", did, tlpName(l.From), tlpName(l.To), p.ID, p.By, p.Expires.Format(time.RFC3339), p.Why)
		if err := d.accounts.Audit(ctx, who, what, l.ID); err != nil {
			return err
		}
	}
	return nil
}

// Proposals implements web.Desk. What waited for too long is told in the audit trail, and gone.
func (d desk) Proposals(ctx context.Context, by account.Caller) (list []web.Proposal, err error) {
	old, err := d.intake.SweepProposals(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range old {
		if err := d.tellProposal(ctx, "exchange", "nobody agreed in time", p); err != nil {
			return nil, err
		}
	}
	held, err := d.intake.Proposals(ctx, by.Org.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range held {
		w, err := d.proposal(ctx, p)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, nil
}

func (d desk) proposal(ctx context.Context, p intake.Proposal) (w web.Proposal, err error) {
	w = web.Proposal{ID: p.ID, By: p.By, Name: p.Name, What: p.What, Why: p.Why, Made: p.Made, Expires: p.Expires, Based: map[string]time.Time{}}
	raw := make([][]byte, len(p.Objects))
	for i, o := range p.Objects {
		raw[i] = o
		root, err := stix.ParseValue(o)
		if err != nil {
			return w, err
		}
		w.Objects = append(w.Objects, root)
	}
	for id, at := range p.Based {
		if at != 0 {
			w.Based[id] = time.UnixMicro(at)
		}
	}
	trials, err := d.intake.Try(ctx, intake.Submission{Source: p.Source, By: p.Name, Based: p.Based}, raw)
	w.Fates = fates(trials)
	return w, err
}

// Decide implements web.Desk.
func (d desk) Decide(ctx context.Context, by account.Caller, id string, agree bool) error {
	if !agree {
		p, err := d.intake.Decline(ctx, id, by.Org.ID)
		if err != nil {
			return err
		}
		return d.tellProposal(ctx, by.Person.ID, map[bool]string{true: "took back", false: "refused"}[p.By == by.Person.ID], p)
	}
	p, err := d.intake.Agree(ctx, id, by.Org.ID, by.Person.ID)
	if err != nil {
		return err
	}
	return d.tellProposal(ctx, by.Person.ID, "agreed", p)
}
