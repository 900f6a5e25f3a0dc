package watch

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxSlug bounds the words of a slug.
const maxSlug = 60

// Slug makes of a name what can stand in an address: small letters, digits and hyphens, cut at the end of a word. tail is added whole: what tells
// this one from others of the same name.
func Slug(name, tail string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’': // an accent, or within a word
		default:
			b.WriteByte('-')
		}
	}
	words := strings.FieldsFunc(b.String(), func(r rune) bool { return r == '-' })
	out := ""
	for _, w := range words {
		if out != "" && len(out)+1+len(w) > maxSlug {
			break
		}
		if out != "" {
			out += "-"
		}
		out += w[:min(len(w), maxSlug)]
	}
	if out == "" {
		out = "incident"
	}
	if tail != "" {
		out += "-" + tail
	}
	return out
}
