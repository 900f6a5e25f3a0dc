package cfr

import (
	"fmt"
	"strings"

	"threatwatch/country"
	"threatwatch/draft"
	"threatwatch/watch"
)

// writer writes the objects of a table.
type writer struct {
	*draft.Book
	recorder string
	times    map[string]int // how often a title stands beside a date
	exported watch.Moment   // the year of the newest date: then the tracker said all of it
}

// begin writes who recorded it all, and what the extensions mean.
func (w *writer) begin() {
	w.recorder = w.Put(draft.Object("identity", w.ID("identity", "tracker"), draft.Text("name", "Council on Foreign Relations, Cyber Operations Tracker"), draft.Text("identity_class", "organization"),
		draft.Text("contact_information", "https://www.cfr.org/cyber-operations/")), began)
	for _, o := range watch.Definitions() {
		w.Put(o, o.Get("created").Text())
	}
}

// operation writes a row: the incident and who is held to be behind it. The table has no numbers: title and date tell rows apart, and for the few
// that share both their order does.
func (w *writer) operation(o *operation) {
	key := o.title + "\x1f" + o.row.Trimmed("Date")
	if w.times[key]++; w.times[key] > 1 {
		key += fmt.Sprintf("\x1f%d", w.times[key])
	}
	x := &watch.Incident{Head: watch.Head{ID: w.ID("incident", key), By: w.recorder, References: o.references()}, Name: o.title, Description: o.description}
	if o.response.kind == "Confirmation" {
		x.Core.Determination = "confirmed"
	}
	x.Facts = watch.Facts{PublicName: o.title, Slug: watch.Slug(o.title, "cfr-"+strings.TrimPrefix(x.ID, "incident--")[:8]), RecordState: "published", Operations: translate(o.typ, types),
		Victims: o.victim(), Responses: o.measures(), Original: []watch.Original{watch.Keep(Format, o.row.Record())}}
	if o.date.Known() {
		x.Facts.Milestones = []watch.Milestone{{Kind: "public_disclosure", Moment: o.date, Words: "The date that the tracker gives."}}
	}
	w.Put(x.Object(), stamp(o.date))
	claims := w.claims(x.ID, o)
	if o.response.kind == denial {
		w.denial(x.ID, o, claims)
	}
}

// references are the sources of the row.
func (o *operation) references() []watch.Reference {
	refs := []watch.Reference{{Source: tracker, ExternalID: o.title}}
	for _, s := range o.sources {
		refs = append(refs, reference(s, ""))
	}
	if o.response.url != "" {
		refs = append(refs, reference(o.response.url, "on the response: "+o.response.kind))
	}
	return refs
}

// reference is a source: an address, or what stands in its place.
func reference(s, what string) watch.Reference {
	if strings.HasPrefix(s, "http") && strings.Contains(s, "://") && !strings.ContainsAny(s, " \u00a0\t\r\n") {
		return watch.Reference{Source: tracker, Description: what, URL: s}
	}
	return watch.Reference{Source: tracker, Description: strings.TrimSpace(what + " " + s)}
}

// victim is the cell on victims, in its words; its countries where it names nothing else.
func (o *operation) victim() []watch.Victim {
	v := watch.Victim{Words: plain(o.victims), Countries: countries(plain(o.victims)), Sectors: translate(o.category, categories)}
	if v.Words == "" && v.Sectors == nil {
		return nil
	}
	return []watch.Victim{v}
}

func (o *operation) measures() []watch.Response {
	if kind := measures[o.response.kind]; kind != "" {
		return []watch.Response{{Kind: kind, Words: strings.TrimSpace(o.response.kind + " " + o.response.url)}}
	}
	return nil
}

// claims writes whom the tracker holds to be behind it: the states that it names as sponsors, and a group that it names.
func (w *writer) claims(incident string, o *operation) (ids []string) {
	name, belief := group(o.affiliation)
	for _, code := range countries(o.sponsor) {
		ids = append(ids, w.claim(incident, o, w.state(code), "state", ""))
	}
	if name != "" {
		who := w.Put(draft.Object("intrusion-set", w.ID("intrusion-set", strings.ToLower(name)), draft.Text("created_by_ref", w.recorder), draft.Text("name", name)), began)
		ids = append(ids, w.claim(incident, o, who, "group", belief))
	}
	return ids
}

// claim writes a claim. The claimant is the tracker, because it does not say who said so first; it was told, and how it came to
// know is in its sources.
func (w *writer) claim(incident string, o *operation, accused, level, belief string) string {
	t := watch.Terms{ClaimantRef: w.recorder, Capacity: "other", StatedAt: o.date, Kinds: []string{"media"}, Level: level, EvidenceAccess: "told"}
	words, labels := "Sponsor as given by the tracker: "+o.sponsor+".", []string(nil)
	if level == "group" {
		words = "Affiliation as given by the tracker: " + o.affiliation
		if len([]rune(o.affiliation)) <= watch.MaxWords {
			t.StatedWords = o.affiliation
		}
	}
	if belief != "" {
		t.StatedConfidence = &watch.Stated{Scale: "words of the tracker", Value: belief}
	}
	if !o.date.Known() {
		labels = []string{"undated"}
		t.StatedAt = w.exported
		words += " The table has no date for it: the year is that of its newest one."
	}
	c := &watch.Claim{Head: watch.Head{ID: w.ID("relationship", incident+"\x1f"+accused), By: w.recorder, Labels: labels, References: o.references()}, Act: incident, Accused: accused, Words: words, Terms: t}
	return w.Put(c.Object(), stamp(o.date))
}

// denial writes that somebody denies it. The tracker does not say who: in some rows it is the accused, in others the victim, who says that
// nothing happened.
func (w *writer) denial(incident string, o *operation, claims []string) {
	holder := w.Put(draft.Object("identity", w.ID("identity", "who denies"), draft.Text("created_by_ref", w.recorder), draft.Text("name", "somebody (not named)"),
		draft.Text("description", "Who denied, the accused or the victim: the tracker does not say.")), began)
	at := o.date
	if !at.Known() {
		at = w.exported
	}
	s := &watch.Stance{Head: watch.Head{ID: w.ID("opinion", incident+"\x1fdenial"), By: w.recorder, References: []watch.Reference{reference(o.response.url, "")}}, Of: append([]string{incident}, claims...),
		Words: "Denial, as the tracker has it; by whom it does not say. " + o.response.url, Position: watch.Position{HolderRef: holder, Capacity: "other", Stance: "deny", StatedAt: at}}
	w.Put(s.Object(), stamp(o.date))
}

// state writes a state as sponsor.
func (w *writer) state(code string) string {
	return w.Put(draft.Object("identity", w.ID("identity", "state "+code), draft.Text("created_by_ref", w.recorder), draft.Text("name", "Government of "+country.Name(code)), draft.Text("identity_class", "organization"),
		draft.List("sectors", []string{"government-national"})), began)
}
