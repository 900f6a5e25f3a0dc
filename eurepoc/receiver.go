package eurepoc

import (
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/country"
	"threatwatch/draft"
	"threatwatch/watch"
)

// receiver is one place in the columns on who was hit.
type receiver struct {
	names            []string
	place            string
	categories, subs []string // side by side; a subcategory may be empty
}

// readReceivers reads the columns on receivers, which are lists with a place for each of them.
func readReceivers(row draft.Row) ([]receiver, error) {
	places, err := texts(row.Get("receiver_country"))
	if err != nil {
		return nil, cellError("receiver_country", err)
	}
	var columns [3][][]string
	n := len(places)
	for k, name := range []string{"receiver_name", "receiver_category", "receiver_category_subcode"} {
		if columns[k], err = lists(row.Get(name)); err != nil {
			return nil, cellError(name, err)
		}
		n = max(n, len(columns[k]))
	}
	var list []receiver
	for i := range n {
		r := receiver{names: at(columns[0], i), categories: at(columns[1], i), subs: at(columns[2], i)}
		switch {
		case i < len(places):
			r.place = places[i]
		case len(places) == 1: // one country for all
			r.place = places[0]
		}
		if len(r.subs) > 0 && len(r.subs) != len(r.categories) {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "receiver_category_subcode[%d]: %d values beside %d categories", i, len(r.subs), len(r.categories))
		}
		list = append(list, r)
	}
	return list, nil
}

func at[T any](list []T, i int) (v T) {
	if i < len(list) {
		v = list[i]
	}
	return v
}

// victims are the receivers. One without a name is told by what it is.
func (in *incident) victims() (list []watch.Victim) {
	for _, r := range in.receivers {
		v := watch.Victim{Sectors: r.sectors(), Words: r.words()}
		if code := country.Code(r.place); code != "" {
			v.Countries = []string{code}
		}
		named := false
		for _, name := range r.names {
			if !nothing(name) {
				one := v
				one.Name, one.Named = strings.TrimSpace(name), true
				list, named = append(list, one), true
			}
		}
		if !named {
			list = append(list, v)
		}
	}
	return list
}

// words says what the receiver is, as the table has it.
func (r receiver) words() string {
	var list []string
	for i, c := range r.categories {
		c, _, _ = strings.Cut(c, " (corporate targets only")
		if s := at(r.subs, i); s != "" {
			c += ": " + s
		}
		if !nothing(c) && !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	if country.Code(r.place) == "" && !nothing(r.place) {
		list = append(list, r.place)
	}
	return strings.Join(list, "; ")
}

// sectors are the sectors of STIX (§10.18) of a receiver. What is in no sector, as political parties or end users, has none.
func (r receiver) sectors() (list []string) {
	for i, c := range r.categories {
		s, ok := subSectors[at(r.subs, i)]
		if !ok {
			s = categorySectors[c]
		}
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

var categorySectors = map[string]string{
	"State institutions / political system": "government", "Critical infrastructure": "infrastructure", "Social groups": "non-profit", "Media": "communications", "Science": "education",
	"Corporate Targets (corporate targets only coded if the respective company is not part of the critical infrastructure definition)": "commercial",
}

var subSectors = map[string]string{
	"Government / ministries": "government", "Civil service / administration": "government-public-services", "Police": "government-public-services", "Judiciary": "government-public-services",
	"Legislative": "government", "Intelligence agencies": "government-national", "Election infrastructure / related systems": "government", "Other (e.g., embassies)": "government",
	"Military": "defense", "Defence industry": "defense", "Political parties": "",
	"Telecommunications": "telecommunications", "Energy": "energy", "Finance": "financial-services", "Transportation": "transportation", "Health": "healthcare", "Chemicals": "chemical",
	"Water": "water", "Food": "agriculture", "Space": "aerospace", "Critical Manufacturing": "manufacturing",
	"Political opposition / dissidents / expats": "", "Terrorist": "", "Criminal": "", "Ethnic": "", "Hacktivist": "",
}
