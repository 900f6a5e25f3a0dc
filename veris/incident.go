package veris

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"threatwatch/country"
	"threatwatch/stix"
	"threatwatch/watch"
)

// record is a record that has been checked.
type record struct{ *stix.Value }

// at is the value at a path.
func (r record) at(path string) *stix.Value {
	v := r.Value
	for name := range strings.SplitSeq(path, ".") {
		v = v.Get(name)
	}
	return v
}

func (r record) text(path string) string { return strings.TrimSpace(r.at(path).Text()) }

// words are the texts at a path, which may be one where an earlier edition has no list.
func (r record) words(path string) []string {
	v := r.at(path)
	if s := v.Text(); s != "" {
		return []string{s}
	}
	return v.Strings()
}

func (r record) has(path, word string) bool { return slices.Contains(r.words(path), word) }

// incident is what a record says of what happened. Who did it is told by claims.
func (r record) incident(id, by string) *watch.Incident {
	in := &watch.Incident{Head: watch.Head{ID: id, By: by, References: r.references(), Confidence: r.confidence()}, Description: r.text("summary")}
	in.Core = watch.Core{Determination: determinations[r.text("security_incident")], Criticality: r.criticality()}
	f := &in.Facts
	f.Milestones, f.Lags = r.milestones(), r.lags()
	f.DiscoveryMethod = r.discovery()
	f.Actions, f.Operations = r.actions(), r.operations()
	f.Insider = r.at("actor.internal") != nil
	f.Victims, f.Data = r.victims(), r.data()
	f.ScopeRule = strings.Join(slices.DeleteFunc([]string{r.text("source_id"), r.text("plus.sub_source")}, func(s string) bool { return s == "" }), ", ")
	if rating := r.text("impact.overall_rating"); rating != "" && rating != "Unknown" {
		f.Severity = []watch.Score{{Scheme: "veris-impact", Value: rating}}
	}
	f.Original = []watch.Original{watch.Keep(Format, r.Clone())}
	in.Name = r.title()
	f.PublicName, f.Slug = in.Name, watch.Slug(in.Name, id[len("incident--"):][:8])
	return in
}

// determinations are those of the Incident Core extension for the words of security_incident.
var determinations = map[string]string{"Confirmed": "confirmed", "Suspected": "suspected", "Near miss": "failed-attempt", "False positive": "false-positive"}

// title is a name for a record, which has none: whom it hit, how, when.
func (r record) title() string {
	who := victimName(r.text("victim.victim_id"))
	if who == "" {
		who = "An organisation"
		if s := watch.SectorOfNAICS(industry(r.text("victim.industry"))); s != "" {
			who = "An organisation in " + strings.ReplaceAll(strings.Replace(s, "government-national", "national government", 1), "-", " ")
		}
		if c := r.countries("victim.country"); len(c) == 1 {
			who += ", " + country.Name(c[0])
		}
	}
	var how []string
	for _, kind := range actionKinds {
		if r.at("action."+kind) == nil {
			continue
		}
		label := watch.ActionKinds.Label(kind)
		if v := known(r.words("action." + kind + ".variety")); len(v) > 0 {
			label += " (" + strings.Join(v[:min(2, len(v))], ", ") + ")"
		}
		how = append(how, label)
	}
	if len(how) == 0 {
		how = []string{"how is not known"}
	}
	return fmt.Sprintf("%s: %s, %s", who, strings.Join(how[:min(2, len(how))], ", "), r.at("timeline.incident.year").Str)
}

// victimName is a victim's name, "" where the record only says that it has none.
func victimName(s string) string {
	s = strings.TrimSpace(s)
	if lower := strings.ToLower(s); lower == "unknown" || lower == "none" || lower == "na" || lower == "n/a" {
		return ""
	}
	return s
}

var actionKinds = []string{"malware", "hacking", "social", "misuse", "physical", "error", "environmental"}

// known leaves out the words that say that nothing is known.
func known(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(s string) bool { return s == "Unknown" || s == "NA" || s == "Other" })
}

// actions are the kinds of action, each with its varieties.
func (r record) actions() (list []string) {
	for _, kind := range actionKinds {
		if r.at("action."+kind) == nil {
			continue
		}
		list = append(list, kind)
		for _, v := range r.words("action." + kind + ".variety") {
			list = append(list, kind+"."+v)
		}
	}
	if len(list) == 0 {
		list = []string{"unknown"}
	}
	return list
}

