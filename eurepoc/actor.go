package eurepoc

import (
	"regexp"
	"slices"
	"strings"

	"threatwatch/draft"
)

// actor is who is named as initiator somewhere in the table. Names that begin alike are one actor.
type actor struct {
	typ     string
	name    string
	aliases []string
	groups  []string // ATT&CK: G0032
	within  []string // whom the table places it in, in its words
}

// initiator is a cell of attributed_initiator, taken apart: "Fancy Bear/APT28/Group G0007 (GRU, Unit 26165)".
type initiator struct {
	name          string
	others        []string
	group, within string
}

var (
	groupForm = regexp.MustCompile(`(?:^|,? ?)(?:Group )?(G\d{4})$`)
	tailForm  = regexp.MustCompile(`\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)$`)
)

// parseInitiator takes a cell apart. After "<" or "-->" is the larger group, in parentheses at the end the body that it is placed in, and slashes
// divide names.
func parseInitiator(cell string) initiator {
	cell = strings.ReplaceAll(cell, "\u00a0", " ")
	cell, above, _ := strings.Cut(strings.Replace(cell, "-->", "<", 1), "<")
	cell = strings.TrimSpace(cell)
	i := initiator{}
	if above != "" {
		i.within = parseInitiator(above).name
	}
	// Parentheses after a single name may be a part of it: "NoName057(16)".
	if tail := tailForm.FindStringSubmatch(cell); tail != nil && strings.ContainsAny(cell, "/,") {
		cell, i.within = strings.TrimSuffix(cell, tail[0]), tail[1]
	}
	for n, name := range strings.Split(cell, "/") {
		name = strings.TrimSpace(name)
		if g := groupForm.FindStringSubmatch(name); g != nil && n > 0 {
			i.group, name = g[1], strings.TrimSuffix(name, g[0])
		}
		switch {
		case n == 0:
			i.name = name
		case name != "":
			i.others = append(i.others, name)
		}
	}
	if i.name == "" {
		i.name = cell
	}
	return i
}

func actorKey(name string) string { return strings.ToLower(name) }

// organForm are names of organs of states, as the table writes them.
var organForm = regexp.MustCompile(`^(GRU|FSB|SVR|MSS|PLA|NSA|CIA|GCHQ|BND|CSEC|ISI|JSSD|US CYCOM|Five Eyes|Government of|Department of)\b|\b(Ministry|Directorate|Directoral|Bureau|Intelligence Agency|` +
	`Cyber Command|Kommando|[Pp]olice|Revolutionary Guard|Inter-Services|State Service|Security Service|Prosecution Service|Philippine Army|National Security Committee|` +
	`Centro Nacional de Inteligencia|intelligence agencies|Unit \d+|Research Institute of Chemistry)\b`)

func isOrgan(name string) bool {
	return organForm.MatchString(name) && !strings.HasSuffix(name, " Hackers")
}

// collective is what anybody may call themselves: a name beside it is another participant, not another name.
const collective = "Anonymous"

// actorsOf gathers the initiators. An organ of a state and a company are identities, somebody who is an individual wherever the table has
// the name is a threat actor, everybody else is an intrusion set (STIX 2.1 §4.5, §4.8, §4.17).
func actorsOf(incidents []*incident) map[string]*actor {
	all := map[string]*actor{}
	persons, companies, named := map[string]int{}, map[string]int{}, map[string]int{}
	for _, in := range incidents {
		for _, a := range in.attributions {
			if a.initiator == "" {
				continue
			}
			i := parseInitiator(a.initiator)
			key := actorKey(i.name)
			if all[key] == nil {
				all[key] = &actor{name: i.name}
			}
			all[key].learn(i)
			named[key]++
			switch {
			case a.category == "Individual hacker(s)":
				persons[key]++
			case a.private():
				companies[key]++
			}
		}
	}
	for key, who := range all {
		who.typ = "intrusion-set"
		switch named[key] {
		case persons[key]:
			who.typ = "threat-actor"
		case companies[key]:
			who.typ = "identity"
		}
		if isOrgan(who.name) {
			who.typ = "identity"
		}
	}
	return all
}

func (w *actor) learn(i initiator) {
	add := func(list *[]string, s string) {
		if s != "" && !slices.ContainsFunc(*list, func(x string) bool { return strings.EqualFold(x, s) }) {
			*list = append(*list, s)
		}
	}
	add(&w.groups, i.group)
	add(&w.within, i.within)
	for _, o := range i.others {
		switch {
		case strings.EqualFold(o, w.name):
		case i.name == collective || isOrgan(o) && !isOrgan(i.name): // somebody else, named beside it
		default:
			add(&w.aliases, o)
		}
	}
}

// actor writes an initiator and returns its identifier.
func (w *writer) actor(name string) string {
	who := w.d.actors[actorKey(name)]
	description := ""
	if len(who.within) > 0 {
		description = "EuRepoC places it in: " + strings.Join(who.within, "; ") + "."
	}
	refs := w.references(nil)
	for _, g := range who.groups {
		refs = append(refs, attackReference(g))
	}
	if who.typ == "identity" {
		if len(who.aliases) > 0 {
			description = strings.TrimSpace("Also named: " + strings.Join(who.aliases, ", ") + ". " + description)
		}
		return w.Put(draft.Object("identity", w.ID("identity", actorKey(who.name)), draft.Text("created_by_ref", w.recorder), draft.Text("name", who.name),
			draft.Text("description", description), draft.Text("identity_class", "organization"), array("external_references", refs)), began)
	}
	return w.Put(draft.Object(who.typ, w.ID(who.typ, actorKey(who.name)), draft.Text("created_by_ref", w.recorder), draft.Text("name", who.name),
		draft.Text("description", description), draft.List("aliases", who.aliases), array("external_references", refs)), began)
}
