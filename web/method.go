package web

import (
	"cmp"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"threatwatch/watch"
	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// methodPage says how the numbers of the watch come about. Whatever number it gives in an example was computed for it by the functions that compute
// those of all pages.
type methodPage struct {
	Weights   []weighed
	Assumed   []weighed
	Examples  []weighExample
	Readings  []readingExample
	Ranking   rankExample
	Lags      []lagExample
	LagStrip  []weighed
	LagMedian string
	Numbers   []weighed // the constants that were used
	Version   string
}

// weighed is a judgement of a source or of what it says, or a number with its name.
type weighed struct{ Label, Weight string }

func (s *site) method(v *visit) error {
	return v.show(http.StatusOK, "method", "How the numbers come about", badge{}, newMethodPage())
}

func newMethodPage() methodPage {
	p := methodPage{Weights: weights(), Examples: weighExamples(), Readings: readingExamples(), Ranking: newRankExample(), Numbers: constants(), Version: programVersion()}
	for _, kind := range watch.ClaimKinds {
		if w, ok := measure.Assumptions[kind.Code]; ok {
			p.Assumed = append(p.Assumed, weighed{kind.Label, fraction(w)})
		}
	}
	p.Lags, p.LagStrip, p.LagMedian = lagExamples()
	return p
}

// weights is the table by which claims are weighed.
func weights() (list []weighed) {
	w := measure.DefaultWeights()
	for _, c := range watch.Credibilities {
		n, err := strconv.Atoi(c.Code)
		if p, ok := w.Credibility[n]; ok && err == nil {
			list = append(list, weighed{"information " + c.Label, fraction(p)})
		} else {
			list = append(list, weighed{"information " + c.Label, "none"})
		}
	}
	for _, r := range watch.Reliabilities {
		list = append(list, weighed{"source " + r.Label, fraction(w.Reliability[r.Code])})
	}
	return list
}

// constants are the numbers that the measures hold fixed.
func constants() []weighed {
	return []weighed{{"worlds that are drawn", thousands(measure.Draws)}, {"seed of the draws", strconv.Itoa(measure.DefaultSeed)}, {"incidents from which an actor is ranked", "5"},
		{"last months that are not complete", strconv.Itoa(measure.Recent)}, {"parts into which an incident is divided exactly", thousands(int64(measure.Whole))}}
}

// programVersion is which program computed the page.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "not known"
	}
	text := cmp.Or(info.Main.Version, "(devel)")
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && !strings.Contains(text, s.Value[:min(12, len(s.Value))]) {
			text += ", commit " + s.Value[:min(12, len(s.Value))]
		}
	}
	return text
}

// weighExample is one incident of which claims are weighed.
type weighExample struct {
	Title, Lesson string
	Claims        []exampleClaim
	Said          []string // what is answered
	Actors        []exampleActor
	Unknown       string
	Conflict      string
	Badges        []string
}

type exampleClaim struct{ Who, Whom, Judged, Weight, Origin string }

type exampleActor struct{ Name, S, P, From, To string }

// The claims and answers of the examples.
var (
	vendorSays   = measure.Claim{ID: "1", Actor: "Group A", Level: measure.Group, Claimant: "A vendor", Capacity: "vendor", Kinds: []string{"technical"}, Reliability: "B", Credibility: 2, Lineage: []string{"its report"}}
	stateSays    = measure.Claim{ID: "2", Actor: "Group A", Level: measure.Group, Claimant: "A state", Capacity: "victim-state", Kinds: []string{"political"}, Reliability: "B", Credibility: 3, Lineage: []string{"its own inquiry"}}
	stateRepeats = measure.Claim{ID: "3", Actor: "Group A", Level: measure.Group, Claimant: "A state", Capacity: "victim-state", Kinds: []string{"political"}, Reliability: "B", Credibility: 3, Lineage: []string{"its report"}}
	rivalSays    = measure.Claim{ID: "4", Actor: "Group B", Level: measure.Group, Claimant: "A researcher", Capacity: "researcher", Kinds: []string{"technical"}, Reliability: "C", Credibility: 3, Lineage: []string{"logs"}}
	denial       = measure.Stance{ID: "5", Claims: []string{"1", "2"}, Holder: "State of Group A", Capacity: "accused-state", Stance: "deny"}
	doubt        = measure.Stance{ID: "6", Claims: []string{"1", "2"}, Holder: "Another vendor", Capacity: "vendor", Stance: "doubt", Evidence: "full", Reliability: "C", Credibility: 3}
)

