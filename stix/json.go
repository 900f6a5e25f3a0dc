package stix

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is the kind of a JSON value.
type Kind uint8

// The kinds of RFC 8259 §3; Dict is a JSON object (Object being a STIX object).
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Dict
)

// MaxDepth is how many arrays and objects may stand inside one another.
const MaxDepth = 64

// manyNames is the number of members after which repeated names are looked for in a map.
const manyNames = 24

// SyntaxError says where and why a text is not JSON as we read it.
type SyntaxError struct {
	Offset int64  // byte offset in the text
	Path   string // selector of the value at fault, "" for the whole text
	Rule   string // the rule broken, e.g. "RFC 7493 §2.3"
	Msg    string
}

func (e *SyntaxError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("%s at byte %d (%s)", e.Msg, e.Offset, e.Rule)
	}
	return fmt.Sprintf("%s at byte %d, in %s (%s)", e.Msg, e.Offset, e.Path, e.Rule)
}

// within puts a step of the path in front of what is known already.
func (e *SyntaxError) within(step string) *SyntaxError {
	switch {
	case len(e.Path) > 1024: // long enough to find the place
	case e.Path == "":
		e.Path = step
	default:
		e.Path = step + "." + e.Path
	}
	return e
}

// ParseValue reads one JSON text into a tree. It refuses what two readers could understand differently: bytes that are not
// UTF-8, a byte order mark, repeated names (compared after unescaping), lone surrogates, integers beyond ±(2^53−1), numbers
// that are no finite double, more than [MaxDepth] levels, anything after the value. The error is a *SyntaxError.
func ParseValue(raw []byte) (*Value, error) {
	if i := invalidUTF8(raw); i >= 0 {
		return nil, &SyntaxError{Offset: int64(i), Rule: "RFC 7493 §2.1", Msg: "invalid UTF-8"}
	}
	p := parser{s: string(raw)}
	if strings.HasPrefix(p.s, "\uFEFF") {
		return nil, p.fail(0, "RFC 8259 §8.1", "byte order mark")
	}
	p.slabs(len(raw))
	p.space()
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.i < len(p.s) {
		return nil, p.fail(p.i, "RFC 8259 §2", "something after the value")
	}
	return v, nil
}

func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// A parser makes one tree. Values, members and items come from slabs, so that an object costs a handful of allocations;
// strings are parts of s unless they hold escapes.
type parser struct {
	s       string
	i       int
	values  []Value
	members []Member
	items   []*Value
	mstack  []Member // members of the objects that are open
	istack  []*Value // items of the arrays that are open
	mbuf    [32]Member
	ibuf    [16]*Value
}

func (p *parser) slabs(n int) {
	p.mstack, p.istack = p.mbuf[:0], p.ibuf[:0]
	p.values = make([]Value, 0, min(max(n/36, 8), 512))
	p.members = make([]Member, 0, min(max(n/40, 8), 512))
}

func (p *parser) fail(at int, rule, msg string) *SyntaxError {
	return &SyntaxError{Offset: int64(at), Rule: rule, Msg: msg}
}

func (p *parser) newValue(k Kind) *Value {
	if len(p.values) == cap(p.values) {
		p.values = make([]Value, 0, min(max(cap(p.values)*2, 16), 512))
	}
	p.values = p.values[:len(p.values)+1]
	v := &p.values[len(p.values)-1]
	v.Kind = k
	return v
}

func (p *parser) keepMembers(from int) []Member {
	m := p.mstack[from:]
	n := len(m)
	if n == 0 {
		return nil
	}
	if cap(p.members)-len(p.members) < n {
		p.members = make([]Member, 0, max(n, min(cap(p.members)*2, 512)))
	}
	at := len(p.members)
	p.members = append(p.members, m...)
	p.mstack = p.mstack[:from]
	return p.members[at : at+n : at+n]
}

func (p *parser) keepItems(from int) []*Value {
	it := p.istack[from:]
	n := len(it)
	if n == 0 {
		return nil
	}
	if cap(p.items)-len(p.items) < n {
		p.items = make([]*Value, 0, max(n, 16, min(cap(p.items)*2, 512)))
	}
	at := len(p.items)
	p.items = append(p.items, it...)
	p.istack = p.istack[:from]
	return p.items[at : at+n : at+n]
}

func (p *parser) space() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\n', '\t', '\r':
			p.i++
		default:
			return
		}
	}
}

func (p *parser) value(depth int) (*Value, *SyntaxError) {
	if p.i >= len(p.s) {
		return nil, p.fail(p.i, "RFC 8259 §2", "the text ends too early")
	}
	switch c := p.s[p.i]; c {
	case '"':
		s, err := p.str()
		if err != nil {
			return nil, err
		}
		v := p.newValue(String)
		v.Str = s
		return v, nil
	case '{':
		return p.object(depth + 1)
	case '[':
		return p.array(depth + 1)
	case 't', 'f', 'n':
		return p.literal(c)
	default:
		if c != '-' && (c < '0' || c > '9') {
			return nil, p.fail(p.i, "RFC 8259 §3", "no JSON value")
		}
		return p.number()
	}
}

