package stix

import (
	"errors"
	"fmt"
	"strings"

	"threatwatch/pattern/syntax"
)

// patternFault is why a text is no STIX pattern (STIX 2.1 §9), and the byte where that shows.
type patternFault struct {
	at           int
	section, msg string
}

// maxPatternDepth is how many parentheses may stand inside one another.
const maxPatternDepth = 100

// checkPattern reads a pattern by the grammar of STIX 2.1 §9 and returns the first fault, or nil. Nothing is evaluated, and whether the
// objects and properties exist is not asked. Impossible says that an AND joins comparisons that no single object can satisfy (§9.5).
func checkPattern(s string, v20 bool) (impossible bool, fault *patternFault) {
	p, err := syntax.Config{V20: v20, MaxDepth: maxPatternDepth, MaxText: MaxText}.Parse(s)
	if e, ok := errors.AsType[*syntax.Error](err); ok {
		return false, &patternFault{e.Offset, e.Section, e.Msg}
	}
	for o := range p.Observations() {
		impossible = impossible || syntax.Impossible(o.Cond)
	}
	return impossible, nil
}

// ValueKind is what a path of a pattern leads to.
type ValueKind struct {
	open   bool // anything: something custom is on the way
	kind   kindOf
	list   bool // a list as a whole
	object bool // an object: a reference, a dictionary, a part
}

// PathKind follows an object path (STIX 2.1 §9.7) through the property tables of §6. What is custom may be anything; a path that leaves what
// the standard defines for a type of its own is an error.
func PathKind(p syntax.Path) (ValueKind, error) {
	s := observableShapes[p.Type]
	if s == nil {
		if knownType(p.Type) {
			return ValueKind{}, fmt.Errorf("%s is no observable: patterns are about observables", p.Type)
		}
		return ValueKind{open: true}, nil
	}
	w := pathWalk{typ: p.Type, shape: s}
	for i, step := range p.Steps {
		if err := w.take(step); err != nil {
			return ValueKind{}, fmt.Errorf("%s: %w", syntax.Path{Type: p.Type, Steps: p.Steps[:i+1]}, err)
		}
		if w.at.open {
			return w.at, nil
		}
	}
	return w.at, nil
}

// A pathWalk is somewhere on a path: in an object of a shape, or at a value.
type pathWalk struct {
	typ        string // of the object whose common properties count, if any
	shape      *shape // nil when the steps that may follow are not names of properties
	extensions bool   // the next name is that of an extension
	rule       *rule
	at         ValueKind
}

func (w *pathWalk) take(step syntax.Step) error {
	switch {
	case step.Item && !w.at.list:
		return errors.New("this is no list")
	case step.Item:
		w.at.list = false
		w.enter()
		return nil
	case w.at.list:
		return errors.New("this is a list: [*] or [n] is missing")
	case w.extensions:
		return w.extension(step.Name)
	case w.shape == nil:
		return errors.New("this has no properties")
	}
	r := w.shape.find(step.Name)
	if r == nil && w.typ != "" {
		r = observableCommon.find(step.Name)
	}
	if r == nil {
		if strings.HasPrefix(step.Name, "x_") || w.typ != "" && strings.Contains(step.Name, "-") {
			w.at = ValueKind{open: true}
			return nil
		}
		return fmt.Errorf("no property of this name in STIX 2.1 %s", w.shape.section)
	}
	w.rule = r
	w.at = ValueKind{kind: r.kind, list: r.list}
	w.enter()
	return nil
}

// enter prepares the step behind a property or an item.
func (w *pathWalk) enter() {
	w.shape, w.extensions = nil, false
	if w.at.list {
		return
	}
	typ := w.typ
	w.typ = ""
	switch w.rule.kind {
	case tShape:
		w.shape, w.at.object = w.rule.shape, true
	case tHashes, tDict, tStrDict, tIntDict, tTextOrInt, tHeaders:
		w.at.open = true
	case tRef: // of the types that it may refer to one is taken when there is one
		if len(w.rule.targets) == 1 && observableShapes[w.rule.targets[0]] != nil {
			w.typ, w.shape, w.at.object = w.rule.targets[0], observableShapes[w.rule.targets[0]], true
		} else {
			w.at.open = true
		}
	case tAny:
		w.extensions = w.rule.name == "extensions"
		w.at.object, w.at.open = w.extensions, !w.extensions
		w.typ = typ
	}
}

func (w *pathWalk) extension(name string) error {
	w.extensions = false
	p, ok := predefined[name]
	switch {
	case !ok:
		w.at = ValueKind{open: true}
	case p.owner != w.typ:
		return fmt.Errorf("this is an extension of %s", p.owner)
	default:
		w.typ, w.shape, w.at = "", p.shape, ValueKind{object: true}
	}
	return nil
}

// Takes says whether a value of this kind can be equal to a constant of a type. Text and bytes can (STIX 2.1 §9.6.3).
func (k ValueKind) Takes(c syntax.Kind) bool {
	switch {
	case k.open:
		return true
	case k.list, k.object:
		return false
	}
	switch k.kind {
	case tInt, tFloat:
		return c == syntax.Integer || c == syntax.Float
	case tBool:
		return c == syntax.Boolean
	case tTime, tMillis:
		return c == syntax.Timestamp || c == syntax.String
	}
	return c == syntax.String || c == syntax.Hex || c == syntax.Binary
}
