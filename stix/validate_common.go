package stix

import "strings"

// commonOf chooses the common properties (STIX 2.1 §3.2): those of observables for observables and for custom objects that show
// neither creation nor modification.
func (c *checker) commonOf(v *Value, newType string) *shape {
	switch {
	case c.typ == "marking-definition":
		return markingCommon
	case IsSCO(c.typ), newType == "new-sco":
		return observableCommon
	case !knownType(c.typ) && newType == "" && v.Get("created") == nil && v.Get("modified") == nil:
		return observableCommon
	}
	return commonShape
}

// head checks type, id, spec_version, created and modified (S002–S006).
func (c *checker) head(v *Value, common *shape) {
	c.uuid(v)
	spec := v.Get("spec_version")
	switch {
	case spec == nil && common == observableCommon, spec == nil && c.v20:
	case spec == nil:
		c.fail("spec_version", "§3.2", "spec_version is required")
	case spec.Kind != String || spec.Str != "2.1" && !(c.v20 && spec.Str == "2.0"):
		c.fail("spec_version", "§3.2", "spec_version is 2.1, not %s", show(spec))
	}
	if common == observableCommon {
		return
	}
	if v.Get("created") == nil {
		c.fail("created", "§3.2", "created is required")
	}
	if common == markingCommon {
		if v.Get("modified") != nil && c.strict {
			c.warn("modified", "§7.2.1", "a marking-definition has no versions")
		}
		return
	}
	if v.Get("modified") == nil {
		c.fail("modified", "§3.2", "modified is required")
	}
	c.order(v, "§3.6", "created", "modified", false)
}

// uuid checks the version of the UUID in the id. STIX 2.1 §2.9: 4 for most objects; observables 5, or 4, and only 4 where
// nothing contributes to a deterministic one (S030). An id that does not match the contents is never refused (S033).
func (c *checker) uuid(v *Value) {
	at := len(c.id) - 22
	if at < 0 {
		return
	}
	version := c.id[at]
	switch {
	case version == '4':
	case !IsSCO(c.typ):
		if knownType(c.typ) && !c.v20 && !fixedTLP(c.id) {
			c.warn("id", "§2.9", "the UUID should be of version 4")
		}
	case c.typ == "process":
		c.warn("id", "§6.13", "the UUID of a process should be of version 4")
	case version != '5':
		c.warn("id", "§2.9", "the UUID of an observable should be of version 5 or 4")
	case !contributes(c.typ, v):
		c.fail("id", "§2.9", "without a contributing property the UUID is of version 4")
	}
}

func fixedTLP(id string) bool {
	for i := range tlpMarkings {
		if tlpMarkings[i].id == id {
			return true
		}
	}
	return false
}

// contributes says whether the object has a property that makes a deterministic id; types that require one always do.
func contributes(typ string, v *Value) bool {
	var names []string
	switch typ {
	case "artifact":
		names = []string{"hashes", "payload_bin"}
	case "email-message":
		names = []string{"from_ref", "subject", "body"}
	case "user-account":
		names = []string{"account_type", "user_id", "account_login"}
	case "windows-registry-key":
		names = []string{"key", "values"}
	case "x509-certificate":
		names = []string{"hashes", "serial_number"}
	default:
		return true
	}
	for _, n := range names {
		if v.Get(n) != nil {
			return true
		}
	}
	return false
}

// special checks the properties that have a structure of their own.
func (c *checker) special(name string, v *Value) {
	switch name {
	case "type", "id", "spec_version", "extensions", "granular_markings", "contents", "definition":
	case "objects":
		c.contained(v)
	default:
		c.openValue(v)
	}
}

// reservedType refuses the names that the standard keeps for later (STIX 2.1 §3.8; S009).
func (c *checker) reservedType() {
	if c.typ == "action" {
		c.fail("type", "§3.8", "the type name action is reserved")
	}
}

// reservedName says whether a property name is kept for later (STIX 2.1 §3.8; S009).
func reservedName(name string) bool {
	switch name {
	case "severity", "username", "phone_number", "phone_numbers", "action":
		return true
	}
	return false
}

