package atlas

import (
	"math"
	"os"
	"strings"
	"testing"
)

// TestAreasAreTrue: a patch of a degree each way covers in the picture what it covers on the globe, wherever it lies.
func TestAreasAreTrue(t *testing.T) {
	for lat := -55.0; lat < 84; lat += 7 {
		for _, lon := range []float64{-170, -31, 0, 55, 168} {
			area, _ := centroid(patch(lon, lat))
			globe := (math.Sin((lat+1)*math.Pi/180) - math.Sin(lat*math.Pi/180)) * math.Pi / 180 * scale * scale
			if math.Abs(area/globe-1) > .002 {
				t.Errorf("at %v, %v: %v in the picture, %v on the globe", lon, lat, area, globe)
			}
		}
	}
}

// patch is a ring around a degree each way, with points enough that its sides bend as they should.
func patch(lon, lat float64) (ring []position) {
	const n = 20
	for i := range n {
		ring = append(ring, position{lon + float64(i)/n, lat})
	}
	for i := range n {
		ring = append(ring, position{lon + 1, lat + float64(i)/n})
	}
	for i := range n {
		ring = append(ring, position{lon + 1 - float64(i)/n, lat + 1})
	}
	for i := range n {
		ring = append(ring, position{lon, lat + 1 - float64(i)/n})
	}
	return ring
}

// TestProject: the poles' latitude and the edges, by the published extent of Equal Earth: 2.7066 by 1.3173 to each side.
func TestProject(t *testing.T) {
	if x, y := equalEarth(position{180, 0}); math.Abs(x-2.70663) > 1e-4 || y != 0 {
		t.Errorf("the edge lies at %v, %v", x, y)
	}
	if x, y := equalEarth(position{0, 90}); x != 0 || math.Abs(y-1.31737) > 1e-4 {
		t.Errorf("the pole lies at %v, %v", x, y)
	}
	if p := project(position{-180, 0}); math.Abs(p.X) > 1e-9 {
		t.Errorf("the western edge lies at %v", p.X)
	}
	if p := project(position{-67, -56}); p.Y > Height {
		t.Errorf("Cape Horn lies at %v, below the picture", p.Y)
	}
}

// TestCut: a ring over the edge of the picture has a piece at each side, and what is within is left as it is.
func TestCut(t *testing.T) {
	within := []position{{10, 10}, {20, 10}, {20, 20}, {10, 20}, {10, 10}}
	if pieces := cut(within); len(pieces) != 1 || len(pieces[0]) != len(within) {
		t.Errorf("what is within becomes %v", pieces)
	}
	pieces := cut([]position{{170, 10}, {-170, 10}, {-170, 20}, {170, 20}, {170, 10}})
	if len(pieces) != 2 {
		t.Fatalf("%d pieces, want 2", len(pieces))
	}
	whole, _ := centroid(patchOf(160, 180))
	sum := 0.0
	for _, piece := range pieces {
		area, centre := centroid(piece)
		sum += area
		if centre.X > 60 && centre.X < Width-60 {
			t.Errorf("a piece lies at %v", centre)
		}
	}
	if math.Abs(sum/whole-1) > .01 {
		t.Errorf("the pieces have %v, the same within has %v", sum, whole)
	}
}

// patchOf is a ring between two meridians, and 10 and 20 degrees north.
func patchOf(west, east float64) []position {
	return []position{{west, 10}, {east, 10}, {east, 20}, {west, 20}, {west, 10}}
}

// two squares side by side: the line between them is told once, and the second walks it backwards.
const squares = `{"type":"Topology","transform":{"scale":[1,1],"translate":[10,40]},
	"arcs":[[[1,1],[0,-1]],[[1,0],[-1,0],[0,1],[1,0]],[[1,1],[1,0],[0,-1],[-1,0]]],
	"objects":{"countries":{"type":"GeometryCollection","geometries":[
		{"type":"Polygon","id":"276","properties":{"name":"Germany"},"arcs":[[0,1]]},
		{"type":"MultiPolygon","properties":{"name":"Kosovo"},"arcs":[[[2,-1]]]},
		{"type":"Point","properties":{"name":"Nowhere"}},
		{"type":"Polygon","properties":{"name":"No such country"},"arcs":[[2,-1]]}]}}}`

