package draft

import (
	"testing"
	"time"

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

// TestRevise: what changed is written, also deep within; what the model does not know stays, and what was not touched is not written.
func TestRevise(t *testing.T) {
	parse := func(s string) *stix.Value {
		v, err := stix.ParseValue([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	held := parse(`{"id":"x","name":"a","x_own":1,"lang":"de","extensions":{"e":{"a":1,"b":[1],"own":2},"f":{"c":1}}}`)
	before := parse(`{"id":"x","name":"a","lang":"de","state":"made up","extensions":{"e":{"a":1,"b":[1]},"g":{"made":"up"}}}`)
	Revise(held, before, parse(`{"id":"x","name":"b","state":"made up","extensions":{"e":{"a":1,"b":[2]},"g":{"made":"up"}}}`))
	if got, want := string(held.AppendJSON(nil)), `{"id":"x","name":"b","x_own":1,"extensions":{"e":{"a":1,"b":[2],"own":2},"f":{"c":1}}}`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestStamp: a new object is created now, a held one gets a later version, also where clocks went back.
func TestStamp(t *testing.T) {
	now := time.Date(2026, 5, 6, 7, 8, 9, 123456789, time.UTC)
	o := stix.NewDict()
	Stamp(o, now)
	if got := string(o.AppendJSON(nil)); got != `{"created":"2026-05-06T07:08:09.123000Z","modified":"2026-05-06T07:08:09.123000Z"}` {
		t.Error(got)
	}
	for _, at := range []time.Time{now.Add(time.Second), now, now.Add(-time.Hour)} {
		before := o.Get("modified").Text()
		Stamp(o, at)
		if after := o.Get("modified").Text(); after <= before || o.Get("created").Text() != "2026-05-06T07:08:09.123000Z" {
			t.Errorf("%s after %s", after, before)
		}
	}
}
