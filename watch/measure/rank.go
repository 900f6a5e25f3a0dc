package measure

import (
	"cmp"
	"maps"
	"slices"
)

// Nobody is the row of what no claim explains.
const Nobody = "unattributed"

// Ranking is who is most active and persistent, in one reading. There is no composite of the two: an actor stands before those that are both less
// active and less persistent.
type Ranking struct {
	Reading      Reading
	Level        Level
	Window       Window // with its beginning
	Seed         uint64
	Incidents    int
	Undated      int     // incidents that lie in no window, as they have no date
	Unattributed Row     // what is unknown, as if it were an actor; named are the incidents without any claim
	Insiders     Row     // no two incidents have the same insider
	Unknown      float64 // the unattributed share of all incidents
	Rows         []Row
	Few          int // actors that are named in fewer than five incidents, and not ranked
}

// Row is one actor.
type Row struct {
	Actor       string
	Layer       int // 1 for those that nobody surpasses in activity and persistence, 2 for those that only they surpass, …
	Activity    Activity
	Persistence Persistence
	Drawn       Drawn
	Incidents   []string // ids of those that a claim lays to it, so that each bar links to its claims
}

// weighed is an incident with what its claims support.
type weighed struct {
	dated
	Weighing
}

// Rank ranks the actors that are named in five incidents or more of a window. The same incidents give the same ranking, in whatever order they
// come.
func (m Method) Rank(incidents []Incident, w Window, seed uint64) Ranking {
	r := Ranking{Reading: m.Reading, Level: m.Level, Seed: seed}
	list, undated := w.in(incidents)
	r.Window, r.Incidents, r.Undated = w, len(list), undated
	var all []weighed
	sightings := map[string][]sighting{Nobody: nil, Insiders: nil} // which always have their rows
	attributed := 0.0
	for _, d := range list {
		x := weighed{d, m.Weigh(*d.Incident)}
		all = append(all, x)
		for _, s := range x.Actors {
			sightings[s.Actor] = append(sightings[s.Actor], sighting{d, s.P, s.Claims > 0 || s.Actor == Insiders})
			attributed += s.P
		}
		sightings[Nobody] = append(sightings[Nobody], sighting{d, x.Unknown, len(x.Actors) == 0})
	}
	rows := map[string]Row{}
	for actor, list := range sightings {
		rows[actor] = r.row(actor, list, attributed)
	}
	r.Unattributed, r.Insiders = rows[Nobody], rows[Insiders]
	r.Unattributed.Activity.Share = 0
	if len(list) > 0 {
		r.Unknown = r.Unattributed.Activity.Expected / float64(len(list))
	}
	r.rank(rows, all)
	return r
}

// row measures one actor, without draws.
func (r *Ranking) row(actor string, list []sighting, attributed float64) Row {
	row := Row{Actor: actor, Activity: measureActivity(list, r.Window.Months()), Persistence: measurePersistence(list, r.Window.To)}
	if attributed > 0 {
		row.Activity.Share = row.Activity.Expected / attributed
	}
	for _, s := range list {
		if s.named {
			row.Incidents = append(row.Incidents, s.ID)
		}
	}
	return row
}

// rank orders the actors by layer, within a layer by the lower bound of activity.
func (r *Ranking) rank(rows map[string]Row, all []weighed) {
	var actors []string
	for _, actor := range slices.Sorted(maps.Keys(rows)) {
		switch {
		case actor == Nobody || actor == Insiders:
		case rows[actor].Activity.Named < enough:
			r.Few++
		default:
			actors = append(actors, actor)
		}
	}
	for i, drawn := range newDrawer(r.Seed, actors, all, r.Window.To).run() {
		row := rows[actors[i]]
		row.Drawn = drawn
		r.Rows = append(r.Rows, row)
	}
	setLayers(r.Rows)
	slices.SortStableFunc(r.Rows, func(a, b Row) int {
		return cmp.Or(a.Layer-b.Layer, cmp.Compare(b.Drawn.Incidents.Lo, a.Drawn.Incidents.Lo), cmp.Compare(b.Activity.Expected, a.Activity.Expected))
	})
}

// setLayers peels Pareto layers of expected incidents and expected active months: a layer holds those that nobody left surpasses in one and
// equals in the other.
func setLayers(rows []Row) {
	surpasses := func(a, b *Row) bool {
		x, y := a.Activity.Expected-b.Activity.Expected, a.Persistence.Months-b.Persistence.Months
		return x >= 0 && y >= 0 && (x > 0 || y > 0)
	}
	for layer, left := 1, len(rows); left > 0; layer++ {
		var peeled []int
		for i := range rows {
			if rows[i].Layer == 0 && !slices.ContainsFunc(rows, func(o Row) bool { return o.Layer == 0 && surpasses(&o, &rows[i]) }) {
				peeled = append(peeled, i)
			}
		}
		for _, i := range peeled {
			rows[i].Layer = layer
		}
		left -= len(peeled)
	}
}