// weighExamples builds an incident up, one claim or answer at a time.
func weighExamples() []weighExample {
	two := []measure.Claim{vendorSays, stateSays}
	return []weighExample{
		newWeighExample("One claim", "It weighs the smaller of what the information gives and what the source admits.", measure.Incident{Claims: two[:1]}),
		newWeighExample("Two claims that rest on different things", "Both count.", measure.Incident{Claims: two}),
		newWeighExample("Two claims of which one rests on the other's report", "Of one origin only the heaviest counts, however often it is repeated.", measure.Incident{Claims: []measure.Claim{vendorSays, stateRepeats}}),
		newWeighExample("A rival claim", "Each lowers the other; what they take from each other is left open, and nobody gains by it.", measure.Incident{Claims: append(slices.Clone(two), rivalSays)}),
		newWeighExample("A denial", "It changes no number, whoever utters it; it is shown, and it is a badge.", measure.Incident{Claims: two, Stances: []measure.Stance{denial}}),
		newWeighExample("A doubt by somebody else who shows why", "It lowers the support.", measure.Incident{Claims: two, Stances: []measure.Stance{doubt}}),
	}
}

func newWeighExample(title, lesson string, in measure.Incident) weighExample {
	method := measure.Method{Weights: measure.DefaultWeights(), Level: measure.Group}
	e := weighExample{Title: title, Lesson: lesson}
	for _, c := range in.Claims {
		weight, _ := method.Weights.Of(c.Reliability, c.Credibility)
		e.Claims = append(e.Claims, exampleClaim{c.Claimant, c.Actor, c.Reliability + strconv.Itoa(c.Credibility), fraction(weight), strings.Join(c.Lineage, ", ")})
	}
	for _, s := range in.Stances {
		text := s.Holder + " " + watch.Stances.Label(s.Stance)
		if v, ok := method.Weights.Of(s.Reliability, s.Credibility); ok && s.Dissents() {
			text += fmt.Sprintf(", with evidence, judged %s%d: v = %s", s.Reliability, s.Credibility, fraction(v))
		}
		e.Said = append(e.Said, text)
	}
	w := method.Weigh(in)
	for _, a := range w.Actors {
		e.Actors = append(e.Actors, exampleActor{a.Actor, fraction(a.S), fraction(a.P), fraction(a.Lo), fraction(a.Hi)})
	}
	e.Unknown, e.Conflict = fraction(w.Unknown), fraction(w.Conflict)
	for _, b := range method.Badges(in) {
		e.Badges = append(e.Badges, index.Badges.Label(string(b)))
	}
	return e
}

// readingExample is a claim, and which readings admit it.
type readingExample struct {
	Says   string
	Admits []bool // as measure.Readings
}

func readingExamples() (list []readingExample) {
	for _, x := range []struct {
		says  string
		claim measure.Claim
	}{
		{"the attacker, on its own site", measure.Claim{Capacity: "attacker", Kinds: []string{"self"}}},
		{"a newspaper that names no source", measure.Claim{Capacity: "media", Kinds: []string{"media"}}},
		{"a vendor, in a technical report", measure.Claim{Capacity: "vendor", Kinds: []string{"technical"}}},
		{"officials who are not named", measure.Claim{Capacity: "unnamed-official", Kinds: []string{"political"}}},
		{"the government of the victim", measure.Claim{Capacity: "victim-state", Kinds: []string{"political"}}},
		{"a court, in a judgment", measure.Claim{Capacity: "court", Kinds: []string{"legal"}}},
		{"the attacker, who confesses before a court", measure.Claim{Capacity: "attacker", Kinds: []string{"self", "legal"}}},
	} {
		e := readingExample{Says: x.says}
		for _, r := range measure.Readings {
			e.Admits = append(e.Admits, r.Admits(&x.claim))
		}
		list = append(list, e)
	}
	return list
}
