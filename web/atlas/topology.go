package atlas

import (
	"encoding/json"
	"fmt"
	"slices"
)

// topology is a file of TopoJSON (the format's specification, §2): lines that shapes have in common are told once, as steps on a grid.
type topology struct {
	Objects   map[string]geometry `json:"objects"`
	Arcs      [][][2]float64      `json:"arcs"`
	Transform struct {
		Scale     [2]float64 `json:"scale"`
		Translate [2]float64 `json:"translate"`
	} `json:"transform"`
}

type geometry struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	Properties properties      `json:"properties"`
	Arcs       json.RawMessage `json:"arcs"`
	Geometries []geometry      `json:"geometries"`
}

type properties struct {
	Name string `json:"name"`
}

// feature is one shape: polygons of rings, of which the first is the outer one.
type feature struct {
	id, name string
	polygons [][][]position
}

// readTopology reads a file and checks that shapes name only lines that are there.
func readTopology(raw []byte) (*topology, error) {
	var t topology
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, err
	}
	for name, object := range t.Objects {
		for _, g := range object.Geometries {
			polygons, err := g.polygons()
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, g.Properties.Name, err)
			}
			for _, rings := range polygons {
				if err := t.check(rings); err != nil {
					return nil, fmt.Errorf("%s: %s: %w", name, g.Properties.Name, err)
				}
			}
		}
	}
	return &t, nil
}

func (t *topology) check(rings [][]int) error {
	if len(rings) == 0 {
		return fmt.Errorf("a polygon without a ring")
	}
	for _, ring := range rings {
		if len(ring) == 0 {
			return fmt.Errorf("a ring without a line")
		}
		for _, arc := range ring {
			if arc < 0 {
				arc = ^arc
			}
			if arc >= len(t.Arcs) {
				return fmt.Errorf("there is no line %d", arc)
			}
		}
	}
	return nil
}

// polygons are the numbers of a shape's lines, by polygon and ring. What is no area has none.
func (g geometry) polygons() (list [][][]int, err error) {
	switch g.Type {
	case "Polygon":
		var one [][]int
		err = json.Unmarshal(g.Arcs, &one)
		return [][][]int{one}, err
	case "MultiPolygon":
		err = json.Unmarshal(g.Arcs, &list)
		return list, err
	}
	return nil, nil
}

// features are the shapes of an object that are areas.
func (t *topology) features(object string) (list []feature) {
	for _, g := range t.Objects[object].Geometries {
		f := feature{id: g.ID, name: g.Properties.Name}
		polygons, _ := g.polygons() // it was read once
		for _, rings := range polygons {
			var polygon [][]position
			for _, ring := range rings {
				polygon = append(polygon, t.ring(ring))
			}
			f.polygons = append(f.polygons, polygon)
		}
		if len(f.polygons) > 0 {
			list = append(list, f)
		}
	}
	return list
}

// ring joins lines end to end; the end of one is the beginning of the next. A number whose bits are turned over is a line backwards.
func (t *topology) ring(arcs []int) (ring []position) {
	for _, arc := range arcs {
		backwards := arc < 0
		if backwards {
			arc = ^arc
		}
		line := t.line(arc)
		if backwards {
			slices.Reverse(line)
		}
		if len(ring) > 0 {
			line = line[1:]
		}
		ring = append(ring, line...)
	}
	return ring
}

// line adds up the steps of a line and takes it off the grid.
func (t *topology) line(arc int) []position {
	list := make([]position, 0, len(t.Arcs[arc]))
	x, y := 0.0, 0.0
	for _, step := range t.Arcs[arc] {
		x, y = x+step[0], y+step[1]
		list = append(list, position{x*t.Transform.Scale[0] + t.Transform.Translate[0], y*t.Transform.Scale[1] + t.Transform.Translate[1]})
	}
	return list
}
