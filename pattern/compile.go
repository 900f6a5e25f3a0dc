package pattern

import (
	"math"
	"slices"

	"threatwatch/pattern/syntax"
)

// Pattern is a pattern ready to be evaluated, by any number of goroutines.
type Pattern struct {
	Syntax   *syntax.Pattern
	leaves   []leaf  // what stands in brackets, alike ones once
	single   [1]leaf // room for the one of most patterns
	root     node
	patience patience
}

// leaf is a condition and how many observations of it are needed, whatever the times.
type leaf struct {
	condition
	need int
}

// maxDemand is how many observations are asked for at most: more than there can be.
const maxDemand = math.MaxInt32

// Compile reads a pattern of STIX 2.1 and makes it ready. The error is a *syntax.Error.
func Compile(text string) (*Pattern, error) {
	tree, err := syntax.Parse(text)
	if err != nil {
		return nil, err
	}
	return New(tree), nil
}

// New makes a pattern ready that has been read already.
func New(tree *syntax.Pattern) *Pattern {
	p := &Pattern{Syntax: tree}
	if cond, ok := tree.Single(); ok {
		p.single[0] = leaf{newCondition(cond, &p.patience), 1}
		p.leaves, p.root = p.single[:], one
		return p
	}
	c := compiler{known: make(map[string]int), patience: &p.patience}
	p.root = c.expr(tree.Root, always)
	p.root.slots(1, false, func(s slot, times int) {
		l := &c.leaves[s.leaf]
		l.need = max(l.need, product(s.n, times))
	})
	p.leaves = c.leaves
	return p
}

// one is the root of a pattern that is one bracket.
var one node = slot{leaf: 0, n: 1, win: always}

// A node says how observations are combined: a slot, all, either, sequence, span or repeat. START and STOP are in the windows of the slots.
type node interface {
	// slots calls f with every slot below, times being how often it is asked for. What is behind alternatives is left out unless told.
	slots(times int, alternatives bool, f func(s slot, times int))
}

// slot asks for n observations, each once, that the leaf holds of, at times inside the window.
type slot struct {
	leaf, n int
	win     window
}

// all asks for its nodes, on different observations.
type all []node

// either asks for one of its nodes.
type either []node

// sequence asks for its nodes, each no earlier than the one before (STIX 2.1 §9.5.2; P031).
type sequence []node

// span asks for its node in less time than length (STIX 2.1 §9.5.1; P034).
type span struct {
	length moment
	node   node
}

// repeat asks for its node n times, on different observations (STIX 2.1 §9.5.1; P033).
type repeat struct {
	n    int
	node node
}

func (s slot) slots(times int, _ bool, f func(slot, int)) { f(s, times) }

func (a all) slots(times int, alternatives bool, f func(slot, int)) {
	for _, n := range a {
		n.slots(times, alternatives, f)
	}
}

func (e either) slots(times int, alternatives bool, f func(slot, int)) {
	if alternatives {
		all(e).slots(times, true, f)
	}
}

func (q sequence) slots(times int, alternatives bool, f func(slot, int)) {
	all(q).slots(times, alternatives, f)
}

func (p span) slots(times int, alternatives bool, f func(slot, int)) {
	p.node.slots(times, alternatives, f)
}

func (r repeat) slots(times int, alternatives bool, f func(slot, int)) {
	r.node.slots(product(times, r.n), alternatives, f)
}

func product(a, b int) int { return int(min(int64(a)*int64(b), maxDemand)) }

type compiler struct {
	leaves   []leaf
	known    map[string]int // by text
	patience *patience
}

func (c *compiler) leaf(cond syntax.Cond) int {
	text := syntax.Print(cond)
	i, ok := c.known[text]
	if !ok {
		i = len(c.leaves)
		c.known[text] = i
		c.leaves = append(c.leaves, leaf{condition: newCondition(cond, c.patience)})
	}
	return i
}

// expr compiles an expression that is asked for inside a window.
func (c *compiler) expr(x syntax.Expr, w window) node {
	switch x := x.(type) {
	case *syntax.Observation:
		return slot{c.leaf(x.Cond), 1, w}
	case *syntax.Qualified:
		return c.qualified(x, w)
	case *syntax.Combination:
		if x.Op == syntax.Or {
			return c.either(x.Operands, w)
		}
		list := make([]node, len(x.Operands))
		for i, o := range x.Operands {
			list[i] = c.expr(o, w)
		}
		if x.Op == syntax.And {
			return conjunction(list)
		}
		return chain(list)
	}
	panic("pattern: an expression of no kind")
}

