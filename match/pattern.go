package match

import (
	"strings"

	"threatwatch/pattern/syntax"
)

// patternValues returns the values that a pattern compares for equality, membership or being in a network. Whole says that seeing any one
// of them is all that the pattern asks.
func patternValues(p *syntax.Pattern) (vs []Value, whole bool) {
	w := valueWalk{whole: true}
	w.expr(p.Root)
	return w.vs, w.whole
}

type valueWalk struct {
	vs    []Value
	whole bool
}

func (w *valueWalk) expr(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.Observation:
		w.cond(x.Cond)
	case *syntax.Combination:
		w.whole = w.whole && x.Op == syntax.Or
		for _, y := range x.Operands {
			w.expr(y)
		}
	case *syntax.Qualified:
		w.whole = false
		w.expr(x.X)
	}
}

func (w *valueWalk) cond(c syntax.Cond) {
	switch c := c.(type) {
	case *syntax.Junction:
		w.whole = w.whole && c.Op == syntax.Or
		for _, y := range c.Operands {
			w.cond(y)
		}
	case *syntax.Comparison:
		w.comparison(c)
	}
}

func (w *valueWalk) comparison(c *syntax.Comparison) {
	class, known := classOfPath(&c.Path)
	if c.Not || !known || c.Op != syntax.Equal && c.Op != syntax.In && c.Op != syntax.IsSubset {
		w.whole = false
		return
	}
	for _, a := range c.Args {
		v, ok := Canon(class, Refang(a.Text))
		if !ok && (class == Address || class == Domain) {
			v, ok = Guess(a.Text) // the other of the two, as in some published bundles
		}
		if !ok {
			w.whole = false
			continue
		}
		w.vs = append(w.vs, v)
	}
}

// classOfPath says which class of values an object path leads to (STIX 2.1 §6 and §9.7).
func classOfPath(p *syntax.Path) (Class, bool) {
	last := ""
	if n := len(p.Steps); n > 0 {
		last = strings.ToLower(p.Steps[n-1].Name)
	}
	text := strings.ToLower(p.String())
	switch {
	case strings.Contains(text, "hashes"):
		return Digest, true
	case strings.Contains(last, "ja3") || strings.HasPrefix(handshakeOf(p), "ja3"):
		return Digest, true
	case strings.Contains(last, "ja4") || strings.HasPrefix(handshakeOf(p), "ja4"):
		return JA4, true
	case last == "user-agent" || strings.HasPrefix(p.Type, "user-agent") || p.Type == "x-user-agent":
		return UserAgent, true
	}
	switch p.Type + ":" + last {
	case "ipv4-addr:value", "ipv6-addr:value":
		return Address, len(p.Steps) == 1
	case "domain-name:value", "hostname:value", "x-hostname:value":
		if len(p.Steps) > 1 { // resolves_to_refs
			return Address, true
		}
		return Domain, true
	case "url:value":
		return URL, true
	case "network-traffic:value":
		return Address, true
	case "network-traffic:request_value":
		return URL, true
	case "email-addr:value", "email-message:value":
		return Email, true
	case "file:name", "process:name":
		return FileName, true
	case "file:path", "directory:path":
		return FilePath, true
	case "windows-registry-key:key":
		return RegistryKey, true
	}
	return 0, false
}
