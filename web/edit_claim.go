package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"threatwatch/draft"
	"threatwatch/stix"
	"threatwatch/watch"
)

// Kinds of somebody who is not known here yet, and is made.
var (
	partyKinds   = watch.Vocabulary{{Code: "organization", Label: "an organisation or a state"}, {Code: "individual", Label: "a person"}, {Code: "group", Label: "a group of people"}}
	accusedKinds = slices.Concat(watch.Vocabulary{{Code: "intrusion-set", Label: "a cluster of activity"}, {Code: "threat-actor", Label: "people who attack"}}, partyKinds)
)

var (
	identityTypes = []string{"identity"}
	accusedTypes  = []string{"intrusion-set", "threat-actor", "campaign", "identity", "location"}
)

// claimSets are the fields of a claim.
func claimSets(s *sheet, c *watch.Claim, name func(id string) string) {
	t := &c.Terms
	f := s.set("Who says it", "")
	partyFields(f, "claimant", "Claimant", name(t.ClaimantRef), partyKinds)
	f.one("capacity", "In the capacity of", "Not said", watch.Capacities, t.Capacity)
	f.text("stated", "Stated on", hintDate, t.StatedAt.String()).Need = true
	f.one("channel", "By", "Not said", watch.Channels, t.Channel)
	f.some("kinds", "Basis", "checks", watch.ClaimKinds, t.Kinds).Need = true
	f = s.set("Whom it names", "")
	partyFields(f, "accused", "Named", name(c.Accused), accusedKinds)
	f.one("level", "As", "Choose", watch.Levels, t.Level).Need = true
	f.one("responsibility", "Responsibility of a state", "Not said", watch.Responsibilities, t.Responsibility)
	f = s.set("What is said", "")
	f.area("text", "In your words", "", c.Words)
	f.area("quote", "In the claimant's own words", "At most 300 characters.", t.StatedWords)
	confidence := t.StatedConfidence
	if confidence == nil {
		confidence = &watch.Stated{}
	}
	f.text("confidence", "Confidence", "The word that the claimant uses: moderate", confidence.Value)
	f.text("scale", "Scale of that word", "ICD 203, Admiralty; own words", confidence.Scale)
	f.one("access", "How the claimant knows", "Not said", watch.EvidenceAccess, t.EvidenceAccess)
	f.one("evidence", "Evidence", "Not said", watch.EvidencePublished, t.EvidencePublished)
	f.one("asked", "The accused was asked", "Not said", watch.Asked, t.AskedAccused)
	judgedFields(s, "A claim that nobody judged supports nobody.", t.Reliability, t.Credibility, t.AssessmentWhy)
	s.set("Whether it stands", "").one("status", "The claim", "", watch.ClaimStatuses, or(t.Status, "standing"))
	referenceRows(s, c.References)
}

// judgedFields are how a claim or an answer is judged.
func judgedFields(s *sheet, note, reliability string, credibility int, why string) {
	f := s.set("How it is judged here", "Reliability and credibility are judged apart (Admiralty code). "+note)
	f.one("reliability", "Reliability of the source", "Not judged", watch.Reliabilities, reliability)
	code := ""
	if credibility > 0 {
		code = strconv.Itoa(credibility)
	}
	f.one("credibility", "Credibility of the information", "Not judged", watch.Credibilities, code)
	f.area("judged", "Why it is judged so", "", why)
}

// takeJudged writes how it is judged, and when that changed.
func takeJudged(ed *editing, s *sheet, reliability *string, credibility *int, why, at *string) {
	n := 0
	if code := s.get("credibility"); code != "" {
		n = int(code[0] - '0')
	}
	if *reliability != s.get("reliability") || *credibility != n || *why != s.get("judged") {
		*at = ed.now.UTC().Format("2006-01-02")
	}
	*reliability, *credibility, *why = s.get("reliability"), n, s.get("judged")
}

func partyFields(f *fieldset, name, label, value string, kinds watch.Vocabulary) {
	f.text(name, label, "Name, alias or id", value).Need = true
	f.one(name+"_kind", label+": if not known here yet, it is", "", kinds, kinds[0].Code)
}

// takeClaim writes what was typed into a claim; what has no field stays.
func takeClaim(ed *editing, s *sheet, c *watch.Claim) {
	t := &c.Terms
	t.ClaimantRef, c.Accused = ed.party(s, "claimant", t.ClaimantRef, identityTypes), ed.party(s, "accused", c.Accused, accusedTypes)
	t.Capacity, t.StatedAt, t.Channel, t.Kinds = s.get("capacity"), s.moment("stated", t.StatedAt, ed.now), s.get("channel"), s.list("kinds")
	t.Level, t.Responsibility, c.Words, t.StatedWords = s.get("level"), s.get("responsibility"), s.get("text"), s.get("quote")
	if t.StatedConfidence = nil; s.get("confidence") != "" {
		t.StatedConfidence = &watch.Stated{Scale: or(s.get("scale"), "own words"), Value: s.get("confidence")}
	}
	t.EvidenceAccess, t.EvidencePublished, t.AskedAccused = s.get("access"), s.get("evidence"), s.get("asked")
	takeJudged(ed, s, &t.Reliability, &t.Credibility, &t.AssessmentWhy, &t.AssessedAt)
	t.Status = s.get("status")
	c.References = takeRows(s, "source", c.References, func(p string, r watch.Reference) watch.Reference { return takeReference(s, p, r) })
	quoteFits(s, t.StatedWords)
	if c.Exposes() {
		s.wrong("level", "A person is named on the word of a court, of a state or of the person only: say from which group or place, or that it is an insider.")
	}
	complain(s, c.ID, c.Check())
}

