package web

import (
	"math"

	"threatwatch/watch/measure"
)

// bandPicture is where the medians of the rows of a stack lie, on one logarithmic axis of days. What is known of lags bounds a median; it is no point.
type bandPicture struct {
	Rows   []bandRow
	Ticks  []scatterTick
	Height int
	Foot   int // where the words of the axis stand
}

// bandRow is the median of a row.
type bandRow struct {
	Label, Median string
	Y, Text       int
	From, To      float64
	Wide          float64
	Open          bool // nothing bounds it above
}

// The picture's measures. The axis is of a day to ten years.
const (
	bandStep              = 18
	bandLongest           = 3650.0
	bandShortest          = 1.0
	bandLeft, bandRight   = 66.0, 330.0
	bandWidth             = 3.0 // of what is known to a point
	bandTop, bandTickRoom = 4, 16
)

// add draws the median of one more row, on an axis that begins at left.
func (b *bandPicture) add(label, words string, m measure.Interval, left float64) {
	axis := &logAxis{left, bandRight, bandShortest, bandLongest}
	at := func(days float64) float64 { return axis.at(min(days, bandLongest)) }
	y := bandTop + len(b.Rows)*bandStep
	row := bandRow{Label: label, Median: words, Y: y, Text: y + 11, Open: m.Hi > bandLongest}
	row.From = min(at(m.Lo), bandRight-bandWidth)
	row.To = max(at(m.Hi), row.From+bandWidth)
	row.Wide = math.Round((row.To-row.From)*10) / 10
	b.Rows = append(b.Rows, row)
	b.Foot = bandTop + len(b.Rows)*bandStep
	b.Height = b.Foot + bandTickRoom
	b.Ticks = []scatterTick{{at(1), "a day"}, {at(7), "a week"}, {at(30), "a month"}, {at(365), "a year"}, {at(bandLongest), "ten years"}}
}
