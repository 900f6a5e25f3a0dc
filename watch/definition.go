package watch

import (
	"encoding/json"
	"reflect"
	"strings"

	"threatwatch/draft"
	"threatwatch/stix"
)

// The ids of the extension definitions. CoreID is that of OASIS' Incident Core extension; the others are ours.
const (
	CoreID     = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
	IncidentID = "extension-definition--b9a4a3f0-6a3c-4d0e-9a0d-7e9c6a5f2d11"
	ClaimID    = "extension-definition--4c1e4f0a-2f3b-4a57-8d6e-0c5b1f9a7e22"
	StanceID   = "extension-definition--d37f2b6c-91ad-4b83-b0a4-3a8e5c7d6f33"
	AuthorID   = "identity--0f5e2c9a-7b1d-4e86-a3f4-6c2d8b9e1a44"
)

// defined is when the extensions were published first; revised is when watch-claim and watch-stance came to say why something stands no more, and
// stances how they are judged.
const (
	defined = "2026-11-01T00:00:00.000Z"
	revised = "2026-11-25T00:00:00.000Z"
)

// Definitions are the extension definitions of the watch and their author (STIX 2.1 §7.3), which travel with objects that bear them. They are
// TLP:CLEAR: what bears an extension refers to its definition, and who may not see that would lose the extension.
func Definitions() []*stix.Value {
	list := []*stix.Value{draft.Object("identity", AuthorID, draft.Text("name", "Threatwatch"), draft.Text("identity_class", "system"))}
	for _, d := range []struct {
		id, name, what string
		of             any
		needs          []string
		version, at    string
	}{
		{IncidentID, "watch-incident", "Facts of an incident: milestones with their fidelity, victims who need not be named, kinds of data, severity by scheme, state of the record.", Facts{}, nil, "1.0.0", defined},
		{ClaimID, "watch-claim", "A claim of who did it: who said so, in which capacity, when, on what basis, how sure, resting on which evidence.", wireTerms{}, []string{"claimant_ref", "stated_at", "kinds", "level"}, "1.1.0", revised},
		{StanceID, "watch-stance", "What somebody answers to a claim or says of an incident: denial, doubt, concurrence, no comment.", wirePosition{}, []string{"holder_ref", "stance"}, "1.1.0", revised},
	} {
		list = append(list, draft.Object("extension-definition", d.id, draft.Text("created_by_ref", AuthorID), draft.Text("name", d.name), draft.Text("description", d.what),
			draft.Text("schema", schemaOf(d.of, d.needs)), draft.Text("version", d.version), draft.Text("modified", d.at), draft.List("extension_types", []string{"property-extension"})))
	}
	for _, o := range list {
		o.Set("created", stix.NewString(defined))
		if o.Get("modified") == nil {
			o.Set("modified", stix.NewString(defined))
		}
		o.Set("object_marking_refs", stix.NewStrings([]string{stix.TLPID(stix.Clear)}))
	}
	return list
}

type dict = map[string]any

// schemaOf is the JSON schema of a property extension: it follows the Go type, so that the two cannot differ.
func schemaOf(v any, required []string) string {
	s := schemaType(reflect.TypeOf(v))
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["properties"].(dict)["extension_type"] = dict{"const": "property-extension"}
	s["required"] = append([]string{"extension_type"}, required...)
	raw, err := json.Marshal(s)
	if err != nil {
		panic("watch: " + err.Error()) // plain maps always can
	}
	return string(raw)
}

func schemaType(t reflect.Type) dict {
	switch {
	case t == reflect.TypeFor[jsonValue]():
		return dict{}
	case t.String() == "time.Time":
		return dict{"type": "string", "format": "date-time"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaType(t.Elem())
	case reflect.Slice:
		return dict{"type": "array", "items": schemaType(t.Elem())}
	case reflect.Map:
		return dict{"type": "object", "additionalProperties": schemaType(t.Elem())}
	case reflect.Struct:
		props := dict{}
		fields(t, props)
		return dict{"type": "object", "properties": props}
	case reflect.Bool:
		return dict{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return dict{"type": "integer"}
	case reflect.Float64:
		return dict{"type": "number"}
	}
	return dict{"type": "string"}
}

// fields adds the properties of a struct; those of embedded ones are its own.
func fields(t reflect.Type, props dict) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "":
			fields(f.Type, props)
		default:
			props[name] = schemaType(f.Type)
		}
	}
}
