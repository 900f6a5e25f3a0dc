package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"threatwatch/watch/measure"
)

// worked ranks one actor that claims lay incidents to, at dates as precise as they are written.
func worked(t *testing.T, dates ...string) measure.Row {
	t.Helper()
	var list []measure.Incident
	for i, s := range dates {
		d := measure.Date{Fidelity: measure.Day}
		var err error
		if d.Time, err = time.Parse(time.DateOnly, s); err != nil {
			d.Fidelity = measure.Year
			if d.Time, err = time.Parse("2006", s); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, measure.Incident{ID: fmt.Sprint(i), When: d, Victims: []string{"v"}, Claims: []measure.Claim{{Actor: "a", Level: measure.Group, Reliability: "A", Credibility: 1}}})
	}
	m := measure.Method{Weights: measure.DefaultWeights(), Level: measure.Group}
	rows := m.Rank(list, measure.Window{To: time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)}, 1).Rows
	if len(rows) != 1 {
		t.Fatalf("%d rows", len(rows))
	}
	return rows[0]
}

// TestPersistenceInWords: each measure is told by each reading that ranks the actor; what is too little to tell is called so, and what is left out is counted.
func TestPersistenceInWords(t *testing.T) {
	readings := []actorReading{
		{Title: "many", Row: worked(t, "2020-01-10", "2020-02-09", "2020-03-10", "2021-01-04", "2021-02-03", "2021-03-05", "2019"), Ranked: true},
		{Title: "none"},
		{Title: "years", Row: worked(t, "2016", "2017", "2018", "2019", "2020"), Ranked: true},
	}
	got := map[string][]string{}
	for _, m := range persistence(readings) {
		if len(m.Cells) != 3 || m.Cells[1] != "–" || slices.Contains(m.Cells, "") {
			t.Errorf("%s: %q", m.Label, m.Cells)
		}
		got[m.Label] = m.Cells
	}
	for label, want := range map[string][2]string{
		"Longest silence": {"9 months", "not known"}, "Came back after six months of silence or more": {"once", "not known"},
		"From one incident to the next, median":        {"30 days, without 1 known to the year only", "not known, without 5 known to the year only"},
		"Regular (−1), at random (0) or in bursts (1)": {"0.", "not known"}, "How long it goes on without a pause, median": {"3 months", "not known"}, "No sighting with even odds since": {"Mar 2021; so long a silence comes by chance in", "Jul 2020"},
		"How long it was inside, median": {"not known; it is of 0 incidents", "not known; it is of 0 incidents"}, "Victims hit again within two years": {"100 %", "not known"}, "Among the first five": {"in 100 % of the worlds", "in 100 % of the worlds"},
		"The last twelve months by those before, 5 to 95 %": {" times (", " times ("},
	} {
		if cells := got[label]; len(cells) != 3 || !strings.Contains(cells[0], want[0]) || !strings.Contains(cells[2], want[1]) {
			t.Errorf("%s: %q, want %q", label, cells, want)
		}
	}
	if persistence(readings[1:2]) != nil {
		t.Error("something is told of an actor that is not ranked")
	}
}