// operations are what was done to the victim, where a word of the record says so and no reading of it is needed.
func (r record) operations() (list []string) {
	intended := r.at("action.hacking") != nil || r.at("action.malware") != nil || r.at("action.social") != nil || r.at("action.misuse") != nil
	for _, x := range []struct {
		kind string
		is   bool
	}{
		{"espionage", r.has("actor.external.motive", "Espionage") || r.has("actor.internal.motive", "Espionage") || r.has("actor.partner.motive", "Espionage")},
		{"data-theft", r.text("attribute.confidentiality.data_disclosure") == "Yes" && intended},
		{"ransomware", r.has("action.malware.variety", "Ransomware")},
		{"disruption", intended && (r.has("attribute.availability.variety", "Interruption") || r.has("attribute.availability.variety", "Degradation"))},
		{"destruction", r.has("action.malware.variety", "Destroy data") || intended && r.has("attribute.availability.variety", "Destruction")},
		{"defacement", r.has("attribute.integrity.variety", "Defacement")},
		{"denial-of-service", r.has("action.hacking.variety", "DoS") || r.has("action.malware.variety", "DoS")},
		{"fraud", r.has("attribute.integrity.variety", "Fraudulent transaction")},
		{"hijacking", r.has("action.hacking.variety", "Hijack")},
	} {
		if x.is {
			list = append(list, x.kind)
		}
	}
	return list
}

// milestones are the dates: when it happened, and when people were told. The time of day has no zone, and is left in the record.
func (r record) milestones() (list []watch.Milestone) {
	for _, x := range []struct{ path, kind string }{{"timeline.incident", "first_action"}, {"plus.timeline.notification", "victims_notice_begin"}} {
		if m := moment(r.at(x.path)); m.Known() {
			list = append(list, watch.Milestone{Kind: x.kind, Moment: m})
		}
	}
	return list
}

// moment reads a date that is as precise as what is there. One that is none (month 20), or whose day has no month, is not guessed at.
func moment(v *stix.Value) watch.Moment {
	year, ok := v.Get("year").Int()
	if !ok || year < 1950 || year > 2050 {
		return watch.Moment{}
	}
	s := fmt.Sprintf("%04d", year)
	for _, part := range []string{"month", "day"} {
		n, ok := v.Get(part).Int()
		if !ok {
			break
		}
		s += fmt.Sprintf("-%02d", n)
	}
	m, err := watch.ParseMoment(s)
	if err != nil {
		return watch.Moment{}
	}
	return m
}

// lags are the durations, which VERIS gives in place of dates.
func (r record) lags() map[string]watch.Span {
	lags := map[string]watch.Span{}
	for _, kind := range []string{"compromise", "exfiltration", "discovery", "containment"} {
		v := r.at("timeline." + kind)
		if v == nil {
			continue
		}
		s := watch.Span{Unit: v.Get("unit").Text()}
		if n, ok := v.Get("value").Float(); ok {
			s.Value = &n
		}
		lags[kind] = s
	}
	if len(lags) == 0 {
		return nil
	}
	return lags
}

// discovery is how it was found. Before 1.3.4 it was one text, "Ext - law enforcement".
func (r record) discovery() string {
	for _, who := range []string{"internal", "external", "partner"} {
		if v := r.words("discovery_method." + who + ".variety"); len(v) > 0 {
			return who + "." + v[0]
		}
	}
	for _, what := range []string{"other", "unknown"} {
		if r.at("discovery_method." + what).IsTrue() {
			return what
		}
	}
	short, variety, _ := strings.Cut(r.text("discovery_method"), " - ")
	who := map[string]string{"Ext": "external", "Int": "internal", "Prt": "partner"}[short]
	if who == "" {
		return strings.ToLower(short)
	}
	for w := range words()["discovery_method."+who+".variety"] {
		if strings.EqualFold(w, variety) {
			return who + "." + w
		}
	}
	return who + "." + variety
}

// confidence is the record's word in numbers (STIX 2.1 appendix A, None / Low / Med / High).
func (r record) confidence() *int {
	n, ok := map[string]int{"None": 0, "Low": 15, "Medium": 50, "High": 85}[r.text("confidence")]
	if !ok {
		return nil
	}
	return &n
}

// criticality is the rating of the impact as the Incident Core extension places it.
func (r record) criticality() *int {
	n, ok := map[string]int{"Insignificant": 10, "Distracting": 35, "Painful": 60, "Damaging": 80, "Catastrophic": 95}[r.text("impact.overall_rating")]
	if !ok {
		return nil
	}
	return &n
}

// time is a time at a path in STIX's form, "" when there is none.
func (r record) time(path string) string {
	t, err := stix.ParseTime(r.text(path))
	if err != nil {
		return ""
	}
	return stix.FormatTime(t.UnixMicro())
}

// created is when the record was made; of one that does not say, when the incident was.
func (r record) created() string {
	if t := r.time("plus.created"); t != "" {
		return t
	}
	at := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC)
	if m := moment(r.at("timeline.incident")); m.Known() {
		at = m.Time
	}
	return stix.FormatTime(at.UnixMicro())
}
