package logs

import "bytes"

// Writers of reports break indicators so that nobody follows them by mistake: hxxp://, example[.]org, 192.0.2[.]1, user[at]example.org.

// refang returns text with such breaks mended; text itself when there is none.
func (r *Record) refang(text []byte) []byte {
	if !isDefanged(text) {
		return text
	}
	from := len(r.scratch)
	out := r.scratch
	for i := 0; i < len(text); {
		if with, n := mend(text[i:]); n > 0 {
			out = append(out, with...)
			i += n
			continue
		}
		if with, n := mendScheme(text, i); n > 0 {
			out = append(out, with...)
			i += n
			continue
		}
		out = append(out, text[i])
		i++
	}
	r.scratch = out
	return out[from:len(out):len(out)]
}

func isDefanged(text []byte) bool {
	for _, open := range []byte("[({") {
		for rest := text; ; {
			i := bytes.IndexByte(rest, open)
			if i < 0 {
				break
			}
			if _, n := mend(rest[i:]); n > 0 {
				return true
			}
			rest = rest[i+1:]
		}
	}
	for i := 0; ; i++ {
		j := bytes.IndexByte(text[i:], ':')
		if j < 0 {
			return false
		}
		if i += j; i+2 < len(text) && text[i+1] == '/' && text[i+2] == '/' && isBrokenScheme(text[:i]) {
			return true
		}
	}
}

// breaks are written between brackets of any of three kinds.
var breaks = []struct{ inside, means string }{
	{".", "."}, {"dot", "."}, {"at", "@"}, {"@", "@"}, {":", ":"}, {"://", "://"}, {"/", "/"}, {"punkt", "."},
}

// mend reads a break at the start of v: what stands for how many bytes.
func mend(v []byte) (with string, n int) {
	if len(v) < 3 {
		return "", 0
	}
	var shut byte
	switch v[0] {
	case '[':
		shut = ']'
	case '(':
		shut = ')'
	case '{':
		shut = '}'
	default:
		return "", 0
	}
	for _, b := range breaks {
		n := len(b.inside)
		if len(v) >= n+2 && v[n+1] == shut && bytes.EqualFold(v[1:n+1], []byte(b.inside)) {
			return b.means, n + 2
		}
	}
	return "", 0
}

// mendScheme reads hxxp, hXXps or fxp at i, in front of a colon.
func mendScheme(text []byte, i int) (with string, n int) {
	if text[i]|0x20 != 'h' && text[i]|0x20 != 'f' || i > 0 && (text[i-1]|0x20)-'a' < 26 {
		return "", 0
	}
	for _, s := range schemes {
		rest := text[i:]
		if len(rest) > len(s.broken) && bytes.EqualFold(rest[:len(s.broken)], []byte(s.broken)) {
			if c := rest[len(s.broken)]; c == ':' || c == '[' || c == '(' {
				return s.means, len(s.broken)
			}
		}
	}
	return "", 0
}

var schemes = []struct{ broken, means string }{{"hxxps", "https"}, {"hxxp", "http"}, {"hxtps", "https"}, {"hxtp", "http"}, {"htxp", "http"}, {"fxp", "ftp"}}

func isBrokenScheme(before []byte) bool {
	for _, s := range schemes {
		if n := len(s.broken); len(before) >= n && bytes.EqualFold(before[len(before)-n:], []byte(s.broken)) {
			return true
		}
	}
	return false
}
