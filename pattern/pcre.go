package pattern

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A translation is a PCRE in the words of the engines, options spelled out. What PCRE means by a class, an option or a boundary is not what either
// engine means by the same characters.
type translation struct {
	linear, search []byte // for RE2, and for the engine that goes back
	final          bool   // where a line feed ends the text only search is right
	backtracks     bool   // only search can say it
	foreign        bool   // neither can
	invalid        bool
}

// options are what (?imsx) sets until the group ends.
type options struct {
	caseless, multiline, extended bool
	line                          bool // the point stops at line feeds: (?-s)
}

// A translator goes through an expression once.
type translator struct {
	translation
	options
	s          string
	i          int
	atom       [2]int // where the last atom begins in linear and search
	quantified int    // where the last quantifier ended
	open       []enclosing
	groups     int
	names      map[string]int
	ungreedy   bool
}

// enclosing is a group around: where it begins, and the options that hold behind it.
type enclosing struct {
	atom [2]int
	options
}

func translate(expr string) translation {
	t := &translator{s: expr, names: make(map[string]int), quantified: -1}
	t.linear, t.search = make([]byte, 0, 2*len(expr)), make([]byte, 0, 2*len(expr))
	for t.i < len(t.s) && !t.foreign && !t.invalid {
		t.step()
	}
	t.invalid = t.invalid || !t.foreign && len(t.open) > 0
	t.foreign = t.foreign || t.ungreedy && t.backtracks // how much is taken matters to atomic groups and references
	return t.translation
}

// put writes for RE2 and for the engine that goes back.
func (t *translator) put(linear, search string) {
	t.linear, t.search = append(t.linear, linear...), append(t.search, search...)
}

func (t *translator) both(s string) { t.put(s, s) }

// only writes what RE2 cannot say.
func (t *translator) only(search string) {
	t.backtracks = true
	t.search = append(t.search, search...)
}

func (t *translator) here() [2]int { return [2]int{len(t.linear), len(t.search)} }

// step translates one element.
func (t *translator) step() {
	if t.skip() {
		return
	}
	b := t.s[t.i]
	if strings.IndexByte("*+?{", b) < 0 {
		t.atom = t.here()
	}
	switch b {
	case '\\':
		t.escape()
	case '[':
		t.class()
	case '(':
		t.group()
	case ')':
		t.close()
	case '|':
		t.i++
		t.both("|")
		t.atom = t.here()
	case '^':
		t.i++
		t.begin()
	case '$':
		t.i++
		t.end()
	case '.':
		t.i++
		if t.line {
			t.both(lineFeed.inverse().String())
			return
		}
		t.put("(?s:.)", ".")
	case '*', '+', '?', '{':
		t.quantifier()
	default:
		r, n := utf8.DecodeRuneInString(t.s[t.i:])
		t.i += n
		t.literal(r)
	}
}

// skip passes what is nothing: comments, with the option x blanks too. A quantifier may stand behind it.
func (t *translator) skip() bool {
	rest, end := t.s[t.i:], ""
	switch {
	case strings.HasPrefix(rest, "(?#"):
		end = ")"
	case t.extended && rest[0] == '#':
		end = "\n"
	case t.extended && (rest[0] == ' ' || rest[0] >= '\t' && rest[0] <= '\r'):
		t.i++
		return true
	default:
		return false
	}
	comment, _, _ := strings.Cut(rest, end)
	t.i = min(t.i+len(comment)+1, len(t.s))
	return true
}

