package match

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// A Gathering is written as JSON and read again, so that patterns of several records go on where an earlier run was. The records of a pattern wait until
// another one comes: only then is it known that the indicator still says the same.

// keptName is a pattern and the indicator that has it.
type keptName struct{ id, text string }

type keptPattern struct {
	ID      string       `json:"id"`
	Text    string       `json:"pattern"`
	Lost    bool         `json:"lost,omitempty"`
	Last    int64        `json:"last,omitempty"`
	Records []keptRecord `json:"records"`
}

type keptRecord struct {
	At   int64   `json:"at"` // microseconds since 1970
	Sure []int32 `json:"sure,omitempty"`
	Open []int32 `json:"open,omitempty"`
	File string  `json:"file"`
	Line int64   `json:"line"`
}

// begin makes room for the records of a pattern, with those of an earlier run.
func (g *Gathering) begin(c *Compound, id string) *gathered {
	of := &gathered{id: id, has: c.eval.NewTally()}
	g.of[c] = of
	name := keptName{id, c.Text}
	k, ok := g.waiting[name]
	if !ok {
		return of
	}
	delete(g.waiting, name)
	g.dormant -= len(k.Records)
	of.lost, of.last = k.Lost, k.Last
	for _, r := range k.Records {
		look, ok := c.eval.LookAt(time.UnixMicro(r.At).UTC(), r.Sure, r.Open)
		if !ok {
			continue
		}
		o := &candidate{Compound: c, look: look, at: r.At, place: Place{r.File, r.Line}}
		of.list, g.order = append(of.list, o), append(g.order, o)
		of.has.Add(&o.look, 1)
		g.kept++
	}
	return of
}

// dropDormant lets go of one pattern's records of an earlier run, to make room.
func (g *Gathering) dropDormant() {
	for name, k := range g.waiting {
		delete(g.waiting, name)
		g.dormant -= len(k.Records)
		return
	}
}

// Changes rises whenever a record is taken in: what has not changed need not be written again.
func (g *Gathering) Changes() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.changes
}

// MarshalJSON writes what is kept.
func (g *Gathering) MarshalJSON() ([]byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := []keptPattern{}
	for _, k := range g.waiting {
		all = append(all, k)
	}
	for c, of := range g.of {
		k := keptPattern{ID: of.id, Text: c.Text, Lost: of.lost, Last: of.last}
		for _, o := range of.list {
			sure, open := o.look.Leaves()
			k.Records = append(k.Records, keptRecord{o.at, sure, open, o.place.File, o.place.Line})
		}
		if len(k.Records) > 0 || k.Lost {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b keptPattern) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Text, b.Text)) })
	return json.Marshal(all)
}

// UnmarshalJSON reads what an earlier run kept, into a Gathering that has taken in nothing.
func (g *Gathering) UnmarshalJSON(raw []byte) error {
	var all []keptPattern
	if err := json.Unmarshal(raw, &all); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting, g.dormant = map[keptName]keptPattern{}, 0
	for _, k := range all {
		name := keptName{k.ID, k.Text}
		if _, twice := g.waiting[name]; twice || g.dormant+len(k.Records) > keptAll || len(k.Records) > keptEach {
			continue
		}
		g.waiting[name] = k
		g.dormant += len(k.Records)
	}
	return nil
}
