package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"threatwatch/watch"
	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// milestoneBar is the picture of an incident's steps in time: each where it lies, with fading ends where it is known to the month or the year only.
type milestoneBar struct {
	Finding string
	Steps   []step
	Height  int
	Axis    int // where the lines of the axis end
	Foot    int // where its words stand
	Ticks   []tick
}

// step is one milestone in the picture and in its table.
type step struct {
	Kind, Label, Words string
	watch.Moment
	Y       int     // of its words
	Line    int     // of its line
	Top     int     // of what is drawn on it
	X, W    float64 // where it lies
	Coarse  bool    // it is known by a span, not by a point
	Sources []string
}

// tick is a mark of the axis.
type tick struct {
	X     float64
	At    float64 // of its words, which stay within the picture
	Label string
}

// The picture's measures: it is 360 wide, so that its text is read on a phone as well.
const (
	barWidth  = 360
	barLeft   = 6
	barRight  = 354
	barStep   = 36
	barMargin = 16
)

// barOf draws the milestones of an entry; nil when there are fewer than two with a time.
func barOf(e *index.Entry) *milestoneBar {
	steps := stepsOf(e)
	if len(steps) < 2 {
		return nil
	}
	lo, hi := steps[0].Span()
	for _, s := range steps {
		a, b := s.Span()
		lo, hi = earlier(lo, a), later(hi, b)
	}
	at := func(t time.Time) float64 {
		return barLeft + math.Round(10*(barRight-barLeft)*float64(t.Sub(lo))/float64(hi.Sub(lo)))/10
	}
	for i := range steps {
		s := &steps[i]
		a, b := s.Span()
		s.Y, s.X, s.W = barMargin+i*barStep, at(a), math.Max(at(b)-at(a), 1)
		s.Line, s.Top = s.Y+11, s.Y+6
		s.Coarse = s.Fidelity == watch.Month || s.Fidelity == watch.Year
	}
	bar := &milestoneBar{Finding: finding(e), Steps: steps, Height: barMargin + len(steps)*barStep + 14, Axis: barMargin + len(steps)*barStep - 8, Foot: barMargin + len(steps)*barStep + 8}
	for _, t := range ticksOf(lo, hi) {
		bar.Ticks = append(bar.Ticks, tick{at(t.at), math.Max(at(t.at), 26), t.label})
	}
	return bar
}

// stepsOf are the milestones with a time, and the first claim and the first denial, the first first.
func stepsOf(e *index.Entry) (steps []step) {
	for _, m := range e.Facts.Milestones {
		if m.Known() {
			steps = append(steps, step{Kind: m.Kind, Label: watch.MilestoneKinds.Label(m.Kind), Words: m.Words, Moment: m.Moment, Sources: m.SourceRefs})
		}
	}
	add := func(kind, words string, m watch.Moment) {
		if m.Known() && !e.At(kind).Known() {
			steps = append(steps, step{Kind: kind, Label: watch.MilestoneKinds.Label(kind), Words: words, Moment: m})
		}
	}
	if len(steps) > 0 {
		for _, c := range e.Claims {
			if c.Terms.StatedAt.Known() && c.Extended {
				add("first_claim", c.Claimant.Label(), c.Terms.StatedAt)
				break
			}
		}
		for _, d := range e.Denials() {
			if d.Extended {
				add("first_denial", d.Holder.Label(), d.Position.StatedAt)
				break
			}
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Or(a.Time.Compare(b.Time)) })
	return steps
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// finding says in one sentence how long it took.
func finding(e *index.Entry) string {
	var parts []string
	for _, p := range []struct{ from, to, words string }{
		{"compromise", "discovery", "found %s after the compromise"}, {"discovery", "victims_notice_begin", "people affected were told %s later"}, {"discovery", "public_disclosure", "made public %s after it was found"},
		{"compromise", "public_disclosure", "made public %s after the compromise"},
	} {
		a, b := e.At(p.from), e.At(p.to)
		if p.from == "compromise" && p.to == "public_disclosure" && e.At("discovery").Known() {
			continue // it is told in two steps
		}
		if a.Known() && b.Known() {
			parts = append(parts, fmt.Sprintf(p.words, daysWords(measure.Days(dateOf(a), dateOf(b)))))
		}
	}
	if len(parts) == 0 {
		return "What happened when, as far as it is known."
	}
	return sentence(strings.Join(parts, "; "))
}

func dateOf(m watch.Moment) measure.Date {
	return measure.Date{Time: m.Time, Fidelity: measure.Fidelity(m.Fidelity)}
}

// daysWords is a span of days as precise as it is known.
func daysWords(i measure.Interval) string {
	lo, hi := int(math.Max(0, math.Ceil(i.Lo))), int(math.Max(0, math.Floor(i.Hi)))
	switch {
	case hi-lo <= 2 && lo+hi < 2:
		return "within a day"
	case hi-lo <= 2:
		n := (lo + hi) / 2
		if n == 1 {
			return "a day"
		}
		return thousands(n) + " days"
	}
	return fmt.Sprintf("%s to %s days", thousands(lo), thousands(hi))
}

type timeTick struct {
	at    time.Time
	label string
}

// ticksOf marks the beginnings of years, of months or of days, a few of them.
func ticksOf(lo, hi time.Time) (list []timeTick) {
	span := hi.Sub(lo).Hours() / 24
	next, layout := func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }, "2006"
	at := time.Date(lo.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	switch {
	case span < 40:
		next, layout = func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }, "2 Jan"
		at = time.Date(lo.Year(), lo.Month(), lo.Day(), 0, 0, 0, 0, time.UTC)
	case span < 800:
		next, layout = func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }, "Jan 2006"
		at = time.Date(lo.Year(), lo.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	for ; at.Before(hi); at = next(at) {
		if !at.Before(lo) {
			list = append(list, timeTick{at, at.Format(layout)})
		}
	}
	every := len(list)/4 + 1
	var some []timeTick
	for i, t := range list {
		if i%every == 0 && hi.Sub(t.at) > hi.Sub(lo)/6 {
			some = append(some, t)
		}
	}
	return some
}

// milestonesCSV is the table under the picture as a file.
func (s *site) milestonesCSV(v *visit) error {
	_, e, err := v.entry()
	if err != nil {
		return err
	}
	var rows [][]string
	for _, st := range stepsOf(e) {
		rows = append(rows, []string{st.Kind, st.String(), string(st.Fidelity), formula(st.Words)})
	}
	v.csv("milestones", []string{"kind", "date", "fidelity", "note"}, rows)
	return nil
}
