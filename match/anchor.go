package match

import (
	"fmt"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/logs"
	"threatwatch/pattern/syntax"
)

// cover is what every record that has part in a match of a pattern contains something of. Where nothing can be looked for, such records are known
// by numbers within bounds, or by the kinds of their fields alone.
type cover struct {
	values  []Value // found by the index
	facts   []factKey
	needles []needle // found inside of values and facts
	bounds  []bound  // kept to by facts
	always  kindSet  // fields of these kinds
	never   bool     // no record can have part
	cost    int      // about how many records it lets through for nothing
}

// The costs of what anchors let through, relative to each other.
const (
	valueCost  = 1
	needleCost = 20
	factCost   = 200 // each record must be read once more for it
	boundCost  = 20_000
	alwaysCost = 100_000
)

// factKey is a fact as it is looked for.
type factKey struct {
	kind logs.Kind
	text string // folded
}

// asks says whether facts must be read of each record.
func (c *cover) asks() bool {
	return len(c.facts)+len(c.bounds) > 0 || c.always&facts != 0 || slices.ContainsFunc(c.needles, func(n needle) bool { return n.kinds&facts != 0 })
}

// both is the cover of alternatives.
func (c cover) both(d cover) cover {
	switch {
	case c.never:
		return d
	case d.never:
		return c
	}
	return cover{values: append(c.values, d.values...), facts: append(c.facts, d.facts...), needles: append(c.needles, d.needles...), bounds: append(c.bounds, d.bounds...),
		always: c.always | d.always, cost: c.cost + d.cost}
}

// coverOf is the cover of an expression: each of its brackets needs records of its own. What an AND or a FOLLOWEDBY joins can match only if both can.
func coverOf(x syntax.Expr) cover {
	switch x := x.(type) {
	case *syntax.Observation:
		return coverOfCond(x.Cond)
	case *syntax.Qualified:
		return coverOf(x.X)
	case *syntax.Combination:
		all := cover{never: true}
		for _, y := range x.Operands {
			c := coverOf(y)
			if c.never && x.Op != syntax.Or {
				return cover{never: true}
			}
			all = all.both(c)
		}
		return all
	}
	return cover{never: true}
}

// coverOfCond is the cover of a condition: of what AND joins the side that lets the fewest through.
func coverOfCond(c syntax.Cond) cover {
	j, ok := c.(*syntax.Junction)
	if !ok {
		return coverOfComparison(c.(*syntax.Comparison))
	}
	best := coverOfCond(j.Operands[0])
	for _, x := range j.Operands[1:] {
		d := coverOfCond(x)
		switch {
		case j.Op == syntax.Or:
			best = best.both(d)
		case d.never || !best.never && d.cost < best.cost:
			best = d
		}
	}
	return best
}

func coverOfComparison(c *syntax.Comparison) cover {
	s, ok := spokenOf(&c.Path)
	if !ok {
		if c.Op == syntax.Exists && c.Not {
			return cover{always: kindsOfType(c.Path.Type), cost: alwaysCost}
		}
		return cover{never: true}
	}
	always := cover{always: s.kinds, cost: alwaysCost}
	if c.Op == syntax.Exists && c.Not {
		always.always = kindsOfType(c.Path.Type)
	}
	if b, ok := boundOf(c, s); ok {
		return cover{bounds: []bound{b}, cost: boundCost}
	}
	if c.Not {
		return always
	}
	switch c.Op {
	case syntax.Equal, syntax.In, syntax.IsSubset:
		all := cover{never: true}
		for i := range c.Args {
			all = all.both(coverOfValue(&c.Args[i], s, c.Op))
		}
		return all
	case syntax.Like:
		return coverOfTexts(likeTexts(c.Args[0].Text), s)
	case syntax.Matches:
		return coverOfTexts(regexTexts(c.Args[0].Text), s)
	}
	return always
}

// coverOfValue is the cover of being a value, or in a network.
func coverOfValue(a *syntax.Constant, s spoken, op syntax.Comparator) cover {
	if s.number {
		return coverOfNumber(a, s)
	}
	switch a.Kind {
	case syntax.Integer, syntax.Float, syntax.Boolean:
		return cover{never: true} // it is text
	case syntax.String:
		if v, ok := valueOf(s.class, a.Text); ok && strings.TrimSpace(a.Text) == a.Text {
			return cover{values: []Value{v}, cost: valueCost}
		}
	}
	if op == syntax.IsSubset {
		return cover{always: s.kinds, cost: alwaysCost}
	}
	if k, ok := s.fact(); ok {
		text := spell(k, []byte(a.Text), nil)
		return cover{facts: []factKey{{k, string(folded(nil, text))}}, cost: factCost}
	}
	return coverOfTexts([]string{a.Text}, s)
}

// coverOfNumber is the cover of being a number; respell has made numbers of the texts that can be.
func coverOfNumber(a *syntax.Constant, s spoken) cover {
	k, _ := s.fact()
	switch text := string(spell(k, []byte(a.Text), nil)); {
	case a.Kind != syntax.Integer && a.Kind != syntax.Float:
		return cover{never: true}
	case text != a.Text: // 443.0 is 443 too
		return cover{always: s.kinds, cost: alwaysCost}
	default:
		return cover{facts: []factKey{{k, text}}, cost: factCost}
	}
}

// coverOfTexts is the cover of containing one of several texts; nil when there is none that must be contained.
func coverOfTexts(texts []string, s spoken) cover {
	c := cover{never: true}
	for _, t := range texts {
		if t = strings.ToLower(longestASCII(t)); len(t) < gram {
			return cover{always: s.kinds, cost: alwaysCost}
		}
		cost := needleCost
		if s.kinds&facts != 0 {
			cost = 2 * factCost
		}
		c = c.both(cover{needles: []needle{{t, s.kinds}}, cost: cost})
	}
	if len(texts) == 0 {
		return cover{always: s.kinds, cost: alwaysCost}
	}
	return c
}

// kindsOfType are the kinds of fields that make objects of a type.
func kindsOfType(typ string) (set kindSet) {
	for path, s := range paths {
		if t, _, _ := strings.Cut(path, ":"); t == typ {
			set |= s.kinds
		}
	}
	return set
}

// errAlways is why a pattern is not looked for in which there is nothing to look for.
var errAlways = threatwatch.Errorf(threatwatch.TooLarge, "more than %d patterns without a value or text to look for", maxAlways)

// errNeverSaid names what a pattern asks for and no record says.
func errNeverSaid(p *syntax.Pattern) error {
	for c := range p.Comparisons() {
		if _, ok := spokenOf(&c.Path); !ok {
			return threatwatch.Errorf(threatwatch.Unsupported, "no record says %s", c.Path.String())
		}
	}
	return fmt.Errorf("no record can match")
}
