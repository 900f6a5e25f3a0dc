package pattern

import (
	"fmt"
	"strings"

	"threatwatch/pattern/syntax"
)

// Explain says in plain words what a pattern looks for, a line for each part.
func Explain(p *syntax.Pattern) string {
	var e explainer
	e.expr(p.Root, 0, "")
	return strings.TrimSuffix(e.String(), "\n")
}

type explainer struct{ strings.Builder }

func (e *explainer) line(depth int, format string, args ...any) {
	e.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(e, format+"\n", args...)
}

// expr explains an observation expression; bullet stands before its first line.
func (e *explainer) expr(x syntax.Expr, depth int, bullet string) {
	switch x := x.(type) {
	case *syntax.Observation:
		e.observation(x.Cond, depth, bullet)
	case *syntax.Combination:
		switch x.Op {
		case syntax.And:
			e.line(depth, "%sall of these, each in an observation of its own:", bullet)
		case syntax.Or:
			e.line(depth, "%sany of these:", bullet)
		case syntax.FollowedBy:
			e.line(depth, "%sthese in order, each in an observation of its own, none before what stands above it:", bullet)
		}
		for i, o := range x.Operands {
			mark := "- "
			if x.Op == syntax.FollowedBy {
				mark = fmt.Sprintf("%d. ", i+1)
			}
			e.expr(o, depth+1, mark)
		}
	case *syntax.Qualified:
		words := make([]string, len(x.Qualifiers))
		for i, q := range x.Qualifiers {
			words[i] = qualifierWords(q)
		}
		e.line(depth, "%s%s:", bullet, strings.Join(words, ", "))
		e.expr(x.X, depth+1, "- ")
	}
}

func qualifierWords(q syntax.Qualifier) string {
	switch q.Kind {
	case syntax.Repeats:
		if q.Times == 1 {
			return "once"
		}
		return fmt.Sprintf("%d times, in different observations", q.Times)
	case syntax.Within:
		return fmt.Sprintf("all in less than %s seconds", q.Seconds)
	}
	return fmt.Sprintf("from %s until before %s", q.Start, q.Stop)
}

func (e *explainer) observation(c syntax.Cond, depth int, bullet string) {
	if k, ok := c.(*syntax.Comparison); ok {
		e.line(depth, "%san observation where %s", bullet, comparisonWords(k))
		return
	}
	e.line(depth, "%san observation with one object of which this holds:", bullet)
	e.cond(c, depth+1)
}

func (e *explainer) cond(c syntax.Cond, depth int) {
	j, ok := c.(*syntax.Junction)
	if !ok {
		e.line(depth, "- %s", comparisonWords(c.(*syntax.Comparison)))
		return
	}
	if j.Op == syntax.And {
		e.line(depth, "- all of")
	} else {
		e.line(depth, "- any of")
	}
	for _, o := range j.Operands {
		e.cond(o, depth+1)
	}
}

// operatorWords holds what stands between a path and its constants, as it is and under NOT.
var operatorWords = map[syntax.Comparator][2]string{
	syntax.Equal:        {"is", "is there and not"},
	syntax.NotEqual:     {"is there and not", "is"},
	syntax.Less:         {"is less than", "is not less than"},
	syntax.LessEqual:    {"is at most", "is not at most"},
	syntax.Greater:      {"is greater than", "is not greater than"},
	syntax.GreaterEqual: {"is at least", "is not at least"},
	syntax.In:           {"is one of", "is there and none of"},
	syntax.Like:         {"looks like", "is there and does not look like"},
	syntax.Matches:      {"contains a match of", "is there and contains no match of"},
	syntax.IsSubset:     {"lies in the network", "is there and does not lie in the network"},
	syntax.IsSuperset:   {"is a network around", "is there and no network around"},
	syntax.Exists:       {"exists", "does not exist"},
}

func comparisonWords(c *syntax.Comparison) string {
	words := operatorWords[c.Op]
	text := pathWords(c.Path) + " " + words[0]
	if c.Not {
		text = pathWords(c.Path) + " " + words[1]
	}
	var args []string
	for _, k := range c.Args {
		args = append(args, k.String())
	}
	switch {
	case c.Op == syntax.In && len(args) == 0:
		text += " nothing"
	case len(args) > 0:
		text += " " + strings.Join(args, ", ")
	}
	if c.Op == syntax.Like {
		text += " (% is any text, _ one character)"
	}
	return text
}

// pathWords reads a path from its end to its beginning.
func pathWords(p syntax.Path) string {
	text := "a " + p.Type
	if strings.ContainsRune("aeiou", rune(p.Type[0]|0x20)) {
		text = "an " + p.Type
	}
	for i, s := range p.Steps {
		last := i == len(p.Steps)-1
		switch {
		case s.Item && s.Index == syntax.Any:
			text = "any item of " + text
		case s.Item:
			text = fmt.Sprintf("item %d of %s", s.Index, text)
		case !last && strings.HasSuffix(s.Name, "_ref"):
			text = fmt.Sprintf("what the %s of %s refers to", s.Name, text)
		default:
			text = fmt.Sprintf("the %s of %s", s.Name, text)
		}
	}
	return text
}
