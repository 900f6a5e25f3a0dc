package index

import (
	"cmp"
	"maps"
	"slices"
)

// index puts together what changed since before, and takes from it all that did not: what one change costs does not grow with what is said of each incident.
func (b *builder) index(before *Index) *Index {
	x := &Index{byID: map[string]*Entry{}, bySlug: map[string]*Entry{}, ofClaim: map[string]*Entry{}, actors: map[string]*Actor{}, same: map[*Entry][]*Entry{}, Changed: b.changed, figures: newFigures(), held: &held{}, orders: newOrders()}
	was := before
	before = b.call(x, before)
	b.merge()
	late := false
	if before == nil {
		b.first(x)
	} else {
		late = !b.next(x, before) && len(b.incidents) > b.promptly
	}
	switch {
	case was != nil && b.beside:
		x.figures.beside(was.figures, late)
	case was != nil:
		x.figures.follow(was.figures, late)
	}
	for _, list := range [][]*Entry{x.Entries, x.Gone} {
		for _, e := range list {
			x.Highest = max(x.Highest, e.Highest)
		}
	}
	x.values = slices.Clone(b.values)
	b.sameness(x)
	if before == nil || b.regrouped || len(b.named) > 0 {
		b.actors(x)
	} else {
		b.sameActors(x, before)
	}
	b.kin, b.beside, b.regrouped, b.named, b.dirty = nil, false, false, map[string]bool{}, map[string]bool{}
	return x
}

// call gives an index the names of things, and has put together again what is said with one that came in. Where somebody that was known is another one now, or
// belongs to another one, everything is weighed anew: then it returns nil.
func (b *builder) call(x, before *Index) *Index {
	switch {
	case before == nil:
		x.names, x.Known = maps.Clone(b.names), b.parents()
		return nil
	case len(b.named) == 0 && !b.regrouped:
		x.names, x.Known = before.names, before.Known
		return before
	}
	x.names, x.Known = maps.Clone(b.names), b.parents()
	for id, a := range x.Known {
		old, known := before.Known[id]
		if known && old != a || x.Known[a.Parent] != before.Known[a.Parent] {
			return nil
		}
	}
	for _, c := range b.claims {
		if b.named[c.Claim.Accused] || b.named[c.Terms.ClaimantRef] {
			b.dirty[c.Act] = true
		}
	}
	for _, s := range b.stances {
		if b.named[s.Position.HolderRef] || b.named[s.Position.AlternativeRef] {
			for _, of := range s.Of {
				b.touch(of)
			}
		}
	}
	for _, t := range b.ties {
		if b.named[t.to] {
			b.dirty[t.from] = true
		}
	}
	return before
}

// renewed is an entry put together anew.
func (b *builder) renewed(x *Index, of *Entry) *Entry {
	b.renewals++
	e := b.entry(of)
	x.judge(e)
	e.counts = b.numbered(e)
	return e
}

// hold lets an entry be found by the ids of it and of its claims. What is said of a merged record stands with another.
func (x *Index) hold(e *Entry) {
	x.byID[e.ID] = e
	if e.Merger == nil {
		for _, c := range e.Claims {
			x.ofClaim[c.ID] = e
		}
	}
}

// first makes an index of everything.
func (b *builder) first(x *Index) {
	for _, of := range b.incidents {
		e := b.renewed(x, of)
		x.hold(e)
		if e.Gone() {
			x.Gone = append(x.Gone, e)
		} else {
			x.Entries = append(x.Entries, e)
		}
	}
	slices.SortFunc(x.Entries, disclosedLast)
	slices.SortFunc(x.Gone, changedLast)
	for slug := range b.slugs {
		b.slug(x, slug)
	}
}

// next makes an index of the one before and of what came in. It says whether something was taken back.
func (b *builder) next(x, before *Index) (back bool) {
	for id := range b.named {
		back = back || before.names[id] != nil
	}
	x.byID, x.ofClaim, x.bySlug = maps.Clone(before.byID), maps.Clone(before.ofClaim), maps.Clone(before.bySlug)
	olds, slugs := map[*Entry]bool{}, map[string]bool{}
	var news []*Entry
	for id := range b.dirty {
		old, of := before.byID[id], b.incidents[id]
		if old != nil {
			olds[old] = true
			slugs[old.Facts.Slug] = true
			delete(x.byID, id)
		}
		if of == nil { // nothing came in of it but what refers to it, or it can be read no more
			back = back || old != nil
			continue
		}
		e := b.renewed(x, of)
		news = append(news, e)
		slugs[e.Facts.Slug] = true
		back = back || old != nil && takenBack(old, e)
	}
	for old := range olds {
		for _, c := range old.Claims {
			if x.ofClaim[c.ID] == old {
				delete(x.ofClaim, c.ID)
			}
		}
	}
	x.Entries, x.Gone = without(before.Entries, olds), without(before.Gone, olds)
	for _, e := range news {
		x.hold(e)
		if e.Gone() {
			x.Gone = inserted(x.Gone, e, changedLast)
		} else {
			x.Entries = inserted(x.Entries, e, disclosedLast)
		}
	}
	for s := range slugs {
		b.slug(x, s)
	}
	x.reorder(before)
	return back
}

