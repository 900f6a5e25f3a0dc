package eurepoc

import (
	"slices"
	"strings"

	"threatwatch/country"
	"threatwatch/draft"
	"threatwatch/stix"
	"threatwatch/watch"
)

// written is a claim of an incident that is in the book.
type written struct{ id, accused string }

// claims writes what is said of who did it. What contests an attribution comes last, because it answers what others said.
func (w *writer) claims(in *incident, said string) {
	var made []written
	for _, a := range in.attributions {
		if accused := w.accused(a); accused != "" && !a.contested() {
			made = append(made, w.claim(in, a, accused, said))
		}
	}
	for _, a := range in.attributions {
		if accused := w.accused(a); accused != "" && a.contested() {
			w.contest(in, a, accused, made, said)
		}
	}
}

// accused writes whom a place points at: who is named, or the state, or the country that it came from; "" when it points at nobody.
func (w *writer) accused(a attribution) string {
	switch {
	case a.initiator != "":
		return w.actor(parseInitiator(a.initiator).name)
	case a.country == "":
		return ""
	case a.category == "State":
		return w.government(a.country)
	}
	if code := country.Code(a.country); code != "" {
		return w.Country(code, began)
	}
	if region := regions[a.country]; region != "" {
		return w.Put(draft.Object("location", w.ID("location", region), draft.Text("name", strings.TrimSuffix(a.country, " (region)")), draft.Text("region", region)), began)
	}
	return ""
}

// regions are those that the table names in place of a country, as STIX names them (§10.20).
var regions = map[string]string{"Asia (region)": "asia", "Europe (region)": "europe", "Middle East (region)": "western-asia", "Gulf Countries (region)": "western-asia", "South Asia (region)": "southern-asia",
	"Central America (region)": "central-america", "South America": "south-america"}

// claim writes a claim. Places that differ in nothing that a claim says are one.
func (w *writer) claim(in *incident, a attribution, accused, said string) written {
	t := watch.Terms{ClaimantRef: w.claimant(in, a, accused), Level: a.level(), Kinds: a.kinds(), Capacity: or(bases[a.basis].capacity, "other"), Channel: formOf(a.form).channel, StatedAt: a.date}
	words := a.words()
	var labels []string
	if !t.StatedAt.Known() { // watch-claim needs a time: the year of the incident, and said to be no more than that
		words += " The table has no date for it: the year is that of the incident."
		labels = []string{"undated"}
		t.StatedAt = yearOf(in.firstSaid())
	}
	if t.Channel == "media-anonymous" && t.Capacity != "media" {
		t.Confidentiality = "anonymous"
	}
	key := strings.Join([]string{in.id, t.ClaimantRef, a.basis, a.form, a.date.String(), accused, t.Level}, "\x1f")
	c := &watch.Claim{Head: watch.Head{ID: w.ID("relationship", key), By: w.recorder, Labels: labels, References: []watch.Reference{{Source: repository, ExternalID: in.id}}},
		Act: IncidentID(in.id), Accused: accused, Words: words, Terms: t}
	if len(in.claimsource) > 0 && in.row.Trimmed("number_of_attributions") == "1" {
		for _, u := range in.claimsource {
			c.References = append(c.References, reference(strings.TrimSpace(u), ""))
		}
	}
	return written{w.Put(c.Object(), stamp(a.date, said)), accused}
}

// yearOf is the year in which a moment lies; the first of the table when it is not known.
func yearOf(m watch.Moment) watch.Moment {
	if !m.Known() {
		m.Time, _ = stix.ParseTime(began)
	}
	m.Time, m.Fidelity = m.Time.AddDate(0, 0, 1-m.Time.YearDay()), watch.Year
	return m
}

