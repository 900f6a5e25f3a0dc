package match

import (
	"slices"
	"time"

	"threatwatch/logs"
	"threatwatch/pattern"
)

// trial is a compound that the record which is looked at may satisfy.
type trial struct {
	*Compound
	core  *core
	claim uint32
	f     *logs.Field // that led to it
}

// Unevaluated counts how often a pattern could not be evaluated: that is not the same as no match (MATCHES or the search took too long).
type Unevaluated struct {
	Count int64
	First string // the text of one such pattern
}

func (u *Unevaluated) add(o Unevaluated) {
	if u.Count += o.Count; u.First == "" {
		u.First = o.First
	}
}

func (m *Matcher) candidate(c *core, claim uint32, p *Compound) {
	if !slices.ContainsFunc(m.tried, func(t trial) bool { return t.core == c && t.claim == claim }) {
		m.tried = append(m.tried, trial{p, c, claim, m.f})
	}
}

// eachCore calls f for what m looks into.
func (m *Matcher) eachCore(f func(c *core, gone map[uint32]bool)) {
	for _, s := range m.states {
		f(s.base, s.gone)
		if s.delta != nil {
			f(s.delta, nil)
		}
	}
}

// needles finds compounds by texts inside of the field.
func (m *Matcher) needles(v []byte) {
	var folded []byte
	m.eachCore(func(c *core, gone map[uint32]bool) {
		if !c.needles.kinds.has(m.f.Kind) {
			return
		}
		if folded == nil {
			folded = m.fold(v)
		}
		c.needles.find(m.f.Kind, folded, func(claim uint32) {
			m.said = true
			m.consider(c, gone, claim)
		})
	})
}

// consider tries a compound if its claim holds at the time of the record.
func (m *Matcher) consider(c *core, gone map[uint32]bool, claim uint32) {
	if r := &c.rows[claim]; !gone[claim] && valid(r.from, r.until, m.time()) {
		m.candidate(c, claim, c.compounds[claim])
	}
}

// tryAlways finds compounds by nothing but the kinds of the fields.
func (m *Matcher) tryAlways() {
	m.eachCore(func(c *core, gone map[uint32]bool) {
		if c.tried == 0 {
			return
		}
		var done kindSet
		for i := range m.rec.Fields {
			m.f = &m.rec.Fields[i]
			if done.has(m.f.Kind) {
				continue
			}
			done |= kindsOf(m.f.Kind)
			for _, claim := range c.always[m.f.Kind] {
				m.consider(c, gone, claim)
			}
		}
	})
}

// try asks the evaluator about each compound that the record may satisfy. Those that ask for several records keep it in mind, for a Gathering.
func (m *Matcher) try(hits []Hit) []Hit {
	at := m.time()
	o := observation(m.rec, time.UnixMicro(at))
	for _, t := range m.tried {
		if !t.single {
			if look, part := t.eval.Look(&o); part {
				h := m.compoundHit(t, at)
				h.later = &candidate{Compound: t.Compound, look: look}
				m.waiting = append(m.waiting, h)
			}
			continue
		}
		switch t.eval.MatchOne(&o) {
		case pattern.Yes:
			hits = append(hits, m.compoundHit(t, at))
		case pattern.NotEvaluated:
			m.open.add(Unevaluated{1, t.Text})
		}
	}
	return hits
}

func (m *Matcher) compoundHit(t trial, at int64) Hit {
	return Hit{Kind: t.f.Kind, Role: t.f.Role, Path: t.f.Path, Seen: string(t.f.Value), Value: t.Text, Class: PatternText, How: ByPattern,
		Claims: []Claim{t.core.claims.get(t.claim)}, Time: at, Timed: m.timed(), Records: 1}
}
