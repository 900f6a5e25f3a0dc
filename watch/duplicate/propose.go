package duplicate

import (
	"cmp"
	"math"
	"reflect"
	"slices"

	"threatwatch/watch/index"
)

// Scores from which a pair is proposed, and from which it is called possible or likely. What shares of them are right is in doc/watch.md.
const (
	least  = 2.0
	fair   = 3.0
	strong = 4.5
)

// rivals is how far behind the best partner that a record has in the other source a pair may stay: of an incident that resembles ten others, the nine that resemble
// it less are not proposed.
const rivals = 1.0

// Propose are the pairs of incidents of different sources that may be the same event, the likeliest first. Those of which somebody said that they are the
// same, or that they are different, are not among them. It reads what the index holds, which is what its reader may see, and nothing else.
func Propose(x *index.Index) []Pair {
	return index.Kept(x, "duplicates", func() []Pair {
		t := index.From(x, "likenesses", func(was *table) *table { return tableOf(x, was) })
		return best(t.undecided(x))
	})
}

// table is how much records resemble each other, whatever somebody said of them: that changes with what they tell, not with what is decided.
type table struct {
	told  map[string]*told
	pairs []Pair
}

// told is what of a record the table was made of.
type told struct {
	*index.Entry
	named []string // by its claims, with what they are called
}

// tableOf makes the table of an index, or takes the one that was, if all records tell what they told.
func tableOf(x *index.Index, was *table) *table {
	entries := compared(x)
	if was != nil && was.holds(x, entries) {
		return was
	}
	s := &scorer{lexicon: &lexicon{number: map[string]int32{}}, of: len(entries), holders: map[string]int{}}
	t := &table{told: make(map[string]*told, len(entries))}
	list := make([]*record, 0, len(entries))
	for _, e := range entries {
		r := s.lexicon.read(x, e)
		for _, key := range slices.Concat(r.addresses, r.accused) {
			s.holders[key]++
		}
		list = append(list, r)
		t.told[e.ID] = &told{e, namedIn(x, e)}
	}
	for _, r := range list {
		s.lexicon.weigh(r, len(list))
	}
	for _, p := range block(list, len(s.lexicon.count)) {
		if pair := s.pair(list[p.a], list[p.b]); pair.Score >= least {
			t.pairs = append(t.pairs, pair)
		}
	}
	return t
}

// compared are the entries that are held against each other: those that count, and those that would if nobody had said that they are the same as another one.
func compared(x *index.Index) []*index.Entry {
	list := slices.Clone(x.Entries)
	for _, e := range x.Gone {
		if e.Merger != nil {
			list = append(list, e)
		}
	}
	return list
}

// holds says whether records tell what they told when the table was made.
func (t *table) holds(x *index.Index, entries []*index.Entry) bool {
	if len(entries) != len(t.told) {
		return false
	}
	for _, e := range entries {
		old := t.told[e.ID]
		if old == nil || old.Entry != e && !old.tells(x, e) {
			return false
		}
	}
	return true
}

// tells says whether an entry that was put together anew tells the same as before. To the version that came in relationships add victims and whom claims name.
func (t *told) tells(x *index.Index, e *index.Entry) bool {
	return t.Added == e.Added && t.Modified.Equal(e.Modified) && reflect.DeepEqual(t.Facts.Victims, e.Facts.Victims) && slices.Equal(t.named, namedIn(x, e))
}

func namedIn(x *index.Index, e *index.Entry) (list []string) {
	for _, c := range own(e) {
		list = append(list, x.Known.Resolve(c.Claim.Accused)+" "+c.Accused.Label())
	}
	return distinct(list)
}

// own are the claims on a record itself. What stands with it because another was merged into it is the other's.
func own(e *index.Entry) (list []*index.Claim) {
	for _, c := range e.Claims {
		if c.Act == e.ID {
			list = append(list, c)
		}
	}
	return list
}

// undecided are the pairs of which nobody said anything, of what counts.
func (t *table) undecided(x *index.Index) (pairs []Pair) {
	for _, p := range t.pairs {
		p.A, p.B = x.Get(p.A.ID), x.Get(p.B.ID)
		if !p.A.Gone() && !p.B.Gone() && !x.Ruled(p.A, p.B) {
			pairs = append(pairs, p)
		}
	}
	return pairs
}

// pair scores two records.
func (s *scorer) pair(a, b *record) Pair {
	if b.ID < a.ID {
		a, b = b, a
	}
	p := Pair{A: a.Entry, B: b.Entry, Score: Base, Reasons: s.reasons(a, b)}
	for _, r := range p.Reasons {
		p.Score += r.Points
	}
	p.Score = math.Round(p.Score*10) / 10
	slices.SortStableFunc(p.Reasons, func(r, q Reason) int { return cmp.Compare(q.Points, r.Points) })
	return p
}

// best leaves out the pairs of which one record has a better partner in the other's source.
func best(pairs []Pair) []Pair {
	type seat struct {
		e      *index.Entry
		source string
	}
	top := map[seat]float64{}
	for _, p := range pairs {
		for _, at := range []seat{{p.A, p.B.Source}, {p.B, p.A.Source}} {
			top[at] = max(top[at], p.Score)
		}
	}
	pairs = slices.DeleteFunc(pairs, func(p Pair) bool { return p.Score < max(top[seat{p.A, p.B.Source}], top[seat{p.B, p.A.Source}])-rivals })
	slices.SortFunc(pairs, func(p, q Pair) int {
		return cmp.Or(cmp.Compare(q.Score, p.Score), cmp.Compare(p.A.ID, q.A.ID), cmp.Compare(p.B.ID, q.B.ID))
	})
	return pairs
}
