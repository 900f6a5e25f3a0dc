package web

import (
	"net/url"
	"strings"
	"time"

	"threatwatch/stix"
)

// fact is one property of an object, in the order the object has them.
type fact struct {
	Key   string
	Value value
}

// value is a value as pages show it: a text, a list, or facts in turn.
type value struct {
	Text   string
	Mono   bool      // a value, to be read letter by letter
	When   time.Time // a time
	Link   string    // to a page of ours
	Items  []value
	Facts  []fact
	Inline bool // short items, in one line
	More   int  // items left out
}

// shown elsewhere on the page, or of no use to a reader.
var unlisted = map[string]bool{"type": true, "id": true, "spec_version": true, "name": true, "description": true, "explanation": true, "content": true,
	"external_references": true, "created": true, "modified": true, "object_refs": true, "object_marking_refs": true, "pattern": true, "revoked": true,
	"source_ref": true, "target_ref": true, "sighting_of_ref": true}

// maxItems bounds a list among the facts.
const maxItems = 50

// factsOf lists the properties of an object that stand nowhere else on its page.
func factsOf(t thing, e *ends) (out []fact) {
	if t.obj == nil {
		return nil
	}
	for _, m := range t.obj.Root.Members {
		if unlisted[m.Name] || m.Name == "opinion" && t.Type == "opinion" {
			continue
		}
		out = append(out, fact{m.Name, factOf(m.Name, m.Value, e)})
	}
	return out
}

// monospaced are the properties whose texts are read letter by letter.
var monospaced = map[string]bool{"value": true, "hashes": true, "command_line": true, "path": true, "key": true, "data": true, "pattern": true, "serial_number": true}

func factOf(name string, v *stix.Value, e *ends) value {
	switch v.Kind {
	case stix.String:
		return textFact(name, v.Str, e)
	case stix.Bool:
		if v.Bool {
			return value{Text: "yes"}
		}
		return value{Text: "no"}
	case stix.Number:
		if name == "confidence" {
			return value{Text: v.Str + " of 100" + confidence(v)}
		}
		return value{Text: v.Str}
	case stix.Array:
		f := value{Inline: true}
		for _, x := range v.Items[:min(len(v.Items), maxItems)] {
			item := factOf(name, x, e)
			f.Inline = f.Inline && item.Facts == nil && item.Items == nil && !item.Mono && len(item.Text) <= 40
			f.Items = append(f.Items, item)
		}
		f.More = len(v.Items) - len(f.Items)
		return f
	case stix.Dict:
		f := value{}
		for _, m := range v.Members[:min(len(v.Members), maxItems)] {
			x := factOf(m.Name, m.Value, e)
			x.Mono = x.Mono || monospaced[name] && x.Text != ""
			f.Facts = append(f.Facts, fact{m.Name, x})
		}
		f.More = len(v.Members) - len(f.Facts)
		return f
	}
	return value{Text: "null"}
}

func textFact(name, s string, e *ends) value {
	if stix.ValidID(s) {
		if t := e.get(s); t.Seen() {
			return value{Text: t.Name, Link: "/objects/" + s, Mono: t.IsValue()}
		}
		return value{Text: s, Mono: true}
	}
	if t, err := stix.ParseTime(s); err == nil {
		return value{When: t}
	}
	return value{Text: s, Mono: monospaced[name] || len(s) >= 32 && !strings.Contains(s, " ")}
}

// confidence is the number in the words of STIX 2.1 appendix A (None, Low, Med, High).
func confidence(v *stix.Value) string {
	n, ok := v.Int()
	switch {
	case !ok || n < 0 || n > 100:
		return ""
	case n == 0:
		return ": none"
	case n < 30:
		return ": low"
	case n < 70:
		return ": medium"
	}
	return ": high"
}

// reference is an external reference (STIX 2.1 §2.5).
type reference struct{ Name, ID, Text, URL string }

// references lists them. They are the only links that lead away; values of objects never become links.
func references(t thing) (out []reference) {
	if t.obj == nil {
		return nil
	}
	list := t.obj.Root.Get("external_references")
	if list == nil {
		return nil
	}
	for _, x := range list.Items {
		if x.Get("url") == nil && x.Get("external_id") == nil && prose(x.Get("description").Text()) == "" {
			continue // a name alone leads nowhere
		}
		r := reference{Name: x.Get("source_name").Text(), ID: x.Get("external_id").Text(), Text: prose(x.Get("description").Text())}
		if u, err := url.Parse(x.Get("url").Text()); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
			r.URL = u.String()
		}
		out = append(out, r)
	}
	return out
}
