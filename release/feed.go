package release

import (
	"context"
	"slices"

	"threatwatch"
	"threatwatch/label"
	"threatwatch/store"
)

// Feed delivers what is held of one type and what becomes of it, whoever may see it. It is for who keeps that in memory for the readers of many
// views, as an index that would be too dear to make for each: what leaves from there must be what a [Reach] admits, and where an assertion is not
// Plain, what [View.ShowEach] shows.
type Feed struct {
	r   *Releaser
	typ string
}

// LabelID and SourceID are those of the store, for who has no business there.
type (
	LabelID  = store.LabelID
	SourceID = store.SourceID
)

// Assertion is what one source said, as it is held.
type Assertion struct {
	Key      int64 // of the assertion, for ever; it tells nothing else
	ID       string
	Modified int64 // the version
	Added    Stamp
	Source   SourceID
	Number   LabelID
	Label    label.Label
	Plain    bool   // leaves as it is, to everyone who sees its label
	Alone    bool   // there is no other assertion of its id
	Raw      []byte // valid within the callback
}

// Clone is an assertion that stays.
func (a *Assertion) Clone() Assertion {
	b := *a
	b.Raw = slices.Clone(a.Raw)
	return b
}

// Feed returns that of a type.
func (r *Releaser) Feed(typ string) *Feed { return &Feed{r, typ} }

// assertion is nil for what is kept from everyone until the operator has looked at it.
func (f *Feed) assertion(r *store.Row) *Assertion {
	if r.Type != f.typ || r.Flags&store.Quarantined != 0 {
		return nil
	}
	return &Assertion{Key: int64(r.OID), ID: r.ID, Modified: r.Modified, Added: r.Added, Source: r.Source, Number: r.Label, Label: f.r.label(r.Label, ""),
		Plain: r.Flags&store.Check == 0, Alone: r.Flags&store.Several == 0, Raw: r.Raw}
}

// read runs g on one snapshot, of which all labels are known.
func (f *Feed) read(ctx context.Context, g func(store.Snapshot) error) error {
	return f.r.store.Read(ctx, func(s store.Snapshot) error {
		bodies, err := s.LabelBodies(ctx)
		if err != nil {
			return err
		}
		for id, body := range bodies {
			f.r.label(id, body)
		}
		return g(s)
	})
}

// Held delivers assertions in the order in which they came, those after a stamp, at most so many. n is how many there were and last the stamp of the
// last of them.
func (f *Feed) Held(ctx context.Context, after Stamp, limit int, each func(*Assertion) error) (last Stamp, n int, err error) {
	err = f.read(ctx, func(s store.Snapshot) error {
		q := store.Query{Labels: everything{}, Types: []string{f.typ}, Version: store.Version{All: true}, After: after, Limit: limit, Want: limit}
		return s.Members(ctx, q, func(r *store.Row) error {
			last, n = r.Added, n+1
			return each(f.assertion(r))
		})
	})
	return last, n, err
}

// Of delivers the assertions of some ids.
func (f *Feed) Of(ctx context.Context, ids []string, each func(*Assertion) error) error {
	return f.read(ctx, func(s store.Snapshot) error {
		for _, id := range ids {
			err := s.ByID(ctx, everything{}, id, func(r *store.Row) error {
				if a := f.assertion(r); a != nil {
					return each(a)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Change is an assertion to which something happened.
type Change struct {
	Key int64
	Now *Assertion // nil: it is gone, or was never of the type
}

// Changed delivers what happened after a stamp, each assertion once as it is now, from at most so many entries of the log. at is the stamp of the last of
// these, and whole says that there are no more.
func (f *Feed) Changed(ctx context.Context, after Stamp, limit int, each func(Change)) (at Stamp, whole bool, err error) {
	err = f.read(ctx, func(s store.Snapshot) error {
		at = after
		var oids []store.OID
		seen := map[store.OID]bool{}
		n := 0
		err := s.Log(ctx, after, limit, func(e store.Entry) error {
			n, at = n+1, e.Stamp
			if !seen[e.OID] {
				seen[e.OID] = true
				oids = append(oids, e.OID)
			}
			return nil
		})
		if whole = n < limit; err != nil {
			return err
		}
		for _, oid := range oids {
			c := Change{Key: int64(oid)}
			r, err := s.Get(ctx, oid)
			switch {
			case err == nil:
				c.Now = f.assertion(r)
			case threatwatch.KindOf(err) != threatwatch.NotFound:
				return err
			}
			each(c)
		}
		return nil
	})
	return at, whole, err
}

// Last is the newest stamp of the log.
func (f *Feed) Last(ctx context.Context) (last Stamp, err error) {
	err = f.r.store.Read(ctx, func(s store.Snapshot) error {
		last, err = s.LastStamp(ctx)
		return err
	})
	return last, err
}

// Wait returns when the log goes on after a stamp, or ctx ends.
func (f *Feed) Wait(ctx context.Context, after Stamp) error { return f.r.store.Wait(ctx, after) }
