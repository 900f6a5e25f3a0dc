package csaf

import (
	"fmt"
	"slices"
	"strings"

	"threatwatch/draft"
	"threatwatch/stix"
)

// namespace of the identifiers that are made from names: an advisory has the same one in every release.
var namespace = [16]byte{0xc4, 0x1f, 0x2d, 0x80, 0x35, 0x9b, 0x4e, 0x47, 0x8d, 0x62, 0x11, 0xa6, 0x7c, 0xf0, 0x59, 0x2b}

// began is when CSAF 2.0 became a standard: who publishes in it, and what the extension means, is not older.
const began = "2022-11-18T00:00:00.000Z"

// ExtensionID is the definition of what reports and vulnerabilities keep of a document.
var ExtensionID = stix.NameID("extension-definition", namespace, "advisory")

// key is what makes an advisory the same in every release (CSAF 2.0 §3.2.1.12.4: the id is the publisher's own).
func key(doc *stix.Value) string {
	return doc.At("document.publisher.namespace").Text() + "\x1f" + doc.At("document.tracking.id").Text()
}

// ReportID is the identifier of the report that a document becomes.
func ReportID(doc *stix.Value) string { return stix.NameID("report", namespace, key(doc)) }

// documentOf is the document that a report keeps; nil when it keeps none.
func documentOf(report *stix.Value) *stix.Value {
	return report.Get("extensions").Get(ExtensionID).Get("document")
}

func extension(members ...stix.Member) stix.Member {
	return draft.Extensions(draft.Member(ExtensionID, stix.NewDict(append([]stix.Member{draft.Text("extension_type", "property-extension")}, members...)...)))
}

const schema = `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"extension_type":{"const":"property-extension"},` +
	`"document":{"type":"object"},"pointer":{"type":"string"},"cvss":{"type":"array","items":{"type":"object"}}},"required":["extension_type"]}`

// writer writes the objects of one document.
type writer struct {
	*draft.Book
	doc               *stix.Value
	created, modified string
	publisher         string
	marking           []string
}

func write(doc *stix.Value, held func(id string) *stix.Value, f func(*stix.Value) error) error {
	w := &writer{doc: doc, created: stamp(doc, "initial_release_date"), modified: stamp(doc, "current_release_date"), marking: markingOf(doc)}
	w.Book = draft.NewBook(namespace, w.modified, held, f)
	w.publish()
	vendors := w.vendors()
	refs := []string{}
	for at, v := range items(doc, "", "vulnerabilities") {
		id := w.vulnerability(v, at)
		refs = append(refs, id)
		refs = append(refs, w.affected(id, v, vendors)...)
	}
	for _, name := range vendors.names {
		refs = append(refs, w.vendor(name))
	}
	w.report(refs)
	return w.Err()
}

// stamp is a date of the tracking in STIX's form. The structure says that it is one.
func stamp(doc *stix.Value, name string) string {
	t, _ := parseTime(doc.At("document.tracking." + name).Text())
	return stix.FormatTime(t.UnixMicro())
}

// markingOf is the TLP label of the document (CSAF 2.0 §3.2.1.5.2). CSAF 2.0 has the labels of TLP 1; those of TLP 2.0 are understood too, and
// a label that is none of them binds as the strictest does. Without a label, who takes the document in says how it is marked.
func markingOf(doc *stix.Value) []string {
	label := doc.At("document.distribution.tlp.label").Text()
	level := stix.Red
	switch strings.ToUpper(strings.TrimPrefix(strings.ToUpper(label), "TLP:")) {
	case "":
		return nil
	case "WHITE", "CLEAR":
		level = stix.Clear
	case "GREEN":
		level = stix.Green
	case "AMBER":
		level = stix.Amber
	case "AMBER+STRICT":
		level = stix.AmberStrict
	}
	return []string{stix.TLPID(level)}
}

// publish writes who published the document, and what the extension means. Publishers and vendors say nothing but what their identifiers are
// made of, because documents that are taken in together must say the same of them.
func (w *writer) publish() {
	p := w.doc.At("document.publisher")
	w.publisher = w.Put(draft.Object("identity", w.ID("identity", "publisher "+p.Get("namespace").Text()+"\x1f"+p.Get("name").Text()), draft.Text("name", p.Get("name").Text()),
		draft.Text("identity_class", "organization"), draft.Text("contact_information", p.Get("namespace").Text())), began)
	author := w.Put(draft.Object("identity", w.ID("identity", "definition"), draft.Text("name", "Threatwatch"), draft.Text("identity_class", "system")), began)
	w.Put(draft.Object("extension-definition", ExtensionID, draft.Text("created_by_ref", author), draft.Text("name", "Advisory in CSAF 2.0"),
		draft.Text("description", "document: the advisory as published. pointer: the vulnerability in it that the object is made of. cvss: its scores, each once."),
		draft.Text("schema", schema), draft.Text("version", "1.0.0"), draft.List("extension_types", []string{"property-extension"})), began)
}

