package web

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"threatwatch/stix"
)

// version is what one source said about an object at one time.
type version struct {
	thing
	Shown   bool
	Changed []string // properties that differ from the version before it of the same source
	First   bool     // nothing is here from before it
}

// history lists the versions, newest first.
func history(said []thing, shown int) []version {
	list := make([]version, len(said))
	for i, t := range said {
		list[i] = version{thing: t, Shown: i == shown, First: true}
		for _, older := range said[i+1:] {
			if older.Source == t.Source && older.Modified.Before(t.Modified) {
				list[i].First = false
				list[i].Changed = changed(older.obj, t.obj)
				break
			}
		}
	}
	return list
}

// changed names the properties in which two versions differ. Of an extension it names what changed inside.
func changed(older, newer *stix.Object) (names []string) {
	if older == nil || newer == nil {
		return nil
	}
	for _, name := range differing(older.Root, newer.Root) {
		if name == "extensions" {
			names = append(names, changedExtensions(older.Root.Get(name), newer.Root.Get(name))...)
		} else if name != "modified" {
			names = append(names, name)
		}
	}
	return names
}

// changedExtensions names the properties that differ in extensions (STIX 2.1 §7.3); of one that came or went all that it has.
func changedExtensions(older, newer *stix.Value) (names []string) {
	for _, id := range differing(older, newer) {
		for _, name := range differing(older.Get(id), newer.Get(id)) {
			if name != "extension_type" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if names == nil {
		return []string{"extensions"}
	}
	return names
}

// differing are the members in which two values differ, those of the newer first. A value that is not there has none.
func differing(older, newer *stix.Value) (names []string) {
	for _, root := range []*stix.Value{newer, older} {
		if root == nil {
			continue
		}
		for _, m := range root.Members {
			if !slices.Contains(names, m.Name) && !equal(older.Get(m.Name), newer.Get(m.Name)) {
				names = append(names, m.Name)
			}
		}
	}
	return names
}

// equal says whether two values are the same in canonical form (RFC 8785).
func equal(a, b *stix.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, errX := a.Canonical()
	y, errY := b.Canonical()
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// moment is one line of the timeline.
type moment struct {
	When time.Time
	What string
	Who  thing // whom it is about; may be nobody
}

// occasions are the times that an object itself tells, in words.
var occasions = []struct{ property, what string }{
	{"first_seen", "First seen"}, {"last_seen", "Last seen"}, {"first_observed", "First observed"}, {"last_observed", "Last observed"},
	{"valid_from", "Valid from here"}, {"valid_until", "Valid until here"}, {"published", "Published"}, {"start_time", "Begins"}, {"stop_time", "Ends"},
	{"analysis_started", "Analysis begins"}, {"analysis_ended", "Analysis ends"},
}

const (
	minMoments = 3  // fewer are no timeline
	maxMoments = 40 // the newest
)

// timeline puts in order what happened, what was said and what was changed.
func timeline(t thing, versions []version, s sides, about []mention) (list []moment) {
	for _, o := range occasions {
		if when, err := stix.ParseTime(t.str(o.property)); err == nil {
			list = append(list, moment{When: when, What: o.what})
		}
	}
	for _, v := range versions {
		switch {
		case v.Modified.IsZero():
		case v.First:
			list = append(list, moment{When: cmp.Or(v.Modified, v.Created), What: "First version here, said by " + cmp.Or(v.Source, "a source that may not be named")})
		case v.Revoked:
			list = append(list, moment{When: v.Modified, What: "Withdrawn"})
		default:
			list = append(list, moment{When: v.Modified, What: "Changed: " + strings.ReplaceAll(strings.Join(v.Changed, ", "), "_", " ")})
		}
	}
	for _, c := range s.Claims {
		list = append(list, moment{When: c.When, What: "Attributed to", Who: c.Who})
	}
	for _, d := range s.Denials {
		list = append(list, moment{When: d.When, What: d.By + " " + d.Said.Stance()})
	}
	for _, m := range about {
		switch m.Type {
		case "note", "report", "sighting":
			what := map[string]string{"note": "Note", "report": "Report", "sighting": "Sighting"}[m.Type]
			when := m.Created
			if p, err := stix.ParseTime(m.str("published")); err == nil {
				when = p
			}
			list = append(list, moment{When: when, What: what, Who: m.thing})
		}
	}
	slices.SortStableFunc(list, func(a, b moment) int { return a.When.Compare(b.When) })
	if len(list) < minMoments {
		return nil
	}
	return list[max(0, len(list)-maxMoments):]
}
