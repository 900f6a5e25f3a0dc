package postgres

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
	"golang.org/x/text/unicode/norm"

	"threatwatch/store"
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

// vector makes a tsvector of text. Of a text that is too long for one, the words that come first in byte order are kept.
func vector(text string) pgtype.TSVector {
	type place struct {
		word string
		at   uint16
	}
	words := tokens(text)
	places := make([]place, len(words))
	for i, w := range words {
		places[i] = place{w, uint16(min(i+1, maxPosition))}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(strings.Compare(a.word, b.word), int(a.at)-int(b.at)) })
	positions := make([]pgtype.TSVectorPosition, 0, len(places)) // of all words, one after the other
	lexemes := make([]pgtype.TSVectorLexeme, 0, len(places))
	size := 0
	for i := 0; i < len(places); {
		word, first := places[i].word, len(positions)
		if size += len(word) + 4; size > maxVector {
			break
		}
		for ; i < len(places) && places[i].word == word; i++ {
			if n := len(positions) - first; n == maxPositions || n > 0 && places[i].at == places[i-1].at {
				continue
			}
			positions = append(positions, pgtype.TSVectorPosition{Position: places[i].at})
			size += 2
		}
		lexemes = append(lexemes, pgtype.TSVectorLexeme{Word: word, Positions: positions[first:len(positions):len(positions)]})
	}
	return pgtype.TSVector{Lexemes: lexemes, Valid: true}
}

// vectors are the tsvectors of some rows, made in the background: splitting texts costs as much as all else that is done for a row here.
type vectors struct {
	rows []row
	made []pgtype.TSVector
	done sync.WaitGroup
}

// vectorsOf begins to make the tsvectors of those rows that have a text.
func vectorsOf(rows []row) *vectors {
	v := &vectors{}
	for _, r := range rows {
		if r.Text != "" {
			v.rows = append(v.rows, r)
		}
	}
	v.made = make([]pgtype.TSVector, len(v.rows))
	v.done.Go(func() {
		for i, r := range v.rows {
			v.made[i] = vector(r.Text)
		}
	})
	return v
}

// putWords writes what is searched by.
func (t *tx) putWords(v *vectors) {
	v.done.Wait()
	if len(v.rows) == 0 {
		return
	}
	var oids []int64
	var labels, types []int32
	var hidden []bool
	for _, r := range v.rows {
		oids, labels, types = append(oids, int64(r.OID)), append(labels, int32(r.Label)), append(types, r.typ)
		hidden = append(hidden, r.Flags&store.Quarantined != 0)
	}
	t.write("INSERT INTO words(oid, label, type, hidden, vector) SELECT oid, label, type, hidden, vector FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::boolean[], $5::tsvector[]) AS u(oid, label, type, hidden, vector)",
		oids, labels, types, hidden, v.made)
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
