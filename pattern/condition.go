package pattern

import (
	"slices"
	"strings"

	"threatwatch/pattern/syntax"
	"threatwatch/stix"
)

// condition is what stands in brackets, ready to be asked of an object.
type condition interface {
	// holds is asked of each object at which a path may start: all comparisons that AND joins start at the same one (STIX 2.1 §9.5; P011).
	holds(o *Observation, x *Object, been memory) verdict
	// loops says whether a comparison below needs a memory.
	loops() bool
}

// memory holds what paths through lists of references came to, so that each object of an observation is looked at once for each step, and
// circles cost no more than lines. It is nil when no path needs it.
type memory map[place]verdict

type place struct {
	c *comparison
	v *stix.Value
	i int
}

// seen says whether an observation has an object for which a condition holds.
func seen(c condition, o *Observation) verdict {
	var been memory
	if c.loops() {
		been = make(memory)
	}
	best := no
	for i := range o.Objects {
		switch c.holds(o, &o.Objects[i], been) {
		case yes:
			return yes
		case unknown:
			best = unknown
		}
	}
	return best
}

type allOf []condition

func (a allOf) holds(o *Observation, x *Object, been memory) verdict {
	answer := yes
	for _, c := range a {
		switch c.holds(o, x, been) {
		case no, never:
			return no
		case unknown:
			answer = unknown
		}
	}
	return answer
}

func (a allOf) loops() bool { return slices.ContainsFunc(a, condition.loops) }

type anyOf []condition

func (a anyOf) holds(o *Observation, x *Object, been memory) verdict {
	answer := no
	for _, c := range a {
		switch c.holds(o, x, been) {
		case yes:
			return yes
		case unknown:
			answer = unknown
		}
	}
	return answer
}

func (a anyOf) loops() bool { return slices.ContainsFunc(a, condition.loops) }

// newCondition compiles a condition. Comparisons of one path with many strings that OR joins become one look-up.
func newCondition(c syntax.Cond, p *patience) condition {
	j, ok := c.(*syntax.Junction)
	if !ok {
		return newComparison(c.(*syntax.Comparison), p)
	}
	operands := j.Operands
	if j.Op == syntax.Or {
		operands = joinEqual(operands)
	}
	list := make([]condition, len(operands))
	for i, o := range operands {
		list[i] = newCondition(o, p)
	}
	switch {
	case len(list) == 1:
		return list[0]
	case j.Op == syntax.Or:
		return anyOf(list)
	}
	return allOf(list)
}

// joinEqual makes one IN of comparisons that look for equal strings at the same path.
func joinEqual(operands []syntax.Cond) []syntax.Cond {
	if len(operands) < manyConstants {
		return operands
	}
	first := make(map[string]*syntax.Comparison)
	var list []syntax.Cond
	for _, o := range operands {
		c, ok := o.(*syntax.Comparison)
		if !ok || c.Not || c.Op != syntax.Equal && c.Op != syntax.In || len(c.Args) == 0 || c.Args[0].Kind != syntax.String {
			list = append(list, o)
			continue
		}
		path := c.Path.String()
		if in := first[path]; in != nil {
			in.Args = append(in.Args, c.Args...)
			continue
		}
		in := *c
		in.Op, in.Args = syntax.In, append([]syntax.Constant(nil), c.Args...)
		first[path] = &in
		list = append(list, &in)
	}
	return list
}

// comparison is one comparison: it holds when a value that its path leads to passes the test (STIX 2.1 §9.6, §9.7).
type comparison struct {
	typ    string
	steps  []step
	not    bool // of the value; lacks: of the path
	lacks  bool
	test   test
	looped bool // two or more lists of references on the way: the same object is reached many times
}

// step is one step of a path.
type step struct {
	name   string
	index  int
	item   bool
	ref    bool // the property holds a reference
	refs   bool // the property holds a list of references
	coding coding
}

// roomy is a comparison with room for the steps of most paths.
type roomy struct {
	comparison
	room [2]step
}

