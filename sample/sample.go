// Package sample is the catalogue that a demonstration starts with: famous incidents, each fact with its source, all TLP:CLEAR; and,
// under the names of organisations that do not exist, invented objects of every higher marking. It is written for this project.
package sample

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"threatwatch/stix"
)

// Org is an invented organisation.
type Org struct {
	ID, Name string
	Clients  []string // ids of organisations that are its clients
}

// Person is an invented person; Role is one of account's.
type Person struct{ Name, Email, Org, Role string }

// Source says things, each object under a marking of its own.
type Source struct {
	Name, Owner string
	Public      bool
	Objects     [][]byte // STIX 2.1
}

// Orgs lists the organisations.
func Orgs() []Org {
	return []Org{
		{ID: "example-exchange", Name: "Example Exchange"},
		{ID: "example-energy", Name: "Example Energy", Clients: []string{"example-bank"}},
		{ID: "example-hospital", Name: "Example Hospital"},
		{ID: "example-bank", Name: "Example Bank"},
	}
}

// People lists who can sign in.
func People() []Person {
	return []Person{
		{"Olga Operator", "operator@exchange.example", "example-exchange", "operator"},
		{"Ada Analyst", "ada@energy.example", "example-energy", "analyst"},
		{"Hal Reader", "hal@hospital.example", "example-hospital", "reader"},
		{"Ben Publisher", "ben@bank.example", "example-bank", "publisher"},
	}
}

// Sources lists the sources with what they say.
func Sources() []Source {
	return []Source{
		{Name: "Threatwatch sample", Owner: "example-exchange", Public: true, Objects: catalogue()},
		{Name: "Example Energy", Owner: "example-energy", Objects: energy()},
		{Name: "Example Hospital", Owner: "example-hospital", Objects: hospital()},
		{Name: "Example Bank", Owner: "example-bank", Objects: bank()},
	}
}

// space is the namespace of the ids of this catalogue: the same thing has the same id in every build.
var space = uuid.MustParse("6f0d1f6a-3c1b-4f0e-9a55-3c1c6a2f7e10")

func id(typ, name string) string {
	return typ + "--" + uuid.NewSHA1(space, []byte(typ+" "+name)).String()
}

// TLP 2.0 marking definitions (OASIS, "TLP 2.0 marking definitions for STIX 2.1").
const (
	clear       = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
	green       = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
	amber       = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
	amberStrict = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
	red         = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
)

type props map[string]any

// writer collects the objects of one source.
type writer struct {
	author  string // identity
	marking string
	seen    map[string]bool
	about   map[string][]string // what each report speaks of, by its name
	out     [][]byte
}

// add writes an object once and returns its id. when is a date (2006-01-02) or empty.
func (w *writer) add(typ, name, when string, p props) string {
	i := id(typ, name)
	if w.seen[i] {
		return i
	}
	w.seen[i] = true
	o := props{"type": typ, "spec_version": "2.1", "id": i, "object_marking_refs": []string{w.marking}}
	if w.author != "" {
		o["created_by_ref"] = w.author
	}
	t := stamp(when)
	o["created"], o["modified"] = t, t
	for k, v := range p {
		o[k] = v
	}
	w.put(o)
	return i
}

func stamp(day string) string {
	if day == "" {
		day = "2024-01-01"
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic("sample: " + err.Error())
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}

func (w *writer) relate(from, kind, to, when string, p props) string {
	o := props{"relationship_type": kind, "source_ref": from, "target_ref": to}
	for k, v := range p {
		o[k] = v
	}
	return w.add("relationship", from+" "+kind+" "+to, when, o)
}

// revise adds a later version of an object: what changes is in p.
func (w *writer) revise(id, when string, p props) {
	for _, raw := range slices.Backward(w.out) {
		var o props
		if err := json.Unmarshal(raw, &o); err != nil || o["id"] != id {
			continue
		}
		o["modified"] = stamp(when)
		for k, v := range p {
			o[k] = v
		}
		w.put(o)
		return
	}
	panic("sample: nothing to revise: " + id)
}

// observable adds a cyber-observable, whose id follows from what it is (STIX 2.1 §2.9).
func (w *writer) observable(typ string, p props) string {
	o := props{"type": typ, "spec_version": "2.1", "object_marking_refs": []string{w.marking}}
	for k, v := range p {
		o[k] = v
	}
	raw, err := json.Marshal(o)
	if err != nil {
		panic(fmt.Sprintf("sample: %s: %v", typ, err)) // as in put
	}
	root, err := stix.ParseValue(raw)
	if err != nil {
		panic(fmt.Sprintf("sample: %s: %v", typ, err))
	}
	id, ok := stix.NewSCOID(root)
	if !ok {
		panic("sample: " + typ + " has nothing to be known by")
	}
	o["id"] = id
	w.put(o)
	return id
}

// put writes an object.
func (w *writer) put(o props) {
	raw, err := json.Marshal(o)
	if err != nil {
		panic(fmt.Sprintf("sample: %v: %v", o["id"], err)) // the catalogue is constant; its test marshals all of it
	}
	w.out = append(w.out, raw)
}
