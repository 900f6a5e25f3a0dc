package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"threatwatch/country"
	"threatwatch/watch"
)

// hintDate says how dates are written; how much is written is how precise they are.
const hintDate = "As precisely as it is known, in UTC: 2026, 2026-03, 2026-03-14 or 2026-03-14T09:30"

// incidentSets are the fields of an incident.
func incidentSets(s *sheet, in *watch.Incident) {
	f, facts := s.set("What happened", ""), &in.Facts
	f.text("title", "Title", "What is known, in one line: Hospital group, Germany: patient records taken", in.Title()).Need = true
	f.area("text", "Description", "What is known, who says so, and what is not known.", in.Description)
	f.some("operations", "Kind of operation", "checks", watch.OperationKinds, facts.Operations)
	f.text("actions", "Actions", "Of VERIS, with commas between them: hacking, malware.Ransomware", strings.Join(facts.Actions, ", "))
	f.text("techniques", "Techniques", "Of ATT&CK, with commas between them: T1566, T1078.004", strings.Join(facts.Techniques, ", "))
	f.check("insider", "Somebody from within had a part in it", facts.Insider)
	f.check("withholds", "The victim says that it does not say who did it", facts.Withholds)
	milestoneRows(s, facts.Milestones)
	victimRows(s, facts.Victims)
	dataRows(s, facts.Data)
	f = s.set("How it is known", "")
	f.text("found", "Found by", "Of VERIS: external.Customer, internal.NIDS", facts.DiscoveryMethod)
	f.some("reported", "Reported by", "checks", watch.Reporters, facts.ReportedBy)
	f.one("determination", "Determination", "Not said", watch.Determinations, in.Core.Determination)
	f.one("investigation", "Investigation", "Not said", watch.InvestigationStatuses, in.Core.InvestigationStatus)
	referenceRows(s, in.References)
}

func milestoneRows(s *sheet, list []watch.Milestone) {
	s.each("milestone", "Milestone", "Another milestone", len(list), func(f *fieldset, i int) {
		var m watch.Milestone
		if i < len(list) {
			m = list[i]
		}
		milestoneFields(f, m)
	})
}

func milestoneFields(f *fieldset, m watch.Milestone) {
	f.one("kind", "What", "None", watch.MilestoneKinds, m.Kind)
	f.text("time", "When", hintDate, m.String())
	f.text("words", "In words", "Also why, where the order of milestones is unusual", m.Words)
}

func victimRows(s *sheet, list []watch.Victim) {
	s.each("victim", "Victim", "Another victim", len(list), func(f *fieldset, i int) {
		var v watch.Victim
		if i < len(list) {
			v = list[i]
		}
		f.text("name", "Name", "Only where it may be named", v.Name)
		f.text("words", "In words", "A hospital group; twenty others", v.Words)
		f.text("countries", "Countries", "Codes or names, with commas between them: DE, France", strings.Join(v.Countries, ", "))
		f.some("sectors", "Sectors", "list", watch.Sectors, v.Sectors)
	})
}

func dataRows(s *sheet, list []watch.Data) {
	s.each("data", "Data", "Another kind of data", len(list), func(f *fieldset, i int) {
		var d watch.Data
		if i < len(list) {
			d = list[i]
		}
		r := d.Records
		if r == nil {
			r = &watch.Records{}
		}
		f.one("variety", "Kind", "None", watch.Varieties, d.Variety)
		f.one("loss", "Loss", "Not said", watch.Losses, d.Loss)
		f.number("best", "Records", "How many; empty: not known, which is not none", r.Best)
		f.number("min", "At least", "", r.Min)
		f.number("max", "At most", "", r.Max)
		f.check("placeholder", "The number stands for “not known yet”, as 500 does", r.Placeholder)
		f.text("words", "In words", "", d.Words)
	})
}

func referenceRows(s *sheet, list []watch.Reference) {
	s.each("source", "Source", "Another source", len(list), func(f *fieldset, i int) {
		var r watch.Reference
		if i < len(list) {
			r = list[i]
		}
		referenceFields(f, r)
	})
}

func referenceFields(f *fieldset, r watch.Reference) {
	f.text("name", "Who publishes it", "", r.Source)
	f.text("url", "Address", "https://…", r.URL)
	f.text("words", "What it is", "", r.Description)
}

func (f *fieldset) number(name, label, hint string, n *int64) *input {
	in := f.text(name, label, hint, "")
	in.Kind = "number"
	if n != nil {
		in.Values = []string{strconv.FormatInt(*n, 10)}
	}
	return in
}

