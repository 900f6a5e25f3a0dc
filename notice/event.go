package notice

import (
	"context"
	"slices"
	"strconv"
	"time"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// Event is something that happened to an incident of the watch, as a reader may know of it.
type Event struct {
	Cursor string       // where the reader stands after it
	Type   string       // see EventTypes
	At     time.Time    // when it came in
	Object string       // the id of what came in
	Entry  *index.Entry // as it stands now
	Words  string       // what was said: of a claim, a stance, a correction
}

// EventTypes are the kinds of events.
var EventTypes = watch.Vocabulary{
	{Code: "incident.published", Label: "A new incident"}, {Code: "incident.updated", Label: "An incident was updated"}, {Code: "incident.corrected", Label: "An incident was corrected"}, {Code: "incident.merged", Label: "An incident was merged into another"},
	{Code: "incident.retracted", Label: "An incident was retracted"}, {Code: "milestone.added", Label: "A step of an incident became known"}, {Code: "claim.added", Label: "A claim of who did it"}, {Code: "claim.withdrawn", Label: "A claim was withdrawn"}, {Code: "stance.added", Label: "An answer to a claim"},
	{Code: "stance.withdrawn", Label: "An answer was recorded in error"},
	{Code: "actor.renamed", Label: "An actor is called by another name"},
}

// eventTypes are the objects of which events are made.
var eventTypes = []string{"incident", "relationship", "opinion", "note", "intrusion-set", "threat-actor", "campaign", "identity"}

// Reader reads the events that one subject may know of.
type Reader struct {
	keeper  *index.Keeper
	view    *release.View
	subject release.Subject
	action  release.Action
}

// NewReader makes a reader of events. action says what is done with them.
func NewReader(r *release.Releaser, k *index.Keeper, s release.Subject, a release.Action) *Reader {
	return &Reader{k, r.View(s, a), s, a}
}

// Now is the cursor behind all that has happened.
func (r *Reader) Now(ctx context.Context) (string, error) {
	p, err := r.view.Page(ctx, release.Query{Types: eventTypes, Version: release.All, Newest: true, Limit: 1}, func(*release.Item) error { return nil })
	return cursorAt(p.Last), err
}

// batch is how many objects are looked at in one reading.
const batch = 500

// Interest is what somebody wants to hear of.
type Interest struct {
	Filter *index.Filter
	// Told says, of an incident that the filter does not select, whether they were told of it before and so hear what becomes of it. nil: nobody
	// noted that.
	Told func(incident string) (bool, error)
}

// Next calls f for the events after a cursor that somebody wants to hear of, in their order, and returns where it stands. more says that there is
// more to read at once. An event about an incident reaches who would have got an earlier version of it, too: corrections and retractions go where
// the original went.
func (r *Reader) Next(ctx context.Context, cursor string, want Interest, f func(Event) error) (at string, more bool, err error) {
	return r.next(ctx, cursor, "", want, f)
}

// Between calls f for the events after a cursor up to another, which counts, as the view shows them now: what it showed when the events were first
// read and does not any more is left out.
func (r *Reader) Between(ctx context.Context, after, upto string, want Interest, f func(Event) error) error {
	for more := true; more; {
		var err error
		if after, more, err = r.next(ctx, after, upto, want, f); err != nil {
			return err
		}
	}
	return nil
}

// next is Next up to a cursor; "" is to the end.
func (r *Reader) next(ctx context.Context, cursor, upto string, want Interest, f func(Event) error) (at string, more bool, err error) {
	q := release.Query{Types: eventTypes, Version: release.All, Limit: batch}
	if q.AddedAfter, err = stampOf(cursor); err != nil {
		return cursor, false, err
	}
	last, err := stampOf(upto)
	if err != nil {
		return cursor, false, err
	}
	if upto != "" {
		q.Limit = int(max(1, min(batch, last-q.AddedAfter))) // no two have one stamp
	}
	var came []arrival
	p, err := r.view.Page(ctx, q, func(it *release.Item) error {
		if upto != "" && it.Added > last {
			return nil
		}
		came = append(came, arrival{id: it.ID, typ: it.Type, cursor: cursorAt(it.Added), at: it.Added.Time(), modified: it.Modified, raw: slices.Clone(it.Raw)})
		return nil
	})
	if err != nil || p.N == 0 {
		return cursor, false, err
	}
	x, err := r.keeper.Of(ctx, r.subject, r.action) // after the page: it knows of all that came in until then
	if err != nil {
		return cursor, false, err
	}
	for _, a := range came {
		if err := r.tell(ctx, x, a, want, f); err != nil {
			return cursor, false, err
		}
	}
	p.More = p.More && (upto == "" || p.Last < last)
	return cursorAt(p.Last), p.More, nil
}

// arrival is an object that came in.
type arrival struct {
	id, typ, cursor string
	at              time.Time
	modified        int64
	raw             []byte
}

func (r *Reader) tell(ctx context.Context, x *index.Index, a arrival, want Interest, f func(Event) error) error {
	if actorTypes[a.typ] && x.Actor(a.id) == nil {
		return nil // nobody names it
	}
	root, err := stix.ParseValue(a.raw)
	if err != nil {
		return threatwatch.Errorf(threatwatch.Internal, "%s: %w", a.id, err)
	}
	e := Event{Cursor: a.cursor, At: a.at, Object: a.id}
	before, err := r.before(ctx, a)
	if err != nil {
		return err
	}
	switch {
	case a.typ == "incident":
		e.Entry, e.Type, e.Words = incidentEvent(x, root, before)
	case watch.IsClaim(root):
		e.Entry, e.Type, e.Words = claimEvent(x, root, before)
	case watch.IsStance(root):
		e.Entry, e.Type, e.Words = stanceEvent(x, root, before)
	case a.typ == "relationship":
		e.Entry, e.Type, e.Words = mergeEvent(x, root)
	case actorTypes[a.typ]:
		e.Entry, e.Type, e.Words, err = renameEvent(x, root, before, want)
	}
	if err != nil {
		return err
	}
	if e.Type == "" || e.Entry == nil || draft(e.Entry) {
		return nil
	}
	if wanted, err := want.in(e.Entry, append(before, root), x.Unvoid(e.Entry, a.id)); err != nil || !wanted {
		return err
	}
	return f(e)
}

// before are the versions that were known before one came in, the newest first.
func (r *Reader) before(ctx context.Context, a arrival) (list []*stix.Value, err error) {
	err = r.view.Get(ctx, a.id, func(it *release.Item) error {
		if it.Modified < a.modified {
			root, err := stix.ParseValue(slices.Clone(it.Raw))
			if err != nil {
				return err
			}
			list = append(list, root)
		}
		return nil
	})
	if threatwatch.KindOf(err) == threatwatch.NotFound { // it left in between
		err = nil
	}
	return list, err
}

// in says whether somebody wants to hear of an entry: for what it is, for what one of some versions said, for what it would be with something that is void
// now, or because they know of it. The versions are that which came in and those before it: what was corrected at once is told as well, so that the
// correction is of something.
func (want Interest) in(e *index.Entry, versions []*stix.Value, with *index.Entry) (bool, error) {
	if want.Filter.Match(e) || with != e && want.Filter.Match(with) {
		return true, nil
	}
	selected := slices.ContainsFunc(versions, func(root *stix.Value) bool {
		in, err := watch.ReadIncident(root)
		return err == nil && want.Filter.Match(e.As(in))
	})
	if selected || want.Told == nil {
		return selected, nil
	}
	return want.Told(e.ID)
}

func incidentEvent(x *index.Index, root *stix.Value, before []*stix.Value) (*index.Entry, string, string) {
	in, err := watch.ReadIncident(root)
	if err != nil {
		return nil, "", ""
	}
	e, state := x.Get(in.ID), in.Facts.RecordState
	if len(before) == 0 {
		if state == "retracted" || in.Revoked { // what it said before is withheld by now
			return e, "incident.retracted", in.Facts.StateWhy
		}
		return e, "incident.published", in.Description
	}
	old, err := watch.ReadIncident(before[0])
	if err != nil {
		return e, "incident.updated", ""
	}
	switch {
	case (state == "retracted" || in.Revoked) && !(old.Facts.RecordState == "retracted" || old.Revoked):
		return e, "incident.retracted", in.Facts.StateWhy
	case state == "merged" && old.Facts.RecordState != "merged":
		return e, "incident.merged", in.Facts.StateWhy
	case state == "corrected" && in.Facts.StateWhy != old.Facts.StateWhy:
		return e, "incident.corrected", in.Facts.StateWhy
	case old.Facts.RecordState == "draft" && state != "draft":
		return e, "incident.published", in.Description
	case len(in.Facts.Milestones) > len(old.Facts.Milestones):
		m := in.Facts.Milestones[len(in.Facts.Milestones)-1]
		return e, "milestone.added", watch.MilestoneKinds.Label(m.Kind) + " " + m.String()
	}
	return e, "incident.updated", ""
}

func claimEvent(x *index.Index, root *stix.Value, before []*stix.Value) (*index.Entry, string, string) {
	c, err := watch.ReadClaim(root)
	if err != nil {
		return nil, "", ""
	}
	e := x.Holding(c.ID)
	if e == nil { // it stands no more
		e = x.Get(c.Act)
	}
	words := "Attributed to " + x.Name(c.Accused).Label() + " by " + x.Name(c.Terms.ClaimantRef).Label()
	switch {
	case len(before) == 0 && c.Stands():
		return e, "claim.added", words
	case c.Revoked:
		return e, "claim.withdrawn", because(words+": recorded in error", c.Terms.StateWhy)
	case !c.Stands():
		return e, "claim.withdrawn", because(words+": "+watch.ClaimStatuses.Label(c.Terms.Status), c.Terms.StateWhy)
	}
	return e, "", ""
}

func stanceEvent(x *index.Index, root *stix.Value, before []*stix.Value) (*index.Entry, string, string) {
	s, err := watch.ReadStance(root)
	if err != nil || len(before) > 0 && !s.Revoked {
		return nil, "", ""
	}
	words := x.Name(s.Position.HolderRef).Label() + " " + watch.Stances.Label(s.Position.Stance)
	for _, id := range s.Of {
		switch e := x.Holding(id); {
		case e == nil:
		case s.Revoked:
			return e, "stance.withdrawn", because(words+": recorded in error", s.Position.StateWhy)
		default:
			return e, "stance.added", words + ": " + s.Words
		}
	}
	return nil, "", ""
}

// because adds why, where somebody says it.
func because(words, why string) string {
	if why == "" {
		return words
	}
	return words + ". " + why
}

// stampOf reads a cursor; "" is before everything.
func stampOf(cursor string) (at release.Stamp, err error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || n < 0 {
		return 0, threatwatch.Errorf(threatwatch.Invalid, "%q is no cursor of events", cursor)
	}
	return release.Stamp(n), nil
}

// Before is the cursor right before the event that has this one.
func Before(cursor string) string {
	at, _ := stampOf(cursor)
	return cursorAt(max(0, at-1))
}

func cursorAt(at release.Stamp) string { return strconv.FormatInt(int64(at), 10) }
