package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"threatwatch"
	"threatwatch/watch/index"
)

// change is something that readers of an incident should hear of after the fact: a correction, a retraction, a merger, a denial, a claim that no
// longer stands.
type change struct {
	When  time.Time
	What  string // in one or two words
	Entry *index.Entry
	Into  *index.Entry  // where it was merged into
	Claim *index.Claim  // that no longer stands
	By    *index.Stance // who denies, or what was taken back
	Why   string
}

// stateWords are the states of a record that are changes.
var stateWords = map[string]string{"corrected": "Corrected", "disputed": "Record disputed", "retracted": "Retracted", "merged": "Merged"}

// corrections are what became of records and claims after they were published, the last first. They are gathered once.
func corrections(x *index.Index) []change {
	return index.Kept(x, "corrections", func() []change { return gatherCorrections(x) })
}

func gatherCorrections(x *index.Index) (list []change) {
	for _, entries := range [][]*index.Entry{x.Entries, x.Gone} {
		for _, e := range entries {
			if what := stateWords[e.Facts.RecordState]; what != "" {
				when := e.Modified
				if e.Merger != nil { // by somebody's word, after the record was made
					when = e.Merger.At
				}
				list = append(list, change{When: when, What: what, Entry: e, Into: x.Get(e.Facts.MergedRef), Why: e.Facts.StateWhy})
			} else if e.Revoked {
				list = append(list, change{When: e.Modified, What: "Withdrawn", Entry: e})
			}
			for _, c := range e.Claims {
				if s := c.Terms.Status; s != "standing" {
					list = append(list, change{When: c.Modified, What: "Claim " + words(s), Entry: e, Claim: c, Why: c.Terms.StateWhy})
				}
			}
			for _, x := range e.Void {
				list = append(list, change{When: x.At(), What: "Recorded in error", Entry: e, Claim: x.Claim, By: x.Stance, Why: x.Why()})
			}
		}
	}
	return lastFirst(list)
}

// whatChanged are corrections and denials, the last first, a few of them. They are gathered once.
func whatChanged(x *index.Index, limit int) []change {
	list := corrections(x)
	return index.Kept(x, fmt.Sprint("what changed ", limit), func() []change { return withDenials(x, list, limit) })
}

func withDenials(x *index.Index, list []change, limit int) []change {
	list = slices.Clone(list[:min(len(list), limit)]) // denials go between them
	for _, e := range x.Entries {
		list = denied(list, limit, e, e.Stances)
		for _, c := range e.Claims {
			list = denied(list, limit, e, c.Stances)
		}
	}
	return list
}

// denied adds the denials that are among the last; of thousands it keeps no more than the limit.
func denied(list []change, limit int, e *index.Entry, stances []*index.Stance) []change {
	for _, s := range stances {
		at := s.Position.StatedAt
		if !s.Denies() || !at.Known() || len(list) == limit && !at.Time.After(list[limit-1].When) ||
			slices.ContainsFunc(list, func(c change) bool { return c.By != nil && c.By.ID == s.ID }) { // it answers several claims
			continue
		}
		list = lastFirst(append(list, change{When: at.Time, What: "Denied", Entry: e, By: s}))
		list = list[:min(len(list), limit)]
	}
	return list
}

func lastFirst(list []change) []change {
	slices.SortStableFunc(list, func(a, b change) int {
		return cmp.Or(b.When.Compare(a.When), cmp.Compare(a.Entry.ID, b.Entry.ID), cmp.Compare(a.key(), b.key()))
	})
	return list
}

func (c change) key() string {
	if c.By != nil {
		return c.By.ID
	}
	return ""
}

// correctionsPage is the log of corrections.
type correctionsPage struct {
	Changes []change
	Total   int
	Older   string
	Merge   bool // the visitor may say that records are the same
}

const correctionsShown = 60

// corrected shows the log of corrections, retractions, mergers and claims that no longer stand.
func (s *site) corrected(v *visit) error {
	x, err := v.index()
	if err != nil {
		return err
	}
	list := corrections(x)
	body := correctionsPage{Total: len(list), Merge: v.mayMerge()}
	from := 0
	if before := v.r.URL.Query().Get("before"); before != "" {
		if from, err = strconv.Atoi(before); err != nil || from < 0 || from > len(list) {
			return threatwatch.Errorf(threatwatch.Invalid, "This address leads to no page of the log. It begins at /about/corrections.")
		}
		from = len(list) - from
	}
	to := min(len(list), from+correctionsShown)
	body.Changes = list[from:to]
	if to < len(list) {
		body.Older = "/about/corrections?before=" + strconv.Itoa(len(list)-to) // counted from the first one, which stays the first
	}
	return v.show(http.StatusOK, "corrections", "Corrections", markedAs(x), body)
}
