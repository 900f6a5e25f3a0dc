package watch

import (
	"fmt"
	"slices"
	"strconv"

	"threatwatch"
	"threatwatch/stix"
)

// Claim is somebody's word that an actor did it: a relationship attributed-to.
type Claim struct {
	Head
	Act, Accused string // source_ref, target_ref
	Words        string // the description of the relationship
	Terms        Terms
	Extended     bool // it bears watch-claim; when not, Terms holds what STIX alone says
}

// Terms is the extension watch-claim.
type Terms struct {
	ClaimantRef       string          `json:"claimant_ref"`
	Capacity          string          `json:"claimant_capacity,omitempty"` // see Capacities
	StatedAt          Moment          `json:"-"`
	Channel           string          `json:"channel,omitempty"` // see Channels
	Kinds             []string        `json:"kinds"`             // see ClaimKinds
	Level             string          `json:"level"`             // see Levels
	Responsibility    string          `json:"responsibility,omitempty"`
	StatedWords       string          `json:"stated_words,omitempty"` // at most 300 characters
	StatedConfidence  *Stated         `json:"stated_confidence,omitempty"`
	StatedLikelihood  string          `json:"stated_likelihood,omitempty"`
	EvidenceAccess    string          `json:"evidence_access,omitempty"`
	EvidencePublished string          `json:"evidence_published,omitempty"`
	Lineage           []string        `json:"evidence_lineage,omitempty"` // two claims that share an id rest on one origin
	Reliability       string          `json:"source_reliability,omitempty"`
	Credibility       int             `json:"info_credibility,omitempty"` // 1 to 6; 0: not judged
	AssessedBy        string          `json:"assessed_by_ref,omitempty"`
	AssessedAt        string          `json:"assessed_at,omitempty"`
	AssessmentWhy     string          `json:"assessment_why,omitempty"`
	Checklist         map[string]bool `json:"checklist,omitempty"` // see Checklist; what is missing was not looked at
	UNConsidered      []string        `json:"un_considered,omitempty"`
	AskedAccused      string          `json:"asked_accused,omitempty"`
	Status            string          `json:"status,omitempty"` // see ClaimStatuses; "" is standing
	SupersededBy      string          `json:"superseded_by_ref,omitempty"`
	StateWhy          string          `json:"state_why,omitempty"`       // why it stands no more, or was recorded in error
	Confidentiality   string          `json:"confidentiality,omitempty"` // named, anonymous
}

// Stated is a confidence in the claimant's own words, with the scale that they belong to.
type Stated struct {
	Scale string `json:"scale"`
	Value string `json:"value"`
}

// IsClaim says whether an object is a claim.
func IsClaim(root *stix.Value) bool {
	return root.Get("type").Text() == "relationship" && root.Get("relationship_type").Text() == "attributed-to"
}

// ReadClaim reads a claim. One without the extension is its recorder's own, stated when it was recorded.
func ReadClaim(root *stix.Value) (*Claim, error) {
	if !IsClaim(root) {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%s is no claim", root.Get("id").Text())
	}
	h, err := readHead(root)
	if err != nil {
		return nil, err
	}
	c := &Claim{Head: h, Act: text(root, "source_ref"), Accused: text(root, "target_ref"), Words: text(root, "description")}
	var x wireTerms
	if c.Extended, err = readExtension(root, ClaimID, &x); err != nil {
		return nil, err
	}
	c.Terms = x.Terms
	c.Terms.StatedAt = Moment{x.At, x.Fidelity}
	if !c.Extended {
		c.Terms.ClaimantRef, c.Terms.StatedAt = h.By, Moment{h.Created, Day}
	}
	if c.Terms.Status == "" {
		c.Terms.Status = "standing"
	}
	return c, nil
}

// wireTerms is Terms with the moment as two properties, stated_at and stated_at_fidelity.
type wireTerms struct {
	Terms
	wireMoment
}

// Extensions are the extensions of the claim, for the relationship that is made of it.
func (c *Claim) Extensions() []stix.Member {
	return []stix.Member{extension(ClaimID, wireTerms{c.Terms, stated(c.Terms.StatedAt)})}
}

// Lineages are the ids of the origins that the claim rests on; one that names none rests on itself.
func (c *Claim) Lineages() []string {
	if len(c.Terms.Lineage) == 0 {
		return []string{c.ID}
	}
	return c.Terms.Lineage
}

// Admiralty is reliability of the source and credibility of the information, as "B2"; "" when nobody judged.
func (c *Claim) Admiralty() string { return admiralty(c.Terms.Reliability, c.Terms.Credibility) }

func admiralty(reliability string, credibility int) string {
	if reliability == "" || credibility == 0 {
		return ""
	}
	return reliability + strconv.Itoa(credibility)
}

// Is says whether it is of a kind.
func (c *Claim) Is(kind string) bool { return slices.Contains(c.Terms.Kinds, kind) }

// Stands says whether it still stands: it was neither withdrawn nor superseded nor rejected by a court.
func (c *Claim) Stands() bool { return c.Terms.Status == "standing" && !c.Revoked }

// Check says what is wrong with the terms.
func (c *Claim) Check() (problems []error) {
	t := &c.Terms
	check := checker{id: c.ID, problems: &problems}
	check.required("claimant_ref", t.ClaimantRef)
	check.required("level", t.Level)
	if len(t.Kinds) == 0 {
		check.bad("kinds", "say at least one of %s", codes(ClaimKinds))
	}
	if !t.StatedAt.Known() {
		check.bad("stated_at", "is required")
	}
	check.words("kinds", ClaimKinds, t.Kinds...)
	check.words("level", Levels, t.Level)
	check.words("claimant_capacity", Capacities, t.Capacity)
	check.words("channel", Channels, t.Channel)
	check.words("responsibility", Responsibilities, t.Responsibility)
	check.words("evidence_access", EvidenceAccess, t.EvidenceAccess)
	check.words("evidence_published", EvidencePublished, t.EvidencePublished)
	check.judged(t.Reliability, t.Credibility)
	check.words("status", ClaimStatuses, t.Status)
	check.words("asked_accused", Asked, t.AskedAccused)
	check.words("un_considered", Considered, t.UNConsidered...)
	for name := range t.Checklist {
		check.words("checklist", Checklist, name)
	}
	check.short("stated_words", t.StatedWords)
	return problems
}

// mayName are the capacities in which somebody's word is enough to name a person.
var mayName = []string{"court", "victim-state", "other-state", "accused-state", "international-body"}

// Exposes says whether the claim names a person on less than the word of a court, of a state or of the person. Catalogues of others have such claims, and they stay as
// they came; nobody records one here.
func (c *Claim) Exposes() bool {
	return c.Terms.Level == "person" && c.Stands() && !c.Is("legal") && !c.Is("self") && !slices.Contains(mayName, c.Terms.Capacity)
}

func codes(v Vocabulary) string {
	var list []string
	for _, w := range v {
		list = append(list, w.Code)
	}
	return fmt.Sprint(list)
}
