package match

import "iter"

// All goes through the values gathered and, for each, the claims about it. Values that only replaced versions named are left out.
func (b *Builder) All() iter.Seq2[Value, []Claim] {
	return func(yield func(Value, []Claim) bool) {
		c := b.c
		for n := range uint32(c.table.len()) {
			class, r, key := c.table.value(n)
			var said []Claim
			c.table.about(n, func(claim uint32) { said = c.current(said, claim) })
			if len(said) > 0 && !yield(Value{Class: class, rule: r, key: string(key)}, said) {
				return
			}
		}
		for p, about := range c.nets.All() {
			var said []Claim
			for _, claim := range about {
				said = c.current(said, claim)
			}
			if len(said) > 0 && !yield(Value{Class: Network, net: p}, said) {
				return
			}
		}
	}
}

// current appends a claim to others unless it was retired, or is that of a pattern of which the value is only a part.
func (c *core) current(said []Claim, n uint32) []Claim {
	if c.never(n) || c.compounds[n] != nil {
		return said
	}
	return append(said, c.claims.get(n))
}

// Compounds goes through the patterns gathered that no single value satisfies.
func (b *Builder) Compounds() iter.Seq2[*Compound, Claim] {
	return func(yield func(*Compound, Claim) bool) {
		for n, p := range b.c.compounds {
			if !b.c.never(n) && !yield(p, b.c.claims.get(n)) {
				return
			}
		}
	}
}

// Entries are the values gathered, by claim, as Update takes them.
func (b *Builder) Entries() []Entry {
	var out []Entry
	place := map[Claim]int{}
	for v, said := range b.All() {
		for _, c := range said {
			n, ok := place[c]
			if !ok {
				n = len(out)
				place[c] = n
				out = append(out, Entry{Claim: c})
			}
			out[n].Values = append(out[n].Values, v)
		}
	}
	for p, c := range b.Compounds() {
		out = append(out, Entry{Claim: c, Compound: p})
	}
	return out
}
