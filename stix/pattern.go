package stix

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
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
//
// Taken beyond the text, as the grammar of OASIS does: == and <>, a plus sign, hexadecimal digits in upper case, comments; and, in a
// pattern of version 2.0, strings behind START and STOP.
func checkPattern(s string, v20 bool) (impossible bool, fault *patternFault) {
	p := patternReader{s: s, v20: v20}
	p.observations()
	p.space()
	if p.i < len(s) {
		p.fail("§9.4", "something after the pattern")
	}
	return p.impossible, p.fault
}

// A patternReader goes through a pattern once. After the first fault it stands at the end, so that every loop ends too.
type patternReader struct {
	s          string
	v20        bool
	i          int
	depth      int
	impossible bool
	fault      *patternFault
}

func (p *patternReader) fail(section, format string, args ...any) {
	if p.fault == nil {
		p.fault = &patternFault{p.i, section, fmt.Sprintf(format, args...)}
	}
	p.i = len(p.s)
}

// observations reads observation expressions and their operators. Which binds tighter (STIX 2.1 §9.5.3) does not matter here.
func (p *patternReader) observations() {
	for p.observation(); p.keyword("AND") || p.keyword("OR") || p.keyword("FOLLOWEDBY"); {
		p.observation()
	}
}

// observation reads one expression in brackets, or several in parentheses, and the qualifiers behind it (STIX 2.1 §9.5).
func (p *patternReader) observation() {
	switch {
	case p.mark('['):
		p.comparisons()
		p.want(']', "§9.5")
	case p.mark('('):
		if p.deeper() {
			p.observations()
			p.depth--
		}
		p.want(')', "§9.5")
	default:
		p.fail("§9.5", "an observation expression in brackets is missing")
	}
	p.qualifiers()
}

func (p *patternReader) deeper() bool {
	if p.depth++; p.depth > maxPatternDepth {
		p.fail("§9.5", "more than %d parentheses inside one another", maxPatternDepth)
		return false
	}
	return true
}

// qualifiers reads what STIX 2.1 §9.5.1 allows behind an expression, each kind once.
func (p *patternReader) qualifiers() {
	var repeats, within, interval bool
	for {
		var again *bool
		switch {
		case p.keyword("REPEATS"):
			again = &repeats
			p.positive(false)
			p.wantWord("TIMES")
		case p.keyword("WITHIN"):
			again = &within
			p.positive(true)
			p.wantWord("SECONDS")
		case p.keyword("START"):
			again = &interval
			p.instant()
			p.wantWord("STOP")
			p.instant()
		default:
			return
		}
		if *again {
			p.fail("§9.5.1", "a qualifier of this kind stands there already")
		}
		*again = true
	}
}

// positive reads the number of a qualifier.
func (p *patternReader) positive(fraction bool) {
	p.space()
	from := p.i
	kind := p.number()
	f, err := strconv.ParseFloat(p.s[from:p.i], 64)
	if kind == 0 || kind == 'f' && !fraction || err != nil || f <= 0 {
		p.i = from
		p.fail("§9.5.1", "a positive number is missing")
	}
}

func (p *patternReader) instant() {
	if kind := p.constant(); kind != 't' && !(p.v20 && kind == 's') {
		p.fail("§9.5.1", "a timestamp t'…Z' is missing")
	}
}

// comparisons reads the inside of the brackets: comparisons joined by AND, which binds tighter, and OR (STIX 2.1 §9.5, §9.6). It returns the
// types of the objects that may match.
func (p *patternReader) comparisons() []string {
	var types []string
	for more := true; more; more = p.keyword("OR") {
		all := p.comparison()
		for p.keyword("AND") {
			all = p.both(all, p.comparison())
		}
		types = append(types, all...)
	}
	return types
}

// both is what an AND leaves: all comparisons begin at the same object (STIX 2.1 §9.5).
func (p *patternReader) both(a, b []string) []string {
	c := slices.DeleteFunc(slices.Clone(a), func(typ string) bool { return !slices.Contains(b, typ) })
	p.impossible = p.impossible || len(c) == 0
	return c
}