func quoteFits(s *sheet, words string) {
	if n := len([]rune(words)); n > watch.MaxWords {
		s.wrong("quote", fmt.Sprintf("%d characters are more than %d: quote a sentence.", n, watch.MaxWords))
	}
}

// complain adds what the model finds wrong where no field has said something already.
func complain(s *sheet, id string, problems []error) {
	for _, err := range problems {
		if len(s.Wrongs) == 0 {
			s.wrong("", sentence(problemOf(err, id)))
		}
	}
}

// stanceSets are the fields of an answer.
func stanceSets(s *sheet, st *watch.Stance, abouts []choice, name func(id string) string) {
	p := &st.Position
	f := s.set("What is answered", "")
	on := &input{Name: "on", Label: "On", Kind: "select", Options: abouts, Need: true}
	if len(st.Of) > 0 {
		on.Values = st.Of[:1]
	}
	f.add(on)
	f = s.set("Who answers", "Who spoke, and not who records it.")
	partyFields(f, "holder", "Who answers", name(p.HolderRef), partyKinds)
	f.one("capacity", "In the capacity of", "Not said", watch.Capacities, p.Capacity)
	f.text("stated", "Stated on", hintDate, p.StatedAt.String()).Need = true
	f = s.set("What is said", "")
	f.one("stance", "It", "Choose", stancesFor(st), p.Stance).Need = true
	f.area("text", "In your words", "", st.Words)
	f.area("quote", "In their own words", "At most 300 characters.", p.StatedWords)
	f.one("evidence", "Evidence", "Not said", watch.EvidencePublished, p.EvidencePublished)
	partyFields(f, "alternative", "Whom it names instead", name(p.AlternativeRef), accusedKinds)
	f.Fields[len(f.Fields)-2].Need = false
	judgedFields(s, "A doubt lowers what it answers only where it shows its evidence and is judged; who names somebody else is weighed as a claim. A denial weighs nothing.", p.Reliability, p.Credibility, p.AssessmentWhy)
	referenceRows(s, st.References)
}

// stancesFor are the stances that the object can tell: one that is held already stays an opinion or a note, by its id (STIX 2.1 §2.9).
func stancesFor(st *watch.Stance) watch.Vocabulary {
	if st.ID == "" {
		return watch.Stances
	}
	return slices.DeleteFunc(slices.Clone(watch.Stances), func(w watch.Word) bool { return (watch.StanceType(w.Code) == "note") != st.Note })
}

// takeStance writes what was typed into an answer; what has no field stays.
func takeStance(ed *editing, s *sheet, st *watch.Stance) {
	p := &st.Position
	on := s.get("on")
	if len(st.Of) == 0 || st.Of[0] != on {
		st.Of = []string{on}
	}
	p.HolderRef, p.Capacity, p.StatedAt = ed.party(s, "holder", p.HolderRef, identityTypes), s.get("capacity"), s.moment("stated", p.StatedAt, ed.now)
	p.Stance, st.Words, p.StatedWords, p.EvidencePublished = s.get("stance"), s.get("text"), s.get("quote"), s.get("evidence")
	switch {
	case p.Stance != "alternative-named":
		p.AlternativeRef = ""
	case s.get("alternative") == "":
		s.wrong("alternative", "Write whom it names instead.")
	default:
		p.AlternativeRef = ed.party(s, "alternative", p.AlternativeRef, accusedTypes)
	}
	takeJudged(ed, s, &p.Reliability, &p.Credibility, &p.AssessmentWhy, &p.AssessedAt)
	if st.ID == "" {
		typ := watch.StanceType(p.Stance)
		st.ID, st.Note = typ+"--"+uuid.NewString(), typ == "note"
	}
	st.References = takeRows(s, "source", st.References, func(p string, r watch.Reference) watch.Reference { return takeReference(s, p, r) })
	quoteFits(s, p.StatedWords)
	if len(s.Wrongs) == 0 {
		complain(s, st.ID, st.Check())
	}
}

// party finds whom a field names: the one that was held, one that is known here by id, name or alias, or somebody new, who is made.
func (ed *editing) party(s *sheet, field, held string, types []string) string {
	text := s.get(field)
	if text == "" || held != "" && text == ed.name(held) {
		return held
	}
	for _, o := range ed.made {
		if o.Get("name").Text() == text {
			return o.Get("id").Text()
		}
	}
	known := ed.x.Named(text, types...)
	switch {
	case len(known) == 1:
		return known[0].ID
	case len(known) > 1:
		var ids []string
		for _, n := range known {
			ids = append(ids, n.Name+" ("+kind(n.Type)+"): "+n.ID)
		}
		s.wrong(field, "Several are called so: write the id of the one that is meant. "+strings.Join(ids, "; "))
		return ""
	case strings.Contains(text, "--"):
		s.wrong(field, "Nobody here has this id, or nobody whom you may see.")
		return ""
	}
	o := newParty(s.get(field+"_kind"), text)
	ed.made = append(ed.made, o)
	return o.Get("id").Text()
}

// newParty is somebody of whom nothing but the name is known.
func newParty(what, name string) *stix.Value {
	typ, class := what, ""
	if partyKinds.Has(what) {
		typ, class = "identity", what
	}
	return draft.Object(typ, typ+"--"+uuid.NewString(), draft.Text("name", name), draft.Text("identity_class", class))
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
