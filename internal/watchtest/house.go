// Package watchtest makes exchanges with incidents, claims and stances for tests.
package watchtest

import (
	"fmt"
	"testing"
	"time"

	"threatwatch/intake"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/store/sqlite"
	"threatwatch/watch"
)

// Markings of TLP 2.0 by level: CLEAR, GREEN, RED.
var Markings = []string{"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"}

// House is an exchange in a directory of its own, with the sources acme and beta.
type House struct {
	*testing.T
	Store    store.Store
	Intake   *intake.Intake
	Releaser *release.Releaser
	Sources  []store.Source
}

// New makes a house that lasts as long as the test.
func New(t *testing.T) *House {
	t.Helper()
	st, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	h := &House{T: t, Store: st, Intake: intake.New(st, time.Now), Releaser: release.New(st, []byte("a secret of thirty-two bytes or more"), time.Now)}
	for _, owner := range []string{"acme", "beta"} {
		s, err := h.Intake.AddSource(t.Context(), store.Source{Name: owner, Owner: owner, Public: true})
		if err != nil {
			t.Fatal(err)
		}
		h.Sources = append(h.Sources, s)
	}
	return h
}

// Say submits objects of a source, each of which must be taken.
func (h *House) Say(source int, objects ...*stix.Value) {
	h.Helper()
	for _, o := range objects {
		got, err := h.Intake.Submit(h.Context(), intake.Submission{Source: h.Sources[source].ID, Agreed: true}, [][]byte{o.AppendJSON(nil)})
		if err != nil || got[0].Status != intake.Added {
			h.Fatalf("%s: %+v, %v", o.AppendJSON(nil), got, err)
		}
	}
}

// ID is the identifier of the nth object of a type.
func ID(typ string, n int) string {
	return fmt.Sprintf("%s--00000000-0000-4000-8000-%012x", typ, n)
}

// At gives an object its version, by number, and its marking, by place in Markings.
func At(o *stix.Value, version, marking int) *stix.Value {
	o.Set("created", stix.NewString("2020-01-01T00:00:00.000Z"))
	o.Set("modified", stix.NewString(time.Date(2020, 1, 1, 0, version, 0, 0, time.UTC).Format("2006-01-02T15:04:05.000Z")))
	o.Set("object_marking_refs", stix.NewStrings([]string{Markings[marking]}))
	return o
}

// Moment reads a date.
func Moment(s string) watch.Moment {
	m, err := watch.ParseMoment(s)
	if err != nil {
		panic(err)
	}
	return m
}

// Incident is an incident that was made public on a day.
func Incident(n int, name, day string, facts watch.Facts) *stix.Value {
	facts.Milestones = append(facts.Milestones, watch.Milestone{Kind: "public_disclosure", Moment: Moment(day)})
	return (&watch.Incident{Head: watch.Head{ID: ID("incident", n)}, Name: name, Facts: facts}).Object()
}

// Named is an object that has a name and nothing else.
func Named(typ string, n int, name string) *stix.Value {
	return stix.NewDict(stix.Member{Name: "type", Value: stix.NewString(typ)}, stix.Member{Name: "spec_version", Value: stix.NewString("2.1")},
		stix.Member{Name: "id", Value: stix.NewString(ID(typ, n))}, stix.Member{Name: "name", Value: stix.NewString(name)})
}

// Claim is a claim of an identity that an intrusion set did what an incident tells.
func Claim(n, incident, accused, by int, kind string) *stix.Value {
	return (&watch.Claim{Head: watch.Head{ID: ID("relationship", n)}, Act: ID("incident", incident), Accused: ID("intrusion-set", accused), Words: fmt.Sprint("claim ", n),
		Terms: watch.Terms{ClaimantRef: ID("identity", by), StatedAt: Moment("2020-02-01"), Kinds: []string{kind}, Level: "group"}}).Object()
}

// Stance is what an identity says of a claim or an incident.
func Stance(n int, on string, by int, what string) *stix.Value {
	return (&watch.Stance{Head: watch.Head{ID: ID(watch.StanceType(what), n)}, Of: []string{on}, Words: fmt.Sprint("stance ", n), Note: watch.Opinion(what) == "",
		Position: watch.Position{HolderRef: ID("identity", by), Stance: what, StatedAt: Moment("2020-03-01")}}).Object()
}

// Tie is a relationship between two incidents.
func Tie(n int, kind string, from, to int) *stix.Value {
	return stix.NewDict(stix.Member{Name: "type", Value: stix.NewString("relationship")}, stix.Member{Name: "spec_version", Value: stix.NewString("2.1")}, stix.Member{Name: "id", Value: stix.NewString(ID("relationship", n))},
		stix.Member{Name: "relationship_type", Value: stix.NewString(kind)}, stix.Member{Name: "source_ref", Value: stix.NewString(ID("incident", from))}, stix.Member{Name: "target_ref", Value: stix.NewString(ID("incident", to))},
		stix.Member{Name: "description", Value: stix.NewString(fmt.Sprint("tie ", n))})
}