func (p *parser) literal(c byte) (*Value, *SyntaxError) {
	word, kind := "null", Null
	switch c {
	case 't':
		word, kind = "true", Bool
	case 'f':
		word, kind = "false", Bool
	}
	if !strings.HasPrefix(p.s[p.i:], word) {
		return nil, p.fail(p.i, "RFC 8259 §3", "no JSON value")
	}
	p.i += len(word)
	v := p.newValue(kind)
	v.Bool = c == 't'
	return v, nil
}

func (p *parser) object(depth int) (*Value, *SyntaxError) {
	if depth > MaxDepth {
		return nil, p.fail(p.i, "RFC 8259 §9", "more than 64 levels")
	}
	v := p.newValue(Dict)
	p.i++
	p.space()
	if p.i < len(p.s) && p.s[p.i] == '}' {
		p.i++
		return v, nil
	}
	from := len(p.mstack)
	var seen map[string]struct{}
	for {
		at := p.i
		if p.i >= len(p.s) || p.s[p.i] != '"' {
			return nil, p.fail(p.i, "RFC 8259 §4", "a name in quotes is missing")
		}
		name, err := p.str()
		if err != nil {
			return nil, err
		}
		if p.repeated(from, name, &seen) {
			return nil, p.fail(at, "RFC 7493 §2.3", "the name "+strconv.Quote(clip(name))+" stands twice")
		}
		p.space()
		if p.i >= len(p.s) || p.s[p.i] != ':' {
			return nil, p.fail(p.i, "RFC 8259 §4", "a colon is missing")
		}
		p.i++
		p.space()
		val, err := p.value(depth)
		if err != nil {
			return nil, err.within(clip(name))
		}
		p.mstack = append(p.mstack, Member{name, val})
		p.space()
		if p.i >= len(p.s) {
			return nil, p.fail(p.i, "RFC 8259 §4", "an object is not closed")
		}
		switch p.s[p.i] {
		case ',':
			p.i++
			p.space()
		case '}':
			p.i++
			v.Members = p.keepMembers(from)
			return v, nil
		default:
			return nil, p.fail(p.i, "RFC 8259 §4", "neither comma nor closing brace")
		}
	}
}

// repeated says whether the open object whose members start at from has this name already: by looking through them while they
// are few, in a map afterwards, so that a million names take linear time.
func (p *parser) repeated(from int, name string, seen *map[string]struct{}) bool {
	have := p.mstack[from:]
	if len(have) < manyNames {
		for i := range have {
			if have[i].Name == name {
				return true
			}
		}
		return false
	}
	if *seen == nil {
		*seen = make(map[string]struct{}, 4*manyNames)
		for i := range have {
			(*seen)[have[i].Name] = struct{}{}
		}
	}
	n := len(*seen)
	(*seen)[name] = struct{}{}
	return len(*seen) == n
}

func (p *parser) array(depth int) (*Value, *SyntaxError) {
	if depth > MaxDepth {
		return nil, p.fail(p.i, "RFC 8259 §9", "more than 64 levels")
	}
	v := p.newValue(Array)
	p.i++
	p.space()
	if p.i < len(p.s) && p.s[p.i] == ']' {
		p.i++
		return v, nil
	}
	from := len(p.istack)
	for {
		item, err := p.value(depth)
		if err != nil {
			return nil, err.within("[" + strconv.Itoa(len(p.istack)-from) + "]")
		}
		p.istack = append(p.istack, item)
		p.space()
		if p.i >= len(p.s) {
			return nil, p.fail(p.i, "RFC 8259 §5", "an array is not closed")
		}
		switch p.s[p.i] {
		case ',':
			p.i++
			p.space()
		case ']':
			p.i++
			v.Items = p.keepItems(from)
			return v, nil
		default:
			return nil, p.fail(p.i, "RFC 8259 §5", "neither comma nor closing bracket")
		}
	}
}

func clip(s string) string {
	if len(s) > 250 {
		return s[:250]
	}
	return s
}

// number reads a number and keeps its literal. RFC 7493 §2.2: integers within ±(2^53−1), others as a finite double.
func (p *parser) number() (*Value, *SyntaxError) {
	start := p.i
	end, integer, ok := scanNumber(p.s, p.i)
	if !ok {
		return nil, p.fail(end, "RFC 8259 §6", "no JSON number")
	}
	p.i = end
	lit := p.s[start:end]
	if !exact(lit, integer) {
		return nil, p.fail(start, "RFC 7493 §2.2", "a number beyond ±(2^53−1) or beyond what a double holds")
	}
	v := p.newValue(Number)
	v.Str = lit
	return v, nil
}

