package duplicate

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// wordsOf are the words of a text as they are compared: small letters and digits without accents. What is written in one with a capital within is two words
// (OnionDog), and words of one or two letters are none, numbers are.
func wordsOf(s string) (list []string) {
	var word []rune
	end := func() {
		if len(word) > 2 || len(word) > 0 && hasDigit(word) {
			list = append(list, string(word))
		}
		word = word[:0]
	}
	small := false // the last one was a small letter
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’': // an accent, or within a word
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
		case unicode.IsUpper(r) && small:
			end()
			fallthrough
		default:
			word = append(word, unicode.ToLower(r))
		}
		small = unicode.IsLower(r)
	}
	end()
	return list
}

func hasDigit(word []rune) bool {
	for _, r := range word {
		if unicode.IsDigit(r) {
			return true
		}
	}
	return false
}

// titleWords are the words of a title, and each two that follow each other as one: APT 34 is APT34, Lotus Blossom is LotusBlossom.
func titleWords(s string) []string {
	list := wordsOf(s)
	for i := range max(len(list)-1, 0) {
		list = append(list, list[i]+list[i+1])
	}
	return list
}

// forms are what stands at the end of the name of a company and tells nothing of it.
var forms = map[string]bool{"inc": true, "incorporated": true, "llc": true, "ltd": true, "limited": true, "plc": true, "corp": true, "corporation": true, "gmbh": true, "company": true, "group": true,
	"holding": true, "holdings": true, "the": true, "com": true, "org": true, "net": true, "www": true, "spa": true, "pty": true, "bhd": true, "kgaa": true}

// nameOf is the name of a victim as it is compared: its words without the form of the company and without what stands in brackets.
func nameOf(s string) string {
	if i := strings.IndexByte(s, '('); i > 0 {
		s = s[:i]
	}
	var list []string
	for _, w := range wordsOf(s) {
		if !forms[w] {
			list = append(list, w)
		}
	}
	return strings.Join(list, " ")
}
