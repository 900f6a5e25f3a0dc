package csaf

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"threatwatch/stix"
)

// shape says what a value must be (CSAF 2.0 §3).
type shape struct {
	kind     stix.Kind
	required []string
	members  map[string]*shape // of an object; others may be there
	some     bool              // an object has at least one member
	exactly  int               // members that an object has; 0: any number
	item     *shape            // of a list
	least    int               // items of a list
	distinct bool              // no two items of a list are equal
	words    []string          // that a text may be
	form     *regexp.Regexp    // of a text
	format   func(string) bool // of a text
	what     string            // the form or format in plain words
	low      float64           // of a number
	high     float64           // 0: no bounds
}

func object(required []string, members map[string]*shape) *shape {
	return &shape{kind: stix.Dict, required: required, members: members}
}

// some is an object with at least one member.
func some(members map[string]*shape) *shape {
	return &shape{kind: stix.Dict, members: members, some: true}
}

func list(item *shape) *shape { return &shape{kind: stix.Array, item: item, least: 1} }

func set(item *shape) *shape { return &shape{kind: stix.Array, item: item, least: 1, distinct: true} }

func text() *shape { return &shape{kind: stix.String} }

func word(words ...string) *shape { return &shape{kind: stix.String, words: words} }

func formed(what, form string) *shape {
	return &shape{kind: stix.String, what: what, form: regexp.MustCompile(form)}
}

func number(low, high float64) *shape { return &shape{kind: stix.Number, low: low, high: high} }

func uri() *shape {
	return &shape{kind: stix.String, what: "URI", format: func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && u.Scheme != ""
	}}
}

func moment() *shape {
	return &shape{kind: stix.String, what: "date with a time", format: func(s string) bool {
		_, err := parseTime(s)
		return err == nil
	}}
}

// check reports where a value differs from its shape.
func (s *shape) check(v *stix.Value, path string, report func(path, format string, args ...any)) {
	if v.Kind != s.kind {
		report(path, "must be %s", kindNames[s.kind])
		return
	}
	switch v.Kind {
	case stix.Dict:
		s.checkObject(v, path, report)
	case stix.Array:
		s.checkList(v, path, report)
	case stix.String:
		s.checkText(v.Str, path, report)
	case stix.Number:
		if n, ok := v.Float(); s.high > 0 && (!ok || n < s.low || n > s.high) {
			report(path, "%s does not lie between %v and %v", v.Str, s.low, s.high)
		}
	}
}

var kindNames = map[stix.Kind]string{stix.Dict: "an object", stix.Array: "a list", stix.String: "a text", stix.Number: "a number"}

func (s *shape) checkObject(v *stix.Value, path string, report func(path, format string, args ...any)) {
	for _, name := range s.required {
		if v.Get(name) == nil {
			report(path+"/"+name, "is required")
		}
	}
	if s.some && len(v.Members) == 0 {
		report(path, "must not be empty")
	}
	if s.exactly > 0 && len(v.Members) != s.exactly {
		report(path, "must have %d members, and has %d", s.exactly, len(v.Members))
	}
	for _, m := range v.Members {
		if member := s.members[m.Name]; member != nil {
			member.check(m.Value, path+"/"+m.Name, report)
		}
	}
}

func (s *shape) checkList(v *stix.Value, path string, report func(path, format string, args ...any)) {
	if len(v.Items) < s.least {
		report(path, "must have %d items or more", s.least)
	}
	seen := map[string]bool{}
	for i, item := range v.Items {
		at := fmt.Sprintf("%s/%d", path, i)
		s.item.check(item, at, report)
		if !s.distinct {
			continue
		}
		if raw, err := item.Canonical(); err == nil {
			if seen[string(raw)] {
				report(at, "is there twice")
			}
			seen[string(raw)] = true
		}
	}
}

func (s *shape) checkText(text, path string, report func(path, format string, args ...any)) {
	switch {
	case text == "":
		report(path, "must not be empty")
	case s.words != nil && !slices.Contains(s.words, text):
		report(path, "%s is none of %s", short(text), strings.Join(s.words, ", "))
	case s.form != nil && !s.form.MatchString(text), s.format != nil && !s.format(text):
		report(path, "%s is no %s", short(text), s.what)
	}
}

// short is the beginning of a text, quoted.
func short(s string) string {
	if len(s) > 60 {
		for n := 60; ; n-- {
			if utf8.RuneStart(s[n]) {
				return fmt.Sprintf("%q…", s[:n])
			}
		}
	}
	return fmt.Sprintf("%q", s)
}