// put writes an object that belongs to this document alone.
func (w *writer) put(o *stix.Value) string {
	if w.marking != nil {
		o.Set("object_marking_refs", stix.NewStrings(w.marking))
	}
	return w.PutAs(o, w.created, w.modified)
}

// vulnerability is what this document says of a vulnerability (STIX 2.1 §4.18): what another says of the same one is another object.
func (w *writer) vulnerability(v *stix.Value, at string) string {
	name := v.Get("cve").Text()
	refs := []*stix.Value{}
	add := func(source, url, id string) {
		refs = append(refs, stix.NewDict(present(draft.Text("source_name", source), draft.Text("url", url), draft.Text("external_id", id))...))
	}
	if name != "" {
		add("cve", "", name)
	}
	for _, id := range items(v, "", "ids") {
		add(id.Get("system_name").Text(), "", id.Get("text").Text())
		name = or(name, id.Get("text").Text())
	}
	if cwe := v.At("cwe.id").Text(); cwe != "" {
		add("cwe", "", cwe)
	}
	for _, r := range items(v, "", "references") {
		add(r.Get("summary").Text(), r.Get("url").Text(), "")
	}
	number := at[strings.LastIndexByte(at, '/')+1:]
	name = or(name, or(v.Get("title").Text(), w.doc.At("document.tracking.id").Text()+" #"+number))
	scores, words := cvssOf(v)
	members := []stix.Member{draft.Text("created_by_ref", w.publisher), draft.Text("name", name), draft.Text("description", describe(v, words)), array("external_references", refs)}
	keep := []stix.Member{draft.Text("pointer", at)}
	if scores != nil {
		keep = append(keep, draft.Member("cvss", stix.NewArray(scores...)))
	}
	id := w.ID("vulnerability", key(w.doc)+"\x1f"+or(v.Get("cve").Text(), or(v.At("ids.[0].text").Text(), number)))
	if w.Has(id) { // two that share an id of the vendor
		id = w.ID("vulnerability", key(w.doc)+"\x1f"+number)
	}
	return w.put(draft.Object("vulnerability", id, append(members, extension(keep...))...))
}

// cvssOf are the scores of a vulnerability, each vector once, and in words.
func cvssOf(v *stix.Value) (scores []*stix.Value, words []string) {
	seen := map[string]bool{}
	for _, s := range items(v, "", "scores") {
		for _, g := range generations {
			cvss := s.Get(g.member)
			if vector := cvss.Get("vectorString").Text(); cvss != nil && !seen[vector] {
				seen[vector] = true
				scores = append(scores, cvss.Clone())
				words = append(words, strings.TrimSpace("CVSS "+cvss.Get("version").Text()+" "+cvss.Get("baseScore").Str+" "+cvss.Get("baseSeverity").Text())+" ("+vector+")")
			}
		}
	}
	return scores, words
}

// describe is a vulnerability in words: its notes, its weakness, its scores.
func describe(v *stix.Value, scores []string) string {
	var text []string
	for _, n := range items(v, "", "notes") {
		if c := n.Get("category").Text(); c == "summary" || c == "description" {
			text = append(text, strings.TrimSpace(n.Get("text").Text()))
		}
	}
	if cwe := v.Get("cwe"); cwe != nil {
		text = append(text, cwe.Get("id").Text()+" "+cwe.Get("name").Text()+".")
	}
	if scores != nil {
		text = append(text, strings.Join(scores, ", ")+".")
	}
	return strings.Join(text, "\n\n")
}

