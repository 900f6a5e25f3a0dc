package watch

import (
	"threatwatch"
	"threatwatch/stix"
)

// Stance is what somebody answers to a claim, or says of an incident: an opinion, or a note where no side is taken.
type Stance struct {
	Head
	Of       []string // object_refs: claims, incidents
	Authors  []string
	Words    string // explanation or content
	Note     bool
	Position Position
	Extended bool // it bears watch-stance; when not, Position holds what STIX alone says
}

// Position is the extension watch-stance.
type Position struct {
	HolderRef         string `json:"holder_ref"`
	Capacity          string `json:"holder_capacity,omitempty"` // see Capacities
	Stance            string `json:"stance"`                    // see Stances
	StatedAt          Moment `json:"-"`
	AlternativeRef    string `json:"alternative_ref,omitempty"` // whom it names in place of the accused
	EvidencePublished string `json:"evidence_published,omitempty"`
	RespondsTo        string `json:"responds_to_ref,omitempty"`
	StatedWords       string `json:"stated_words,omitempty"` // at most 300 characters

	// A doubt that shows its evidence, or that names somebody else, weighs as a claim does: it is judged in the same way.
	Lineage       []string `json:"evidence_lineage,omitempty"` // two that share an id rest on one origin
	Reliability   string   `json:"source_reliability,omitempty"`
	Credibility   int      `json:"info_credibility,omitempty"` // 1 to 6; 0: not judged
	AssessedBy    string   `json:"assessed_by_ref,omitempty"`
	AssessedAt    string   `json:"assessed_at,omitempty"`
	AssessmentWhy string   `json:"assessment_why,omitempty"`
	StateWhy      string   `json:"state_why,omitempty"` // why it was recorded in error
}

// IsStance says whether an object is a stance: every opinion, and a note that bears the extension.
func IsStance(root *stix.Value) bool {
	typ := root.Get("type").Text()
	return typ == "opinion" || typ == "note" && root.Get("extensions").Get(StanceID) != nil
}

// ReadStance reads a stance. An opinion without the extension is its author's, given when it was recorded.
func ReadStance(root *stix.Value) (*Stance, error) {
	if !IsStance(root) {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%s is no stance", root.Get("id").Text())
	}
	h, err := readHead(root)
	if err != nil {
		return nil, err
	}
	s := &Stance{Head: h, Of: texts(root, "object_refs"), Authors: texts(root, "authors"), Words: text(root, "explanation"), Note: root.Get("type").Text() == "note"}
	if s.Note {
		s.Words = text(root, "content")
	}
	var x wirePosition
	if s.Extended, err = readExtension(root, StanceID, &x); err != nil {
		return nil, err
	}
	s.Position = x.Position
	s.Position.StatedAt = Moment{x.At, x.Fidelity}
	if !s.Extended {
		s.Position = Position{HolderRef: h.By, Stance: plainStances[root.Get("opinion").Text()], StatedAt: Moment{h.Created, Day}}
	}
	return s, nil
}

// plainStances are what opinions mean of which nothing more is known (STIX 2.1 §4.16).
var plainStances = map[string]string{"strongly-disagree": "deny", "disagree": "doubt", "neutral": "partly-concur", "agree": "concur", "strongly-agree": "concur"}

// wirePosition is Position with the moment as two properties, stated_at and stated_at_fidelity.
type wirePosition struct {
	Position
	wireMoment
}

// Extensions are the extensions of the stance, for the object that is made of it.
func (s *Stance) Extensions() []stix.Member {
	return []stix.Member{extension(StanceID, wirePosition{s.Position, stated(s.Position.StatedAt)})}
}

// Opinion is the value of opinion-enum that a stance has in STIX (§4.16); "" when it is told by a note.
func Opinion(stance string) string { return opinions[stance] }

// Denies says whether the holder says that it did not do it, or is accused and calls the evidence false.
func (s *Stance) Denies() bool {
	return s.Position.Stance == "deny" || s.Position.Stance == "deny-knowledge" || s.Position.Stance == "reject-evidence" && s.fromAccused()
}

// Dissents says whether somebody other than the accused holds the claim to be wrong.
func (s *Stance) Dissents() bool {
	switch s.Position.Stance {
	case "doubt", "reject-evidence":
		return !s.fromAccused()
	}
	return s.Position.Stance == "alternative-named"
}

func (s *Stance) fromAccused() bool {
	return s.Position.Capacity == "accused" || s.Position.Capacity == "accused-state"
}

// Admiralty is how the stance was judged, as of claims.
func (s *Stance) Admiralty() string { return admiralty(s.Position.Reliability, s.Position.Credibility) }

// Gravity says whether it is a view on how grave the incident is.
func (s *Stance) Gravity() bool {
	return s.Position.Stance == "gravity-higher" || s.Position.Stance == "gravity-lower"
}

// Check says what is wrong with the position.
func (s *Stance) Check() (problems []error) {
	p := &s.Position
	check := checker{id: s.ID, problems: &problems}
	check.required("holder_ref", p.HolderRef)
	check.required("stance", p.Stance)
	check.words("stance", Stances, p.Stance)
	check.words("holder_capacity", Capacities, p.Capacity)
	check.words("evidence_published", EvidencePublished, p.EvidencePublished)
	check.judged(p.Reliability, p.Credibility)
	check.short("stated_words", p.StatedWords)
	if p.Stance == "alternative-named" && p.AlternativeRef == "" {
		check.bad("alternative_ref", "is required where somebody else is named")
	}
	if s.Note != (opinions[p.Stance] == "") {
		check.bad("stance", "%s is told by %s", p.Stance, map[bool]string{true: "a note", false: "an opinion"}[opinions[p.Stance] == ""])
	}
	return problems
}
