package stix

import (
	"crypto/sha256"

	"threatwatch"
)

// Object is one STIX object: the bytes as received, the tree, and what every room asks for.
type Object struct {
	Raw         []byte // as received
	Root        *Value
	Type, ID    string
	SpecVersion string // "2.1" or "2.0"
	Created     int64  // microseconds since 1970 UTC, 0 when absent
	Modified    int64  // the same; created where there is no modified; both 0 for observables
	CreatedBy   string
	Revoked     bool
	MarkingRefs []string
}

// Problem is one rule that an object breaks; Warning where the object is taken all the same.
type Problem struct {
	ID, Path, Rule, Message string
	Warning                 bool
}

func (p Problem) String() string {
	kind := "error"
	if p.Warning {
		kind = "warning"
	}
	at := p.ID
	if p.Path != "" {
		at += " " + p.Path
	}
	return kind + ": " + at + ": " + p.Message + " (" + p.Rule + ")"
}

// Parse reads one STIX object: strict JSON, and a type and id that fit together. Deeper rules are [Object.Validate]'s. The object
// keeps raw. Errors are a *[SyntaxError] or of kind [threatwatch.Invalid].
func Parse(raw []byte) (*Object, error) {
	root, err := ParseValue(raw)
	if err != nil {
		return nil, err
	}
	return newObject(raw, root)
}

// FromValue makes an object of a tree; its bytes are the tree written compactly.
func FromValue(root *Value) (*Object, error) {
	return newObject(root.AppendJSON(make([]byte, 0, 512)), root)
}

func newObject(raw []byte, root *Value) (*Object, error) {
	if root == nil || root.Kind != Dict {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "a STIX object is a JSON object (STIX 2.1 §3.1)")
	}
	o := &Object{Raw: raw, Root: root}
	spec := ""
	modified := false
	for i := range root.Members {
		m := &root.Members[i]
		switch m.Name {
		case "type":
			o.Type = m.Value.Text()
		case "id":
			o.ID = m.Value.Text()
		case "spec_version":
			spec = m.Value.Text()
		case "created":
			o.Created, _ = micros(m.Value)
		case "modified":
			o.Modified, modified = micros(m.Value)
		case "created_by_ref":
			o.CreatedBy = m.Value.Text()
		case "revoked":
			o.Revoked = m.Value.IsTrue()
		case "object_marking_refs":
			o.MarkingRefs = m.Value.Strings()
		}
	}
	if !modified {
		o.Modified = o.Created
	}
	if err := checkHead(o.Type, o.ID); err != nil {
		return nil, err
	}
	o.SpecVersion = specVersion(spec, o.Type, root)
	return o, nil
}

func micros(v *Value) (int64, bool) {
	if v.Kind != String {
		return 0, false
	}
	return parseMicros(v.Str)
}

// specVersion settles which version's rules an object follows. STIX 2.1 §3.2: absent means 2.1 on an observable, 2.0
// elsewhere; a 2.1 bundle has none either, and a custom object without created and modified can only be an observable.
func specVersion(spec, typ string, root *Value) string {
	switch {
	case spec == "2.0":
		return "2.0"
	case spec != "":
		return "2.1"
	case IsSCO(typ) || typ == "bundle" || root.Get("created") == nil && root.Get("modified") == nil:
		return "2.1"
	}
	return "2.0"
}

// checkHead refuses an object whose type and id could not name anything.
func checkHead(typ, id string) error {
	if typ == "" {
		return threatwatch.Errorf(threatwatch.Invalid, "type is missing (STIX 2.1 §3.2)")
	}
	if !ValidType(typ) {
		return threatwatch.Errorf(threatwatch.Invalid, "type %q: a letter, then 2 to 249 of a–z, 0–9 and single hyphens (STIX 2.1 §3.1)", clip(typ))
	}
	if id == "" {
		return threatwatch.Errorf(threatwatch.Invalid, "id is missing (STIX 2.1 §3.2)")
	}
	idType, ok := SplitID(id)
	if !ok {
		return threatwatch.Errorf(threatwatch.Invalid, "id %q is not type--UUID (STIX 2.1 §2.9)", clip(id))
	}
	if idType != typ {
		return threatwatch.Errorf(threatwatch.Invalid, "id %q does not begin with the type %q (STIX 2.1 §2.9)", clip(id), typ)
	}
	return nil
}

// Digest is the SHA-256 of the RFC 8785 form: equal for two texts exactly when they say the same.
func (o *Object) Digest() [32]byte {
	var buf [2048]byte
	b, err := o.Root.AppendCanonical(buf[:0])
	if err != nil { // a tree that no parser made; its bytes still tell it apart
		b = o.Root.AppendJSON(nil)
	}
	return sha256.Sum256(b)
}

// ValidType says whether s can be the type of an object (STIX 2.1 §3.1, §11.2; S001).
func ValidType(s string) bool {
	if len(s) < 3 || len(s) > 250 || s[0] < 'a' || s[len(s)-1] == '-' {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' && s[i-1] != '-') {
			return false
		}
	}
	return true
}

// SplitID returns the type in front of an identifier type--UUID, and whether it is one: a valid type, a UUID of the RFC 4122
// variant (S002). Upper-case digits are taken, as RFC 4122 §3 asks of readers; two ids that differ in case are still two ids.
func SplitID(id string) (typ string, ok bool) {
	at := len(id) - 38
	if at < 3 || id[at] != '-' || id[at+1] != '-' || !validUUID(id[at+2:]) {
		return "", false
	}
	typ = id[:at]
	return typ, ValidType(typ)
}

// ValidID says whether id is type--UUID.
func ValidID(id string) bool {
	_, ok := SplitID(id)
	return ok
}

func validUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := 0; i < 36; i++ {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				return false
			}
		}
	}
	switch s[19] { // RFC 4122 §4.1.1: the variant
	case '8', '9', 'a', 'b', 'A', 'B':
		return true
	}
	return false
}
