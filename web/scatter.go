package web

import (
	"fmt"
	"math"
	"strconv"

	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// scatter is who did how much, and how long they kept at it: both, and no mark made of the two.
type scatter struct {
	Finding string
	Points  []scatterPoint
	X, Y    []scatterTick
	More    int // that are not drawn
}

// scatterPoint is an actor.
type scatterPoint struct {
	Label, To        string
	Expected, Months float64
	X, Y             float64
	First            bool   // nobody surpasses it in both
	Text, Anchor     string // beside it, where there is room
	TextX            float64
}

type scatterTick struct {
	At    float64
	Label string
}

// The picture's measures. Both axes are logarithmic.
const (
	scatterLeft, scatterRight = 34.0, 350.0
	scatterTop, scatterFoot   = 10.0, 220.0
	scatterPoints             = 100
)

// scatterOf draws the actors of a reading.
func scatterOf(x *index.Index, r measure.Reading) *scatter {
	rows := x.Ranking(r).Rows
	s := &scatter{More: max(0, len(rows)-scatterPoints)}
	rows = rows[:min(len(rows), scatterPoints)]
	across, up := newLogAxis(scatterLeft, scatterRight), newLogAxis(scatterFoot, scatterTop)
	for _, row := range rows {
		across.hold(row.Activity.Expected)
		up.hold(row.Persistence.Months)
	}
	first := 0
	for _, row := range rows {
		p := scatterPoint{Label: x.Name(row.Actor).Label(), To: "/actors/" + row.Actor, Expected: row.Activity.Expected, Months: row.Persistence.Months, First: row.Layer == 1}
		p.X, p.Y = across.at(p.Expected), up.at(p.Months)
		if p.First {
			first++
		}
		s.Points = append(s.Points, p)
	}
	s.name()
	s.X, s.Y = across.ticks(), up.ticks()
	s.Finding = fmt.Sprintf("%d of %d actors are surpassed by nobody in both", first, len(rows))
	if len(rows) == 0 {
		s.Finding = "No actor is named in five incidents or more"
	}
	return s
}

// logAxis is a logarithmic axis between two places of a picture, as long as what it holds needs.
type logAxis struct{ from, to, least, most float64 }

func newLogAxis(from, to float64) *logAxis { return &logAxis{from, to, 1, 10} }

// hold makes the axis long enough for a number. What is less than a hundredth lies at its beginning.
func (a *logAxis) hold(n float64) {
	a.least, a.most = min(a.least, roundDown(max(n, .01))), max(a.most, n)
}

// at is where a number lies.
func (a *logAxis) at(n float64) float64 {
	part := math.Log(max(n, a.least)/a.least) / math.Log(a.most/a.least)
	return math.Round((a.from+(a.to-a.from)*part)*10) / 10
}

// ticks are the powers of ten, and twice and five times each.
func (a *logAxis) ticks() (list []scatterTick) {
	for ten := math.Pow(10, math.Floor(math.Log10(a.least))); ten <= a.most; ten *= 10 {
		for _, n := range []float64{ten, 2 * ten, 5 * ten} {
			if n >= a.least && n <= a.most {
				list = append(list, scatterTick{a.at(n), strconv.FormatFloat(math.Round(n*100)/100, 'f', -1, 64)})
			}
		}
	}
	return list
}

// name writes names beside points, those first that nobody surpasses, as far as none covers another.
func (s *scatter) name() {
	type box struct{ left, right, y float64 }
	var taken []box
	for _, firsts := range []bool{true, false} {
		for i := range s.Points {
			p := &s.Points[i]
			if p.First != firsts || len(taken) >= 12 {
				continue
			}
			text := short(p.Label, 24)
			wide := 6 * float64(len([]rune(text)))
			b := box{p.X + 7, p.X + 7 + wide, p.Y}
			anchor, at := "start", p.X+7
			if b.right > scatterRight {
				b.left, b.right, anchor, at = p.X-7-wide, p.X-7, "end", p.X-7
			}
			free := b.left > scatterLeft
			for _, o := range taken {
				free = free && (b.right < o.left || o.right < b.left || math.Abs(b.y-o.y) > 11)
			}
			if free {
				taken = append(taken, b)
				p.Text, p.Anchor, p.TextX = text, anchor, at
			}
		}
	}
}