// contest writes what a contested place says. It disputes the claims of the incident that point at the same. Where none does, somebody else
// is named: a claim of its own, and for those who say otherwise an alternative; alone it is a claim that is doubted.
func (w *writer) contest(in *incident, a attribution, accused string, made []written, said string) {
	var same, others []string
	for _, c := range made {
		if c.accused == accused {
			same = append(same, c.id)
		} else {
			others = append(others, c.id)
		}
	}
	holder := w.claimant(in, a, "")
	if len(same) > 0 {
		w.stance(in, a, watch.Position{HolderRef: holder, Stance: "doubt"}, same, said)
		return
	}
	own := w.claim(in, a, accused, said)
	if len(others) > 0 {
		w.stance(in, a, watch.Position{HolderRef: holder, Stance: "alternative-named", AlternativeRef: accused}, others, said)
		return
	}
	w.stance(in, a, watch.Position{HolderRef: w.identity(bases[a.basis].unnamed, ""), Stance: "doubt"}, []string{own.id}, said)
}

func (w *writer) stance(in *incident, a attribution, p watch.Position, of []string, said string) {
	of = slices.Compact(slices.Sorted(slices.Values(of)))
	p.Capacity, p.StatedAt = "other", a.date
	s := &watch.Stance{Head: watch.Head{ID: w.ID("opinion", strings.Join(append([]string{in.id, p.HolderRef, p.Stance, a.date.String()}, of...), "\x1f")), By: w.recorder},
		Of: of, Words: a.words(), Position: p}
	w.Put(s.Object(), stamp(a.date, said))
}

// kinds is what the claim rests on: what its basis says, and what its form adds. Where neither says anything, it is what somebody holds.
func (a attribution) kinds() []string {
	var list []string
	for _, k := range []string{bases[a.basis].kind, formOf(a.form).kind} {
		if k != "" && !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	if list == nil {
		list = []string{"political"}
	}
	return list
}

// formOf knows a form by how its value begins; the examples in parentheses follow.
func formOf(value string) form {
	name, _, _ := strings.Cut(value, " (")
	return forms[name]
}

// words is the place in plain words.
func (a attribution) words() string {
	list := []string{or(a.basis, "Basis not given")}
	if a.form != "" {
		name, _, _ := strings.Cut(a.form, " (")
		list = append(list, name)
	}
	if a.byCountry != "" {
		list = append(list, "said in: "+a.byCountry)
	}
	whom := []string{or(a.category, "category not known")}
	for _, s := range []string{a.subversion, a.country} {
		if s, _, _ = strings.Cut(s, " ("); s != "" {
			whom = append(whom, s)
		}
	}
	return strings.Join(list, "; ") + ". Initiator: " + strings.Join(whom, ", ") + "."
}

// claimant writes who says so. The attacker speaks under the name that is accused; who is not named is told by what they are.
func (w *writer) claimant(in *incident, a attribution, accused string) string {
	switch {
	case a.by != "":
		if w.d.actors[actorKey(parseInitiator(a.by).name)] != nil {
			return w.actor(parseInitiator(a.by).name)
		}
		return w.identity(a.by, "")
	case a.basis == "Attacker confirms" && a.initiator != "" && accused != "":
		return accused
	case bases[a.basis].capacity == "victim-state" && a.byCountry != "":
		return w.government(a.byCountry)
	case bases[a.basis].capacity == "victim-state" && len(in.receivers) == 1 && country.Code(in.receivers[0].place) != "":
		return w.government(in.receivers[0].place)
	}
	return w.identity(or(bases[a.basis].unnamed, "somebody (not named)"), a.byCountry)
}

// identity writes somebody by name, and where they are when that tells them apart.
func (w *writer) identity(name, place string) string {
	if state, ok := strings.CutPrefix(name, "Government of "); ok && country.Code(state) != "" {
		return w.government(state)
	}
	if code := country.Code(place); code != "" {
		name += ", " + country.Name(code)
	}
	return w.Put(draft.Object("identity", w.ID("identity", "by "+strings.ToLower(name)), draft.Text("created_by_ref", w.recorder), draft.Text("name", name)), began)
}

// government writes a state as somebody who speaks and who is accused.
func (w *writer) government(place string) string {
	name := strings.TrimSuffix(place, " (region)") // EU, NATO
	if code := country.Code(place); code != "" {
		name = "Government of " + country.Name(code)
	}
	return w.Put(draft.Object("identity", w.ID("identity", strings.ToLower(name)), draft.Text("created_by_ref", w.recorder), draft.Text("name", name),
		draft.Text("identity_class", "organization"), draft.List("sectors", []string{"government-national"})), began)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
