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
	// rights are the organisation and the labels that it may see; seen is that, and who the subject is. Two of the same rights are shown the same, but for what is
	// looked at part by part: copies of that bear ids of the subject's own.
	rights, seen [sha256.Size]byte
	who, person  [sha256.Size]byte // the organisation, and the subject, without what it may see
	labels       []store.LabelID   // ascending; nil of who may see all
	set          bool
	common       [sha256.Size]byte      // the common view that its own is made from, see [View.Common]; of a common view this is what it is itself
	odd          map[store.OID]sighting // what was looked at part by part
}

// sighting is when an object that was looked at part by part came in last, and what was shown of it.
type sighting struct {
	added store.Stamp
	shown [sha256.Size]byte
}

// Same says that nothing that the view shows can have changed between two marks.
func (m Mark) Same(n Mark) bool {
	return m.set == n.set && m.last == n.last && m.rights == n.rights && (m.seen == n.seen || !m.Personal() && !n.Personal())
}

// Rights names what the view may see: views of one name are shown the same, unless what they are shown is [Mark.Personal].
func (m Mark) Rights() string { return string(m.rights[:]) }

// Personal says that something of what was delivered had to be looked at part by part, so that another subject of the same rights may be shown it in another way.
func (m Mark) Personal() bool { return len(m.odd) > 0 }

// After says that something may have come in since another mark.
func (m Mark) After(n Mark) bool { return m.last > n.last }

// followLimit is how much of the log is gone through to learn what changed; after more than that, everything is read anew.
const followLimit = 1 << 16

// Following is what somebody follows: objects of some types. Relationships are wanted only where they join an object of one of the types in Ends to
// another; nil wants all.
type Following struct{ Types, Ends []string }

// Follow delivers the latest versions of objects that came in after a mark, the oldest of each type first, and where the view stands now. Relationships that
// are not wanted may be among what came in; of all that there is they are not read. Before the first object it calls begin, and says whether the view begins
// anew: then something may have ceased to be visible (an object left, a label changed, an embargo ended, rights were taken away, a copy is cut in another way), and all objects are delivered. Where rights only grew, as by a label that
// nobody had used before, what has the new labels is delivered as well, whenever it came in; something may be delivered twice. So it is after the mark of a common view,
// see [View.Common]: then what only this view shows, or shows in another way, is delivered.
func (v *View) Follow(ctx context.Context, from Mark, what Following, begin func(anew bool), f func(*Item) error) (at Mark, err error) {
	err = v.read(ctx, func(g *glance) error {
		if at, err = g.mark(); err != nil {
			return err
		}
		if at.Same(from) {
			at = from
			return nil
		}
		grown, anew := g.grown(from, at)
		if !anew {
			if anew, err = g.lost(from, at, what.Types); err != nil {
				return err
			}
		}
		begin(anew)
		g.odd = at.odd
		if anew {
			return g.all(what, nil, f)
		}
		if from.who == at.who {
			maps.Copy(at.odd, from.odd)
		} else if err := g.uncommon(from, at, f); err != nil {
			return err
		}
		if len(grown.ids) > 0 {
			if err := g.all(what, grown, f); err != nil {
				return err
			}
		}
		return g.deliver(Query{Types: what.Types, Version: Latest, AddedAfter: from.last}, nil, nil, f)
	})
	return at, err
}

// all delivers all there is; of some labels only, if there are any. Each type is asked for by itself: a store finds few among millions of others that way.
func (g *glance) all(what Following, of *labelSet, f func(*Item) error) error {
	for _, typ := range what.Types {
		var ends []string
		if typ == "relationship" {
			ends = what.Ends
		}
		if err := g.deliver(Query{Types: []string{typ}, Version: Latest}, ends, of, f); err != nil {
			return err
		}
	}
	return nil
}

// deliver delivers what a query finds; of some labels only, if there are any.
func (g *glance) deliver(q Query, ends []string, of *labelSet, f func(*Item) error) error {
	sq, ok, err := g.query(q)
	if err != nil || !ok {
		return err
	}
	sq.Ends = ends
	if of != nil {
		sq.Labels = of
	}
	_, err = g.page(q, sq, f)
	return err
}

// grown are the labels that can be seen now and could not be seen at a mark; anew says that something could be seen then that cannot be seen now, or by another
// subject.
func (g *glance) grown(from, at Mark) (more *labelSet, anew bool) {
	more = &labelSet{}
	common := from.who == at.common && from.who != at.who
	switch {
	case !from.set || from.who != at.who && !common || from.who == at.who && from.Personal() && from.person != at.person:
		return more, true
	case from.rights == at.rights:
		return more, false
	}
	for _, id := range from.labels {
		if !g.set.Has(id) {
			return more, true
		}
	}
	for _, id := range at.labels {
		if _, had := slices.BinarySearch(from.labels, id); !had {
			more.ids = append(more.ids, id)
		}
	}
	return more, false
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
	var labels []byte
	if g.set.all {
		labels = append(labels, '*')
	}
	for _, id := range g.set.ids {
		labels = binary.BigEndian.AppendUint32(labels, uint32(id))
	}
	as := func(subject string, labels []byte) [sha256.Size]byte {
		return sha256.Sum256(slices.Concat([]byte(g.a+"\n"), []byte(subject), labels))
	}
	at := Mark{last: last, rights: as(g.rightsKey(), labels), seen: as(g.subjectKey(), labels), who: as(g.rightsKey(), nil), person: as(g.subjectKey(), nil), common: sha256.Sum256([]byte(g.commonKey())),
		labels: g.set.ids, set: true, odd: map[store.OID]sighting{}}
	if g.plain {
		at.who = at.common
	}
	return at, nil
}

// lost says whether something may have ceased to be visible since a mark: an object of the types left or changed its label, one that was looked
// at part by part is shown in another way now, or too much happened to tell.
func (g *glance) lost(from, at Mark, types []string) (lost bool, err error) {
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
	if from.who != at.who { // nothing was shown of what a common view leaves out
		return false, nil
	}
	for oid, before := range from.odd {
		r, err := g.snap.Get(g.ctx, oid)
		if err != nil {
			return true, err
		}
		it, err := g.item(r)
		if err != nil || shown(it) != before.shown {
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
