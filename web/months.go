package web

import (
	"fmt"
	"strconv"
	"time"

	"threatwatch/watch"
	"threatwatch/watch/index"
)

// monthBars is how many incidents were made public in each of the last twelve months.
type monthBars struct {
	Finding string
	Bars    []monthBar
}

// monthBar is one month. What is known to the year only is in none.
type monthBar struct {
	Month      time.Time
	N          int
	X, Y, H    int
	Incomplete bool
	To         string // the list of its incidents
}

const (
	monthCount  = 12
	monthHeight = 70 // of the highest bar
)

// monthsOf counts; nil when no incident is there.
func monthsOf(x *index.Index, now time.Time) *monthBars {
	if len(x.Entries) == 0 {
		return nil
	}
	first := time.Date(now.Year(), now.Month()-monthCount+1, 1, 0, 0, 0, 0, time.UTC)
	m := &monthBars{}
	for i := range monthCount {
		at := first.AddDate(0, i, 0)
		day := at.Format("2006-01")
		m.Bars = append(m.Bars, monthBar{Month: at, X: 6 + i*29, Incomplete: i == monthCount-1, To: "/incidents?since=" + day + "&until=" + day})
	}
	total, recorded, most := 0, 0, 1
	for _, e := range x.Entries { // the last disclosed first
		d := e.Disclosed()
		if d.Time.Before(first) {
			break
		}
		i := (d.Time.Year()-first.Year())*12 + int(d.Time.Month()) - int(first.Month())
		if i < monthCount && d.Fidelity != watch.Year {
			m.Bars[i].N++
			total++
			if !e.Announced().Known() {
				recorded++
			}
			most = max(most, m.Bars[i].N)
		}
	}
	for i := range m.Bars {
		b := &m.Bars[i]
		b.H = b.N * monthHeight / most
		b.Y = 84 - b.H
	}
	m.Finding = fmt.Sprintf("%s incidents were made public in the last twelve months", thousands(total))
	if total == 1 {
		m.Finding = "One incident was made public in the last twelve months"
	}
	if recorded > 0 {
		m.Finding += fmt.Sprintf("; of %s it is known only when the record was made", thousands(recorded))
	}
	return m
}

func (m *monthBars) header() []string { return []string{"month", "incidents"} }

// lines are the months as the table under the picture; none where there is no picture.
func (m *monthBars) lines() (lines [][]string) {
	if m == nil {
		return nil
	}
	for _, b := range m.Bars {
		lines = append(lines, []string{b.Month.Format("2006-01"), strconv.Itoa(b.N)})
	}
	return lines
}
