package web

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"threatwatch"
	"threatwatch/watch"
	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// trendsPage is what can be said of all incidents that the visitor may see.
type trendsPage struct {
	Total    int
	Timeline *timelinePicture
	Stacks   []*stack
	Kinds    []kindCount
	Window   measure.Window
}

// kindCount is how many incidents there are of a kind of operation.
type kindCount struct {
	Label, To string
	N         int
}

// stripParts are the bins of a lag.
var stripParts = []stackPart{{"s1", "up to a day"}, {"s2", "up to a week"}, {"s3", "up to a month"}, {"s4", "up to a year"}, {"s5", "over a year"}, {"s0", "not known"}}

func (s *site) trends(v *visit) error {
	x, err := v.index()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "trends", "Trends", markedAs(x), trendsOf(x))
}

// trendsCSV is the table under one of the pictures as a file.
func (s *site) trendsCSV(v *visit) error {
	x, err := v.index()
	if err != nil {
		return err
	}
	body, id := trendsOf(x), v.r.URL.Query().Get("picture")
	switch id {
	case "timeline":
		v.csv(id, body.Timeline.header(), body.Timeline.lines())
		return nil
	case "recent":
		if st := recentLag(x); st != nil {
			v.csv(id, st.Header(), st.Lines())
			return nil
		}
	case "months":
		m := monthsOf(x, time.Now())
		v.csv(id, m.header(), m.lines())
		return nil
	}
	for _, st := range body.Stacks {
		if st.ID == id {
			v.csv(id, st.Header(), st.Lines())
			return nil
		}
	}
	return threatwatch.Errorf(threatwatch.NotFound, "There is no picture of this name. The links to the tables stand under the pictures of /trends.")
}

// trendsOf draws all pictures, once for each state of the view, or soon after.
func trendsOf(x *index.Index) trendsPage {
	return index.Lately(x, "trends", drawnTrends)
}

func drawnTrends(x *index.Index) trendsPage {
	all := x.Measured()
	var claimed []measure.Incident // what nobody claims, nobody need answer
	for _, in := range all {
		if len(in.Claims) > 0 {
			claimed = append(claimed, in)
		}
	}
	return trendsPage{Total: len(all), Window: x.Window(), Timeline: timelineOf(x, all), Kinds: operations(x), Stacks: []*stack{
		lagStack(all, measure.DiscoveryLag, measure.ByDiscovery, "discovery", "How long it went unseen", x.Changed),
		sectorStack(all, measure.DiscoveryLag),
		lagStack(all, measure.NoticeLag, measure.ByDiscovery, "notice", "How long the people affected were not told", x.Changed),
		lagStack(claimed, measure.AnswerLag, measure.ByIncident, "answer", "How long the accused did not answer a claim", x.Changed),
		basisStack(all),
	}}
}

// cohortWords say which incidents a row holds.
var cohortWords = map[measure.CohortBy]string{measure.ByDiscovery: "by year of discovery", measure.ByIncident: "by year in which it began"}

// lagStack draws a lag by cohorts. By discovery, incidents that nobody found yet are in none. Where most sources give no date of discovery, the years are
// those in which incidents began, and the young ones are marked: what takes long is not found in them yet.
func lagStack(all []measure.Incident, lag measure.Lag, by measure.CohortBy, id, what string, now time.Time) *stack {
	cohorts := lag.Cohorts(all, by, now)
	note := "What is known to the month or the year only is divided over the parts that it may lie in."
	switch {
	case by == measure.ByDiscovery && undated(cohorts):
		by = measure.ByIncident
		cohorts = lag.Cohorts(all, by, now)
		note += " Most sources give no date of discovery, so that years are those in which it began; in young ones what takes long is not found yet."
	case by == measure.ByDiscovery:
		note += " Incidents that nobody has discovered yet are missing."
	}
	st := &stack{ID: id, By: "year", What: "From one step to the other, " + cohortWords[by] + "; each row is divided by the part of its incidents", Parts: stripParts, Note: note}
	known, unknown := 0, 0
	for _, c := range cohorts {
		st.add(cohortLabel(c), stripCounts(c.Strip)...)
		if len(c.Known) > 0 {
			st.median(c.Median)
		}
		known, unknown = known+len(c.Known), unknown+c.Unknown
	}
	st.Finding = fmt.Sprintf("%s: known of %s incidents, not known of %s", what, thousands(known), thousands(unknown))
	return st
}

func cohortLabel(c measure.Cohort) string {
	switch {
	case c.Year == 0:
		return "no year"
	case c.Young:
		return strconv.Itoa(c.Year) + " young"
	}
	return strconv.Itoa(c.Year)
}