// takeIncident writes what was typed into an incident; what has no field stays.
func takeIncident(s *sheet, in *watch.Incident, now time.Time) {
	f := &in.Facts
	if title := s.get("title"); title != in.Title() {
		f.PublicName = title
		if in.Name == "" {
			in.Name = title
		}
	}
	in.Description = s.get("text")
	f.Operations, f.Insider, f.Withholds = s.list("operations"), s.is("insider"), s.is("withholds")
	f.Actions, f.Techniques = commas(s.get("actions")), commas(s.get("techniques"))
	for _, a := range f.Actions {
		if kind, _, _ := strings.Cut(a, "."); !watch.ActionKinds.Has(kind) {
			s.wrong("actions", fmt.Sprintf("%q is no action of VERIS: it begins with hacking, malware, social, misuse, physical, error, environmental or unknown.", a))
		}
	}
	f.DiscoveryMethod, f.ReportedBy = s.get("found"), s.list("reported")
	in.Core.Determination, in.Core.InvestigationStatus = s.get("determination"), s.get("investigation")
	f.Milestones = takeRows(s, "milestone", f.Milestones, func(p string, m watch.Milestone) watch.Milestone { return takeMilestone(s, p, m, now) })
	f.Victims = takeRows(s, "victim", f.Victims, func(p string, v watch.Victim) watch.Victim { return takeVictim(s, p, v) })
	f.Data = takeRows(s, "data", f.Data, func(p string, d watch.Data) watch.Data { return takeData(s, p, d) })
	in.References = takeRows(s, "source", in.References, func(p string, r watch.Reference) watch.Reference { return takeReference(s, p, r) })
	for _, err := range in.Check() {
		text := problemOf(err, in.ID)
		s.wrong(fieldOf(text), sentence(text))
	}
}

// problemOf is a complaint of the model without the id that it is about.
func problemOf(err error, id string) string { return strings.TrimPrefix(err.Error(), id+": ") }

// fieldOf is the field that a complaint of the model is best shown beside.
func fieldOf(problem string) string {
	if strings.HasPrefix(problem, "milestones") {
		return "milestone.0.time"
	}
	return ""
}

// takeRows reads the rows of a unit; a row to which nothing is typed is none.
func takeRows[T any](s *sheet, unit string, held []T, take func(prefix string, was T) T) (list []T) {
	for i := range s.count(unit) {
		if s.blank(unit, i) {
			continue
		}
		var was T
		if i < len(held) {
			was = held[i]
		}
		list = append(list, take(unit+"."+strconv.Itoa(i)+".", was))
	}
	return list
}

func takeMilestone(s *sheet, p string, m watch.Milestone, now time.Time) watch.Milestone {
	m.Kind, m.Words, m.Moment = s.get(p+"kind"), s.get(p+"words"), s.moment(p+"time", m.Moment, now)
	if m.Kind == "" {
		s.wrong(p+"kind", "Choose what happened.")
	}
	if s.get(p+"time") == "" {
		s.wrong(p+"time", "Write when, if only the year.")
	}
	return m
}

func takeVictim(s *sheet, p string, v watch.Victim) watch.Victim {
	if name := s.get(p + "name"); name != v.Name {
		v.Name, v.Named = name, name != "" || v.IdentityRef != ""
	}
	v.Words, v.Sectors, v.Countries = s.get(p+"words"), s.list(p+"sectors"), nil
	for _, c := range commas(s.get(p + "countries")) {
		code := strings.ToUpper(c)
		if !country.Valid(code) {
			code = country.Code(c)
		}
		if code == "" {
			s.wrong(p+"countries", fmt.Sprintf("%q is no country: write a code such as DE, or its name.", c))
			continue
		}
		v.Countries = append(v.Countries, code)
	}
	return v
}

func takeData(s *sheet, p string, d watch.Data) watch.Data {
	d.Variety, d.Loss, d.Words = s.get(p+"variety"), s.get(p+"loss"), s.get(p+"words")
	if d.Variety == "" {
		s.wrong(p+"variety", "Choose a kind of data.")
	}
	var r watch.Records
	if d.Records != nil {
		r = *d.Records
	}
	r.Best, r.Min, r.Max, r.Placeholder = s.number(p+"best"), s.number(p+"min"), s.number(p+"max"), s.is(p+"placeholder")
	if r.Min != nil && r.Max != nil && *r.Min > *r.Max {
		s.wrong(p+"max", "At most is less than at least.")
	}
	if d.Records = &r; r == (watch.Records{}) {
		d.Records = nil
	}
	return d
}

func takeReference(s *sheet, p string, r watch.Reference) watch.Reference {
	r.Source, r.URL, r.Description = s.get(p+"name"), s.get(p+"url"), s.get(p+"words")
	if r.Source == "" { // STIX 2.1 §2.5: source_name is required
		s.wrong(p+"name", "Write who publishes it.")
	}
	if u, err := url.Parse(r.URL); r.URL != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		s.wrong(p+"url", "Write a whole address, with https:// in front.")
	}
	if r.URL == "" && r.Description == "" && r.ExternalID == "" { // ... and one of the others
		s.wrong(p+"url", "Write its address, or say what it is.")
	}
	return r
}

// moment is a date of a field. The one that was held stays to the instant while its text does.
func (s *sheet) moment(name string, held watch.Moment, now time.Time) watch.Moment {
	text := s.get(name)
	if text == held.String() {
		return held
	}
	if text == "" {
		return watch.Moment{}
	}
	m, err := watch.ParseMoment(text)
	switch {
	case err != nil:
		s.wrong(name, "This is no date. "+hintDate+".")
	case m.Time.After(now.Add(24 * time.Hour)):
		s.wrong(name, "This date is still to come.")
	}
	return m
}

// number is a count of a field; nil: none was typed.
func (s *sheet) number(name string) *int64 {
	text := strings.NewReplacer(",", "", " ", "", "’", "", "\u00a0", "").Replace(s.get(name))
	if text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		s.wrong(name, "Write a whole number, or leave it empty where it is not known.")
	}
	return &n
}

// commas are the parts of a list with commas between them.
func commas(text string) []string {
	list := strings.Split(text, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	if len(list) == 0 {
		return nil
	}
	return list
}
