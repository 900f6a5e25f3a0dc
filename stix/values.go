package stix

import (
	"slices"
	"strings"
)

// Values lists what the object can be found by, as canonical "class:value", sorted and each once: the values of observables, every
// constant that a STIX pattern compares for equality or membership, identifiers in external references. Patterns of other languages
// (YARA, Sigma, Snort) are text and give none.
func (o *Object) Values() []string {
	c := collector{out: make([]string, 0, 8)}
	switch o.Type {
	case "indicator":
		if t := o.Root.Get("pattern_type"); t == nil || strings.EqualFold(t.Text(), "stix") {
			c.pattern(o.Root.Get("pattern").Text())
		}
	case "observed-data":
		if objects := o.Root.Get("objects"); objects != nil { // STIX 2.0, deprecated in 2.1
			for i := range objects.Members {
				x := objects.Members[i].Value
				c.observable(x.Get("type").Text(), x)
			}
		}
	default:
		if !IsSDO(o.Type) && !IsSRO(o.Type) && !IsMeta(o.Type) {
			c.observable(o.Type, o.Root)
		}
	}
	c.external(o)
	return c.sorted()
}

// A collector gathers postings.
type collector struct{ out []string }

func (c *collector) add(posting string) {
	if posting != "" {
		c.out = append(c.out, posting)
	}
}

func (c *collector) sorted() []string {
	if len(c.out) == 0 {
		return nil
	}
	if len(c.out) == 1 {
		return c.out
	}
	slices.Sort(c.out)
	return slices.Compact(c.out)
}

// external takes identifiers out of external references, and the name of a vulnerability when it is a CVE.
func (c *collector) external(o *Object) {
	if o.Type == "vulnerability" {
		if name := o.Root.Get("name").Text(); isCVE(name) {
			c.add(canonical("cve", name))
		}
	}
	refs := o.Root.Get("external_references")
	if refs == nil {
		return
	}
	for _, r := range refs.Items {
		id := strings.TrimSpace(r.Get("external_id").Text())
		switch {
		case id == "" || len(id) > 250:
		case isCVE(id):
			c.add(canonical("cve", id))
		default:
			c.add(canonical("external-id", id))
		}
	}
}

// isCVE says whether s is CVE-yyyy-nnnn or longer.
func isCVE(s string) bool {
	if len(s) < 13 || len(s) > 24 || !strings.EqualFold(s[:4], "cve-") || s[8] != '-' {
		return false
	}
	return strings.Trim(s[4:8], "0123456789") == "" && strings.Trim(s[9:], "0123456789") == ""
}

// observable takes the values of one observable (STIX 2.1 §6).
func (c *collector) observable(typ string, v *Value) {
	for i := range v.Members {
		m := &v.Members[i]
		switch m.Value.Kind {
		case String, Number:
			if m.Name != "type" && m.Name != "id" {
				c.add(posting(typ, m.Name, m.Value.Str))
			}
		case Dict:
			switch m.Name {
			case "hashes":
				c.hashes(typ, m.Value)
			case "extensions":
				c.extensions(typ, m.Value)
			}
		case Array:
			if m.Name == "values" && typ == "windows-registry-key" {
				continue // names and data of registry values say little by themselves
			}
		}
	}
}

func (c *collector) hashes(typ string, v *Value) {
	for i := range v.Members {
		c.add(canonicalHash(hashPrefix(typ), v.Members[i].Name, v.Members[i].Value.Text()))
	}
}

// extensions takes what predefined extensions hold: the user agent of a request, the import hash of a program.
func (c *collector) extensions(typ string, v *Value) {
	if header := v.Get("http-request-ext").Get("request_header"); header != nil {
		for i := range header.Members {
			if m := &header.Members[i]; strings.EqualFold(m.Name, "user-agent") {
				c.add(canonical("user-agent", m.Value.Text()))
				for _, it := range m.Value.Strings() {
					c.add(canonical("user-agent", it))
				}
			}
		}
	}
	if pe := v.Get("windows-pebinary-ext"); pe != nil {
		c.add(canonicalHash("file-", "IMPHASH", pe.Get("imphash").Text()))
	}
}

// hashPrefix tells hashes of certificates from those of files and other payloads.
func hashPrefix(typ string) string {
	if typ == "x509-certificate" {
		return "x509-"
	}
	return "file-"
}

// posting returns the posting for a plain property of an observable, "" when that property is not one to look up.
func posting(typ, property, s string) string {
	switch typ {
	case "ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "mac-addr":
		if property == "value" {
			return canonical(typ, s)
		}
	case "hostname", "x-hostname":
		if property == "value" {
			return canonical("domain-name", s)
		}
	case "user-agent", "x-user-agent":
		if property == "value" {
			return canonical("user-agent", s)
		}
	case "autonomous-system":
		if property == "number" {
			return canonical(typ, s)
		}
	case "mutex":
		if property == "name" {
			return canonical("mutex", s)
		}
	case "windows-registry-key":
		if property == "key" {
			return canonical(typ, s)
		}
	case "file":
		if property == "name" {
			return canonical("file-name", s)
		}
	case "user-account":
		if property == "user_id" || property == "account_login" {
			return canonical("user-account", s)
		}
	case "artifact":
		if property == "url" {
			return canonical("url", s)
		}
	case "x509-certificate":
		if property == "serial_number" {
			return canonical("x509-serial", strings.ToLower(s))
		}
	default:
		if property == "value" && !IsSCO(typ) {
			return canonical(typ, s)
		}
	}
	return ""
}
