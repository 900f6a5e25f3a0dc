package stix

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Validate checks the object against STIX 2.1 chapters 2–7, or against STIX 2.0 when that is its version. Errors come first; a
// warning tells of a SHOULD. What the standard leaves to producers is accepted: custom types, custom properties and unknown
// extensions are checked for form only, and so are STIX patterns.
func (o *Object) Validate() []Problem { return o.validate(false) }

// ValidateStrict adds warnings for all that the standard only tolerates: custom types and properties that no extension announces,
// and what is deprecated. A strict reader refuses an object with any problem.
func (o *Object) ValidateStrict() []Problem { return o.validate(true) }

func (o *Object) validate(strict bool) []Problem {
	c := &checker{id: o.ID, typ: o.Type, strict: strict, v20: o.SpecVersion == "2.0"}
	if c.v20 && (IsSCO(o.Type) || only21(o.Type)) {
		c.v20 = false
	}
	c.root(o.Root)
	sortProblems(c.problems)
	return c.problems
}

func sortProblems(list []Problem) {
	slices.SortStableFunc(list, func(a, b Problem) int {
		switch {
		case a.Warning == b.Warning:
			return 0
		case b.Warning:
			return -1
		}
		return 1
	})
}

// Valid says whether there is no error among the problems; warnings do not count.
func Valid(problems []Problem) bool {
	return len(problems) == 0 || problems[0].Warning
}

// only21 names the types that STIX 2.0 does not have, so that an object of one without spec_version is not a 2.0 object.
func only21(typ string) bool {
	switch typ {
	case "grouping", "incident", "infrastructure", "location", "malware-analysis", "note", "opinion", "language-content", "extension-definition":
		return true
	}
	return false
}

// knownType says whether the standard defines the type.
func knownType(typ string) bool {
	return IsSCO(typ) || IsSDO(typ) || IsSRO(typ) || IsMeta(typ) || typ == "bundle"
}

// checker goes through one object and collects what is wrong. The path is kept as steps and only written out for a problem.
type checker struct {
	id, typ     string
	v20, strict bool
	steps       [16]place
	depth       int
	problems    []Problem
}

type place struct {
	name  string // "" for an index
	index int
}

func (c *checker) push(name string) { c.put(place{name: name}) }
func (c *checker) at(i int)         { c.put(place{index: i}) }
func (c *checker) pop()             { c.depth-- }

func (c *checker) put(s place) {
	if c.depth < len(c.steps) {
		c.steps[c.depth] = s
	}
	c.depth++
}

// pathTo writes the path to name below the current place, as a selector.
func (c *checker) pathTo(name string) string {
	var b []byte
	for _, s := range c.steps[:min(c.depth, len(c.steps))] {
		b = append(b, '.')
		if s.name != "" {
			b = append(b, s.name...)
			continue
		}
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(s.index), 10)
		b = append(b, ']')
	}
	if name != "" {
		b = append(b, '.')
		b = append(b, name...)
	}
	return strings.TrimPrefix(string(b), ".")
}

// fail reports an error at name below the current place; section is "§…" of the version at hand, or the name of another document.
func (c *checker) fail(name, section, format string, args ...any) {
	c.report(false, name, section, format, args...)
}

// failAt is fail for an item of a list.
func (c *checker) failAt(list string, i int, section, format string, args ...any) {
	c.report(false, list+".["+strconv.Itoa(i)+"]", section, format, args...)
}

func (c *checker) warn(name, section, format string, args ...any) {
	c.report(true, name, section, format, args...)
}

// manyProblems is where counting stops: nobody reads more about one object, and a hostile one could have a million.
const manyProblems = 100

func (c *checker) report(warning bool, name, section, format string, args ...any) {
	if len(c.problems) >= manyProblems {
		if warning {
			return
		}
		i := len(c.problems) - 1
		if !c.problems[i].Warning {
			return
		}
		c.problems = c.problems[:i] // an error is never lost behind warnings
	}
	rule := section
	if strings.HasPrefix(section, "§") {
		rule = "STIX 2.1 " + section
		if c.v20 {
			rule = "STIX 2.0"
		}
	}
	c.problems = append(c.problems, Problem{ID: c.id, Path: c.pathTo(name), Rule: rule, Message: fmt.Sprintf(format, args...), Warning: warning})
}

