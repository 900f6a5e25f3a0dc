package release

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"threatwatch"
	"threatwatch/label"
	"threatwatch/store"
)

// Releaser makes views over a store.
type Releaser struct {
	store  store.Store
	secret []byte
	now    func() time.Time
	policy []rule

	mu     sync.RWMutex // protects labels
	labels map[store.LabelID]label.Label

	known knownMemo
}

// New returns a Releaser. secret (32 bytes or more, kept for the life of the data) authenticates cursors and makes the ids of redacted copies.
func New(s store.Store, secret []byte, now func() time.Time) *Releaser {
	if now == nil {
		now = time.Now
	}
	return &Releaser{store: s, secret: slices.Clone(secret), now: now, policy: rules(), labels: map[store.LabelID]label.Label{}}
}

// View is what one subject may see. It holds no state of a request: each call reads one snapshot.
type View struct {
	r *Releaser
	s Subject
	a Action

	plain bool // it is a common one: nothing that has to be looked at part by part is in it
}

// View returns the view of a subject for an action.
func (r *Releaser) View(s Subject, a Action) *View { return &View{r: r, s: s, a: a} }

// Subject is who looks.
func (v *View) Subject() Subject { return v.s }

// Item is one object as the view shows it.
type Item struct {
	ID, Type          string
	Modified, Created int64 // microseconds since 1970; Modified is the version
	Added             store.Stamp
	Source            string // name of the source, "" where the label forbids to name it
	Label             label.Label
	Redacted          bool // a copy with parts left out, under an id of its own (STIX 2.1 §3.6)
	Revoked, V20      bool
	Quarantined       bool   // shown to operators only
	Raw               []byte // valid within the callback
}

// glance is one call's snapshot with what the view makes of it.
type glance struct {
	*View
	ctx     context.Context
	snap    store.Snapshot
	set     *labelSet
	now     int64                           // one moment for all decisions
	sources map[store.SourceID]store.Source // shared by all glances
	odd     map[store.OID]sighting          // what was looked at part by part, when somebody follows
	looked  bool                            // some object of somebody else was looked at part by part

	sights   map[store.OID]*sight // what was looked at
	targets  map[string]*target   // what it refers to
	knowing  map[string]bool      // which organisation knows of what; see privy
	net      int                  // how many are being decided together,
	netBytes int                  // and their bytes
}

func (v *View) read(ctx context.Context, f func(*glance) error) error {
	return v.r.store.Read(ctx, func(snap store.Snapshot) error {
		g := &glance{View: v, ctx: ctx, snap: snap, now: v.r.now().UnixMicro()}
		var err error
		if g.set, err = v.visible(ctx, snap, g.now); err != nil {
			return err
		}
		if g.sources, err = sourcesOf(ctx, snap); err != nil {
			return err
		}
		return f(g)
	})
}

type sourcesKey struct{}

// sourcesOf are the sources by number.
func sourcesOf(ctx context.Context, snap store.Snapshot) (map[store.SourceID]store.Source, error) {
	return store.Derived(snap, sourcesKey{}, func() (map[store.SourceID]store.Source, error) {
		list, err := snap.Sources(ctx)
		sources := make(map[store.SourceID]store.Source, len(list))
		for _, s := range list {
			sources[s.ID] = s
		}
		return sources, err
	})
}

// labelSet is a set of labels as the store takes it.
type labelSet struct {
	all bool
	ids []store.LabelID // ascending
}

func (s *labelSet) Has(id store.LabelID) bool {
	if s.all {
		return true
	}
	_, has := slices.BinarySearch(s.ids, id)
	return has
}
func (s *labelSet) All() bool            { return s.all }
func (s *labelSet) IDs() []store.LabelID { return s.ids }

// visible computes the set of labels that the policy allows.
func (v *View) visible(ctx context.Context, snap store.Snapshot, now int64) (*labelSet, error) {
	set := &labelSet{}
	if v.operator() {
		set.all = true
	}
	bodies, err := snap.LabelBodies(ctx)
	if err != nil {
		return nil, err
	}
	for id, body := range bodies {
		if decide(v.r.policy, v.s, v.r.label(id, body), v.a, now).Allow {
			set.ids = append(set.ids, id)
		}
	}
	slices.Sort(set.ids)
	return set, nil
}

