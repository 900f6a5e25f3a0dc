package postgres

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Full text is split into words here and not by a text search configuration of the server, so that both engines find the same: a
// word is a run of letters and digits, without regard to case and to the diacritics of Latin letters.

// Limits of a tsvector (PostgreSQL 15, 12.11 Limitations).
const (
	maxLexeme    = 2046
	maxPosition  = 16383
	maxPositions = 255
	maxVector    = 1<<20 - 1<<14
)

// fold returns the letter that r is searched by; 0 drops it.
func fold(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
		return r
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case r < 0x80:
		return r
	case r >= 0x300 && r <= 0x36f: // combining diacritical marks
		return 0
	}
	var b [utf8.UTFMax]byte
	if d := norm.NFD.Properties(b[:utf8.EncodeRune(b[:], r)]).Decomposition(); len(d) > 0 && d[0] < 0x80 && unicode.IsLetter(rune(d[0])) {
		return unicode.ToLower(rune(d[0]))
	}
	if r = unicode.ToLower(r); r == 'ς' { // the only letter with a second lower case at the end of words
		return 'σ'
	}
	return r
}

func inWord(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.Co)
}

// tokens splits text into folded words.
func tokens(text string) (words []string) {
	var word []byte
	for _, r := range text {
		mark := r >= 0x300 && r <= 0x36f && len(word) > 0
		switch {
		case !inWord(r) && !mark:
			words = appendWord(words, word)
			word = word[:0]
		default:
			if r = fold(r); r != 0 {
				word = utf8.AppendRune(word, r)
			}
		}
	}
	return appendWord(words, word)
}

func appendWord(words []string, word []byte) []string {
	if len(word) == 0 {
		return words
	}
	if len(word) > maxLexeme {
		word = word[:maxLexeme]
		for !utf8.Valid(word) {
			word = word[:len(word)-1]
		}
	}
	return append(words, string(word))
}

// vector is the text form of a tsvector. Of a text that is too long for one, the words that come first in byte order are kept.
func vector(text string) string {
	type place struct {
		word string
		at   int
	}
	var places []place
	for i, w := range tokens(text) {
		places = append(places, place{w, min(i+1, maxPosition)})
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(strings.Compare(a.word, b.word), a.at-b.at) })
	var b strings.Builder
	size := 0
	for i := 0; i < len(places); {
		word, n := places[i].word, 0
		if size += len(word) + 4; size > maxVector {
			break
		}
		b.WriteByte('\'')
		b.WriteString(word) // letters and digits need no escape
		b.WriteByte('\'')
		for sep := byte(':'); i < len(places) && places[i].word == word; i++ {
			if n == maxPositions || n > 0 && places[i].at == places[i-1].at {
				continue
			}
			b.WriteByte(sep)
			b.WriteString(strconv.Itoa(places[i].at))
			sep = ','
			size += 2
			n++
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// matchText turns what a person typed into a tsquery: all words, the last one as a prefix. A word with signs in it is a phrase.
func matchText(query string) string {
	words := strings.FieldsFunc(query, func(r rune) bool { return r <= ' ' || r == '"' })
	if len(words) > 16 {
		words = words[:16]
	}
	var terms []string
	for i, w := range words {
		parts := tokens(w)
		if len(parts) == 0 {
			continue
		}
		for k := range parts {
			parts[k] = "'" + parts[k] + "'"
		}
		phrase := strings.Join(parts, " <-> ")
		if i == len(words)-1 {
			phrase += ":*"
		}
		terms = append(terms, phrase)
	}
	return strings.Join(terms, " & ")
}
