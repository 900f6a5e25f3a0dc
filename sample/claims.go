package sample

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"threatwatch/stix"
	"threatwatch/watch"
)

// basis is on what a claim rests, and how the editors of the sample judge it: reliability of the source and credibility of what it says, apart.
type basis struct {
	capacity, kind, channel, evidence, reliability string
	credibility                                    int
}

// The bases of the claims in the sample. The capacity of a state depends on whether its own people were hit: see capacity.
var (
	court      = basis{"court", "legal", "court-judgment", "court-tested", "A", 2}
	indictment = basis{"", "legal", "indictment", "summary", "B", 2}
	statement  = basis{"", "political", "official-statement", "none", "B", 3}
	research   = basis{"vendor", "technical", "technical-report", "summary", "B", 3}
	newspaper  = basis{"media", "media", "media-named", "none", "C", 3}
	unnamed    = basis{"anonymous-official", "media", "media-anonymous", "none", "C", 3}
	leaked     = basis{"media", "media", "media-named", "full", "B", 2} // papers that anybody can read
	self       = basis{"attacker", "self", "social", "none", "F", 3}
	own        = basis{"victim", "technical", "official-statement", "none", "B", 3}
)

// states are whose word is that of a state, with the state.
var states = map[string]string{
	"Agencies of the United States, United Kingdom, Australia, Canada and New Zealand": "US",
	"CERT Polska":               "PL",
	"CNCERT":                    "CN",
	"Civil Police of São Paulo": "BR",
	"Director of the US National Security Agency":              "US",
	"European Union, United Kingdom, United States and others": "US",
	"FBI":                 "US",
	"FBI and CISA":        "US",
	"FBI and US Treasury": "US",
	"FBI, CISA, ODNI and NSA of the United States":                           "US",
	"Federal Office for the Protection of the Constitution of Germany":       "DE",
	"Federal Security Service of Russia":                                     "RU",
	"Federal prosecutor":                                                     "DE",
	"Foreign Minister of Estonia":                                            "EE",
	"French investigators and FireEye":                                       "FR",
	"Government of Australia, with the United States and the United Kingdom": "US",
	"Government of South Korea":                                              "KR",
	"Head of cyber security of the Security Service of Ukraine":              "UA",
	"Head of the Civil Defence Organization of Iran":                         "IR",
	"Majority staff of the US House Committee on Oversight":                  "US",
	"Minister of Foreign Affairs of Iran":                                    "IR",
	"Ministry of Foreign Affairs of Georgia":                                 "GE",
	"Ministry of State Security of China":                                    "CN",
	"National Computer Virus Emergency Response Center of China":             "CN",
	"National Cyber Security Centre of Ireland":                              "IE",
	"National Cyber and Crypto Agency of Indonesia":                          "ID",
	"Prime Minister of Albania, the United States and the United Kingdom":    "US",
	"Prime Minister of Poland":                                               "PL",
	"Prosecutors in Changwon":                                                "KR",
	"Prosecutors in Seoul":                                                   "KR",
	"Public security bureau of Harbin":                                       "CN",
	"Security Service of Ukraine":                                            "UA",
	"US Department of Justice":                                               "US",
	"US Department of Justice and Israeli police":                            "US",
	"US Director of National Intelligence":                                   "US",
	"US General Accounting Office":                                           "US",
	"US Treasury":                                                            "US",
	"US intelligence":                                                        "US",
	"US special counsel":                                                     "US",
	"United Kingdom":                                                         "GB",
	"United Kingdom and United States":                                       "US",
	"United Kingdom, Canada and United States":                               "US",
	"United Kingdom, United States, Georgia and others":                      "US",
	"United States and United Kingdom":                                       "US",
	"United States, United Kingdom and others":                               "US",
}

// answers are those of the denials that are no plain denial of the accused, by who gives them.
var answers = map[string]struct{ stance, capacity, evidence string }{
	"Information Warfare Monitor of Toronto": {"doubt", "academic", "full"},
	"Eugene Kaspersky":                       {"gravity-lower", "vendor", "summary"},
	"Norse":                                  {"doubt", "vendor", "summary"},
	"President of the United States":         {"doubt", "victim-state", "none"},
	"GCHQ":                                   {"no-comment", "accused", ""},
	"Government of Israel":                   {"no-comment", "accused-state", ""},
	"US Deputy Secretary of Defense":         {"no-comment", "accused-state", ""},
	"US National Security Agency":            {"no-comment", "accused", ""},
	"WikiLeaks":                              {"doubt", "other", "none"},
	"Chairman of the Commission of the African Union":    {"deny", "victim", "none"},
	"Unique Identification Authority of India":           {"deny", "victim", "none"},
	"Kudankulam Nuclear Power Project":                   {"deny", "victim", "none"},
	"Flutterwave":                                        {"deny", "victim", "none"},
	"Principal secretary for internal security of Kenya": {"doubt", "victim-state", "none"},
	"RSA":       {"no-comment", "victim", ""},
	"Snowflake": {"deny", "victim", "none"},
}

