package stix

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"threatwatch/internal/testdata"
)

// refusedFiles are the files with objects that we refuse, and how many; doc/divergences.md gives the reasons.
var refusedFiles = map[string]int{
	"stix-oasis/idioms-2.0/ais-marking-a-e-f.json":                                    1,
	"stix-oasis/idioms-2.0/ais-marking-a-u-f.json":                                    1,
	"stix-oasis/idioms-2.0/ais-marking-g-n-f.json":                                    1,
	"stix-oasis/idioms-2.0/ais-marking-w-e-f.json":                                    1,
	"stix-oasis/idioms-2.0/ais-marking-w-u-f.json":                                    1,
	"stix-oasis/idioms-2.0/hostname.json":                                             1,
	"stix-oasis/idioms-2.0/incident-malware.json":                                     2,
	"stix-oasis/idioms-2.0/malware-indicator-for-file-hash.json":                      2,
	"stix-oasis/idioms-2.0/resolve_to.json":                                           1,
	"stix-oasis/idioms-2.1-extensions/ais-marking-a-e-t.json":                         1,
	"stix-oasis/idioms-2.1-extensions/ais-marking-a-u-t.json":                         1,
	"stix-oasis/idioms-2.1-extensions/ais-marking-g-n-t.json":                         1,
	"stix-oasis/idioms-2.1-extensions/ais-marking-w-e-t.json":                         1,
	"stix-oasis/idioms-2.1-extensions/ais-marking-w-u-t.json":                         1,
	"stix-oasis/idioms-2.1-extensions/custom-object.json":                             1,
	"stix-oasis/idioms-2.1-extensions/icmp_observable.json":                           1,
	"stix-oasis/idioms-2.1-extensions/malicious-email-indicator-with-addresses.json":  1,
	"stix-oasis/idioms-2.1-extensions/observable-with-networkconnection-pattern.json": 1,
	"stix-oasis/idioms-2.1-extensions/pr-222-1.json":                                  1,
	"stix-oasis/idioms-2.1-extensions/resolve_to_observable.json":                     1,
	"stix-oasis/idioms-2.1/Mandiant_APT1_Report.json":                                 5,
	"stix-oasis/idioms-2.1/apt1.json":                                                 18,
	"stix-oasis/idioms-2.1/artifact-observed-data.json":                               1,
	"stix-oasis/idioms-2.1/email-message-with-attachments-observed-data.json":         1,
	"stix-oasis/idioms-2.1/examples.json":                                             2,
	"stix-oasis/sco-examples-bundle.json":                                             3,
	"stix-oasis/validator-examples/invalid_braces.json":                               1,
	"stix-oasis/validator-examples/invalid_comma.json":                                1,
	"stix-oasis/validator-examples/invalid_identity.json":                             1,
	"stix-oasis/validator-examples/invalid_timestamp.json":                            1,
}