func newComparison(c *syntax.Comparison, p *patience) condition {
	exists := c.Op == syntax.Exists
	x := &roomy{comparison: comparison{typ: c.Path.Type, not: c.Not && !exists, lacks: c.Not && exists, test: newTest(c, p)}}
	x.steps = append(x.room[:0], make([]step, len(c.Path.Steps))...)
	if stix.IsSDO(x.typ) || stix.IsSRO(x.typ) || stix.IsMeta(x.typ) {
		return anyOf(nil) // an observation is made of observables
	}
	lists := 0
	for i, s := range c.Path.Steps {
		x.steps[i] = step{name: s.Name, index: s.Index, item: s.Item}
		if s.Item {
			continue
		}
		x.steps[i].ref = strings.HasSuffix(s.Name, "_ref")
		x.steps[i].refs = strings.HasSuffix(s.Name, "_refs")
		x.steps[i].coding = codingOf(s.Name)
		if x.steps[i].refs {
			lists++
		}
	}
	x.looped = lists > 1
	return &x.comparison
}

func (c *comparison) loops() bool { return c.looped }

func (c *comparison) holds(o *Observation, x *Object, been memory) verdict {
	if x.Type != c.typ {
		return no
	}
	w := walker{c: c, o: o, been: been}
	answer := w.walk(x.Root, 0, plain)
	if c.lacks { // NOT EXISTS: an object of the type is there, the path is not
		return verdictOf(answer == no)
	}
	return answer
}

// A walker follows the path of one comparison through one object.
type walker struct {
	c    *comparison
	o    *Observation
	been memory
}

// walk takes step i at v. An absent path is false, whatever the operator (STIX 2.1 §9.6; P013).
func (w *walker) walk(v *stix.Value, i int, c coding) verdict {
	if v.Kind == stix.Null { // STIX has none (§3.1): it is no value, and matches nothing (P014)
		return no
	}
	if i == len(w.c.steps) {
		return w.judge(v, c)
	}
	s := &w.c.steps[i]
	if s.item {
		return w.items(v, i, c, nil)
	}
	if v.Kind != stix.Dict {
		return no
	}
	next := v.Get(s.name)
	switch {
	case next == nil:
		return no
	case s.ref:
		return w.follow(next, i+1)
	case s.refs:
		return w.references(next, i+1)
	}
	return w.walk(next, i+1, s.coding)
}

// items goes on with one item of a list or with each. Jump, when given, is what leads on from an item.
func (w *walker) items(v *stix.Value, i int, c coding, jump func(*stix.Value) verdict) verdict {
	if jump == nil {
		jump = func(it *stix.Value) verdict { return w.walk(it, i+1, c) }
	}
	s := &w.c.steps[i]
	switch {
	case v.Kind != stix.Array:
		return no
	case s.index != syntax.Any:
		if s.index >= len(v.Items) {
			return no
		}
		return jump(v.Items[s.index])
	}
	best := no
	for _, it := range v.Items {
		switch jump(it) {
		case yes:
			return yes
		case unknown:
			best = unknown
		}
	}
	return best
}

// follow goes on at the object that a reference names (STIX 2.1 §9.7.4). A reference that leads out of the observation leads nowhere.
func (w *walker) follow(ref *stix.Value, i int) verdict {
	target := w.o.find(ref.Text())
	if target == nil {
		return no
	}
	if !w.c.looped {
		return w.walk(target, i, plain)
	}
	at := place{w.c, target, i}
	if answer, ok := w.been[at]; ok {
		return answer
	}
	answer := w.walk(target, i, plain)
	w.been[at] = answer
	return answer
}

// references goes on at a list of references: at an item, or at the whole when the path ends here.
func (w *walker) references(v *stix.Value, i int) verdict {
	if i < len(w.c.steps) {
		if !w.c.steps[i].item {
			return no
		}
		return w.items(v, i, plain, func(it *stix.Value) verdict { return w.follow(it, i+1) })
	}
	for _, ref := range v.Strings() {
		if w.o.find(ref) != nil {
			return w.judge(v, plain)
		}
	}
	return no
}

// judge tests a value; NOT turns the answer around (STIX 2.1 §9.6; P025).
func (w *walker) judge(v *stix.Value, c coding) verdict {
	answer := w.c.test(v, c)
	if !w.c.not {
		return answer
	}
	switch answer {
	case no:
		return yes
	case yes:
		return no
	}
	return answer
}
