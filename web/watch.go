package web

import (
	"fmt"
	"html/template"
	"strings"

	"threatwatch/country"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// index is the incidents that the visitor may see, with what is said of each.
func (v *visit) index() (*index.Index, error) {
	return v.s.Watch.Of(v.r.Context(), v.s.Subject(v.caller), release.ShowPage)
}

// level is a marking that stands on a page.
func level(l stix.Level) badge { return badge{l, true} }

// markedAs is the strictest marking in an index. A count tells of everything that was counted, so lists and counts bear it.
func markedAs(x *index.Index) badge {
	return badge{x.Highest, len(x.Entries)+len(x.Gone) > 0}
}

// watchFuncs are what templates need to speak of incidents: the words of the vocabularies.
var watchFuncs = template.FuncMap{
	"level":      level,
	"moment":     momentWords,
	"sector":     words,
	"country":    country.Name,
	"trio":       watch.Trios.Label,
	"badge":      index.Badges.Label,
	"capacity":   watch.Capacities.Label,
	"channel":    watch.Channels.Label,
	"basis":      watch.ClaimKinds.Label,
	"claimlevel": watch.Levels.Label,
	"responsib":  watch.Responsibilities.Label,
	"evidence":   watch.EvidencePublished.Label,
	"access":     watch.EvidenceAccess.Label,
	"stance":     watch.Stances.Label,
	"operation":  watch.OperationKinds.Label,
	"milestone":  watch.MilestoneKinds.Label,
	"reporter":   watch.Reporters.Label,
	"loss":       watch.Losses.Label,
	"response":   watch.ResponseKinds.Label,
	"determined": watch.Determinations.Label,
	"clauses":    clauses,
	"records":    records,
	"parts":      func(p measure.Parts) string { return fmt.Sprintf("%.1f", p.Float()) },
	"lower":      strings.ToLower,
	"lowerfirst": lowerFirst,
	"rank":       rankWords,
}

// words is a code of STIX as a reader has it: without hyphens.
func words(code string) string { return strings.ReplaceAll(code, "-", " ") }

// momentWords is a date as precise as it is known.
func momentWords(m watch.Moment) string {
	if !m.Known() {
		return "date not known"
	}
	layout := "2 Jan 2006, 15:04 UTC"
	switch m.Fidelity {
	case watch.Year:
		layout = "2006"
	case watch.Month:
		layout = "Jan 2006"
	case watch.Day:
		layout = "2 Jan 2006"
	}
	return m.Time.UTC().Format(layout)
}

// clause is one claim in short: whom somebody names.
type clause struct {
	*index.Claim
	Denied []*index.Stance
}

// shownClauses bounds the claims that a list shows of one incident.
const shownClauses = 3

// clauses are the first claims about an entry, for lists; what stands before what was withdrawn.
func clauses(e *index.Entry) (list []clause) {
	for _, stands := range []bool{true, false} {
		for _, c := range e.Claims {
			if c.Stands() == stands && len(list) < shownClauses {
				list = append(list, clause{c, denying(c.Stances)})
			}
		}
	}
	return list
}

func denying(list []*index.Stance) (out []*index.Stance) {
	for _, s := range list {
		if s.Denies() {
			out = append(out, s)
		}
	}
	return out
}
