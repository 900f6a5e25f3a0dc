package pattern

import (
	"net/netip"

	"threatwatch/pattern/syntax"
	"threatwatch/stix"
)

// test is a comparison operator with its constants, ready to be asked of a value whose text stands for bytes as c says.
type test func(v *stix.Value, c coding) verdict

// manyConstants is the number of constants from which they are looked up in a map.
const manyConstants = 8

// newTest compiles an operator (STIX 2.1 §9.6.1).
func newTest(c *syntax.Comparison, p *patience) test {
	switch c.Op {
	case syntax.Exists:
		return present
	case syntax.Equal:
		return equal(&c.Args[0])
	case syntax.NotEqual:
		return different(&c.Args[0])
	case syntax.In:
		return member(c.Args)
	case syntax.Like:
		return alike(c.Args[0].Text)
	case syntax.Matches:
		return matching(c.Args[0].Text, p)
	case syntax.IsSubset, syntax.IsSuperset:
		return within(c.Op, c.Args[0].Text)
	}
	return ordered(c.Op, &c.Args[0])
}

// present is EXISTS: what it is asked of is there.
func present(*stix.Value, coding) verdict { return yes }

// equal is =: values of different types are not equal (P014).
func equal(k *syntax.Constant) test {
	return func(v *stix.Value, c coding) verdict {
		order, r := compare(v, c, k)
		return verdictOf(r == comparable && order == 0)
	}
}

// different is !=: true also of values of different types (P014).
func different(k *syntax.Constant) test {
	return func(v *stix.Value, c coding) verdict {
		order, r := compare(v, c, k)
		return verdictOf(r != comparable || order != 0)
	}
}

// ordered is <, <=, > and >=. Values of different types have no order, and NOT gives them none; text that stands for no bytes is in no order
// with bytes, and NOT of that is true.
func ordered(op syntax.Comparator, k *syntax.Constant) test {
	return func(v *stix.Value, c coding) verdict {
		order, r := compare(v, c, k)
		switch {
		case r == incompatible:
			return never
		case r == inconvertible:
			return no
		case op == syntax.Less:
			return verdictOf(order < 0)
		case op == syntax.LessEqual:
			return verdictOf(order <= 0)
		case op == syntax.Greater:
			return verdictOf(order > 0)
		}
		return verdictOf(order >= 0)
	}
}

// member is IN: equal to one of the constants.
func member(set []syntax.Constant) test {
	one := func(v *stix.Value, c coding) verdict {
		for i := range set {
			if order, r := compare(v, c, &set[i]); r == comparable && order == 0 {
				return yes
			}
		}
		return no
	}
	if len(set) < manyConstants || set[0].Kind != syntax.String {
		return one
	}
	texts := make(map[string]struct{}, len(set))
	for i := range set {
		texts[set[i].Text] = struct{}{}
	}
	return func(v *stix.Value, c coding) verdict {
		if v.Kind != stix.String || c != plain {
			return one(v, c)
		}
		_, ok := texts[v.Str]
		return verdictOf(ok)
	}
}

// alike is LIKE: in normal form C for text, byte by byte for binary data.
func alike(operand string) test {
	text := newLike(composed(operand))
	_, narrowed := narrow(operand)
	binary := newLike(operand)
	return func(v *stix.Value, c coding) verdict {
		s, ok := textOf(v, c)
		switch {
		case !ok:
			return no
		case c == plain:
			return verdictOf(text.match(composed(s)))
		}
		return verdictOf(narrowed && binary.match(s))
	}
}

// textOf returns what LIKE and MATCHES look at: a string, or binary data with a character for each byte.
func textOf(v *stix.Value, c coding) (string, bool) {
	if v.Kind != stix.String || c == plain {
		return v.Str, v.Kind == stix.String
	}
	b, ok := bytesOf(v.Str, c)
	return widen(b), ok
}

// matching is MATCHES: in normal form C for text, byte by byte for binary data.
func matching(operand string, p *patience) test {
	text := newRegex(composed(operand), p)
	binary := text
	if composed(operand) != operand {
		binary = newRegex(operand, p)
	}
	_, narrowed := narrow(operand)
	return func(v *stix.Value, c coding) verdict {
		s, ok := textOf(v, c)
		switch {
		case !ok:
			return no
		case c == plain:
			return text.match(composed(s))
		case !narrowed:
			return no
		}
		return binary.match(s)
	}
}

// within is ISSUBSET and ISSUPERSET: false of what is no address or network (P024).
func within(op syntax.Comparator, operand string) test {
	mine, valid := network(operand)
	return func(v *stix.Value, c coding) verdict {
		if !valid || v.Kind != stix.String || c != plain {
			return no
		}
		theirs, ok := network(v.Str)
		var inner, outer netip.Prefix
		if inner, outer = theirs, mine; op == syntax.IsSuperset {
			inner, outer = mine, theirs
		}
		return verdictOf(ok && subset(inner, outer))
	}
}
