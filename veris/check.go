package veris

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"threatwatch/stix"
)

// Fault is what is wrong with a record: where, and which rule it breaks.
type Fault struct{ Path, Rule string }

func (f Fault) Error() string { return strings.TrimPrefix(f.Path+": "+f.Rule, ": ") }

// Check says what is wrong with a record by the edition of the schema that it names: 1.2, 1.3 or 1.4. The lists of words of 1.2 are not known
// here: its words are taken as they are. What plus, extra and subsets hold is the business of who keeps the records.
func Check(record *stix.Value) []Fault {
	version := record.Get("schema_version") // it says by what to judge the rest
	switch {
	case version == nil:
		return []Fault{{"schema_version", "is missing"}}
	case version.Kind == stix.String && !versionForm.MatchString(version.Str):
		return []Fault{{"schema_version", fmt.Sprintf("%q is none of the editions that are known here, 1.2, 1.3 and 1.4, nor one between them such as 1.3.4", version.Str)}}
	}
	c := &checker{edition: editionOf(record)}
	c.value("", "", record, shape())
	return c.faults
}

// editionOf reads the schema version.
func editionOf(record *stix.Value) edition {
	v := strings.ReplaceAll(record.Get("schema_version").Text(), "_", ".")
	switch {
	case v == "1.2" || strings.HasPrefix(v, "1.2."):
		return v12
	case v == "1.3" || strings.HasPrefix(v, "1.3."):
		return v13
	}
	return v14
}

type checker struct {
	edition edition
	faults  []Fault
}

func (c *checker) bad(path, format string, args ...any) {
	c.faults = append(c.faults, Fault{path, fmt.Sprintf(format, args...)})
}

// value judges v. Name is its path without the places in lists: that of its words.
func (c *checker) value(path, name string, v *stix.Value, r *rule) {
	if r.or != nil && c.edition < v14 && v.Kind != r.kind {
		r = r.or
	}
	if r.kind == stix.Array && v.Kind != stix.Array && c.edition == v12 { // 1.2 had one value where later editions have a list
		r = r.item
	}
	if v.Kind != r.kind {
		c.bad(path, "is %s, not %s", kinds[v.Kind], kinds[r.kind])
		return
	}
	if r.filled && v.Str == "" && len(v.Items) == 0 && len(v.Members) == 0 {
		c.bad(path, "is empty")
		return
	}
	switch r.kind {
	case stix.Dict:
		c.object(path, name, v, r)
	case stix.Array:
		c.list(path, name, v, r)
	case stix.String:
		c.text(path, name, v, r)
	case stix.Number:
		c.number(path, v, r)
	}
}

var kinds = map[stix.Kind]string{stix.Null: "null", stix.Bool: "true or false", stix.Number: "a number", stix.String: "a text", stix.Array: "a list", stix.Dict: "an object"}

func (c *checker) object(path, name string, v *stix.Value, r *rule) {
	if r.fields == nil {
		return
	}
	for _, m := range v.Members {
		f := r.fields[m.Name]
		if f == nil || f.before != 0 && c.edition >= f.before {
			c.bad(join(path, m.Name), "is no property of VERIS")
			continue
		}
		c.value(join(path, m.Name), join(name, m.Name), m.Value, f)
	}
	for _, field := range slices.Sorted(maps.Keys(r.fields)) {
		f := r.fields[field]
		if f.must && c.edition >= f.needed && (f.freed == 0 || c.edition < f.freed) && v.Get(field) == nil {
			c.bad(join(path, field), "is missing")
		}
	}
}

func (c *checker) list(path, name string, v *stix.Value, r *rule) {
	seen := map[string]bool{}
	for i, x := range v.Items {
		at := fmt.Sprintf("%s[%d]", path, i)
		if x.Kind == stix.String {
			if seen[x.Str] {
				c.bad(at, "%q stands twice", x.Str)
			}
			seen[x.Str] = true
		}
		if x.Kind == stix.Dict && len(x.Members) == 0 {
			c.bad(at, "is empty")
			continue
		}
		c.value(at, name, x, r.item)
	}
}

func (c *checker) text(path, name string, v *stix.Value, r *rule) {
	switch {
	case r.form != nil && !r.form.MatchString(v.Str):
		c.bad(path, "%q is no %s", v.Str, r.says)
	case r.words != nil && !r.words(v.Str), r.listed && !c.known(name, v.Str):
		c.bad(path, "%q is none of its words", v.Str)
	}
	if name == "victim.industry" && c.edition == v14 && !slices.Contains(sectors, v.Str[:min(2, len(v.Str))]) {
		c.bad(path, "%q begins with no sector of NAICS", v.Str)
	}
}

// sectors are those of NAICS; 00 is unknown.
var sectors = strings.Fields("00 11 21 22 23 31 32 33 42 44 45 48 49 51 52 53 54 55 56 61 62 71 72 81 92")

// known says whether a word is in the list of the edition.
func (c *checker) known(name, word string) bool {
	return words()[name][word] || c.edition == v12 || c.edition == v13 && olderWords()[name][word]
}

func (c *checker) number(path string, v *stix.Value, r *rule) {
	n, ok := v.Float()
	if _, exact := v.Int(); r.whole && !exact {
		c.bad(path, "%s is no whole number", v.Str)
	} else if !ok || r.most != 0 && (n < r.least || n > r.most) {
		c.bad(path, "%s is none of %v to %v", v.Str, r.least, r.most)
	}
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }
