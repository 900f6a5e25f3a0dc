package watch

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/stix"
)

// Head is what all objects of the watch share (STIX 2.1 §3.2).
type Head struct {
	ID, By            string // By is who recorded it: created_by_ref
	Created, Modified time.Time
	Revoked           bool
	Labels            []string
	Lang              string // of the text, by RFC 5646; see Language
	References        []Reference
	Confidence        *int // of who recorded it, 0 to 100; nil: not said
}

// Language is that of the text: English, where nothing says so (STIX 2.1 §3.2, lang).
func (h *Head) Language() string { return or(h.Lang, "en") }

// Reference is an external reference (STIX 2.1 §2.5).
type Reference struct{ Source, URL, ExternalID, Description string }

// text is a member's text as a string of its own: what is read here is kept for long, and must not hold the bytes that it was read from.
func text(v *stix.Value, name string) string { return strings.Clone(v.Get(name).Text()) }

// texts are the texts of a member that is a list.
func texts(v *stix.Value, name string) []string {
	list := v.Get(name).Strings()
	for i := range list {
		list[i] = strings.Clone(list[i])
	}
	return list
}

func readHead(root *stix.Value) (h Head, err error) {
	h = Head{ID: text(root, "id"), By: text(root, "created_by_ref"), Revoked: root.Get("revoked").IsTrue(), Labels: texts(root, "labels"), Lang: text(root, "lang")}
	if h.Created, err = stix.ParseTime(root.Get("created").Text()); err != nil {
		return h, threatwatch.Errorf(threatwatch.Invalid, "%s: created: %w", h.ID, err)
	}
	if h.Modified, err = stix.ParseTime(root.Get("modified").Text()); err != nil {
		return h, threatwatch.Errorf(threatwatch.Invalid, "%s: modified: %w", h.ID, err)
	}
	if n, ok := root.Get("confidence").Int(); ok {
		c := int(n)
		h.Confidence = &c
	}
	if refs := root.Get("external_references"); refs != nil {
		for _, r := range refs.Items {
			h.References = append(h.References, Reference{text(r, "source_name"), text(r, "url"), text(r, "external_id"), text(r, "description")})
		}
	}
	return h, nil
}

// readExtension fills v from the extension of an object with that id. It says whether there is one.
func readExtension(root *stix.Value, id string, v any) (bool, error) {
	ext := root.Get("extensions").Get(id)
	if ext == nil {
		return false, nil
	}
	if err := json.Unmarshal(ext.AppendJSON(nil), v); err != nil {
		return true, threatwatch.Errorf(threatwatch.Invalid, "%s: extensions.%s: %w", root.Get("id").Text(), id, err)
	}
	return true, nil
}

// extension is v as the member of extensions with that id (STIX 2.1 §7.3).
func extension(id string, v any) stix.Member {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("watch: %T: %v", v, err)) // plain structs always can
	}
	ext, err := stix.ParseValue(raw)
	if err != nil {
		panic(fmt.Sprintf("watch: %T: %v", v, err))
	}
	ext.Members = append([]stix.Member{{Name: "extension_type", Value: stix.NewString("property-extension")}}, ext.Members...)
	return stix.Member{Name: id, Value: ext}
}
