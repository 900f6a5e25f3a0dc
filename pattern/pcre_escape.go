package pattern

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	behindG = regexp.MustCompile(`^\\g(?:\{(-?[0-9]+|[A-Za-z_]\w*)\}|(-?[0-9]+))`)
	behindK = regexp.MustCompile(`^\\k(?:\{(\w+)\}|<(\w+)>|'(\w+)')`)
	digits  = regexp.MustCompile(`^\\([1-9][0-9]*)`)
)

// escape passes a backslash and what follows it, outside of a class.
func (t *translator) escape() {
	rest := t.s[t.i:]
	if len(rest) > 1 && rest[1] < utf8.RuneSelf && !alphanumeric(rune(rest[1])) { // what most are for
		t.i += 2
		t.literal(rune(rest[1]))
		return
	}
	if t.quote() {
		return
	}
	if set, ok := t.set(); ok {
		t.both(set.String())
		return
	}
	for _, re := range [...]*regexp.Regexp{behindG, behindK} {
		if m := re.FindStringSubmatch(rest); m != nil {
			t.i += len(m[0])
			t.reference(strings.Join(m[1:], ""))
			return
		}
	}
	if m := digits.FindStringSubmatch(rest); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && (n < 10 || n <= t.groups || m[1][0] >= '8') {
			t.i += len(m[0])
			t.reference(m[1])
			return
		}
	}
	if r, ok := t.code(); ok {
		t.literal(r)
		return
	}
	t.simple()
}

// simple passes the escapes that stand for a place or for more than one character.
func (t *translator) simple() {
	if t.i+1 >= len(t.s) {
		t.invalid = true
		return
	}
	w := word.String()
	t.i += 2
	switch t.s[t.i-1] {
	case 'A', 'G': // a search begins at the beginning
		t.both(`\A`)
	case 'z':
		t.both(`\z`)
	case 'Z':
		t.final = true
		t.put(`\z`, `(?=\n?\z)`)
	case 'b':
		t.put(`\b`, "(?:(?<="+w+")(?!"+w+")|(?<!"+w+")(?="+w+"))")
	case 'B':
		t.put(`\B`, "(?:(?<="+w+")(?="+w+")|(?<!"+w+")(?!"+w+"))")
	case 'N':
		t.foreign = strings.HasPrefix(t.s[t.i:], "{U+")
		t.both(lineFeed.inverse().String())
	case 'R':
		t.only(`(?>\r\n|` + vertical.String() + ")")
	case 'E', 'K': // the end of nothing; where the match is said to begin
	case 'X', 'C', 'g', 'k', 'p', 'P':
		t.foreign = true
	default:
		t.invalid = true
	}
}

// quote passes \Q…\E, whose characters stand for themselves.
func (t *translator) quote() bool {
	rest, ok := strings.CutPrefix(t.s[t.i:], `\Q`)
	if !ok {
		return false
	}
	quoted, _, closed := strings.Cut(rest, `\E`)
	for _, r := range quoted {
		t.atom = t.here()
		t.literal(r)
	}
	t.i += 2 + len(quoted)
	if closed {
		t.i += 2
	}
	return true
}

var propertyName = regexp.MustCompile(`^\\[pP](?:\{(\^?)([^}]*)\}|([A-Z]))`)

// set passes an escape that stands for a set of characters.
func (t *translator) set() (charset, bool) {
	rest := t.s[t.i:]
	if m := propertyName.FindStringSubmatch(rest); m != nil {
		set, known := property(m[2] + m[3])
		if !known {
			return nil, false
		}
		t.i += len(m[0])
		if (rest[1] == 'P') != (m[1] == "^") {
			return set.inverse(), true
		}
		return set, true
	}
	if len(rest) < 2 {
		return nil, false
	}
	lower := rest[1] | 0x20
	set, ok := escapedSets[lower]
	if !ok {
		return nil, false
	}
	t.i += 2
	if rest[1] != lower {
		return set.inverse(), true
	}
	return set, true
}

