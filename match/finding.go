package match

import (
	"maps"
	"slices"
	"strings"
)

// Finding is a hit and where it was made.
type Finding struct {
	Hit
	File     string
	Line     int64  // number of the record in the file, from 1; of formats with a record a line, that of the line
	Host     string // machine or sensor that the record is from, else the one of one's own network, else who opened the connection
	From, To string // who spoke to whom, where the record says so
	Known    []string
	With     []Place // of the other records that a pattern needed, a hundred at most
}

// Summary counts findings by value, by source and by host, those on known good values apart.
type Summary struct {
	Records  int64
	Bytes    int64
	Findings int
	Known    int // of the findings, those on warning lists
	values   map[tallyKey]*Tally
	hosts    map[string]*HostTally
}

type tallyKey struct {
	class Class
	value string
}

// Tally is what was found of one indicator's value.
type Tally struct {
	Class       Class
	Value       string
	Known       []string
	Claims      []Claim
	Count       int
	First, Last int64          // of timed records, microseconds since 1970; 0: none has a time
	Hosts       map[string]int // the first hundred, with how often
	Seen        map[string]int // the first hundred spellings and subdomains that hit
	Files       map[string]int
}

// HostTally is what was found at one host.
type HostTally struct {
	Host   string
	Count  int
	Values map[string]bool // the first hundred
}

// SourceTally is what one source's claims found.
type SourceTally struct {
	Source string
	Count  int
	Values int
}

// keptNames bounds the names that a tally remembers.
const keptNames = 100

// NewSummary returns an empty Summary.
func NewSummary() *Summary {
	return &Summary{values: map[tallyKey]*Tally{}, hosts: map[string]*HostTally{}}
}

// Add counts a finding.
func (s *Summary) Add(f *Finding) {
	s.Findings++
	t := s.tally(f)
	t.Count++
	if f.Timed {
		if t.First == 0 || f.Time < t.First {
			t.First = f.Time
		}
		t.Last = max(t.Last, f.Time)
	}
	for i := range f.Claims {
		if c := &f.Claims[i]; !slices.Contains(t.Claims, *c) {
			t.Claims = append(t.Claims, *c)
		}
	}
	count(t.Hosts, f.Host)
	count(t.Seen, f.Seen)
	count(t.Files, f.File)
	if len(f.Known) > 0 {
		s.Known++
		for _, n := range f.Known {
			if !slices.Contains(t.Known, n) {
				t.Known = append(t.Known, n)
			}
		}
		return
	}
	h := s.hosts[f.Host]
	if h == nil {
		h = &HostTally{Host: f.Host, Values: map[string]bool{}}
		s.hosts[f.Host] = h
	}
	h.Count++
	if len(h.Values) < keptNames {
		h.Values[f.Value] = true
	}
}

// tally finds the count of a value; a value that is known good in one record and not in another counts in two places.
func (s *Summary) tally(f *Finding) *Tally {
	k := tallyKey{f.Class, f.Value}
	if len(f.Known) > 0 {
		k.value += "\x00known"
	}
	t := s.values[k]
	if t == nil {
		t = &Tally{Class: f.Class, Value: f.Value, Hosts: map[string]int{}, Seen: map[string]int{}, Files: map[string]int{}}
		s.values[k] = t
	}
	return t
}

func count(m map[string]int, name string) {
	if _, ok := m[name]; name != "" && (ok || len(m) < keptNames) {
		m[name]++
	}
}

// Values lists what was found, most often first; known says of which side.
func (s *Summary) Values(known bool) []*Tally {
	var out []*Tally
	for _, t := range s.values {
		if (len(t.Known) > 0) == known {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b *Tally) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Value, b.Value)
	})
	return out
}

// Hosts lists where something was found that is not known good, most findings first.
func (s *Summary) Hosts() []*HostTally {
	return slices.SortedFunc(maps.Values(s.hosts), func(a, b *HostTally) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Host, b.Host)
	})
}

// Sources lists whose claims found something that is not known good, most findings first.
func (s *Summary) Sources() []SourceTally {
	by := map[string]*SourceTally{}
	for _, t := range s.Values(false) {
		seen := map[string]bool{}
		for i := range t.Claims {
			name := t.Claims[i].Source
			if seen[name] {
				continue
			}
			seen[name] = true
			if by[name] == nil {
				by[name] = &SourceTally{Source: name}
			}
			by[name].Count += t.Count
			by[name].Values++
		}
	}
	var out []SourceTally
	for _, t := range by {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b SourceTally) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Source, b.Source)
	})
	return out
}
