package stix

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

func syntaxAt(at int, rule, msg string) *SyntaxError {
	return &SyntaxError{Offset: int64(at), Rule: rule, Msg: msg}
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// literalText decodes a string literal; "" when it is none, or not one that [ParseValue] takes.
func literalText(lit []byte) string {
	if n := len(lit); n >= 2 && lit[0] == '"' && bytes.IndexByte(lit, '\\') < 0 && utf8.Valid(lit) {
		return string(lit[1 : n-1])
	}
	v, err := ParseValue(lit)
	if err != nil {
		return ""
	}
	return v.Text()
}

// firstString decodes the string literal that b begins with.
func firstString(b []byte) string {
	end, err := skipString(b, 0)
	if err != nil {
		return ""
	}
	return literalText(b[:end])
}

// The skip functions check the grammar of what stands at b[i] and return the index after it, or an error and the index up to which they
// have looked: len(b) when more text could change the answer.

// skipDepth bounds the nesting that [ReadObjects] looks through; [Parse] refuses an object long before.
const skipDepth = 4096

// skipValue checks the grammar of the value at b[i] and returns the index after it. It keeps one bit for each open array or object.
func skipValue(b []byte, i int) (int, error) {
	var open [skipDepth / 64]uint64 // 1: object
	depth := 0
	for {
		if i >= len(b) {
			return i, syntaxAt(i, "RFC 8259 §2", "the text ends too early")
		}
		var err error
		switch c := b[i]; c {
		case '{', '[':
			if depth == skipDepth {
				return i, syntaxAt(i, "RFC 8259 §9", "nested too deep")
			}
			i = skipSpace(b, i+1)
			if i < len(b) && b[i] == c+2 { // the closing one
				i++
				break
			}
			bit := uint64(1) << (depth % 64)
			if open[depth/64] &^= bit; c == '{' {
				open[depth/64] |= bit
			}
			depth++
			if c == '{' {
				if i, err = skipName(b, i); err != nil {
					return i, err
				}
			}
			continue
		case '"':
			i, err = skipString(b, i)
		case 't':
			i, err = skipWord(b, i, "true")
		case 'f':
			i, err = skipWord(b, i, "false")
		case 'n':
			i, err = skipWord(b, i, "null")
		default:
			i, err = skipNumber(b, i)
		}
		if err != nil {
			return i, err
		}
		for { // after a value: close what ends here
			if depth == 0 {
				return i, nil
			}
			object := open[(depth-1)/64]>>((depth-1)%64)&1 == 1
			i = skipSpace(b, i)
			if i < len(b) && (object && b[i] == '}' || !object && b[i] == ']') {
				depth--
				i++
				continue
			}
			if i >= len(b) || b[i] != ',' {
				return i, syntaxAt(i, "RFC 8259 §4", "neither comma nor closing bracket")
			}
			i = skipSpace(b, i+1)
			if object {
				if i, err = skipName(b, i); err != nil {
					return i, err
				}
			}
			break
		}
	}
}

// skipName passes a name and its colon, up to the value.
func skipName(b []byte, i int) (int, error) {
	if i >= len(b) || b[i] != '"' {
		return i, syntaxAt(i, "RFC 8259 §4", "a name in quotes is missing")
	}
	i, err := skipString(b, i)
	if err != nil {
		return i, err
	}
	if i = skipSpace(b, i); i >= len(b) || b[i] != ':' {
		return i, syntaxAt(i, "RFC 8259 §4", "a colon is missing")
	}
	return skipSpace(b, i+1), nil
}

func skipString(b []byte, i int) (int, error) {
	for i++; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1, nil
		case c == '\\':
			if i+1 >= len(b) {
				return len(b), syntaxAt(i, "RFC 8259 §7", "a string is not closed")
			}
			if strings.IndexByte(`"\/bfnrtu`, b[i+1]) < 0 {
				return i, syntaxAt(i, "RFC 8259 §7", "an unknown escape in a string")
			}
			if b[i+1] == 'u' {
				if i+6 > len(b) {
					return len(b), syntaxAt(i, "RFC 8259 §7", "four hexadecimal digits are missing")
				}
				if _, ok := hex4(string(b[i+2:i+6]), 0); !ok {
					return i, syntaxAt(i, "RFC 8259 §7", "four hexadecimal digits are missing")
				}
			}
			i++
		case c < 0x20:
			return i, syntaxAt(i, "RFC 8259 §7", "a control character in a string")
		}
	}
	return i, syntaxAt(i, "RFC 8259 §7", "a string is not closed")
}

func skipWord(b []byte, i int, word string) (int, error) {
	if i+len(word) <= len(b) && string(b[i:i+len(word)]) == word {
		return i + len(word), nil
	}
	if strings.HasPrefix(word, string(b[i:])) {
		return len(b), syntaxAt(i, "RFC 8259 §2", "the text ends too early")
	}
	return i, syntaxAt(i, "RFC 8259 §3", "no JSON value")
}

func skipNumber(b []byte, i int) (int, error) {
	end := i
	for end < len(b) && strings.IndexByte("+-.eE0123456789", b[end]) >= 0 {
		end++
	}
	n, _, ok := scanNumber(string(b[i:end]), 0)
	if !ok || n != end-i {
		return end, syntaxAt(i, "RFC 8259 §3", "no JSON value")
	}
	return end, nil
}
