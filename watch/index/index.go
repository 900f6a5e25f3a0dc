// Package index holds the incidents of one view in memory, with what is said of each: pages, feeds and notices read it. It follows its view, so
// that it is what the view shows at the moment of asking, and no more.
package index

import (
	"slices"
	"strings"
	"time"

	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/measure"
)

// Index is the incidents of a view at one moment. It does not change.
type Index struct {
	Entries []*Entry      // those that count, the last disclosed first
	Gone    []*Entry      // retracted and merged ones: tombstones, the last changed first
	Actors  []*Actor      // whom claims name, the most named first
	Known   measure.Names // the actors, as the measures have them
	Changed time.Time
	Highest stix.Level // the strictest marking of all

	byID, bySlug map[string]*Entry
	ofClaim      map[string]*Entry
	actors       map[string]*Actor
	same         map[*Entry][]*Entry
	apart        map[[2]string]bool
	decisions    []Decision
	names        map[string]*Name
	values       [][]string // of each facet, by number
	orders       map[string]*order
	held         *held
	figures      *figures
}

// Name is what is known of somebody or of some place: an actor, an identity, a location.
type Name struct {
	ID, Type, Name string
	Aliases        []string
	Country        string // of a location
	Class          string // identity_class of an identity
	Marking        stix.Level
}

// Told is how an object came here.
type Told struct {
	Marking stix.Level
	Source  string // "" where it may not be named
	Added   time.Time
}

// Entry is an incident with what is said of it.
type Entry struct {
	*watch.Incident
	Told
	Text                  string    // how the description begins
	Claims                []*Claim  // the first stated first
	Stances               []*Stance // on the incident itself
	Badges                []string  // of Badges
	Highest               stix.Level
	Campaigns, Indicators []string // ids of those that it is tied to
	Merger                *Merger  // by whose word it goes on in another record; nil: by nobody's
	Void                  []Void   // claims and answers that were recorded in error, the last revoked first

	hay                          string    // what is searched, in small letters
	counts                       [][]int32 // for each facet, under which of its values it counts
	disclosed, occurred, changed time.Time // by which it is ordered; see settle
	measured                     *measure.Incident
}

// Claim is a claim with who makes it, whom it names and what is answered.
type Claim struct {
	*watch.Claim
	Told
	Claimant, Accused *Name
	Stances           []*Stance
}

// Stance is a stance with who holds it.
type Stance struct {
	*watch.Stance
	Told
	Holder *Name
}

// Actor is whom claims name, with the incidents.
type Actor struct {
	*Name
	Incidents []*Entry // the last disclosed first
	Parents   []*Name  // what it is said to be part of
}

// Get finds an entry by its slug or its id; tombstones too.
func (x *Index) Get(name string) *Entry {
	if e := x.bySlug[name]; e != nil {
		return e
	}
	return x.byID[name]
}

// Actor finds whom claims name by id.
func (x *Index) Actor(id string) *Actor { return x.actors[id] }

// Holding is the entry that an id is of: of the incident itself, or of a claim about it.
func (x *Index) Holding(id string) *Entry {
	if e := x.byID[id]; e != nil {
		return e
	}
	return x.ofClaim[id]
}

// As is the entry as another version of the incident tells it.
func (e *Entry) As(in *watch.Incident) *Entry {
	c := *e
	c.Incident, c.Text = in, cut(in.Description, beginning)
	c.settle()
	return &c
}

// Same are the other entries of which a person said that they are the same incident.
func (x *Index) Same(e *Entry) []*Entry { return x.same[e] }

// Name is what is known of an id; something to show where nothing is.
func (x *Index) Name(id string) *Name {
	if n := x.names[id]; n != nil {
		return n
	}
	return unknown(id)
}

// Named are those of some types that have an id, a name or an alias, by id.
func (x *Index) Named(name string, types ...string) (list []*Name) {
	for _, n := range x.names {
		if slices.Contains(types, n.Type) && (n.ID == name || n.Called(name)) {
			list = append(list, n)
		}
	}
	slices.SortFunc(list, func(a, b *Name) int { return strings.Compare(a.ID, b.ID) })
	return list
}

func unknown(id string) *Name {
	typ, _ := stix.SplitID(id)
	return &Name{ID: id, Type: typ}
}

// Label is what pages call it.
func (n *Name) Label() string {
	if n.Name == "" {
		return "somebody who is not named here"
	}
	return n.Name
}

// Called says whether it has that name, among its aliases too; letters may be large or small.
func (n *Name) Called(name string) bool {
	return strings.EqualFold(n.Name, name) || slices.ContainsFunc(n.Aliases, func(a string) bool { return strings.EqualFold(a, name) })
}

// Place is the address of the entry's page, below /incidents/.
func (e *Entry) Place() string {
	if e.Facts.Slug != "" {
		return e.Facts.Slug
	}
	return e.ID
}

// Denials are the answers of the accused to a claim, or to all of it.
func (e *Entry) Denials() (list []*Stance) {
	for _, s := range e.all() {
		if s.Denies() {
			list = append(list, s)
		}
	}
	return list
}

// Gravities are the views on how grave it is.
func (e *Entry) Gravities() (list []*Stance) {
	for _, s := range e.Stances {
		if s.Gravity() {
			list = append(list, s)
		}
	}
	return list
}

// all are the stances on the incident and on its claims, each once.
func (e *Entry) all() (list []*Stance) {
	list = slices.Clone(e.Stances)
	for _, c := range e.Claims {
		for _, s := range c.Stances {
			if !slices.ContainsFunc(list, func(x *Stance) bool { return x.ID == s.ID }) {
				list = append(list, s)
			}
		}
	}
	return list
}

// Changed is when something about it came in last: a version of the incident, a claim, an answer.
func (e *Entry) Changed() time.Time { return e.changed }

// settle keeps what is asked of an entry in every list: its times, what is searched, what is measured.
func (e *Entry) settle() {
	e.measured = e.measure()
	e.hay = e.haystack()
	e.disclosed, e.occurred, e.changed = e.Disclosed().Time, e.Occurred().Time, e.lastAdded()
}

func (e *Entry) lastAdded() time.Time {
	at := e.Added
	later := func(t time.Time) {
		if t.After(at) {
			at = t
		}
	}
	for _, c := range e.Claims {
		later(c.Added)
	}
	for _, s := range e.all() {
		later(s.Added)
	}
	for _, v := range e.Void {
		later(v.Told().Added)
	}
	if e.Merger != nil {
		later(e.Merger.Added)
	}
	return at
}
