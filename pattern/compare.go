package pattern

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"threatwatch/pattern/syntax"
	"threatwatch/stix"
)

// verdict is what a comparison, a condition or a whole pattern comes to.
type verdict uint8

const (
	no      verdict = iota
	yes             //
	unknown         // it could not be evaluated
	never           // false, also under NOT: the types have no order, or the constant is none
)

// coding says how the text of a property stands for bytes, by the end of its name (STIX 2.1 §9.6.3).
type coding byte

const (
	plain      coding = 0
	hexText    coding = 'h'
	base64Text coding = 'b'
)

func codingOf(property string) coding {
	switch {
	case strings.HasSuffix(property, "_hex"):
		return hexText
	case strings.HasSuffix(property, "_bin"):
		return base64Text
	}
	return plain
}

// bytesOf decodes the value of a property that holds binary data.
func bytesOf(s string, c coding) (string, bool) {
	var raw []byte
	var err error
	if c == hexText {
		raw, err = hex.DecodeString(s)
	} else {
		raw, err = base64.StdEncoding.DecodeString(s)
	}
	return string(raw), err == nil
}

// relation is how a value and a constant can be compared.
type relation uint8

const (
	comparable    relation = iota
	inconvertible          // a string with characters beyond one byte, and binary data: not equal, and in no order (STIX 2.1 §9.6.3)
	incompatible           // different types (STIX 2.1 §9.6)
)

// compare orders the value v against a constant: -1, 0, 1. Strings are compared by code point, which UTF-8 keeps (STIX 2.1 §9.6.2).
func compare(v *stix.Value, c coding, k *syntax.Constant) (int, relation) {
	switch k.Kind {
	case syntax.Integer, syntax.Float:
		if v.Kind == stix.Number {
			return compareNumbers(v.Str, k.Text), comparable
		}
		return 0, incompatible
	case syntax.Boolean:
		if v.Kind != stix.Bool {
			return 0, incompatible
		}
		if v.Bool == (k.Text == "true") {
			return 0, comparable
		}
		return 1, comparable
	}
	if v.Kind != stix.String {
		return 0, incompatible
	}
	if k.Kind == syntax.Timestamp {
		t, ok := syntax.ParseInstant(v.Str)
		if c != plain || !ok {
			return 0, incompatible
		}
		return t.Compare(k.Time), comparable
	}
	return compareText(v.Str, c, k)
}

// compareText compares what a string property means, characters or bytes, with a string or binary constant.
func compareText(s string, c coding, k *syntax.Constant) (int, relation) {
	other, ok := k.Text, true
	switch {
	case c == plain && k.Kind == syntax.String:
		return strings.Compare(s, other), comparable
	case c == plain:
		if s, ok = narrow(s); !ok {
			return 0, inconvertible
		}
		return strings.Compare(s, other), comparable
	}
	if s, ok = bytesOf(s, c); !ok {
		return 0, incompatible
	}
	if k.Kind == syntax.String {
		if other, ok = narrow(other); !ok {
			return 0, inconvertible
		}
	}
	return strings.Compare(s, other), comparable
}

// narrow turns a string into bytes, one for each code point; it fails when one is beyond a byte (STIX 2.1 §9.6.3).
func narrow(s string) (string, bool) {
	if isASCII(s) {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xFF {
			return "", false
		}
		b = append(b, byte(r))
	}
	return string(b), true
}

// widen is the inverse of narrow: each byte becomes the character with its number.
func widen(b string) string {
	if isASCII(b) {
		return b
	}
	out := make([]byte, 0, len(b)*2)
	for i := range len(b) {
		out = utf8.AppendRune(out, rune(b[i]))
	}
	return string(out)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// compareNumbers orders two JSON or pattern numbers by value, exactly, whatever their size.
func compareNumbers(a, b string) int {
	if isNatural(a) && isNatural(b) {
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	}
	x, y := parseDecimal(a), parseDecimal(b)
	switch {
	case x.digits == "" && y.digits == "":
		return 0
	case x.sign() != y.sign():
		return x.sign() - y.sign()
	case x.negative:
		return y.compareSize(x)
	}
	return x.compareSize(y)
}

// isNatural says whether a number is written with digits alone, the first of them not 0: what most are.
func isNatural(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0 && s[0] != '0'
}

// decimal is 0.digits × 10^point; zero has no digits.
type decimal struct {
	negative bool
	digits   string // neither begins nor ends with 0
	point    int64
}

func parseDecimal(s string) decimal {
	var d decimal
	s = strings.TrimPrefix(s, "+")
	s, d.negative = strings.CutPrefix(s, "-")
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		d.point, s = exponent(s[at+1:]), s[:at]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	whole = strings.TrimLeft(whole, "0")
	d.point += int64(len(whole))
	d.digits = strings.TrimRight(whole+fraction, "0")
	if whole == "" {
		short := strings.TrimLeft(d.digits, "0")
		d.point -= int64(len(d.digits) - len(short))
		d.digits = short
	}
	return d
}

// exponent reads the digits behind e; beyond a billion the size does not matter any more.
func exponent(s string) int64 {
	s = strings.TrimPrefix(s, "+")
	s, negative := strings.CutPrefix(s, "-")
	n := int64(0)
	for i := range len(s) {
		n = min(n*10+int64(s[i]-'0'), 1e12)
	}
	if negative {
		return -n
	}
	return n
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

func (d decimal) compareSize(e decimal) int {
	switch {
	case d.point < e.point:
		return -1
	case d.point > e.point:
		return 1
	}
	return strings.Compare(d.digits, e.digits)
}
