package match

import (
	"strings"

	"threatwatch/logs"
	"threatwatch/pattern/syntax"
)

// adapt brings what people write for one thing to one path: STIX leaves some open, and published patterns are not exact about others.
func adapt(c *syntax.Comparison) {
	p := &c.Path
	if name := handshakeOf(p); name != "" {
		p.Type, p.Steps = "network-traffic", []syntax.Step{{Name: "extensions"}, {Name: "tls-ext"}, {Name: name}}
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		before := ""
		if i > 0 {
			before = p.Steps[i-1].Name
		}
		switch {
		case s.Item && before == "protocols":
			s.Index = syntax.Any // the order is that of the log
		case s.Item:
		case p.Type == "process" && s.Name == "binary_ref": // STIX 2.0
			s.Name = "image_ref"
		case before == "hashes":
			s.Name = algorithmOf(s.Name)
		case before == "request_header", before == "additional_header_fields": // without case, RFC 9110 §5.1, RFC 5322 §1.2.2
			s.Name = headerOf(s.Name)
		}
	}
	s, ok := spokenOf(p)
	if !ok || !s.number {
		return
	}
	for i := range c.Args { // published bundles have ports as text
		if a := &c.Args[i]; a.Kind == syntax.String && c.Op != syntax.Like && c.Op != syntax.Matches {
			if text := spell(logs.Port, []byte(a.Text), nil); text != nil {
				a.Kind, a.Text = syntax.Integer, string(text)
			}
		}
	}
}

// handshakeOf says which fingerprint of a TLS handshake a path means, "" for none: ja3, ja3s, ja4, ja4s. STIX has no place for them. Most write an extension
// tls-ext of network-traffic with ja3, ja3_hash and so on, others a property or an object of their own.
func handshakeOf(p *syntax.Path) string {
	names := []string{p.Type}
	for _, s := range p.Steps {
		if !s.Item {
			names = append(names, s.Name)
		}
	}
	last := len(names) - 1
	if names[last] == "value" || names[last] == "hash" || names[last] == "md5" || names[last] == "fingerprint" {
		last--
	}
	for word := range strings.FieldsFuncSeq(strings.ToLower(names[max(last, 0)]), func(r rune) bool { return r == '_' || r == '-' || r == '.' }) {
		switch word {
		case "ja3", "ja3s", "ja4", "ja4s":
			return word
		case "ja3hash":
			return "ja3"
		case "ja3shash":
			return "ja3s"
		}
	}
	return ""
}

// algorithmOf is the name of a hash as objects have it (STIX 2.1 §10.5): MD5, SHA-1, SHA-256.
func algorithmOf(name string) string {
	plain := strings.NewReplacer("-", "", "_", "").Replace(strings.ToUpper(name))
	for _, n := range digestNames {
		if strings.ReplaceAll(n, "-", "") == plain {
			return n
		}
	}
	return name
}

// headerOf is the name of a header field as objects have it.
func headerOf(name string) string {
	plain := strings.ReplaceAll(name, "_", "-")
	for _, n := range []string{"Host", "Referer", "User-Agent", "X-Mailer"} {
		if strings.EqualFold(n, plain) {
			return n
		}
	}
	return name
}

// respellFact brings a text that facts are compared with to the spelling of objects.
func respellFact(c *syntax.Comparison, a *syntax.Constant, k logs.Kind) {
	switch c.Op {
	case syntax.Equal, syntax.NotEqual, syntax.In:
		if text := spell(k, []byte(a.Text), nil); text != nil && a.Text != "" {
			a.Text = string(text)
		}
		if steps := c.Path.Steps; k == logs.Login && len(steps) > 1 && c.Op != syntax.NotEqual { // what refers to an account refers to the name alone
			a.Text = a.Text[strings.LastIndexByte(a.Text, '\\')+1:]
		}
	case syntax.Like:
		if lowerCase.has(k) {
			a.Text = strings.ToLower(a.Text)
		}
	case syntax.Matches:
		if lowerCase.has(k) {
			a.Text = "(?i)" + a.Text
		}
	}
}

// lowerCase is the kinds of facts that objects have in lower case.
var lowerCase = kindsOf(logs.Protocol, logs.Method, logs.HTTPVersion, logs.Serial, logs.MAC, logs.Copy)
