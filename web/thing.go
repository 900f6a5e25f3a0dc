package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"threatwatch/release"
	"threatwatch/stix"
)

// badge is a marking as FIRST prints it.
type badge struct {
	Level stix.Level
	Known bool // there is something marked on the page
}

// String is the label: capitals, no spaces (FIRST TLP 2.0).
func (b badge) String() string { return "TLP:" + strings.ToUpper(b.Level.String()) }

// Above says whether it is stricter than CLEAR.
func (b badge) Above() bool { return b.Level > stix.Clear }

// thing is one object as lists show it.
type thing struct {
	ID, Type, Name, Text string
	Source               string
	Badge                badge
	Created, Modified    time.Time
	Redacted, Revoked    bool
	Quarantined          bool
	fields               map[string]any
}

// newThing reads what lists need from an item; it is good after the item's callback.
func newThing(it *release.Item) thing {
	t := thing{ID: it.ID, Type: it.Type, Source: it.Source, Badge: badge{it.Label.TLP, true}, Created: micro(it.Created), Modified: micro(it.Modified),
		Redacted: it.Redacted, Revoked: it.Revoked, Quarantined: it.Quarantined}
	if json.Unmarshal(it.Raw, &t.fields) != nil {
		t.fields = nil // what release shows was parsed at intake
	}
	for _, k := range []string{"name", "value", "abstract", "path", "subject", "display_name", "user_id", "key", "number", "relationship_type", "opinion", "definition_type"} {
		if s := text(t.fields[k]); s != "" {
			t.Name = s
			break
		}
	}
	if who := authors(t.fields); t.Type == "opinion" && who != "" {
		t.Name = who + ": " + strings.ReplaceAll(t.Name, "-", " ")
	}
	if t.Name == "" {
		t.Name = t.Type
	}
	for _, k := range []string{"description", "explanation", "content", "pattern"} {
		if s, ok := t.fields[k].(string); ok && s != "" {
			t.Text = prose(s)
			break
		}
	}
	return t
}

var (
	markdownLink = regexp.MustCompile(`\[([^\[\]\n]{1,200})\]\(https?://[^\s()]{1,500}\)`)
	citation     = regexp.MustCompile(`\(Citation: [^()\n]{1,200}\)`)
)

// prose is a text as pages show it: links by their words alone, and without marks of citation, because the sources stand below. The
// object keeps its own text.
func prose(s string) string {
	return citation.ReplaceAllString(markdownLink.ReplaceAllString(s, "$1"), "")
}

// authors are those whose note or opinion it is (STIX 2.1 §4.14, §4.16).
func authors(fields map[string]any) string {
	list, _ := fields["authors"].([]any)
	var names []string
	for _, x := range list {
		names = append(names, text(x))
	}
	return strings.Join(names, ", ")
}

func (t thing) str(key string) string { s, _ := t.fields[key].(string); return s }

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return fmt.Sprint(v)
	}
	return ""
}

func micro(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// strictest is the highest marking among things.
func strictest(lists ...[]thing) (b badge) {
	for _, l := range lists {
		for _, t := range l {
			b.Known = true
			b.Level = max(b.Level, t.Badge.Level)
		}
	}
	return b
}

// fact is one property of an object, in the order the object has them.
type fact struct {
	Key  string
	HTML template.HTML
}

// shown elsewhere on the page, or of no use to a reader.
var unlisted = map[string]bool{"type": true, "id": true, "spec_version": true, "name": true, "description": true, "external_references": true,
	"created": true, "modified": true, "object_refs": true}

var idPattern = regexp.MustCompile(`^[a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// facts lists the properties of an object.
func facts(raw []byte) (out []fact) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		return nil
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return out
		}
		var v any
		if d.Decode(&v) != nil {
			return out
		}
		if k, ok := key.(string); ok && !unlisted[k] {
			out = append(out, fact{k, value(v)})
		}
	}
	return out
}

// value prints a property. All text of the object is escaped here; only the marks around it are ours.
func value(v any) template.HTML {
	esc := template.HTMLEscapeString
	switch v := v.(type) {
	case string:
		if idPattern.MatchString(v) {
			return template.HTML(`<a class="id" href="/objects/` + esc(v) + `">` + esc(v) + `</a>`)
		}
		return template.HTML(esc(v))
	case []any:
		var b strings.Builder
		b.WriteString("<ul>")
		for _, x := range v {
			b.WriteString("<li>" + string(value(x)) + "</li>")
		}
		return template.HTML(b.String() + "</ul>")
	case map[string]any:
		j, _ := json.MarshalIndent(v, "", "  ") // it was just decoded
		return template.HTML("<pre>" + esc(string(j)) + "</pre>")
	}
	return template.HTML(esc(fmt.Sprint(v)))
}

// reference is an external reference (STIX 2.1 §2.5).
type reference struct{ Name, ID, Text, URL string }

func references(fields map[string]any) (out []reference) {
	list, _ := fields["external_references"].([]any)
	for _, x := range list {
		m, _ := x.(map[string]any)
		r := reference{Name: text(m["source_name"]), ID: text(m["external_id"]), Text: text(m["description"])}
		if u, err := url.Parse(text(m["url"])); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
			r.URL = u.String()
		}
		out = append(out, r)
	}
	return out
}

// plural names for the types people ask for most; others keep the standard's word.
var plurals = map[string]string{"attack-pattern": "Attack patterns", "campaign": "Campaigns", "course-of-action": "Courses of action", "identity": "Identities",
	"incident": "Incidents", "indicator": "Indicators", "infrastructure": "Infrastructure", "intrusion-set": "Intrusion sets", "location": "Locations",
	"malware": "Malware", "marking-definition": "Marking definitions", "note": "Notes", "observed-data": "Observed data", "opinion": "Opinions",
	"relationship": "Relationships", "report": "Reports", "sighting": "Sightings", "threat-actor": "Threat actors", "tool": "Tools", "vulnerability": "Vulnerabilities"}

func plural(t string) string {
	if p := plurals[t]; p != "" {
		return p
	}
	return t
}

var funcs = template.FuncMap{
	"plural": plural,
	"date":   func(t time.Time) string { return t.Format("2 Jan 2006") },
	"iso":    func(t time.Time) string { return t.Format(time.RFC3339) },
	"clock":  func(t time.Time) string { return t.Format("2 Jan 2006, 15:04 UTC") },
	"words":  func(s string) string { return strings.ReplaceAll(s, "_", " ") },
	"kind":   func(s string) string { return strings.ReplaceAll(s, "-", " ") },
	"thousands": func(n int) string {
		s := strconv.Itoa(n)
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
		return s
	},
	"short": func(s string) string {
		r := []rune(s)
		if len(r) <= 220 {
			return s
		}
		return strings.TrimRight(string(r[:220]), " ,.;") + " …"
	},
}
