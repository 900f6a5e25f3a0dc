package stix

import (
	"encoding/hex"
	"strings"
)

// pattern takes the constants out of a STIX pattern: what stands after =, IN and ISSUBSET of a path that can be looked up. Negated
// comparisons, inequalities, LIKE and MATCHES give nothing. It is lenient: whether the pattern is one is said elsewhere, and what
// cannot be read is passed over.
func (c *collector) pattern(s string) {
	p := patternScan{s: s}
	for p.i < len(s) {
		switch b := s[p.i]; {
		case b == '\'':
			p.text() // a constant without a path: START t'…', or debris
		case isPathByte(b):
			p.comparison(c)
		default:
			p.i++
		}
	}
}

type patternScan struct {
	s string
	i int
}

func isPathByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '_'
}

// comparison reads type:path operator constant; a lone word is passed over.
func (p *patternScan) comparison(c *collector) {
	typ := p.word()
	if p.i >= len(p.s) || p.s[p.i] != ':' {
		return
	}
	p.i++
	path := p.path()
	if !p.operator() {
		return
	}
	p.space()
	if p.i < len(p.s) && p.s[p.i] == '(' {
		p.i++
		for p.i < len(p.s) && p.s[p.i] != ')' {
			switch p.s[p.i] {
			case ' ', '\t', '\n', '\r', ',':
				p.i++
				continue
			}
			from := p.i
			if s, ok := p.constant(); ok {
				c.compared(typ, path, s)
			}
			if p.i == from {
				return
			}
		}
		return
	}
	if s, ok := p.constant(); ok {
		c.compared(typ, path, s)
	}
}

func (p *patternScan) space() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t' || p.s[p.i] == '\n' || p.s[p.i] == '\r') {
		p.i++
	}
}

func (p *patternScan) word() string {
	from := p.i
	for p.i < len(p.s) && isPathByte(p.s[p.i]) {
		p.i++
	}
	return p.s[from:p.i]
}

// path reads the rest of an object path as it stands: dots, quoted steps, indexes.
func (p *patternScan) path() string {
	from := p.i
	for p.i < len(p.s) {
		switch b := p.s[p.i]; {
		case isPathByte(b) || b == '.' || b == '[' || b == ']' || b == '*':
			p.i++
		case b == '\'' || b == '"':
			end := strings.IndexByte(p.s[p.i+1:], b)
			if end < 0 {
				p.i = len(p.s)
				return p.s[from:]
			}
			p.i += end + 2
		default:
			return p.s[from:p.i]
		}
	}
	return p.s[from:]
}

// operator reads an operator and says whether its constants are values to look up.
func (p *patternScan) operator() bool {
	p.space()
	if p.i >= len(p.s) {
		return false
	}
	switch p.s[p.i] {
	case '=':
		for p.i < len(p.s) && p.s[p.i] == '=' {
			p.i++
		}
		return true
	case '!', '<', '>':
		p.i++
		if p.i < len(p.s) && (p.s[p.i] == '=' || p.s[p.i] == '>') {
			p.i++
		}
		return false
	}
	switch w := p.word(); {
	case strings.EqualFold(w, "IN"), strings.EqualFold(w, "ISSUBSET"):
		return true
	case strings.EqualFold(w, "NOT"):
		p.operator()
	}
	return false
}

// constant reads 'text', h'…' or a number or word; binary and timestamps are read and give nothing.
func (p *patternScan) constant() (string, bool) {
	if p.i >= len(p.s) {
		return "", false
	}
	b := p.s[p.i]
	if b == '\'' {
		return p.text()
	}
	if p.i+1 < len(p.s) && p.s[p.i+1] == '\'' && (b == 'h' || b == 'b' || b == 't') {
		p.i++
		s, ok := p.text()
		if b != 'h' || !ok {
			return "", false
		}
		raw, err := hex.DecodeString(s)
		return string(raw), err == nil
	}
	w := p.word()
	return w, w != ""
}

// text reads a string constant; a backslash takes the next character as it is (STIX 2.1 §9.2).
func (p *patternScan) text() (string, bool) {
	p.i++
	from := p.i
	for p.i < len(p.s) && p.s[p.i] != '\'' && p.s[p.i] != '\\' {
		p.i++
	}
	if p.i < len(p.s) && p.s[p.i] == '\'' {
		p.i++
		return p.s[from : p.i-1], true
	}
	b := []byte(p.s[from:p.i])
	for p.i < len(p.s) {
		switch ch := p.s[p.i]; {
		case ch == '\'':
			p.i++
			return string(b), true
		case ch == '\\' && p.i+1 < len(p.s):
			b = append(b, p.s[p.i+1])
			p.i += 2
		default:
			b = append(b, ch)
			p.i++
		}
	}
	return "", false
}

// compared takes one constant that path of an observable type is compared with.
func (c *collector) compared(typ, path, s string) {
	if strings.IndexByte(path, '.') < 0 {
		c.add(posting(typ, path, s))
		return
	}
	if i := strings.Index(path, "hashes."); i == 0 || i > 0 && path[i-1] == '.' {
		prefix := hashPrefix(typ)
		if i > 0 { // image_ref.hashes: the file behind a reference
			prefix = "file-"
		}
		c.add(canonicalHash(prefix, unquote(path[i+len("hashes."):]), s))
		return
	}
	last := unquote(path[strings.LastIndexByte(path, '.')+1:])
	switch {
	case strings.EqualFold(last, "User-Agent"), strings.HasSuffix(strings.ToLower(path), "user-agent'[0]"), strings.HasSuffix(strings.ToLower(path), "user-agent'[*]"):
		c.add(canonical("user-agent", s))
	case last == "imphash":
		c.add(canonicalHash("file-", "IMPHASH", s))
	case last == "value":
		c.add(referenced(path, s))
	case last == "number" && strings.HasPrefix(path, "belongs_to_refs"):
		c.add(canonical("autonomous-system", s))
	case last == "name" && (strings.HasPrefix(path, "image_ref.") || strings.HasPrefix(path, "binary_ref.") || strings.HasPrefix(path, "body_multipart")):
		c.add(canonical("file-name", s))
	}
}

// referenced takes the value of an observable behind a reference: an address, a name or a mail address, by its property and its looks.
func referenced(path, s string) string {
	first, _, _ := strings.Cut(path, ".")
	first, _, _ = strings.Cut(first, "[")
	switch first {
	case "from_ref", "sender_ref", "to_refs", "cc_refs", "bcc_refs":
		return canonical("email-addr", s)
	case "src_ref", "dst_ref", "resolves_to_refs":
		if m := canonical("mac-addr", s); m != "" && strings.Count(s, ":") == 5 {
			return m
		}
		return canonical("domain-name", s)
	}
	return ""
}

func unquote(s string) string {
	if n := len(s); n >= 2 && (s[0] == '\'' && s[n-1] == '\'' || s[0] == '"' && s[n-1] == '"') {
		return s[1 : n-1]
	}
	return s
}
