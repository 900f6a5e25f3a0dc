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
	layer *layer
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

func (m *Matcher) candidate(l *layer, claim uint32, p *Compound) {
	if !slices.ContainsFunc(m.tried, func(t trial) bool { return t.layer == l && t.claim == claim }) {
		m.tried = append(m.tried, trial{p, l, claim, m.f})
	}
}

// eachLayer calls f for what m looks into.
func (m *Matcher) eachLayer(f func(l *layer)) {
	for _, s := range m.states {
		for _, l := range s.layers {
			f(l)
		}
	}
}

// needles finds compounds by texts inside of the field.
func (m *Matcher) needles(v []byte) {
	var folded []byte
	m.eachLayer(func(l *layer) {
		if !l.needles.kinds.has(m.f.Kind) {
			return
		}
		if folded == nil {
			folded = m.fold(v)
		}
		l.needles.find(m.f.Kind, folded, func(claim uint32) {
			m.said = true
			m.consider(l, claim)
		})
	})
}

// consider tries a compound if its claim holds at the time of the record.
func (m *Matcher) consider(l *layer, claim uint32) {
	if !l.gone.has(claim) && l.validAt(claim, m.time()) {
		m.candidate(l, claim, l.compounds[claim])
	}
}

// tryAlways finds compounds by nothing but numbers in bounds and the kinds of the fields.
func (m *Matcher) tryAlways() {
	m.eachLayer(func(l *layer) {
		if l.tried == 0 {
			return
		}
		var done kindSet
		m.alwaysOf(l, m.rec.Fields, &done)
		if l.asks {
			m.alwaysOf(l, m.rec.Facts(), &done)
			m.tryBounds(l)
		}
	})
}

func (m *Matcher) alwaysOf(l *layer, fields []logs.Field, done *kindSet) {
	for i := range fields {
		m.f = &fields[i]
		if done.has(m.f.Kind) {
			continue
		}
		*done |= kindsOf(m.f.Kind)
		for _, claim := range l.always[m.f.Kind] {
			m.consider(l, claim)
		}
	}
}

// facts finds compounds by what the record says beside its fields, unless it is known that nobody asks for that.
func (m *Matcher) facts() {
	said := m.rec.Facts()
	for i := range said {
		m.f = &said[i]
		v := m.f.Value
		if len(v) == 0 || len(v) > maxValue {
			continue
		}
		slot, h := m.missed(v)
		if *slot == h {
			continue
		}
		m.said = false
		text := m.fold(v)
		m.eachLayer(func(l *layer) {
			for _, claim := range l.facts[factKey{m.f.Kind, string(text)}] {
				m.said = true
				m.consider(l, claim)
			}
			if l.needles.kinds.has(m.f.Kind) {
				l.needles.find(m.f.Kind, text, func(claim uint32) {
					m.said = true
					m.consider(l, claim)
				})
			}
		})
		if !m.said {
			*slot = h
		}
	}
	m.said = false
}

// try asks the evaluator about each compound that the record may satisfy. Those that ask for several records keep it in mind, for a Gathering.
func (m *Matcher) try(hits []Hit) []Hit {
	at := m.time()
	o := observation(m.rec, time.UnixMicro(at))
	for _, t := range m.tried {
		if !t.single {
			if look, part := t.eval.Look(&o); part {
				if h, told := m.compoundHit(t, at); told {
					h.later = &candidate{Compound: t.Compound, look: look}
					m.waiting = append(m.waiting, h)
				}
			}
			continue
		}
		switch t.eval.MatchOne(&o) {
		case pattern.Yes:
			if h, told := m.compoundHit(t, at); told {
				hits = append(hits, h)
			}
		case pattern.NotEvaluated:
			m.open.add(Unevaluated{1, t.Text})
		}
	}
	return hits
}

// compoundHit is the hit of a pattern, unless it is not to be told.
func (m *Matcher) compoundHit(t trial, at int64) (h Hit, told bool) {
	c := t.layer.claims.get(t.claim)
	if t.layer.tell != nil && !t.layer.tell(&c, t.Text) {
		return h, false
	}
	return Hit{Kind: t.f.Kind, Role: t.f.Role, Path: t.f.Path, Seen: string(t.f.Value), Value: t.Text, Class: PatternText, How: ByPattern,
		Claims: []Claim{c}, Time: at, Timed: m.timed(), Records: 1}, true
}
