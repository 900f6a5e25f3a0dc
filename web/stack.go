package web

import (
	"math"
	"strconv"

	"threatwatch/watch/measure"
)

// stack is a picture of rows that are divided into parts, the same parts in each row.
type stack struct {
	ID, Finding, What string
	By                string      // what the rows are
	Parts             []stackPart // of each row, in order
	Rows              []stackRow
	Left              int // where bars begin; labels stand before
	Height            int
	Note              string
	Bands             *bandPicture // where medians lie; nil: they are not drawn
}

// stackPart is what a part is called, and how it is drawn.
type stackPart struct{ Class, Label string }

// stackRow is one row: in the picture each part is as wide as its share.
type stackRow struct {
	Label    string
	N        float64
	Y, Text  int
	Segments []stackSegment
	Median   string
	Lo, Hi   string // days between which the median lies, for programs; "" where it is not known or has no end
}

type stackSegment struct {
	Class string
	X, W  float64
	Y     int
	N     float64
}

// The picture's measures: labels, then bars, then the number.
const (
	stackLeft, stackWide = 62, 250.0
	stackStep            = 24
)

// add adds a row. A row without anything is left out.
func (s *stack) add(label string, counts ...float64) {
	sum := 0.0
	for _, n := range counts {
		sum += n
	}
	if sum == 0 {
		return
	}
	row := stackRow{Label: label, N: sum, Y: len(s.Rows)*stackStep + 2}
	row.Text = row.Y + 13
	left := max(s.Left, stackLeft)
	x, wide := float64(left), stackWide-float64(left-stackLeft)
	for i, n := range counts {
		w := math.Round(n/sum*wide*10) / 10
		row.Segments = append(row.Segments, stackSegment{s.Parts[i].Class, math.Round(x*10) / 10, w, row.Y, n})
		x += w
	}
	s.Rows = append(s.Rows, row)
	s.Height = len(s.Rows)*stackStep + 4
}

// median adds a median to a row that was just added.
func (s *stack) median(m measure.Interval) {
	if len(s.Rows) == 0 {
		return
	}
	row := &s.Rows[len(s.Rows)-1]
	row.Median, row.Lo = medianWords(m), strconv.FormatFloat(m.Lo, 'f', 2, 64)
	if m.Bounded() {
		row.Hi = strconv.FormatFloat(m.Hi, 'f', 2, 64)
	}
	if s.Bands == nil {
		s.Bands = &bandPicture{}
	}
	s.Bands.add(row.Label, row.Median, m, max(bandLeft, float64(s.Left)))
}

// Header and Lines are the picture's table as a file; what is added up there is what is drawn.
func (s *stack) Header() []string {
	head := []string{s.By}
	for _, p := range s.Parts {
		head = append(head, p.Label)
	}
	return append(head, "all", "median", "median_from_days", "median_to_days")
}

// Lines are the rows of the table.
func (s *stack) Lines() (lines [][]string) {
	number := func(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
	for _, r := range s.Rows {
		line := []string{formula(r.Label)}
		for _, part := range r.Segments {
			line = append(line, number(math.Round(part.N*1e6)/1e6))
		}
		lines = append(lines, append(line, number(r.N), r.Median, r.Lo, r.Hi))
	}
	return lines
}