// comparison reads one comparison, or several in parentheses (STIX 2.1 §9.6.1).
func (p *patternReader) comparison() (types []string) {
	if p.mark('(') {
		if p.deeper() {
			types = p.comparisons()
			p.depth--
		}
		p.want(')', "§9.6")
		return types
	}
	if at := p.i; p.keyword("EXISTS") || p.keyword("NOT") && p.keyword("EXISTS") {
		return []string{p.path()}
	} else if p.fault == nil {
		p.i = at
	}
	types = []string{p.path()}
	p.keyword("NOT")
	switch {
	case p.sign():
		p.value()
	case p.keyword("IN"):
		p.set()
	case p.keyword("LIKE"), p.keyword("MATCHES"), p.keyword("ISSUBSET"), p.keyword("ISSUPERSET"):
		if p.constant() != 's' {
			p.fail("§9.6.1", "a string constant is missing")
		}
	default:
		p.fail("§9.6.1", "a comparison operator is missing")
	}
	return types
}

// sign reads one of the operators of equality and order.
func (p *patternReader) sign() bool {
	p.space()
	for _, op := range [...]string{"==", "=", "!=", "<>", "<=", "<", ">=", ">"} {
		if strings.HasPrefix(p.s[p.i:], op) {
			p.i += len(op)
			return true
		}
	}
	return false
}

func (p *patternReader) value() byte {
	kind := p.constant()
	if kind == 0 {
		p.fail("§9.2", "a constant is missing")
	}
	return kind
}

// set reads the constants behind IN: of one type, though integers and floats may mix; none at all is a set too.
func (p *patternReader) set() {
	p.want('(', "§9.6.1")
	if p.mark(')') {
		return
	}
	first := number2number(p.value())
	for p.mark(',') {
		if next := number2number(p.value()); next != first && p.fault == nil {
			p.fail("§9.6.1", "the constants of a set are of one type")
		}
	}
	p.want(')', "§9.6.1")
}

func number2number(kind byte) byte {
	if kind == 'f' {
		return 'i'
	}
	return kind
}

// path reads an object path and returns its type (STIX 2.1 §9.7).
func (p *patternReader) path() string {
	p.space()
	typ := p.name(true)
	if typ == "" {
		p.fail("§9.7", "an object path is missing")
		return ""
	}
	p.want(':', "§9.7")
	p.step()
	for {
		switch {
		case p.mark('.'):
			p.step()
		case p.mark('['):
			p.index()
		default:
			return typ
		}
	}
}

// step reads the name of a property or key; one with a hyphen or a full stop is quoted.
func (p *patternReader) step() {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == '\'' {
		p.text()
	} else if p.name(false) == "" {
		p.fail("§9.7", "a property name is missing")
	}
}

func (p *patternReader) index() {
	if p.mark('*') {
		p.want(']', "§9.7.2")
		return
	}
	p.space()
	from := p.i
	p.i = digits(p.s, from)
	if p.i == from || p.i > from+1 && p.s[from] == '0' {
		p.i = from
		p.fail("§9.7.2", "a list index or * is missing")
	}
	p.want(']', "§9.7.2")
}

// name reads an identifier that is no keyword, or "".
func (p *patternReader) name(hyphen bool) string {
	from := p.i
	for p.i < len(p.s) && (wordByte(p.s[p.i]) || hyphen && p.s[p.i] == '-') {
		p.i++
	}
	word := p.s[from:p.i]
	if word == "" || word[0] >= '0' && word[0] <= '9' || word[0] == '-' || patternKeyword(word) {
		p.i = from
		return ""
	}
	return word
}

func patternKeyword(word string) bool {
	switch word {
	case "AND", "OR", "NOT", "FOLLOWEDBY", "LIKE", "MATCHES", "ISSUPERSET", "ISSUBSET", "EXISTS", "LAST", "IN", "START", "STOP", "SECONDS",
		"true", "false", "WITHIN", "REPEATS", "TIMES":
		return true
	}
	return false
}

