package stix_test

import (
	"fmt"
	"strings"

	"threatwatch/stix"
)

const tool = `{"type": "tool", "spec_version": "2.1", "id": "tool--5b1f7f0e-2f0a-4a6e-9d53-0c1c9b8d7a61",
  "created": "2026-03-02T08:15:30.123Z", "modified": "2026-03-04T09:00:00.000Z", "name": "A remote console",
  "created_by_ref": "identity--0d1c8f3e-6e55-4b2b-8f5c-4a7d2b9c6e10"}`

func ExampleParse() {
	o, err := stix.Parse([]byte(tool))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(o.Type, "|", o.Name(), "|", stix.FormatTime(o.Modified))
	for _, r := range o.Refs() {
		fmt.Println(r.Kind, r.ID)
	}
	// Output:
	// tool | A remote console | 2026-03-04T09:00:00.000000Z
	// created_by_ref identity--0d1c8f3e-6e55-4b2b-8f5c-4a7d2b9c6e10
}

func ExampleParseValue() {
	_, err := stix.ParseValue([]byte(`{"object_marking_refs": ["a"], "object_marking_ref\u0073": []}`))
	fmt.Println(err)
	// Output:
	// the name "object_marking_refs" stands twice at byte 31 (RFC 7493 §2.3)
}

func ExampleValue_Canonical() {
	v, _ := stix.ParseValue([]byte(`{ "b": 1.0, "a": [ "\u00e9", 1E30 ] }`))
	b, _ := v.Canonical()
	fmt.Println(string(b))
	// Output:
	// {"a":["é",1e+30],"b":1}
}

func ExampleObject_Validate() {
	o, err := stix.Parse([]byte(`{"type": "relationship", "spec_version": "2.1", "id": "relationship--5b1f7f0e-2f0a-4a6e-9d53-0c1c9b8d7a61",
	  "created": "2026-03-02T08:15:30.123Z", "modified": "2026-03-02T08:15:30.123Z", "relationship_type": "uses",
	  "source_ref": "malware--0d1c8f3e-6e55-4b2b-8f5c-4a7d2b9c6e10"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range o.Validate() {
		if !p.Warning {
			fmt.Println(p.Path)
		}
	}
	// Output:
	// target_ref
}

func ExampleNewSCOID() {
	v, _ := stix.ParseValue([]byte(`{"type": "domain-name", "value": "example.com"}`))
	id, _ := stix.NewSCOID(v)
	fmt.Println(id)
	// Output:
	// domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7
}

func ExampleCanonValue() {
	fmt.Println(stix.CanonValue("hxxps://Login[.]Example[.]com:443/a")[0])
	// Output:
	// url:https://login.example.com/a
}

func ExampleReadObjects() {
	text := `{"type": "bundle", "id": "bundle--1", "objects": [` + tool + `]}`
	err := stix.ReadObjects(strings.NewReader(text), func(raw []byte, spec20 bool) error {
		o, err := stix.Parse(raw)
		if err != nil {
			return err // or count it and go on
		}
		fmt.Println(o.ID)
		return nil
	})
	fmt.Println(err)
	// Output:
	// tool--5b1f7f0e-2f0a-4a6e-9d53-0c1c9b8d7a61
	// <nil>
}
