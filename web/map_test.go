package web

import (
	"math"
	"os"
	"slices"
	"testing"

	"threatwatch/watch"
	"threatwatch/watch/index"
	"threatwatch/watch/measure"
	"threatwatch/web/atlas"
)

// struck is an incident that hit countries, with those whom claims on it name.
func struck(id string, countries []string, accused ...*index.Name) *index.Entry {
	e := &index.Entry{Incident: &watch.Incident{Head: watch.Head{ID: id}, Facts: watch.Facts{Victims: []watch.Victim{{Countries: countries}}}}}
	for _, a := range accused {
		e.Claims = append(e.Claims, &index.Claim{Claim: &watch.Claim{Accused: a.ID, Terms: watch.Terms{Status: "standing"}}, Accused: a})
	}
	return e
}

// TestMapCounts: shares of all rows add up to the incidents, exactly; whole counts are those of the lists that the rows lead to.
func TestMapCounts(t *testing.T) {
	a, b := &index.Name{ID: "intrusion-set--a", Name: "A"}, &index.Name{ID: "intrusion-set--b", Name: "B"}
	list := []*index.Entry{struck("1", []string{"DE"}, a), struck("2", []string{"DE", "FR", "US"}, a, b), struck("3", nil), struck("4", []string{"DE", "FR", "US", "GB", "IT", "ES", "PT"}), struck("5", nil, b)}
	from := &index.Name{ID: "location--c", Name: "C"} // a claim that says only from where it came names nobody
	list[3].Claims = []*index.Claim{{Claim: &watch.Claim{Accused: from.ID, Terms: watch.Terms{Status: "standing", Level: "territory-only"}}, Accused: from}}
	f := &index.Filter{By: "disclosed"}
	m := countedMap(&index.Index{}, f, list)
	sum := m.Unknown.Share
	for _, r := range m.Rows {
		sum += r.Share
	}
	if sum != measure.Parts(len(list))*measure.Whole {
		t.Errorf("shares add up to %v, want %d", sum.Float(), len(list))
	}
	de := m.Rows[0]
	if de.Code != "DE" || de.Incidents != 3 || de.Nobody != 1 || de.To != "/incidents?country=DE" {
		t.Errorf("the first row is %+v", de)
	}
	if len(de.Named) != 2 || de.Named[0].ID != a.ID || de.Named[0].N != 2 || de.Named[1].N != 1 {
		t.Errorf("named are %v", de.Named)
	}
	if m.Unknown.Incidents != 2 || m.Unknown.Nobody != 1 {
		t.Errorf("of no country: %+v", m.Unknown)
	}
	if want := "Most often hit: Germany, in 3 of 5 incidents; of 2 the country is not known"; m.Finding != want {
		t.Errorf("the finding is %q, want %q", m.Finding, want)
	}
}

// TestMapCircles: areas are as large as shares, the largest is drawn first, and what the base map has no place for is said.
func TestMapCircles(t *testing.T) {
	if !atlas.Drawn() {
		if os.Getenv("CI") == "true" {
			t.Fatal("the base map is needed: make deps")
		}
		t.Skip("needs the base map: make deps")
	}
	m := worldMap{Rows: []mapRow{{Code: "US", Share: 100 * measure.Whole}, {Code: "DE", Share: 25 * measure.Whole}, {Code: "GP", Share: 9 * measure.Whole}, {Code: "FJ", Share: measure.Whole / 100}}}
	m.draw()
	world, europe := m.Sheets[0].Circles, m.Sheets[1].Circles
	if len(world) != 3 || len(europe) != 1 || m.Undrawn != 1 {
		t.Fatalf("%d circles, %d in Europe, %d not drawn", len(world), len(europe), m.Undrawn)
	}
	if ratio := world[0].R / world[1].R; math.Abs(ratio-2) > .01 || world[2].R < 1 {
		t.Errorf("radii are %v, %v, %v", world[0].R, world[1].R, world[2].R)
	}
	if !slices.IsSortedFunc(world, func(a, b mapCircle) int { return int(math.Copysign(1, b.R-a.R)) }) {
		t.Error("a larger circle hides a smaller one")
	}
	if len(m.Scale) != 2 || m.Scale[0].Label != "100" || math.Abs(m.Scale[0].R-world[0].R) > .01 || m.Scale[1].Label != "10" {
		t.Errorf("the scale is %+v", m.Scale)
	}
}

func TestRoundDown(t *testing.T) {
	for n, want := range map[float64]float64{1: 1, 1.9: 1, 4.99: 2, 5: 5, 73: 50, 9999: 5000, .3: .2} {
		if got := roundDown(n); math.Abs(got-want) > 1e-9 {
			t.Errorf("roundDown(%v) = %v, want %v", n, got, want)
		}
	}
}
