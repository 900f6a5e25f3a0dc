// Package drafttest takes in what a foreign format becomes, as an exchange does, for the tests of the rooms that read such formats.
package drafttest

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"strings"
	"testing"

	"threatwatch/stix"
)

// Today is the time of every import.
const Today = "2030-01-01T00:00:00.000Z"

// Objects is how the rooms hand over what a document becomes.
type Objects func(raw []byte, now string, held func(id string) *stix.Value, f func(*stix.Value) error) (faults []error, err error)

// Exchange holds the newest version of what was taken in.
type Exchange struct {
	Held           map[string]*stix.Value
	Added, Changed int     // by the last Take
	Faults         []error // of the last Take
	t              testing.TB
	objects        Objects
	order          []string
}

// New is an exchange with nothing in it.
func New(t testing.TB, objects Objects) *Exchange {
	return &Exchange{Held: map[string]*stix.Value{}, t: t, objects: objects}
}

// Take reads a document and validates every object as the door does. No object may have two contents under one version (STIX 2.1 §3.6).
func (x *Exchange) Take(raw []byte) {
	x.t.Helper()
	x.Added, x.Changed = 0, 0
	faults, err := x.objects(raw, Today, func(id string) *stix.Value { return x.Held[id] }, x.put)
	if err != nil {
		x.t.Fatal(err)
	}
	x.Faults = faults
}

func (x *Exchange) put(o *stix.Value) error {
	id := o.Get("id").Text()
	switch old := x.Held[id]; {
	case old == nil:
		x.Added++
		x.order = append(x.order, id)
	case bytes.Equal(old.AppendJSON(nil), o.AppendJSON(nil)):
		return nil
	case old.Get("modified").Text() != o.Get("modified").Text():
		x.Changed++
	default:
		x.t.Fatalf("%s has two contents under one version", id)
	}
	x.Held[id] = Valid(x.t, o).Root
	return nil
}

// Strict takes what read hands over into held and fails the test at any problem that validation knows but a warning. It says what came, in which
// order, and how much of it is new or has a new version. No object may have two contents under one version (STIX 2.1 §3.6).
func Strict(t testing.TB, held map[string]*stix.Value, read func(held func(id string) *stix.Value, put func(*stix.Value) error) error) (order []string, added, changed int) {
	t.Helper()
	err := read(func(id string) *stix.Value { return held[id] }, func(o *stix.Value) error {
		raw := o.AppendJSON(nil)
		obj, err := stix.Parse(raw)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		for _, p := range obj.ValidateStrict() {
			if !p.Warning {
				t.Fatalf("%s: %+v", raw, p)
			}
		}
		id := o.Get("id").Text()
		switch old := held[id]; {
		case old == nil:
			added++
		case old.Get("modified").Text() != o.Get("modified").Text():
			changed++
		case !bytes.Equal(old.AppendJSON(nil), raw):
			t.Fatalf("%s has two contents under one version:\n%s\n%s", id, old.AppendJSON(nil), raw)
		}
		order = append(order, id)
		held[id], err = stix.ParseValue(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return order, added, changed
}

// Valid writes an object, reads it again and fails the test where it breaks a rule of STIX.
func Valid(t testing.TB, o *stix.Value) *stix.Object {
	t.Helper()
	obj, err := stix.Parse(o.AppendJSON(nil))
	if err != nil {
		t.Fatalf("%s: %v", o.AppendJSON(nil), err)
	}
	if p := obj.Validate(); !stix.Valid(p) {
		t.Fatalf("%s: %+v", obj.Raw, p)
	}
	return obj
}

// Of lists what is held of a type, in the order in which it came.
func (x *Exchange) Of(typ string) (list []*stix.Value) {
	for _, id := range x.order {
		if strings.HasPrefix(id, typ+"--") {
			list = append(list, x.Held[id])
		}
	}
	return list
}

// All is everything that is held, for what writes it again.
func (x *Exchange) All(yield func(*stix.Value, error) bool) {
	for _, id := range x.order {
		if !yield(x.Held[id], nil) {
			return
		}
	}
}

// Unpacked reads a file that is packed with gzip.
func Unpacked(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