// without is a list of its own, less some.
func without(list []*Entry, some map[*Entry]bool) []*Entry {
	out := make([]*Entry, 0, len(list)+1)
	for _, e := range list {
		if !some[e] {
			out = append(out, e)
		}
	}
	return out
}

func inserted(list []*Entry, e *Entry, order func(a, c *Entry) int) []*Entry {
	i, _ := slices.BinarySearchFunc(list, e, order)
	return slices.Insert(list, i, e)
}

// disclosedLast is the order of what counts, changedLast that of tombstones.
func disclosedLast(a, c *Entry) int {
	return cmp.Or(c.disclosed.Compare(a.disclosed), c.Added.Compare(a.Added), cmp.Compare(a.ID, c.ID))
}

func changedLast(a, c *Entry) int {
	return cmp.Or(c.Modified.Compare(a.Modified), cmp.Compare(a.ID, c.ID))
}

// slug gives a slug to its entry. One that two entries bear belongs to the one that came first; the other is found by its id.
func (b *builder) slug(x *Index, slug string) {
	delete(x.bySlug, slug)
	for _, id := range b.slugs[slug] {
		if e, first := x.byID[id], x.bySlug[slug]; e != nil && (first == nil || cmp.Or(e.Added.Compare(first.Added), cmp.Compare(e.ID, first.ID)) < 0) {
			x.bySlug[slug] = e
		}
	}
}

// actors gathers whom claims name.
func (b *builder) actors(x *Index) {
	for _, e := range x.Entries {
		for _, c := range e.Claims {
			a := x.actors[c.Accused.ID]
			if a == nil {
				a = &Actor{Name: c.Accused}
				x.actors[a.ID] = a
				x.Actors = append(x.Actors, a)
			}
			if n := len(a.Incidents); n == 0 || a.Incidents[n-1] != e {
				a.Incidents = append(a.Incidents, e)
			}
		}
	}
	for id := range b.belonging {
		if c := b.claims[id]; !c.Revoked && x.actors[c.Act] != nil {
			a := x.actors[c.Act]
			a.Parents = append(a.Parents, b.known(c.Claim.Accused))
		}
	}
	for _, a := range x.Actors {
		slices.SortFunc(a.Parents, func(p, q *Name) int { return cmp.Compare(p.ID, q.ID) })
	}
	slices.SortFunc(x.Actors, mostNamed)
}

// mostNamed is the order of actors.
func mostNamed(a, c *Actor) int {
	return cmp.Or(cmp.Compare(len(c.Incidents), len(a.Incidents)), cmp.Compare(a.Name.Name, c.Name.Name), cmp.Compare(a.ID, c.ID))
}

// sameActors are those of another index, of which nobody is called otherwise or belongs to others now; the incidents of some may have changed.
func (b *builder) sameActors(x, before *Index) {
	less, more := differences(before.Entries, x.Entries)
	x.actors = maps.Clone(before.actors)
	changed := map[string]bool{}
	for _, e := range less {
		for _, c := range e.Claims {
			changed[c.Accused.ID] = true
			x.cleared(c.Accused, e)
		}
	}
	for _, e := range more {
		for _, c := range e.Claims {
			changed[c.Accused.ID] = true
			b.accused(x, c.Accused, e)
		}
	}
	x.Actors = make([]*Actor, 0, len(before.Actors)+len(changed))
	for _, a := range before.Actors {
		if !changed[a.ID] {
			x.Actors = append(x.Actors, a)
		}
	}
	for id := range changed {
		switch a := x.actors[id]; {
		case len(a.Incidents) == 0:
			delete(x.actors, id)
		default:
			i, _ := slices.BinarySearchFunc(x.Actors, a, mostNamed)
			x.Actors = slices.Insert(x.Actors, i, a)
		}
	}
}

// cleared takes an incident from an actor, and accused gives it one. Another index may hold the actor that was.
func (x *Index) cleared(who *Name, e *Entry) {
	old := x.actors[who.ID]
	x.actors[who.ID] = &Actor{old.Name, without(old.Incidents, map[*Entry]bool{e: true}), old.Parents}
}

func (b *builder) accused(x *Index, who *Name, e *Entry) {
	old := x.actors[who.ID]
	if old == nil {
		old = &Actor{Name: who, Parents: b.parentsOf(who.ID)}
	}
	if !slices.Contains(old.Incidents, e) {
		old = &Actor{old.Name, inserted(slices.Clone(old.Incidents), e, disclosedLast), old.Parents}
	}
	x.actors[who.ID] = old
}

// parentsOf is what an actor is said to be part of.
func (b *builder) parentsOf(actor string) (list []*Name) {
	for id := range b.belonging {
		if c := b.claims[id]; !c.Revoked && c.Act == actor {
			list = append(list, b.known(c.Claim.Accused))
		}
	}
	slices.SortFunc(list, func(p, q *Name) int { return cmp.Compare(p.ID, q.ID) })
	return list
}
