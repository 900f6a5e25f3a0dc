package stix

import (
	"strings"
	"unicode/utf8"
)

// nameLimit is how many bytes of a name lists show.
const nameLimit = 250

// Name is what lists call the object: its name or value, the first line of what it says, or what it connects.
func (o *Object) Name() string {
	r := o.Root
	if s := r.Get("name").Text(); s != "" {
		return oneLine(s)
	}
	switch o.Type {
	case "relationship":
		return oneLine(refType(r, "source_ref") + " " + r.Get("relationship_type").Text() + " " + refType(r, "target_ref"))
	case "sighting":
		return "sighting of " + refType(r, "sighting_of_ref")
	case "marking-definition":
		return markingName(o)
	case "observed-data":
		return "observed data"
	case "language-content":
		return "translation of " + refType(r, "object_ref")
	case "file", "artifact", "x509-certificate":
		if h := oneHash(r.hashes()); h != nil {
			return oneLine(h.Members[0].Name + " " + h.Members[0].Value.Text())
		}
	case "autonomous-system":
		if n, ok := r.Get("number").Int(); ok {
			return "AS" + NewInt(n).Str
		}
	case "network-traffic":
		return oneLine(strings.Join(r.Get("protocols").Strings(), " "))
	}
	for _, p := range []string{"value", "pattern", "abstract", "content", "opinion", "key", "path", "command_line", "display_name",
		"account_login", "user_id", "subject", "url", "product", "region", "country", "relationship_type", "description"} {
		if s := r.Get(p).Text(); s != "" {
			return oneLine(s)
		}
	}
	return ""
}

// hashes is the hashes property, an empty object when there is none.
func (v *Value) hashes() *Value {
	if h := v.Get("hashes"); h != nil {
		return h
	}
	return &Value{Kind: Dict}
}

func refType(root *Value, name string) string {
	typ, _ := SplitID(root.Get(name).Text())
	return typ
}

func markingName(o *Object) string {
	m := MarkingOf(o)
	switch {
	case m.TLP != nil:
		return "TLP:" + strings.ToUpper(m.TLP.String())
	case m.PAP != nil:
		return "PAP:" + strings.ToUpper(m.PAP.String())
	}
	return oneLine(m.Statement)
}

// oneLine is the first line of s that is not blank, cut at a character within the limit.
func oneLine(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = s[:i]
	}
	if len(s) <= nameLimit {
		return s
	}
	n := nameLimit
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// Text is what full text finds the object by, a line for each part: names, aliases, descriptions, labels, identifiers elsewhere, and
// the values that [Object.Values] lists.
func (o *Object) Text() string {
	b := make([]byte, 0, 1024)
	for i := range o.Root.Members {
		m := &o.Root.Members[i]
		switch m.Value.Kind {
		case String:
			if isTextName(m.Name) {
				b = appendLine(b, m.Value.Str)
			}
		case Array:
			b = appendList(b, m.Name, m.Value)
		case Dict:
			if m.Name == "definition" {
				b = appendLine(b, m.Value.Get("statement").Text())
			}
		}
	}
	for _, v := range o.Values() {
		if class, value, _ := strings.Cut(v, ":"); class != "external-id" && class != "cve" {
			b = appendLine(b, value)
		}
	}
	return string(b)
}

// isTextName says whether a property holds words that people search for.
func isTextName(name string) bool {
	switch name {
	case "name", "description", "abstract", "content", "explanation", "opinion", "objective", "product", "subject", "body",
		"display_name", "account_login", "user_id", "command_line", "path", "relationship_type", "region", "country", "city",
		"administrative_area", "street_address", "contact_information", "context", "result", "vendor", "cpe", "statement",
		"x_mitre_detection", "x_misp_comment", "x_opencti_description":
		return true
	}
	return false
}

// appendList adds the words of lists: aliases, labels, types and the like, and the external references.
func appendList(b []byte, name string, v *Value) []byte {
	switch name {
	case "aliases", "labels", "roles", "goals", "secondary_motivations", "sectors", "x_mitre_aliases", "x_mitre_platforms",
		"x_mitre_contributors", "x_opencti_aliases", "authors", "tool_types", "malware_types", "threat_actor_types",
		"infrastructure_types", "indicator_types", "report_types":
		for _, it := range v.Items {
			b = appendLine(b, it.Text())
		}
	case "external_references":
		for _, it := range v.Items {
			b = appendLine(b, it.Get("external_id").Text())
			b = appendLine(b, it.Get("description").Text())
		}
	}
	return b
}

func appendLine(b []byte, s string) []byte {
	if s == "" {
		return b
	}
	if len(b) > 0 {
		b = append(b, '\n')
	}
	return append(b, s...)
}
