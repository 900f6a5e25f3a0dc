package main

import (
	"maps"
	"slices"

	"threatwatch/match"
)

// matchSummary is what was found in all, as JSON says it.
type matchSummary struct {
	Records    int64        `json:"records"`
	Bytes      int64        `json:"bytes"`
	Hits       int          `json:"hits"`
	Known      int          `json:"known_good_hits"`
	Indicators []valueLine  `json:"indicators"`
	KnownGood  []valueLine  `json:"known_good"`
	Sources    []sourceHits `json:"sources"`
	Hosts      []hostHits   `json:"hosts"`
}

type valueLine struct {
	Indicator string   `json:"indicator"`
	Type      string   `json:"type"`
	Count     int      `json:"count"`
	First     string   `json:"first,omitempty"`
	Last      string   `json:"last,omitempty"`
	Hosts     []string `json:"hosts"` // at most a hundred
	Known     []string `json:"known_good,omitempty"`
	By        []string `json:"by"`
	Names     []string `json:"names,omitempty"`
	IDs       []string `json:"ids,omitempty"`
}

type sourceHits struct {
	By     string `json:"by"`
	Count  int    `json:"count"`
	Values int    `json:"values"`
}

type hostHits struct {
	Host   string `json:"host"`
	Count  int    `json:"count"`
	Values int    `json:"values"`
}

func summaryOf(s *match.Summary) *matchSummary {
	out := &matchSummary{Records: s.Records, Bytes: s.Bytes, Hits: s.Findings, Known: s.Known, Indicators: []valueLine{}, KnownGood: []valueLine{}}
	for _, t := range s.Values(false) {
		out.Indicators = append(out.Indicators, valueLineOf(t))
	}
	for _, t := range s.Values(true) {
		out.KnownGood = append(out.KnownGood, valueLineOf(t))
	}
	for _, x := range s.Sources() {
		out.Sources = append(out.Sources, sourceHits{x.Source, x.Count, x.Values})
	}
	for _, x := range s.Hosts() {
		out.Hosts = append(out.Hosts, hostHits{x.Host, x.Count, len(x.Values)})
	}
	return out
}

// all lists the values of both sides.
func (s *matchSummary) all() []valueLine { return append(slices.Clone(s.Indicators), s.KnownGood...) }

func valueLineOf(t *match.Tally) valueLine {
	v := valueLine{Indicator: t.Value, Type: t.Class.String(), Count: t.Count, Hosts: slices.Sorted(maps.Keys(t.Hosts)), Known: t.Known, By: []string{}}
	if t.First != 0 {
		v.First, v.Last = rfc3339(t.First), rfc3339(t.Last)
	}
	for _, c := range t.Claims {
		v.By, v.Names, v.IDs = once(v.By, c.Source), once(v.Names, c.Name), once(v.IDs, c.ID)
	}
	return v
}

// once appends what is not there yet.
func once(s []string, x string) []string {
	if x == "" || slices.Contains(s, x) {
		return s
	}
	return append(s, x)
}
