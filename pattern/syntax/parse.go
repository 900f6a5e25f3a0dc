package syntax

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of what is read.
const (
	MaxText  = 1 << 20 // bytes of a pattern
	MaxDepth = 10000   // parentheses inside one another
)

// Config says how to read a pattern; the zero value reads STIX 2.1 within the limits of this package.
type Config struct {
	V20      bool // STIX 2.0: strings behind START and STOP
	MaxDepth int  // how many parentheses may stand inside one another; 0 stands for MaxDepth
	MaxText  int  // how many bytes a pattern may have; 0 stands for MaxText
}

// Parse reads a pattern of STIX 2.1. The error is an *Error.
func Parse(text string) (*Pattern, error) {
	return Config{}.Parse(text)
}

// Parse reads a pattern. The error is an *Error.
func (c Config) Parse(text string) (*Pattern, error) {
	p := parser{s: text, v20: c.V20, maxDepth: c.MaxDepth}
	if p.maxDepth == 0 {
		p.maxDepth = MaxDepth
	}
	if c.MaxText == 0 {
		c.MaxText = MaxText
	}
	if len(text) > c.MaxText {
		return nil, newError(text, c.MaxText, "§9.4", fmt.Sprintf("a pattern has at most %d bytes", c.MaxText))
	}
	if at := validText(text); at >= 0 {
		return nil, newError(text, at, "§9.4", "the text is not UTF-8")
	}
	root := p.combination(FollowedBy)
	p.space()
	if p.i < len(p.s) {
		p.fail("§9.4", "something after the pattern")
	}
	if p.fault != nil {
		return nil, p.fault
	}
	return &Pattern{Root: root, V20: c.V20}, nil
}

// A parser goes through a pattern once. After the first fault it stands at the end, so that every loop ends too.
type parser struct {
	s        string
	v20      bool
	i        int
	depth    int
	maxDepth int
	quiet    bool // what comes next need not be good: faults are not described, and names may stand in double quotes
	fault    *Error
}

func (p *parser) fail(section, format string, args ...any) {
	switch {
	case p.fault != nil:
	case p.quiet:
		p.fault = &Error{Offset: p.i}
	default:
		p.fault = newError(p.s, p.i, section, fmt.Sprintf(format, args...))
	}
	p.i = len(p.s)
}

// combination reads observation expressions joined by op or what binds tighter: FOLLOWEDBY binds loosest, AND tightest (STIX 2.1 §9.5.3).
func (p *parser) combination(op Operator) Expr {
	first := p.operand(op)
	if !p.keyword(op.String()) {
		return first
	}
	c := &Combination{At: first.Pos(), Op: op, Operands: []Expr{first, p.operand(op)}}
	for p.keyword(op.String()) {
		c.Operands = append(c.Operands, p.operand(op))
	}
	return c
}

func (p *parser) operand(op Operator) Expr {
	if op == And {
		return p.observation()
	}
	return p.combination(op - 1)
}

// observation reads one expression in brackets, or several in parentheses, and the qualifiers behind it (STIX 2.1 §9.5).
func (p *parser) observation() Expr {
	p.space()
	o := &Observation{At: p.i}
	var x Expr = o
	switch {
	case p.mark('['):
		o.Cond = p.junction(Or)
		p.want(']', "§9.5")
	case p.mark('('):
		if p.deeper() {
			x = p.combination(FollowedBy)
			p.depth--
		}
		p.want(')', "§9.5")
	default:
		p.fail("§9.5", "an observation expression in brackets is missing")
	}
	if q := p.qualifiers(); q != nil {
		return &Qualified{X: x, Qualifiers: q}
	}
	return x
}

func (p *parser) deeper() bool {
	if p.depth++; p.depth > p.maxDepth {
		p.fail("§9.5", "more than %d parentheses inside one another", p.maxDepth)
		return false
	}
	return true
}

// qualifiers reads what STIX 2.1 §9.5.1 allows behind an expression, each kind once.
func (p *parser) qualifiers() []Qualifier {
	var list []Qualifier
	for {
		p.space()
		q := Qualifier{At: p.i}
		switch {
		case p.keyword("REPEATS"):
			q.Kind, q.Times = Repeats, p.times()
		case p.keyword("WITHIN"):
			q.Kind, q.Seconds = Within, p.positive(true)
			p.wantWord("SECONDS")
		case p.keyword("START"):
			q.Kind, q.Start = StartStop, p.instant()
			p.wantWord("STOP")
			q.Stop = p.instant()
		default:
			return list
		}
		for i := range list {
			if list[i].Kind == q.Kind {
				p.fail("§9.5.1", "a qualifier of this kind stands there already")
			}
		}
		list = append(list, q)
	}
}

