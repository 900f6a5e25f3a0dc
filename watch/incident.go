package watch

import (
	"fmt"
	"strings"

	"threatwatch"
	"threatwatch/stix"
)

// Incident is one act: what happened, when, to whom, and what was taken.
type Incident struct {
	Head
	Name, Description string
	Core              Core
	Facts             Facts
	Extended          bool // it bears watch-incident; when not, Facts holds what STIX alone says
}

// Core is what is used of the Incident Core extension (OASIS, version 2.0).
type Core struct {
	Determination       string   `json:"determination"`        // see Determinations
	InvestigationStatus string   `json:"investigation_status"` // see InvestigationStatuses
	Criticality         *int     `json:"criticality,omitempty"`
	IncidentTypes       []string `json:"incident_types,omitempty"`
}

// Facts is the extension watch-incident.
type Facts struct {
	PublicName      string          `json:"public_name,omitempty"`
	Slug            string          `json:"slug,omitempty"`         // its place in addresses; never changes
	RecordState     string          `json:"record_state,omitempty"` // see RecordStates; "" is published
	StateWhy        string          `json:"state_why,omitempty"`    // what was corrected, why it was retracted
	MergedRef       string          `json:"merged_ref,omitempty"`   // the incident that it is the same as
	ScopeRule       string          `json:"scope_rule,omitempty"`   // the rule by which it was taken in
	Milestones      []Milestone     `json:"milestones,omitempty"`
	DiscoveryMethod string          `json:"discovery_method,omitempty"` // VERIS: external.Law enforcement
	ReportedBy      []string        `json:"reported_by,omitempty"`      // see Reporters
	Operations      []string        `json:"operations,omitempty"`       // see OperationKinds
	Actions         []string        `json:"actions,omitempty"`          // VERIS: hacking, or hacking.Use of stolen creds
	Techniques      []string        `json:"techniques,omitempty"`       // ATT&CK: T1566
	Insider         bool            `json:"insider,omitempty"`          // somebody from within had a part in it
	Victims         []Victim        `json:"victims,omitempty"`
	Data            []Data          `json:"data,omitempty"`
	Severity        []Score         `json:"severity,omitempty"` // schemes stand side by side and are never merged
	Responses       []Response      `json:"responses,omitempty"`
	Withholds       bool            `json:"victim_withholds,omitempty"` // the victim says that it does not say who did it
	Original        []Original      `json:"original,omitempty"`
	Lags            map[string]Span `json:"lags,omitempty"` // durations that a source gives in place of dates, by the kind of the later milestone
}

// Milestone is a dated step of an incident.
type Milestone struct {
	Kind string `json:"kind"` // see MilestoneKinds
	Moment
	Words      string   `json:"words,omitempty"`
	SourceRefs []string `json:"source_refs,omitempty"`
	Confidence *int     `json:"confidence,omitempty"`
}

// Span is a duration that is known by its unit, as VERIS has it: "Months" is 30 to 365 days.
type Span struct {
	Unit  string   `json:"unit"` // Seconds, Minutes, Hours, Days, Weeks, Months, Years, Never, NA, Unknown
	Value *float64 `json:"value,omitempty"`
}

// Victim is somebody who was hit. It need not be named.
type Victim struct {
	IdentityRef     string   `json:"identity_ref,omitempty"`
	Name            string   `json:"name,omitempty"`
	Words           string   `json:"description,omitempty"`
	Named           bool     `json:"named"`
	Countries       []string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Sectors         []string `json:"sectors,omitempty"` // STIX 2.1 §10.18, industry-sector-ov
	NAICS           string   `json:"naics,omitempty"`
	ISIC            string   `json:"isic,omitempty"`
	NIS2Sector      string   `json:"nis2_sector,omitempty"`
	GovernmentLevel string   `json:"government_level,omitempty"`
	Size            string   `json:"size_band,omitempty"`
}

// Score is a severity in one scheme.
type Score struct {
	Scheme   string `json:"scheme"`
	Value    string `json:"value"`
	Version  string `json:"version,omitempty"`
	ScoredBy string `json:"scored_by,omitempty"`
}

// Response is what somebody did about it: a sanction, an indictment.
type Response struct {
	Kind       string `json:"measure_kind"` // see ResponseKinds
	ByRef      string `json:"by_ref,omitempty"`
	AgainstRef string `json:"against_ref,omitempty"`
	Moment
	Words      string   `json:"words,omitempty"`
	SourceRefs []string `json:"source_refs,omitempty"`
}

// Original is the record as the source has it, so that nothing is lost on the way back. Format names what it is: "veris", "eurepoc".
type Original struct {
	Format string     `json:"format"`
	Record *jsonValue `json:"record"`
}

// ReadIncident reads an incident. One without the extension is read as far as STIX goes.
func ReadIncident(root *stix.Value) (*Incident, error) {
	if typ := root.Get("type").Text(); typ != "incident" {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%s is no incident", root.Get("id").Text())
	}
	h, err := readHead(root)
	if err != nil {
		return nil, err
	}
	in := &Incident{Head: h, Name: text(root, "name"), Description: text(root, "description")}
	if _, err := readExtension(root, CoreID, &in.Core); err != nil {
		return nil, err
	}
	if in.Extended, err = readExtension(root, IncidentID, &in.Facts); err != nil {
		return nil, err
	}
	if in.Facts.RecordState == "" {
		in.Facts.RecordState = "published"
	}
	return in, nil
}

