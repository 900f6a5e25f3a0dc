package release

import (
	"context"

	"threatwatch/store"
)

// Reach is what a view sees of what is kept by label, at one moment.
type Reach struct {
	Last Stamp // of the log
	g    *glance
}

// Reach says how far a view reaches now.
func (v *View) Reach(ctx context.Context) (*Reach, error) {
	r := &Reach{}
	err := v.read(ctx, func(g *glance) (err error) {
		r.g = &glance{View: v, set: g.set, sources: g.sources}
		r.Last, err = g.snap.LastStamp(ctx)
		return err
	})
	return r, err
}

// Sees says whether the view shows what has this label and is plain.
func (r *Reach) Sees(l LabelID) bool { return r.g.set.Has(l) }

// Source is the name of who said something under a label, "" where it is not to be named.
func (r *Reach) Source(s SourceID, l LabelID) string { return r.g.sourceName(s, r.g.labelOf(l)) }

// ShowEach delivers what the view shows of some ids, newest version first, under whichever id it shows it; f is told which of the ids it is.
func (v *View) ShowEach(ctx context.Context, ids []string, f func(which int, it *Item) error) error {
	return v.read(ctx, func(g *glance) error {
		for i, id := range ids {
			err := g.snap.ByID(ctx, g.set, id, func(r *store.Row) error {
				it, err := g.item(r)
				if err != nil || it == nil {
					return err
				}
				return f(i, it)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
