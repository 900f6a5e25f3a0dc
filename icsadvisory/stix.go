package icsadvisory

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"threatwatch/country"
	"threatwatch/draft"
	"threatwatch/stix"
)

// namespace of the identifiers that are made from names: a row has the same one in every release.
var namespace = [16]byte{0x90, 0x3e, 0x5c, 0x17, 0x2b, 0xd8, 0x49, 0x73, 0xb4, 0x0a, 0x6e, 0x35, 0xf9, 0x81, 0x1c, 0x64}

// began is before the first advisory: nothing about vendors is older.
const began = "2010-01-01T00:00:00.000Z"

const project = "ICS Advisory Project"

// ExtensionID is the definition of what reports keep of a row.
var ExtensionID = stix.NameID("extension-definition", namespace, "row")

// ReportID is the identifier of the report with an icsad_ID.
func ReportID(id string) string { return stix.NameID("report", namespace, id) }

const schema = `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"extension_type":{"const":"property-extension"},"row":{"type":"object"},` +
	`"sectors":{"type":"array","items":{"type":"string"}},"cvss":{"type":"object","properties":{"score":{"type":"string"},"severity":{"type":"string"}}}},"required":["extension_type","row"]}`

// writer writes the objects of a table.
type writer struct {
	*draft.Book
	recorder string
}

func stamp(t time.Time) string { return stix.FormatTime(t.UnixMicro()) }

// begin writes who recorded it all, and what the extension means.
func (w *writer) begin() {
	w.recorder = w.Put(draft.Object("identity", w.ID("identity", project), draft.Text("name", project), draft.Text("identity_class", "organization"),
		draft.Text("contact_information", "https://www.icsadvisoryproject.com")), began)
	w.Put(draft.Object("extension-definition", ExtensionID, draft.Text("created_by_ref", w.recorder), draft.Text("name", "Row of a table of advisories on industrial control systems"),
		draft.Text("description", "row: the row as published. sectors: its sectors as STIX names them. cvss: the score of the advisory as a whole."), draft.Text("schema", schema), draft.Text("version", "1.0.0"),
		draft.List("extension_types", []string{"property-extension"})), began)
}

// advisory writes a row: the report, its vulnerabilities and the vendor.
func (w *writer) advisory(a *advisory) {
	get := a.row.Trimmed
	refs := []string{w.vendor(get("Vendor"), get("Company_Headquarters"))}
	for _, cve := range a.cves {
		refs = append(refs, w.vulnerability(cve, stamp(a.released)))
	}
	external := []*stix.Value{}
	for _, r := range append([][2]string{{"CISA", get("ICS-CERT_Number")}, {project, a.id}}, named("cwe", a.cwes)...) {
		if r[1] != "" {
			external = append(external, stix.NewDict(draft.Text("source_name", r[0]), draft.Text("external_id", r[1])))
		}
	}
	keep := []stix.Member{draft.Text("extension_type", "property-extension"), draft.Member("row", a.row.Record())}
	if s := sectors(get("Critical_Infrastructure_Sector")); s != nil {
		keep = append(keep, draft.List("sectors", s))
	}
	labels := []string(nil)
	if score := get("Cumulative_CVSS"); strings.Trim(score, "0123456789.") == "" && score != "" {
		keep = append(keep, draft.Member("cvss", stix.NewDict(draft.Member("score", stix.NewString(score)), draft.Member("severity", stix.NewString(get("CVSS_Severity"))))))
		labels = []string{strings.ToLower(get("CVSS_Severity"))}
	}
	w.PutAs(draft.Object("report", ReportID(a.id), draft.Text("created_by_ref", w.recorder), draft.Text("name", get("ICS-CERT_Advisory_Title")), draft.Text("description", a.words()),
		draft.List("report_types", []string{"vulnerability"}), draft.Text("published", stamp(a.released)), draft.List("labels", present(labels)), draft.Member("external_references", stix.NewArray(external...)),
		draft.List("object_refs", refs), draft.Extensions(draft.Member(ExtensionID, stix.NewDict(keep...)))), stamp(a.released), stamp(a.updated))
}

// words is the row in plain words.
func (a *advisory) words() string {
	var list []string
	for _, c := range []struct{ column, words string }{
		{"Vendor", "Vendor"}, {"Product", "Product"}, {"Products_Affected", "Affected"}, {"Critical_Infrastructure_Sector", "Sectors"}, {"Cumulative_CVSS", "CVSS"}, {"CVSS_Severity", "Severity"}, {"Product_Distribution", "Distributed in"},
	} {
		if s := a.row.Trimmed(c.column); s != "" {
			list = append(list, c.words+": "+s)
		}
	}
	return strings.Join(list, "\n")
}

func named(source string, ids []string) (list [][2]string) {
	for _, id := range ids {
		list = append(list, [2]string{source, id})
	}
	return list
}

func present(list []string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// vulnerability writes a CVE number: the table says nothing of one vulnerability but that it is in an advisory.
func (w *writer) vulnerability(cve, created string) string {
	return w.Put(draft.Object("vulnerability", w.ID("vulnerability", cve), draft.Text("created_by_ref", w.recorder), draft.Text("name", cve),
		draft.Member("external_references", stix.NewArray(stix.NewDict(draft.Text("source_name", "cve"), draft.Text("external_id", cve))))), created)
}

// vendor writes who makes the product, as the cell has it: a comma may divide vendors or stand within a name. Where they are is a country each
// that the table knows.
func (w *writer) vendor(name, headquarters string) string {
	id := w.Put(draft.Object("identity", w.ID("identity", "vendor "+name), draft.Text("created_by_ref", w.recorder), draft.Text("name", name), draft.Text("identity_class", "organization")), began)
	for place := range strings.SplitSeq(headquarters, ",") {
		if code := country.Code(place); code != "" {
			w.Relate(id, "located-at", w.Country(code, began), began)
		}
	}
	return id
}

// sectorWords are what names the sectors of critical infrastructure in the United States, with the sectors of STIX (§10.18).
var sectorWords = []struct {
	form   *regexp.Regexp
	sector string
}{
	{regexp.MustCompile(`manufacturing|metals`), "manufacturing"}, {regexp.MustCompile(`energy|oil|gas\b|petrochemical`), "energy"}, {regexp.MustCompile(`com?mercial`), "commercial"}, {regexp.MustCompile(`water|dams`), "water"},
	{regexp.MustCompile(`transport|maritime`), "transportation"}, {regexp.MustCompile(`agriculture`), "agriculture"}, {regexp.MustCompile(`chemical`), "chemical"}, {regexp.MustCompile(`health|life sciences`), "healthcare"},
	{regexp.MustCompile(`government`), "government"}, {regexp.MustCompile(`telecommunication`), "telecommunications"}, {regexp.MustCompile(`communication`), "communications"}, {regexp.MustCompile(`information technology`), "technology"},
	{regexp.MustCompile(`defense`), "defense"}, {regexp.MustCompile(`financial`), "financial-services"}, {regexp.MustCompile(`emergency`), "emergency-services"}, {regexp.MustCompile(`nuclear`), "nuclear"},
	{regexp.MustCompile(`pharmaceutical`), "pharmaceuticals"}, {regexp.MustCompile(`mining`), "mining"},
}

// sectors are those that a cell names; "multiple" names none.
func sectors(cell string) (list []string) {
	cell = strings.ToLower(cell)
	for _, s := range sectorWords {
		if s.form.MatchString(cell) && !slices.Contains(list, s.sector) {
			list = append(list, s.sector)
		}
	}
	return list
}
