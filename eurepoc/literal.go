package eurepoc

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"threatwatch"
)

// literal is what a cell holds that is written in the manner of Python: a text, None, or a list of literals.
type literal struct {
	text   string
	items  []literal
	isList bool
}

// maxDepth is how deep lists may lie in one another; the table needs two.
const maxDepth = 4

// parseLiteral reads a whole cell.
func parseLiteral(s string) (literal, error) {
	p := literalParser{rest: s}
	l, err := p.value(0)
	if err != nil {
		return literal{}, err
	}
	if p.rest != "" {
		return literal{}, p.bad("there is more after the end")
	}
	return l, nil
}

type literalParser struct{ rest string }

func (p *literalParser) bad(what string) error {
	return threatwatch.Errorf(threatwatch.Invalid, "%s at %.20q", what, p.rest)
}

func (p *literalParser) take(token string) bool {
	rest, ok := strings.CutPrefix(p.rest, token)
	p.rest = rest
	return ok
}

func (p *literalParser) value(depth int) (literal, error) {
	switch {
	case depth > maxDepth:
		return literal{}, p.bad("a list lies too deep")
	case p.take("None"):
		return literal{}, nil
	case p.take("["):
		return p.list(depth)
	case p.take("'"):
		return p.quoted('\'')
	case p.take(`"`):
		return p.quoted('"')
	}
	return literal{}, p.bad("neither list nor text nor None")
}

// list reads what follows an opening bracket.
func (p *literalParser) list(depth int) (literal, error) {
	l := literal{isList: true}
	if p.take("]") {
		return l, nil
	}
	for {
		item, err := p.value(depth + 1)
		if err != nil {
			return l, err
		}
		l.items = append(l.items, item)
		if p.take("]") {
			return l, nil
		}
		if !p.take(", ") {
			return l, p.bad("neither comma nor bracket")
		}
	}
}

// quoted reads what follows an opening quotation mark, up to the closing one.
func (p *literalParser) quoted(mark byte) (literal, error) {
	var b strings.Builder
	for p.rest != "" {
		if p.rest[0] == mark {
			p.rest = p.rest[1:]
			return literal{text: b.String()}, nil
		}
		if p.rest[0] != '\\' {
			_, n := utf8.DecodeRuneInString(p.rest)
			b.WriteString(p.rest[:n])
			p.rest = p.rest[n:]
			continue
		}
		// Python's escapes are Go's, but that both quotation marks may be escaped in either kind of text.
		if len(p.rest) > 1 && (p.rest[1] == '\'' || p.rest[1] == '"') {
			b.WriteByte(p.rest[1])
			p.rest = p.rest[2:]
			continue
		}
		r, _, rest, err := strconv.UnquoteChar(p.rest, mark)
		if err != nil {
			return literal{}, p.bad("no escape")
		}
		b.WriteRune(r) // \xe9 is the letter with that number, not a byte
		p.rest = rest
	}
	return literal{}, p.bad("a text has no end")
}

// texts reads a cell that holds a list of texts; an empty cell holds none.
func texts(cell string) ([]string, error) {
	if cell == "" {
		return nil, nil
	}
	l, err := parseLiteral(cell)
	if err != nil {
		return nil, err
	}
	return l.texts()
}

func (l literal) texts() ([]string, error) {
	if !l.isList {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%q is no list", l.text)
	}
	var list []string
	for _, item := range l.items {
		if item.isList {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "a list where a text belongs")
		}
		list = append(list, item.text)
	}
	return list, nil
}

// lists reads a cell that holds a list of lists of texts.
func lists(cell string) ([][]string, error) {
	if cell == "" {
		return nil, nil
	}
	l, err := parseLiteral(cell)
	if err != nil {
		return nil, err
	}
	if !l.isList {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%q is no list", l.text)
	}
	var all [][]string
	for _, item := range l.items {
		one, err := item.texts()
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// parts splits a cell that holds several values in one text. A semicolon within parentheses belongs to the value: "a ministry (M; Iran)".
func parts(cell string) []string {
	if cell == "" {
		return nil
	}
	var list []string
	depth, from := 0, 0
	for i := 0; i < len(cell); i++ {
		switch {
		case cell[i] == '(':
			depth++
		case cell[i] == ')':
			depth = max(0, depth-1)
		case depth == 0 && strings.HasPrefix(cell[i:], "; "):
			list = append(list, strings.TrimSpace(cell[from:i]))
			from = i + 2
		}
	}
	return append(list, strings.TrimSpace(cell[from:]))
}
