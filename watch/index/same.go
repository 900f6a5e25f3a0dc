package index

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Merger is what joined a record to another: somebody's word that both tell of the same incident.
type Merger struct {
	Tie   string // the id of the relationship duplicate-of
	Into  string // the id of the incident that the record goes on in
	Words string
	At    time.Time // when it was said
	Told
}

// deciding are the relationships by which somebody says whether two records are the same incident. What is said so takes effect while nobody says the
// opposite: of two records that are disputed, both count.
var deciding = map[string]bool{"duplicate-of": true, "distinct-from": true}

// Decision is a relationship by which somebody said whether two records are the same incident.
type Decision struct {
	ID       string
	Same     bool // duplicate-of; else distinct-from
	From, To *Entry
	Words    string
	At       time.Time
	Told
}

// Decisions are what was said of which two records in this view, the last first.
func (x *Index) Decisions() []Decision { return x.decisions }

// Ruled says whether somebody has said of two entries that they are the same incident, or that they are not: of themselves, or of records that are the same
// as them.
func (x *Index) Ruled(a, c *Entry) bool {
	for _, p := range append([]*Entry{a}, x.same[a]...) {
		for _, q := range append([]*Entry{c}, x.same[c]...) {
			if slices.Contains(x.same[p], q) || x.apart[pairOf(p.ID, q.ID)] {
				return true
			}
		}
	}
	return false
}

// Apart says whether somebody has said of two entries that they are different events.
func (x *Index) Apart(a, c *Entry) bool { return x.apart[pairOf(a.ID, c.ID)] }

// pairOf is two ids in one order.
func pairOf(a, c string) [2]string { return [2]string{min(a, c), max(a, c)} }

// sameness ties entries that a person said are the same: by a relationship duplicate-of, or because one was merged into the other.
func (b *builder) sameness(x *Index) {
	same := map[*Entry][]*Entry{}
	tie := func(a, c *Entry) {
		if a != nil && c != nil && a != c {
			same[a], same[c] = append(same[a], c), append(same[c], a)
		}
	}
	x.apart = b.apart()
	for id := range b.deciding {
		t := b.ties[id]
		from, to := x.byID[t.from], x.byID[t.to]
		if from == nil || to == nil {
			continue
		}
		if t.kind == "duplicate-of" {
			tie(from, to)
		}
		x.decisions = append(x.decisions, Decision{id, t.kind == "duplicate-of", from, to, t.words, t.at, t.told})
	}
	slices.SortFunc(x.decisions, func(p, q Decision) int { return cmp.Or(q.Added.Compare(p.Added), cmp.Compare(p.ID, q.ID)) })
	for _, e := range x.Gone {
		tie(e, x.byID[e.Facts.MergedRef])
	}
	for e, list := range same {
		slices.SortFunc(list, func(a, c *Entry) int { return cmp.Compare(a.ID, c.ID) })
		x.same[e] = slices.Compact(list)
	}
}

// apart are the pairs of records of which somebody said that they are not the same incident.
func (b *builder) apart() map[[2]string]bool {
	set := map[[2]string]bool{}
	for id := range b.deciding {
		if t := b.ties[id]; t.kind == "distinct-from" {
			set[pairOf(t.from, t.to)] = true
		}
	}
	return set
}

// merge finds which records go on in which others, and has put together again what that changed: a record that was merged, and the one that its claims stand
// with.
func (b *builder) merge() {
	now := b.mergers()
	for id, m := range b.merged {
		if now[id] != m {
			b.dirty[id], b.dirty[m.Into] = true, true
		}
	}
	for id, m := range now {
		if b.merged[id] != m {
			b.dirty[id] = true
		}
		if b.dirty[id] { // what is said of it stands with the other
			b.dirty[m.Into] = true
		}
	}
	b.merged, b.parts = now, map[string][]string{}
	for _, id := range slices.Sorted(maps.Keys(now)) {
		b.parts[now[id].Into] = append(b.parts[now[id].Into], id)
	}
}

