package draft

import (
	"testing"

	"threatwatch/stix"
)

// TestVersions: what says the same keeps its version; what says something else gets a later one, even where the release is not newer.
func TestVersions(t *testing.T) {
	held := map[string]*stix.Value{}
	put := func(released, name string) string {
		b := NewBook([16]byte{1}, released, func(id string) *stix.Value { return held[id] }, func(o *stix.Value) error { held[o.Get("id").Text()] = o; return nil })
		id := b.Put(Object("identity", b.ID("identity", "x"), Text("name", name)), "2020-01-01T00:00:00.000Z")
		if b.Err() != nil || !b.Has(id) || held[id].Get("created").Text() != "2020-01-01T00:00:00.000Z" {
			t.Fatal(b.Err(), held[id])
		}
		return held[id].Get("modified").Text()
	}
	for _, x := range []struct{ released, name, want string }{
		{"2021-01-01T00:00:00.000Z", "a", "2020-01-01T00:00:00.000Z"},
		{"2021-01-01T00:00:00.000Z", "a", "2020-01-01T00:00:00.000Z"},
		{"2021-01-01T00:00:00.000Z", "b", "2021-01-01T00:00:00.000Z"},
		{"2021-01-01T00:00:00.000Z", "c", "2021-01-01T00:00:00.001000Z"},
	} {
		if got := put(x.released, x.name); got != x.want {
			t.Errorf("%v: modified %s", x, got)
		}
	}
}
