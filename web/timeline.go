package web

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// timelinePicture is when incidents began, by what is said of who did it: the last months as columns, and all years in the table.
type timelinePicture struct {
	Finding string
	Parts   []stackPart
	Months  []timeRow
	Columns []timeColumn // the last of the months
	Years   []timeRow
	Total   timeRow
	Undated int
	Most    string // how many the highest column holds
	Hatched float64
	Marks   []ruleMark
}

// timeColumn is a month of the picture.
type timeColumn struct {
	timeRow
	X        float64
	Segments []timeSegment
	Tick     string // below it
}

type timeSegment struct {
	Class string
	Y, H  float64
}

// timeRow is a month or a year of the table.
type timeRow struct {
	Label  string
	Recent bool // not all is reported yet
	Counts [4]measure.Parts
}

// All is the sum of a row.
func (r timeRow) All() (sum measure.Parts) {
	for _, n := range r.Counts {
		sum += n
	}
	return sum
}

// The picture's measures.
const (
	timeMonths = 48
	timeHeight = 110.0 // of the highest column
	timeTop    = 14.0
	timeStep   = 7.2
)

var timeParts = []stackPart{{"s0", "unattributed"}, {"s3", "claimed"}, {"s5", "contested"}, {"s1", "insider"}}

func timelineOf(x *index.Index, all []measure.Incident) *timelinePicture {
	t := x.Method().Timeline(all, x.Window())
	p := &timelinePicture{Parts: timeParts, Undated: t.Undated, Total: timeRow{Label: "All"}}
	for i, bar := range t.Bars {
		if year := strconv.Itoa(bar.Month.Year()); len(p.Years) == 0 || p.Years[len(p.Years)-1].Label != year {
			p.Years = append(p.Years, timeRow{Label: year})
		}
		year := &p.Years[len(p.Years)-1]
		year.Recent = year.Recent || bar.Recent
		for s, n := range bar.Counts {
			year.Counts[s] += n
			p.Total.Counts[s] += n
		}
		month := timeRow{bar.Month.Format("2006-01"), bar.Recent, bar.Counts}
		p.Months = append(p.Months, month)
		if i >= len(t.Bars)-timeMonths {
			p.Columns = append(p.Columns, timeColumn{timeRow: month, X: 30 + timeStep*float64(len(p.Columns)), Tick: tickOf(bar.Month)})
		}
	}
	p.draw()
	p.mark()
	p.Finding = fmt.Sprintf("When %s incidents began", thousands(t.Incidents))
	if t.Undated > 0 {
		p.Finding += fmt.Sprintf("; of %s more there is no date", thousands(t.Undated))
	}
	return p
}

// tickOf is the year where one begins.
func tickOf(month time.Time) string {
	if month.Month() == time.January {
		return strconv.Itoa(month.Year())
	}
	return ""
}

// draw stacks the columns; the axis begins at nothing.
func (p *timelinePicture) draw() {
	most := 1.0
	for _, c := range p.Columns {
		most = math.Max(most, c.All().Float())
	}
	p.Most = thousands(int(math.Round(most)))
	for i := range p.Columns {
		c := &p.Columns[i]
		if c.Recent && p.Hatched == 0 {
			p.Hatched = c.X
		}
		y := timeTop + timeHeight
		for s, n := range c.Counts {
			h := math.Round(n.Float()/most*timeHeight*10) / 10
			y -= h
			if h > 0 {
				c.Segments = append(c.Segments, timeSegment{p.Parts[s].Class, math.Round(y*10) / 10, h})
			}
		}
	}
}

func (p *timelinePicture) header() []string {
	return []string{"month", "unattributed", "claimed", "contested", "insider", "all", "complete"}
}

// lines are all months, so that they add up to all incidents that have a date.
func (p *timelinePicture) lines() (lines [][]string) {
	for _, r := range p.Months {
		line := []string{r.Label}
		for _, n := range r.Counts {
			line = append(line, partsText(n))
		}
		lines = append(lines, append(line, partsText(r.All()), map[bool]string{true: "no", false: "yes"}[r.Recent]))
	}
	return lines
}
