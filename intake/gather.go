package intake

import (
	"context"
	"encoding/json"
	"slices"

	"threatwatch"
	"threatwatch/store"
)

// A gathering is a collection whose members somebody chooses among what is held, by a rule that a saved filter of the store cannot express. An object gets
// a stamp of its own when it is chosen, so that who polls misses nothing that was held long before it was. A gathering keeps nothing: what left every
// other collection leaves it too.
//
//	kind "gathering", key UUID of the collection, document {"rule": text}
const gatheringKind = "gathering"

type gatheringDoc struct {
	Rule string `json:"rule"`
}

// Gathering is a collection with the rule by which its members are chosen, in the words of who chooses.
type Gathering struct {
	store.Collection
	Rule string
}

// AddGathering adds a collection for what a rule chooses.
func (in *Intake) AddGathering(ctx context.Context, c store.Collection, rule string) (store.Collection, error) {
	if c.Writable || c.Filter != nil || c.Source != 0 {
		return c, threatwatch.Errorf(threatwatch.Invalid, "collection %s: what is gathered by a rule is no inbox, no source's and no saved filter", c.Title)
	}
	doc, err := json.Marshal(gatheringDoc{rule})
	if err != nil {
		return c, err
	}
	want := c
	err = in.store.Update(ctx, func(tx store.Tx) error {
		c = want
		if err := addCollection(ctx, tx, &c); err != nil {
			return err
		}
		return tx.PutRecord(ctx, gatheringKind, c.UUID, doc)
	})
	return c, err
}

// Gatherings lists the collections of which members are chosen by a rule.
func (in *Intake) Gatherings(ctx context.Context) (list []Gathering, err error) {
	err = in.store.Read(ctx, func(s store.Snapshot) error {
		list, err = gatherings(ctx, s)
		return err
	})
	return list, err
}

func gatherings(ctx context.Context, s store.Snapshot) (list []Gathering, err error) {
	rules := map[string]string{}
	err = s.Records(ctx, gatheringKind, "", func(key string, raw []byte) error {
		var doc gatheringDoc
		if err := json.Unmarshal(raw, &doc); err != nil {
			return threatwatch.Errorf(threatwatch.Internal, "record of gathering %s: %w", key, err)
		}
		rules[key] = doc.Rule
		return nil
	})
	if err != nil || len(rules) == 0 {
		return nil, err
	}
	all, err := s.Collections(ctx)
	for _, c := range all {
		if rule, ok := rules[c.UUID]; ok {
			list = append(list, Gathering{c, rule})
		}
	}
	return list, err
}

// Gather makes members of a gathering what is held under some ids, in every version and of every source, each with a new stamp. What is a member already stays as
// it is. It returns how many came in.
func (in *Intake) Gather(ctx context.Context, c store.CollectionID, ids []string) (n int, err error) {
	var missing []store.Head
	if err := in.store.Read(ctx, func(s store.Snapshot) error { missing, err = strangers(ctx, s, c, ids); return err }); err != nil || len(missing) == 0 {
		return 0, err
	}
	err = in.store.Update(ctx, func(tx store.Tx) error {
		missing, err := strangers(ctx, tx, c, ids)
		if err != nil {
			return err
		}
		puts := make([]*store.Put, len(missing))
		for i, h := range missing {
			puts[i] = &store.Put{Head: h, Collections: []store.CollectionID{c}}
		}
		n = len(puts)
		dup, err := tx.Put(ctx, puts)
		if err == nil && len(dup) != len(puts) {
			return threatwatch.Errorf(threatwatch.Internal, "gather: %d of %d were not held", len(puts)-len(dup), len(puts))
		}
		return err
	})
	return n, err
}

// strangers are what is held under some ids, in the order in which it came, and is no member of a collection.
func strangers(ctx context.Context, s store.Snapshot, c store.CollectionID, ids []string) (list []store.Head, err error) {
	members := map[store.OID]bool{}
	q := store.Query{Labels: everything{}, Collections: []store.CollectionID{c}, IDs: ids, Version: store.Version{All: true}, NoBodies: true}
	if err := s.Members(ctx, q, func(r *store.Row) error { members[r.OID] = true; return nil }); err != nil {
		return nil, err
	}
	held, err := s.Heads(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, heads := range held {
		for _, h := range heads {
			if !members[h.OID] && h.Flags&store.Quarantined == 0 {
				list = append(list, h)
			}
		}
	}
	slices.SortFunc(list, func(a, b store.Head) int { return int(a.OID - b.OID) })
	return list, nil
}

// leaveGatherings takes out of all gatherings the assertions of an id that no other collection holds any more.
func leaveGatherings(ctx context.Context, tx store.Tx, id string) error {
	list, err := gatherings(ctx, tx)
	if err != nil || len(list) == 0 {
		return err
	}
	all, err := tx.Collections(ctx)
	if err != nil {
		return err
	}
	var others, gathered []store.CollectionID
	for _, c := range all {
		if slices.ContainsFunc(list, func(g Gathering) bool { return g.ID == c.ID }) {
			gathered = append(gathered, c.ID)
		} else {
			others = append(others, c.ID)
		}
	}
	kept := map[store.OID]bool{}
	q := store.Query{Labels: everything{}, Collections: others, IDs: []string{id}, Version: store.Version{All: true}, Quarantined: true, NoBodies: true}
	if err := tx.Members(ctx, q, func(r *store.Row) error { kept[r.OID] = true; return nil }); err != nil {
		return err
	}
	for _, c := range gathered {
		var left []store.OID
		q.Collections = []store.CollectionID{c}
		err := tx.Members(ctx, q, func(r *store.Row) error {
			if !kept[r.OID] {
				left = append(left, r.OID)
			}
			return nil
		})
		if err == nil && len(left) > 0 {
			err = tx.Delete(ctx, c, left)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
