package notice

import (
	"fmt"
	"strings"
	"time"

	"threatwatch/country"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// item is an incident as feeds tell of it.
type item struct {
	*index.Entry
	Link     string
	Headline string // with the countries of those who were hit, and what became of the record
	Updated  time.Time
}

func newItem(e *index.Entry, base string) item {
	it := item{Entry: e, Link: base + "/incidents/" + e.Place(), Headline: e.Title(), Updated: e.Changed()}
	if list := e.Countries(); len(list) > 0 {
		it.Headline += " (" + places(list) + ")"
	}
	switch e.Facts.RecordState {
	case "retracted":
		it.Headline = "Retracted: " + it.Headline
	case "merged":
		it.Headline = "Merged: " + it.Headline
	case "corrected":
		it.Headline = "Corrected: " + it.Headline
	}
	return it
}

// morePlaces is how many countries a headline names.
const morePlaces = 3

func places(codes []string) string {
	var names []string
	for _, c := range codes[:min(len(codes), morePlaces)] {
		names = append(names, country.Name(c))
	}
	if more := len(codes) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// Lines is what there is to say, a line for each statement: what happened, then claims, each with what is answered to it.
func (it item) Lines() (lines []string) {
	if it.Facts.StateWhy != "" {
		lines = append(lines, watch.RecordStates.Label(it.Facts.RecordState)+": "+it.Facts.StateWhy)
	}
	if it.Text != "" {
		lines = append(lines, it.Text)
	}
	for _, c := range it.Claims {
		line := "Attributed to " + c.Accused.Label() + " by " + c.Claimant.Label()
		if c.Terms.StatedAt.Known() {
			line += " (" + c.Terms.StatedAt.String() + ")"
		}
		if !c.Stands() {
			line += ", " + because(watch.ClaimStatuses.Label(c.Terms.Status), strings.TrimSuffix(c.Terms.StateWhy, "."))
		}
		lines = append(lines, line+".")
		for _, s := range c.Stances {
			lines = append(lines, answered(s))
		}
	}
	for _, s := range it.Stances {
		lines = append(lines, answered(s))
	}
	for _, v := range it.Void {
		lines = append(lines, voided(v))
	}
	if len(it.Claims) == 0 {
		lines = append(lines, "No claim of who did it is recorded.")
	}
	return lines
}

// voided says what was recorded in error.
func voided(v index.Void) string {
	line := "Recorded in error: "
	if v.Claim != nil {
		line += "attributed to " + v.Claim.Accused.Label() + " by " + v.Claim.Claimant.Label()
	} else {
		line += v.Stance.Holder.Label() + " " + watch.Stances.Label(v.Stance.Position.Stance)
	}
	return strings.TrimSuffix(because(line, v.Why()), ".") + "."
}

// answered says what somebody answers, as "Ministry X denies: …".
func answered(s *index.Stance) string {
	line := s.Holder.Label() + " " + watch.Stances.Label(s.Position.Stance)
	if s.Position.StatedAt.Known() {
		line += " (" + s.Position.StatedAt.String() + ")"
	}
	if s.Words != "" {
		line += ": " + strings.TrimSuffix(s.Words, ".")
	}
	return line + "."
}

// Mark is the strictest label on it, as FIRST prints it.
func (it item) Mark() string { return tlp(it.Highest) }

func tlp(l stix.Level) string { return "TLP:" + strings.ToUpper(l.String()) }

// category is a term of a feed with the list that it is of.
type category struct{ scheme, term, label string }

// categories are what readers sort by.
func (it item) categories() (list []category) {
	seen := map[category]bool{}
	add := func(scheme, term, label string) {
		c := category{scheme, term, label}
		if term != "" && !seen[c] {
			seen[c] = true
			list = append(list, c)
		}
	}
	for _, c := range it.Countries() {
		add("country", c, country.Name(c))
	}
	for _, s := range it.Sectors() {
		add("sector", s, s)
	}
	for _, c := range it.Claims {
		add("accused", c.Accused.Name, c.Accused.Name)
	}
	for _, t := range it.Facts.Techniques {
		add("technique", t, t)
	}
	for _, d := range it.Trios() {
		add("data", d, watch.Trios.Label(d))
	}
	for _, b := range it.Badges {
		add("status", b, index.Badges.Label(b))
	}
	return list
}