func (v *View) operator() bool {
	return v.s.Kind == Operator && v.a.within()
}

// label returns a label by number. A body that cannot be read is for nobody.
func (r *Releaser) label(id store.LabelID, body string) label.Label {
	r.mu.RLock()
	l, ok := r.labels[id]
	r.mu.RUnlock()
	if ok {
		return l
	}
	l, err := label.Parse(body)
	if err != nil {
		l.Mixed, l.Unknown = true, true
	}
	r.mu.Lock()
	r.labels[id] = l
	r.mu.Unlock()
	return l
}

func (g *glance) labelOf(id store.LabelID) label.Label { return g.r.label(id, "") }

// own says that the subject's organisation said it: it gets what it sent, raw.
func (g *glance) own(l label.Label) bool {
	return g.operator() || (g.s.Kind == Person || g.s.Kind == Client) && g.s.Org != "" && g.s.Org == l.Owner && !l.Mixed && g.a != PublishPublic
}

// item turns a row into what the view shows of it; nil when it shows nothing.
func (g *glance) item(r *store.Row) (*Item, error) {
	if r.Flags&store.Quarantined != 0 && !g.operator() || !g.set.Has(r.Label) {
		return nil, nil
	}
	l := g.labelOf(r.Label)
	it := &Item{ID: r.ID, Type: r.Type, Modified: r.Modified, Created: r.Created, Added: r.Added, Label: l, Source: g.sourceName(r.Source, l), Raw: r.Raw,
		Revoked: r.Flags&store.Revoked != 0, V20: r.Flags&store.V20 != 0, Quarantined: r.Flags&store.Quarantined != 0}
	if r.Flags&store.Check == 0 || g.operator() {
		return it, nil
	}
	it, err := g.part(it, r)
	if g.odd != nil && err == nil {
		g.odd[r.OID] = sighting{r.Added, shown(it)}
	}
	return it, err
}

// bareItem is item for pages of which only the bytes are wanted: what leaves as it is comes as one Item, used again for each row.
func (g *glance) bareItem() func(*store.Row) (*Item, error) {
	var it Item
	return func(r *store.Row) (*Item, error) {
		if r.Flags&(store.Check|store.Quarantined) != 0 || !g.set.Has(r.Label) {
			return g.item(r)
		}
		it.Added, it.Raw = r.Added, r.Raw
		return &it, nil
	}
}

func (g *glance) sourceName(id store.SourceID, l label.Label) string {
	if l.Nameless() && !g.own(l) {
		return ""
	}
	if s := g.sources[id]; s.Public || g.s.Kind != Public {
		return s.Name
	}
	return ""
}

// named are the labels under which the source may be named: what is not to be credited is in no collection that bears its source's name.
func (g *glance) named() *labelSet {
	if g.set.all {
		return g.set
	}
	set := &labelSet{}
	for _, id := range g.set.ids {
		if l := g.labelOf(id); !l.Nameless() || g.own(l) {
			set.ids = append(set.ids, id)
		}
	}
	return set
}

// ofSource says that a collection tells whose objects are in it.
func ofSource(c store.Collection) bool {
	return c.Source != 0 || c.Filter != nil && c.Filter.Sources != nil
}

// subjectKey names the subject within cursors and redacted ids.
func (v *View) subjectKey() string {
	s := v.s
	s.Name = ""
	if v.a == PublishPublic {
		s = Subject{Kind: Public}
	}
	s.ClientOf = slices.Sorted(slices.Values(s.ClientOf))
	b, err := json.Marshal(s)
	if err != nil { // only strings are in it
		panic(err)
	}
	sum := sha256.Sum256(b)
	return string(sum[:])
}

// rightsKey names the subject without saying which person of its organisation it is: what is meant for persons by name is told apart by the labels that they may see.
func (v *View) rightsKey() string {
	if v.plain {
		return v.commonKey()
	}
	w := *v
	w.s.Person, w.s.Plain = "", false
	return w.subjectKey()
}

// Key names the view: two of the same key show the same, always.
func (v *View) Key() string {
	if v.plain {
		return v.commonKey()
	}
	return string(v.a) + "\n" + v.subjectKey()
}

