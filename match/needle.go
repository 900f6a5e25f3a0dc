package match

import (
	"regexp/syntax"
	"strings"

	"threatwatch/logs"
)

// needle is a text, in lower case and ASCII, that fields of some kinds must contain.
type needle struct {
	text  string
	kinds kindSet
}

// gram is how many bytes of a needle are looked for first, its last ones.
const gram = 3

// needles finds which of many texts stand in a value: a bit for each gram there is, then a look at what ends so.
type needles struct {
	kinds kindSet // of all
	bits  [1 << 16 / 64]uint64
	by    map[uint32][]needleOf
}

type needleOf struct {
	needle
	claim uint32
}

func (n *needles) add(x needle, claim uint32) {
	if n.by == nil {
		n.by = map[uint32][]needleOf{}
	}
	n.kinds |= x.kinds
	t := x.text[len(x.text)-gram:]
	g := uint32(t[0])<<16 | uint32(t[1])<<8 | uint32(t[2])
	n.by[g] = append(n.by[g], needleOf{x, claim})
	b := bitOf(g)
	n.bits[b/64] |= 1 << (b % 64)
}

func bitOf(g uint32) uint32 { return g * 0x9e3779b1 >> 16 }

// find calls f with the claim of each needle that stands in a folded value.
func (n *needles) find(k logs.Kind, folded []byte, f func(claim uint32)) {
	g := uint32(0)
	for i, c := range folded {
		g = (g<<8 | uint32(c)) & 0xffffff
		b := bitOf(g)
		if n.bits[b/64]>>(b%64)&1 == 0 || i < gram-1 {
			continue
		}
		for _, x := range n.by[g] {
			if x.kinds.has(k) && i+1 >= len(x.text) && string(folded[i+1-len(x.text):i+1]) == x.text {
				f(x.claim)
			}
		}
	}
}

// fold is what needles are looked for in: the value as its object has it.
func (m *Matcher) fold(v []byte) []byte {
	m.folded = folded(m.folded, spell(m.f.Kind, v, m.spelled[:0]))
	return m.folded
}

// longestASCII is the longest part of a text without other characters.
func longestASCII(s string) (best string) {
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r >= 0x80 }) {
		if len(part) > len(best) {
			best = part
		}
	}
	return best
}

// likeTexts is the longest text that LIKE asks for, its wildcards left out.
func likeTexts(operand string) []string {
	best := ""
	for _, part := range strings.FieldsFunc(operand, func(r rune) bool { return r == '%' || r == '_' }) {
		if part = longestASCII(part); len(part) > len(best) {
			best = part
		}
	}
	return []string{best}
}

// maxAlternatives bounds the texts of one expression.
const maxAlternatives = 64

// regexTexts are texts of which an expression asks for one at least; nil where none is sure.
func regexTexts(expr string) []string {
	re, err := syntax.Parse(expr, syntax.Perl|syntax.DotNL)
	if err != nil {
		return nil // for the other engine
	}
	return textsOf(re)
}

func textsOf(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{longestASCII(literalOf(re))}
	case syntax.OpCapture, syntax.OpPlus:
		return textsOf(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return textsOf(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if t := textsOf(sub); shortest(t) > shortest(best) {
				best = t
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			t := textsOf(sub)
			if t == nil || len(all)+len(t) > maxAlternatives {
				return nil
			}
			all = append(all, t...)
		}
		return all
	}
	return nil
}

// literalOf is a literal in which what has other cases than ASCII's is no ASCII: an s may stand for ſ.
func literalOf(re *syntax.Regexp) string {
	s := string(re.Rune)
	if re.Flags&syntax.FoldCase != 0 {
		s = strings.NewReplacer("s", "ſ", "S", "ſ").Replace(s)
	}
	return s
}

func shortest(texts []string) int {
	if len(texts) == 0 {
		return 0
	}
	n := len(texts[0])
	for _, t := range texts {
		n = min(n, len(t))
	}
	return n
}
