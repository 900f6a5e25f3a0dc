package web

import (
	"math"
	"strconv"
	"testing"

	"threatwatch/watch/measure"
)

// number reads a fraction as pages write it.
func number(t *testing.T, s string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestMethodExamples: each example shows what the sentence beside it says, by the formulas of the page worked out a second time.
func TestMethodExamples(t *testing.T) {
	examples := weighExamples()
	p := func(i, actor int) float64 { return number(t, examples[i].Actors[actor].P) }
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > .0051 { // two digits are shown
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	near("one claim", p(0, 0), .70)
	near("two claims", p(1, 0), 1-(1-.70)*(1-.50))
	near("a repeated claim", p(2, 0), .70)
	near("a rivalled claim", p(3, 0), .85*(1-.50))
	near("its rival", p(3, 1), .50*(1-.85))
	near("their conflict", number(t, examples[3].Conflict), 1-.85*.5-.5*.15-(1-.85)*(1-.5))
	near("a doubted claim", p(5, 0), .85*(1-.50))
	if examples[4].Actors[0] != examples[1].Actors[0] || len(examples[4].Badges) != len(examples[1].Badges)+1 {
		t.Errorf("a denial changes %v into %v, badges %v", examples[1].Actors, examples[4].Actors, examples[4].Badges)
	}
	for _, e := range examples {
		sum := number(t, e.Unknown)
		for _, a := range e.Actors {
			sum += number(t, a.P)
		}
		if math.Abs(sum-1) > .0051*float64(len(e.Actors)+1) {
			t.Errorf("all of %s is %v", e.Title, sum)
		}
	}
}

func TestMethodReadings(t *testing.T) {
	want := map[string][3]bool{"the attacker, on its own site": {true, false, false}, "the government of the victim": {true, true, true}, "the attacker, who confesses before a court": {true, false, true}, "officials who are not named": {true, true, false}}
	for _, e := range readingExamples() {
		if w, ok := want[e.Says]; ok && [3]bool(e.Admits) != w {
			t.Errorf("%s: %v, want %v", e.Says, e.Admits, w)
		}
	}
}

// TestMethodNumbers: the actor of the example is ranked, its expected incidents are the sum of what the table beside shows, and the strip of lags adds
// up to them.
func TestMethodNumbers(t *testing.T) {
	e := newRankExample()
	sum := 0.0
	for _, in := range e.Incidents {
		sum += number(t, in.P)
	}
	if got := number(t, e.Rows[0].Weight[:4]); math.Abs(got-sum) > .03 || e.Rows[2].Weight != strconv.Itoa(len(e.Incidents)) {
		t.Errorf("expected are %v, p add up to %v; named in %s", got, sum, e.Rows[2].Weight)
	}
	lags, strip, median := lagExamples()
	sum = 0
	for _, part := range strip {
		sum += number(t, part.Weight)
	}
	if math.Abs(sum-float64(len(lags))) > .02 || median == "" {
		t.Errorf("the strip adds up to %v of %d", sum, len(lags))
	}
	p := newMethodPage()
	if len(p.Assumed) != len(measure.Assumptions) || len(p.Weights) != 12 || p.Version == "" {
		t.Errorf("%d assumptions, %d weights, version %q", len(p.Assumed), len(p.Weights), p.Version)
	}
}
