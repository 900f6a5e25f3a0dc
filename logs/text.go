package logs

import (
	"bytes"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/net/publicsuffix"
)

// textScanner takes every line for text.
type textScanner struct{ at *target }

var anyText = &target{form: textForm, path: "text"}

// Scan reads one line.
func (s textScanner) Scan(entry []byte, r *Record) error {
	r.reset()
	r.Time = r.textTime(entry)
	r.takeText(s.at, entry)
	return nil
}

// asText reads an entry that is not of its log's format as text, and returns why it is not.
func (r *Record) asText(entry []byte, why error) error {
	r.reset()
	r.Time = r.textTime(entry)
	r.takeText(anyText, entry)
	return why
}

// restAsText reads what follows behind a fault as text.
func (r *Record) restAsText(rest []byte, fault error) error {
	if fault != nil {
		r.takeText(anyText, rest)
	}
	return fault
}

// textTime returns the time of a line: that which it begins with, the first that web servers and clouds put behind other words, or one that has a name.
func (r *Record) textTime(line []byte) []byte {
	if t := leadingTime(line); t != nil {
		if _, ok := when(t, time.Now); ok {
			return t
		}
	}
	head := line[:min(len(line), maxTextTime)]
	for i := bytes.IndexByte(head, ' '); i >= 0 && i+20 < len(head); {
		v := head[i+1:]
		if v[0] == '[' {
			v = v[1:]
		}
		if isTimeAt(v) {
			return v[:min(len(v), 40)]
		}
		next := bytes.IndexByte(head[i+1:], ' ')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	if t := r.keyedTime(line); t != nil {
		return t
	}
	return leadingTime(line)
}

// maxTextTime is how far into a line its time begins at most.
const maxTextTime = 160

// isTimeAt reports whether 2026-03-01T10:00:00 or 01/Mar/2026:10:00:00 stands at the start of v.
func isTimeAt(v []byte) bool {
	if len(v) < 19 || v[0]-'0' > 9 {
		return false
	}
	return v[4] == '-' && v[7] == '-' && v[10] == 'T' && v[13] == ':' || v[2] == '/' && v[6] == '/' && v[11] == ':' && v[14] == ':'
}

// leadingTime returns the beginning of a line where that may be a time.
func leadingTime(line []byte) []byte {
	if len(line) > 0 && (line[0]-'0' <= 9 || line[0] == '[') {
		return line[:min(len(line), 40)]
	}
	return nil
}

// takeText finds addresses, domains, URLs, mailboxes and digests in running text. A text is cut into words of the letters that these may
// have, and each word is looked at for what it has in it; regular expressions for the same are twenty times slower.
func (r *Record) takeText(t *target, text []byte) {
	text = r.refang(text)
	for i := 0; i < len(text); {
		if wordByte[text[i]] == 0 {
			i++
			continue
		}
		from := i
		var seen uint8
		for i < len(text) && wordByte[text[i]] != 0 {
			seen |= wordByte[text[i]]
			i++
		}
		if seen&(hasDot|hasColon|hasAt) == 0 && i-from < 32 {
			continue
		}
		if text[i-1] == ':' && bytes.HasPrefix(text[i:], []byte("//")) {
			if end := urlEnd(text, from, i); end > 0 {
				start := schemeStart(text, from, i-1)
				r.add(URL, r.hinted(t, text, start, end), text[start:end])
				i = end
				continue
			}
		}
		r.word(t, text, from, i, seen)
	}
}

// What a byte makes of a word.
const (
	inWord = 1 << iota
	hasDot
	hasColon
	hasAt
	hasOther // a letter that is no hexadecimal digit, a hyphen, a letter beyond ASCII
)

var wordByte = func() (w [256]uint8) {
	for c := range 256 {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
			w[c] = inWord
		case c >= 'g' && c <= 'z', c >= 'G' && c <= 'Z', c == '-', c == '_', c == '+', c >= 0x80:
			w[c] = inWord | hasOther
		case c == '.':
			w[c] = inWord | hasDot
		case c == ':':
			w[c] = inWord | hasColon
		case c == '@':
			w[c] = inWord | hasAt
		}
	}
	return w
}()

// word reads one word, text[from:to], of what seen says.
func (r *Record) word(t *target, text []byte, from, to int, seen uint8) {
	whole := to - from
	for to > from && (text[to-1] == '.' || text[to-1] == ':' || text[to-1] == '-') && !bytes.HasSuffix(text[from:to], []byte("::")) {
		to--
	}
	for from < to && (text[from] == '.' || text[from] == '-' || text[from] == '@') {
		from++
	}
	v := text[from:to]
	if len(v) < whole { // a full stop at the end does not count
		seen = lettersOf(v)
	}
	switch {
	case len(v) < 3:
	case seen&hasAt != 0:
		if at := bytes.IndexByte(v, '@'); at > 0 && r.isDomain(v[at+1:]) {
			r.add(Email, r.hinted(t, text, from, to), v)
		}
	case seen&(hasOther|hasColon|hasDot) == 0:
		if n := len(v); n == 32 || n == 40 || n == 64 || n == 128 {
			r.add(Hash, r.hinted(t, text, from, to), v)
		}
	case seen&hasColon != 0:
		r.colons(t, text, from, to, seen)
	case isIPv4(v):
		r.add(Address, r.hinted(t, text, from, to), v)
	case afterSlash(text, from): // part of a path
	case r.isDomain(v):
		r.add(Domain, r.hinted(t, text, from, to), v)
	}
}