// Extensions are the extensions of the incident, for the object that is made of it.
func (in *Incident) Extensions() []stix.Member {
	core := in.Core
	if core.Determination == "" {
		core.Determination = "suspected"
	}
	if core.InvestigationStatus == "" {
		core.InvestigationStatus = "open"
	}
	return []stix.Member{extension(CoreID, core), extension(IncidentID, in.Facts)}
}

// Title is its public name.
func (in *Incident) Title() string {
	if in.Facts.PublicName != "" {
		return in.Facts.PublicName
	}
	return in.Name
}

// At is the first milestone of a kind that has a time.
func (in *Incident) At(kind string) Moment {
	for _, m := range in.Facts.Milestones {
		if m.Kind == kind && m.Known() {
			return m.Moment
		}
	}
	return Moment{}
}

// Occurred is when it began, as far as known: first action, compromise, exfiltration.
func (in *Incident) Occurred() Moment {
	for _, kind := range []string{"first_action", "compromise", "exfiltration"} {
		if m := in.At(kind); m.Known() {
			return m
		}
	}
	return Moment{}
}

// Announced is when it became known to the public; the zero Moment when nothing says so.
func (in *Incident) Announced() Moment {
	for _, kind := range []string{"public_disclosure", "leak_posted", "victims_notice_begin"} {
		if m := in.At(kind); m.Known() {
			return m
		}
	}
	return Moment{}
}

// Disclosed is when it became known to the public; when nothing says so, when the record was made: what is ordered by that has a place for each.
func (in *Incident) Disclosed() Moment {
	if m := in.Announced(); m.Known() {
		return m
	}
	return Moment{in.Created, Day}
}

// Countries are those of its victims, each once, ascending.
func (in *Incident) Countries() []string {
	return union(in.Facts.Victims, func(v Victim) []string { return v.Countries })
}

// Sectors are those of its victims, each once, ascending.
func (in *Incident) Sectors() []string {
	return union(in.Facts.Victims, func(v Victim) []string { return v.Sectors })
}

// Trios are the kinds of data that were taken, each once.
func (in *Incident) Trios() []string {
	return union(in.Facts.Data, func(d Data) []string { return []string{string(d.Trio())} })
}

// Gone says that the record no longer counts: it was retracted, merged into another, or is a draft.
func (in *Incident) Gone() bool {
	s := in.Facts.RecordState
	return in.Revoked || s == "retracted" || s == "merged" || s == "draft"
}

// order lists pairs of milestones of which the first cannot lie after the second, unless somebody explains it.
var order = [][2]string{{"first_action", "last_action"}, {"first_action", "compromise"}, {"compromise", "exfiltration"}, {"compromise", "discovery"}, {"discovery", "containment"}, {"discovery", "victims_notice_begin"}, {"victims_notice_begin", "victims_notice_end"},
	{"discovery", "public_disclosure"}, {"public_disclosure", "first_claim"}, {"first_claim", "first_denial"}}

// Check says what is wrong with the facts: words that are in no vocabulary, and steps that would lie before what they follow. A milestone
// with words explains itself (the attacker announced it first).
func (in *Incident) Check() (problems []error) {
	bad := func(path, format string, args ...any) {
		problems = append(problems, threatwatch.Errorf(threatwatch.Invalid, "%s: %s: %s", in.ID, path, fmt.Sprintf(format, args...)))
	}
	f := &in.Facts
	if f.RecordState != "" && !RecordStates.Has(f.RecordState) {
		bad("record_state", "%q is none", f.RecordState)
	}
	for i, m := range f.Milestones {
		if !MilestoneKinds.Has(m.Kind) {
			bad(fmt.Sprintf("milestones[%d].kind", i), "%q is none", m.Kind)
		}
		if err := m.check(fmt.Sprintf("milestones[%d]", i)); err != nil {
			problems = append(problems, err)
		}
	}
	for _, pair := range order {
		a, b := in.milestone(pair[0]), in.milestone(pair[1])
		if a.Known() && b.Known() && before(b.Moment, a.Moment) && a.Words == "" && b.Words == "" {
			bad("milestones", "%s on %s lies before %s on %s: say why in its words", MilestoneKinds.Label(pair[1]), b, MilestoneKinds.Label(pair[0]), a)
		}
	}
	for i, v := range f.Victims {
		if v.Named && v.Name == "" && v.IdentityRef == "" {
			bad(fmt.Sprintf("victims[%d]", i), "named, but without a name")
		}
		for _, c := range v.Countries {
			if len(c) != 2 || strings.ToUpper(c) != c {
				bad(fmt.Sprintf("victims[%d].country", i), "%q is no code of ISO 3166-1", c)
			}
		}
	}
	for i, r := range f.Responses {
		if !ResponseKinds.Has(r.Kind) {
			bad(fmt.Sprintf("responses[%d].measure_kind", i), "%q is none", r.Kind)
		}
	}
	return problems
}

func (in *Incident) milestone(kind string) Milestone {
	for _, m := range in.Facts.Milestones {
		if m.Kind == kind && m.Known() {
			return m
		}
	}
	return Milestone{}
}
