package match

import (
	"math"
	"strconv"
	"strings"
	"time"

	"threatwatch/logs"
	"threatwatch/pattern"
	"threatwatch/pattern/syntax"
)

// Compound is a STIX pattern that no single value satisfies. Records that have one of its anchors are made objects of ([observation]), and the
// evaluator of patterns says of these whether it matches.
type Compound struct {
	Text string

	eval    *pattern.Pattern
	single  bool          // one record is all it asks for
	partly  bool          // of some of what it asks for no record says anything
	span    time.Duration // no two records of a match are further apart; 0: it does not say
	anchors cover
}

// NewCompound makes a pattern ready. It changes the tree: what it compares is brought to the spelling of objects. An error says why no record
// could ever match.
func NewCompound(text string, tree *syntax.Pattern) (*Compound, error) {
	for x := range tree.Comparisons() {
		adapt(x)
	}
	c := &Compound{Text: text, anchors: coverOf(tree.Root)}
	if c.anchors.never {
		return nil, errNeverSaid(tree)
	}
	for x := range tree.Comparisons() {
		if _, said := spokenOf(&x.Path); !said {
			c.partly = true
		}
		respell(x)
	}
	c.eval = pattern.New(tree)
	c.single, c.span = extent(tree.Root)
	return c, nil
}

// Values are what stands in an index for the pattern: some of what its matches contain.
func (c *Compound) Values() []Value { return c.anchors.values }

// extent says whether one record is all that an expression asks for, and how far apart those of a match can be at most.
func extent(x syntax.Expr) (single bool, span time.Duration) {
	switch x := x.(type) {
	case *syntax.Combination:
		if x.Op != syntax.Or {
			return false, 0
		}
		single = true
		for _, y := range x.Operands {
			one, length := extent(y)
			if !one && length == 0 {
				return false, 0
			}
			single, span = single && one, max(span, length)
		}
		return single, span
	case *syntax.Qualified:
		single, span = extent(x.X)
		for _, q := range x.Qualifiers {
			switch {
			case q.Kind == syntax.Repeats && q.Times > 1:
				single, span = false, 0
			case q.Kind == syntax.Within && !single:
				span = seconds(q.Seconds)
			}
		}
		return single, span
	}
	return true, 0
}

// seconds reads the number of WITHIN, and no less than it says.
func seconds(s string) time.Duration {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n > math.MaxInt32 {
		n = math.MaxInt32
	}
	return time.Duration(math.Ceil(n)) * time.Second
}

// respell brings what a comparison compares with to the spelling that objects have.
func respell(c *syntax.Comparison) {
	s, ok := spokenOf(&c.Path)
	if !ok {
		return
	}
	k, fact := s.fact()
	for i := range c.Args {
		a := &c.Args[i]
		if a.Kind != syntax.String {
			continue
		}
		switch {
		case fact:
			respellFact(c, a, k)
		case s.class == RegistryKey && c.Op != syntax.Matches:
			a.Text = fullKey(a.Text)
		case s.class == URL && (c.Op == syntax.Equal || c.Op == syntax.In):
			a.Text = Refang(a.Text)
		case s.class != Address && s.class != Domain && s.class != Digest && s.class != Email:
		case c.Op == syntax.Like:
			a.Text = strings.ToLower(a.Text)
		case c.Op == syntax.Equal || c.Op == syntax.NotEqual || c.Op == syntax.In:
			respellValue(c, a, s.class)
		}
	}
}

// respellValue is respell of one value. A network is looked into and names below a name are looked for where equality is asked, as published bundles do.
func respellValue(c *syntax.Comparison, a *syntax.Constant, class Class) {
	v, ok := valueOf(class, a.Text)
	switch {
	case !ok:
	case v.Class == Network && c.Op == syntax.Equal:
		c.Op, a.Text = syntax.IsSubset, v.String()
	case v.rule == below && c.Op == syntax.Equal:
		c.Op, a.Text = syntax.Like, "%."+v.String()
	case v.Class != Network && v.rule != below:
		a.Text = v.String()
	}
}

// valueOf reads a value of a class, or an address where a name should be, and the other way round.
func valueOf(class Class, text string) (Value, bool) {
	switch class {
	case Address, Domain, URL, Email, Digest:
		text = Refang(text)
	}
	v, ok := Canon(class, text)
	if !ok && (class == Address || class == Domain) {
		v, ok = Guess(text)
	}
	return v, ok
}

// maxAlways bounds how many patterns of an index are tried on every record that has a field of the kind, or a number in some bounds: those in which there
// is nothing to look for.
const maxAlways = 100

// addCompound says that a claim is a pattern.
func (c *core) addCompound(p *Compound, claim uint32) error {
	if p.anchors.always != 0 || len(p.anchors.bounds) > 0 {
		if c.tried == maxAlways {
			c.untried++
			return errAlways
		}
		c.tried++
	}
	c.compounds[claim] = p
	for i := range p.anchors.values {
		if err := c.addValue(&p.anchors.values[i], claim); err != nil {
			return err
		}
	}
	c.asks = c.asks || p.anchors.asks()
	for _, k := range p.anchors.facts {
		c.facts[k] = append(c.facts[k], claim)
	}
	for _, n := range p.anchors.needles {
		c.needles.add(n, claim)
	}
	for _, b := range p.anchors.bounds {
		c.bounds[b.kind] = append(c.bounds[b.kind], boundOn{b, claim})
	}
	for k := range c.always {
		if p.anchors.always.has(logs.Kind(k)) {
			c.always[k] = append(c.always[k], claim)
		}
	}
	return nil
}
