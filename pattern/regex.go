package pattern

import (
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// regex is the operand of MATCHES: a PCRE that is searched for, the point standing for every character (STIX 2.1 §9.6.1; P023). What RE2 can
// say runs in linear time. Look-around, references to groups and the like run on an engine that goes back and tries again, for at most
// patience a value; then the answer is unknown. An expression that neither can say is unknown too.
type regex struct {
	linear  *regexp.Regexp
	tail    bool            // $ stands in it: before a line feed at the end, RE2 sees no end
	search  *regexp2.Regexp // nil when it is not needed, or cannot be made
	foreign bool            // PCRE that neither engine has
	invalid bool            // no regular expression
}

// patience is how long one value may take on the engine that goes back; steps of it are not counted, but its clock is looked at often.
const patience = 250 * time.Millisecond

// maxRegex is how long an expression may be, in bytes.
const maxRegex = 1 << 16

func newRegex(expr string) *regex {
	t := translate(expr)
	r := &regex{tail: t.tail, foreign: t.foreign || len(expr) > maxRegex}
	if r.foreign {
		return r
	}
	if !t.backtracks {
		if re, err := regexp.Compile("(?s)" + t.text); err == nil {
			r.linear = re
		}
	}
	if r.linear != nil && !r.tail {
		return r
	}
	text := t.text
	if t.tail && !t.multiline { // in its RE2 mode the engine knows only the very end
		text = t.textWithTail
	}
	re, err := regexp2.Compile(text, regexp2.Singleline|regexp2.RE2)
	if err != nil {
		r.invalid = r.linear == nil
		return r
	}
	re.MatchTimeout = patience
	r.search = re
	return r
}

// match searches s.
func (r *regex) match(s string) verdict {
	switch {
	case r.foreign:
		return unknown
	case r.invalid:
		return never
	case r.linear != nil && (r.search == nil || !strings.HasSuffix(s, "\n")):
		return verdictOf(r.linear.MatchString(s))
	}
	found, err := r.search.MatchString(s)
	if err != nil {
		return unknown
	}
	return verdictOf(found)
}

func verdictOf(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// A translation is a PCRE in the words that both engines share.
type translation struct {
	text, textWithTail string
	tail               bool // $ outside of a class
	multiline          bool // (?m…)
	backtracks         bool // possessive or atomic: nothing for RE2
	foreign            bool
}

// Classes that PCRE has and the engines lack, without brackets.
const (
	spaces     = `\t-\r `                                                               // \s
	horizontal = `\t \x{00a0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}` // \h
	vertical   = `\n-\r\x{0085}\x{2028}\x{2029}`                                        // \v
	newline    = `(?:\r\n|[\n-\r\x{0085}\x{2028}\x{2029}])`                             // \R
	endOfText  = `(?=\n?\z)`                                                            // $ without the multiline option
)

// A translator goes through an expression once.
type translator struct {
	translation
	s          string
	i          int
	out, tails strings.Builder // the second with $ spelled out
	atom       [2]int          // where the last atom begins in both
	open       [][2]int        // the same of the groups around
}

func translate(expr string) translation {
	t := &translator{s: expr}
	for t.i < len(t.s) && !t.foreign {
		t.step()
	}
	t.text, t.textWithTail = t.out.String(), t.tails.String()
	return t.translation
}

func (t *translator) put(s string) {
	t.out.WriteString(s)
	t.tails.WriteString(s)
}

func (t *translator) here() [2]int { return [2]int{t.out.Len(), t.tails.Len()} }

// step translates one element.
func (t *translator) step() {
	switch b := t.s[t.i]; b {
	case '\\':
		t.atom = t.here()
		t.escape()
	case '[':
		t.atom = t.here()
		t.class()
	case '(':
		t.open = append(t.open, t.here())
		t.group()
	case ')':
		if n := len(t.open); n > 0 {
			t.atom, t.open = t.open[n-1], t.open[:n-1]
		}
		t.put(")")
		t.i++
	case '$':
		t.tail = true
		t.out.WriteByte('$')
		t.tails.WriteString(endOfText)
		t.i++
	case '*', '+', '?', '{':
		t.quantifier()
	default:
		t.atom = t.here()
		n := 1
		for t.i+n < len(t.s) && t.s[t.i+n]&0xC0 == 0x80 {
			n++
		}
		t.put(t.s[t.i : t.i+n])
		t.i += n
	}
}

var counted = regexp.MustCompile(`^\{[0-9]+(,[0-9]*)?\}`)

// quantifier passes a quantifier; a possessive one becomes an atomic group.
func (t *translator) quantifier() {
	q := t.s[t.i : t.i+1]
	if q == "{" {
		if q = counted.FindString(t.s[t.i:]); q == "" {
			t.atom = t.here()
			t.put(`\{`)
			t.i++
			return
		}
	}
	t.i += len(q)
	t.put(q)
	if t.i == len(t.s) {
		return
	}
	switch t.s[t.i] {
	case '?':
		t.put("?")
		t.i++
	case '+':
		t.backtracks = true
		t.wrap(&t.out, t.atom[0])
		t.wrap(&t.tails, t.atom[1])
		t.i++
	}
}

// wrap puts what was written from a place on into an atomic group.
func (t *translator) wrap(b *strings.Builder, from int) {
	s := b.String()
	b.Reset()
	b.WriteString(s[:from] + "(?>" + s[from:] + ")")
}

// group passes the beginning of a group. Recursion, branch reset and verbs are foreign to both engines.
func (t *translator) group() {
	rest := t.s[t.i:]
	for _, p := range [...]string{"(*", "(?R", "(?|", "(?&", "(?P>", "(?+", "(?C"} {
		if strings.HasPrefix(rest, p) {
			t.foreign = true
			return
		}
	}
	if len(rest) > 2 && rest[1] == '?' && rest[2] >= '0' && rest[2] <= '9' {
		t.foreign = true
		return
	}
	switch {
	case strings.HasPrefix(rest, "(?P="): // a reference by name
		name, _, _ := strings.Cut(rest[4:], ")")
		t.backtracks = true
		t.put(`(?:\k<` + name + `>`)
		t.i += 4 + len(name)
	case strings.HasPrefix(rest, "(?P<"):
		t.put("(?<")
		t.i += 4
	case strings.HasPrefix(rest, "(?#"):
		comment, _, _ := strings.Cut(rest, ")")
		t.open = t.open[:len(t.open)-1]
		t.i += min(len(comment)+1, len(rest))
	case strings.HasPrefix(rest, "(?"):
		n := 2
		for n < len(rest) && strings.IndexByte("imsxUJ-", rest[n]) >= 0 {
			t.multiline = t.multiline || rest[n] == 'm'
			n++
		}
		t.put(rest[:n])
		t.i += n
	default:
		t.put("(")
		t.i++
	}
}

// escape passes what follows a backslash outside of a class.
func (t *translator) escape() {
	if t.i+1 >= len(t.s) {
		t.put(`\`)
		t.i++
		return
	}
	t.i += 2
	switch c := t.s[t.i-1]; c {
	case 'Q':
		quoted, _, closed := strings.Cut(t.s[t.i:], `\E`)
		t.put(regexp.QuoteMeta(quoted))
		t.i += len(quoted)
		if closed {
			t.i += 2
		}
	case 's':
		t.put("[" + spaces + "]")
	case 'S':
		t.put("[^" + spaces + "]")
	case 'h':
		t.put("[" + horizontal + "]")
	case 'H':
		t.put("[^" + horizontal + "]")
	case 'v':
		t.put("[" + vertical + "]")
	case 'V':
		t.put("[^" + vertical + "]")
	case 'R':
		t.put(newline)
	case 'N':
		t.put(`[^\n]`)
	case 'e':
		t.put(`\x1b`)
	case 'E', 'K': // the end of nothing; where the match is said to begin
	case 'X', 'C', 'G':
		t.foreign = true
	case 'g':
		t.backReference()
	default:
		t.i--
		t.put(`\` + t.char())
	}
}

// char passes a whole character, or the code of one in braces.
func (t *translator) char() string {
	n := 1
	for t.i+n < len(t.s) && t.s[t.i+n]&0xC0 == 0x80 {
		n++
	}
	if c := t.s[t.i]; (c == 'x' || c == 'p' || c == 'P') && t.i+1 < len(t.s) && t.s[t.i+1] == '{' {
		if end := strings.IndexByte(t.s[t.i:], '}'); end > 0 {
			n = end + 1
		}
	}
	t.i += n
	return t.s[t.i-n : t.i]
}

var groupName = regexp.MustCompile(`^(?:\{([A-Za-z0-9_]+)\}|([0-9]+))`)

// backReference translates \g1, \g{1} and \g{name}; what counts backwards is foreign.
func (t *translator) backReference() {
	m := groupName.FindStringSubmatch(t.s[t.i:])
	if m == nil {
		t.foreign = true
		return
	}
	t.backtracks = true
	t.put(`(?:\k<` + m[1] + m[2] + `>)`)
	t.i += len(m[0])
}

// class passes a character class.
func (t *translator) class() {
	t.put("[")
	t.i++
	if strings.HasPrefix(t.s[t.i:], "^") {
		t.put("^")
		t.i++
	}
	if strings.HasPrefix(t.s[t.i:], "]") {
		t.put(`\]`)
		t.i++
	}
	for t.i < len(t.s) {
		switch rest := t.s[t.i:]; {
		case rest[0] == ']':
			t.put("]")
			t.i++
			return
		case strings.HasPrefix(rest, "[:"):
			end := strings.Index(rest, ":]")
			if end < 0 {
				t.put(`\[`)
				t.i++
				continue
			}
			t.put(rest[:end+2])
			t.i += end + 2
		case rest[0] == '[':
			t.put(`\[`)
			t.i++
		case rest[0] == '\\' && len(rest) > 1:
			t.classEscape(rest[1])
		default:
			t.put(rest[:1])
			t.i++
		}
	}
}

func (t *translator) classEscape(c byte) {
	t.i++
	switch c {
	case 's':
		t.put(spaces)
	case 'h':
		t.put(horizontal)
	case 'v':
		t.put(vertical)
	case 'b':
		t.put(`\x08`)
	case 'e':
		t.put(`\x1b`)
	default:
		t.put(`\` + t.char())
		return
	}
	t.i++
}
