package pattern

import (
	"fmt"

	"threatwatch/pattern/syntax"
	"threatwatch/stix"
)

// Problem is what a pattern that can be read will hardly be meant to say.
type Problem struct {
	Offset  int    `json:"offset"` // of the byte where it stands
	Section string `json:"section"`
	Message string `json:"message"`
}

// Check looks for what can never match, for constants that are none, and for paths and types that the objects of STIX do not have
// (STIX 2.1 §6). Custom objects and properties may be anything.
func Check(p *syntax.Pattern) []Problem {
	var c checker
	c.expr(p.Root)
	return c.problems
}

// Level is the conformance level that evaluating a pattern needs (STIX 2.1 §12.7): 1 for one observation expression, 2 for several joined by
// AND and OR, 3 for FOLLOWEDBY and qualifiers.
func Level(p *syntax.Pattern) int { return level(p.Root) }

func level(x syntax.Expr) int {
	switch x := x.(type) {
	case *syntax.Qualified:
		return 3
	case *syntax.Combination:
		highest := 2
		if x.Op == syntax.FollowedBy {
			return 3
		}
		for _, o := range x.Operands {
			highest = max(highest, level(o))
		}
		return highest
	}
	return 1
}

type checker struct{ problems []Problem }

func (c *checker) warn(at int, section, format string, args ...any) {
	c.problems = append(c.problems, Problem{at, section, fmt.Sprintf(format, args...)})
}

func (c *checker) expr(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.Observation:
		if syntax.Impossible(x.Cond) {
			c.warn(x.At, "§9.5", "an AND joins comparisons that no single object can satisfy")
		}
		for k := range syntax.ComparisonsIn(x.Cond) {
			c.comparison(k)
		}
	case *syntax.Combination:
		for _, o := range x.Operands {
			c.expr(o)
		}
	case *syntax.Qualified:
		c.expr(x.X)
		for _, q := range x.Qualifiers {
			if q.Kind == syntax.StartStop && q.Start.Compare(q.Stop) >= 0 {
				c.warn(q.At, "§9.5.1", "START is not before STOP: nothing matches")
			}
		}
	}
}

func (c *checker) comparison(k *syntax.Comparison) {
	switch k.Op {
	case syntax.In:
		if len(k.Args) == 0 {
			c.warn(k.At, "§9.6.1", "the set is empty: nothing is in it")
		}
	case syntax.Matches:
		switch r := newRegex(composed(k.Args[0].Text), new(patience)).ready(); {
		case r.invalid:
			c.warn(k.Args[0].At, "§9.6.1", "this is no regular expression: nothing matches")
		case r.foreign:
			c.warn(k.Args[0].At, "§9.6.1", "this regular expression is not supported: it is not evaluated")
		}
	case syntax.IsSubset, syntax.IsSuperset:
		if _, ok := network(k.Args[0].Text); !ok {
			c.warn(k.Args[0].At, "§9.6.1", "this is no address and no network in CIDR notation: nothing matches")
		}
	}
	kind, err := stix.PathKind(k.Path)
	if err != nil {
		c.warn(k.Path.At, "§9.7", "%v", err)
		return
	}
	for i := range k.Args {
		if !kind.Takes(k.Args[i].Kind) {
			c.warn(k.Args[i].At, "§9.6", "%s is no %s: they are never equal", k.Path, k.Args[i].Kind)
			return
		}
	}
}
