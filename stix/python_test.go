package stix

import (
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"threatwatch/internal/pyenv"
)

// pythonAlone is what python-stix2 refuses and we take, as "type path damage", with the reason why we do.
var pythonAlone = []struct{ what, why string }{
	{`^network-traffic is_active (absent)$`, "§6.12 does not ask for is_active where there is an end"},
	{`^location (latitude|longitude) zero$`, "python-stix2 takes the coordinate 0 for none"},
	{`^location precision negative$`, "no limit in §4.10"},
	{`^marking-definition definition_type (nonsense|upper case|empty text)$`, "§7.2.1 only recommends statement and tlp"},
	{`^marking-definition (definition\.statement|name) empty text$`, "an empty string is a string (§2.15)"},
	{`^tool external_references\.\[0\]\.hashes a malformed name in it$`, "§2.5 wants names of an open vocabulary, so another is a warning"},
}

// TestPython: what python-stix2 refuses, we refuse too, but for what pythonAlone explains. The other way round it takes much that the text
// forbids, so nothing follows from that.
func TestPython(t *testing.T) {
	python := pyenv.Python(t)
	var names []string
	var in bytes.Buffer
	taken := []bool{}
	for typ := range maximal {
		for _, o := range []*Object{full(t, typ), sample(t, typ, "", "")} {
			add := func(name string, root *Value) {
				o, err := newObject(nil, root)
				names = append(names, typ+" "+name)
				taken = append(taken, err == nil && Valid(o.Validate()))
				in.Write(append(root.AppendJSON(nil), '\n'))
			}
			add("as it is", o.Root)
			each(o.Root, "", func(path string, v *Value) {
				if !ofType(typ, path) {
					return
				}
				gone := o.Root.Clone()
				gone.Remove(path)
				add(path+" absent", gone)
				for name, x := range variants(v) {
					changed := o.Root.Clone()
					*changed.At(path) = *x
					add(path+" "+name, changed)
				}
			})
		}
	}
	cmd := exec.CommandContext(t.Context(), python, pyenv.Script(t, "verdicts.py"))
	cmd.Stdin, cmd.Stderr = &in, t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	verdicts := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(verdicts) != len(names) || len(names) < 2000 {
		t.Fatalf("%d verdicts of %d objects, want one each of at least 2,000", len(verdicts), len(names))
	}
	used := map[int]bool{}
	for i, why := range verdicts {
		switch at := explained(names[i]); {
		case strings.HasSuffix(names[i], " as it is") && (why != "" || !taken[i]):
			t.Errorf("%s: taken %v, python-stix2: %s", names[i], taken[i], why)
		case why == "" || !taken[i]:
		case at < 0:
			t.Errorf("%s is taken; python-stix2: %s", names[i], why)
		default:
			used[at] = true
		}
	}
	for i, e := range pythonAlone {
		if !used[i] {
			t.Errorf("%s explains nothing", e.what)
		}
	}
}

// explained finds the reason why we take what a name says, or -1.
func explained(name string) int {
	for i, e := range pythonAlone {
		if regexp.MustCompile(e.what).MatchString(name) {
			return i
		}
	}
	return -1
}

// ofType leaves the common properties to one type of each family.
func ofType(typ, path string) bool {
	first, _, _ := strings.Cut(path, ".")
	switch {
	case path == "type" || path == "id":
		return false
	case typ == "tool" || typ == "url" || typ == "marking-definition" || typ == "extension-definition":
		return true
	case first == "extensions":
		return strings.Contains(path, "-ext")
	}
	return shapeOf(typ).find(first) != nil
}

// variants is damage and what only some properties may become.
func variants(v *Value) map[string]*Value {
	d := damage(v)
	switch {
	case v.Kind == Number:
		d["negative"], d["zero"], d["large"], d["fraction"] = NewInt(-1), NewInt(0), NewInt(1e9), &Value{Kind: Number, Str: "1.5"}
	case v.Kind == String && ValidID(v.Str):
		for _, typ := range []string{"tool", "url", "identity", "marking-definition", "relationship", "x-own"} {
			d[fmt.Sprintf("to %s", typ)] = NewString(typ + "--" + someV4)
		}
	case v.Kind == String:
		d["nonsense"], d["empty text"], d["upper case"] = NewString("no such value"), NewString(""), NewString(strings.ToUpper(v.Str))
	case v.Kind == Dict:
		x := v.Clone()
		x.Set("Own-Name", NewString("x"))
		d["a malformed name in it"] = x
	}
	return d
}
