package veris

import (
	"net/url"
	"slices"
	"strings"

	"threatwatch/country"
	"threatwatch/draft"
	"threatwatch/stix"
	"threatwatch/watch"
)

// began is the version of objects that many records share: nothing in VERIS is older.
const began = "2010-01-01T00:00:00.000Z"

// write makes the objects of a record.
func (in *importing) write(id string, v *stix.Value) {
	r := record{v}
	created := r.created()
	modified := max(created, r.time("plus.modified"))
	by := in.source(r.text("source_id"))
	in.book.PutAs(r.incident(id, by).Object(), created, modified)
	if campaign := r.text("campaign_id"); campaign != "" {
		c := in.book.Put(draft.Object("campaign", in.book.ID("campaign", r.text("source_id")+"\n"+campaign), draft.Text("created_by_ref", by), draft.Text("name", "Campaign "+campaign),
			draft.Text("description", "Incidents that their record ties together by one campaign_id.")), began)
		in.book.PutAs(related(in.book, id, c, by), created, modified)
	}
	for _, a := range r.accused(in.book) {
		claim := &watch.Claim{Head: watch.Head{ID: in.book.ID("relationship", id+" attributed-to "+a.id), By: by, References: r.references()}, Act: id, Accused: a.id, Words: a.words}
		claim.Terms = watch.Terms{ClaimantRef: by, Capacity: "other", StatedAt: stated(created), Kinds: []string{r.basis()}, Level: a.level}
		if c := r.text("confidence"); c != "" {
			claim.Terms.StatedConfidence = &watch.Stated{Scale: "VERIS", Value: c}
		}
		in.book.PutAs(claim.Object(), created, modified)
	}
}

// related ties an incident to a campaign.
func related(b *draft.Book, incident, campaign, by string) *stix.Value {
	return draft.Object("relationship", b.ID("relationship", incident+" related-to "+campaign), draft.Text("created_by_ref", by), draft.Text("relationship_type", "related-to"),
		draft.Text("source_ref", incident), draft.Text("target_ref", campaign))
}

// stated is the day of a time in STIX's form: the record was made then, and says nothing of when its sources spoke.
func stated(t string) watch.Moment {
	m, err := watch.ParseMoment(t[:len("2010-01-02")])
	if err != nil {
		return watch.Moment{}
	}
	return m
}

// source is who keeps the records: the claimant of what they say.
func (in *importing) source(id string) string {
	name := map[string]string{"": "A source of VERIS records", "vcdb": "VERIS Community Database"}[strings.ToLower(id)]
	if name == "" {
		name = "VERIS records of " + id
	}
	return in.book.Put(draft.Object("identity", in.book.ID("identity", strings.ToLower(id)), draft.Text("name", name), draft.Text("identity_class", "organization")), began)
}

// accused is whom a record names, or where he is said to be.
type accused struct{ id, level, words string }

// accused are the actors that a record names, and the countries of those whom it does not name. Of somebody from within VERIS holds no name: that
// there was one is a fact of the incident, and claims nothing of anybody.
func (r record) accused(b *draft.Book) (list []accused) {
	seen := map[string]bool{}
	for _, a := range append(r.named(b, "actor.external", r.level(), "The record names an actor from outside"+r.variety()+"."), r.named(b, "actor.partner", "organisation", "The record names a partner.")...) {
		if !seen[a.id] { // a partner of the same country accuses nobody more
			list, seen[a.id] = append(list, a), true
		}
	}
	return list
}

// named are the actors of one kind. The country of one that has no name is where it came from, and accuses nobody there.
func (r record) named(b *draft.Book, path, level, words string) (list []accused) {
	for _, name := range known(r.words(path + ".name")) {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		id := b.Put(draft.Object("threat-actor", b.ID("threat-actor", strings.ToLower(name)), draft.Text("name", name)), began)
		list = append(list, accused{id, level, words})
	}
	if len(list) > 0 {
		return list
	}
	for _, code := range r.countries(path + ".country") {
		list = append(list, accused{b.Country(code, began), "territory-only", "The record places an actor that it does not name in " + country.Name(code) + "."})
	}
	return list
}

// variety is that of the actor from outside, in words.
func (r record) variety() string {
	v := known(r.words("actor.external.variety"))
	if len(v) == 0 {
		return ""
	}
	return " (" + strings.Join(v, ", ") + ")"
}

// level is what kind of actor one from outside is said to be.
func (r record) level() string {
	for _, alone := range []string{"Acquaintance", "Auditor", "Customer", "Former employee", "Unaffiliated"} {
		if r.has("actor.external.variety", alone) {
			return "person"
		}
	}
	if r.has("actor.external.variety", "Competitor") {
		return "organisation"
	}
	return "group"
}

// basis is the kind of a claim by what the record refers to: a court, a government, a security company; else it is what media said.
func (r record) basis() string {
	kind := "media"
	for _, u := range urls(r.text("reference")) {
		host := hostOf(u)
		switch {
		case strings.HasSuffix(host, "justice.gov") || strings.HasSuffix(host, "courtlistener.com") || strings.HasSuffix(host, ".uscourts.gov"):
			return "legal"
		case slices.ContainsFunc(analysts, func(s string) bool { return host == s || strings.HasSuffix(host, "."+s) }):
			return "technical"
		case strings.HasSuffix(host, ".gov") || strings.HasSuffix(host, ".mil") || strings.Contains(host, ".gov."):
			kind = "political"
		}
	}
	return kind
}

// analysts are companies and laboratories that publish what they found themselves.
var analysts = []string{"kaspersky.com", "securelist.com", "symantec.com", "mandiant.com", "fireeye.com", "crowdstrike.com", "trendmicro.com", "mcafee.com", "eset.com", "welivesecurity.com",
	"paloaltonetworks.com", "f-secure.com", "sophos.com", "cylance.com", "group-ib.com", "citizenlab.org", "citizenlab.ca", "talosintelligence.com", "secureworks.com", "microsoft.com"}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(strings.TrimPrefix(u.Hostname(), "www."))
}
