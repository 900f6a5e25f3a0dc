package stix

import "strings"

// granular checks granular_markings (STIX 2.1 §7.2.3; S050): each entry says either whose marking or which language, and selects
// what is there.
func (c *checker) granular(list, root *Value) {
	c.push("granular_markings")
	defer c.pop()
	if list.Kind != Array || len(list.Items) == 0 {
		c.fail("", "§2.12", "granular_markings is a list with at least one entry")
		return
	}
	for i, it := range list.Items {
		c.at(i)
		if c.filled(it, "§7.2.3") {
			c.granularEntry(it, root)
		}
		c.pop()
	}
}

func (c *checker) granularEntry(v, root *Value) {
	marking, lang := v.Get("marking_ref"), v.Get("lang")
	if (marking == nil) == (lang == nil) {
		c.fail("", "§7.2.3", "a granular marking has either marking_ref or lang")
	}
	if marking != nil {
		c.push("marking_ref")
		c.property(&markingRef, marking)
		c.pop()
	}
	if lang != nil {
		c.push("lang")
		c.property(&languageTag, lang)
		c.pop()
	}
	for i := range v.Members {
		m := &v.Members[i]
		if m.Name != "marking_ref" && m.Name != "lang" && m.Name != "selectors" {
			c.push(m.Name)
			c.openProperty(m.Name, m.Value)
			c.pop()
		}
	}
	c.push("selectors")
	defer c.pop()
	list := v.Get("selectors")
	if list == nil || list.Kind != Array || len(list.Items) == 0 {
		c.fail("", "§7.2.3", "selectors is a list with at least one selector")
		return
	}
	for i, it := range list.Items {
		c.at(i)
		c.selector(it, root)
		c.pop()
	}
}

var (
	markingRef  = ref("marking_ref", "marking-definition")
	languageTag = typed("lang", tLang)
)

// selector is STIX 2.1 §7.2.3.1. The markings themselves are not a target: a marking of a marking would have no fixed meaning.
func (c *checker) selector(v, root *Value) {
	if !c.want(v, String, "§7.2.3", "a selector") {
		return
	}
	first, _, _ := strings.Cut(v.Str, ".")
	switch {
	case first == "granular_markings":
		c.fail("", "§7.2.3", "granular markings are not marked themselves")
	case root.At(v.Str) == nil:
		c.fail("", "§7.2.3.1", "%s selects nothing in the object", show(v))
	}
}
