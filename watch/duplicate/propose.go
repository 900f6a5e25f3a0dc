package duplicate

import (
	"cmp"
	"math"
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
	return index.Kept(x, "duplicates", func() []Pair { return propose(x) })
}

func propose(x *index.Index) []Pair {
	s := &scorer{lexicon: &lexicon{number: map[string]int32{}}, of: len(x.Entries), holders: map[string]int{}}
	list := make([]*record, 0, len(x.Entries))
	for _, e := range x.Entries {
		r := s.lexicon.read(x, e)
		for _, key := range slices.Concat(r.addresses, r.accused) {
			s.holders[key]++
		}
		list = append(list, r)
	}
	for _, r := range list {
		s.lexicon.weigh(r, len(list))
	}
	var pairs []Pair
	for _, p := range block(list, len(s.lexicon.count)) {
		if pair, ok := s.pair(x, list[p.a], list[p.b]); ok {
			pairs = append(pairs, pair)
		}
	}
	return best(pairs)
}

// pair scores two records, unless somebody has spoken about them already.
func (s *scorer) pair(x *index.Index, a, b *record) (p Pair, ok bool) {
	if x.Ruled(a.Entry, b.Entry) {
		return p, false
	}
	if b.ID < a.ID {
		a, b = b, a
	}
	p = Pair{A: a.Entry, B: b.Entry, Score: base, Reasons: s.reasons(a, b)}
	for _, r := range p.Reasons {
		p.Score += r.Points
	}
	p.Score = math.Round(p.Score*10) / 10
	slices.SortStableFunc(p.Reasons, func(r, q Reason) int { return cmp.Compare(q.Points, r.Points) })
	return p, p.Score >= least
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
