package stix

import "strings"

// metaShapes are the property tables of the meta objects (STIX 2.1 §7) and of the bundle (§8).
var metaShapes = map[string]*shape{
	"language-content":   typ("§7.1", ref("object_ref").must(), when("object_modified"), typed("contents", tAny).must()).when(checkLanguageContent),
	"marking-definition": typ("§7.2.1", text("name").since21(), text("definition_type"), typed("definition", tAny)).when(checkMarkingDefinition),
	"extension-definition": typ("§7.3", text("name").must(), text("description"), text("schema").must(), text("version").must(),
		vocabs("extension_types", extensionTypes).must(), texts("extension_properties")).when(checkExtensionDefinition),
	"bundle": typ("§8", typed("objects", tAny), typed("spec_version", tAny)),
}

// checkLanguageContent is STIX 2.1 §7.1: contents are keyed by language, then by property (S090).
func checkLanguageContent(c *checker, v *Value) {
	if typ, _ := SplitID(v.Get("object_ref").Text()); typ == "language-content" {
		c.fail("object_ref", "§7.1", "a language-content is not translated itself")
	}
	contents := v.Get("contents")
	if contents == nil {
		return
	}
	c.push("contents")
	defer c.pop()
	if !c.filled(contents, "§7.1") {
		return
	}
	for _, m := range contents.Members {
		c.push(m.Name)
		if !validLanguage(m.Name) {
			c.fail("", "§7.1", "%q is no language tag (RFC 5646)", clip(m.Name))
		}
		if c.filled(m.Value, "§7.1") {
			c.translations(m.Value)
		}
		c.pop()
	}
}

// translations checks names and values of one language.
func (c *checker) translations(v *Value) {
	for _, m := range v.Members {
		c.push(m.Name)
		if !propertyName(m.Name) {
			c.fail("", "§7.1", "%q is no property name", clip(m.Name))
		}
		c.translation(m.Value)
		c.pop()
	}
}

// translation mirrors the value in the target: a string, a list of translations ("" for none), or an object of them.
func (c *checker) translation(v *Value) {
	switch {
	case v.Kind == String:
	case v.Kind == Array && len(v.Items) > 0:
		for i, it := range v.Items {
			c.at(i)
			c.translation(it)
			c.pop()
		}
	case v.Kind == Dict && len(v.Members) > 0:
		for _, m := range v.Members {
			c.push(m.Name)
			c.translation(m.Value)
			c.pop()
		}
	default:
		c.fail("", "§7.1", "a translation is a string, or a list or an object that is not empty")
	}
}

// checkExtensionDefinition is STIX 2.1 §7.3: who made it, and properties only where they stand at the top level.
func checkExtensionDefinition(c *checker, v *Value) {
	if v.Get("created_by_ref") == nil {
		c.fail("created_by_ref", "§7.3", "created_by_ref is required")
	}
	list := v.Get("extension_properties")
	if list == nil || list.Kind != Array {
		return
	}
	toplevel := false
	if types := v.Get("extension_types"); types != nil {
		for _, t := range types.Items {
			toplevel = toplevel || t.Text() == "toplevel-property-extension"
		}
	}
	if !toplevel {
		c.fail("extension_properties", "§7.3", "extension_properties only come with toplevel-property-extension")
	}
	for i, it := range list.Items {
		switch {
		case it.Kind != String:
		case !propertyName(it.Str):
			c.failAt("extension_properties", i, "§7.3", "%q is no property name", clip(it.Str))
		case commonShape.find(it.Str) != nil:
			c.failAt("extension_properties", i, "§7.3", "an extension does not redefine the common property %s", it.Str)
		}
	}
}

// tlpMarking is one of the fixed marking definitions.
type tlpMarking struct {
	id, level string
	v2        bool
}

// tlpExtension is the extension-definition of TLP 2.0.
const tlpExtension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

