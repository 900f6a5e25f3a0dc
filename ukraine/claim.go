package ukraine

import (
	"regexp"
	"strings"

	"threatwatch/country"
	"threatwatch/draft"
	"threatwatch/watch"
)

// namespace of the identifiers that are made from names.
var namespace = [16]byte{0x3d, 0xe8, 0x51, 0x0c, 0x96, 0x2f, 0x4b, 0x7a, 0x80, 0xd4, 0x19, 0x6b, 0xf3, 0x0e, 0x25, 0xc7}

// began is the version of objects that many rows share.
const began = "2022-01-01T00:00:00.000Z"

// basis is on what a row's attribution rests: attribution_method in the words of the watch. The corpus says what kind of party spoke, and not who.
type basis struct {
	kind, capacity, channel, reporter string
	claimant                          string // who stands for that kind of party; "": the tracker itself
}

// basisOf reads attribution_method.
func basisOf(method string) basis {
	switch method {
	case "self_attribution":
		return basis{"self", "attacker", "", "attacker", "An attacker who is not named"}
	case "official_government":
		return basis{"political", "other", "official-statement", "government", "A government that the corpus does not name"}
	case "corporate_threat_intel":
		return basis{"technical", "vendor", "technical-report", "company", "A security company that the corpus does not name"}
	case "academic_research":
		return basis{"technical", "academic", "", "researcher", "Researchers whom the corpus does not name"}
	case "journalistic":
		return basis{"media", "media", "", "journalist", "Media that the corpus does not name"}
	case "mutual_blame":
		return basis{"political", "other", "", "", "Parties to the war who accuse each other"}
	}
	return basis{kind: "media", capacity: "other"}
}

// claim is who did it, as the row has it; nil where it names neither an actor nor a country.
func (in *importing) claim(id, by string, r row) *watch.Claim {
	accused, level := in.accused(r)
	if accused == "" {
		return nil
	}
	on := basisOf(r.cell("attribution_method"))
	claimant := by
	switch {
	case on.kind == "self" && level != "territory-only":
		claimant = accused
	case on.claimant != "":
		claimant = in.book.Put(draft.Object("identity", in.book.ID("identity", on.claimant), draft.Text("name", on.claimant), draft.Text("identity_class", "class")), began)
	}
	c := &watch.Claim{Head: watch.Head{ID: in.book.ID("relationship", id+" attributed-to "+accused), By: by, References: r.references()}, Act: id, Accused: accused,
		Words: "As the corpus has it. It does not say when this was said: the date is that of the incident."}
	c.Terms = watch.Terms{ClaimantRef: claimant, Capacity: on.capacity, Channel: on.channel, StatedAt: r.moment("date"), Kinds: []string{on.kind}, Level: level}
	if how := r.cell("confidence_hint"); said(how) {
		c.Terms.StatedConfidence = &watch.Stated{Scale: "confidence_hint", Value: how}
	}
	return c
}

// organForm finds the services of a state among the actors.
var organForm = regexp.MustCompile(`\b(GRU|FSB|SVR|GUR|SBU|FBI|Intelligence Directorate|Cyber Command|Ministry|Security Service)\b`)

// accused is the actor that a row names; where it names none, the country where he is said to be.
func (in *importing) accused(r row) (id, level string) {
	name, code := r.text("actor"), country.Code(r.cell("actor_country"))
	switch {
	case !said(name) && code == "":
		return "", ""
	case !said(name):
		return in.book.Country(code, began), "territory-only"
	case country.Code(name) != "": // the state itself
		return in.state(country.Code(name)), "state"
	case strings.HasPrefix(r.cell("actor_type"), "state_") && organForm.MatchString(name):
		return in.book.Put(draft.Object("identity", in.book.ID("identity", name), draft.Text("name", name), draft.Text("identity_class", "organization"), draft.List("sectors", []string{"government-national"})), began), "state-organ"
	}
	return in.book.Put(draft.Object("intrusion-set", in.book.ID("intrusion-set", name), draft.Text("name", name)), began), "group"
}

// state is a state as one who acts, which its territory is not.
func (in *importing) state(code string) string {
	return in.book.Put(draft.Object("identity", in.book.ID("identity", "state "+code), draft.Text("name", country.Name(code)), draft.Text("identity_class", "organization"),
		draft.Text("description", "The state."), draft.List("sectors", []string{"government-national"})), began)
}

// trackers are those that the corpus was merged from.
var trackers = map[string]string{
	"cissm": "Cyber Events Database of CISSM, University of Maryland", "csis": "Significant Cyber Incidents of CSIS", "cfr": "Cyber Operations Tracker of the Council on Foreign Relations",
}

// tracker is who recorded a row.
func (in *importing) tracker(source string) string {
	name := trackers[source]
	if name == "" {
		name = "Tracker " + source
	}
	return in.book.Put(draft.Object("identity", in.book.ID("identity", "tracker "+source), draft.Text("name", name), draft.Text("identity_class", "organization")), began)
}
