package syntax

import "iter"

// Pattern is a pattern that has been read.
type Pattern struct {
	Root Expr
	V20  bool // written in STIX 2.0
}

// Expr is an observation expression (STIX 2.1 §9.5): an [*Observation], a [*Combination] or a [*Qualified].
type Expr interface {
	// Pos is the byte at which the expression begins.
	Pos() int
	expr()
}

// Observation is what stands in brackets: one observation has an object for which Cond is true.
type Observation struct {
	At   int
	Cond Cond
}

// Combination joins observation expressions (STIX 2.1 §9.5.2), two or more. Operands that stand side by side without parentheses are one
// combination; each operator is associative.
type Combination struct {
	At       int
	Op       Operator
	Operands []Expr
}

// Qualified is an expression with qualifiers, in the order in which they are written and apply (STIX 2.1 §9.5.1).
type Qualified struct {
	X          Expr
	Qualifiers []Qualifier
}

// Qualifier is REPEATS Times TIMES, WITHIN Seconds SECONDS, or START Start STOP Stop.
type Qualifier struct {
	At          int
	Kind        QualifierKind
	Times       int    // at least 1; a number beyond every limit is held as math.MaxInt32
	Seconds     string // a positive decimal number
	Start, Stop Instant
}

// QualifierKind tells the qualifiers apart.
type QualifierKind uint8

// The qualifiers of STIX 2.1 §9.5.1.
const (
	Repeats QualifierKind = iota
	Within
	StartStop
)

// Operator joins expressions or conditions.
type Operator uint8

// The operators of STIX 2.1 §9.5.2 and §9.6, tightest first (§9.5.3); FollowedBy joins observation expressions only.
const (
	And Operator = iota
	Or
	FollowedBy
)

func (o Operator) String() string { return operators[o] }

var operators = [...]string{"AND", "OR", "FOLLOWEDBY"}

// Cond is a condition on one object (STIX 2.1 §9.6): a [*Junction] or a [*Comparison].
type Cond interface {
	// Pos is the byte at which the condition begins.
	Pos() int
	cond()
}

// Junction joins conditions with And or Or, two or more.
type Junction struct {
	At       int
	Op       Operator
	Operands []Cond
}

// Comparison compares what a path leads to with constants. Args is empty for Exists, holds the set for In, else one constant.
type Comparison struct {
	At   int
	Path Path
	Not  bool
	Op   Comparator
	Args []Constant
}

// Comparator is a comparison operator (STIX 2.1 §9.6.1).
type Comparator uint8

// The comparison operators.
const (
	Equal Comparator = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
	In
	Like
	Matches
	IsSubset
	IsSuperset
	Exists
)

func (c Comparator) String() string { return comparators[c] }

var comparators = [...]string{"=", "!=", "<", "<=", ">", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET", "EXISTS"}

// Path is an object path (STIX 2.1 §9.7): the type of an object and at least one step.
type Path struct {
	At    int
	Type  string
	Steps []Step
}

// Step goes to a property or key called Name or, when Item is set, to an item of a list: the one at Index, or [Any].
type Step struct {
	Name  string
	Index int
	Item  bool
}

// Any is the index of [*]: each item in turn.
const Any = -1

// Constant is a literal (STIX 2.1 §9.2).
type Constant struct {
	At   int
	Kind Kind
	Text string  // String: what is meant; Integer, Float: the number as written, without plus; Boolean: true or false; Hex, Binary: the bytes
	Time Instant // Timestamp
}

// Kind is the type of a constant.
type Kind uint8

// The types of constants.
const (
	String Kind = iota
	Integer
	Float
	Boolean
	Timestamp
	Hex
	Binary
)

func (k Kind) String() string { return kinds[k] }

var kinds = [...]string{"string", "integer", "float", "boolean", "timestamp", "hex", "binary"}

// Pos is the byte of the bracket.
func (o *Observation) Pos() int { return o.At }

// Pos is where the first operand begins.
func (c *Combination) Pos() int { return c.At }

// Pos is where the qualified expression begins.
func (q *Qualified) Pos() int { return q.X.Pos() }

// Pos is where the first operand begins.
func (j *Junction) Pos() int { return j.At }

// Pos is where the path, NOT or EXISTS begins.
func (c *Comparison) Pos() int { return c.At }

func (*Observation) expr() {}
func (*Combination) expr() {}
func (*Qualified) expr()   {}
func (*Junction) cond()    {}
func (*Comparison) cond()  {}

// Observations goes through the brackets of a pattern from left to right.
func (p *Pattern) Observations() iter.Seq[*Observation] {
	return func(yield func(*Observation) bool) { eachObservation(p.Root, yield) }
}

func eachObservation(x Expr, yield func(*Observation) bool) bool {
	switch x := x.(type) {
	case *Observation:
		return yield(x)
	case *Qualified:
		return eachObservation(x.X, yield)
	case *Combination:
		for _, o := range x.Operands {
			if !eachObservation(o, yield) {
				return false
			}
		}
	}
	return true
}

// Comparisons goes through every comparison of a pattern from left to right.
func (p *Pattern) Comparisons() iter.Seq[*Comparison] {
	return func(yield func(*Comparison) bool) {
		eachObservation(p.Root, func(o *Observation) bool { return eachComparison(o.Cond, yield) })
	}
}

// ComparisonsIn goes through the comparisons of a condition from left to right.
func ComparisonsIn(c Cond) iter.Seq[*Comparison] {
	return func(yield func(*Comparison) bool) { eachComparison(c, yield) }
}

func eachComparison(c Cond, yield func(*Comparison) bool) bool {
	switch c := c.(type) {
	case *Comparison:
		return yield(c)
	case *Junction:
		for _, o := range c.Operands {
			if !eachComparison(o, yield) {
				return false
			}
		}
	}
	return true
}

// Single returns the condition of a pattern that is one observation expression without qualifiers: conformance level 1 (STIX 2.1 §12.7).
func (p *Pattern) Single() (Cond, bool) {
	o, ok := p.Root.(*Observation)
	if !ok {
		return nil, false
	}
	return o.Cond, true
}
