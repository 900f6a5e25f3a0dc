// Package mojibake repairs text in UTF-8 that somebody read as Windows-1252 and wrote again, once or several times.
package mojibake

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// rounds is how often a text is repaired: each undoes one wrong reading.
const rounds = 6

// Repair undoes wrong readings where what comes out is UTF-8, and leaves everything else as it is.
func Repair(s string) string {
	for range rounds {
		r := once(s)
		if r == s {
			break
		}
		s = r
	}
	return s
}

func once(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if r, n := sequence(s[i:]); n > 0 {
			b.WriteRune(r)
			i += n
			continue
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		b.WriteString(s[i : i+n])
		i += n
	}
	return b.String()
}

// sequence reads the character that the first characters of s are the bytes of, and how many bytes of s they take; 0: they are of none.
func sequence(s string) (r rune, n int) {
	var raw [utf8.UTFMax]byte
	for k := range raw {
		c, size := utf8.DecodeRuneInString(s[n:])
		if size == 0 || c < utf8.RuneSelf {
			return 0, 0
		}
		b, ok := byteOf(c)
		if !ok {
			return 0, 0
		}
		raw[k], n = b, n+size
		if utf8.FullRune(raw[:k+1]) {
			r, size := utf8.DecodeRune(raw[:k+1])
			if r == utf8.RuneError || size != k+1 {
				return 0, 0
			}
			return r, n
		}
	}
	return 0, 0
}

// byteOf is the byte that Windows-1252 reads as c. Control characters are what other programs read those bytes as: all of them (ISO 8859-1), or the
// five that mean nothing in Windows-1252.
func byteOf(c rune) (byte, bool) {
	if c >= 0x80 && c < 0xa0 {
		return byte(c), true
	}
	return charmap.Windows1252.EncodeRune(c)
}
