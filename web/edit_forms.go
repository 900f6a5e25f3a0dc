package web

import (
	"slices"
	"strconv"

	"threatwatch/stix"
	"threatwatch/watch"
)

// incident is the incident that the change starts from; an empty one for a new record.
func (ed *editing) incident() *watch.Incident {
	if ed.base != nil {
		if in, err := watch.ReadIncident(ed.base.obj.Root); err == nil {
			return in
		}
	}
	return &watch.Incident{Facts: watch.Facts{RecordState: "published"}}
}

// editableStates are the states that an editor gives without a form of their own; the held one can stay.
var editableStates = watch.Vocabulary{{Code: "published", Label: "published"}, {Code: "disputed", Label: "disputed"}, {Code: "draft", Label: "a draft: it counts nowhere"}}

func (ed *editing) incidentForm(s *sheet) {
	in := ed.incident()
	incidentSets(s, in)
	stateSet(s, in, editableStates)
}

func stateSet(s *sheet, in *watch.Incident, states watch.Vocabulary) {
	f := s.set("State of the record", "")
	f.one("state", "State", "", states, in.Facts.RecordState)
	f.area("state_why", "Why", "What is disputed and by whom; readers see it.", in.Facts.StateWhy)
}

func (ed *editing) takeIncidentForm(s *sheet) {
	before, after := ed.incident(), ed.incident()
	after.Facts.RecordState, after.Facts.StateWhy = s.get("state"), s.get("state_why")
	if after.Facts.RecordState == "disputed" && after.Facts.StateWhy == "" {
		s.wrong("state_why", "Write what is disputed.")
	}
	takeIncident(s, after, ed.now)
	if after.ID == "" {
		after.ID = newID("incident")
		after.Facts.Slug = ed.slug(after)
	}
	ed.revise(before.Object(), after.Object())
}

// slug is a place in addresses that no incident has which the editor may see. It never changes.
func (ed *editing) slug(in *watch.Incident) string {
	year := in.Disclosed().Time
	if year.IsZero() {
		year = ed.now
	}
	s := watch.Slug(in.Title(), strconv.Itoa(year.Year()))
	for n := 2; ed.x.Get(s) != nil; n++ {
		s = watch.Slug(in.Title(), strconv.Itoa(year.Year())+"-"+strconv.Itoa(n))
	}
	return s
}

func (ed *editing) correctionForm(s *sheet) {
	f := s.set("The correction", "Readers see it; put what is wrong right below as well.")
	f.text("was", "What was wrong", "500 people affected", "").Need = true
	f.text("is", "What is right", "24,937 people affected", "").Need = true
	f.text("why", "Why", "The regulator counted them; it is kept in the audit trail too.", "").Need = true
	incidentSets(s, ed.incident())
}

func (ed *editing) takeCorrection(s *sheet) {
	before, after := ed.incident(), ed.incident()
	takeIncident(s, after, ed.now)
	after.Facts.RecordState = "corrected"
	after.Facts.StateWhy = "Wrong: " + sentence(s.get("was")) + " Right: " + sentence(s.get("is")) + " " + sentence(s.get("why"))
	ed.revise(before.Object(), after.Object())
}

func (ed *editing) retractionForm(s *sheet) {
	f := s.set("The retraction", "")
	f.area("why", "Why", "Readers see it; it is kept in the audit trail too.", "").Need = true
}

func (ed *editing) takeRetraction(s *sheet) {
	before, after := ed.incident(), ed.incident()
	if before.Facts.RecordState == "retracted" {
		s.wrong("", "The record is retracted already. A correction brings it back.")
	}
	after.Facts.RecordState, after.Facts.StateWhy = "retracted", sentence(s.get("why"))
	ed.revise(before.Object(), after.Object())
}

func (ed *editing) milestoneForm(s *sheet) {
	f := s.set("The milestone", "")
	milestoneFields(f, watch.Milestone{})
	s.field("kind").Need, s.field("time").Need = true, true
}

