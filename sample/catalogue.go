package sample

import (
	"cmp"
	"slices"

	"threatwatch/watch"
)

// incident is one famous incident with what is said about it, and by whom.
type incident struct {
	name, told string   // told: the day it became public
	where      []string // the countries of those who were hit, by ISO 3166-1; not all of them where they are many
	victim     string   // who was hit, where one name says it
	operations []string // see watch.OperationKinds
	sectors    []string // of those who were hit, as STIX names them
	data       []string // what was taken, as VERIS names it
	insider    bool     // somebody from within had a part in it
	withholds  bool     // the victim says that it does not say who did it
	steps      []step   // what is known of when, besides the day on which it became public
	facts      string
	claims     []claim
	denials    []denial
	malware    []string // names in families
	tools      []string
	cves       []string
	indicators []indicator
	reports    []report // the sources of the facts
}

// step is a milestone: its kind, and its date as precise as it is known.
type step struct{ kind, when string }

// claim is somebody's word on who did it.
type claim struct {
	actor string // an intrusion set by the name most used; a campaign when campaigns has it, a threat actor when threatActors has it
	by    string // who says so; "" is the actor itself
	on    basis
	day   string
	words string // what exactly
}

// denial is what somebody answers. Most deny; answers has the others.
type denial struct{ who, day, words string }

// indicator is a value with what it means. Its name is the value itself, or a few words for a hash.
type indicator struct {
	name, pattern string
	what          string
	of            string // the family it indicates
}

// report is a published source. Its url is empty where no lasting address of it was found: who published what on which day is enough to look
// for it, and an address that leads nowhere is worse than none.
type report struct{ publisher, title, day, url string }

// name is what a page calls the report.
func (r report) name() string { return r.publisher + ": " + r.title }

// reference is the report as an external reference, which says where there is no address (STIX 2.1 §2.5).
func (r report) reference() props {
	published := "Published on " + moment(r.day).Time.Format("2 January 2006") + "."
	if r.url == "" {
		return props{"source_name": r.name(), "description": published + " " + noAddress}
	}
	return props{"source_name": r.name(), "description": published, "url": r.url}
}

// noAddress stands where a report has no address.
const noAddress = "No lasting address is known."

// domain is an indicator that is a domain name.
func domain(name, what, of string) indicator {
	return indicator{name, "[domain-name:value = '" + name + "']", what, of}
}

// sha256 is an indicator that is a file.
func sha256(name, hash, what, of string) indicator {
	return indicator{name, "[file:hashes.'SHA-256' = '" + hash + "']", what, of}
}

// catalogue is what the public sample holds, the oldest first: what comes in last stands on top.
func catalogue() [][]byte {
	w := &writer{marking: clear, seen: map[string]bool{}, about: map[string][]string{}}
	w.author = w.add("identity", "editors", "2024-01-01", props{"name": "Threatwatch sample catalogue", "identity_class": "group",
		"description": "The editors of the sample that a demonstration starts with. Facts are from the reports named at each object."})
	for _, d := range watch.Definitions() {
		w.out = append(w.out, d.AppendJSON(nil))
	}
	for _, in := range slices.SortedFunc(slices.Values(incidents), func(a, b incident) int { return cmp.Compare(a.told, b.told) }) {
		w.incident(in)
	}
	w.reports()
	return w.out
}

func (w *writer) incident(in incident) {
	sources := in.references()
	event := w.add("incident", in.name, in.told, props{"name": in.name, "description": in.facts, "external_references": sources, "extensions": extensions(w.facts(in).Extensions())})
	for _, code := range in.where {
		w.relate(event, "located-at", w.place(code), in.told, nil)
	}
	about := []string{event}
	var claims []said
	for _, c := range in.claims {
		actor := w.actor(c.actor)
		claims = append(claims, said{c.day, w.claim(in, c, event, actor, sources)})
		about = append(about, actor, claims[len(claims)-1].id)
	}
	for _, name := range in.malware {
		x := w.malware(name, in.told)
		w.relate(event, "related-to", x, in.told, nil)
		about = append(about, x)
	}
	for _, name := range in.tools {
		x := w.add("tool", name, in.told, props{"name": name})
		w.relate(event, "related-to", x, in.told, nil)
		about = append(about, x)
	}
	for _, cve := range in.cves {
		x := w.add("vulnerability", cve, in.told, props{"name": cve, "description": holes[cve], "external_references": []props{{"source_name": "cve", "external_id": cve}}})
		w.relate(event, "related-to", x, in.told, nil)
		about = append(about, x)
	}
	for _, i := range in.indicators {
		x := w.add("indicator", i.name, in.told, props{"name": i.name, "description": i.what, "indicator_types": []string{"malicious-activity"},
			"pattern": i.pattern, "pattern_type": "stix", "valid_from": stamp(in.told)})
		w.relate(x, "indicates", w.malware(i.of, in.told), in.told, nil)
		about = append(about, x)
	}
	for _, r := range in.reports {
		w.about[r.name()] = append(w.about[r.name()], about...)
	}
	for _, d := range in.denials {
		w.answer(in, d, event, claims)
	}
}

// reports adds the sources, the oldest first: each speaks of all incidents that name it.
func (w *writer) reports() {
	var all []report
	for _, in := range incidents {
		all = append(all, in.reports...)
	}
	slices.SortFunc(all, func(a, b report) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.name(), b.name())) })
	for _, r := range all {
		about := w.about[r.name()]
		slices.Sort(about)
		w.add("report", r.name(), r.day, props{"name": r.name(), "published": stamp(r.day), "report_types": []string{"threat-report"},
			"object_refs": slices.Compact(about), "external_references": []props{r.reference()}})
	}
}

// references are the sources of an incident as external references (STIX 2.1 §2.5).
func (in incident) references() (out []props) {
	for _, r := range in.reports {
		out = append(out, r.reference())
	}
	return out
}

// place is a country.
func (w *writer) place(code string) string {
	p := places[code]
	return w.add("location", code, "2024-01-01", props{"name": p.name, "country": code, "region": p.region})
}

// actor is an intrusion set with the names that others use, a campaign, or a threat actor.
func (w *writer) actor(name string) string {
	if about, ok := campaigns[name]; ok {
		return w.add("campaign", name, "2024-01-01", props{"name": name, "description": about})
	}
	if p, ok := threatActors[name]; ok {
		return w.add("threat-actor", name, "2024-01-01", props{"name": name, "description": p.about, "threat_actor_types": p.types})
	}
	a := intrusionSets[name]
	p := props{"name": name, "description": a.about}
	if len(a.aliases) > 0 {
		p["aliases"] = a.aliases
	}
	return w.add("intrusion-set", name, "2024-01-01", p)
}

// malware is a family.
func (w *writer) malware(name, told string) string {
	f := families[name]
	return w.add("malware", name, told, props{"name": name, "is_family": true, "malware_types": f.types, "description": f.about})
}
