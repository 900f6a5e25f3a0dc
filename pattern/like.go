package pattern

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// like is the operand of LIKE: pieces between the percent signs (STIX 2.1 §9.6.1; P022). A percent sign stands for any text, an underscore for
// one character, line feeds included; there is no way to write either literally.
type like struct {
	pieces []string // one piece: the whole text; else the first begins it and the last ends it
}

func newLike(operand string) like {
	return like{strings.Split(operand, "%")}
}

// match says whether the whole of s has the form.
func (l like) match(s string) bool {
	first, last := l.pieces[0], l.pieces[len(l.pieces)-1]
	n, ok := prefix(s, first)
	if len(l.pieces) == 1 {
		return ok && n == len(s)
	}
	if !ok {
		return false
	}
	s = s[n:]
	tail, ok := suffix(s, last)
	if !ok {
		return false
	}
	s = s[:tail]
	for _, piece := range l.pieces[1 : len(l.pieces)-1] {
		end, ok := find(s, piece)
		if !ok {
			return false
		}
		s = s[end:]
	}
	return true
}

// prefix says how many bytes at the beginning of s have the form of a piece.
func prefix(s, piece string) (int, bool) {
	if strings.IndexByte(piece, '_') < 0 {
		return len(piece), strings.HasPrefix(s, piece)
	}
	i := 0
	for _, want := range piece {
		if i == len(s) {
			return 0, false
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if want != '_' && want != r {
			return 0, false
		}
		i += n
	}
	return i, true
}

// suffix says where the end of s begins that has the form of a piece.
func suffix(s, piece string) (int, bool) {
	if strings.IndexByte(piece, '_') < 0 {
		return len(s) - len(piece), strings.HasSuffix(s, piece)
	}
	at := len(s)
	for range utf8.RuneCountInString(piece) {
		if at == 0 {
			return 0, false
		}
		_, n := utf8.DecodeLastRuneInString(s[:at])
		at -= n
	}
	_, ok := prefix(s[at:], piece)
	return at, ok
}

// find returns the end of the first place in s that has the form of a piece.
func find(s, piece string) (int, bool) {
	if strings.IndexByte(piece, '_') < 0 {
		at := strings.Index(s, piece)
		return at + len(piece), at >= 0
	}
	for i := 0; ; {
		if n, ok := prefix(s[i:], piece); ok {
			return i + n, true
		}
		if i == len(s) {
			return 0, false
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		i += n
	}
}

// composed is the text in normal form C, in which LIKE and MATCHES compare (STIX 2.1 §9.6.1).
func composed(s string) string {
	if isASCII(s) {
		return s
	}
	return norm.NFC.String(s)
}
