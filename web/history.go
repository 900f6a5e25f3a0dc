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

// changed names the properties in which two versions differ.
func changed(older, newer *stix.Object) (names []string) {
	if older == nil || newer == nil {
		return nil
	}
	differs := func(name string) bool {
		a, b := older.Root.Get(name), newer.Root.Get(name)
		if a == nil || b == nil {
			return true
		}
		x, errX := a.Canonical()
		y, errY := b.Canonical()
		return errX != nil || errY != nil || !bytes.Equal(x, y)
	}
	for _, root := range []*stix.Value{newer.Root, older.Root} {
		for _, m := range root.Members {
			if m.Name != "modified" && !slices.Contains(names, m.Name) && differs(m.Name) {
				names = append(names, m.Name)
			}
		}
	}
	return names
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