// constant reads a constant (STIX 2.1 §9.2) and returns its type: s string, i integer, f float, o boolean, t timestamp, h hex, b binary;
// 0 when there is none.
func (p *patternReader) constant() byte {
	p.space()
	switch rest := p.s[p.i:]; {
	case strings.HasPrefix(rest, "'"):
		p.text()
		return 's'
	case len(rest) > 1 && rest[1] == '\'' && strings.IndexByte("thb", rest[0]) >= 0:
		p.i++
		p.quoted(rest[0])
		return rest[0]
	case p.keyword("true"), p.keyword("false"):
		return 'o'
	}
	return p.number()
}

// text reads a string constant: only the apostrophe and the backslash follow a backslash.
func (p *patternReader) text() {
	for p.i++; p.i < len(p.s); p.i++ {
		switch p.s[p.i] {
		case '\'':
			p.i++
			return
		case '\\':
			if p.i++; p.i >= len(p.s) || p.s[p.i] != '\'' && p.s[p.i] != '\\' {
				p.fail("§9.2", "only an apostrophe or a backslash follows a backslash")
			}
		}
	}
	p.fail("§9.2", "a string constant is not closed")
}

// quoted reads what stands in quotes behind t, h or b.
func (p *patternReader) quoted(kind byte) {
	end := strings.IndexByte(p.s[p.i+1:], '\'')
	if end < 0 {
		p.fail("§9.2", "a constant is not closed")
		return
	}
	s := p.s[p.i+1 : p.i+1+end]
	ok := true
	switch kind {
	case 't':
		_, _, ok = scanTime(s)
	case 'h':
		ok = s == "" || evenHex(s)
	case 'b':
		ok = isBase64(strings.NewReplacer("\n", "", "\r", "").Replace(s))
	}
	if !ok {
		p.fail("§9.2", "a malformed constant %c'%s'", kind, clip(s))
		return
	}
	p.i += end + 2
}

// number reads a number and returns i or f, or 0 when there is none.
func (p *patternReader) number() byte {
	i := p.i
	if i < len(p.s) && (p.s[i] == '-' || p.s[i] == '+') {
		i++
	}
	whole := digits(p.s, i)
	if whole < len(p.s) && p.s[whole] == '.' {
		if end := digits(p.s, whole+1); end > whole+1 {
			p.i = end
			return 'f'
		}
	}
	if whole == i || whole > i+1 && p.s[i] == '0' {
		return 0
	}
	p.i = whole
	return 'i'
}

func wordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_'
}

// keyword passes word when it comes next.
func (p *patternReader) keyword(word string) bool {
	p.space()
	rest := p.s[p.i:]
	if !strings.HasPrefix(rest, word) || len(rest) > len(word) && (wordByte(rest[len(word)]) || rest[len(word)] == '-') {
		return false
	}
	p.i += len(word)
	return true
}

func (p *patternReader) wantWord(word string) {
	if !p.keyword(word) {
		p.fail("§9.5.1", "%s is missing", word)
	}
}

// mark passes the character b when it comes next.
func (p *patternReader) mark(b byte) bool {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == b {
		p.i++
		return true
	}
	return false
}

func (p *patternReader) want(b byte, section string) {
	if !p.mark(b) {
		p.fail(section, "%c is missing", b)
	}
}

// space passes white space (STIX 2.1 §9.4) and comments.
func (p *patternReader) space() {
	for p.i < len(p.s) {
		rest := p.s[p.i:]
		switch r, n := utf8.DecodeRuneInString(rest); {
		case unicode.IsSpace(r):
			p.i += n
		case strings.HasPrefix(rest, "//"):
			p.i += len(rest)
			if end := strings.IndexAny(rest, "\r\n"); end >= 0 {
				p.i += end - len(rest)
			}
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				p.fail("§9.4", "a comment is not closed")
				return
			}
			p.i += end + 4
		default:
			return
		}
	}
}
