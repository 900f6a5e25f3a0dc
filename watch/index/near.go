package index

import (
	"cmp"
	"maps"
	"slices"

	"threatwatch/stix"
	"threatwatch/watch/measure"
)

// Kin is an entry that has something in common with another.
type Kin struct {
	*Entry
	Shared []Shared // what weighs most first
	weight int
}

// Shared is what two entries have in common: ids, or codes.
type Shared struct {
	Kind   string // campaign, indicator, actor, technique, sector
	Values []string
}

// ties of an incident to what others may have too, each with how much it weighs, and up to how many count.
var kinships = []struct {
	kind         string
	weight, most int
}{{"campaign", 5, 1}, {"indicator", 4, 2}, {"actor", 4, 1}, {"technique", 1, 3}}

// bonds are what an entry can have in common with others, by kind.
func (x *Index) bonds(e *Entry) map[string][]string {
	b := map[string][]string{"technique": e.Facts.Techniques, "campaign": slices.Clone(e.Campaigns), "indicator": e.Indicators}
	for _, c := range e.Claims {
		kind := "actor"
		if c.Accused.Type == "campaign" {
			kind = "campaign"
		}
		b[kind] = append(b[kind], x.Known.Resolve(c.Claim.Accused))
	}
	for _, kind := range []string{"actor", "campaign"} {
		b[kind] = distinct(b[kind])
	}
	return b
}

// bond is one thing that entries may have in common.
type bond struct{ kind, value string }

// bearers are the entries that have each thing.
type bearers struct {
	entries []*Entry      // of which they are
	known   measure.Names // by which it was said who is who
	of      map[bond][]*Entry
}

// bearers looks up what every entry would be looked at for. What changed since it was looked up last is put right in it; where somebody is another one now, an
// entry would be sought under what it was not put under, and all are looked up anew.
func (x *Index) bearers() map[bond][]*Entry {
	return From(x, "bearers", func(was *bearers) *bearers {
		if was == nil || !maps.Equal(was.known, x.Known) {
			was = &bearers{}
		}
		b := &bearers{x.Entries, x.Known, maps.Clone(was.of)}
		if b.of == nil {
			b.of = map[bond][]*Entry{}
		}
		less, more := differences(was.entries, x.Entries)
		for _, e := range less {
			x.eachBond(e, func(is bond) {
				b.of[is] = slices.DeleteFunc(slices.Clone(b.of[is]), func(o *Entry) bool { return o == e })
			})
		}
		own := map[bond]bool{} // lists that nobody else holds
		for _, e := range more {
			x.eachBond(e, func(is bond) {
				if !own[is] {
					own[is], b.of[is] = true, slices.Clip(b.of[is])
				}
				b.of[is] = append(b.of[is], e)
			})
		}
		return b
	}).of
}

func (x *Index) eachBond(e *Entry, f func(bond)) {
	for kind, values := range x.bonds(e) {
		for _, v := range values {
			f(bond{kind, v})
		}
	}
}

// differences are what is in the first of two lists in the order of disclosure and not in the second, and the other way round.
func differences(a, c []*Entry) (less, more []*Entry) {
	for len(a) > 0 && len(c) > 0 {
		if a[0] == c[0] {
			a, c = a[1:], c[1:]
			continue
		}
		order := disclosedLast(a[0], c[0])
		if order <= 0 {
			less, a = append(less, a[0]), a[1:]
		}
		if order >= 0 {
			more, c = append(more, c[0]), c[1:]
		}
	}
	return append(less, a...), append(more, c...)
}

// Near are the entries that have the most in common with one, at most limit: the same campaign, indicators, whom claims name, techniques. The same sector alone is no
// reason, but adds to one. Records of the same incident are not among them.
func (x *Index) Near(e *Entry, limit int) []Kin {
	found := map[*Entry]*Kin{}
	bearers, own := x.bearers(), x.bonds(e)
	for _, k := range kinships {
		for _, v := range own[k.kind] {
			for _, o := range bearers[bond{k.kind, v}] {
				if o.ID == e.ID {
					continue
				}
				if found[o] == nil {
					found[o] = &Kin{Entry: o}
				}
				found[o].share(k.kind, v)
			}
		}
	}
	for _, o := range x.same[e] {
		delete(found, o)
	}
	list := make([]Kin, 0, len(found))
	for _, o := range found {
		o.weigh()
		for _, s := range e.Sectors() {
			if slices.Contains(o.Sectors(), s) {
				if o.share("sector", s); len(o.Shared[len(o.Shared)-1].Values) == 1 {
					o.weight++
				}
			}
		}
		list = append(list, *o)
	}
	slices.SortFunc(list, func(a, b Kin) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), b.Disclosed().Time.Compare(a.Disclosed().Time), cmp.Compare(a.ID, b.ID))
	})
	return list[:min(len(list), limit)]
}

// share notes something in common; what is of one kind comes together.
func (o *Kin) share(kind, value string) {
	if n := len(o.Shared); n > 0 && o.Shared[n-1].Kind == kind {
		o.Shared[n-1].Values = append(o.Shared[n-1].Values, value)
		return
	}
	o.Shared = append(o.Shared, Shared{kind, []string{value}})
}

func (o *Kin) weigh() {
	for _, s := range o.Shared {
		for _, k := range kinships {
			if k.kind == s.Kind {
				o.weight += k.weight * min(len(s.Values), k.most)
			}
		}
	}
	if o.Shared[0].Kind == "technique" {
		o.weight++
	}
}

// bindings are the types of what an incident may be tied to by any relationship, in either direction.
var bindings = map[string]bool{"campaign": true, "indicator": true}

// bound is the tie of an incident to a campaign or an indicator; ok is false for any other relationship.
func bound(from, to string) (t tie, ok bool) {
	a, _ := stix.SplitID(from)
	b, _ := stix.SplitID(to)
	switch {
	case a == "incident" && bindings[b]:
		return tie{kind: b, from: from, to: to}, true
	case b == "incident" && bindings[a]:
		return tie{kind: a, from: to, to: from}, true
	}
	return t, false
}
