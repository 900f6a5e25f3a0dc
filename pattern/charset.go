package pattern

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// charset is a set of characters as ranges, for the classes of regular expressions: spelled out, they mean the same to every engine.
type charset []charRange

type charRange struct{ lo, hi rune }

// The sets that PCRE has names for. Without its option UCP, which STIX 2.1 §9.6.1 does not ask for, they are of ASCII but for \h and \v.
var (
	digit      = charset{{'0', '9'}}
	word       = charset{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
	blanks     = charset{{'\t', '\r'}, {' ', ' '}}
	horizontal = charset{{'\t', '\t'}, {' ', ' '}, {0xA0, 0xA0}, {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200A}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}}
	vertical   = charset{{'\n', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}}
	lineFeed   = charset{{'\n', '\n'}}
)

var escapedSets = map[byte]charset{'d': digit, 'w': word, 's': blanks, 'h': horizontal, 'v': vertical}

var posixSets = map[string]charset{
	"alpha": {{'A', 'Z'}, {'a', 'z'}}, "digit": digit, "alnum": {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, "upper": {{'A', 'Z'}}, "lower": {{'a', 'z'}},
	"space": blanks, "blank": {{'\t', '\t'}, {' ', ' '}}, "punct": {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, "cntrl": {{0, 0x1F}, {0x7F, 0x7F}},
	"graph": {{'!', '~'}}, "print": {{' ', '~'}}, "xdigit": {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, "word": word, "ascii": {{0, 0x7F}},
}

// property returns the characters that have a property of Unicode: a general category or a script.
func property(name string) (charset, bool) {
	switch name {
	case "Any":
		return charset{{0, utf8.MaxRune}}, true
	case "L&":
		return slices.Concat(tableSet(unicode.Lu), tableSet(unicode.Ll), tableSet(unicode.Lt)), true
	}
	table := cmp.Or(unicode.Categories[name], unicode.Scripts[name])
	if table == nil {
		return nil, false
	}
	return tableSet(table), true
}

func tableSet(table *unicode.RangeTable) (set charset) {
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			set = append(set, charRange{lo, hi})
			return
		}
		for r := lo; r <= hi; r += stride {
			set = append(set, charRange{r, r})
		}
	}
	for _, r := range table.R16 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range table.R32 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return set
}

// lastCased is beyond every letter that has a case.
const lastCased = 0x1F000

// caseless adds to a range what its characters are in another case.
func caseless(x charRange) charset {
	set := charset{x}
	for r := x.lo; r <= min(x.hi, lastCased); r++ {
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			if f < x.lo || f > x.hi {
				set = append(set, charRange{f, f})
			}
		}
	}
	return set
}

// sorted orders the ranges and joins what overlaps.
func (s charset) sorted() charset {
	s = slices.Clone(s)
	slices.SortFunc(s, func(a, b charRange) int { return cmp.Compare(a.lo, b.lo) })
	var out charset
	for _, x := range s {
		if n := len(out); n > 0 && x.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, x.hi)
			continue
		}
		out = append(out, x)
	}
	return out
}

// inverse returns all other characters.
func (s charset) inverse() (out charset) {
	next := rune(0)
	for _, x := range s.sorted() {
		if x.lo > next {
			out = append(out, charRange{next, x.lo - 1})
		}
		next = x.hi + 1
	}
	if next <= utf8.MaxRune {
		out = append(out, charRange{next, utf8.MaxRune})
	}
	return out
}

// String writes the set as a class that both engines read. Halves of UTF-16 pairs are no characters of a text.
func (s charset) String() string {
	if len(s) == 0 {
		return "[^" + charset{{0, utf8.MaxRune}}.String()[1:]
	}
	b := []byte{'['}
	for _, x := range s.sorted() {
		if x.lo >= 0xD800 && x.lo < 0xE000 {
			x.lo = 0xE000
		}
		if x.hi >= 0xD800 && x.hi < 0xE000 {
			x.hi = 0xD7FF
		}
		if x.lo > x.hi {
			continue
		}
		b = appendMember(b, x.lo)
		if x.hi > x.lo {
			b = appendMember(append(b, '-'), x.hi)
		}
	}
	return string(append(b, ']'))
}

func appendMember(b []byte, r rune) []byte {
	switch r {
	case '\\', ']', '[', '^', '-':
		b = append(b, '\\')
	}
	return utf8.AppendRune(b, r)
}
