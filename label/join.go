package label

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"threatwatch/stix"
)

// Join returns the label of what holds both: who may see it may see each, and nobody else. Order, grouping and repetition do not
// matter. What one label of one owner can say is one label; the rest stands side by side in And. Obligations are united.
func Join(a, b Label) Label {
	j := Label{TLP: max(a.TLP, b.TLP), PAP: max(a.PAP, b.PAP), Statements: set(slices.Concat(a.Statements, b.Statements)), IEP: joinIEP(a.IEP, b.IEP),
		Embargo: max(a.Embargo, b.Embargo), Unknown: a.Unknown || b.Unknown}
	parts := compose(atomsOf(a, b))
	j.Mixed = a.Mixed || b.Mixed || a.Owner != b.Owner
	if !j.Mixed {
		j.Owner = a.Owner
	}
	if len(parts) > 1 || j.Mixed {
		j.And = parts
		return j
	}
	j.Audience, j.Persons = parts[0].Audience, parts[0].Persons
	return j
}

// An atom is one condition that a label sets. A label admits whom all of its atoms admit: so labels join as sets.
type atom struct {
	kind  atomKind
	owner string
	names string // audience or persons, joined by spaces
}

type atomKind uint8

const (
	level   atomKind = iota // a TLP up to AMBER+STRICT, with the audience
	red                     // TLP:RED, with the persons
	embargo                 // until a time only the owner
	unknown                 // only the owner
	window                  // outside of a time AMBER+STRICT, with the audience
)

// atomSet holds the bound of each atom: the TLP, the time, or the window.
type atomSet map[atom]bound

type bound struct {
	tlp         stix.Level
	start, till int64
}

// noOwner stands for the owner of a joined label that is not taken apart: one whose body could not be read.
const noOwner = "\x00"

// atomsOf takes labels apart into what cannot be said in a simpler way.
func atomsOf(labels ...Label) atomSet {
	atoms := atomSet{}
	for _, l := range labels {
		for _, p := range l.Parts() {
			atoms.add(p)
		}
	}
	atoms.reduce()
	return atoms
}

func (s atomSet) add(l Label) {
	owner := l.Owner
	if l.Mixed {
		owner = noOwner
	}
	audience := strings.Join(set(l.Audience), " ")
	switch {
	case l.TLP == stix.Red:
		s[atom{red, owner, strings.Join(set(l.Persons), " ")}] = bound{tlp: stix.Red}
	case l.open():
		k := atom{level, owner, ""}
		s[k] = bound{tlp: max(s[k].tlp, l.TLP)}
	default:
		k := atom{level, owner, audience}
		s[k] = bound{tlp: max(s[k].tlp, l.TLP)}
	}
	if l.Embargo != 0 {
		k := atom{embargo, owner, ""}
		s[k] = bound{till: max(s[k].till, l.Embargo)}
	}
	if l.Unknown {
		s[atom{unknown, owner, ""}] = bound{}
	}
	if l.IEP != nil && l.TLP < stix.Red && (l.IEP.Start != 0 || l.IEP.Until != 0) { // RED is stricter than what an IEP falls back to
		k := atom{window, owner, audience}
		w, there := s[k]
		if !there {
			w = bound{start: math.MinInt64, till: math.MaxInt64}
		}
		w.start = max(w.start, l.IEP.Start)
		if l.IEP.Until != 0 {
			w.till = min(w.till, l.IEP.Until)
		}
		s[k] = w
	}
}

// reduce drops atoms that admit everybody whom another one admits.
func (s atomSet) reduce() {
	implied := func(a atom, b bound) bool { // an open level beside a stricter one, or beside any condition when it is CLEAR
		for k, v := range s {
			switch {
			case k == a:
			case k.kind == red, k.kind != level && b.tlp == stix.Clear, k.kind == level && (v.tlp > b.tlp || v.tlp == b.tlp && k.owner < a.owner):
				return true
			}
		}
		return false
	}
	var gone []atom
	for k, v := range s {
		if k.kind == level && v.tlp <= stix.Green {
			if implied(k, v) {
				gone = append(gone, k)
			}
			continue
		}
		if _, alone := s[atom{red, k.owner, ""}]; alone && k.kind != red { // nobody named: the owner alone, whom the others admit
			gone = append(gone, k)
		}
	}
	for _, k := range gone {
		delete(s, k)
	}
}

// compose writes atoms as labels, as few as hold them, in one order.
func compose(s atomSet) (parts []Label) {
	keys := slices.SortedFunc(maps.Keys(s), func(a, b atom) int {
		return cmp.Or(cmp.Compare(a.owner, b.owner), cmp.Compare(a.kind, b.kind), cmp.Compare(a.names, b.names))
	})
	begin := 0 // of the labels of this owner
	for i, k := range keys {
		if i > 0 && keys[i-1].owner != k.owner {
			begin = len(parts)
		}
		names, v := set(strings.Fields(k.names)), s[k]
		fits := slices.IndexFunc(parts[begin:], func(l Label) bool {
			switch k.kind {
			case embargo:
				return l.Embargo == 0
			case unknown:
				return !l.Unknown
			case window:
				return l.IEP == nil && l.TLP < stix.Red && (slices.Equal(l.Audience, names) || l.open() && l.Audience == nil)
			}
			return false
		})
		if fits < 0 {
			l := Label{Owner: k.owner}
			if k.owner == noOwner {
				l.Owner, l.Mixed = "", true
			}
			parts, fits = append(parts, l), len(parts)-begin
		}
		l := &parts[begin+fits]
		switch k.kind {
		case level:
			l.TLP, l.Audience = v.tlp, names
		case red:
			l.TLP, l.Persons = v.tlp, names
		case embargo:
			l.Embargo = v.till
		case unknown:
			l.Unknown = true
		case window:
			l.Audience, l.IEP = names, &IEP{Start: max(v.start, 0), Until: v.till}
			if v.till == math.MaxInt64 {
				l.IEP.Until = 0
			}
		}
	}
	return parts
}
