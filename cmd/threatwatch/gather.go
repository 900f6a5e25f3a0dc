package main

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"threatwatch/intake"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/watch/index"
)

// gatherEvery is how long after it came in an object may be new to those who poll a collection of the watch.
const gatherEvery = 2 * time.Second

// nobody is no organisation's name: these have no blanks.
const nobody = "an organisation of no name"

// readersOf is what all who may read a collection may see: of a public one what everybody sees, else what every member of the exchange sees. A filter over more
// would tell, by what it selects, what is known to some.
func readersOf(c store.Collection) release.Subject {
	if c.Public {
		return release.Subject{Kind: release.Public}
	}
	return release.Subject{Kind: release.Client, Org: nobody, Name: c.Title}
}

// watchFilter reads the rule of a gathering: the query of an address, as pages and feeds have it.
func watchFilter(rule string) (*index.Filter, error) {
	q, err := url.ParseQuery(rule)
	if err != nil {
		return nil, err
	}
	return index.ParseFilter(q)
}

// gatherer fills the collections that a filter of the watch selects: incidents with the claims about them and the stances on both. What was selected once stays:
// its corrections, its retraction and what is withdrawn go to whoever got the original.
type gatherer struct {
	store  store.Store
	intake *intake.Intake
	keeper *index.Keeper
	known  map[string]*gathered // by the UUID of the collection
}

// gathered is what a collection holds, as far as this process has seen to it.
type gathered struct {
	ids     map[string]bool      // of objects in it
	changed map[string]time.Time // of incidents: when the newest of what was gathered came in
	at      store.Stamp          // up to where the log was read for new versions
}

func (a *app) newGatherer(st store.Store) (*gatherer, error) {
	rel, err := a.releaser(st)
	if err != nil {
		return nil, err
	}
	return &gatherer{st, intake.New(st, time.Now), index.NewKeeper(rel), map[string]*gathered{}}, nil
}

// run gathers until the context ends. Several processes may do so: what is in stays as it is.
func (g *gatherer) run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(gatherEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := g.all(ctx); err != nil && ctx.Err() == nil {
			log.Warn("cannot fill the collections of the watch", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// all sees to every collection once.
func (g *gatherer) all(ctx context.Context) error {
	list, err := g.intake.Gatherings(ctx)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := g.one(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (g *gatherer) one(ctx context.Context, c intake.Gathering) error {
	filter, err := watchFilter(c.Rule)
	if err != nil {
		return err
	}
	k, err := g.begin(ctx, c)
	if err != nil {
		return err
	}
	if err := g.versions(ctx, c, k); err != nil {
		return err
	}
	x, err := g.keeper.Of(ctx, readersOf(c.Collection), release.TaxiiRead)
	if err != nil {
		return err
	}
	for _, e := range slices.Concat(x.Entries, x.Gone) {
		if at := e.Changed(); at.After(k.changed[e.ID]) && (k.ids[e.ID] || filter.Match(e) && e.Facts.RecordState != "draft") {
			if err := g.take(ctx, c, k, tellingOf(e)); err != nil {
				return err
			}
			k.changed[e.ID] = at
		}
	}
	return nil
}

// begin finds what a collection holds when this process sees it first.
func (g *gatherer) begin(ctx context.Context, c intake.Gathering) (*gathered, error) {
	if k := g.known[c.UUID]; k != nil {
		return k, nil
	}
	k := &gathered{ids: map[string]bool{}, changed: map[string]time.Time{}}
	err := g.store.Read(ctx, func(s store.Snapshot) error {
		q := store.Query{Labels: everything{}, Collections: []store.CollectionID{c.ID}, NoBodies: true}
		return s.Members(ctx, q, func(r *store.Row) error { k.ids[r.ID] = true; return nil })
	})
	if err == nil {
		g.known[c.UUID] = k
	}
	return k, err
}

// gatherBatch bounds how many objects are looked for in one reading.
const gatherBatch = 500

// versions takes in new versions of what is in a collection: also the one that revokes a claim, which no incident shows any more.
func (g *gatherer) versions(ctx context.Context, c intake.Gathering, k *gathered) error {
	for len(k.ids) > 0 {
		var ids []string
		n, at := 0, k.at
		err := g.store.Read(ctx, func(s store.Snapshot) error {
			q := store.Query{Labels: everything{}, Types: []string{"incident", "relationship", "opinion", "note"}, Version: store.Version{All: true}, After: at, Limit: gatherBatch, NoBodies: true}
			return s.Members(ctx, q, func(r *store.Row) error {
				if n, at = n+1, r.Added; k.ids[r.ID] {
					ids = append(ids, r.ID)
				}
				return nil
			})
		})
		if err == nil && len(ids) > 0 {
			err = g.take(ctx, c, k, ids)
		}
		if err != nil {
			return err
		}
		if k.at = at; n < gatherBatch {
			return nil
		}
	}
	return nil
}

func (g *gatherer) take(ctx context.Context, c intake.Gathering, k *gathered, ids []string) error {
	if _, err := g.intake.Gather(ctx, c.ID, ids); err != nil {
		return err
	}
	for _, id := range ids {
		k.ids[id] = true
	}
	return nil
}

// tellingOf are the ids of what tells of an incident: itself, claims, stances, and the word by which it goes on in another record.
func tellingOf(e *index.Entry) []string {
	ids := []string{e.ID}
	for _, s := range e.Stances {
		ids = append(ids, s.ID)
	}
	for _, c := range e.Claims {
		ids = append(ids, c.ID)
		for _, s := range c.Stances {
			ids = append(ids, s.ID)
		}
	}
	if e.Merger != nil {
		ids = append(ids, e.Merger.Tie)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// everything is the set of all labels: who may see an object is decided where it leaves.
type everything struct{}

// Has says yes.
func (everything) Has(store.LabelID) bool { return true }

// All says yes.
func (everything) All() bool { return true }

// IDs is not asked for.
func (everything) IDs() []store.LabelID { return nil }