// times reads the rest of REPEATS n TIMES.
func (p *parser) times() int {
	n, err := strconv.Atoi(p.positive(false))
	if err != nil || n > math.MaxInt32 {
		n = math.MaxInt32
	}
	p.wantWord("TIMES")
	return n
}

// positive reads the number of a qualifier.
func (p *parser) positive(fraction bool) string {
	p.space()
	from := p.i
	kind, ok := p.number()
	text := strings.TrimPrefix(p.s[from:p.i], "+")
	if !ok || kind == Float && !fraction || text[0] == '-' || strings.Trim(text, "0.") == "" {
		p.i = from
		p.fail("§9.5.1", "a positive number is missing")
	}
	return text
}

// instant reads a moment behind START or STOP: a timestamp, in version 2.0 also a string that holds one.
func (p *parser) instant() Instant {
	p.space()
	at := p.i
	c, ok := p.constant()
	if ok && c.Kind == Timestamp {
		return c.Time
	}
	if ok && c.Kind == String && p.v20 {
		if t, ok := ParseInstant(c.Text); ok {
			return t
		}
		p.i = at
	}
	p.fail("§9.5.1", "a timestamp t'…Z' is missing")
	return Instant{}
}

// junction reads the inside of the brackets: comparisons joined by op or what binds tighter, AND tighter than OR (STIX 2.1 §9.5, §9.6).
func (p *parser) junction(op Operator) Cond {
	first := p.part(op)
	if !p.keyword(op.String()) {
		return first
	}
	j := &Junction{At: first.Pos(), Op: op, Operands: []Cond{first, p.part(op)}}
	for p.keyword(op.String()) {
		j.Operands = append(j.Operands, p.part(op))
	}
	return j
}

func (p *parser) part(op Operator) Cond {
	if op == And {
		return p.condition()
	}
	return p.junction(op - 1)
}

// written is a comparison with room for what most have: two steps and a constant.
type written struct {
	Comparison
	steps [2]Step
	args  [1]Constant
}

// condition reads one comparison, or several in parentheses (STIX 2.1 §9.6.1).
func (p *parser) condition() Cond {
	if !p.mark('(') {
		c := new(written)
		p.comparison(c)
		return &c.Comparison
	}
	x := Cond(&Comparison{At: p.i - 1})
	if p.deeper() {
		x = p.junction(Or)
		p.depth--
	}
	p.want(')', "§9.6")
	return x
}

// comparison reads EXISTS and a path, or a path, an operator and constants. NOT stands behind the path, but for EXISTS.
func (p *parser) comparison(c *written) {
	c.Comparison = Comparison{At: p.i}
	c.Not = p.keyword("NOT")
	if p.keyword("EXISTS") {
		c.Op, c.Path = Exists, p.path(c.steps[:0])
		return
	}
	if c.Not && p.fault == nil {
		p.i, c.Not = c.At, false
	}
	c.Path = p.path(c.steps[:0])
	c.Not = p.keyword("NOT")
	p.test(c)
}

// test reads the operator and the constants of a comparison.
func (p *parser) test(c *written) {
	if op, ok := p.sign(); ok {
		c.Op = op
		k := p.value()
		if k.Kind == Boolean && op != Equal && op != NotEqual && p.fault == nil {
			p.i = k.At
			p.fail("§9.6.1", "booleans have no order")
		}
		c.args[0], c.Args = k, c.args[:]
		return
	}
	if p.keyword("IN") {
		c.Op, c.Args = In, p.set()
		return
	}
	for op := Like; op <= IsSuperset; op++ {
		if p.keyword(op.String()) {
			k, ok := p.constant()
			if !ok || k.Kind != String {
				p.fail("§9.6.1", "a string constant is missing")
			}
			c.args[0], c.Op, c.Args = k, op, c.args[:]
			return
		}
	}
	p.failOperator(c.Path)
}

// failOperator says that the operator is missing, with what is mostly meant.
func (p *parser) failOperator(path Path) {
	hint := ""
	if p.i < len(p.s) && p.s[p.i] == '-' && len(path.Steps) > 0 {
		hint = ": a name with a hyphen stands in apostrophes, as 'SHA-256'"
	} else if word := p.wordAt(p.i); word != "" && strings.ToUpper(word) != word && reserved(strings.ToUpper(word)) {
		hint = ": keywords are in upper case"
	}
	p.fail("§9.6.1", "a comparison operator is missing%s", hint)
}