// lettersOf is what the bytes of a word make of it.
func lettersOf(v []byte) (seen uint8) {
	for _, c := range v {
		seen |= wordByte[c]
	}
	return seen
}

// colons reads a word with a colon: an IPv6 address, a host and its port, or several things in a row ("from:192.0.2.1:80").
func (r *Record) colons(t *target, text []byte, from, to int, seen uint8) {
	v := text[from:to]
	if seen&hasOther == 0 && isIPv6(v) {
		r.add(Address, r.hinted(t, text, from, to), v)
		return
	}
	for from < to {
		end := bytes.IndexByte(text[from:to], ':')
		if end < 0 {
			end = to - from
		}
		part := text[from : from+end]
		if bytes.IndexByte(part, '.') >= 0 || len(part) >= 32 {
			r.word(t, text, from, from+end, lettersOf(part))
		}
		from += end + 1
	}
}

// afterSlash reports whether a word is a part of a path, unless two slashes lead to a host.
func afterSlash(text []byte, i int) bool {
	return i > 0 && (text[i-1] == '\\' || text[i-1] == '/' && (i < 2 || text[i-2] != '/'))
}

func isIPv4(v []byte) bool {
	if len(v) < 7 || len(v) > 15 {
		return false
	}
	dots, digits, n := 0, 0, 0
	for _, c := range v {
		switch {
		case c == '.':
			if digits == 0 {
				return false
			}
			dots, digits, n = dots+1, 0, 0
		case c-'0' <= 9:
			digits++
			if n = n*10 + int(c-'0'); n > 255 {
				return false
			}
		default:
			return false
		}
	}
	return dots == 3 && digits > 0
}

func isIPv6(v []byte) bool {
	if len(v) > 45 || len(v) < 3 {
		return false
	}
	// Without a run of zeros there are seven colons, or six before an IPv4 address (RFC 4291 §2.2): the time of day has two.
	if n := bytes.Count(v, []byte(":")); n < 6 && !bytes.Contains(v, []byte("::")) {
		return false
	}
	a, err := netip.ParseAddr(unsafe.String(unsafe.SliceData(v), len(v)))
	return err == nil && a.Is6() && !a.IsUnspecified()
}

// isDomain reports whether v is a host name under a top-level domain that exists, so that invoice.doc is none. Names of files whose endings
// are top-level domains as well (setup.py, install.sh) pass.
func (r *Record) isDomain(v []byte) bool {
	if len(v) > 253 {
		return false
	}
	label, dots := 0, 0
	for i, c := range v {
		switch {
		case c == '.':
			if label == 0 || v[i-1] == '-' {
				return false
			}
			label, dots = 0, dots+1
		case c == '@' || c == ':' || c == '+' || c == '-' && label == 0:
			return false
		default:
			if label++; label > 63 {
				return false
			}
		}
	}
	if dots == 0 || label < 2 || v[len(v)-1]-'0' <= 9 || v[len(v)-1] == '-' {
		return false
	}
	return r.isTop(v[bytes.LastIndexByte(v, '.')+1:])
}

// maxTops is how many last labels a Record remembers.
const maxTops = 4096

// isTop looks a top-level domain up, each label once; names of Unicode are left to whoever compares them.
func (r *Record) isTop(label []byte) bool {
	var room [64]byte
	lower := room[:0]
	for _, c := range label {
		if c >= 0x80 {
			return true
		}
		if c-'A' < 26 {
			c |= 0x20
		}
		lower = append(lower, c)
	}
	if is, ok := r.tops[string(lower)]; ok {
		return is
	}
	name := string(lower)
	_, icann := publicsuffix.PublicSuffix(name)
	if r.tops == nil || len(r.tops) >= maxTops {
		r.tops = map[string]bool{}
	}
	r.tops[name] = icann
	return icann
}

// schemeStart goes back from the colon to the first letter of the scheme.
func schemeStart(text []byte, from, colon int) int {
	i := colon
	for i > from && (text[i-1]|0x20-'a' < 26 || text[i-1]-'0' <= 9 || text[i-1] == '+' || text[i-1] == '-' || text[i-1] == '.') {
		i--
	}
	for i < colon && text[i]|0x20-'a' >= 26 {
		i++
	}
	return i
}

// urlEnd returns the index after the URL whose "//" is at slashes, without the punctuation of the sentence around it; 0 when it is none.
func urlEnd(text []byte, from, slashes int) int {
	if schemeStart(text, from, slashes-1) >= slashes-1 {
		return 0
	}
	end := slashes + 2
	for end < len(text) && !urlStop[text[end]] {
		end++
	}
	for end > slashes+2 && endsSentence(text[slashes:end]) {
		end--
	}
	if end < slashes+5 {
		return 0
	}
	return end
}

// endsSentence reports whether the last byte belongs to the text around a URL: a full stop, or a bracket that was opened before.
func endsSentence(v []byte) bool {
	switch v[len(v)-1] {
	case '.', ',', ';', ':', '!', '?', '\'', '*':
		return true
	case ')':
		return bytes.IndexByte(v, '(') < 0
	case ']':
		return bytes.IndexByte(v, '[') < 0
	}
	return false
}

// urlStop holds the bytes that end a URL in text. RFC 3986 appendix C
var urlStop = func() [256]bool {
	s := set("\"<>`\\^{}| ")
	for c := range 0x20 {
		s[c] = true
	}
	s[0x7f] = true
	return s
}()
