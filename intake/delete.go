package intake

import (
	"context"
	"encoding/json"
	"slices"

	"threatwatch"
	"threatwatch/label"
	"threatwatch/store"
)

// Delete takes versions of an object out of a collection, or out of all when that is 0. Only the source that owns the object may: for everybody else it is not there.
// The zero Version means the last one, as the filter's default says (TAXII 2.1 §3.4, §5.6); All means every version. Other collections
// keep the object, but for gatherings. Labels of what refers to it stay as they are: an end that is gone does not loosen a relationship, and no reference
// leaves that did not before.
func (in *Intake) Delete(ctx context.Context, by Submission, collection store.CollectionID, id string, v store.Version) (int, error) {
	n := 0
	err := in.store.Update(ctx, func(tx store.Tx) error {
		var oids []store.OID
		var held []store.LabelID
		q := store.Query{Labels: everything{}, Sources: []store.SourceID{by.Source}, IDs: []string{id}, Version: v, Quarantined: true, NoBodies: true}
		if collection != 0 {
			q.Collections = []store.CollectionID{collection}
		}
		err := tx.Members(ctx, q, func(r *store.Row) error {
			oids, held = append(oids, r.OID), append(held, r.Label)
			return nil
		})
		if err != nil {
			return err
		}
		if n = len(oids); n == 0 {
			return threatwatch.Errorf(threatwatch.NotFound, "no object %s", id)
		}
		if err := tx.Delete(ctx, collection, oids); err != nil {
			return err
		}
		if err := leaveGatherings(ctx, tx, id); err != nil {
			return err
		}
		if err := leaveMark(ctx, tx, by.Source, id, held); err != nil {
			return err
		}
		return forget(ctx, tx, oids)
	})
	if err != nil {
		return 0, err
	}
	in.mu.Lock()
	delete(in.held, by.Source)
	in.mu.Unlock()
	return n, nil
}

// forget drops the records of assertions that are gone altogether.
func forget(ctx context.Context, tx store.Tx, oids []store.OID) error {
	for _, oid := range oids {
		_, err := tx.Get(ctx, oid)
		if threatwatch.KindOf(err) == threatwatch.NotFound {
			err = tx.DeleteRecord(ctx, saidKind, oidKey(oid))
			if threatwatch.KindOf(err) == threatwatch.NotFound {
				err = nil
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// What was held and is gone goes on to bind what refers to it: else the id of a hidden object, which may be its value, would leave once
// the object is deleted.
//
//	kind "gone", key owner/id, document {"label": body}: the label under which the last of it was held
const goneKind = "gone"

type goneDoc struct {
	Label string `json:"label"`
}

func goneKey(owner, id string) string { return owner + "/" + id }

// leaveMark writes what was held of an id when an organisation holds nothing of it any more.
func leaveMark(ctx context.Context, tx store.Tx, src store.SourceID, id string, held []store.LabelID) error {
	sources, err := tx.Sources(ctx)
	if err != nil {
		return err
	}
	owners := map[store.SourceID]string{}
	for _, s := range sources {
		owners[s.ID] = s.Owner
	}
	heads, err := tx.Heads(ctx, []string{id})
	if err != nil {
		return err
	}
	for _, h := range heads[id] {
		if owners[h.Source] == owners[src] {
			return nil
		}
	}
	bodies, err := tx.LabelBodies(ctx)
	if err != nil {
		return err
	}
	var l label.Label
	for i, x := range held {
		y, err := label.Parse(bodies[x])
		if err != nil {
			return err
		}
		if i == 0 {
			l = y
		}
		l = label.Join(l, y)
	}
	doc, err := json.Marshal(goneDoc{l.Body()})
	if err != nil {
		return err
	}
	return tx.PutRecord(ctx, goneKind, goneKey(owners[src], id), doc)
}

// recallGone finds what n refers to, or is itself, among what was deleted.
func (b *batch) recallGone(n *node) error {
	if b.empty || b.alone {
		return nil // nothing has been deleted
	}
	if b.deleted == nil {
		any := false
		err := b.tx.Records(b.ctx, goneKind, "", func(string, []byte) error { any = true; return store.Stop })
		if err != nil {
			return err
		}
		b.deleted = &any
	}
	if !*b.deleted {
		return nil
	}
	for _, e := range n.refs {
		if err := b.wasHeld(e.to); err != nil {
			return err
		}
	}
	d := n.ident
	if n.item == nil || d.was.held || slices.ContainsFunc(d.nodes, func(o *node) bool { return o.item == nil }) {
		return nil
	}
	if err := b.wasHeld(d); err != nil || d.gone == nil {
		return err
	}
	d.was = state{held: true, lab: d.gone.core, check: true} // it is back
	return nil
}

func (b *batch) wasHeld(d *ident) error {
	if d.asked {
		return nil
	}
	d.asked = true
	raw, err := b.tx.Record(b.ctx, goneKind, goneKey(d.owner, d.id))
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	var doc goneDoc
	if err := json.Unmarshal(raw, &doc); err != nil {
		return threatwatch.Errorf(threatwatch.Internal, "record of %s, which is gone: %w", d.id, err)
	}
	l, err := label.Parse(doc.Label)
	if err != nil {
		return threatwatch.Errorf(threatwatch.Internal, "record of %s, which is gone: %w", d.id, err)
	}
	d.gone = b.lab(l)
	return nil
}