// sign reads one of the operators of equality and order.
func (p *parser) sign() (Comparator, bool) {
	p.space()
	rest := p.s[p.i:]
	if rest == "" {
		return 0, false
	}
	second := byte(0)
	if len(rest) > 1 {
		second = rest[1]
	}
	op, n := Equal, 1
	switch {
	case rest[0] == '=' && second == '=':
		n = 2
	case rest[0] == '=':
	case rest[0] == '!' && second == '=', rest[0] == '<' && second == '>':
		op, n = NotEqual, 2
	case rest[0] == '<' && second == '=':
		op, n = LessEqual, 2
	case rest[0] == '<':
		op = Less
	case rest[0] == '>' && second == '=':
		op, n = GreaterEqual, 2
	case rest[0] == '>':
		op = Greater
	default:
		return 0, false
	}
	p.i += n
	return op, true
}

func (p *parser) value() Constant {
	c, ok := p.constant()
	switch {
	case ok:
	case p.i < len(p.s) && p.s[p.i] == '"':
		p.fail("§9.2", "a constant is missing: strings stand in apostrophes")
	default:
		p.fail("§9.2", "a constant is missing")
	}
	return c
}

// set reads the constants behind IN: of one type, though integers and floats may mix; none at all is a set too.
func (p *parser) set() []Constant {
	p.want('(', "§9.6.1")
	if p.mark(')') {
		return nil
	}
	var list []Constant
	for more := true; more; more = p.mark(',') {
		c := p.value()
		list = append(list, c)
		if p.fault == nil && !sameType(list[0].Kind, c.Kind) {
			p.fail("§9.6.1", "the constants of a set are of one type")
		}
	}
	p.want(')', "§9.6.1")
	return list
}

func sameType(a, b Kind) bool {
	number := func(k Kind) bool { return k == Integer || k == Float }
	return a == b || number(a) && number(b)
}

// path reads an object path (STIX 2.1 §9.7), its steps into the room for them.
func (p *parser) path(steps []Step) Path {
	p.space()
	path := Path{At: p.i, Type: p.name(true)}
	if path.Type == "" {
		p.fail("§9.7", "an object path is missing")
		return path
	}
	p.want(':', "§9.7")
	for steps = append(steps, p.step()); ; {
		switch {
		case p.mark('.'):
			steps = append(steps, p.step())
		case p.mark('['):
			steps = append(steps, p.index())
		default:
			path.Steps = steps
			return path
		}
	}
}

// step reads the name of a property or key; one with a hyphen or a full stop is quoted (STIX 2.1 §9.7.1).
func (p *parser) step() Step {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == '\'' {
		return Step{Name: p.text()}
	}
	if p.quiet && p.i < len(p.s) && p.s[p.i] == '"' {
		name, _, _ := strings.Cut(p.s[p.i+1:], `"`)
		p.i = min(p.i+len(name)+2, len(p.s))
		return Step{Name: name}
	}
	name := p.name(false)
	if name == "" {
		p.fail("§9.7", "a property name is missing")
	}
	return Step{Name: name}
}

// index reads the rest of [n] or [*] (STIX 2.1 §9.7.2).
func (p *parser) index() Step {
	if p.mark('*') {
		p.want(']', "§9.7.2")
		return Step{Item: true, Index: Any}
	}
	p.space()
	from := p.i
	p.i = digits(p.s, from)
	n, err := strconv.ParseInt(p.s[from:p.i], 10, 32)
	if err != nil {
		n = math.MaxInt32
	}
	if p.i == from || p.i > from+1 && p.s[from] == '0' {
		p.i = from
		p.fail("§9.7.2", "a list index or * is missing")
	}
	p.want(']', "§9.7.2")
	return Step{Item: true, Index: int(n)}
}

// name reads an identifier that is no keyword, or "".
func (p *parser) name(hyphen bool) string {
	from := p.i
	for p.i < len(p.s) && (wordByte(p.s[p.i]) || hyphen && p.s[p.i] == '-') {
		p.i++
	}
	word := p.s[from:p.i]
	if word == "" || word[0] >= '0' && word[0] <= '9' || word[0] == '-' || reserved(word) {
		p.i = from
		return ""
	}
	return word
}

// wordAt looks at the word that begins at a byte.
func (p *parser) wordAt(at int) string {
	end := at
	for end < len(p.s) && wordByte(p.s[end]) {
		end++
	}
	return p.s[at:end]
}

// validText says at which byte a text stops being UTF-8, or -1.
func validText(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return -1
}
