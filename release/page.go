package release

import (
	"context"
	"slices"

	"threatwatch/stix"
	"threatwatch/store"
)

// Page tells about a page that was delivered.
type Page struct {
	More        bool
	Next        string      // only with More
	Back        string      // of a page that a cursor led to: what lies before it, to be read the other way round
	First, Last store.Stamp // of the items; on an empty page both the newest that the subject may see, else AddedAfter
	N           int
	State       string // of the collection, see [Collection]; "" when an object on the page had to be looked at part by part
}

// Page delivers one page. All of it, and the decision, come from one snapshot.
func (v *View) Page(ctx context.Context, q Query, f func(*Item) error) (p Page, err error) {
	q, at, err := v.resume(q)
	if err != nil {
		return Page{}, err
	}
	err = v.read(ctx, func(g *glance) error {
		sq, ok, err := g.query(q)
		if err != nil {
			return err
		}
		sq.From = at
		if ok {
			if p, err = g.page(q, sq, f); err != nil {
				return err
			}
		}
		if p.N > 0 {
			p.State, err = g.stateOf(q)
			return err
		}
		p.First, err = g.newest(q)
		p.Last = p.First
		return err
	})
	return p, err
}

func (g *glance) page(q Query, sq store.Query, f func(*Item) error) (p Page, err error) {
	item := g.item
	if sq.Bare {
		item = g.bareItem()
	}
	err = g.snap.Members(g.ctx, sq, func(r *store.Row) error {
		it, err := item(r)
		if err != nil || it == nil || q.IDs != nil && !slices.Contains(q.IDs, it.ID) || q.Sources != nil && !slices.Contains(q.Sources, it.Source) {
			return err
		}
		if q.Limit > 0 && p.N == q.Limit { // one row ahead, so that More is never a promise that cannot be kept
			p.More = true
			p.Next, err = g.seal(q, p.Last)
			if err != nil {
				return err
			}
			return store.Stop
		}
		if p.N == 0 {
			p.First = it.Added
			if sq.From != 0 {
				back := q
				back.Newest = !q.Newest
				if p.Back, err = g.seal(back, it.Added); err != nil {
					return err
				}
			}
		}
		p.Last = it.Added
		p.N++
		return f(it)
	})
	return p, err
}

// stateOf is the state of the collection that a page was just read from.
func (g *glance) stateOf(q Query) (string, error) {
	if q.Collection == "" || g.looked {
		return "", nil
	}
	c, err := g.collection(q.Collection)
	if err != nil {
		return "", err
	}
	return g.state(c.Collection)
}

// query translates into the store's terms. ok is false when nothing can match.
func (g *glance) query(q Query) (sq store.Query, ok bool, err error) {
	sq = store.Query{Labels: g.set, Types: q.Types, IDs: q.IDs, Version: q.Version, After: q.AddedAfter, Newest: q.Newest, Quarantined: g.operator(), Want: q.Limit + min(q.Limit, 1),
		HighestSpec: q.HighestSpec && q.SpecVersions == nil, Bare: q.Bare && q.IDs == nil && q.Sources == nil, As: g.as}
	for _, id := range q.IDs { // somebody may ask for a redacted copy by its own id
		if orig, ok := g.unalias(id); ok {
			sq.IDs = append(slices.Clone(sq.IDs), orig)
		}
	}
	if q.Sources != nil {
		sq.Sources = []store.SourceID{}
		for id, s := range g.sources {
			if slices.Contains(q.Sources, s.Name) {
				sq.Sources = append(sq.Sources, id)
			}
		}
		if len(sq.Sources) == 0 {
			return sq, false, nil
		}
	}
	if s20, s21 := slices.Contains(q.SpecVersions, "2.0"), slices.Contains(q.SpecVersions, "2.1"); q.SpecVersions != nil {
		if !s20 && !s21 {
			return sq, false, nil
		}
		if s20 != s21 {
			sq.Spec20 = &s20
		}
	}
	if q.Collection == "" {
		sq.Collections, err = g.told()
		return sq, err == nil, err
	}
	c, err := g.collection(q.Collection)
	if err != nil {
		return sq, false, err
	}
	return g.within(sq, c)
}

// within restricts a query to a collection: its members, or what its saved filter selects.
func (g *glance) within(sq store.Query, c Collection) (store.Query, bool, error) {
	if ofSource(c.Collection) {
		sq.Labels = g.named()
	}
	fl := c.Filter
	if fl == nil {
		sq.Collections = []store.CollectionID{c.Collection.ID}
		return sq, true, nil
	}
	var err error
	if sq.Collections, err = g.told(); err != nil {
		return sq, false, err
	}
	if fl.Types != nil {
		sq.Types = intersect(sq.Types, fl.Types)
		if len(sq.Types) == 0 {
			return sq, false, nil
		}
	}
	if fl.Sources != nil {
		sq.Sources = intersect(sq.Sources, fl.Sources)
		if len(sq.Sources) == 0 {
			return sq, false, nil
		}
	}
	if fl.TLP != nil {
		set := &labelSet{}
		for _, id := range sq.Labels.IDs() {
			l := g.labelOf(id)
			if slices.ContainsFunc(fl.TLP, func(name string) bool { x, ok := stix.LevelNamed(name); return ok && x == l.TLP }) {
				set.ids = append(set.ids, id)
			}
		}
		sq.Labels = set
	}
	return sq, true, nil
}

// intersect cuts want to what have allows; nil wants everything.
func intersect[T comparable](want, have []T) []T {
	if want == nil {
		return have
	}
	out := []T{}
	for _, x := range want {
		if slices.Contains(have, x) {
			out = append(out, x)
		}
	}
	return out
}

// newest is the stamp for an empty page: the newest that this subject may see there, so that it tells nothing of what is hidden; else the
// stamp that was asked after.
func (g *glance) newest(q Query) (store.Stamp, error) {
	sq, ok, err := g.query(Query{Collection: q.Collection, Version: store.Version{All: true}, Newest: true})
	if err != nil || !ok {
		return q.AddedAfter, err
	}
	at := q.AddedAfter
	err = g.snap.Members(g.ctx, sq, func(r *store.Row) error {
		it, err := g.item(r)
		if err != nil || it == nil {
			return err
		}
		at = it.Added
		return store.Stop
	})
	return at, err
}

// Export delivers everything of some types, oldest first.
func (v *View) Export(ctx context.Context, types []string, all bool, f func(*Item) error) error {
	_, err := v.Page(ctx, Query{Types: types, Version: store.Version{All: all}}, f)
	return err
}

// Count counts latest versions by type; collection "" means everything visible.
func (v *View) Count(ctx context.Context, collection string) (counts map[string]int, err error) {
	err = v.read(ctx, func(g *glance) error {
		var colls []store.CollectionID
		var labels store.Labels = g.set
		if collection != "" {
			c, err := g.collection(collection)
			if err != nil {
				return err
			}
			if c.Filter != nil {
				return g.countFiltered(collection, &counts)
			}
			colls = []store.CollectionID{c.Collection.ID}
			if ofSource(c.Collection) {
				labels = g.named()
			}
		}
		counts, err = g.snap.Count(ctx, labels, colls, g.as)
		return err
	})
	return counts, err
}

func (g *glance) countFiltered(collection string, counts *map[string]int) error {
	*counts = map[string]int{}
	sq, ok, err := g.query(Query{Collection: collection})
	if err != nil || !ok {
		return err
	}
	return g.snap.Members(g.ctx, sq, func(r *store.Row) error {
		it, err := g.item(r)
		if it != nil {
			(*counts)[it.Type]++
		}
		return err
	})
}
