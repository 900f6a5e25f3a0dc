// Package draft makes STIX 2.1 objects of records in other formats. An identifier is made from a name, so that the same record is the same
// object in every import and in every exchange; and an object gets a new version only where something about it has changed.
package draft

import (
	"bytes"
	"time"

	"threatwatch/country"
	"threatwatch/stix"
)

// Book collects what is made of one document. The first error stays, and ends the writing: see [Book.Err].
type Book struct {
	space    [16]byte
	released string
	held     func(id string) *stix.Value
	out      func(*stix.Value) error
	seen     map[string]bool
	err      error
}

// NewBook returns a book whose identifiers lie in a namespace. released is the version, in STIX's form, of what changed since an earlier
// import. held returns what is held of an identifier, or nil; out takes the objects.
func NewBook(space [16]byte, released string, held func(id string) *stix.Value, out func(*stix.Value) error) *Book {
	return &Book{space: space, released: released, held: held, out: out, seen: map[string]bool{}}
}

// Err is what stopped the writing.
func (b *Book) Err() error { return b.err }

// ID is the identifier of what has a name.
func (b *Book) ID(typ, name string) string { return stix.NameID(typ, b.space, name) }

// Has says whether an object was written already.
func (b *Book) Has(id string) bool { return b.seen[id] }

// Put writes an object, once for each identifier, and returns the identifier. created is a time in STIX's form: when what the object tells
// of was first said. An object that says what is held of it keeps its version; one that says something else gets the time of the release.
func (b *Book) Put(o *stix.Value, created string) string { return b.PutAs(o, created, created) }

// PutAs is Put for a record that says itself when it was last changed. Where it says something else than what is held, but gives no later time,
// the time of the release counts.
func (b *Book) PutAs(o *stix.Value, created, modified string) string {
	id := o.Get("id").Text()
	if b.err != nil || b.seen[id] {
		return id
	}
	b.seen[id] = true
	if old := b.held(id); old != nil {
		version := old.Get("modified").Text()
		created = old.Get("created").Text()
		switch {
		case same(old, o):
			modified = version
		case modified <= version:
			modified = max(b.released, after(version))
		}
	}
	o.Set("created", stix.NewString(created))
	o.Set("modified", stix.NewString(max(created, modified)))
	b.err = b.out(o)
	return id
}

// after is the next moment that a version can have: a release may say something else without a newer date (STIX 2.1 §3.6).
func after(version string) string {
	t, err := stix.ParseTime(version)
	if err != nil {
		return version
	}
	return stix.FormatTime(t.Add(time.Millisecond).UnixMicro())
}

// same says that two objects differ in nothing but their version.
func same(a, b *stix.Value) bool {
	bare := func(v *stix.Value) []byte {
		v = v.Clone()
		v.Remove("created")
		v.Remove("modified")
		out, err := v.Canonical()
		if err != nil {
			return nil
		}
		return out
	}
	x, y := bare(a), bare(b)
	return x != nil && bytes.Equal(x, y)
}

// Member is a member of an object. A nil value is left out by [Object].
func Member(name string, v *stix.Value) stix.Member { return stix.Member{Name: name, Value: v} }

// Text is a member with a text; an empty one is left out.
func Text(name, s string) stix.Member {
	if s == "" {
		return stix.Member{}
	}
	return Member(name, stix.NewString(s))
}

// List is a member with a list of texts; an empty one is left out, because STIX has no empty lists (STIX 2.1 §2.6).
func List(name string, s []string) stix.Member {
	if len(s) == 0 {
		return stix.Member{}
	}
	return Member(name, stix.NewStrings(s))
}

// Said is a record without the members that are null, as STIX has it (STIX 2.1 §2): they say nothing.
func Said(v *stix.Value) *stix.Value {
	out := v.Clone()
	out.Members = without(out.Members, func(m stix.Member) bool { return m.Value.Kind == stix.Null })
	for i := range out.Members {
		out.Members[i].Value = Said(out.Members[i].Value)
	}
	for i := range out.Items {
		out.Items[i] = Said(out.Items[i])
	}
	return out
}

// Object begins an object (STIX 2.1 §3.2). It bears no marking: who takes the document in says what it is marked.
func Object(typ, id string, more ...stix.Member) *stix.Value {
	o := stix.NewDict(Member("type", stix.NewString(typ)), Member("spec_version", stix.NewString("2.1")), Member("id", stix.NewString(id)))
	for _, m := range more {
		if m.Value != nil {
			o.Members = append(o.Members, m)
		}
	}
	return o
}

// Extensions is the member that holds property extensions (STIX 2.1 §7.3), each named by the id of its definition.
func Extensions(ext ...stix.Member) stix.Member {
	if len(ext) == 0 {
		return stix.Member{}
	}
	return Member("extensions", stix.NewDict(ext...))
}

// References are external references (STIX 2.1 §2.5), one for each address; source is the name of where they were found.
func References(source string, urls []string) stix.Member {
	var refs []*stix.Value
	for _, u := range urls {
		refs = append(refs, stix.NewDict(Text("source_name", source), Text("url", u)))
	}
	if refs == nil {
		return stix.Member{}
	}
	return Member("external_references", stix.NewArray(refs...))
}

// Relate ties two objects (STIX 2.1 §5.1).
func (b *Book) Relate(from, kind, to, created string, more ...stix.Member) string {
	id := b.ID("relationship", from+" "+kind+" "+to)
	head := []stix.Member{Text("relationship_type", kind), Text("source_ref", from), Text("target_ref", to)}
	return b.Put(Object("relationship", id, append(head, more...)...), created)
}

// Country writes the location of a country by its code (STIX 2.1 §4.10).
func (b *Book) Country(code, created string) string {
	return b.Put(Object("location", b.ID("location", code), Text("name", country.Name(code)), Text("country", code), Text("region", country.Region(code))), created)
}
