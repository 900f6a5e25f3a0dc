package pattern

import (
	"testing"

	"threatwatch/stix"
)

// TestObservationsCopy: objects are copied as they are, those of several observations once, and what was given stays.
func TestObservationsCopy(t *testing.T) {
	t.Parallel()
	const first = `{"type":"x","id":"x--1","n":-1.50e3,"s":"a\"é","b":false,"none":null,"l":[[1,[]],{"k":["v",{}]},"w"],"y_ref":"y--1"}`
	const second = `{"type":"y","id":"y--1","v":"z"}`
	var objects []*stix.Value
	for _, text := range []string{first, second,
		`{"type":"observed-data","id":"observed-data--1","first_observed":"2026-03-01T00:00:00Z","last_observed":"2026-03-01T00:00:00Z","object_refs":["x--1","y--1","x--1"]}`,
		`{"type":"observed-data","id":"observed-data--2","first_observed":"2026-03-01T00:00:00Z","last_observed":"2026-03-01T00:00:00Z","object_refs":["y--1","x--1"]}`,
		`{"type":"observed-data","id":"observed-data--3","first_observed":"2026-03-01T00:00:00Z","last_observed":"2026-03-01T00:00:00Z","objects":{"0":` + first + `,"1":` + second + `}}`} {
		v, err := stix.ParseValue([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, v)
	}
	list, faults := Observations(objects)
	if len(list) != 3 || len(faults) > 0 {
		t.Fatalf("%d observations, %v", len(list), faults)
	}
	texts := map[string]string{"x": first, "y": second}
	for _, o := range list {
		for _, x := range o.Objects {
			if got := string(x.Root.AppendJSON(nil)); got != texts[x.Type] {
				t.Errorf("%s: %s is %s, want %s", o.ID, x.ID, got, texts[x.Type])
			}
		}
	}
	if got := string(objects[0].AppendJSON(nil)); got != first {
		t.Errorf("what was given is %s now", got)
	}
	if list[0].Objects[0].Root == objects[0] || list[1].Objects[0].Root != objects[1] || list[1].Objects[1].Root != objects[0] {
		t.Error("not the first observation alone has copies")
	}
}
