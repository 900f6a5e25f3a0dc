package measure

import (
	"cmp"
	"maps"
	"slices"
)

// Weights says what a claim weighs. The operator may edit the table; pages print the one that was used.
type Weights struct {
	Credibility map[int]float64    // of the information, 1 to 5; what is missing weighs nothing
	Reliability map[string]float64 // of the source, A to F: more than this no claim of it weighs
	Assumed     map[string]float64 // of claims whose credibility nobody judged, by kind; see Assumptions
}

// Assumptions are what an operator may have claims weigh that nobody judged, such as those of a catalogue that was imported: without them such a
// claim names an actor and supports nobody. They are guesses by kind and no judgement of any claim, so that they are never on by themselves; a page
// that uses them says so. The cap of a source that nobody judged is over them too.
var Assumptions = map[string]float64{"legal": .70, "technical": .60, "political": .50, "self": .50, "media": .30}

// DefaultWeights is the table that is used until the operator changes it. Credibility 6, "cannot be judged", gives no weight.
func DefaultWeights() Weights {
	return Weights{
		Credibility: map[int]float64{1: .90, 2: .70, 3: .50, 4: .30, 5: .10},
		Reliability: map[string]float64{"A": .95, "B": .85, "C": .70, "D": .45, "E": .20, "F": .60},
	}
}

// Of is the weight of what a source of a reliability says with a credibility: min(credibility, cap). ok is false where there is none.
func (w Weights) Of(reliability string, credibility int) (weight float64, ok bool) {
	weight, ok = w.Credibility[credibility]
	return min(weight, w.cap(reliability)), ok
}

// ofClaim is the weight of a claim; of one that nobody judged that of its strongest kind, if the operator assumes any.
func (w Weights) ofClaim(c *Claim) (weight float64, ok bool) {
	if c.Credibility != 0 {
		return w.Of(c.Reliability, c.Credibility)
	}
	for _, kind := range c.Kinds {
		if assumed, is := w.Assumed[kind]; is {
			weight, ok = max(weight, assumed), true
		}
	}
	return min(weight, w.cap(c.Reliability)), ok
}

// cap is more than which no claim of a source weighs. One that nobody judged is F, "cannot be judged".
func (w Weights) cap(reliability string) float64 {
	if reliability == "" {
		reliability = "F"
	}
	return w.Reliability[reliability]
}

// Method is how claims are weighed: what the operator set, and what the reader chose.
type Method struct {
	Weights Weights
	Names   Names
	Level   Level // Group, Organisation or State; finer names are rolled up to it
	Reading Reading
}

// Weighing is how far the claims about one incident support each actor.
type Weighing struct {
	Actors   []Support // the best supported first
	Unknown  float64   // 1 − Σ p: what is left when all support is spent
	Conflict float64   // the part of Unknown that is there because claims contradict each other
}

// Support is what speaks for one actor. The claims leave open whether it was it with a probability from Lo to Hi.
type Support struct {
	Actor       string
	Claims      int       // standing claims that name it
	Lineages    []float64 // the weight of each independent claim, the heaviest first; what weighs nothing is left out
	Dissent     []float64 // the same of those who dissent with evidence
	Independent bool      // two claims of weight have no origin in common
	S, P        float64   // before and after its rivals
	Lo, Hi      float64   // p, and p with all that may be its: what is unknown, and what is left to those to whom it belongs
}

// Of is what speaks for an actor; the zero Support when no claim names it.
func (w Weighing) Of(actor string) Support {
	for _, s := range w.Actors {
		if s.Actor == actor {
			return s
		}
	}
	return Support{Actor: actor, Hi: w.Unknown}
}

// Weigh weighs the standing claims that the reading admits.
//
//	s_a = 1 − Π(1 − w) over the independent claims that name a, × Π(1 − v) over independent dissent with evidence
//	p_a = s_a × Π(1 − s_b) over the others, without those to whom a belongs
//
// An actor and whom it belongs to are no rivals: "the state" is no other answer than "its group", only a coarser one. What the state keeps is
// what its group leaves, so that the p of all never exceed 1.
func (m Method) Weigh(in Incident) Weighing {
	supports := m.supports(&in)
	if in.onlyInsider() {
		supports = []Support{{Actor: Insiders, S: 1}}
	}
	none, known := 1.0, 0.0
	for i := range supports {
		s := &supports[i]
		s.P = s.S
		for _, b := range supports {
			if b.Actor != s.Actor && !m.Names.under(s.Actor, b.Actor) {
				s.P *= 1 - b.S
			}
		}
		known += s.P
		none *= 1 - s.S
	}
	w := Weighing{Actors: supports, Unknown: max(0, 1-known)}
	w.Conflict = max(0, w.Unknown-none)
	for i := range supports {
		s := &supports[i]
		s.Lo, s.Hi = s.P, s.P+w.Unknown
		for _, b := range supports {
			if m.Names.under(s.Actor, b.Actor) {
				s.Hi += b.P
			}
		}
	}
	slices.SortFunc(supports, func(a, b Support) int {
		return cmp.Or(cmp.Compare(b.P, a.P), cmp.Compare(b.S, a.S), cmp.Compare(a.Actor, b.Actor))
	})
	return w
}

// supports are the actors with s, by name.
func (m Method) supports(in *Incident) []Support {
	claims := map[string][]origin{}
	for i, c := range m.admitted(in) {
		actor := m.Names.roll(c.Actor, c.Level, m.Level)
		if w, ok := m.Weights.ofClaim(&c); ok {
			claims[actor] = append(claims[actor], originOf(c.ID, i, c.Lineage, w))
		} else {
			claims[actor] = append(claims[actor], origin{})
		}
	}
	dissent := m.dissent(in)
	var list []Support
	for _, actor := range slices.Sorted(maps.Keys(claims)) {
		s := Support{Actor: actor, Claims: len(claims[actor]), Lineages: independent(claims[actor]), Dissent: independent(dissent[actor]), Independent: supported(claims[actor])}
		s.S = (1 - product(s.Lineages)) * product(s.Dissent)
		list = append(list, s)
	}
	return list
}

// admitted are the claims that count: those that stand, and one for each opinion that names somebody else.
func (m Method) admitted(in *Incident) []Claim {
	var list []Claim
	add := func(c Claim) {
		if c.Standing() && c.attributes() && m.Reading.Admits(&c) {
			list = append(list, c)
		}
	}
	for _, c := range in.Claims {
		add(c)
	}
	for i := range in.Stances {
		if c, ok := in.Stances[i].rival(); ok {
			add(c)
		}
	}
	return list
}

// dissent is what those weigh who hold the claims on an actor to be wrong and show why.
func (m Method) dissent(in *Incident) map[string][]origin {
	accused := map[string]string{}
	for _, c := range in.Claims {
		if c.attributes() {
			accused[c.ID] = m.Names.roll(c.Actor, c.Level, m.Level)
		}
	}
	against := map[string][]origin{}
	for i := range in.Stances {
		s := &in.Stances[i]
		v, ok := m.Weights.Of(s.Reliability, s.Credibility)
		if !ok || !s.Dissents() || !m.Reading.admitsStance(s) {
			continue
		}
		answered := map[string]bool{}
		for _, id := range s.Claims {
			if actor, ok := accused[id]; ok && !answered[actor] {
				answered[actor] = true
				against[actor] = append(against[actor], originOf(s.ID, i, s.Lineage, v))
			}
		}
	}
	return against
}

// compareBy orders by a difference of numbers, then by name.
func compareBy(difference int, a, b string) int {
	if difference != 0 {
		return difference
	}
	return cmp.Compare(a, b)
}
