package kev

import (
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/draft"
	"threatwatch/stix"
)

// namespace of the identifiers that are made from names: an entry has the same one in every release.
var namespace = [16]byte{0x2e, 0x1d, 0x75, 0x2a, 0x0b, 0x6c, 0x4f, 0x5a, 0x9c, 0x0e, 0x43, 0x1b, 0x8d, 0x66, 0x51, 0x07}

// Identifiers of what is not an entry.
var (
	PublisherID = stix.NameID("identity", namespace, "CISA")
	CatalogueID = stix.NameID("report", namespace, "catalogue")
	ExtensionID = stix.NameID("extension-definition", namespace, "catalogue")
)

// began is when the first catalogue was published: nothing about it is older.
const began = "2021-11-03T00:00:00.000Z"

// VulnerabilityID is the identifier of the entry with a CVE number.
func VulnerabilityID(cve string) string { return stix.NameID("vulnerability", namespace, cve) }

// Objects calls f with every object of the release: publisher, definition of the extension, an entry each, the report. held returns what is
// held of an identifier, nil when nothing is: an object that says the same keeps its version, and one that changed since gets the time
// of the release.
func (c *Catalogue) Objects(held func(id string) *stix.Value, f func(*stix.Value) error) error {
	released, err := c.released()
	if err != nil {
		return err
	}
	if len(c.Entries) == 0 {
		return threatwatch.Errorf(threatwatch.Invalid, "the catalogue has no entries")
	}
	w := draft.NewBook(namespace, released, held, f)
	w.Put(publisher(), began)
	w.Put(definition(), began)
	for _, e := range c.Entries {
		w.Put(vulnerability(e), e.Get("dateAdded").Text()+"T00:00:00.000Z")
	}
	w.Put(c.report(), began)
	return w.Err()
}

// released is when the catalogue says it was released, in STIX's form. One that does not say so is taken to be of the day of its newest entry.
func (c *Catalogue) released() (string, error) {
	at := c.Head.Get("dateReleased").Text()
	if at == "" {
		for _, e := range c.Entries {
			at = max(at, e.Get("dateAdded").Text())
		}
	}
	if isDay(at) {
		at += "T00:00:00Z"
	}
	t, err := stix.ParseTime(at)
	if err != nil {
		return "", threatwatch.Errorf(threatwatch.Invalid, "dateReleased: %w", err)
	}
	return stix.FormatTime(t.UnixMicro()), nil
}

func publisher() *stix.Value {
	return draft.Object("identity", PublisherID, draft.Text("name", "Cybersecurity and Infrastructure Security Agency"), draft.Text("identity_class", "organization"),
		draft.List("sectors", []string{"government"}), draft.Text("contact_information", "https://www.cisa.gov/known-exploited-vulnerabilities-catalog"))
}

// definition says what the extension holds (STIX 2.1 §7.3).
func definition() *stix.Value {
	return draft.Object("extension-definition", ExtensionID, draft.Text("created_by_ref", PublisherID), draft.Text("name", "Entry of a catalogue of exploited vulnerabilities"),
		draft.Text("description", "entry: an entry of the catalogue, as published. head: what a release says of itself."),
		draft.Text("schema", schema), draft.Text("version", "1.0.0"), draft.List("extension_types", []string{"property-extension"}))
}

const schema = `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{` +
	`"extension_type":{"const":"property-extension"},"entry":{"type":"object"},"head":{"type":"object"}},"required":["extension_type"]}`

func extension(name string, v *stix.Value) stix.Member {
	return draft.Member("extensions", stix.NewDict(draft.Member(ExtensionID, stix.NewDict(draft.Text("extension_type", "property-extension"), draft.Member(name, v)))))
}

