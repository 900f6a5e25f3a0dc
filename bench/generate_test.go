package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"threatwatch/stix"
)

// TestGenerator checks that a seed says all, and that what it makes is valid STIX.
func TestGenerator(t *testing.T) {
	var a, b bytes.Buffer
	if err := errors.Join(writeBundle(&a, newGenerator(1).objects(500)), writeBundle(&b, newGenerator(1).objects(500))); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two bundles of one seed differ")
	}
	types := map[string]int{}
	err := stix.ReadObjects(&a, func(raw []byte, _ bool) error {
		o, err := stix.Parse(raw)
		if err != nil {
			return err
		}
		if problems := o.Validate(); !stix.Valid(problems) {
			t.Errorf("%s: %v", o.ID, problems)
		}
		types[o.Type]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range []string{"indicator", "relationship", "report", "ipv4-addr", "domain-name", "file"} {
		if types[typ] == 0 {
			t.Errorf("500 objects hold no %s: %v", typ, types)
		}
	}
}

// TestSet checks that what exchanges are given has ids, and a version each.
func TestSet(t *testing.T) {
	s := newSet(100, 200)
	ids := map[string]bool{}
	for _, o := range s {
		ids[o.id] = true
		if !bytes.Contains(o.raw, []byte(`"modified":"`)) {
			t.Errorf("%s has no modified", o.id)
		}
	}
	if len(ids) != 200 {
		t.Errorf("200 objects have %d ids", len(ids))
	}
}

// TestSample checks that what is looked for is held.
func TestSample(t *testing.T) {
	var held strings.Builder
	if err := writeBundle(&held, newGenerator(1).objects(5000)); err != nil {
		t.Fatal(err)
	}
	known := sample(newGenerator(1).objects(5000), 5)
	if len(known) < 400 {
		t.Errorf("only %d of 5,000 objects are known", len(known))
	}
	for _, k := range known {
		for _, s := range []string{k.id, k.value, k.word} {
			if s == "" || !strings.Contains(held.String(), s) {
				t.Errorf("%q of %s is not held", s, k.id)
			}
		}
	}
}