func TestTopology(t *testing.T) {
	top, err := readTopology([]byte(squares))
	if err != nil {
		t.Fatal(err)
	}
	features := top.features("countries")
	if len(features) != 3 {
		t.Fatalf("%d areas, want 3", len(features))
	}
	for i, want := range [][]position{{{11, 41}, {11, 40}, {10, 40}, {10, 41}, {11, 41}}, {{11, 41}, {12, 41}, {12, 40}, {11, 40}, {11, 41}}} {
		ring := features[i].polygons[0][0]
		if len(ring) != len(want) {
			t.Fatalf("%s has %v, want %v", features[i].name, ring, want)
		}
		for j := range want {
			if ring[j] != want[j] {
				t.Errorf("%s has %v, want %v", features[i].name, ring, want)
			}
		}
	}
	places := middles(features)
	if len(places) != 2 {
		t.Errorf("places of %v, want DE by its number and XK by its name", places)
	}
	for code, lon := range map[string]float64{"DE": 10.5, "XK": 11.5} {
		want := project(position{lon, 40.5})
		if got := places[code]; math.Abs(got.X-want.X) > .1 || math.Abs(got.Y-want.Y) > .1 {
			t.Errorf("%s lies at %v, want %v", code, got, want)
		}
	}
	if data := outline(features); strings.Count(data, "z") != 3 || !strings.HasPrefix(data, "M") {
		t.Errorf("the outline is %q", data)
	}
	for _, bad := range []string{`{`, strings.Replace(squares, "[[0,1]]", "[[0,9]]", 1), strings.Replace(squares, "[[0,1]]", "[]", 1), strings.Replace(squares, "[[0,1]]", "[[]]", 1), strings.Replace(squares, "[[0,1]]", `"x"`, 1)} {
		if _, err := readTopology([]byte(bad)); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
}

func TestTenth(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: ".7", -7: "-.7", 10: "1", -123: "-12.3", 1234: "123.4"} {
		if got := tenth(n); got != want {
			t.Errorf("tenth(%d) = %q, want %q", n, got, want)
		}
	}
}

// TestWorld: the base map has countries where they lie, small ones too, and is short enough for a page.
func TestWorld(t *testing.T) {
	if !Drawn() {
		if os.Getenv("CI") == "true" {
			t.Fatal("the base map is needed: make deps")
		}
		t.Skip("needs the base map: make deps")
	}
	for code, at := range map[string]position{"DE": {10.4, 51.1}, "US": {-99, 39.5}, "BR": {-53, -10}, "AU": {134, -25}, "SG": {103.8, 1.4}, "XK": {20.9, 42.6}, "TW": {121, 23.7}, "PS": {35.3, 31.9}, "FR": {2.5, 46.5}, "MT": {14.4, 35.9}} {
		want := project(at)
		got, ok := Place(code)
		if !ok || math.Hypot(got.X-want.X, got.Y-want.Y) > 6 {
			t.Errorf("%s lies at %v, want about %v", code, got, want)
		}
	}
	for code := range world().places {
		if p, _ := Place(code); code != "AQ" && (p.X < 0 || p.X > Width || p.Y < 0 || p.Y > Height) {
			t.Errorf("%s lies at %v, outside of the picture", code, p)
		}
	}
	if n := len(Land()); n < 10_000 || n > 45_000 {
		t.Errorf("the outline has %d bytes", n)
	}
	if _, ok := Place("ZZ"); ok {
		t.Error("ZZ lies somewhere")
	}
}
