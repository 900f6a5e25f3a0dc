package intake

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"threatwatch/stix"
	"threatwatch/store"
)

// item is one object on its way in: all that can be known of it without the store.
type item struct {
	raw      []byte
	put      store.Put
	refs     []stix.Ref
	refused  bool
	problems []stix.Problem

	markings []string      // object_marking_refs
	marked   bool          // carries a TLP of its own: no container binds it
	granular []granular    // nil for most
	marking  *stix.Marking // of a marking-definition
	members  []string      // object_refs of a container
	root     *stix.Value   // kept only where a later rule reads it
}

// granular is a granular marking, with whether it selects what the object cannot be without.
type granular struct {
	ref      string
	required bool
}

// containers are the types whose unmarked members take their label on ingest.
func isContainer(typ string) bool {
	switch typ {
	case "report", "grouping", "observed-data", "note":
		return true
	}
	return false
}

// prepare parses and validates one object and computes what the store indexes. raw is kept.
func prepare(raw []byte, spec20, strict bool) *item {
	it := &item{raw: raw}
	if len(raw) > MaxObjectBytes {
		it.refuse("", "limits", fmt.Sprintf("object of %d bytes: at most %d are taken", len(raw), MaxObjectBytes))
		return it
	}
	o, err := stix.Parse(raw)
	if err != nil {
		it.syntax(err)
		return it
	}
	if spec20 && o.Root.Get("spec_version") == nil {
		o.SpecVersion = "2.0" // a STIX 2.0 bundle states the version for its objects
	}
	it.put.ID, it.put.Type = o.ID, o.Type
	it.put.Modified, it.put.Created, it.put.CreatedBy = o.Modified, o.Created, o.CreatedBy
	it.validate(o, strict)
	if it.refused {
		return it
	}
	it.put.Raw = raw
	it.put.Digest = o.Digest()
	it.refs = it.put.Index(o)
	if o.Revoked {
		it.put.Flags |= store.Revoked
	}
	if o.SpecVersion == "2.0" {
		it.put.Flags |= store.V20
	}
	for i, r := range it.refs {
		r.ID = strings.ToLower(r.ID) // RFC 4122 §3: read in either case; what is held has lower case
		it.refs[i] = r
		if r.Kind == "object_refs" && isContainer(o.Type) {
			it.members = append(it.members, r.ID)
		}
	}
	it.readMarkings(o)
	return it
}

func (it *item) validate(o *stix.Object, strict bool) {
	for _, p := range o.Validate() {
		if strict {
			p.Warning = false
		}
		it.refused = it.refused || !p.Warning
		it.problems = append(it.problems, p)
	}
	if !it.refused && !uuidID(o.ID) {
		it.refuse("id", "STIX 2.1 §2.9", "the id must be the type, two hyphens and a UUID in lower case")
	}
}

func (it *item) readMarkings(o *stix.Object) {
	it.markings = slices.Clone(o.MarkingRefs)
	slices.Sort(it.markings)
	it.markings = slices.Compact(it.markings)
	for _, id := range it.markings {
		if _, ok := stix.TLPOf(id); ok {
			it.marked = true
		}
	}
	for _, g := range o.Granular() {
		if g.MarkingRef != "" {
			it.granular = append(it.granular, granular{ref: g.MarkingRef, required: selectsRequired(o.Type, g.Selectors)})
		}
	}
	if o.Type == "marking-definition" {
		m := stix.MarkingOf(o)
		it.marking, it.root = &m, o.Root
	}
}

// selectsRequired says whether a selector touches a property without which the object cannot be shown at all: the marking then
// binds the whole row.
func selectsRequired(typ string, selectors []string) bool {
	required := stix.Required(typ)
	for _, s := range selectors {
		name, _, _ := strings.Cut(s, ".")
		if name == "id" || name == "type" || slices.Contains(required, name) {
			return true
		}
	}
	return false
}

func (it *item) refuse(path, rule, message string) {
	it.refused = true
	p := stix.Problem{ID: it.put.ID, Path: path, Rule: rule, Message: message}
	it.problems = append([]stix.Problem{p}, it.problems...)
}

func (it *item) syntax(err error) {
	if e, ok := errors.AsType[*stix.SyntaxError](err); ok {
		it.refuse(e.Path, e.Rule, e.Error())
		return
	}
	it.refuse("", "STIX 2.1 §3", err.Error())
}

// uuidID says whether id ends in two hyphens and a UUID. STIX 2.1 §2.9
func uuidID(id string) bool {
	_, u, ok := strings.Cut(id, "--")
	if !ok || len(u) != 36 {
		return false
	}
	for i := range len(u) {
		c := u[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