// mergers are the records that go on in others. Records that are said to be the same, each of another, all go on in one.
func (b *builder) mergers() map[string]Merger {
	apart := b.apart()
	ties := map[string][]string{} // of a record: the relationships that make it the same as another
	for id := range b.deciding {
		if t := b.ties[id]; t.kind == "duplicate-of" && b.counts(t.from) && b.counts(t.to) && t.from != t.to && !apart[pairOf(t.from, t.to)] {
			ties[t.from], ties[t.to] = append(ties[t.from], id), append(ties[t.to], id)
		}
	}
	for _, list := range ties {
		slices.Sort(list)
	}
	out := map[string]Merger{}
	seen := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(ties)) {
		if seen[id] {
			continue
		}
		all := b.reach(id, ties, seen)
		stays := b.stays(all, ties)
		for _, each := range all {
			if each != stays {
				t := b.ties[b.telling(each, ties[each])]
				out[each] = Merger{b.telling(each, ties[each]), stays, t.words, t.at, t.told}
			}
		}
	}
	return out
}

// counts says whether a record counts by its own word.
func (b *builder) counts(id string) bool { e := b.incidents[id]; return e != nil && !e.Gone() }

// reach are the records that are the same as one, itself among them.
func (b *builder) reach(id string, ties map[string][]string, seen map[string]bool) (all []string) {
	seen[id] = true
	all = []string{id}
	for i := 0; i < len(all); i++ {
		for _, tie := range ties[all[i]] {
			for _, next := range []string{b.ties[tie].from, b.ties[tie].to} {
				if !seen[next] {
					seen[next] = true
					all = append(all, next)
				}
			}
		}
	}
	return all
}

// stays is the record that the others go on in: one that is no duplicate of another; of several, the one that came first.
func (b *builder) stays(all []string, ties map[string][]string) string {
	duplicates := func(id string) int {
		if slices.ContainsFunc(ties[id], func(tie string) bool { return b.ties[tie].from == id }) {
			return 1
		}
		return 0
	}
	return slices.MinFunc(all, func(p, q string) int {
		return cmp.Or(duplicates(p)-duplicates(q), b.incidents[p].Added.Compare(b.incidents[q].Added), cmp.Compare(p, q))
	})
}

// telling is the relationship that made a record go on in another: the first that says so of it, else the first that ties it.
func (b *builder) telling(id string, ties []string) string {
	if i := slices.IndexFunc(ties, func(tie string) bool { return b.ties[tie].from == id }); i >= 0 {
		return ties[i]
	}
	return ties[0]
}

// join makes of an entry what it is by what was said of it: a record that was merged, or one with which the claims of others stand. A claim of a merged record
// that names whom a claim of this one names rests, for all that is known, on the same origin: two catalogues that tell of one accusation are not two.
func (b *builder) join(e *Entry) {
	if m, ok := b.merged[e.ID]; ok {
		e.Merger = &m
		e.Facts.RecordState, e.Facts.MergedRef, e.Facts.StateWhy = "merged", m.Into, m.Words
		e.Highest = max(e.Highest, m.Marking)
		return
	}
	own := len(e.Claims)
	for _, part := range b.parts[e.ID] {
		m := b.merged[part]
		e.Highest = max(e.Highest, m.Marking, b.incidents[part].Marking)
		for _, id := range b.claimsOf[part] {
			if c := b.claims[id]; !c.Revoked {
				e.Claims = append(e.Claims, b.joined(c, e.Claims[:own]))
			}
		}
		e.Stances = append(e.Stances, b.stancesOn(part)...)
	}
}

// joined is a claim of a merged record beside those of the record that it stands with now.
func (b *builder) joined(of *Claim, own []*Claim) *Claim {
	c := b.claim(of)
	for _, o := range own {
		if o.Claim.Accused == c.Claim.Accused || o.Accused.Name != "" && c.Accused.Called(o.Accused.Name) || c.Accused.Name != "" && o.Accused.Called(c.Accused.Name) {
			as := *c.Claim
			as.Terms.Lineage = distinct(append(slices.Clone(c.Claim.Lineages()), o.Claim.Lineages()...))
			c.Claim = &as
			break
		}
	}
	return c
}

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