// custom checks a property that the table of the type does not have (STIX 2.1 §11.1; S015). Announced says that an extension could
// have announced it and none did.
func (c *checker) custom(name string, v *Value, unannounced bool) {
	switch {
	case reservedName(name):
		c.fail("", "§3.8", "the property name %s is reserved", name)
	case !propertyName(name):
		c.fail("", "§3.1", "%q is no property name: a letter, then 2 to 249 of a–z, 0–9 and _", clip(name))
	case c.v20:
	case name == "defanged" && knownType(c.typ):
		c.fail("", "§3.2", "defanged is used on observables only")
	case commonShape.find(name) != nil:
		if knownType(c.typ) && !(name == "modified" && c.typ == "marking-definition") {
			c.warn("", "§3.2", "%s is not a property of %s", name, c.typ)
		}
	case unannounced && (c.strict || !strings.HasPrefix(name, "x_")):
		c.warn("", "§11.1", "a custom property should be announced by an extension")
	}
	c.openValue(v)
}

// customType checks a type that the standard does not define (STIX 2.1 §11.2; S001, S003).
func (c *checker) customType(v *Value, newType string) {
	if c.v20 {
		return
	}
	if newType == "" && (c.strict || !strings.HasPrefix(c.typ, "x-")) {
		c.warn("type", "§11.2", "a custom type should be announced by an extension")
	}
	if newType == "" && v.Get("created") == nil && v.Get("modified") == nil {
		c.warn("created", "§11.2", "without created and modified this can only be an observable")
	}
}

// propertyName is STIX 2.1 §3.1: a letter, then 2 to 249 of a–z, 0–9 and underscore (S009); id is the standard's own exception.
func propertyName(s string) bool {
	if len(s) < 3 || len(s) > 250 {
		return s == "id"
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !(c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '_')) {
			return false
		}
	}
	return true
}

// openValue checks a value that no table describes: no null at any depth (S008). An empty list or object breaks the same rule, but
// producers of custom properties write them, and nothing is ambiguous: a warning.
func (c *checker) openValue(v *Value) {
	switch v.Kind {
	case Null:
		c.fail("", "§2", "null is not a value: leave the property out")
	case Array:
		if len(v.Items) == 0 {
			c.warn("", "§2.12", "an empty list is not allowed: leave the property out")
		}
		for i, it := range v.Items {
			c.at(i)
			c.openValue(it)
			c.pop()
		}
	case Dict:
		if len(v.Members) == 0 {
			c.warn("", "§2.3", "an empty object is not allowed: leave the property out")
		}
		c.openValues(v)
	}
}

// openProperty checks the name and value of a property that no table describes.
func (c *checker) openProperty(name string, v *Value) {
	if !propertyName(name) {
		c.fail("", "§3.1", "%q is no property name", clip(name))
	}
	c.openValue(v)
}

func (c *checker) openValues(v *Value) {
	for i := range v.Members {
		c.push(v.Members[i].Name)
		c.openValue(v.Members[i].Value)
		c.pop()
	}
}

// filled says whether v is an object with members, and reports it if not.
func (c *checker) filled(v *Value, section string) bool {
	if v.Kind != Dict {
		c.fail("", section, "%s is not an object", show(v))
		return false
	}
	if len(v.Members) == 0 {
		c.fail("", "§2.3", "an empty object is not allowed")
		return false
	}
	return true
}

// contained checks the deprecated objects of observed-data (STIX 2.1 §2.13): observables under keys of their own, which refer to
// one another by key.
func (c *checker) contained(v *Value) {
	if !c.filled(v, "§2.13") {
		return
	}
	for i := range v.Members {
		m := &v.Members[i]
		c.push(m.Name)
		if c.filled(m.Value, "§2.13") {
			if m.Value.Get("type").Text() == "" {
				c.fail("type", "§2.13", "an observable has a type")
			}
			for j := range m.Value.Members {
				p := &m.Value.Members[j]
				c.push(p.Name)
				c.openValue(p.Value)
				c.keyRefs(p.Name, p.Value, v)
				c.pop()
			}
		}
		c.pop()
	}
}

// keyRefs wants references inside a container to resolve there.
func (c *checker) keyRefs(name string, v, container *Value) {
	check := func(it *Value) {
		if it.Kind == String && container.Get(it.Str) == nil && !ValidID(it.Str) {
			c.fail("", "§2.13", "%q is not a key of objects", clip(it.Str))
		}
	}
	switch {
	case strings.HasSuffix(name, "_ref"):
		check(v)
	case strings.HasSuffix(name, "_refs"):
		for _, it := range v.Items {
			check(it)
		}
	}
}
