package web

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"threatwatch/country"
	"threatwatch/watch"
	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// stack is a picture of rows that are divided into parts, the same parts in each row.
type stack struct {
	ID, Finding, What string
	Parts             []stackPart // of each row, in order
	Rows              []stackRow
	Height            int
	Note              string
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
}

type stackSegment struct {
	Class string
	X, W  float64
	Y     int
	N     float64
}

// The picture's measures: labels, then bars, then the number.
const (
	stackLeft, stackWide = 52, 260.0
	stackStep            = 24
)

// add adds a row. A row without anything is left out.
func (s *stack) add(label string, median string, counts ...float64) {
	sum := 0.0
	for _, n := range counts {
		sum += n
	}
	if sum == 0 {
		return
	}
	row := stackRow{Label: label, N: sum, Y: len(s.Rows)*stackStep + 2, Median: median}
	row.Text = row.Y + 13
	x := float64(stackLeft)
	for i, n := range counts {
		w := math.Round(n/sum*stackWide*10) / 10
		row.Segments = append(row.Segments, stackSegment{s.Parts[i].Class, math.Round(x*10) / 10, w, row.Y, n})
		x += w
	}
	s.Rows = append(s.Rows, row)
	s.Height = len(s.Rows)*stackStep + 4
}

// trendsPage is what can be said of all incidents that the visitor may see.
type trendsPage struct {
	Total  int
	Stacks []*stack
	Places []placeCount
	Kinds  []placeCount
	Window measure.Window
}

// placeCount is how many incidents there are of something, with a circle whose area is as large.
type placeCount struct {
	Code, Label, To string
	N               int
	Share           float64 // of the largest
	R               float64
}

// stripParts are the bins of a lag.
var stripParts = []stackPart{{"s1", "up to a day"}, {"s2", "up to a week"}, {"s3", "up to a month"}, {"s4", "up to a year"}, {"s5", "over a year"}, {"s0", "not known"}}

func (s *site) trends(v *visit) error {
	x, err := v.index()
	if err != nil {
		return err
	}
	body := index.Kept(x, "trends", func() trendsPage { return trendsOf(x) })
	return v.show(http.StatusOK, "trends", "Trends", markedAs(x), body)
}

// trendsOf draws all pictures.
func trendsOf(x *index.Index) trendsPage {
	all := x.Measured()
	body := trendsPage{Total: len(all), Window: x.Window()}
	body.Stacks = []*stack{lagStack(all, measure.DiscoveryLag, "discovery", "How long it went unseen", x.Changed), lagStack(all, measure.NoticeLag, "notice", "How long the people affected were not told", x.Changed),
		statusStack(x, all), basisStack(all)}
	body.Places = counted(x, func(e *index.Entry) []string { return e.Countries() }, country.Name, "country", 40)
	body.Kinds = counted(x, func(e *index.Entry) []string { return e.Facts.Operations }, watch.OperationKinds.Label, "operation", 20)
	return body
}

// lagStack draws a lag by cohorts of discovery: incidents that nobody found yet are in none.
func lagStack(all []measure.Incident, lag measure.Lag, id, what string, now time.Time) *stack {
	st := &stack{ID: id, What: "From one step to the other, by year of discovery; each row is divided by the part of its incidents", Parts: stripParts, Note: "What is known to the month or the year only is divided over the parts that it may lie in. Incidents that nobody has discovered yet are missing."}
	known, unknown := 0, 0
	for _, c := range lag.Cohorts(all, measure.ByDiscovery, now) {
		label := "no year"
		if c.Year != 0 {
			label = strconv.Itoa(c.Year)
		}
		var counts []float64
		for _, b := range c.Strip.Bins {
			counts = append(counts, b.Float())
		}
		median := ""
		if len(c.Known) > 0 {
			median = medianWords(c.Median)
		}
		st.add(label, median, append(counts, c.Strip.Unknown.Float())...)
		known, unknown = known+len(c.Known), unknown+c.Unknown
	}
	st.Finding = fmt.Sprintf("%s: known of %s incidents, not known of %s", what, thousands(known), thousands(unknown))
	return st
}

// medianWords is where a median lies.
func medianWords(i measure.Interval) string {
	if math.IsInf(i.Hi, 1) {
		return fmt.Sprintf("over %.0f days", i.Lo)
	}
	return daysWords(i)
}

// statusStack draws the years by where incidents stand.
func statusStack(x *index.Index, all []measure.Incident) *stack {
	st := &stack{ID: "status", What: "Incidents by year in which they began, by what is said of who did it", Parts: []stackPart{{"s0", "unattributed"}, {"s3", "claimed"}, {"s5", "contested"}, {"s1", "insider"}}}
	t := x.Method().Timeline(all, x.Window())
	var years []int
	sums := map[int][]float64{}
	for _, b := range t.Bars {
		y := b.Month.Year()
		if sums[y] == nil {
			years, sums[y] = append(years, y), make([]float64, 4)
		}
		for i, n := range b.Counts {
			sums[y][i] += n.Float()
		}
	}
	for _, y := range years {
		st.add(strconv.Itoa(y), "", sums[y]...)
	}
	st.Finding = fmt.Sprintf("%s incidents with a date, %s without", thousands(t.Incidents), thousands(t.Undated))
	st.Note = "The last months are not complete: not all that happened in them is reported yet."
	return st
}

// basisStack draws the years by the basis of the claims that were made in them.
func basisStack(all []measure.Incident) *stack {
	st := &stack{ID: "basis", What: "Claims by year in which they were stated, by basis", Parts: []stackPart{{"s3", "technical"}, {"s4", "political"}, {"s5", "legal"}, {"s1", "by the attacker"}, {"s2", "media"}, {"s0", "not stated"}}}
	claims := 0
	for _, y := range measure.Basis(all) {
		label := "no year"
		if y.Year != 0 {
			label = strconv.Itoa(y.Year)
		}
		var counts []float64
		for _, n := range y.Counts {
			counts = append(counts, n.Float())
		}
		st.add(label, "", counts...)
		claims += y.Claims
	}
	st.Finding = fmt.Sprintf("%s claims", thousands(claims))
	return st
}

// counted counts incidents by what they are of, the most first.
func counted(x *index.Index, of func(*index.Entry) []string, call func(string) string, key string, limit int) (list []placeCount) {
	n := map[string]int{}
	for _, e := range x.Entries {
		for _, c := range of(e) {
			n[c]++
		}
	}
	for code, k := range n {
		list = append(list, placeCount{Code: code, Label: call(code), To: "/incidents?" + key + "=" + code, N: k})
	}
	slices.SortFunc(list, func(a, b placeCount) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Label, b.Label)) })
	list = list[:min(len(list), limit)]
	for i := range list {
		list[i].Share = float64(list[i].N) / float64(list[0].N)
		list[i].R = math.Round(140*math.Sqrt(list[i].Share)) / 10
	}
	return list
}
