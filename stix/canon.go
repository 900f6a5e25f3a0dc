package stix

import (
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"threatwatch"
)

// Canonical returns the RFC 8785 form of v: no white space, members sorted by the UTF-16 code units of their names, strings
// and numbers written as ECMAScript writes them. The error is of kind [threatwatch.Invalid]: a value that was built by hand and holds
// what [ParseValue] would refuse.
func (v *Value) Canonical() ([]byte, error) { return v.AppendCanonical(make([]byte, 0, 1024)) }

// AppendCanonical is [Value.Canonical] appended to b.
func (v *Value) AppendCanonical(b []byte) ([]byte, error) {
	if v == nil {
		return append(b, "null"...), nil
	}
	switch v.Kind {
	case Bool:
		return strconv.AppendBool(b, v.Bool), nil
	case Number:
		return appendNumber(b, v.Str)
	case String:
		return appendText(b, v.Str)
	case Array:
		b = append(b, '[')
		for i, it := range v.Items {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = it.AppendCanonical(b); err != nil {
				return b, err
			}
		}
		return append(b, ']'), nil
	case Dict:
		return v.appendDict(b)
	default:
		return append(b, "null"...), nil
	}
}

func (v *Value) appendDict(b []byte) ([]byte, error) {
	var buf [48]int32
	order := buf[:0]
	for i := range v.Members {
		order = append(order, int32(i))
	}
	sortMembers(order, v.Members)
	b = append(b, '{')
	var err error
	for n, i := range order {
		m := &v.Members[i]
		if n > 0 {
			if m.Name == v.Members[order[n-1]].Name {
				return b, threatwatch.Errorf(threatwatch.Invalid, "the name %q stands twice (RFC 7493 §2.3)", clip(m.Name))
			}
			b = append(b, ',')
		}
		if b, err = appendText(b, m.Name); err != nil {
			return b, err
		}
		b = append(b, ':')
		if b, err = m.Value.AppendCanonical(b); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

// sortMembers orders indexes into m by name: by insertion while they are few.
func sortMembers(order []int32, m []Member) {
	if len(order) > 48 {
		slices.SortFunc(order, func(x, y int32) int { return compareNames(m[x].Name, m[y].Name) })
		return
	}
	for i := 1; i < len(order); i++ {
		x := order[i]
		j := i
		for ; j > 0 && compareNames(m[order[j-1]].Name, m[x].Name) > 0; j-- {
			order[j] = order[j-1]
		}
		order[j] = x
	}
}

// compareNames compares by UTF-16 code units (RFC 8785 §3.2.3). That differs from the order of bytes only where one of two
// characters is beyond U+FFFF: its first surrogate sorts before U+E000 to U+FFFF.
func compareNames(x, y string) int {
	n := min(len(x), len(y))
	for i := 0; i < n; i++ {
		if x[i] == y[i] {
			continue
		}
		if (x[i] >= 0xF0) != (y[i] >= 0xF0) && x[i] >= 0xEE && y[i] >= 0xEE { // lead bytes: continuation bytes end at 0xBF
			return int(y[i]) - int(x[i])
		}
		return int(x[i]) - int(y[i])
	}
	return len(x) - len(y)
}

func appendText(b []byte, s string) ([]byte, error) {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			if !utf8.ValidString(s[i:]) {
				return b, threatwatch.Errorf(threatwatch.Invalid, "a string is not UTF-8 (RFC 7493 §2.1)")
			}
			break
		}
	}
	return appendString(b, s), nil
}

// appendNumber writes the number with literal lit (RFC 8785 §3.2.2.3).
func appendNumber(b []byte, lit string) ([]byte, error) {
	if plainInteger(lit) {
		return append(b, lit...), nil
	}
	f, err := strconv.ParseFloat(lit, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return b, threatwatch.Errorf(threatwatch.Invalid, "%q is no finite double (RFC 8785 §3.2.2.3)", clip(lit))
	}
	return appendFloat(b, f), nil
}

// plainInteger says that lit is in canonical form already: an integer of few digits that is not −0.
func plainInteger(lit string) bool {
	if len(lit) > 15 {
		return false
	}
	digits := lit
	if len(lit) > 1 && lit[0] == '-' {
		digits = lit[1:]
		if digits[0] == '0' {
			return false
		}
	}
	for i := 0; i < len(digits); i++ {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
	}
	return digits != "" && (digits[0] != '0' || len(digits) == 1)
}

// appendFloat writes f as Number.prototype.toString of ECMAScript does: the shortest digits that give f back, with an exponent from
// 1e21 up and below 1e-6.
func appendFloat(b []byte, f float64) []byte {
	if f == 0 { // also −0
		return append(b, '0')
	}
	if abs := math.Abs(f); abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	b = strconv.AppendFloat(b, f, 'e', -1, 64)
	if n := len(b); b[n-2] == '0' && (b[n-3] == '-' || b[n-3] == '+') { // Go writes at least two digits of exponent
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b
}
