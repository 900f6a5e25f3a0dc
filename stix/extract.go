package stix

import (
	"strings"

	"threatwatch/pattern/syntax"
)

// pattern takes the constants out of a STIX pattern: what stands after =, IN and ISSUBSET of a path that can be looked up. Negated
// comparisons, inequalities, LIKE and MATCHES give nothing. It is lenient: whether the pattern is one is said elsewhere, and what
// cannot be read is passed over.
func (c *collector) pattern(s string) {
	syntax.Salvage(s, func(x *syntax.Comparison) {
		if x.Not || x.Op != syntax.Equal && x.Op != syntax.In && x.Op != syntax.IsSubset {
			return
		}
		for i := range x.Args {
			if k := &x.Args[i]; k.Kind != syntax.Timestamp && k.Kind != syntax.Binary {
				c.compared(x.Path.Type, x.Path.Steps, k.Text)
			}
		}
	})
}

// compared takes one constant that a path of an observable type is compared with.
func (c *collector) compared(typ string, path []syntax.Step, s string) {
	last := path[len(path)-1].Name
	if len(path) == 1 {
		c.add(posting(typ, last, s))
		return
	}
	first, before := path[0].Name, path[len(path)-2].Name
	switch {
	case last == "": // an item of a list
		if strings.HasSuffix(strings.ToLower(before), "user-agent") {
			c.add(canonical("user-agent", s))
		}
	case before == "hashes":
		prefix := hashPrefix(typ)
		if len(path) > 2 { // image_ref.hashes: the file behind a reference
			prefix = "file-"
		}
		c.add(canonicalHash(prefix, last, s))
	case strings.EqualFold(last, "User-Agent"):
		c.add(canonical("user-agent", s))
	case last == "imphash":
		c.add(canonicalHash("file-", "IMPHASH", s))
	case last == "value":
		c.add(referenced(first, s))
	case last == "number" && first == "belongs_to_refs":
		c.add(canonical("autonomous-system", s))
	case last == "name" && (first == "image_ref" || first == "binary_ref" || first == "body_multipart"):
		c.add(canonical("file-name", s))
	}
}

// referenced takes the value of an observable behind a reference: an address, a name or a mail address, by its property and its looks.
func referenced(ref, s string) string {
	switch ref {
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
