package eurepoc

import (
	"strings"

	"threatwatch/draft"
	"threatwatch/stix"
	"threatwatch/watch"
)

// namespace of the identifiers that are made from names: a row has the same one in every release.
var namespace = [16]byte{0x1b, 0x57, 0x4e, 0x0c, 0x7d, 0x26, 0x4b, 0x18, 0x9a, 0x51, 0x6f, 0x0d, 0xc3, 0x2a, 0x88, 0xe4}

// began is the first day that the table covers: nothing about its actors and claimants is older.
const began = "2000-01-01T00:00:00.000Z"

// repository is how references name where they were found.
const repository = "EuRepoC"

// IncidentID is the identifier of the incident with an ID.
func IncidentID(id string) string { return stix.NameID("incident", namespace, id) }

// writer writes the objects of a release.
type writer struct {
	*draft.Book
	d        *Database
	recorder string
}

// begin writes who recorded it all, and what the extensions mean.
func (w *writer) begin() {
	w.recorder = w.Put(draft.Object("identity", w.ID("identity", repository), draft.Text("name", "European Repository of Cyber Incidents (EuRepoC)"), draft.Text("identity_class", "organization"),
		draft.Text("contact_information", "https://eurepoc.eu")), began)
	for _, o := range watch.Definitions() {
		w.Put(o, o.Get("created").Text())
	}
}

// stamp is a moment in STIX's form; fallback when it is not known.
func stamp(m watch.Moment, fallback string) string {
	if !m.Known() {
		return fallback
	}
	return stix.FormatTime(m.Time.UnixMicro())
}

// incident writes a row: the incident, the claims, and who is named in them.
func (w *writer) incident(in *incident) {
	said := stamp(in.firstSaid(), began)
	get := in.row.Trimmed
	x := &watch.Incident{Head: watch.Head{ID: IncidentID(in.id), By: w.recorder, References: in.references()}, Name: in.name, Description: get("description")}
	x.Core.Determination = determination(get("source_incident_detection_disclosure"))
	x.Facts = watch.Facts{
		PublicName: in.name, Slug: watch.Slug(in.name, "eurepoc-"+strings.ToLower(in.id)), RecordState: "published", ScopeRule: scope(get("inclusion_criteria")),
		Milestones: in.milestones(), ReportedBy: reporters(get("source_incident_detection_disclosure")), Operations: operations(get("incident_type")),
		Techniques: techniques(get("MITRE_initial_access") + "; " + get("MITRE_impact")), Victims: in.victims(), Data: stolen(get("data_theft")),
		Severity: in.severity(), Responses: w.responses(in), Original: []watch.Original{watch.Keep(Format, in.row.Record())},
	}
	w.Put(x.Object(), said)
	w.claims(in, said)
}

// milestones are begin and end. An end before the beginning is told as it is.
func (in *incident) milestones() (list []watch.Milestone) {
	if in.start.Known() {
		list = append(list, watch.Milestone{Kind: "first_action", Moment: in.start})
	}
	if in.end.Known() {
		m := watch.Milestone{Kind: "last_action", Moment: in.end}
		if _, over := in.end.Span(); in.start.Known() && !over.After(in.start.Time) {
			m.Words = "EuRepoC has an end that lies before the beginning."
		}
		list = append(list, m)
	}
	return list
}

// references are the row itself and its sources. The sources of the attributions of an incident are those of the whole: the table does not
// say which attribution each belongs to.
func (in *incident) references() []watch.Reference {
	refs := []watch.Reference{{Source: repository, ExternalID: in.id}}
	seen := map[string]bool{}
	add := func(urls []string, what string) {
		for _, u := range urls {
			if u = strings.TrimSpace(u); u == "" || seen[u] {
				continue
			}
			seen[u] = true
			refs = append(refs, reference(u, what))
		}
	}
	add(in.sources, "")
	add(in.claimsource, "on who did it")
	return refs
}

// reference is a source. An address with a blank in it, which the table has where it was searched and replaced, is told as text.
func reference(url, what string) watch.Reference {
	if strings.ContainsAny(url, " \u00a0\t\n") || !strings.HasPrefix(url, "http") {
		return watch.Reference{Source: repository, Description: strings.TrimSpace(what + " " + url)}
	}
	return watch.Reference{Source: repository, URL: url, Description: what}
}

// references are the external references of an object that is no incident.
func (w *writer) references(urls []string) (refs []*stix.Value) {
	for _, u := range urls {
		refs = append(refs, stix.NewDict(draft.Text("source_name", repository), draft.Text("url", u)))
	}
	return refs
}

func attackReference(id string) *stix.Value {
	return stix.NewDict(draft.Text("source_name", "mitre-attack"), draft.Text("external_id", id))
}

func array(name string, items []*stix.Value) stix.Member {
	if len(items) == 0 {
		return stix.Member{}
	}
	return draft.Member(name, stix.NewArray(items...))
}

// severity has the schemes of the table side by side. What was not coded is left out: the table has 0 there.
func (in *incident) severity() (list []watch.Score) {
	get := in.row.Trimmed
	add := func(scheme, value string) {
		if !nothing(value) {
			list = append(list, watch.Score{Scheme: scheme, Value: value, Version: "1.1", ScoredBy: repository})
		}
	}
	add("eurepoc-intensity", get("unweighted_cyber_intensity"))
	add("eurepoc-intensity-weighted", get("weighted_cyber_intensity"))
	if impact := get("impact_indicator"); !nothing(impact) {
		add("eurepoc-impact", impact)
		add("eurepoc-impact-value", get("impact_indicator_value"))
	}
	return list
}