// vulnerability is an entry (STIX 2.1 §4.18).
func vulnerability(e *stix.Value) *stix.Value {
	cve := e.Get("cveID").Text()
	labels := []string{"known-exploited"}
	if e.Get("knownRansomwareCampaignUse").Text() == "Known" {
		labels = append(labels, "ransomware")
	}
	refs := []*stix.Value{stix.NewDict(draft.Text("source_name", "cve"), draft.Text("external_id", cve))}
	for _, cwe := range e.Get("cwes").Strings() {
		refs = append(refs, stix.NewDict(draft.Text("source_name", "cwe"), draft.Text("external_id", cwe)))
	}
	for _, url := range urls(e.Get("notes").Text()) {
		refs = append(refs, stix.NewDict(draft.Text("source_name", "catalogue of known exploited vulnerabilities"), draft.Text("url", url)))
	}
	description := e.Get("vulnerabilityName").Text() + " (" + e.Get("vendorProject").Text() + " " + e.Get("product").Text() + "). " + e.Get("shortDescription").Text() +
		" To do by " + e.Get("dueDate").Text() + ": " + e.Get("requiredAction").Text()
	return draft.Object("vulnerability", VulnerabilityID(cve), draft.Text("created_by_ref", PublisherID), draft.Text("name", cve), draft.Text("description", description),
		draft.List("labels", labels), draft.Member("external_references", stix.NewArray(refs...)), extension("entry", e.Clone()))
}

var urlForm = regexp.MustCompile(`https?://[^\s;"<>]+`)

// urls are the addresses in a note, which semicolons separate.
func urls(note string) (list []string) {
	for _, u := range urlForm.FindAllString(note, -1) {
		if u = strings.TrimRight(u, ".,)"); !slices.Contains(list, u) {
			list = append(list, u)
		}
	}
	return list
}

// report lists the entries in the order of the release (STIX 2.1 §4.16).
func (c *Catalogue) report() *stix.Value {
	refs := make([]string, 0, len(c.Entries))
	for _, e := range c.Entries {
		refs = append(refs, VulnerabilityID(e.Get("cveID").Text()))
	}
	name := "Known exploited vulnerabilities"
	if v := c.Head.Get("catalogVersion").Text(); v != "" {
		name += ", catalogue " + v
	}
	return draft.Object("report", CatalogueID, draft.Text("created_by_ref", PublisherID), draft.Text("name", name),
		draft.List("report_types", []string{"vulnerability"}), draft.Text("published", began), draft.List("object_refs", refs),
		extension("head", c.Head.Clone()))
}

// FromObjects makes the catalogue of the objects that Objects made of it: the report, and by its identifiers the entries.
func FromObjects(report *stix.Value, get func(id string) *stix.Value) (*Catalogue, error) {
	head := report.Get("extensions").Get(ExtensionID).Get("head")
	if head == nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%s is no catalogue of exploited vulnerabilities", report.Get("id").Text())
	}
	c := &Catalogue{Head: head.Clone(), known: map[string]bool{}}
	for i, id := range report.Get("object_refs").Strings() {
		e := get(id).Get("extensions").Get(ExtensionID).Get("entry")
		if e == nil {
			return nil, threatwatch.Errorf(threatwatch.NotFound, "object_refs[%d]: the entry %s is not there", i, id)
		}
		if err := c.add(e.Clone()); err != nil {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "object_refs[%d]: %w", i, err)
		}
	}
	return c, nil
}

// Write writes the catalogue that is among objects, as it is published. There must be one and no more.
func Write(objects iter.Seq2[*stix.Value, error], w io.Writer) error {
	var report *stix.Value
	entries := map[string]*stix.Value{}
	for o, err := range objects {
		if err != nil {
			return err
		}
		if o.Get("extensions").Get(ExtensionID) == nil {
			continue
		}
		id := o.Get("id").Text()
		if o.Get("type").Text() != "report" {
			entries[id] = o
			continue
		}
		if report != nil {
			return threatwatch.Errorf(threatwatch.Conflict, "several sources hold a catalogue of exploited vulnerabilities: say which")
		}
		report = o
	}
	if report == nil {
		return threatwatch.Errorf(threatwatch.NotFound, "no catalogue of exploited vulnerabilities")
	}
	c, err := FromObjects(report, func(id string) *stix.Value { return entries[id] })
	if err == nil {
		_, err = w.Write(append(c.Document(), '\n'))
	}
	return err
}