func (ed *editing) takeMilestoneForm(s *sheet) {
	before, after := ed.incident(), ed.incident()
	after.Facts.Milestones = append(after.Facts.Milestones, takeMilestone(s, "", watch.Milestone{}, ed.now))
	if len(s.Wrongs) == 0 {
		for _, err := range after.Check() {
			s.wrong("time", sentence(problemOf(err, after.ID)))
		}
	}
	ed.revise(before.Object(), after.Object())
}

func (ed *editing) sourceForm(s *sheet) {
	f := s.set("The source", "")
	referenceFields(f, watch.Reference{})
	s.field("name").Need = true
}

// takeSourceForm adds an external reference (STIX 2.1 §2.5) to whatever bears it.
func (ed *editing) takeSourceForm(s *sheet) {
	r := takeReference(s, "", watch.Reference{})
	before, after := ed.base.obj.Root.Clone(), ed.base.obj.Root.Clone()
	refs := &stix.Value{Kind: stix.Array}
	if held := after.Get("external_references"); held != nil {
		refs = held.Clone()
	}
	ref := stix.NewDict(stix.Member{Name: "source_name", Value: stix.NewString(r.Source)})
	for name, value := range map[string]string{"url": r.URL, "description": r.Description} {
		if value != "" {
			ref.Set(name, stix.NewString(value))
		}
	}
	refs.Items = append(refs.Items, ref)
	after.Set("external_references", refs)
	ed.revise(before, after)
}

// claim is the claim that the change starts from.
func (ed *editing) claim() *watch.Claim {
	if ed.base != nil {
		if c, err := watch.ReadClaim(ed.base.obj.Root); err == nil {
			return c
		}
	}
	return &watch.Claim{Act: ed.e.ID}
}

func (ed *editing) claimForm(s *sheet) { claimSets(s, ed.claim(), ed.name) }

func (ed *editing) takeClaimForm(s *sheet) {
	before, after := ed.claim(), ed.claim()
	if after.ID == "" {
		after.ID = newID("relationship")
	}
	takeClaim(ed, s, after)
	ed.revise(before.Object(), after.Object())
}

// stance is the answer that the change starts from. A new one answers what the address says.
func (ed *editing) stance() *watch.Stance {
	if ed.base != nil {
		if st, err := watch.ReadStance(ed.base.obj.Root); err == nil {
			return st
		}
	}
	st := &watch.Stance{}
	if on := ed.r.Form.Get("on"); slices.ContainsFunc(ed.abouts(), func(c choice) bool { return c.Value == on }) {
		st.Of = []string{on}
	}
	return st
}

// abouts are what can be answered: the claims, and the record as a whole.
func (ed *editing) abouts() (list []choice) {
	for _, c := range ed.e.Claims {
		list = append(list, choice{Value: c.ID, Label: "the claim of " + c.Claimant.Label() + " that names " + c.Accused.Label()})
	}
	return append(list, choice{Value: ed.e.ID, Label: "the record as a whole"})
}

func (ed *editing) stanceForm(s *sheet) { stanceSets(s, ed.stance(), ed.abouts(), ed.name) }

func (ed *editing) takeStanceForm(s *sheet) {
	before, after := ed.stance(), ed.stance()
	takeStance(ed, s, after)
	if ed.base == nil {
		before = &watch.Stance{}
	}
	ed.revise(before.Object(), after.Object())
}

// describe is a sheet of all that an object says, to be compared with another.
func (ed *editing) describe(o *stix.Value, fallback stix.Level) *sheet {
	s := &sheet{}
	if o == nil {
		return s
	}
	switch {
	case o.Get("type").Text() == "incident":
		if in, err := watch.ReadIncident(o); err == nil {
			incidentSets(s, in)
			stateSet(s, in, watch.RecordStates)
		}
	case watch.IsClaim(o):
		if c, err := watch.ReadClaim(o); err == nil {
			claimSets(s, c, ed.name)
			standingSet(s, c.Head, c.Terms.StateWhy)
		}
	case watch.IsStance(o):
		if st, err := watch.ReadStance(o); err == nil {
			stanceSets(s, st, ed.abouts(), ed.name)
			standingSet(s, st.Head, st.Position.StateWhy)
		}
	}
	level, ok := markedLevel(o)
	if !ok {
		level = fallback
	}
	s.set("Marking", "").one("tlp", "Marking", "", markings(), level.String())
	return s
}
