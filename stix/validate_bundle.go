package stix

import "strings"

// ValidateBundle checks what holds for a bundle as such (STIX 2.1 §8; S080): its type and id, that objects is not empty, and that
// its members can be STIX objects. The members' own rules are [Object.Validate]'s.
func ValidateBundle(root *Value) []Problem {
	c := &checker{id: root.Get("id").Text(), typ: "bundle"}
	if root == nil || root.Kind != Dict {
		c.fail("", "§8", "a bundle is a JSON object")
		return c.problems
	}
	c.bundle(root)
	sortProblems(c.problems)
	return c.problems
}

func (c *checker) bundle(v *Value) {
	if v.Get("type").Text() != "bundle" {
		c.fail("type", "§8", "the type of a bundle is bundle")
	}
	if typ, ok := SplitID(c.id); !ok || typ != "bundle" {
		c.fail("id", "§8", "the id of a bundle is bundle--UUID")
	}
	for i := range v.Members {
		m := &v.Members[i]
		c.push(m.Name)
		switch m.Name {
		case "type", "id":
		case "spec_version":
			c.bundleVersion(m.Value)
		case "objects":
			c.bundleObjects(m.Value)
		default:
			c.bundleOther(m.Name, m.Value)
		}
		c.pop()
	}
}

// bundleVersion takes the spec_version that bundles of STIX 2.0 have; a 2.1 bundle has none.
func (c *checker) bundleVersion(v *Value) {
	switch v.Text() {
	case "2.0":
	case "2.1":
		c.warn("", "§8", "a bundle of STIX 2.1 has no spec_version")
	default:
		c.fail("", "§8", "%s is not a version of STIX", show(v))
	}
}

func (c *checker) bundleOther(name string, v *Value) {
	c.openValue(v)
	switch {
	case !propertyName(name):
		c.fail("", "§3.1", "%q is no property name", clip(name))
	case c.strict || !strings.HasPrefix(name, "x_"):
		c.warn("", "§8", "a bundle has type, id and objects only")
	}
}

func (c *checker) bundleObjects(v *Value) {
	if v.Kind != Array || len(v.Items) == 0 {
		c.fail("", "§8", "objects is a list with at least one object, or left out")
		return
	}
	for i, it := range v.Items {
		c.at(i)
		switch {
		case it.Kind != Dict:
			c.fail("", "§8", "%s is not a STIX object", show(it))
		case it.Get("type").Text() == "bundle":
			c.fail("", "§8", "a bundle is not inside a bundle")
		}
		c.pop()
	}
}
