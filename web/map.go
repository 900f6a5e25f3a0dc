package web

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"threatwatch"
	"threatwatch/country"
	"threatwatch/watch/index"
	"threatwatch/watch/measure"
	"threatwatch/web/atlas"
)

// mapPage is where the victims of a filtered list are, and whom claims on them name.
type mapPage struct {
	Form       filterForm
	Total, All int
	Query      string // of the filter, with its question mark
	worldMap
	Accused []facetLink // whom claims on all of these name
}

// worldMap is the picture with its table.
type worldMap struct {
	Finding string
	Rows    []mapRow // the most first
	Unknown mapRow   // those of which no country is known
	Undrawn int      // countries that the base map has no place for
	Sheets  []mapSheet
	Land    string
	Scale   []mapCircle // what circles of round numbers look like
}

// mapRow is one country. An incident with victims in several counts as one in each under Incidents, and is divided evenly among them in Share, so
// that shares add up to all incidents.
type mapRow struct {
	Code, Label, To string
	Incidents       int
	Share           measure.Parts
	Named           []namedCount // the most first
	Nobody          int          // incidents on which no claim stands
}

// namedCount is somebody whom claims name, with in how many incidents.
type namedCount struct {
	*index.Name
	N int
}

// mapSheet is a part of the world in a picture of its own.
type mapSheet struct {
	ID, Title  string
	X, Y, W, H float64
	Circles    []mapCircle // the largest first, so that none is hidden
}

// mapCircle is a country with victims: its area is as large as its share.
type mapCircle struct {
	X, Y, R float64
	Label   string // where there is room for it
	Font    float64
}

// Top is the upper end of a circle.
func (c mapCircle) Top() float64 { return c.Y - c.R }

const (
	largestCircle  = 27.0 // radius of the largest, in units of the picture
	smallestCircle = 1.1  // what would be smaller is drawn so large that it is seen
	shownAccused   = 2    // of each country
	fewIncidents   = 5
	mapFacet       = 12 // of all
)

// victims shows where those are whom the incidents of a filter hit.
func (s *site) victims(v *visit) error {
	x, f, err := v.filtered()
	if threatwatch.KindOf(err) == threatwatch.Invalid {
		return v.show(http.StatusBadRequest, "map", "Map of victims", badge{}, mapPage{Form: wrongForm("/map", v.r.URL.Query(), err)})
	}
	if err != nil {
		return err
	}
	list, facets := x.Browse(f, mapFacet)
	body := mapPage{Form: newForm("/map", f), Total: len(list), All: len(x.Entries), Query: feedQuery(f), worldMap: mapOf(x, f, list)}
	for _, fa := range facetsOf(facets, f, "/map") {
		if fa.Key == "accused" {
			body.Accused = fa.Links
		}
	}
	return v.show(http.StatusOK, "map", "Map of victims", markedAs(x), body)
}

// victimsCSV is the table of the map, with everybody whom claims name.
func (s *site) victimsCSV(v *visit) error {
	x, f, err := v.filtered()
	if err != nil {
		return err
	}
	m := countedMap(x, f, x.Select(f))
	var rows [][]string
	for _, r := range append(m.Rows, m.Unknown) {
		var named []string
		for _, n := range r.Named {
			named = append(named, fmt.Sprintf("%s (%d)", n.Label(), n.N))
		}
		rows = append(rows, []string{r.Code, r.Label, strconv.Itoa(r.Incidents), partsText(r.Share), strconv.Itoa(r.Nobody), formula(strings.Join(named, "; "))})
	}
	v.csv("map", []string{"code", "country", "incidents", "share", "nobody_named", "named"}, rows)
	return nil
}

// filtered is the index with the filter of the address.
func (v *visit) filtered() (*index.Index, *index.Filter, error) {
	x, err := v.index()
	if err != nil {
		return nil, nil, err
	}
	f, err := index.ParseFilter(v.r.URL.Query())
	return x, f, err
}

// partsText is a number of incidents with all its digits, so that a column adds up.
func partsText(p measure.Parts) string {
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(p.Float(), 'f', 6, 64), "0"), ".")
}

// everything is the filter of who asks for nothing.
var everything = &index.Filter{By: "disclosed"}

// mapOf counts and draws. What everybody sees first is drawn once.
func mapOf(x *index.Index, f *index.Filter, list []*index.Entry) worldMap {
	if f.Empty() && f.By == "disclosed" {
		return index.Lately(x, "map", func(x *index.Index) worldMap { return drawnMap(x, everything, x.Entries) })
	}
	return drawnMap(x, f, list)
}

func drawnMap(x *index.Index, f *index.Filter, list []*index.Entry) worldMap {
	m := countedMap(x, f, list)
	for i := range m.Rows {
		m.Rows[i].cut()
	}
	m.Unknown.cut()
	m.draw()
	return m
}

