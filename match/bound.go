package match

import (
	"strconv"
	"strings"

	"threatwatch/logs"
	"threatwatch/pattern/syntax"
)

// A bound is what a number of a record must keep to, so that a pattern which only says how large something is need not be tried on every record that has
// such a number.
type bound struct {
	kind  logs.Kind
	side  logs.Role // Source, Destination, or Seen where it does not matter
	least bool      // limit is the least, not the most
	limit float64
}

// boundOf is the bound of a comparison that orders numbers. Under NOT the order turns around: what is asked is one number that it does not hold of.
func boundOf(c *syntax.Comparison, s spoken) (b bound, ok bool) {
	if !s.number || c.Op < syntax.Less || c.Op > syntax.GreaterEqual || c.Args[0].Kind != syntax.Integer && c.Args[0].Kind != syntax.Float {
		return b, false
	}
	if b.kind, ok = s.fact(); !ok {
		return b, false
	}
	b.limit, _ = strconv.ParseFloat(c.Args[0].Text, 64) // one too large for it is infinite, which is right
	b.least = (c.Op >= syntax.Greater) != c.Not
	switch last := c.Path.Steps[len(c.Path.Steps)-1].Name; {
	case strings.HasPrefix(last, "src_"):
		b.side = logs.Source
	case strings.HasPrefix(last, "dst_"):
		b.side = logs.Destination
	}
	return b, true
}

// admits says whether a field may keep to the bound. Numbers are compared as floats, which never turns their order around, so that only what equals the limit
// may pass without keeping to it.
func (b *bound) admits(f *logs.Field, n float64) bool {
	switch {
	case b.side == logs.Destination && f.Role != logs.Destination, b.side == logs.Source && f.Role == logs.Destination:
		return false
	case b.least:
		return n >= b.limit
	}
	return n <= b.limit
}

// boundOn is a bound of a pattern.
type boundOn struct {
	bound
	claim uint32
}

// tryBounds finds compounds by numbers that keep to their bounds.
func (m *Matcher) tryBounds(l *layer) {
	said := m.rec.Facts()
	for i := range said {
		m.f = &said[i]
		on := l.bounds[m.f.Kind]
		if len(on) == 0 || len(m.f.Value) > maxValue {
			continue
		}
		n, ok := numberOf(m.f.Kind, m.f.Value)
		for k := range on {
			if ok && on[k].admits(m.f, float64(n)) {
				m.consider(l, on[k].claim)
			}
		}
	}
}