func (t *translator) literal(r rune) {
	if t.caseless {
		if set := caseless(charRange{r, r}); len(set) > 1 {
			t.both(set.String())
			return
		}
	}
	if strings.ContainsRune(`\.+*?()|[]{}^$`, r) {
		t.both(`\`)
	}
	t.linear, t.search = utf8.AppendRune(t.linear, r), utf8.AppendRune(t.search, r)
}

// begin is ^. With the option m it is behind each line feed too, but not behind one that ends the text.
func (t *translator) begin() {
	if !t.multiline {
		t.both(`\A`)
		return
	}
	t.final = true
	t.put(`(?m:^)`, `(?:\A|(?<=\n)(?!\z))`)
}

// end is $: the end, and before a line feed that ends the text; with the option m before each.
func (t *translator) end() {
	if t.multiline {
		t.put(`(?m:$)`, `(?=\n|\z)`)
		return
	}
	t.final = true
	t.put(`\z`, `(?=\n?\z)`)
}

var counted = regexp.MustCompile(`^\{[0-9]+(,[0-9]*)?\}`)

// quantifier passes a quantifier; a possessive one becomes an atomic group.
func (t *translator) quantifier() {
	q := t.s[t.i : t.i+1]
	if q == "{" {
		if q = counted.FindString(t.s[t.i:]); q == "" {
			t.atom = t.here()
			t.i++
			t.literal('{')
			return
		}
	}
	if t.i == t.quantified || t.atom == t.here() {
		t.invalid = true
		return
	}
	t.i += len(q)
	t.both(q)
	switch rest := t.s[t.i:]; {
	case strings.HasPrefix(rest, "?"):
		t.i++
		t.both("?")
	case strings.HasPrefix(rest, "+"):
		t.i++
		t.search = append(slices.Insert(t.search, t.atom[1], []byte("(?>")...), ')')
		t.backtracks = true
	}
	t.quantified = t.i
}

// close ends a group: it is the atom that a quantifier behind it is about, and its options end.
func (t *translator) close() {
	n := len(t.open)
	if n == 0 {
		t.invalid = true
		return
	}
	t.i++
	t.both(")")
	t.atom, t.options, t.open = t.open[n-1].atom, t.open[n-1].options, t.open[:n-1]
}

// enter begins a group with what the engines call it.
func (t *translator) enter(n int, linear, search string) {
	t.open = append(t.open, enclosing{t.atom, t.options})
	t.i += n
	t.put(linear, search)
	t.atom = t.here()
}

// capture begins a group that references can name.
func (t *translator) capture(n int) {
	t.groups++
	t.enter(n, "(", "(")
}

var (
	namedGroup  = regexp.MustCompile(`^\(\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')`)
	optionGroup = regexp.MustCompile(`^\(\?(\^?[imsxUJ]*)(?:-([imsx]*))?([:)])`)
	condition1  = regexp.MustCompile(`^\(\?\((?:([0-9]+)|<(\w+)>|'(\w+)')\)`)
	nameBehind  = regexp.MustCompile(`^\(\?P=(\w+)\)`)
)

// group passes the beginning of a group. Recursion, branch reset and verbs are foreign to both engines.
func (t *translator) group() {
	rest := t.s[t.i:]
	if !strings.HasPrefix(rest, "(?") {
		if t.foreign = strings.HasPrefix(rest, "(*"); !t.foreign {
			t.capture(1)
		}
		return
	}
	for _, p := range [...]string{"(?=", "(?!", "(?<=", "(?<!", "(?>"} {
		if strings.HasPrefix(rest, p) {
			t.backtracks = true
			t.enter(len(p), "(", p)
			return
		}
	}
	if m := namedGroup.FindStringSubmatch(rest); m != nil {
		name := m[1] + m[2]
		if _, again := t.names[name]; again {
			t.foreign = true // which of the two a reference means depends on which of them was there
		}
		t.names[name] = t.groups + 1
		t.capture(len(m[0]))
		return
	}
	if m := optionGroup.FindStringSubmatch(rest); m != nil {
		t.optional(m)
		return
	}
	if m := nameBehind.FindStringSubmatch(rest); m != nil {
		t.i += len(m[0])
		t.reference(m[1])
		return
	}
	t.conditional(rest)
}

// conditional begins a group that depends on whether another one was there.
func (t *translator) conditional(rest string) {
	m := condition1.FindStringSubmatch(rest)
	if m == nil {
		t.foreign = true
		return
	}
	n, ok := t.number(m[1] + m[2] + m[3])
	if !ok {
		t.foreign = true
		return
	}
	t.backtracks = true
	t.enter(len(m[0]), "(", "(?("+strconv.Itoa(n)+")")
}

// optional sets options, for a group of their own or for the rest of the one around.
func (t *translator) optional(m []string) {
	if m[3] == ":" {
		t.enter(len(m[0]), "(?:", "(?:")
	} else {
		t.i += len(m[0])
	}
	set := func(letters string, on bool) {
		for _, l := range letters {
			switch l {
			case '^':
				t.options = options{line: true}
			case 'i':
				t.caseless = on
			case 'm':
				t.multiline = on
			case 's':
				t.line = !on
			case 'x':
				t.extended = on
			case 'U':
				t.ungreedy = true
			}
		}
	}
	set(m[1], true)
	set(m[2], false)
	t.foreign = t.foreign || strings.Contains(m[1], "xx")
}

// number finds the group that a reference names or counts.
func (t *translator) number(name string) (int, bool) {
	if n, ok := t.names[name]; ok {
		return n, true
	}
	n, err := strconv.Atoi(name)
	if err == nil && n < 0 {
		n += t.groups + 1
	}
	return n, err == nil && n > 0
}

// reference stands for what a group took.
func (t *translator) reference(name string) {
	n, ok := t.number(name)
	if !ok {
		t.foreign = true
		return
	}
	if t.caseless {
		t.only("(?i:\\k<" + strconv.Itoa(n) + ">)")
		return
	}
	t.only("(?:\\k<" + strconv.Itoa(n) + ">)")
}