// either joins alternatives that are single observations into one leaf: whatever such an OR stands in, it is one observation.
func (c *compiler) either(operands []syntax.Expr, w window) node {
	var list either
	var conds []syntax.Cond
	for _, o := range alternatives(operands) {
		if b, ok := o.(*syntax.Observation); ok {
			conds = append(conds, b.Cond)
		} else {
			list = append(list, c.expr(o, w))
		}
	}
	switch {
	case len(conds) == 1:
		list = append(either{slot{c.leaf(conds[0]), 1, w}}, list...)
	case len(conds) > 1:
		list = append(either{slot{c.leaf(&syntax.Junction{Op: syntax.Or, Operands: conds}), 1, w}}, list...)
	}
	if len(list) == 1 {
		return list[0]
	}
	return list
}

// alternatives takes the parentheses off alternatives of alternatives, and off single brackets the qualifiers that say nothing of one.
func alternatives(operands []syntax.Expr) []syntax.Expr {
	var list []syntax.Expr
	for _, o := range operands {
		switch x := o.(type) {
		case *syntax.Combination:
			if x.Op == syntax.Or {
				list = append(list, alternatives(x.Operands)...)
				continue
			}
		case *syntax.Qualified:
			if inner := alternatives([]syntax.Expr{x.X}); !slices.ContainsFunc(x.Qualifiers, matters) && !slices.ContainsFunc(inner, manifold) {
				list = append(list, inner...)
				continue
			}
		}
		list = append(list, o)
	}
	return list
}

// matters says whether a qualifier demands anything of a single observation.
func matters(q syntax.Qualifier) bool {
	return q.Kind == syntax.StartStop || q.Kind == syntax.Repeats && q.Times > 1
}

func manifold(x syntax.Expr) bool { _, single := x.(*syntax.Observation); return !single }

// qualified applies qualifiers from left to right. START and STOP narrow the window of everything below, whatever stands between.
func (c *compiler) qualified(x *syntax.Qualified, w window) node {
	for _, q := range x.Qualifiers {
		if q.Kind == syntax.StartStop {
			w = w.meet(window{momentOf(q.Start), momentOf(q.Stop).justBefore()}) // P035
		}
	}
	n := c.expr(x.X, w)
	for _, q := range x.Qualifiers {
		switch q.Kind {
		case syntax.Repeats:
			n = repeated(q.Times, n)
		case syntax.Within:
			n = spanned(lengthOf(q.Seconds), n)
		}
	}
	return n
}

// conjunction joins nodes; slots that ask for the same are one.
func conjunction(list []node) node {
	var a all
	at := make(map[slot]int)
	add := func(n node) {
		s, ok := n.(slot)
		if !ok {
			a = append(a, n)
			return
		}
		key := slot{leaf: s.leaf, win: s.win}
		if i, ok := at[key]; ok {
			s.n = min(s.n+a[i].(slot).n, maxDemand)
			a[i] = s
			return
		}
		at[key] = len(a)
		a = append(a, s)
	}
	for _, n := range list {
		if inner, ok := n.(all); ok {
			for _, m := range inner {
				add(m)
			}
			continue
		}
		add(n)
	}
	if len(a) == 1 {
		return a[0]
	}
	return a
}

// chain joins nodes of a sequence; a sequence in a sequence is one, for each of its nodes has to come before what follows.
func chain(list []node) node {
	var q sequence
	for _, n := range list {
		if inner, ok := n.(sequence); ok {
			q = append(q, inner...)
			continue
		}
		q = append(q, n)
	}
	return q
}

// repeated multiplies what slots ask for, where nothing else is asked of them together.
func repeated(times int, n node) node {
	switch n := n.(type) {
	case slot:
		n.n = product(n.n, times)
		return n
	case all:
		list := make([]node, len(n))
		for i := range n {
			list[i] = repeated(times, n[i])
		}
		return conjunction(list)
	case repeat:
		return repeated(product(n.n, times), n.node)
	}
	if times == 1 {
		return n
	}
	return repeat{times, n}
}

// spanned is nothing for a single observation, and of spans around spans the shortest.
func spanned(length moment, n node) node {
	if single(n) {
		return n
	}
	if p, ok := n.(span); ok {
		if p.length.before(length) {
			length = p.length
		}
		n = p.node
	}
	return span{length, n}
}

// single says whether a node is one observation, whichever.
func single(n node) bool {
	switch n := n.(type) {
	case slot:
		return n.n == 1
	case either:
		return !slices.ContainsFunc(n, func(m node) bool { return !single(m) })
	}
	return false
}
