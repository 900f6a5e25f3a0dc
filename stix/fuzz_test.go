package stix

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// FuzzValidate: no object makes a fault of ours, and the verdict does not depend on how the object is written.
func FuzzValidate(f *testing.F) {
	for typ := range maximal {
		f.Add(fullText(typ))
	}
	f.Add([]byte(`{"type":"bundle","id":"bundle--` + someV4 + `","objects":[{}]}`))
	f.Add([]byte(`{"type":"observed-data","id":"observed-data--` + someV4 + `","created":"2020-01-01T00:00:00.000Z","objects":{"0":{"type":"file","x_ref":"0"}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := Parse(raw)
		if err != nil {
			return
		}
		problems := o.ValidateStrict()
		if len(problems) > manyProblems {
			t.Errorf("%d problems of %q", len(problems), raw)
		}
		canon, err := o.Root.Canonical()
		if err != nil {
			t.Fatalf("%q is parsed and has no canonical form: %v", raw, err)
		}
		same, err := Parse(canon)
		if err != nil {
			t.Fatalf("the canonical form of %q is not parsed: %v", raw, err)
		}
		if again := same.ValidateStrict(); Valid(again) != Valid(problems) {
			t.Errorf("%q: %v, in canonical form %v", raw, problems, again)
		}
		if same.Digest() != o.Digest() {
			t.Errorf("%q has another digest in canonical form", raw)
		}
		if lifted, err := Lift(o); err != nil || lifted.ID != o.ID {
			t.Errorf("Lift(%q): %v", raw, err)
		}
		o.Granular()
		o.Refs()
		o.Values()
	})
}

// fullText is [full] without a test at hand: an object that has the specific properties of its type.
func fullText(typ string) []byte {
	s := `{"type":"` + typ + `","id":"` + typ + `--UUID",` + sdoHead + `,` + maximal[typ] + `}`
	return []byte(strings.ReplaceAll(strings.ReplaceAll(s, "UUID5", someV5), "UUID", someV4))
}

// FuzzReadObjectLines: text without a fault gives what ReadObjects gives, and broken lines are told of in their order.
func FuzzReadObjectLines(f *testing.F) {
	for _, s := range []string{"{\"a\":1}\n{\n{\"b\":2}\n", "[{},\n{}]\n", "{\"type\":\"bundle\",\"objects\":[{\"a\":1},]}\n{}\n", "{}\n\x00\n{}", "{\"x\":[\n{}\n{}\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want, got [][]byte
		err := ReadObjects(bytes.NewReader(text), func(raw []byte, _ bool) error {
			want = append(want, bytes.Clone(raw))
			return nil
		})
		last, broken := 0, 0
		lines := ReadObjectLines(bytes.NewReader(text), func(raw []byte, _ bool) error {
			got = append(got, bytes.Clone(raw))
			return nil
		}, func(line int, _ []byte, fault *SyntaxError) error {
			if broken++; line <= last || fault.Offset < 0 {
				t.Errorf("%q: line %d after line %d, %v", text, line, last, fault)
			}
			last = line
			return nil
		})
		if err == nil && (lines != nil || broken > 0 || !slices.EqualFunc(got, want, bytes.Equal)) {
			t.Errorf("%q: %q, by lines %q, %d broken, %v", text, want, got, broken, lines)
		}
		if len(got) < len(want) || err != nil && lines == nil && broken == 0 {
			t.Errorf("%q: %q and %v, by lines %q, %d broken", text, want, err, got, broken)
		}
	})
}