// undated says whether most of the lags that are known lie in no year.
func undated(cohorts []measure.Cohort) bool {
	without, all := 0, 0
	for _, c := range cohorts {
		if all += len(c.Known); c.Year == 0 {
			without += len(c.Known)
		}
	}
	return 2*without > all
}

// recentYears are those of the lag strip on the front page.
const recentYears = 5

// recentLag draws how long it went unseen what was discovered in the last years; nil when nothing was.
func recentLag(x *index.Index) *stack {
	return index.Lately(x, "recent lag", func(x *index.Index) *stack {
		var recent []measure.Incident
		for _, in := range x.Measured() {
			if found := in.Milestones[measure.Discovery]; found.Known() && found.Time.Year() > x.Changed.Year()-recentYears {
				recent = append(recent, in)
			}
		}
		if len(recent) == 0 {
			return nil
		}
		st := lagStack(recent, measure.DiscoveryLag, measure.ByDiscovery, "recent", "How long it went unseen", x.Changed)
		st.Bands = nil // /trends has them
		return st
	})
}

func stripCounts(s measure.Strip) (counts []float64) {
	for _, b := range s.Bins {
		counts = append(counts, b.Float())
	}
	return append(counts, s.Unknown.Float())
}

// medianWords is where a median lies.
func medianWords(i measure.Interval) string {
	if math.IsInf(i.Hi, 1) {
		return fmt.Sprintf("over %.0f days", i.Lo)
	}
	return daysWords(i)
}

// shownSectors are how many sectors have a row, those with the most incidents.
const shownSectors = 10

// sectorStack draws a lag by sectors of the victims.
func sectorStack(all []measure.Incident, lag measure.Lag) *stack {
	st := &stack{ID: "sectors", By: "sector", What: "From the compromise to its discovery, by sector of the victim", Parts: stripParts, Left: 110, Note: "An incident that hit several sectors counts in each of them."}
	known, unknown := map[string][]measure.Interval{}, map[string]int{}
	for i := range all {
		days, ok, err := lag.Of(&all[i])
		for _, sector := range all[i].Sectors {
			if ok && err == nil {
				known[sector] = append(known[sector], days)
			} else {
				unknown[sector]++
			}
		}
	}
	count := func(sector string) int { return len(known[sector]) + unknown[sector] }
	var sectors []string
	for sector := range known { // one of which nothing is known has nothing to compare
		sectors = append(sectors, sector)
	}
	slices.SortFunc(sectors, func(a, b string) int { return cmp.Or(count(b)-count(a), cmp.Compare(a, b)) })
	for _, sector := range sectors[:min(len(sectors), shownSectors)] {
		st.add(words(sector), stripCounts(measure.MakeStrip(known[sector], unknown[sector]))...)
		st.median(measure.Turnbull(known[sector]).Quantile(.5))
	}
	st.Finding = fmt.Sprintf("How long it went unseen is known of incidents in %d sectors; those with the most", len(sectors))
	if len(sectors) <= shownSectors {
		st.Finding = fmt.Sprintf("How long it went unseen is known of incidents in %d sectors", len(sectors))
	}
	return st
}

// basisStack draws the years by the basis of the claims that were made in them.
func basisStack(all []measure.Incident) *stack {
	st := &stack{ID: "basis", By: "year", What: "Claims by year in which they were stated, by basis", Parts: []stackPart{{"s3", "technical"}, {"s4", "political"}, {"s5", "legal"}, {"s1", "by the attacker"}, {"s2", "media"}, {"s0", "not stated"}}}
	claims := 0
	for _, y := range measure.Basis(all) {
		label := "no year"
		if y.Year != 0 {
			label = strconv.Itoa(y.Year)
		}
		var counts []float64
		for _, n := range y.Counts {
			counts = append(counts, n.Float())
		}
		st.add(label, counts...)
		claims += y.Claims
	}
	st.Finding = fmt.Sprintf("On what %s claims rest", thousands(claims))
	return st
}

// operations counts incidents by kind of operation, the most first.
func operations(x *index.Index) (list []kindCount) {
	n := map[string]int{}
	for _, e := range x.Entries {
		for _, kind := range e.Facts.Operations {
			n[kind]++
		}
	}
	for kind, k := range n {
		list = append(list, kindCount{watch.OperationKinds.Label(kind), "/incidents?operation=" + kind, k})
	}
	slices.SortFunc(list, func(a, b kindCount) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Label, b.Label)) })
	return list
}