// exact says whether every reader gets the same number from lit. A literal with fraction or exponent is refused too when its
// canonical form would be an integer beyond the limit, so that whatever is accepted is also accepted in canonical form.
func exact(lit string, integer bool) bool {
	if integer {
		if len(lit) < 16 {
			return true
		}
		n, err := strconv.ParseInt(lit, 10, 64)
		return err == nil && n >= -maxInt && n <= maxInt
	}
	f, err := strconv.ParseFloat(lit, 64)
	if err != nil {
		return false
	}
	if f < 0 {
		f = -f
	}
	return f <= maxInt || f >= 1e21
}

const maxInt = 1<<53 - 1

// scanNumber finds the end of the number that starts at s[i]; integer says that it has neither fraction nor exponent.
func scanNumber(s string, i int) (end int, integer, ok bool) {
	if i < len(s) && s[i] == '-' {
		i++
	}
	switch {
	case i < len(s) && s[i] == '0':
		i++
	default:
		from := i
		if i = digits(s, i); i == from {
			return i, false, false
		}
	}
	integer = true
	if i < len(s) && s[i] == '.' {
		integer = false
		from := i + 1
		if i = digits(s, from); i == from {
			return i, false, false
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		integer = false
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		from := i
		if i = digits(s, i); i == from {
			return i, false, false
		}
	}
	return i, integer, true
}

func digits(s string, i int) int {
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}

// str reads the string whose opening quote is at p.i.
func (p *parser) str() (string, *SyntaxError) {
	s := p.s
	start := p.i + 1
	i := start
	for {
		for i < len(s) && s[i] >= 0x20 && s[i] != '"' && s[i] != '\\' {
			i++
		}
		if i >= len(s) {
			return "", p.fail(i, "RFC 8259 §7", "a string is not closed")
		}
		switch s[i] {
		case '"':
			p.i = i + 1
			return s[start:i], nil
		case '\\':
			return p.escaped(start, i)
		default:
			return "", p.fail(i, "RFC 8259 §7", "a control character in a string")
		}
	}
}

// escaped goes on with a string that has its first backslash at i.
func (p *parser) escaped(start, i int) (string, *SyntaxError) {
	s := p.s
	b := make([]byte, 0, i-start+64)
	b = append(b, s[start:i]...)
	for {
		from := i
		for i < len(s) && s[i] >= 0x20 && s[i] != '"' && s[i] != '\\' {
			i++
		}
		b = append(b, s[from:i]...)
		if i >= len(s) {
			return "", p.fail(i, "RFC 8259 §7", "a string is not closed")
		}
		switch s[i] {
		case '"':
			p.i = i + 1
			return string(b), nil
		case '\\':
			var err *SyntaxError
			if b, i, err = p.escape(b, i); err != nil {
				return "", err
			}
		default:
			return "", p.fail(i, "RFC 8259 §7", "a control character in a string")
		}
	}
}

// escape appends what the escape sequence at i stands for and returns the index after it.
func (p *parser) escape(b []byte, i int) ([]byte, int, *SyntaxError) {
	s := p.s
	if i+1 >= len(s) {
		return b, i, p.fail(i, "RFC 8259 §7", "a string is not closed")
	}
	switch c := s[i+1]; c {
	case '"', '\\', '/':
		return append(b, c), i + 2, nil
	case 'b':
		return append(b, '\b'), i + 2, nil
	case 'f':
		return append(b, '\f'), i + 2, nil
	case 'n':
		return append(b, '\n'), i + 2, nil
	case 'r':
		return append(b, '\r'), i + 2, nil
	case 't':
		return append(b, '\t'), i + 2, nil
	case 'u':
		return p.escapeU(b, i)
	}
	return b, i, p.fail(i, "RFC 8259 §7", "an unknown escape in a string")
}

func (p *parser) escapeU(b []byte, i int) ([]byte, int, *SyntaxError) {
	r, ok := hex4(p.s, i+2)
	if !ok {
		return b, i, p.fail(i, "RFC 8259 §7", "four hexadecimal digits are missing")
	}
	if r < 0xD800 || r > 0xDFFF {
		return utf8.AppendRune(b, r), i + 6, nil
	}
	// RFC 7493 §2.1: half a pair is no character.
	if r < 0xDC00 && i+8 <= len(p.s) && p.s[i+6] == '\\' && p.s[i+7] == 'u' {
		if low, ok := hex4(p.s, i+8); ok && low >= 0xDC00 && low <= 0xDFFF {
			return utf8.AppendRune(b, 0x10000+(r-0xD800)<<10+(low-0xDC00)), i + 12, nil
		}
	}
	return b, i, p.fail(i, "RFC 7493 §2.1", "half of a surrogate pair")
}

func hex4(s string, i int) (rune, bool) {
	if i+4 > len(s) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[i : i+4]) {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
