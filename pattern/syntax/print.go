package syntax

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
)

// String writes a pattern in the one form its tree has: parsing the text gives the same tree.
func (p *Pattern) String() string {
	b := printer{v20: p.V20}
	b.expr(p.Root)
	return b.String()
}

// String writes a comparison as it stands in a pattern.
func (c *Comparison) String() string {
	var b printer
	b.comparison(c)
	return b.String()
}

// String writes a path as it stands in a pattern.
func (p Path) String() string {
	var b printer
	b.path(p)
	return b.String()
}

// String writes a constant as it stands in a pattern.
func (c Constant) String() string {
	var b printer
	b.constant(c)
	return b.String()
}

type printer struct {
	strings.Builder
	v20 bool
}

func (b *printer) expr(x Expr) {
	switch x := x.(type) {
	case *Observation:
		b.WriteByte('[')
		b.cond(x.Cond)
		b.WriteByte(']')
	case *Combination:
		for i, o := range x.Operands {
			if i > 0 {
				b.WriteString(" " + x.Op.String() + " ")
			}
			inner, ok := o.(*Combination)
			b.parentheses(ok && inner.Op >= x.Op, func() { b.expr(o) })
		}
	case *Qualified:
		_, plain := x.X.(*Observation)
		b.parentheses(!plain, func() { b.expr(x.X) })
		for _, q := range x.Qualifiers {
			b.qualifier(q)
		}
	}
}

func (b *printer) parentheses(needed bool, inside func()) {
	if needed {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	inside()
}

func (b *printer) qualifier(q Qualifier) {
	switch q.Kind {
	case Repeats:
		b.WriteString(" REPEATS " + strconv.Itoa(q.Times) + " TIMES")
	case Within:
		b.WriteString(" WITHIN " + q.Seconds + " SECONDS")
	case StartStop:
		before := "t'"
		if b.v20 {
			before = "'"
		}
		b.WriteString(" START " + before + q.Start.String() + "' STOP " + before + q.Stop.String() + "'")
	}
}

func (b *printer) cond(c Cond) {
	switch c := c.(type) {
	case *Comparison:
		b.comparison(c)
	case *Junction:
		for i, o := range c.Operands {
			if i > 0 {
				b.WriteString(" " + c.Op.String() + " ")
			}
			inner, ok := o.(*Junction)
			b.parentheses(ok && inner.Op >= c.Op, func() { b.cond(o) })
		}
	}
}

func (b *printer) comparison(c *Comparison) {
	if c.Op == Exists {
		if c.Not {
			b.WriteString("NOT ")
		}
		b.WriteString("EXISTS ")
		b.path(c.Path)
		return
	}
	b.path(c.Path)
	if c.Not {
		b.WriteString(" NOT")
	}
	b.WriteString(" " + c.Op.String() + " ")
	if c.Op != In {
		b.constant(c.Args[0])
		return
	}
	b.WriteByte('(')
	for i, k := range c.Args {
		if i > 0 {
			b.WriteString(", ")
		}
		b.constant(k)
	}
	b.WriteByte(')')
}

func (b *printer) path(p Path) {
	b.WriteString(p.Type)
	for i, s := range p.Steps {
		switch {
		case s.Item && s.Index == Any:
			b.WriteString("[*]")
			continue
		case s.Item:
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
			continue
		case i == 0:
			b.WriteByte(':')
		default:
			b.WriteByte('.')
		}
		if plainName(s.Name) {
			b.WriteString(s.Name)
		} else {
			b.text(s.Name)
		}
	}
}

// plainName says whether a name needs no quotes.
func plainName(s string) bool {
	for i := range len(s) {
		if !wordByte(s[i]) {
			return false
		}
	}
	return s != "" && (s[0] < '0' || s[0] > '9') && !reserved(s)
}

func (b *printer) constant(c Constant) {
	switch c.Kind {
	case String:
		b.text(c.Text)
	case Integer, Float, Boolean:
		b.WriteString(c.Text)
	case Timestamp:
		b.WriteString("t'" + c.Time.String() + "'")
	case Hex:
		b.WriteString("h'" + hex.EncodeToString([]byte(c.Text)) + "'")
	case Binary:
		b.WriteString("b'" + base64.StdEncoding.EncodeToString([]byte(c.Text)) + "'")
	}
}

var escaper = strings.NewReplacer(`\`, `\\`, `'`, `\'`)

func (b *printer) text(s string) {
	b.WriteByte('\'')
	_, _ = escaper.WriteString(b, s)
	b.WriteByte('\'')
}

// Print writes a condition as it stands in brackets.
func Print(c Cond) string {
	var b printer
	b.cond(c)
	return b.String()
}