// Collection is a collection as a subject sees it.
type Collection struct {
	store.Collection
	CanRead  bool
	CanWrite bool // set by who knows the caller's role
	// State, set by [View.Collection], is the same as long as all pages are the same that this subject gets of the collection.
	State string
}

// Collections lists what the subject may know of, in a stable order.
func (v *View) Collections(ctx context.Context) (out []Collection, err error) {
	err = v.read(ctx, func(g *glance) error {
		out, err = g.collections()
		return err
	})
	return out, err
}

func (g *glance) collections() (out []Collection, err error) {
	all, err := g.snap.Collections(g.ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		ok, err := g.knows(c)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, Collection{Collection: c, CanRead: true})
		}
	}
	return out, nil
}

// knows says whether the subject may know of a collection. That of somebody else's source is known to those for whom what it says is meant,
// or to whom something in it is visible; its name alone could tell too much.
func (g *glance) knows(c store.Collection) (bool, error) {
	switch {
	case c.Public || g.operator():
		return true, nil
	case g.s.Kind == Public || g.a == PublishPublic:
		return false, nil
	}
	src := g.sources[c.Source]
	if c.Source == 0 || src.Owner != "" && src.Owner == g.s.Org || g.meantFor(src) {
		return true, nil
	}
	return g.sees(c)
}

// sees says whether something in a collection is visible. It is counted, which is quick where nothing is; a walk over the members is not.
func (g *glance) sees(c store.Collection) (bool, error) {
	last, err := g.snap.LastStamp(g.ctx)
	if err != nil {
		return false, err
	}
	set := g.named()
	key := knownKey(c.ID, set)
	if seen, ok := g.r.known.get(last, key); ok {
		return seen, nil
	}
	seen, plain := false, true // plain: nothing was looked at part by part, which depends on more than labels
	counts, err := g.snap.Count(g.ctx, set, []store.CollectionID{c.ID}, func(r *store.Row) (string, error) {
		plain = false
		id, err := g.as(r)
		if err == nil && id != "" {
			seen, err = true, store.Stop
		}
		return id, err
	})
	if errors.Is(err, store.Stop) {
		err = nil
	}
	for _, n := range counts {
		seen = seen || n > 0
	}
	if err == nil && plain {
		g.r.known.put(last, key, seen)
	}
	return seen, err
}

// meantFor says that what a source says is, unless marked otherwise, for the subject.
func (g *glance) meantFor(s store.Source) bool {
	if s.Default == "" {
		return false
	}
	l, err := label.Parse(s.Default)
	l.Owner = s.Owner
	return err == nil && !l.Nameless() && decide(g.r.policy, g.s, l, g.a, g.now).Allow
}

// Collection finds one by UUID or alias; NotFound also when the subject may not know of it. Clients of collections remember the last stamp
// they saw, or when they asked: what was stamped in an earlier second stands in the state and in all that is read after this.
func (v *View) Collection(ctx context.Context, id string) (out Collection, err error) {
	if err := v.r.store.Settled(ctx); err != nil {
		return Collection{}, err
	}
	err = v.read(ctx, func(g *glance) error {
		if out, err = g.collection(id); err != nil {
			return err
		}
		out.State, err = g.state(out.Collection)
		return err
	})
	return out, err
}

// collection finds one by UUID, which nobody can guess, or by alias. For an alias all collections are gone through, so that the time to
// answer does not tell one that is withheld from one that does not exist.
func (g *glance) collection(id string) (Collection, error) {
	all, err := g.snap.Collections(g.ctx)
	if err != nil {
		return Collection{}, err
	}
	if i := slices.IndexFunc(all, func(c store.Collection) bool { return id != "" && c.UUID == id }); i >= 0 {
		if ok, err := g.knows(all[i]); ok || err != nil {
			return Collection{Collection: all[i], CanRead: ok}, err
		}
	}
	known, err := g.collections()
	if err != nil {
		return Collection{}, err
	}
	for _, c := range known {
		if id != "" && c.Alias == id {
			return c, nil
		}
	}
	return Collection{}, threatwatch.Errorf(threatwatch.NotFound, "no collection %s", id)
}
