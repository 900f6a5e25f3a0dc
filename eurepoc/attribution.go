package eurepoc

import (
	"slices"

	"threatwatch"
	"threatwatch/draft"
	"threatwatch/watch"
)

// attribution is one place in the columns on attribution: somebody says, on a basis and in a form, that an initiator did it.
type attribution struct {
	date                                     watch.Moment
	form, basis                              string
	by, byCountry                            string
	initiator, country, category, subversion string
}

// attributionColumns run in parallel: each is empty, or has as many values as the others.
var attributionColumns = []string{"attribution_date", "attribution_type", "attribution_basis", "attributing_actor", "attribution_it_company", "attributing_country",
	"attributed_initiator", "attributed_initiator_country", "attributed_initiator_category", "attributed_initiator_subcategory"}

// readAttributions reads the columns on attribution. Places that say the same stand once: the table multiplies out what a statement names.
func readAttributions(row draft.Row) ([]attribution, error) {
	columns, n, err := parallel(row, attributionColumns)
	if err != nil {
		return nil, err
	}
	var list []attribution
	for i := range n {
		cell := func(k int) string {
			if len(columns[k]) == 0 || nothing(columns[k][i]) {
				return ""
			}
			return columns[k][i]
		}
		a := attribution{form: cell(1), basis: cell(2), by: cell(3), byCountry: cell(5), initiator: cell(6), country: cell(7), category: cell(8), subversion: cell(9)}
		if a.by == "" {
			a.by = cell(4)
		}
		if a.date, err = moment(cell(0)); err != nil {
			return nil, cellError("attribution_date", err)
		}
		if !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	return list, nil
}

// parallel splits columns that belong together and says how many values they have.
func parallel(row draft.Row, names []string) (columns [][]string, n int, err error) {
	for _, name := range names {
		list := parts(row.Get(name))
		if len(list) > 0 && n > 0 && len(list) != n {
			return nil, 0, threatwatch.Errorf(threatwatch.Invalid, "%s: %d values beside %d", name, len(list), n)
		}
		n = max(n, len(list))
		columns = append(columns, list)
	}
	return columns, n, nil
}

// contested says that the place tells of a disagreement rather than of an attribution.
func (a attribution) contested() bool { return a.basis == "Contested attribution" }

// firstSaid is when the incident was first attributed, but not before it began; without such a date, when it began or ended.
func (in *incident) firstSaid() watch.Moment {
	var first watch.Moment
	for _, a := range in.attributions {
		if a.date.Known() && (!first.Known() || a.date.Time.Before(first.Time)) {
			first = a.date
		}
	}
	if in.start.Time.After(first.Time) {
		first = in.start
	}
	if !first.Known() {
		first = in.end
	}
	return first
}

// basis is what a value of attribution_basis means for a claim: what it rests on, in which capacity the claimant speaks, and what to call a
// claimant who is not named.
type basis struct{ kind, capacity, unnamed string }

// bases. A third party is a research group, a whistleblower or another state: the table does not say which, so that it is "other".
var bases = map[string]basis{
	"Attacker confirms":                                 {"self", "attacker", "the attacker (not named)"},
	"IT-security community attributes attacker":         {"technical", "vendor", "IT security community (not named)"},
	"Attribution by receiver government / state entity": {"political", "victim-state", "government of a receiver (not named)"},
	"Media-based attribution":                           {"media", "media", "media (not named)"},
	"Attribution by third-party":                        {"", "other", "third party (not named)"},
	"Receiver attributes attacker":                      {"", "victim", "receiver (not named)"},
	"Attribution by EU institution/agency":              {"political", "international-body", "EU institution (not named)"},
	"Attribution by international organization":         {"political", "international-body", "international organisation (not named)"},
	"Contested attribution":                             {"", "other", "somebody (not named)"},
}

// form is what a value of attribution_type means for a claim: the channel and what it adds to the basis.
type form struct{ channel, kind string }

var forms = map[string]form{
	"Technical report": {"technical-report", "technical"},
	"Self-attribution in the course of the attack":                       {"in-the-act", ""},
	"Direct statement in media report":                                   {"media-named", ""},
	"Anonymous statement in media report":                                {"media-anonymous", ""},
	"Political statement / report":                                       {"official-statement", "political"},
	"Domestic legal action":                                              {"legal-action", "legal"},
	"Media report":                                                       {"media-anonymous", ""},
	"Statement in media report and political statement/technical report": {"media-named", ""},
	"Political statement/report and indictment / sanctions":              {"legal-action", "legal"},
	"Statement in media report and indictment / sanctions":               {"legal-action", "legal"},
}

// level is how far up a claim points: a name and "State" is an organ of a state, a country and "State" the state itself.
func (a attribution) level() string {
	switch {
	case a.category == "State" && a.initiator != "":
		return "state-organ"
	case a.category == "State":
		return "state"
	case a.initiator == "":
		return "territory-only"
	case a.category == "Individual hacker(s)":
		return "person"
	case a.category == "Non-state-group" && a.private():
		return "organisation"
	case a.category == "Non-state-group":
		return "non-state"
	case a.category == "Non-state actor, state-affiliation suggested":
		return "group"
	}
	return "cluster" // the category is not known
}

func (a attribution) private() bool {
	return a.subversion == "Private technology companies / hacking for hire groups without state affiliation / research entities"
}
