package syntax

// Salvage calls f with every comparison that can be read in a text, whether the whole is a pattern or not: old converters wrote placeholders,
// and names in double quotes, where the good comparisons beside them still say something. The comparison is good until f returns.
func Salvage(text string, f func(c *Comparison)) {
	p := parser{s: text, quiet: true}
	var c written
	for p.space(); p.i < len(p.s); p.space() {
		at := p.i
		switch b := p.s[at]; {
		case b == '\'': // a constant without a path: START t'…', or debris
			p.text()
		case !wordByte(b):
			p.i++
		default:
			p.comparison(&c)
			if p.fault == nil {
				f(&c.Comparison)
				continue
			}
			p.fault, p.i = nil, at+len(p.wordAt(at))
		}
	}
}
