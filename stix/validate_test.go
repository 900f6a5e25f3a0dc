package stix

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

const (
	someV4 = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
	someV5 = "9b4a3d1c-6a0e-5f6b-8f0a-3a9d1f1c2b3d"
)

// heads are the common properties of a family.
const sdoHead = `"spec_version":"2.1","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-02T00:00:00.000Z"`

// minimal holds what each type must have besides the common properties.
var minimal = map[string]string{
	"attack-pattern": `"name":"x"`, "campaign": `"name":"x"`, "course-of-action": `"name":"x"`, "identity": `"name":"x"`,
	"incident": `"name":"x"`, "infrastructure": `"name":"x"`, "intrusion-set": `"name":"x"`, "threat-actor": `"name":"x"`, "tool": `"name":"x"`,
	"vulnerability": `"name":"x"`,
	"grouping":      `"name":"x","context":"unspecified","object_refs":["tool--` + someV4 + `"]`,
	"indicator":     `"pattern":"[file:name = 'x']","pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z"`,
	"location":      `"country":"de"`, "malware": `"is_family":false`, "malware-analysis": `"product":"x","result":"benign"`,
	"note":             `"content":"x","object_refs":["tool--` + someV4 + `"]`,
	"observed-data":    `"first_observed":"2020-01-01T00:00:00Z","last_observed":"2020-01-01T00:00:00Z","number_observed":1,"object_refs":["url--` + someV5 + `"]`,
	"opinion":          `"opinion":"agree","object_refs":["tool--` + someV4 + `"]`,
	"report":           `"name":"x","published":"2020-01-01T00:00:00Z","object_refs":["tool--` + someV4 + `"]`,
	"relationship":     `"relationship_type":"uses","source_ref":"malware--` + someV4 + `","target_ref":"tool--` + someV4 + `"`,
	"sighting":         `"sighting_of_ref":"malware--` + someV4 + `"`,
	"language-content": `"object_ref":"tool--` + someV4 + `","contents":{"de":{"name":"Werkzeug"}}`,
	"extension-definition": `"name":"x","schema":"https://example.org/s","version":"1.0.0","extension_types":["property-extension"],"created_by_ref":"identity--` +
		someV4 + `"`,
	"marking-definition": `"definition_type":"statement","definition":{"statement":"x"}`,
	"x-acme-thing":       `"anything":1`,
	"artifact":           `"payload_bin":"eHl6"`, "autonomous-system": `"number":1`, "directory": `"path":"/"`, "domain-name": `"value":"example.org"`,
	"email-addr": `"value":"a@example.org"`, "email-message": `"is_multipart":false,"subject":"x"`, "file": `"name":"x"`, "ipv4-addr": `"value":"198.51.100.1"`,
	"ipv6-addr": `"value":"2001:db8::1"`, "mac-addr": `"value":"d2:fb:49:24:37:18"`, "mutex": `"name":"x"`,
	"network-traffic": `"protocols":["tcp"],"src_ref":"ipv4-addr--` + someV5 + `"`, "process": `"pid":1`, "software": `"name":"x"`,
	"url": `"value":"https://example.org/"`, "user-account": `"user_id":"x"`, "windows-registry-key": `"key":"HKEY_LOCAL_MACHINE\\x"`,
	"x509-certificate": `"serial_number":"1"`,
}

// sample is a valid object of a type, changed: members of change replace or add, names in drop (blank separated) go.
func sample(t *testing.T, typ, change, drop string) *Object {
	t.Helper()
	id, head := someV4, ","+sdoHead
	switch {
	case typ == "marking-definition":
		head = `,"spec_version":"2.1","created":"2020-01-01T00:00:00.000Z"`
	case IsSCO(typ):
		head = ""
		if typ != "process" {
			id = someV5
		}
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal([]byte(`{"type":"`+typ+`","id":"`+typ+`--`+id+`"`+head+`,`+minimal[typ]+`}`), &m); err != nil {
		t.Fatal(err)
	}
	if change != "" {
		var c map[string]json.RawMessage
		if err := json.Unmarshal([]byte("{"+strings.ReplaceAll(strings.ReplaceAll(change, "UUID5", someV5), "UUID", someV4)+"}"), &c); err != nil {
			t.Fatalf("%s: %v", change, err)
		}
		maps.Copy(m, c)
	}
	for name := range strings.FieldsSeq(drop) {
		delete(m, name)
	}
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	o, err := Parse(raw)
	if err != nil {
		t.Fatalf("Parse(%s): %v", raw, err)
	}
	return o
}

// TestValidateMinimal: the least that the standard asks of each type is valid without a warning, and each required property is missed.
func TestValidateMinimal(t *testing.T) {
	t.Parallel()
	for typ := range minimal {
		if p := sample(t, typ, "", "").Validate(); len(p) > 0 {
			t.Errorf("S003 %s: %v", typ, p)
		}
		for _, name := range Required(typ) {
			if name == "type" || name == "id" || name == "spec_version" || typ == "x-acme-thing" {
				continue
			}
			if Valid(sample(t, typ, "", name).Validate()) {
				t.Errorf("S003 %s without %s is valid", typ, name)
			}
		}
	}
}

// verdict is one row: what is changed in a minimal object, and what comes of it: "" valid without warnings, "path" an error there,
// "?path" a warning there and no error.
type verdict struct{ name, typ, change, drop, want string }

func (v verdict) run(t *testing.T) {
	t.Helper()
	o := sample(t, v.typ, v.change, v.drop)
	got := o.Validate()
	want, warning := strings.CutPrefix(v.want, "?")
	switch {
	case v.want == "":
		if len(got) > 0 {
			t.Errorf("%s: Validate(%s) = %v, want nothing", v.name, o.Raw, got)
		}
		return
	case warning && !Valid(got):
		t.Errorf("%s: Validate(%s) = %v, want warnings only", v.name, o.Raw, got)
		return
	}
	if want == "." {
		want = ""
	}
	for _, p := range got {
		if p.Path == want && p.Warning == warning {
			return
		}
	}
	t.Errorf("%s: Validate(%s) = %v, want %q", v.name, o.Raw, got, v.want)
}

func runVerdicts(t *testing.T, rows []verdict) {
	t.Helper()
	for _, r := range rows {
		r.run(t)
	}
}
