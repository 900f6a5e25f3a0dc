package atlas

import "math"

// position is a place on the globe, in degrees.
type position struct{ lon, lat float64 }

// The coefficients of Equal Earth (Šavrič, Patterson and Jenny, 2018, doi:10.1080/13658816.2018.1504949).
const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796

// equalEarth projects onto a plane on which the globe has its radius as the unit; y grows to the north.
func equalEarth(p position) (x, y float64) {
	lon, lat := p.lon*math.Pi/180, p.lat*math.Pi/180
	t := math.Asin(math.Sqrt(3) / 2 * math.Sin(lat))
	t2 := t * t
	t6 := t2 * t2 * t2
	x = 2 * math.Sqrt(3) * lon * math.Cos(t) / (3 * (9*a4*t6*t2 + 7*a3*t6 + 3*a2*t2 + a1))
	return x, t * (a4*t6*t2 + a3*t6 + a2*t2 + a1)
}

// The picture shows the whole width of the globe, and what lies between its northern edge and a little south of Cape Horn.
var (
	scale = Width / (2 * 2 * math.Sqrt(3) * math.Pi / (3 * a1))
	north = func() float64 { _, y := equalEarth(position{0, 84}); return y }()
)

// project places a position in the picture.
func project(p position) Point {
	x, y := equalEarth(p)
	return Point{Width/2 + x*scale, (north - y) * scale}
}

// cut parts a ring at the edge of the picture, which is the meridian of 180 degrees: what crosses it lies on both sides. Rings around a pole are none
// of those that are drawn.
func cut(ring []position) (pieces [][]position) {
	whole := make([]position, len(ring))
	turn := 0.0
	for i, p := range ring { // a step of more than half the globe is one over the edge
		if i > 0 && math.Abs(p.lon-ring[i-1].lon) > 180 {
			turn += math.Copysign(360, ring[i-1].lon-p.lon)
		}
		whole[i] = position{p.lon + turn, p.lat}
	}
	for _, shift := range []float64{0, -360, 360} {
		moved := make([]position, len(whole))
		for i, p := range whole {
			moved[i] = position{p.lon + shift, p.lat}
		}
		if piece := clip(clip(moved, 180, 1), -180, -1); len(piece) > 0 {
			pieces = append(pieces, piece)
		}
	}
	return pieces
}

// clip keeps what of a ring lies within a meridian: to its west when side is 1, to its east when it is -1 (Sutherland and Hodgman, 1974).
func clip(ring []position, meridian, side float64) (out []position) {
	within := func(p position) bool { return (meridian-p.lon)*side >= 0 }
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if within(a) {
			out = append(out, a)
		}
		if within(a) != within(b) {
			out = append(out, position{meridian, a.lat + (b.lat-a.lat)*(meridian-a.lon)/(b.lon-a.lon)})
		}
	}
	if len(out) > 0 {
		out = append(out, out[0])
	}
	return out
}