// TestValidateFiles runs over real files: none is refused but for what doc/divergences.md lists.
func TestValidateFiles(t *testing.T) {
	t.Parallel()
	got, objects := map[string]int{}, 0
	for _, dir := range []string{"attack", "stix-oasis", "stix-reports", "tweetfeed/stix", "attack-flow", "opencti-datasets", "misp-stix-mapping"} {
		root := testdata.Dir(t)
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			name, _ := filepath.Rel(root, path)
			if err != nil || d.IsDir() || !stixFile(name) {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			refuse := func(why any) {
				got[name]++
				t.Logf("%s: %v", name, why)
			}
			err = ReadObjects(bytes.NewReader(b), func(raw []byte, _ bool) error {
				objects++
				o, err := Parse(raw)
				if err != nil {
					refuse(err)
				} else if p := o.Validate(); !Valid(p) {
					refuse(p[0])
				}
				return nil
			})
			if err != nil {
				refuse(err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if objects < 30000 {
		t.Errorf("only %d objects read", objects)
	}
	if !maps.Equal(got, refusedFiles) {
		t.Errorf("refused objects by file: %v\nwant %v", got, refusedFiles)
	}
}

func stixFile(name string) bool {
	switch {
	case strings.Contains(name, "/schemas/"), strings.Contains(name, "/interop/"), strings.Contains(name, "-schema-"),
		name == "attack/index.json", name == "tweetfeed/stix/manifest.json", // not STIX
		strings.HasPrefix(name, "misp-stix-mapping/") && strings.Contains(name, "_to_"): // tables of a mapping
		return false
	}
	return strings.HasSuffix(strings.TrimSuffix(name, ".gz"), ".json") || strings.HasSuffix(strings.TrimSuffix(name, ".gz"), ".stix2")
}

// TestValidateTables compares the tables with the properties and required lists of the OASIS schemas.
func TestValidateTables(t *testing.T) {
	t.Parallel()
	// What the schemas leave out or word as a condition, and the text requires or names.
	missing := map[string][]string{
		"email-message": {"body", "body_multipart", "is_multipart"}, "network-traffic": {"is_active"}, "malware": {"is_family"},
	}
	for typ := range minimal {
		if typ == "x-acme-thing" || typ == "marking-definition" {
			continue
		}
		names, required := schemaOf(t, typ)
		if names == nil {
			t.Errorf("%s: no schema", typ)
			continue
		}
		shape := shapeOf(typ)
		common := commonShape
		if IsSCO(typ) {
			common = observableCommon
		}
		for _, n := range names {
			if shape.find(n) == nil && common.find(n) == nil {
				t.Errorf("%s: the schema has %s, the table does not", typ, n)
			}
		}
		for _, r := range shape.rules {
			if !slices.Contains(names, r.name) && !slices.Contains(missing[typ], r.name) && r.kind != tAny {
				t.Errorf("%s: the table has %s, the schema does not", typ, r.name)
			}
		}
		for _, n := range required {
			if r := shape.find(n); r != nil && !r.required {
				t.Errorf("%s: the schema requires %s, the table does not", typ, n)
			}
		}
		for _, r := range shape.rules {
			if r.required && !slices.Contains(required, r.name) && !slices.Contains(missing[typ], r.name) {
				t.Errorf("%s: the table requires %s, the schema does not", typ, r.name)
			}
			if r.required != slices.Contains(Required(typ), r.name) {
				t.Errorf("%s: the table and Required differ on %s", typ, r.name)
			}
		}
	}
}

// schemaOf collects the property names and unconditional required names in the schema of a type.
func schemaOf(t *testing.T, typ string) (names, required []string) {
	t.Helper()
	for _, family := range []string{"sdos", "sros", "observables", "common"} {
		b, err := os.ReadFile(testdata.Dir(t, "stix-oasis", "schemas", family, typ+".json"))
		if err != nil {
			continue
		}
		var s schemaNode
		if err := json.Unmarshal(b, &s); err != nil {
			t.Fatal(err)
		}
		s.walk(&names, &required)
	}
	return names, required
}

type schemaNode struct {
	Properties map[string]json.RawMessage
	Required   []string
	AllOf      []schemaNode
}

func (s *schemaNode) walk(names, required *[]string) {
	*names = append(*names, slices.Collect(maps.Keys(s.Properties))...)
	*required = append(*required, s.Required...)
	for i := range s.AllOf {
		s.AllOf[i].walk(names, required)
	}
}

func BenchmarkValidate(b *testing.B) {
	for _, typ := range []string{"indicator", "malware", "relationship", "file"} {
		b.Run(typ, func(b *testing.B) {
			raw := `{"type":"` + typ + `","id":"` + typ + `--` + someV4 + `","labels":["a","b"],` + sdoHead + `,"created_by_ref":"identity--` + someV4 +
				`","external_references":[{"source_name":"x","url":"https://example.org/a"}],"object_marking_refs":["marking-definition--` + someV4 + `"],` +
				minimal[typ] + `}`
			if IsSCO(typ) {
				raw = `{"type":"` + typ + `","id":"` + typ + `--` + someV5 + `","hashes":{"MD5":"d41d8cd98f00b204e9800998ecf8427e"},` + minimal[typ] + `}`
			}
			o, err := Parse([]byte(raw))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if p := o.Validate(); len(p) > 0 {
					b.Fatal(p)
				}
			}
		})
	}
}
