package logs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Why a JSON entry cannot be read. What is stepped over is not checked beyond the nesting of brackets and the ends of strings.
var (
	errNoObject  = errors.New("not a JSON object")
	errCutShort  = errors.New("JSON ends before the object does")
	errNoName    = errors.New("JSON: a name should follow")
	errNoColon   = errors.New("JSON: a colon should follow the name")
	errNoValue   = errors.New("JSON: a value should follow")
	errNoComma   = errors.New("JSON: a comma or a bracket should follow")
	errTrailing  = errors.New("JSON: text after the object")
	errTooNested = errors.New("JSON: nested too deep")
)

// maxDepth bounds the nesting of what is read; what is stepped over may nest as it likes.
const maxDepth = 64

// jsonScanner reads JSON objects through a mapping: a value is recognised by its place, never by its name alone.
type jsonScanner struct {
	root *node
}

// Scan reads one object.
func (s *jsonScanner) Scan(entry []byte, r *Record) error {
	r.reset()
	return s.read(entry, r)
}

// read reads one object beside what is in r.
func (s *jsonScanner) read(entry []byte, r *Record) error {
	w := walker{entry, r}
	i := space(entry, 0)
	if i >= len(entry) || entry[i] != '{' {
		return r.asText(entry, errNoObject)
	}
	i, err := w.object(i, s.root, maxDepth)
	r.join()
	if err == nil && i < len(entry) && trails(entry, i) {
		err = errTrailing
	}
	return r.restAsText(entry[i:], err)
}

// trails reports whether something stands behind an object: a comma is one of an array's that has lost its brackets.
func trails(b []byte, i int) bool {
	if i = space(b, i); i < len(b) && b[i] == ',' {
		i = space(b, i+1)
	}
	return i < len(b)
}

type walker struct {
	b []byte
	r *Record
}

// object reads the object that opens at i and returns the index after it.
func (w *walker) object(i int, n *node, depth int) (int, error) {
	if depth == 0 {
		return i, errTooNested
	}
	b := w.b
	i = space(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1, nil
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return i, short(b, i, errNoName)
		}
		from := i + 1
		end, escaped := nameEnd(b, from)
		if end < 0 {
			return from, errCutShort
		}
		name := b[from:end]
		if i = end + 1; i >= len(b) || b[i] != ':' {
			if i = space(b, i); i >= len(b) || b[i] != ':' {
				return i, short(b, i, errNoColon)
			}
		}
		if i++; i < len(b) && b[i] <= ' ' {
			i = space(b, i)
		}
		if escaped {
			name = w.r.unescape(name)
		}
		var err error
		if k := n.find(name); k != nil {
			i, err = w.value(i, k, depth)
		} else {
			i, err = skip(b, i)
		}
		if err != nil {
			return i, err
		}
		if i < len(b) && b[i] <= ' ' {
			i = space(b, i)
		}
		if i >= len(b) {
			return i, errCutShort
		}
		switch b[i] {
		case ',':
			if i++; i < len(b) && b[i] <= ' ' {
				i = space(b, i)
			}
		case '}':
			return i + 1, nil
		default:
			return i, errNoComma
		}
	}
}

// value reads what is at a place that the mapping knows.
func (w *walker) value(i int, n *node, depth int) (int, error) {
	b := w.b
	if i >= len(b) {
		return i, errCutShort
	}
	at := n.at
	switch c := b[i]; {
	case c == '"':
		end := stringEnd(b, i+1)
		if end < 0 {
			return i, errCutShort
		}
		if at != nil {
			v := b[i+1 : end]
			if bytes.IndexByte(v, '\\') >= 0 {
				v = w.r.unescape(v)
			}
			w.r.take(at, v)
		}
		return end + 1, nil
	case c == '{' && len(n.kids) > 0:
		return w.object(i, n, depth-1)
	case c == '[':
		return w.array(i, n, depth-1)
	default:
		end, err := skip(b, i)
		if err == nil && at != nil && (c-'0' <= 9 || c == '-') && at.takesNumbers() {
			w.r.take(at, b[i:end])
		}
		return end, err
	}
}

// array reads each element as if it stood in the array's place.
func (w *walker) array(i int, n *node, depth int) (int, error) {
	if depth == 0 {
		return i, errTooNested
	}
	b := w.b
	i = space(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1, nil
	}
	for {
		var err error
		if i, err = w.value(i, n, depth); err != nil {
			return i, err
		}
		if i = space(b, i); i >= len(b) {
			return i, errCutShort
		}
		switch b[i] {
		case ',':
			i = space(b, i+1)
		case ']':
			return i + 1, nil
		default:
			return i, errNoComma
		}
	}
}