// report is the document (STIX 2.1 §4.16).
func (w *writer) report(refs []string) {
	d := w.doc.Get("document")
	if len(refs) == 0 {
		refs = []string{w.publisher}
	}
	name := d.At("publisher.name").Text()
	external := []*stix.Value{stix.NewDict(draft.Text("source_name", name), draft.Text("external_id", d.At("tracking.id").Text()))}
	for _, r := range items(d, "", "references") {
		external = append(external, stix.NewDict(draft.Text("source_name", name), draft.Text("description", r.Get("summary").Text()), draft.Text("url", r.Get("url").Text())))
	}
	labels := []string{d.Get("category").Text()}
	if s := d.At("tracking.status").Text(); s != "final" {
		labels = append(labels, s)
	}
	w.put(draft.Object("report", ReportID(w.doc), draft.Text("created_by_ref", w.publisher), draft.Text("name", d.Get("title").Text()), draft.Text("description", describe(d, nil)),
		draft.List("report_types", []string{"vulnerability"}), draft.Text("published", w.created), draft.List("labels", labels), draft.Text("lang", d.Get("lang").Text()),
		array("external_references", external), draft.List("object_refs", slices.Compact(refs)), extension(draft.Member("document", w.doc.Clone()))))
}

// vendorsOf knows the vendor of each product by its place in the tree.
type vendorsOf struct {
	names []string
	of    map[string][]string // by product_id
}

func (w *writer) vendors() vendorsOf {
	all := vendorsOf{of: map[string][]string{}}
	tree := w.doc.Get("product_tree")
	var in func(v *stix.Value, vendor string)
	in = func(v *stix.Value, vendor string) {
		for _, b := range items(v, "", "branches") {
			vendor := vendor
			if b.Get("category").Text() == "vendor" {
				vendor = b.Get("name").Text()
				all.names = append(all.names, vendor)
			}
			if id := b.At("product.product_id").Text(); id != "" && vendor != "" {
				all.of[id] = []string{vendor}
			}
			in(b, vendor)
		}
	}
	in(tree, "")
	slices.Sort(all.names)
	all.names = slices.Compact(all.names)
	parts := map[string][]string{}
	for _, r := range items(tree, "", "relationships") {
		id := r.At("full_product_name.product_id").Text()
		parts[id] = append(parts[id], r.Get("product_reference").Text(), r.Get("relates_to_product_reference").Text())
	}
	for id := range parts {
		all.resolve(id, parts)
	}
	return all
}

// resolve gives a product that is made of others their vendors. That it is not made of itself was checked (CSAF 2.0 §6.1.3).
func (all vendorsOf) resolve(id string, parts map[string][]string) []string {
	if list, ok := all.of[id]; ok {
		return list
	}
	var list []string
	for _, part := range parts[id] {
		list = append(list, all.resolve(part, parts)...)
	}
	slices.Sort(list)
	all.of[id] = slices.Compact(list)
	return all.of[id]
}

func (w *writer) vendor(name string) string {
	return w.Put(draft.Object("identity", w.ID("identity", "vendor "+name), draft.Text("name", name), draft.Text("identity_class", "organization")), began)
}

// affected ties a vulnerability to the vendors whose products have a status, and says which.
func (w *writer) affected(id string, v *stix.Value, vendors vendorsOf) (ids []string) {
	counts := map[string]map[string]int{}
	for _, s := range statuses {
		for _, product := range v.Get("product_status").Get(s.name).Strings() {
			for _, vendor := range vendors.of[product] {
				if counts[vendor] == nil {
					counts[vendor] = map[string]int{}
				}
				counts[vendor][s.name]++
			}
		}
	}
	for _, vendor := range vendors.names {
		var words []string
		for _, s := range statuses {
			if n := counts[vendor][s.name]; n > 0 {
				words = append(words, fmt.Sprintf("%s: %d", strings.ReplaceAll(s.name, "_", " "), n))
			}
		}
		if words != nil {
			to := w.vendor(vendor)
			rel := w.ID("relationship", id+" related-to "+to)
			ids = append(ids, w.put(draft.Object("relationship", rel, draft.Text("relationship_type", "related-to"), draft.Text("description", "Products of "+vendor+" by status: "+strings.Join(words, ", ")+"."),
				draft.Text("created_by_ref", w.publisher), draft.Text("source_ref", id), draft.Text("target_ref", to))))
		}
	}
	return ids
}

// array is a member with a list of values; an empty one is left out (STIX 2.1 §2.6).
func array(name string, items []*stix.Value) stix.Member {
	if len(items) == 0 {
		return stix.Member{}
	}
	return draft.Member(name, stix.NewArray(items...))
}

func present(members ...stix.Member) []stix.Member {
	return slices.DeleteFunc(members, func(m stix.Member) bool { return m.Value == nil })
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
