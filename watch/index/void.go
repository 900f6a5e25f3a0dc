package index

import (
	"cmp"
	"slices"
	"time"
)

// Void is a claim or an answer that who recorded it revoked (STIX 2.1 §3.6): it was recorded in error. It counts nowhere; that it was here is told.
type Void struct {
	Claim  *Claim  // nil of an answer
	Stance *Stance // nil of a claim
}

// ID is the id of what is void.
func (v Void) ID() string {
	if v.Claim != nil {
		return v.Claim.ID
	}
	return v.Stance.ID
}

// At is when it was revoked.
func (v Void) At() time.Time {
	if v.Claim != nil {
		return v.Claim.Modified
	}
	return v.Stance.Modified
}

// Why is what who revoked it says of that.
func (v Void) Why() string {
	if v.Claim != nil {
		return v.Claim.Terms.StateWhy
	}
	return v.Stance.Position.StateWhy
}

// Told is how it came here that it is void.
func (v Void) Told() Told {
	if v.Claim != nil {
		return v.Claim.Told
	}
	return v.Stance.Told
}

// voids are what was revoked of an entry, the last first: claims, and answers to it and to its claims, those that are void too.
func (b *builder) voids(e *Entry) (list []Void) {
	on := []string{e.ID}
	for _, id := range b.claimsOf[e.ID] {
		on = append(on, id)
		if c := b.claims[id]; c.Revoked {
			list = append(list, Void{Claim: b.claim(c)})
		}
	}
	seen := map[string]bool{}
	for _, id := range on {
		for _, sid := range b.stancesOf[id] {
			if s := b.stances[sid]; s.Revoked && !seen[sid] {
				seen[sid] = true
				list = append(list, Void{Stance: b.answer(s)})
			}
		}
	}
	slices.SortFunc(list, func(v, w Void) int { return cmp.Or(w.At().Compare(v.At()), cmp.Compare(v.ID(), w.ID())) })
	return list
}

// Unvoid is an entry as it would stand with something that is void: who asked for that must hear that it is.
func (x *Index) Unvoid(e *Entry, id string) *Entry {
	i := slices.IndexFunc(e.Void, func(v Void) bool { return v.ID() == id })
	if i < 0 {
		return e
	}
	c := *e
	if v := e.Void[i]; v.Claim != nil {
		c.Claims = append(slices.Clone(e.Claims), v.Claim)
	} else {
		c.Stances = append(slices.Clone(e.Stances), v.Stance)
	}
	c.settle()
	x.judge(&c)
	return &c
}