// root checks the whole object.
func (c *checker) root(v *Value) {
	if c.typ == "bundle" {
		c.bundle(v)
		return
	}
	c.reservedType()
	shape := shapeOf(c.typ)
	toplevel, newType := false, ""
	if ext := v.Get("extensions"); ext != nil && !c.v20 {
		c.push("extensions")
		toplevel, newType = c.extensions(ext)
		c.pop()
	}
	common := c.commonOf(v, newType)
	c.head(v, common)
	for i := range v.Members {
		m := &v.Members[i]
		r := common.find(m.Name)
		if r == nil && shape != nil {
			r = shape.find(m.Name)
		}
		c.push(m.Name)
		switch {
		case r == nil || c.v20 && r.new21:
			c.custom(m.Name, m.Value, shape != nil && !toplevel && newType == "")
		case r.kind == tAny:
			c.special(m.Name, m.Value)
		default:
			c.property(r, m.Value)
		}
		c.pop()
	}
	if shape == nil {
		c.customType(v, newType)
	} else {
		c.rest(v, shape)
		if c.v20 {
			c.rest20(v)
		}
	}
	if list := v.Get("granular_markings"); list != nil {
		c.granular(list, v)
	}
}

// rest checks what needs more than one property: required ones, at least one, and the rules of the type.
func (c *checker) rest(v *Value, s *shape) {
	for i := range s.rules {
		r := &s.rules[i]
		if r.required && !(c.v20 && r.new21) && v.Get(r.name) == nil {
			c.fail(r.name, s.section, "%s is required", r.name)
		}
	}
	if s.some > s.count(v) {
		c.fail("", s.section, "at least %d of its properties are present", s.some)
	}
	if s.check != nil && (!c.v20 || !s.later()) {
		s.check(c, v)
	}
}

// later says that the type is unknown to STIX 2.0, so that its rules do not apply there.
func (s *shape) later() bool {
	return s == domainShapes["location"] || s == domainShapes["malware-analysis"]
}

// count says how many of the members are properties of the table.
func (s *shape) count(v *Value) int {
	n := 0
	for i := range v.Members {
		if s.find(v.Members[i].Name) != nil {
			n++
		}
	}
	return n
}

// rest20 are the properties that only STIX 2.0 requires.
func (c *checker) rest20(v *Value) {
	need := ""
	switch c.typ {
	case "indicator", "malware", "report", "threat-actor", "tool":
		need = "labels"
	case "identity":
		need = "identity_class"
	}
	if need != "" && v.Get(need) == nil {
		c.fail(need, "§3", "%s is required", need)
	}
	if c.typ == "malware" && v.Get("name") == nil {
		c.fail("name", "§3", "name is required")
	}
}

// object checks a value that has its own table inside an object.
func (c *checker) object(v *Value, s *shape) {
	if v.Kind != Dict {
		c.fail("", s.section, "%s is not an object", show(v))
		return
	}
	if len(v.Members) == 0 {
		c.fail("", s.section, "the object is empty")
		return
	}
	for i := range v.Members {
		m := &v.Members[i]
		c.push(m.Name)
		if r := s.find(m.Name); r != nil && r.kind != tAny {
			c.property(r, m.Value)
		} else {
			c.openProperty(m.Name, m.Value)
			if c.strict && r == nil && m.Name != "extension_type" {
				c.warn("", s.section, "the standard does not define this property here")
			}
		}
		c.pop()
	}
	c.rest(v, s)
}

// property checks the value of a property against its rule.
func (c *checker) property(r *rule, v *Value) {
	if !r.list {
		c.value(r, v)
		return
	}
	if v.Kind != Array {
		c.fail("", "§2.12", "%s is not a list", show(v))
		return
	}
	if len(v.Items) == 0 {
		c.fail("", "§2.12", "an empty list is not allowed: leave the property out")
		return
	}
	for i, it := range v.Items {
		c.at(i)
		c.value(r, it)
		c.pop()
	}
}

// order checks that two timestamps follow each other; later says that they may not be equal.
func (c *checker) order(v *Value, section, first, second string, later bool) {
	a, b := v.Get(first), v.Get(second)
	if a == nil || b == nil || a.Kind != String || b.Kind != String {
		return
	}
	s1, n1, ok1 := scanTime(a.Str)
	s2, n2, ok2 := scanTime(b.Str)
	switch {
	case !ok1 || !ok2:
	case s2 < s1 || s2 == s1 && n2 < n1:
		c.fail(second, section, "%s %s is before %s %s", second, b.Str, first, a.Str)
	case later && s1 == s2 && n1 == n2:
		c.fail(second, section, "%s is not later than %s", second, first)
	}
}
