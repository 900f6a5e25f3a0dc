package index

import (
	"context"
	"slices"
	"time"

	"threatwatch"
	"threatwatch/release"
)

// AsOf is an incident with what was said of it as it stood here at a time: of each object the last version that had come in by then, as far
// as the view shows it now, with the names and the techniques of that time. The entry is nil when nothing had come in.
func (x *Index) AsOf(ctx context.Context, view *release.View, id string, at time.Time) (*Index, *Entry, error) {
	b, taken := newBuilder(), map[string]bool{}
	for next := []string{id}; len(next) > 0; next = b.tied(taken) {
		for _, record := range next {
			taken[record] = true
			if err := b.recordAsOf(ctx, view, at, record); err != nil {
				return nil, nil, err
			}
		}
	}
	if err := b.takeAsOf(ctx, view, at, b.mentioned()); err != nil {
		return nil, nil, err
	}
	then := b.index(nil)
	return then, then.byID[id], nil
}

// recordAsOf takes an incident with what had been said of it at a time.
func (b *builder) recordAsOf(ctx context.Context, view *release.View, at time.Time, id string) error {
	about, err := referring(ctx, view, id, "relationship", "opinion", "note")
	if err != nil {
		return err
	}
	ids := append([]string{id}, about...)
	for _, claim := range about {
		answers, err := referring(ctx, view, claim, "opinion", "note")
		if err != nil {
			return err
		}
		ids = append(ids, answers...)
	}
	return b.takeAsOf(ctx, view, at, ids)
}

// tied are the records that are not taken yet and of which somebody said that they are the same as one that is, or not.
func (b *builder) tied(taken map[string]bool) (next []string) {
	for _, t := range b.ties {
		for _, id := range []string{t.from, t.to} {
			if deciding[t.kind] && !taken[id] {
				next = append(next, id)
			}
		}
	}
	slices.Sort(next)
	return slices.Compact(next)
}

// takeAsOf takes the versions of objects that had come in at a time.
func (b *builder) takeAsOf(ctx context.Context, view *release.View, at time.Time, ids []string) error {
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		err := view.Get(ctx, id, func(it *release.Item) error {
			if it.Added.Time().After(at) {
				return nil
			}
			return b.take(it)
		})
		if err != nil && threatwatch.KindOf(err) != threatwatch.NotFound {
			return err
		}
	}
	return nil
}

// mentioned are the ids of those whom the incidents, claims and stances that were taken name, and of the techniques.
func (b *builder) mentioned() (ids []string) {
	for _, e := range b.incidents {
		for _, v := range e.Facts.Victims {
			ids = append(ids, v.IdentityRef)
		}
		for _, r := range e.Facts.Responses {
			ids = append(ids, r.ByRef, r.AgainstRef)
		}
	}
	for _, t := range b.ties {
		ids = append(ids, t.to)
	}
	for _, c := range b.claims {
		ids = append(ids, c.Claim.Accused, c.Terms.ClaimantRef)
	}
	for _, s := range b.stances {
		ids = append(ids, s.Position.HolderRef, s.Position.AlternativeRef)
	}
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

// referring are the ids of objects of some types that refer to another.
func referring(ctx context.Context, view *release.View, id string, types ...string) (ids []string, err error) {
	err = view.Related(ctx, id, 0, func(_ string, it *release.Item) error {
		if slices.Contains(types, it.Type) {
			ids = append(ids, it.ID)
		}
		return nil
	})
	return ids, err
}
