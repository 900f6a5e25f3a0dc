package syntax

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// constant reads a constant (STIX 2.1 §9.2), if one comes next.
func (p *parser) constant() (Constant, bool) {
	p.space()
	c := Constant{At: p.i}
	switch rest := p.s[p.i:]; {
	case strings.HasPrefix(rest, "'"):
		c.Text = p.text()
		return c, true
	case len(rest) > 1 && rest[1] == '\'' && strings.IndexByte("thb", rest[0]) >= 0:
		p.quoted(&c)
		return c, true
	case p.keyword("true"):
		c.Kind, c.Text = Boolean, "true"
		return c, true
	case p.keyword("false"):
		c.Kind, c.Text = Boolean, "false"
		return c, true
	}
	kind, ok := p.number()
	c.Kind, c.Text = kind, strings.TrimPrefix(p.s[c.At:p.i], "+")
	return c, ok
}

// text reads a string constant: only the apostrophe and the backslash follow a backslash.
func (p *parser) text() string {
	p.i++
	from := p.i
	var b []byte // what stands before from, once there was a backslash
	for ; p.i < len(p.s); p.i++ {
		switch p.s[p.i] {
		case '\'':
			p.i++
			if b == nil {
				return p.s[from : p.i-1]
			}
			return string(append(b, p.s[from:p.i-1]...))
		case '\\':
			b = append(b, p.s[from:p.i]...)
			if p.i++; p.i >= len(p.s) || p.s[p.i] != '\'' && p.s[p.i] != '\\' {
				p.fail("§9.2", "only an apostrophe or a backslash follows a backslash")
				return ""
			}
			from = p.i
		}
	}
	p.fail("§9.2", "a string constant is not closed")
	return ""
}

// quoted reads a constant that begins with t, h or b before the quotes.
func (p *parser) quoted(c *Constant) {
	letter := p.s[p.i]
	p.i++
	end := strings.IndexByte(p.s[p.i+1:], '\'')
	if end < 0 {
		p.fail("§9.2", "a constant is not closed")
		return
	}
	s := p.s[p.i+1 : p.i+1+end]
	var ok bool
	switch letter {
	case 't':
		c.Kind = Timestamp
		c.Time, ok = ParseInstant(s)
	case 'h':
		c.Kind = Hex
		raw, err := hex.DecodeString(s)
		c.Text, ok = string(raw), err == nil
	case 'b': // line feeds inside are ignored
		c.Kind = Binary
		raw, err := base64.StdEncoding.DecodeString(s)
		c.Text, ok = string(raw), err == nil
	}
	if !ok {
		p.fail("§9.2", "a malformed constant %c'%s'", letter, clip(s))
		return
	}
	p.i += end + 2
}

// clip shortens what an error quotes.
func clip(s string) string {
	if len(s) <= 60 {
		return s
	}
	cut := 60
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// number reads an integer or a float: digits before the point may be missing, those behind it not.
func (p *parser) number() (Kind, bool) {
	i := p.i
	if i < len(p.s) && (p.s[i] == '-' || p.s[i] == '+') {
		i++
	}
	whole := digits(p.s, i)
	if whole < len(p.s) && p.s[whole] == '.' {
		if end := digits(p.s, whole+1); end > whole+1 {
			p.i = end
			return Float, true
		}
	}
	if whole == i || whole > i+1 && p.s[i] == '0' {
		return 0, false
	}
	p.i = whole
	return Integer, true
}

// digits returns where the digits that begin at i end.
func digits(s string, i int) int {
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

func wordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_'
}

// reserved says whether a word is a keyword (STIX 2.1 §9.4), or one of those that the grammar of OASIS reserves as well.
func reserved(word string) bool {
	switch word {
	case "AND", "OR", "NOT", "FOLLOWEDBY", "LIKE", "MATCHES", "ISSUPERSET", "ISSUBSET", "EXISTS", "LAST", "IN", "START", "STOP", "SECONDS",
		"true", "false", "WITHIN", "REPEATS", "TIMES":
		return true
	}
	return false
}

// keyword passes word when it comes next.
func (p *parser) keyword(word string) bool {
	p.space()
	rest := p.s[p.i:]
	if !strings.HasPrefix(rest, word) || len(rest) > len(word) && (wordByte(rest[len(word)]) || rest[len(word)] == '-') {
		return false
	}
	p.i += len(word)
	return true
}

func (p *parser) wantWord(word string) {
	if !p.keyword(word) {
		p.fail("§9.5.1", "%s is missing", word)
	}
}

// mark passes the character b when it comes next.
func (p *parser) mark(b byte) bool {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == b {
		p.i++
		return true
	}
	return false
}

func (p *parser) want(b byte, section string) {
	if !p.mark(b) {
		p.fail(section, "%c is missing", b)
	}
}

// space passes white space (STIX 2.1 §9.4) and comments.
func (p *parser) space() {
	for p.i < len(p.s) {
		b := p.s[p.i]
		switch {
		case b == ' ' || b >= '\t' && b <= '\r':
			p.i++
		case b == '/':
			if !p.comment() {
				return
			}
		case b < utf8.RuneSelf:
			return
		default:
			r, n := utf8.DecodeRuneInString(p.s[p.i:])
			if !unicode.IsSpace(r) {
				return
			}
			p.i += n
		}
	}
}

// comment passes a comment, if one begins here.
func (p *parser) comment() bool {
	rest := p.s[p.i:]
	switch {
	case strings.HasPrefix(rest, "//"):
		p.i += len(rest)
		if end := strings.IndexAny(rest, "\r\n"); end >= 0 {
			p.i += end - len(rest)
		}
	case strings.HasPrefix(rest, "/*"):
		end := strings.Index(rest[2:], "*/")
		if end < 0 {
			p.fail("§9.4", "a comment is not closed")
			return false
		}
		p.i += end + 4
	default:
		return false
	}
	return true
}