// tlpMarkings are all there are (STIX 2.1 §7.2.1.4 and the TLP 2.0 extension; S060, S061).
var tlpMarkings = [...]tlpMarking{
	{"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "white", false},
	{"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "green", false},
	{"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "amber", false},
	{"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red", false},
	{"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "clear", true},
	{"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green", true},
	{"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber", true},
	{"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict", true},
	{"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red", true},
}

// tlpCreated is when the four of TLP 1 were made, in microseconds: 2017-01-20T00:00:00Z.
const tlpCreated = 1484870400 * 1000000

// checkMarkingDefinition is STIX 2.1 §7.2.1.
func checkMarkingDefinition(c *checker, v *Value) {
	kind, def := v.Get("definition_type"), v.Get("definition")
	switch {
	case (kind == nil) != (def == nil):
		c.fail("", "§7.2.1", "definition_type and definition only come together")
	case kind == nil && (c.v20 || v.Get("extensions") == nil):
		c.fail("", "§7.2.1", "a marking-definition has definition_type and definition, or extensions")
	}
	if def != nil {
		c.push("definition")
		if c.filled(def, "§7.2.1") {
			c.definition(kind.Text(), def)
		}
		c.pop()
	}
	c.selfMarking(v)
	c.tlp(v)
}

// definition checks the statement of a marking; the TLP one is checked whole in [checker.tlp]. Others are what their makers made them, names
// such as PAP included.
func (c *checker) definition(kind string, def *Value) {
	for i := range def.Members {
		m := &def.Members[i]
		c.push(m.Name)
		if kind == "statement" {
			c.openProperty(m.Name, m.Value)
		} else {
			c.openValue(m.Value)
		}
		c.pop()
	}
	switch kind {
	case "statement":
		if s := def.Get("statement"); s == nil || s.Kind != String {
			c.fail("statement", "§7.2.1.3", "a statement marking has a statement, a string")
		}
	case "tlp", "":
	default:
		if c.strict {
			c.warn("", "§7.2.1", "definition_type %q is neither statement nor tlp: use an extension", clip(kind))
		}
	}
}

// selfMarking refuses a marking-definition that marks itself (STIX 2.1 §7.2.2, §7.2.3).
func (c *checker) selfMarking(v *Value) {
	if list := v.Get("object_marking_refs"); list != nil {
		for i, it := range list.Items {
			if it.Text() == c.id {
				c.failAt("object_marking_refs", i, "§7.2.2", "a marking-definition does not mark itself")
			}
		}
	}
	if list := v.Get("granular_markings"); list != nil {
		for i, it := range list.Items {
			if it.Get("marking_ref").Text() == c.id {
				c.failAt("granular_markings", i, "§7.2.3", "a marking-definition does not mark itself")
			}
		}
	}
}

// tlp takes a TLP marking only in the fixed form: the level of its id, and no other id (S060, S061).
func (c *checker) tlp(v *Value) {
	level := v.Get("definition").Get("tlp").Text()
	level2 := v.Get("extensions").Get(tlpExtension).Get("tlp_2_0").Text()
	kind := v.Get("definition_type").Text()
	for i := range tlpMarkings {
		if t := &tlpMarkings[i]; t.id == c.id {
			c.fixedTLP(v, t, kind, level, level2)
			return
		}
	}
	if kind == "tlp" {
		c.fail("definition_type", "§7.2.1.4", "a TLP marking is one of the four that the standard fixes")
	}
	if level2 != "" {
		c.fail("extensions", "TLP 2.0", "a TLP 2.0 marking is one of the five that the extension fixes")
	}
}

func (c *checker) fixedTLP(v *Value, t *tlpMarking, kind, level, level2 string) {
	same, rule := kind == "tlp" && level == t.level && level2 == "", "§7.2.1.4"
	if t.v2 {
		same, rule = kind == "" && level2 == t.level, "TLP 2.0"
	} else if at, ok := micros(orNull(v.Get("created"))); ok && at != tlpCreated {
		same = false
	}
	if name := v.Get("name").Text(); name != "" && !strings.EqualFold(name, "TLP:"+t.level) {
		same = false
	}
	if !same {
		c.fail("", rule, "this is the id of TLP:%s, which the object changes", strings.ToUpper(t.level))
	}
}

// null stands in for an absent value where a value is asked for.
var null = &Value{Kind: Null}

func orNull(v *Value) *Value {
	if v == nil {
		return null
	}
	return v
}
