package index

import (
	"cmp"
	"slices"
	"strings"

	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/measure"
)

// Badges say at a glance how things stand with who did it. They are not exclusive.
var Badges = watch.Vocabulary{
	{Code: "unattributed", Label: "Unattributed"}, {Code: "claimed", Label: "Claimed"}, {Code: "self-claimed", Label: "Self-claimed"}, {Code: "independently-supported", Label: "Independently supported"}, {Code: "court-tested", Label: "Court-tested"},
	{Code: "contested", Label: "Contested"}, {Code: "denied", Label: "Denied"}, {Code: "victim-withholds", Label: "Victim withholds attribution"}, {Code: "withdrawn", Label: "Withdrawn"},
}

// Method is how claims are weighed that are shown beside an incident: at the level of groups, all claims.
func (x *Index) Method() measure.Method {
	return measure.Method{Weights: measure.DefaultWeights(), Names: x.Known, Level: measure.Group, Reading: measure.AllClaims}
}

// Weigh weighs the claims about an entry.
func (x *Index) Weigh(e *Entry) measure.Weighing { return x.Method().Weigh(e.Measured()) }

// parents are the actors as the measures have them: aliases are those of the objects, parents are whom they are attributed to.
func (b *builder) parents() measure.Names {
	names := measure.Names{}
	for id, n := range b.names {
		if level := levelOf(n); level != "" {
			names[id] = measure.Actor{Level: level}
		}
	}
	for id := range b.belonging {
		c := b.claims[id]
		if c.Revoked || !c.Stands() {
			continue
		}
		a, ok := names[c.Act]
		if !ok || a.Parent != "" && a.Parent < c.Claim.Accused { // of several the same one always
			continue
		}
		a.Parent = c.Claim.Accused
		names[c.Act] = a
	}
	b.aliases(names)
	return names
}

// levelOf is the level at which an object of that type is accused; "" of one that nobody accuses.
func levelOf(n *Name) measure.Level {
	switch n.Type {
	case "intrusion-set", "campaign":
		return measure.Group
	case "threat-actor":
		return measure.Group
	case "identity":
		if n.Class == "individual" {
			return measure.Person
		}
		return measure.Organisation
	case "location":
		return measure.State
	}
	return ""
}

// aliases makes one of actors of a type that bear the same name, or of which one bears the other's name as an alias: sources of their own make
// objects of their own. The one whose id is the smallest stands for all.
func (b *builder) aliases(names measure.Names) {
	ids := map[string]string{} // type and name: the id that stands for it
	list := make([]*Name, 0, len(b.names))
	for _, n := range b.names {
		if n.Type == "intrusion-set" || n.Type == "threat-actor" {
			list = append(list, n)
		}
	}
	slices.SortFunc(list, func(a, c *Name) int { return cmp.Compare(a.ID, c.ID) })
	for _, n := range list {
		key := n.Type + "\n" + strings.ToLower(n.Name)
		if first, ok := ids[key]; ok {
			same(names, n.ID, first)
		} else {
			ids[key] = n.ID
		}
	}
	for _, n := range list {
		for _, alias := range n.Aliases {
			if other, ok := ids[n.Type+"\n"+strings.ToLower(alias)]; ok {
				same(names, other, n.ID)
			}
		}
	}
}

// same joins two names under the smaller of what they stand for.
func same(names measure.Names, a, c string) {
	a, c = names.Resolve(a), names.Resolve(c)
	if a == c {
		return
	}
	if c > a {
		a, c = c, a
	}
	x := names[a]
	x.SameAs = c
	names[a] = x
}

// Measured is the entry as the measures take it.
func (e *Entry) Measured() measure.Incident { return *e.measured }

// measure makes what the measures take.
func (e *Entry) measure() *measure.Incident {
	m := measure.Incident{ID: e.ID, When: date(e.Occurred()), Insider: e.Facts.Insider, Withholds: e.Facts.Withholds, Sectors: e.Sectors(), Countries: e.Countries(), Data: e.Trios(),
		Milestones: map[string]measure.Date{}}
	if !m.When.Known() {
		m.When = date(e.Disclosed())
	}
	for _, v := range e.Facts.Victims {
		if v.Named {
			m.Victims = append(m.Victims, cmp.Or(v.IdentityRef, v.Name))
		}
	}
	for _, s := range e.Facts.Milestones {
		if _, ok := m.Milestones[s.Kind]; !ok && s.Known() {
			m.Milestones[s.Kind] = date(s.Moment)
		}
	}
	m.Explained = e.explained()
	for kind, span := range e.Facts.Lags {
		if days, ok := measure.Unit(span.Unit, span.Value); ok {
			if m.Given == nil {
				m.Given = map[string]measure.Interval{}
			}
			m.Given[kind] = days
		}
	}
	for _, c := range e.Claims {
		m.Claims = append(m.Claims, c.measured())
	}
	for _, s := range e.all() {
		m.Stances = append(m.Stances, s.measured())
	}
	return &m
}

// explained are the words of a milestone that is a lag's end or its beginning: they say why it lies where it does, as where milestones are refused
// for their order (watch, Check).
func (e *Entry) explained() map[string]string {
	var why map[string]string
	for _, s := range slices.Backward(e.Facts.Milestones) { // of several of a kind the first counts
		for _, lag := range measure.Lags {
			if s.Words != "" && (s.Kind == lag.From || s.Kind == lag.To) {
				if why == nil {
					why = map[string]string{}
				}
				why[lag.Name] = s.Words
			}
		}
	}
	return why
}

func date(m watch.Moment) measure.Date {
	return measure.Date{Time: m.Time, Fidelity: measure.Fidelity(m.Fidelity)}
}

func (c *Claim) measured() measure.Claim {
	t := &c.Terms
	level := measure.Level(t.Level)
	if level == "" {
		level = levelOf(c.Accused)
	}
	return measure.Claim{ID: c.ID, Actor: c.Claim.Accused, Level: level, Claimant: t.ClaimantRef, Capacity: t.Capacity, Kinds: t.Kinds, Channel: t.Channel, Evidence: t.EvidencePublished, Lineage: t.Lineage,
		Reliability: t.Reliability, Credibility: t.Credibility, Status: t.Status, Stated: date(t.StatedAt)}
}

func (s *Stance) measured() measure.Stance {
	p := &s.Position
	m := measure.Stance{ID: s.ID, Holder: p.HolderRef, Capacity: p.Capacity, Stance: p.Stance, Alternative: p.AlternativeRef, Level: levelOf(unknown(p.AlternativeRef)), Evidence: p.EvidencePublished,
		Lineage: p.Lineage, Reliability: p.Reliability, Credibility: p.Credibility, Stated: date(p.StatedAt)}
	for _, id := range s.Of {
		if typ, _ := stix.SplitID(id); typ == "relationship" {
			m.Claims = append(m.Claims, id)
		}
	}
	return m
}

// judge gives an entry its badges.
func (x *Index) judge(e *Entry) {
	e.Badges = nil
	for _, badge := range x.Method().Badges(e.Measured()) {
		e.Badges = append(e.Badges, string(badge))
	}
}