// skip returns the index after the value that begins at i.
func skip(b []byte, i int) (int, error) {
	if i >= len(b) {
		return i, errCutShort
	}
	switch b[i] {
	case '"':
		end := stringEnd(b, i+1)
		if end < 0 {
			return i, errCutShort
		}
		return end + 1, nil
	case '{', '[':
		return skipNested(b, i)
	}
	from := i
	for i < len(b) && scalar[b[i]] {
		i++
	}
	if i == from {
		return i, errNoValue
	}
	return i, nil
}

// scalar holds the bytes of numbers, true, false and null.
var scalar = set("0123456789+-.eEtrufalsn")

// skipNested counts brackets until they are even.
func skipNested(b []byte, i int) (int, error) {
	depth := 0
	for i < len(b) {
		switch bracket[b[i]] {
		case 0:
			i++
		case 1:
			depth++
			i++
		case 2:
			i++
			if depth--; depth == 0 {
				return i, nil
			}
		case 3:
			end := stringEnd(b, i+1)
			if end < 0 {
				return i, errCutShort
			}
			i = end + 1
		}
	}
	return i, errCutShort
}

var bracket = [256]uint8{'{': 1, '[': 1, '}': 2, ']': 2, '"': 3}

// Eight bytes at a time: zero bytes of x are those whose high bit is set in (x - ones) &^ x & highs; below the first of them the answer is exact.
const (
	ones   = 0x0101010101010101
	highs  = 0x8080808080808080
	quotes = ones * '"'
	slants = ones * '\\'
)

// nameEnd returns the index of the quotation mark that ends a name, and whether there is a backslash before it.
func nameEnd(b []byte, i int) (end int, escaped bool) {
	for i+8 <= len(b) {
		x := binary.LittleEndian.Uint64(b[i:])
		q, s := x^quotes, x^slants
		m := ((q-ones)&^q | (s-ones)&^s) & highs
		if m == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(m) >> 3
		if b[i] == '"' {
			return i, escaped
		}
		escaped = true
		i += 2
	}
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			return i, escaped
		case '\\':
			escaped = true
			i++
		}
	}
	return -1, escaped
}

// stringEnd returns the index of the quotation mark that ends the string whose first byte is at from, or -1. Most strings are short, some are
// whole packets.
func stringEnd(b []byte, from int) int {
	i := from
	for n := 0; n < 4 && i+8 <= len(b); n++ {
		q := binary.LittleEndian.Uint64(b[i:]) ^ quotes
		if m := (q - ones) &^ q & highs; m != 0 {
			i += bits.TrailingZeros64(m) >> 3
			if b[i-1] != '\\' || !odd(b[from:i]) {
				return i
			}
			i++
			continue
		}
		i += 8
	}
	for {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			return -1
		}
		i += j
		if b[i-1] != '\\' || !odd(b[from:i]) {
			return i
		}
		i++
	}
}

// odd reports whether an odd number of backslashes ends v, so that the next byte is escaped.
func odd(v []byte) bool {
	n := 0
	for n < len(v) && v[len(v)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// short returns the error for what is missing at i.
func short(b []byte, i int, err error) error {
	if i >= len(b) {
		return errCutShort
	}
	return err
}

func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// unescape decodes the inside of a JSON string. A broken escape stays as it is, half a surrogate pair becomes U+FFFD.
func (r *Record) unescape(v []byte) []byte {
	from := len(r.scratch)
	out := r.scratch
	for i := 0; i < len(v); {
		if v[i] != '\\' || i+1 == len(v) {
			j := bytes.IndexByte(v[i+1:], '\\')
			if j < 0 {
				j = len(v) - i - 1
			}
			out = append(out, v[i:i+1+j]...)
			i += 1 + j
			continue
		}
		if c := plain[v[i+1]]; c != 0 {
			out = append(out, c)
			i += 2
			continue
		}
		c, n := unicodeEscape(v[i:])
		if n == 0 {
			out = append(out, v[i])
			i++
			continue
		}
		out = utf8.AppendRune(out, c)
		i += n
	}
	r.scratch = out
	return out[from:len(out):len(out)]
}

// plain holds the escapes of one letter. RFC 8259 §7
var plain = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unicodeEscape reads \uXXXX, or two of them for one code point above U+FFFF, and returns how many bytes they take.
func unicodeEscape(v []byte) (c rune, n int) {
	unit := func(v []byte) (rune, bool) {
		if len(v) < 6 || v[0] != '\\' || v[1] != 'u' {
			return 0, false
		}
		u, err := strconv.ParseUint(string(v[2:6]), 16, 16)
		return rune(u), err == nil
	}
	c, ok := unit(v)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(c) {
		return c, 6
	}
	if low, ok := unit(v[6:]); ok {
		if both := utf16.DecodeRune(c, low); both != utf8.RuneError {
			return both, 12
		}
	}
	return utf8.RuneError, 6
}
