package ukraine

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"threatwatch/country"
	"threatwatch/stix"
	"threatwatch/watch"
)

// write makes the objects of a row.
func (in *importing) write(id string, r row) {
	created := stix.FormatTime(r.begun().Time.UnixMicro())
	by := in.tracker(r.cell("source"))
	in.book.Put(r.incident(id, by).Object(), created)
	if c := in.claim(id, by, r); c != nil {
		in.book.Put(c.Object(), created)
	}
}

// begun is the first day that a row names.
func (r row) begun() watch.Moment {
	if m := r.moment("date_min"); m.Known() {
		return m
	}
	return r.moment("date")
}

// incident is what a row says of what happened.
func (r row) incident(id, by string) *watch.Incident {
	in := &watch.Incident{Head: watch.Head{ID: id, By: by, References: r.references()}, Description: cmp.Or(r.text("description_merged_final"), r.text("description"))}
	in.Core.Determination = "suspected"
	if r.cell("confidence_hint") == "definitive" {
		in.Core.Determination = "confirmed"
	}
	in.Name = r.title(in.Description)
	f := &in.Facts
	f.PublicName, f.Slug = in.Name, watch.Slug(in.Name, id[len("incident--"):][:8])
	f.ScopeRule = "ukraine-war, " + r.cell("source")
	if why := r.text("exclude_reason"); why != "" {
		f.ScopeRule += "; not in the corpus' own analysis: " + why
	}
	f.Milestones = []watch.Milestone{{Kind: "first_action", Moment: r.begun()}}
	if last := r.moment("date_max"); last.Known() && last != r.begun() {
		f.Milestones = append(f.Milestones, watch.Milestone{Kind: "last_action", Moment: last})
	}
	if who := basisOf(r.cell("attribution_method")).reporter; who != "" {
		f.ReportedBy = []string{who}
	}
	f.Operations, f.Victims = r.operations(), r.victims()
	f.Original = []watch.Original{watch.Keep(Format, r.Clone())}
	return in
}

// title is the name that the corpus gives, or one of what the row holds.
func (r row) title(description string) string {
	if name := r.text("canonical_incident_name"); name != "" {
		return name
	}
	actor, target := r.text("actor"), r.text("target_actor")
	if said(actor) && said(target) {
		return actor + " against " + target + ", " + r.cell("date")
	}
	words, _, _ := strings.Cut(description, " | ")
	if first, _, more := strings.Cut(words, ". "); more {
		words = first
	}
	if short := []rune(words); len(short) > 120 {
		words = string(short[:120])
		words = words[:max(strings.LastIndex(words, " "), 1)] + " …"
	}
	return cmp.Or(words, "An operation of "+r.cell("date"))
}

// operations are what was done, in the words of the watch. CISSM's exploitive events take information, its disruptive ones disturb.
func (r row) operations() (list []string) {
	has := func(names []string, words ...string) bool {
		for _, name := range names {
			for s := range strings.FieldsFuncSeq(r.cell(name), func(c rune) bool { return c == ';' || c == ',' }) {
				if slices.Contains(words, strings.TrimSpace(s)) {
					return true
				}
			}
		}
		return false
	}
	kinds, how, why := []string{"event_type", "event_types_all"}, []string{"event_type", "event_subtype", "event_subtypes_all"}, []string{"event_type", "motive", "motives_all"}
	for _, x := range []struct {
		kind string
		is   bool
	}{
		{"espionage", has(why, "Espionage", "Political-Espionage", "Political-espionage", "Industrial-Espionage")},
		{"data-theft", has(kinds, "Exploitive", "Mixed")},
		{"disruption", has(kinds, "Disruptive", "Mixed")},
		{"destruction", has(kinds, "Data destruction")},
		{"sabotage", has(why, "Sabotage") || has(how, "Physical Attack")},
		{"denial-of-service", has(how, "Denial of service", "External Denial of Service", "Internal Denial of Service")},
	} {
		if x.is {
			list = append(list, x.kind)
		}
	}
	return list
}

// victims are the targets. The country is known of all together, so that each bears it only where there is one.
func (r row) victims() (list []watch.Victim) {
	var countries []string
	for _, s := range r.parts("target_country_iso") {
		if code := country.Code(s); code != "" {
			countries = append(countries, code)
		}
	}
	targets := r.parts("targets_all")
	if len(targets) == 0 {
		targets = r.parts("target_actor")
	}
	for _, name := range targets {
		v := watch.Victim{Name: name, Named: !strings.HasPrefix(strings.ToLower(name), "unidentified")}
		if len(countries) == 1 {
			v.Countries = countries
		}
		list = append(list, v)
	}
	words := r.text("target_country_raw") // CFR's victims in a sentence
	if len(countries) > 1 || len(list) == 0 && (words != "" || len(countries) > 0) {
		list = append(list, watch.Victim{Words: words, Countries: countries})
	}
	return list
}

// references are the row's own id and the sources that it names.
func (r row) references() (list []watch.Reference) {
	list = append(list, watch.Reference{Source: r.cell("source"), ExternalID: r.cell("original_id")})
	for _, name := range []string{"native_source_url", "external_citation_urls"} {
		for _, s := range r.parts(name) {
			if strings.HasPrefix(s, "t.me/") {
				s = "https://" + s
			}
			u, err := url.Parse(s)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
				continue
			}
			if ref := (watch.Reference{Source: strings.TrimPrefix(u.Hostname(), "www."), URL: u.String()}); !slices.Contains(list, ref) {
				list = append(list, ref)
			}
		}
	}
	return list
}
