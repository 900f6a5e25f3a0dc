package web

import (
	"math"
	"testing"

	"threatwatch/watch/measure"
)

// TestStackLines: the file of a picture has what is drawn, and each row adds up to its last number.
func TestStackLines(t *testing.T) {
	st := &stack{By: "year", Parts: stripParts}
	st.add("2024", stripCounts(measure.MakeStrip([]measure.Interval{{Lo: 0, Hi: .5}, {Lo: 2, Hi: 40}}, 3))...)
	st.median(measure.Interval{Lo: .4, Hi: 30})
	st.add("2025", 0, 0, 0, 0, 0, 0)
	if len(st.Rows) != 1 || len(st.Header()) != len(stripParts)+5 {
		t.Fatalf("%d rows, %d columns", len(st.Rows), len(st.Header()))
	}
	width, sum := 0.0, 0.0
	for _, s := range st.Rows[0].Segments {
		width, sum = width+s.W, sum+s.N
	}
	if math.Abs(width-stackWide) > .5 || math.Abs(sum-5) > 1e-9 || st.Rows[0].N != sum {
		t.Errorf("parts are %v wide and add up to %v of %v", width, sum, st.Rows[0].N)
	}
	if line := st.Lines()[0]; line[0] != "2024" || line[1] != "1" || line[6] != "3" || line[7] != "5" || line[8] != "1 to 30 days" || line[9] != "0.40" || line[10] != "30.00" {
		t.Errorf("the line is %v", line)
	}
}

// TestLogAxis: each factor is as long as any other of its size, and what is held lies on the axis.
func TestLogAxis(t *testing.T) {
	a := newLogAxis(0, 300)
	a.hold(.3)
	a.hold(200)
	if a.least != .2 || a.most != 200 || a.at(.2) != 0 || a.at(200) != 300 || a.at(2) != 100 || a.at(0) != 0 {
		t.Errorf("from %v to %v: %v, %v", a.least, a.most, a.at(2), a.at(200))
	}
	ticks := a.ticks()
	if len(ticks) != 10 || ticks[0].Label != "0.2" || ticks[9].Label != "200" {
		t.Errorf("ticks are %v", ticks)
	}
}

// TestBands: a median that is known as an interval is a bar between its ends, and one that nothing bounds goes on to the end of the axis.
func TestBands(t *testing.T) {
	st := &stack{Parts: stripParts}
	for _, m := range []measure.Interval{{Lo: 1, Hi: 30}, {Lo: 30, Hi: 30}, {Lo: 365, Hi: math.Inf(1)}, {Lo: 9000, Hi: 9001}} {
		st.add("row", 1, 0, 0, 0, 0, 0)
		st.median(m)
	}
	r, month := st.Bands.Rows, st.Bands.Ticks[2].At
	if r[0].From != bandLeft || r[0].To != month || r[1].From != month || r[1].Wide != bandWidth || r[2].To != bandRight || !r[2].Open || r[0].Open || st.Rows[2].Hi != "" {
		t.Errorf("bands are %+v, a month lies at %v", r, month)
	}
	if r[3].To > bandRight || r[3].Wide < bandWidth {
		t.Errorf("what lies beyond the axis is %+v", r[3])
	}
}

// TestCohorts: lags of which no year of discovery is known are drawn by the year in which incidents began, and every incident is in a row.
func TestCohorts(t *testing.T) {
	var all []measure.Incident
	for i, year := range []int{2010, 2010, 2014, 2025} {
		in := measure.Incident{ID: string(rune('a' + i)), When: day(year, 3, 1)}
		if i > 0 {
			in.Given = map[string]measure.Interval{measure.Discovery: {Lo: 7, Hi: 30}}
		}
		all = append(all, in)
	}
	st := lagStack(all, measure.DiscoveryLag, measure.ByDiscovery, "discovery", "How long it went unseen", midnight(2026, 1, 1))
	if len(st.Rows) != 3 || st.Rows[0].Label != "2010" || st.Rows[0].N != 2 || st.Rows[2].Label != "2025 young" {
		t.Errorf("rows are %+v", st.Rows)
	}
	all[2].Milestones = map[string]measure.Date{measure.Discovery: day(2014, 3, 20)}
	all[3].Milestones = map[string]measure.Date{measure.Discovery: day(2025, 3, 20)}
	st = lagStack(all, measure.DiscoveryLag, measure.ByDiscovery, "discovery", "How long it went unseen", midnight(2026, 1, 1))
	if len(st.Rows) != 3 || st.Rows[0].Label != "no year" || st.Rows[2].Label != "2025" {
		t.Errorf("where most are dated, rows are %+v", st.Rows)
	}
	if want := "How long it went unseen: known of 3 incidents, not known of 1"; st.Finding != want {
		t.Errorf("the finding is %q, want %q", st.Finding, want)
	}
}
