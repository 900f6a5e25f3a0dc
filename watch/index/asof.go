package index

import (
	"context"
	"maps"
	"slices"
	"time"

	"threatwatch"
	"threatwatch/release"
)

// AsOf is an incident with what was said of it as it stood here at a time: of each object the last version that had come in by then, as far
// as the view shows it now. Names are those of today. The entry is nil when nothing had come in.
func (x *Index) AsOf(ctx context.Context, view *release.View, id string, at time.Time) (*Index, *Entry, error) {
	b := newBuilder()
	b.names = maps.Clone(x.names)
	about, err := referring(ctx, view, id, "relationship", "opinion", "note")
	if err != nil {
		return nil, nil, err
	}
	ids := append([]string{id}, about...)
	for _, claim := range about {
		answers, err := referring(ctx, view, claim, "opinion", "note")
		if err != nil {
			return nil, nil, err
		}
		ids = append(ids, answers...)
	}
	slices.Sort(ids)
	for _, each := range slices.Compact(ids) {
		err := view.Get(ctx, each, func(it *release.Item) error {
			if it.Added.Time().After(at) {
				return nil
			}
			return b.take(it)
		})
		if err != nil && threatwatch.KindOf(err) != threatwatch.NotFound {
			return nil, nil, err
		}
	}
	then := b.index(nil)
	return then, then.byID[id], nil
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