var codes = regexp.MustCompile(`^\\(?:x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{0,2})|o\{([0-7]+)\}|([0-7]{1,3})|c([ -~]))`)

// code passes an escape that stands for one character.
func (t *translator) code() (rune, bool) {
	rest := t.s[t.i:]
	if m := codes.FindStringSubmatch(rest); m != nil {
		t.i += len(m[0])
		if m[5] != "" {
			return rune(strings.ToUpper(m[5])[0] ^ 0x40), true
		}
		base := 16
		if m[3]+m[4] != "" {
			base = 8
		}
		n, err := strconv.ParseUint("0"+m[1]+m[2]+m[3]+m[4], base, 32)
		if err != nil || n > utf8.MaxRune {
			t.invalid = true
		}
		return rune(n), true
	}
	r, n := utf8.DecodeRuneInString(rest[1:])
	at := strings.IndexByte("aefnrt", byte(r))
	switch {
	case n == 0:
		return 0, false
	case r < utf8.RuneSelf && at >= 0:
		r = rune("\a\x1b\f\n\r\t"[at])
	case alphanumeric(r):
		return 0, false
	}
	t.i += 1 + n
	return r, true
}

func alphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

// class passes a character class.
func (t *translator) class() {
	t.i++
	negated := t.mark("^")
	var set charset
	for first := true; first || !t.mark("]"); first = false {
		more, single := t.member()
		if t.invalid || t.foreign {
			return
		}
		if single && strings.HasPrefix(t.s[t.i:], "-") && !strings.HasPrefix(t.s[t.i:], "-]") {
			more = t.upTo(more)
		}
		if single && t.caseless {
			for _, x := range more {
				set = append(set, caseless(x)...)
			}
			continue
		}
		set = append(set, more...)
	}
	if negated {
		set = set.inverse()
	}
	t.both(set.String())
}

func (t *translator) mark(s string) bool {
	if !strings.HasPrefix(t.s[t.i:], s) {
		return false
	}
	t.i += len(s)
	return true
}

// upTo passes the hyphen and the end of a range. Where what follows is a set, the hyphen stands for itself.
func (t *translator) upTo(from charset) charset {
	t.i++
	to, single := t.member()
	switch {
	case t.invalid || t.foreign:
	case !single:
		return append(append(charset{{'-', '-'}}, from...), to...)
	case to[0].lo < from[0].lo:
		t.invalid = true
	default:
		return charset{{from[0].lo, to[0].lo}}
	}
	return from
}

var posixName = regexp.MustCompile(`^\[:(\^?)([a-z]+):\]`)

// member passes what stands in a class for one character, or for a set.
func (t *translator) member() (set charset, single bool) {
	rest := t.s[t.i:]
	if rest == "" {
		t.invalid = true
		return nil, false
	}
	if m := posixName.FindStringSubmatch(rest); m != nil {
		t.i += len(m[0])
		set, known := posixSets[m[2]]
		t.invalid = t.invalid || !known
		if m[1] == "^" {
			set = set.inverse()
		}
		return set, false
	}
	if rest[0] != '\\' {
		r, n := utf8.DecodeRuneInString(rest)
		t.i += n
		return charset{{r, r}}, true
	}
	if strings.HasPrefix(rest, `\b`) {
		t.i += 2
		return charset{{'\b', '\b'}}, true
	}
	if strings.HasPrefix(rest, `\E`) {
		t.i += 2
		return nil, false
	}
	if set, ok := t.set(); ok {
		return set, false
	}
	if r, ok := t.code(); ok {
		return charset{{r, r}}, true
	}
	t.foreign = strings.HasPrefix(rest, `\Q`) || strings.HasPrefix(rest, `\p`) || strings.HasPrefix(rest, `\P`)
	t.invalid = !t.foreign
	return nil, false
}
