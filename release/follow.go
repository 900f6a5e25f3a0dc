package release

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"threatwatch"
	"threatwatch/store"
)

// Mark is where somebody stands who follows a view, see [View.Follow]. The zero Mark is before everything.
type Mark struct {
	last store.Stamp
	seen [sha256.Size]byte // the subject, and what it may see
	set  bool
	odd  map[store.OID][sha256.Size]byte // what was looked at part by part, with what was shown of it
}

// Same says that nothing that the view shows can have changed between two marks.
func (m Mark) Same(n Mark) bool { return m.set == n.set && m.last == n.last && m.seen == n.seen }

// followLimit is how much of the log is gone through to learn what changed; after more than that, everything is read anew.
const followLimit = 1 << 16

// Follow delivers the latest versions of objects of some types that came in after a mark, oldest first, and where the view stands now. Before
// the first object it calls begin, and says whether the view begins anew: then something may have ceased to be visible (an object left, a
// label changed, an embargo ended, rights changed, a copy is cut in another way), and all objects are delivered.
func (v *View) Follow(ctx context.Context, from Mark, types []string, begin func(anew bool), f func(*Item) error) (at Mark, err error) {
	err = v.read(ctx, func(g *glance) error {
		if at, err = g.mark(); err != nil {
			return err
		}
		if at.Same(from) {
			at = from
			return nil
		}
		anew := !from.set || from.seen != at.seen
		if !anew {
			if anew, err = g.lost(from, types); err != nil {
				return err
			}
		}
		q := Query{Types: types, Version: Latest}
		if !anew {
			q.AddedAfter = from.last
			maps.Copy(at.odd, from.odd)
		}
		begin(anew)
		sq, ok, err := g.query(q)
		if err != nil || !ok {
			return err
		}
		g.odd = at.odd
		_, err = g.page(q, sq, f)
		return err
	})
	return at, err
}

// Mark is where the view stands now.
func (v *View) Mark(ctx context.Context) (at Mark, err error) {
	err = v.read(ctx, func(g *glance) error {
		at, err = g.mark()
		return err
	})
	return at, err
}

func (g *glance) mark() (Mark, error) {
	last, err := g.snap.LastStamp(g.ctx)
	if err != nil {
		return Mark{}, err
	}
	b := append([]byte(g.a+"\n"), g.subjectKey()...)
	if g.set.all {
		b = append(b, '*')
	}
	for _, id := range g.set.ids {
		b = binary.BigEndian.AppendUint32(b, uint32(id))
	}
	return Mark{last, sha256.Sum256(b), true, map[store.OID][sha256.Size]byte{}}, nil
}

// lost says whether something may have ceased to be visible since a mark: an object of the types left or changed its label, one that was looked
// at part by part is shown in another way now, or too much happened to tell.
func (g *glance) lost(from Mark, types []string) (lost bool, err error) {
	n := 0
	err = g.snap.Log(g.ctx, from.last, followLimit, func(e store.Entry) error {
		if n++; e.Kind == store.Added {
			return nil
		}
		if e.Kind == store.Relabeled {
			r, err := g.snap.Get(g.ctx, e.OID)
			if err == nil && !slices.Contains(types, r.Type) {
				return nil
			}
			if err != nil && threatwatch.KindOf(err) != threatwatch.NotFound {
				return err
			}
		}
		lost = true
		return store.Stop
	})
	if lost || n == followLimit || err != nil {
		return true, err
	}
	for oid, before := range from.odd {
		r, err := g.snap.Get(g.ctx, oid)
		if err != nil {
			return true, err
		}
		it, err := g.item(r)
		if err != nil || shown(it) != before {
			return true, err
		}
	}
	return false, nil
}

// shown is what is shown of an object that was looked at part by part.
func shown(it *Item) [sha256.Size]byte {
	if it == nil {
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(append([]byte(it.ID), it.Raw...))
}
