package stix

import "strings"

// Level is a level of the Traffic Light Protocol 2.0, from what anybody may see to what only named persons may see. PAP uses the same
// words except AmberStrict.
type Level uint8

// The levels, each stricter than the one before.
const (
	Clear Level = iota
	Green
	Amber
	AmberStrict
	Red
)

// String is the level in lower case, as tlp_2_0 writes it: "amber+strict".
func (l Level) String() string {
	switch l {
	case Clear:
		return "clear"
	case Green:
		return "green"
	case Amber:
		return "amber"
	case AmberStrict:
		return "amber+strict"
	}
	return "red"
}

// LevelNamed reads the name of a level: any case, "TLP:" in front allowed, white being clear (S062).
func LevelNamed(s string) (Level, bool) {
	if len(s) > 4 && strings.EqualFold(s[:4], "tlp:") {
		s = s[4:]
	}
	return levelWord(s)
}

func levelWord(s string) (Level, bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "clear", "white":
		return Clear, true
	case "green":
		return Green, true
	case "amber":
		return Amber, true
	case "amber+strict", "amber-strict", "amber_strict", "amber strict":
		return AmberStrict, true
	case "red":
		return Red, true
	}
	return Red, false
}

// tlp2Extension is the extension definition of TLP 2.0 (S061).
const tlp2Extension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

// TLPOf returns the level of the fixed marking definitions of TLP 1 and TLP 2.0 (STIX 2.1 §7.2.1.4; S060, S061).
func TLPOf(id string) (Level, bool) {
	switch strings.TrimPrefix(id, "marking-definition--") {
	case "613f2e26-407d-48c7-9eca-b8e91df99dc9", "94868c89-83c2-464b-929b-a1a8aa3c8487":
		return Clear, true
	case "34098fce-860f-48ae-8e50-ebd3cc5e41da", "bab4a63c-aed9-4cf5-a766-dfca5abac2bb":
		return Green, true
	case "f88d31f6-486f-44da-b317-01333bde0b82", "55d920b0-5e8b-4f79-9ee9-91f868d9b421":
		return Amber, true
	case "939a9414-2ddd-4d32-a0cd-375ea402b003",
		"826578e1-40ad-459f-bc73-ede076f81f37": // not the standard's: what OpenCTI wrote before there was one, and still does
		return AmberStrict, true
	case "5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "e828b379-4e03-4974-9ac4-e53a884c97c1":
		return Red, true
	}
	return Red, false
}

// TLPID returns the identifier of the fixed TLP 2.0 marking definition of a level.
func TLPID(l Level) string {
	id := "e828b379-4e03-4974-9ac4-e53a884c97c1"
	switch l {
	case Clear:
		id = "94868c89-83c2-464b-929b-a1a8aa3c8487"
	case Green:
		id = "bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
	case Amber:
		id = "55d920b0-5e8b-4f79-9ee9-91f868d9b421"
	case AmberStrict:
		id = "939a9414-2ddd-4d32-a0cd-375ea402b003"
	}
	return "marking-definition--" + id
}

// Marking is what a marking definition means.
type Marking struct {
	ID        string
	Name      string
	TLP       *Level
	PAP       *Level // Permissible Actions Protocol; never AmberStrict
	Statement string // an obligation in words
	IEP       *Value // a policy of the Information Exchange Policy framework, as it came
	Known     bool   // whether any of the above was understood; what is not known is not to be shared (S062)
}

// MarkingOf reads a marking definition. A fixed TLP identifier means its level whatever the object says. Elsewhere a level may stand
// in the definition, in the TLP 2.0 extension, in the name, or in the words of a statement; where it stands twice, the stricter counts.
func MarkingOf(o *Object) Marking {
	m := Marking{ID: o.ID, Name: o.Root.Get("name").Text()}
	if l, ok := TLPOf(o.ID); ok {
		m.TLP, m.Known = &l, true
		return m
	}
	def := o.Root.Get("definition")
	m.Statement = strings.TrimSpace(def.Get("statement").Text())
	m.level(def.Get("tlp").Text())
	m.level(o.Root.Get("extensions").Get(tlp2Extension).Get("tlp_2_0").Text())
	m.level(def.Get("TLP").Text())
	m.tagged(m.Name)
	m.tagged(m.Statement)
	m.tagged(def.Get("PAP").Text())
	m.tagged(def.Get("pap").Text())
	if strings.EqualFold(o.Root.Get("definition_type").Text(), "pap") {
		m.action(def.Get("pap").Text())
		m.action(def.Get("PAP").Text())
	}
	m.IEP = iepOf(o.Root, def)
	m.Known = m.TLP != nil || m.PAP != nil || m.IEP != nil || m.Statement != ""
	return m
}

// level takes the name of a TLP level; text that names none is ignored.
func (m *Marking) level(s string) {
	if l, ok := LevelNamed(s); ok && (m.TLP == nil || l > *m.TLP) {
		m.TLP = &l
	}
}

// action takes the name of a PAP level.
func (m *Marking) action(s string) {
	if l, ok := levelWord(s); ok && l != AmberStrict && (m.PAP == nil || l > *m.PAP) {
		m.PAP = &l
	}
}

// tagged takes text that is nothing but "TLP:…" or "PAP:…", the way MISP and OpenCTI write tags; quotes as in tlp:"amber" are allowed.
func (m *Marking) tagged(s string) {
	if len(s) < 5 || len(s) > 40 {
		return
	}
	word := strings.Trim(strings.TrimSpace(s[4:]), `"`)
	switch {
	case strings.EqualFold(s[:4], "tlp:"), strings.EqualFold(s[:4], "tlp="):
		m.level(word)
	case strings.EqualFold(s[:4], "pap:"), strings.EqualFold(s[:4], "pap="):
		m.action(word)
	}
}

// iepOf finds an Information Exchange Policy: definition_type "iep" or a definition or extension that holds one.
func iepOf(root, def *Value) *Value {
	for _, name := range []string{"iep", "iep_2_0", "iep-v2-0"} {
		if v := def.Get(name); v != nil && v.Kind == Dict {
			return v
		}
	}
	typ := strings.ToLower(root.Get("definition_type").Text())
	if def != nil && def.Kind == Dict && (typ == "iep" || strings.HasPrefix(typ, "iep-") || strings.HasPrefix(typ, "iep_")) {
		return def
	}
	if ext := root.Get("extensions"); ext != nil {
		for _, x := range ext.Members {
			for _, name := range []string{"iep", "iep_2_0"} {
				if v := x.Value.Get(name); v != nil && v.Kind == Dict {
					return v
				}
			}
		}
	}
	return nil
}
