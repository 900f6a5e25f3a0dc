package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"threatwatch"
	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// actorsPage is who is named in claims, by three readings side by side.
type actorsPage struct {
	Readings []readingColumn
	Scatter  *scatter // of all claims
	All      []*index.Actor
	More     int // that are not listed
	Window   measure.Window
}

// readingColumn is one reading of the claims.
type readingColumn struct {
	Code, Title, What string
	measure.Ranking
	Finding string
	Bars    []actorBar
	Ticks   []scatterTick
	Height  int
	Foot    int // where the words of the axis stand
}

// actorBar is a row of a reading's picture: a dot with its interval.
type actorBar struct {
	Label        string
	To           string // its page; "" for those who are nobody in particular
	Named        int
	Expected     float64
	Lo, Hi       float64
	Rank         string
	Special      bool
	Y, At        int // of the row and of its line
	X, From, To2 float64
}

// readingWords say what each reading admits.
var readingWords = map[measure.Reading][2]string{
	measure.AllClaims:   {"All claims", "What anybody says, attackers and newspapers too"},
	measure.Independent: {"Without attackers and media", "What others than the attackers and the media say"},
	measure.Governments: {"Governments and courts only", "What governments, international bodies and courts say"},
}

const (
	shownActors = 12  // of each reading
	listedNames = 300 // below them
)

func (s *site) actors(v *visit) error {
	x, err := v.index()
	if err != nil {
		return err
	}
	body := actorsPage{Window: x.Window(), All: x.Actors[:min(len(x.Actors), listedNames)], More: max(0, len(x.Actors)-listedNames)}
	for _, r := range measure.Readings {
		body.Readings = append(body.Readings, columnOf(x, r))
	}
	body.Scatter = scatterOf(x, measure.AllClaims)
	return v.show(http.StatusOK, "actors", "Actors", markedAs(x), body)
}

// columnOf draws a reading.
func columnOf(x *index.Index, r measure.Reading) readingColumn {
	c := readingColumn{Code: string(r), Title: readingWords[r][0], What: readingWords[r][1], Ranking: x.Ranking(r)}
	add := func(label, to string, row measure.Row, special bool) {
		b := actorBar{Label: label, To: to, Named: row.Activity.Named, Expected: row.Activity.Expected, Lo: row.Drawn.Incidents.Lo, Hi: row.Drawn.Incidents.Hi, Special: special}
		if special {
			b.Lo, b.Hi = b.Expected, b.Expected
		} else {
			b.Rank = rankWords(row.Drawn.Rank)
		}
		c.Bars = append(c.Bars, b)
	}
	add("Unattributed", "/incidents?status=unattributed", c.Unattributed, true)
	add("Insiders", "/incidents?insider=yes", c.Insiders, true)
	for _, row := range c.Rows[:min(len(c.Rows), shownActors)] {
		add(x.Name(row.Actor).Label(), "/actors/"+row.Actor, row, false)
	}
	c.draw()
	switch {
	case len(c.Rows) == 0:
		c.Finding = "No actor is named in five incidents or more"
	default:
		c.Finding = x.Name(c.Rows[0].Actor).Label() + " is named most"
	}
	return c
}

// rankWords is where a rank lies.
func rankWords(r measure.Range) string {
	if r.Lo == r.Hi {
		return fmt.Sprintf("%.0f", r.Lo)
	}
	return fmt.Sprintf("%.0f to %.0f", r.Lo, r.Hi)
}

// draw places dots and intervals. The axis is logarithmic: what is unattributed is often a hundred times what anybody is named in.
func (c *readingColumn) draw() {
	axis := newLogAxis(rankLeft, rankRight)
	for _, b := range c.Bars {
		axis.hold(max(b.Expected, b.Hi))
		axis.hold(max(b.Lo, smallestRanked))
	}
	for i := range c.Bars {
		b := &c.Bars[i]
		b.Y = 14 + i*30
		b.At = b.Y + 8
		b.X, b.From, b.To2 = axis.at(b.Expected), axis.at(b.Lo), axis.at(b.Hi)
	}
	c.Foot = 14 + len(c.Bars)*30
	c.Height = c.Foot + 14
	for _, t := range axis.ticks() {
		if strings.HasPrefix(strings.TrimLeft(t.Label, "0."), "1") { // the powers of ten
			c.Ticks = append(c.Ticks, t)
		}
	}
}

