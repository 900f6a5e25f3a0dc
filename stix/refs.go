package stix

import "strconv"

// Ref is one mention of another object.
type Ref struct {
	Path     string // where it stands: "object_refs.[3]"
	Kind     string // the property: "object_refs"; "extensions" for the definition of an extension
	ID       string
	Required bool // without it the object is none: a required property, or the only item of a required list
}

// Refs lists whom the object mentions, in the order of its bytes: every property that holds an identifier or a list with some, at any
// depth, custom ones included, whatever their names: a policy that knew only _ref and _refs (STIX 2.1 §3.1, S010) would let a custom
// property tell of what is hidden. So with object_marking_refs, the marking_ref of granular markings, and the definition after which
// an extension is called. Keys of the deprecated objects of observed data ("0", "1") are no identifiers.
func (o *Object) Refs() []Ref {
	w := refWalk{typ: o.Type, refs: make([]Ref, 0, 8)}
	w.dict(o.Root, 0)
	return w.refs
}

type refWalk struct {
	typ  string
	refs []Ref
	path [MaxDepth + 1]step
}

// step is a name, or an index where the name is empty.
type step struct {
	name string
	i    int
}

func (w *refWalk) dict(v *Value, depth int) {
	if depth+2 >= len(w.path) {
		return
	}
	for i := range v.Members {
		m := &v.Members[i]
		if depth == 1 && w.path[0].name == "extensions" && ValidID(m.Name) {
			w.path[depth] = step{name: m.Name}
			w.add(depth+1, "extensions", m.Name, false)
		}
		switch m.Value.Kind {
		case String:
			if ValidID(m.Value.Str) && !(depth == 0 && m.Name == "id") {
				w.path[depth] = step{name: m.Name}
				w.add(depth+1, m.Name, m.Value.Str, depth == 0 && w.required(m.Name))
			}
		case Array:
			w.path[depth] = step{name: m.Name}
			w.array(m.Value, depth+1, m.Name)
		case Dict:
			w.path[depth] = step{name: m.Name}
			w.dict(m.Value, depth+1)
		}
	}
}

func (w *refWalk) array(v *Value, depth int, name string) {
	if depth+2 >= len(w.path) {
		return
	}
	required := depth == 1 && len(v.Items) == 1 && w.required(name)
	for i, it := range v.Items {
		switch it.Kind {
		case String:
			if ValidID(it.Str) {
				w.path[depth] = step{i: i}
				w.add(depth+1, name, it.Str, required)
			}
		case Dict:
			w.path[depth] = step{i: i}
			w.dict(it, depth+1)
		case Array:
			w.path[depth] = step{i: i}
			w.array(it, depth+1, name)
		}
	}
}

func (w *refWalk) add(n int, kind, id string, required bool) {
	path := kind
	if n > 1 {
		b := make([]byte, 0, 48)
		for i, s := range w.path[:n] {
			if i > 0 {
				b = append(b, '.')
			}
			if s.name == "" {
				b = append(b, '[')
				b = strconv.AppendInt(b, int64(s.i), 10)
				b = append(b, ']')
			} else {
				b = append(b, s.name...)
			}
		}
		path = string(b)
	}
	w.refs = append(w.refs, Ref{Path: path, Kind: kind, ID: id, Required: required})
}

func (w *refWalk) required(name string) bool {
	for _, r := range requiredOf(w.typ) {
		if r == name {
			return true
		}
	}
	return false
}