// facts are what is known of an incident, as the watch has it.
func (w *writer) facts(in incident) *watch.Incident {
	out := &watch.Incident{Core: watch.Core{Determination: "confirmed", InvestigationStatus: "closed"}}
	f := &out.Facts
	f.Slug, f.RecordState, f.ScopeRule = watch.Slug(in.name, in.told[:4]), "published", "sample"
	f.Operations, f.Insider, f.Withholds = in.operations, in.insider, in.withholds
	for _, s := range append(slices.Clone(in.steps), step{"public_disclosure", in.told}) {
		f.Milestones = append(f.Milestones, watch.Milestone{Kind: s.kind, Moment: moment(s.when)})
	}
	f.Victims = []watch.Victim{{Name: in.victim, Named: in.victim != "", Countries: in.where, Sectors: in.sectors}}
	if in.victim == "" {
		f.Victims[0].Words = "those who were hit"
	}
	for _, d := range in.data {
		f.Data = append(f.Data, watch.Data{Variety: d, Loss: "confirmed-loss"})
	}
	return out
}

// moment reads a date of the catalogue, which is constant.
func moment(when string) watch.Moment {
	m, err := watch.ParseMoment(when)
	if err != nil {
		panic("sample: " + err.Error())
	}
	return m
}

// extensions are extensions as props have them.
func extensions(list []stix.Member) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for _, m := range list {
		out[m.Name] = m.Value.AppendJSON(nil)
	}
	return out
}

// claim adds a claim: a relationship of its own for each who makes it.
func (w *writer) claim(in incident, c claim, event, actor string, sources []props) string {
	claimant := actor
	if c.by != "" {
		claimant = w.somebody(c.by)
	}
	x := &watch.Claim{Terms: watch.Terms{ClaimantRef: claimant, Capacity: c.capacity(in), StatedAt: moment(c.day), Channel: c.on.channel, Kinds: []string{c.on.kind}, Level: level(in, c.actor),
		EvidencePublished: c.on.evidence, Reliability: c.on.reliability, Credibility: c.on.credibility}}
	return w.add("relationship", fmt.Sprint(event, " attributed-to ", actor, " by ", claimant, " ", c.day), c.day, props{"relationship_type": "attributed-to", "source_ref": event, "target_ref": actor,
		"description": c.words, "external_references": sources, "extensions": extensions(x.Extensions())})
}

// capacity is that of a claim; a state speaks for those who were hit, or about others.
func (c claim) capacity(in incident) string {
	switch state, ok := states[c.by]; {
	case c.on.capacity != "" || !ok:
		return cmp.Or(c.on.capacity, "other-state")
	case slices.Contains(in.where, state):
		return "victim-state"
	}
	return "other-state"
}

// level is at which level a claim accuses.
func level(in incident, actor string) string {
	switch p, person := threatActors[actor]; {
	case in.insider && person:
		return "insider"
	case strings.HasPrefix(actor, "Government"):
		return "state"
	case person && slices.Contains(p.types, "nation-state"):
		return "state-organ"
	case person:
		return "person"
	}
	return "group"
}

// somebody is who speaks.
func (w *writer) somebody(name string) string {
	return w.add("identity", name, "2024-01-01", props{"name": name, "identity_class": "organization"})
}

// said is a claim with the day on which it was made.
type said struct{ day, id string }

// answer adds what somebody answers to claims: an opinion, or a note where no side is taken.
func (w *writer) answer(in incident, d denial, event string, claims []said) {
	a, ok := answers[d.who]
	if !ok {
		a.stance, a.capacity, a.evidence = "deny", "accused-state", "none"
	}
	about := append([]string{event}, answered(a.stance, d.day, claims)...)
	x := &watch.Stance{Note: watch.Opinion(a.stance) == "", Position: watch.Position{HolderRef: w.somebody(d.who), Capacity: a.capacity, Stance: a.stance, StatedAt: moment(d.day), EvidencePublished: a.evidence}}
	p := props{"authors": []string{d.who}, "object_refs": about, "extensions": extensions(x.Extensions())}
	if x.Note {
		p["content"] = d.words
	} else {
		p["opinion"], p["explanation"] = watch.Opinion(a.stance), d.words
	}
	w.add(watch.StanceType(a.stance), d.who+" on "+in.name+", "+d.day, d.day, p)
}

// answered are the claims that a stance of a day is about: all that accuse whoever denies, also those made later; what had been claimed by then
// where somebody else doubts; none where it is said how grave the incident is.
func answered(stance, day string, claims []said) (ids []string) {
	for _, c := range claims {
		if stance != "gravity-lower" && (stance != "doubt" || c.day <= day) {
			ids = append(ids, c.id)
		}
	}
	return ids
}