// The picture's measures; what is expected less often than a tenth lies at the beginning of the axis.
const (
	rankLeft, rankRight = 8.0, 350.0
	smallestRanked      = .1
)

// actorsCSV is the table of a reading, or of all three, with every actor that is ranked.
func (s *site) actorsCSV(v *visit) error {
	x, err := v.index()
	if err != nil {
		return err
	}
	asked := v.r.URL.Query()
	if asked.Has("reading") && !slices.Contains(measure.Readings, measure.Reading(asked.Get("reading"))) {
		return threatwatch.Errorf(threatwatch.NotFound, "There is no such reading. The links to the tables stand under the pictures of /actors.")
	}
	var rows [][]string
	for _, r := range measure.Readings {
		if !asked.Has("reading") || asked.Get("reading") == string(r) {
			rows = append(rows, rankingLines(x, r)...)
		}
	}
	v.csv("actors", []string{"reading", "actor", "id", "named", "expected", "expected_5", "expected_95", "rank_5", "rank_95", "months", "months_5", "months_95", "span_months", "certain", "top_five"}, rows)
	return nil
}

// rankingLines are the rows of a reading; what nobody in particular did stands first, without ranks.
func rankingLines(x *index.Index, r measure.Reading) (lines [][]string) {
	ranking, title := x.Ranking(r), readingWords[r][0]
	number := func(n float64) string { return strconv.FormatFloat(n, 'f', 3, 64) }
	for _, special := range []struct {
		label string
		row   measure.Row
	}{{"Unattributed", ranking.Unattributed}, {"Insiders", ranking.Insiders}} {
		a := special.row.Activity
		lines = append(lines, []string{title, special.label, "", strconv.Itoa(a.Named), number(a.Expected), "", "", "", "", "", "", "", "", "", ""})
	}
	for _, row := range ranking.Rows {
		d := row.Drawn
		lines = append(lines, []string{title, formula(x.Name(row.Actor).Label()), row.Actor, strconv.Itoa(row.Activity.Named), number(row.Activity.Expected), number(d.Incidents.Lo), number(d.Incidents.Hi),
			number(d.Rank.Lo), number(d.Rank.Hi), number(row.Persistence.Months), number(d.Months.Lo), number(d.Months.Hi), strconv.Itoa(row.Persistence.Span), strconv.Itoa(row.Activity.Certain), number(d.Top)})
	}
	return lines
}

// actorPage is one of those whom claims name.
type actorPage struct {
	*index.Actor
	Incidents []*index.Entry
	More      int
	Said      []*index.Stance // what it answers
	Rows      []actorReading
	Measures  []measured // how often and for how long
	thing
}

// actorReading is what one reading says of an actor.
type actorReading struct {
	Title string
	measure.Row
	Ranked bool
}

// actorIncidents bounds the incidents on the page of an actor.
const actorIncidents = 50

func (s *site) actor(v *visit) error {
	x, err := v.index()
	if err != nil {
		return err
	}
	a := x.Actor(v.r.PathValue("id"))
	if a == nil { // named in what was retracted, or nowhere: what is known of it as an object, or that there is nothing
		http.Redirect(v.w, v.r, "/objects/"+url.PathEscape(v.r.PathValue("id")), http.StatusSeeOther)
		return nil
	}
	body := actorPage{Actor: a, Incidents: a.Incidents[:min(len(a.Incidents), actorIncidents)], More: max(0, len(a.Incidents)-actorIncidents), Said: said(a)}
	for _, r := range measure.Readings {
		row := actorReading{Title: readingWords[r][0]}
		for _, ranked := range x.Ranking(r).Rows {
			if ranked.Actor == x.Known.Resolve(a.ID) {
				row.Row, row.Ranked = ranked, true
			}
		}
		body.Rows = append(body.Rows, row)
	}
	body.Measures = persistence(body.Rows)
	return v.show(http.StatusOK, "actor", a.Label(), markedAs(x), body)
}

// said are the statements that the accused itself makes on claims which name it, each once.
func said(a *index.Actor) (list []*index.Stance) {
	seen := map[string]bool{}
	for _, e := range a.Incidents {
		for _, c := range e.Claims {
			if c.Accused.ID != a.ID {
				continue
			}
			for _, st := range c.Stances {
				own := st.Position.HolderRef == a.ID || st.Position.Capacity == "accused" || st.Position.Capacity == "accused-state"
				if own && !seen[st.ID] {
					seen[st.ID] = true
					list = append(list, st)
				}
			}
		}
	}
	return list
}
