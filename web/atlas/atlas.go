// Package atlas draws the land of the world and says where in the picture each country lies. The projection is Equal Earth (Šavrič, Patterson and
// Jenny, 2018): areas are true, so that a circle stands for the same anywhere.
//
// The land is drawn without borders. Whose a piece of land is, is disputed in many places, and a picture of victims need not decide it: a country
// is a point in the middle of its largest piece, as the base map has it. What the base map does not have has no point.
//
// The base map is Natural Earth as the npm package world-atlas packs it. It is fetched by a lock file when the program is built; without it there is
// no picture (see [Drawn]).
package atlas

import (
	"embed"
	"fmt"
	"math"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"threatwatch/country"
)

// The size of the picture, in its own units. It leaves out Antarctica.
const (
	Width  = 720
	Height = 329
)

//go:embed base
var base embed.FS

// Point is a place in the picture.
type Point struct{ X, Y float64 }

// Drawn says whether the program was built with the base map.
func Drawn() bool { return world().land != "" }

// Land is the outline of all land as the data of an SVG path.
func Land() string { return world().land }

// Place is where a country lies, by its ISO 3166-1 alpha-2 code.
func Place(code string) (Point, bool) {
	p, ok := world().places[code]
	return p, ok
}

type picture struct {
	land   string
	places map[string]Point
}

// world reads the base map once.
var world = sync.OnceValue(func() picture {
	land, err := base.ReadFile("base/land-110m.json")
	if err != nil {
		return picture{} // built without it
	}
	countries, err := base.ReadFile("base/countries-50m.json")
	if err != nil {
		return picture{}
	}
	return picture{outline(mustRead(land).features("land")), middles(mustRead(countries).features("countries"))}
})

// mustRead reads a file that is part of the program.
func mustRead(raw []byte) *topology {
	t, err := readTopology(raw)
	if err != nil {
		panic(fmt.Errorf("the base map: %w", err))
	}
	return t
}

// outline writes rings as the data of a path, to the tenth of a unit and without points that fall together. A ring that is no more than a point is
// left out, and so is Antarctica.
func outline(features []feature) string {
	var b strings.Builder
	for _, f := range features {
		for _, polygon := range f.polygons {
			if southernmost(polygon[0]) < antarctic {
				continue
			}
			for _, ring := range polygon {
				for _, piece := range cut(ring) {
					writeRing(&b, piece)
				}
			}
		}
	}
	return b.String()
}

// antarctic is the latitude below which land is not drawn.
const antarctic = -60.0

func southernmost(ring []position) float64 {
	least := 90.0
	for _, p := range ring {
		least = min(least, p.lat)
	}
	return least
}

func writeRing(b *strings.Builder, ring []position) {
	type tenths struct{ x, y int }
	var points []tenths
	for _, p := range ring {
		at := project(p)
		t := tenths{int(math.Round(at.X * 10)), int(math.Round(at.Y * 10))}
		if n := len(points); n == 0 || points[n-1] != t {
			points = append(points, t)
		}
	}
	if len(points) < 4 {
		return
	}
	for i, t := range points[:len(points)-1] { // z closes the ring: the last is the first
		if i == 0 {
			fmt.Fprintf(b, "M%s,%s", tenth(t.x), tenth(t.y))
			continue
		}
		sep := "l"
		if i > 1 {
			sep = " "
		}
		fmt.Fprintf(b, "%s%s,%s", sep, tenth(t.x-points[i-1].x), tenth(t.y-points[i-1].y))
	}
	b.WriteString("z")
}

// tenth writes a number of tenths as short as can be.
func tenth(n int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	switch {
	case n%10 == 0:
		return fmt.Sprint(sign, n/10)
	case n < 10:
		return fmt.Sprintf("%s.%d", sign, n)
	}
	return fmt.Sprintf("%s%d.%d", sign, n/10, n%10)
}

// middles are the countries' points. The base map numbers countries as ISO 3166-1 does; the few that have no number there are found by name.
func middles(features []feature) map[string]Point {
	places := map[string]Point{}
	for _, f := range features {
		code := country.Code(f.name)
		if r, err := language.ParseRegion(f.id); err == nil && country.Valid(r.String()) {
			code = r.String()
		}
		if code == "" {
			continue
		}
		if _, ok := places[code]; !ok {
			places[code] = middle(f)
		}
	}
	return places
}

// middle is the centroid of the largest piece of a country. As areas are true in the picture, it is measured there.
func middle(f feature) (at Point) {
	largest := 0.0
	for _, polygon := range f.polygons {
		for _, piece := range cut(polygon[0]) {
			if area, centre := centroid(piece); area > largest || largest == 0 {
				largest, at = area, centre
			}
		}
	}
	return Point{math.Round(at.X*10) / 10, math.Round(at.Y*10) / 10}
}

// centroid is the area of a ring, and its centre of mass.
func centroid(ring []position) (area float64, centre Point) {
	var sum, x, y float64
	for i := range ring {
		a, b := project(ring[i]), project(ring[(i+1)%len(ring)])
		cross := a.X*b.Y - b.X*a.Y
		sum, x, y = sum+cross, x+(a.X+b.X)*cross, y+(a.Y+b.Y)*cross
	}
	if sum == 0 { // no more than a point
		return 0, project(ring[0])
	}
	return math.Abs(sum) / 2, Point{x / (3 * sum), y / (3 * sum)}
}
