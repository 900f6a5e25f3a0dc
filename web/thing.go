package web

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"time"

	"threatwatch/label"
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

// with adds the markings of things: the strictest counts.
func (b badge) with(lists ...[]thing) badge {
	for _, l := range lists {
		for _, t := range l {
			b.Known = true
			b.Level = max(b.Level, t.Badge.Level)
		}
	}
	return b
}

// strictest is the highest marking among things.
func strictest(lists ...[]thing) badge { return badge{}.with(lists...) }

// thing is one object as lists show it.
type thing struct {
	ID, Type, Name           string
	Text                     string // what it says, as prose
	Pattern                  string // of an indicator
	Source                   string
	Badge                    badge
	Created, Modified, Added time.Time
	Redacted, Revoked        bool
	Quarantined              bool
	obj                      *stix.Object // nil: it is not here, or the visitor may not see it
	label                    label.Label
}

// newThing reads what pages need from an item; it is good after the item's callback.
func newThing(it *release.Item) thing {
	t := thing{ID: it.ID, Type: it.Type, Name: it.ID, Source: it.Source, Badge: badge{it.Label.TLP, true}, Created: micro(it.Created), Modified: micro(it.Modified),
		Added: it.Added.Time(), Redacted: it.Redacted, Revoked: it.Revoked, Quarantined: it.Quarantined, label: it.Label}
	o, err := stix.Parse(bytes.Clone(it.Raw))
	if err != nil {
		return t // what release shows was parsed at intake
	}
	t.obj = o
	t.Name = nameOf(o)
	for _, k := range []string{"description", "explanation", "content"} {
		if s := o.Root.Get(k).Text(); s != "" {
			t.Text = prose(s)
			break
		}
	}
	if o.Type == "indicator" {
		t.Pattern = o.Root.Get("pattern").Text()
	}
	return t
}

// unseen stands for an object that is not here, or that the visitor may not see: pages do not tell which.
func unseen(id string) thing {
	typ, _ := stix.SplitID(id)
	return thing{ID: id, Type: typ, Name: id}
}

// Seen says whether there is a page about it for this visitor.
func (t thing) Seen() bool { return t.obj != nil }

// worded are the observables that are called by words and not by a value.
var worded = map[string]bool{"autonomous-system": true, "email-message": true, "network-traffic": true, "process": true, "software": true, "user-account": true}

// IsValue says whether its name is a value: an address, a hash, a pattern. Values are set in the mono.
func (t thing) IsValue() bool {
	return stix.IsSCO(t.Type) && !worded[t.Type] || t.Type == "indicator" && (t.str("name") == "" || !strings.Contains(t.Name, " ") && strings.ContainsAny(t.Name, `.:/\`))
}

// Day is when it was made; of what tells no time, when it came in.
func (t thing) Day() time.Time {
	if t.Created.IsZero() {
		return t.Added
	}
	return t.Created
}

// Sample is the pattern where a list has nothing else to say of an indicator.
func (t thing) Sample() string {
	if t.Text == "" && t.Pattern != t.Name {
		return t.Pattern
	}
	return ""
}

func (t thing) str(key string) string {
	if t.obj == nil {
		return ""
	}
	return t.obj.Root.Get(key).Text()
}

func (t thing) strs(key string) []string {
	if t.obj == nil {
		return nil
	}
	return t.obj.Root.Get(key).Strings()
}

// nameOf is what pages call an object.
func nameOf(o *stix.Object) string {
	switch o.Type {
	case "opinion": // STIX 2.1 §4.16
		stance := strings.ReplaceAll(o.Root.Get("opinion").Text(), "-", " ")
		if who := o.Root.Get("authors").Strings(); len(who) > 0 {
			return strings.Join(who, ", ") + ": " + stance
		}
		return stance
	case "observed-data":
		return observed(o)
	case "indicator": // without a name: the one value that its pattern asks for
		if values := o.Values(); o.Root.Get("name") == nil && len(values) == 1 {
			_, value, _ := strings.Cut(values[0], ":")
			return value
		}
	case "relationship":
		return kind(o.Root.Get("relationship_type").Text())
	}
	if s := o.Name(); s != "" {
		return s
	}
	return kind(o.Type)
}

// observed says how often and when something was seen (STIX 2.1 §4.15).
func observed(o *stix.Object) string {
	s := "Seen"
	if n, ok := o.Root.Get("number_observed").Int(); ok && n > 1 {
		s += fmt.Sprintf(" %d times", n)
	}
	first, err := stix.ParseTime(o.Root.Get("first_observed").Text())
	if err != nil {
		return s
	}
	s += ", " + date(first)
	if last, err := stix.ParseTime(o.Root.Get("last_observed").Text()); err == nil && date(last) != date(first) {
		s += " to " + date(last)
	}
	return s
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

func micro(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