// countedMap counts the victims of a list by country. Every incident of it is in some row.
func countedMap(x *index.Index, f *index.Filter, list []*index.Entry) worldMap {
	rows := map[string]*mapRow{"": {Label: "Country not known"}}
	named := map[string]map[string]int{}
	for _, e := range list {
		codes := e.Countries()
		if len(codes) == 0 {
			codes = []string{""}
		}
		whom := namedIn(x, e)
		for i, part := range measure.Even(len(codes)) {
			code := codes[i]
			r := rows[code]
			if r == nil {
				r = &mapRow{Code: code, Label: country.Name(code), To: mapList(f, code)}
				rows[code] = r
			}
			r.Incidents++
			r.Share += part
			if len(whom) == 0 {
				r.Nobody++
			}
			if named[code] == nil {
				named[code] = map[string]int{}
			}
			for _, id := range whom {
				named[code][id]++
			}
		}
	}
	m := worldMap{}
	for code, r := range rows {
		for id, n := range named[code] {
			r.Named = append(r.Named, namedCount{x.Name(id), n})
		}
		slices.SortFunc(r.Named, func(a, b namedCount) int {
			return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Label(), b.Label()), cmp.Compare(a.ID, b.ID))
		})
		if code == "" {
			m.Unknown = *r
		} else {
			m.Rows = append(m.Rows, *r)
		}
	}
	slices.SortFunc(m.Rows, func(a, b mapRow) int { return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Label, b.Label)) })
	m.Finding = m.finding(len(list))
	return m
}

// cut leaves those who are named most; of a country with few incidents the first.
func (r *mapRow) cut() {
	n := shownAccused
	if r.Incidents < fewIncidents {
		n = 1
	}
	r.Named = r.Named[:min(len(r.Named), n)]
}

// namedIn are those whom the claims on an incident name that stand, each once, by the id that stands for all of its names. A claim that says only from where
// it came accuses nobody.
func namedIn(x *index.Index, e *index.Entry) (ids []string) {
	for _, c := range e.Claims {
		if id := x.Known.Resolve(c.Accused.ID); c.Stands() && c.Terms.Level != string(measure.TerritoryOnly) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// mapList is the list of a country's incidents within a filter.
func mapList(f *index.Filter, code string) string {
	q := f.Query()
	q["country"] = []string{code}
	return address("/incidents", q)
}

func (m *worldMap) finding(total int) string {
	unknown := fmt.Sprintf("of %s the country is not known", thousands(m.Unknown.Incidents))
	switch {
	case total == 0:
		return "No incident is to be drawn"
	case len(m.Rows) == 0:
		return fmt.Sprintf("Of none of %s incidents the country of a victim is known", thousands(total))
	}
	return fmt.Sprintf("Most often hit: %s, in %s of %s incidents; %s", m.Rows[0].Label, thousands(m.Rows[0].Incidents), thousands(total), unknown)
}

// sheets are the world, and the part of it where countries are too small for it.
var sheets = []mapSheet{{ID: "world", Title: "The world", W: atlas.Width, H: atlas.Height}, {ID: "europe", Title: "Europe and the eastern Mediterranean, larger", X: 334, Y: 20, W: 96, H: 76}}

// draw places a circle for each country that the base map has.
func (m *worldMap) draw() {
	if !atlas.Drawn() || len(m.Rows) == 0 {
		return
	}
	m.Land = atlas.Land()
	most := m.Rows[0].Share.Float()
	for _, sheet := range sheets {
		zoom := sheet.W / atlas.Width
		if zoom < 1 {
			zoom *= 1.6 // circles of a larger part may be larger themselves
		}
		for _, r := range m.Rows {
			p, ok := atlas.Place(r.Code)
			if !ok || p.X < sheet.X || p.X > sheet.X+sheet.W || p.Y < sheet.Y || p.Y > sheet.Y+sheet.H {
				continue
			}
			sheet.Circles = append(sheet.Circles, circle(p, r.Share.Float()/most, r.Code, zoom))
		}
		m.Sheets = append(m.Sheets, sheet)
	}
	for _, r := range m.Rows {
		if _, ok := atlas.Place(r.Code); !ok {
			m.Undrawn++
		}
	}
	m.scale(most)
}

// circle is the circle of a part of the largest share.
func circle(at atlas.Point, part float64, label string, zoom float64) mapCircle {
	r := max(smallestCircle, largestCircle*math.Sqrt(part))
	c := mapCircle{X: at.X, Y: at.Y, R: math.Round(r*zoom*100) / 100, Font: math.Round(11*zoom*100) / 100}
	if r >= 10 {
		c.Label = label
	}
	return c
}

// scale draws circles of round numbers, in the ocean.
func (m *worldMap) scale(most float64) {
	y := 300.0
	for _, n := range []float64{1, .1} {
		round := roundDown(most * n)
		if round < 1 || len(m.Scale) > 0 && round == roundDown(most) {
			break
		}
		c := circle(atlas.Point{X: 60, Y: y}, round/most, "", 1)
		c.Label = thousands(int(round))
		c.Y = y - c.R
		m.Scale = append(m.Scale, c)
	}
}

// roundDown is the next lower number of which the first digit is 1, 2 or 5 and the others are noughts.
func roundDown(n float64) float64 {
	ten := math.Pow(10, math.Floor(math.Log10(n)))
	for _, first := range []float64{5, 2} {
		if n >= first*ten {
			return first * ten
		}
	}
	return ten
}
