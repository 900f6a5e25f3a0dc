package intake

import (
	"context"

	"threatwatch"
	"threatwatch/store"
)

// Delete takes versions of an object out of a collection. Only the source that owns the object may: for everybody else it is not there.
// The zero Version means the last one, as the filter's default says (TAXII 2.1 §3.4, §5.6); All means every version. Other collections
// keep the object. Labels of what refers to it stay as they are: an end that is gone does not loosen a relationship.
func (in *Intake) Delete(ctx context.Context, by Submission, collection store.CollectionID, id string, v store.Version) (int, error) {
	n := 0
	err := in.store.Update(ctx, func(tx store.Tx) error {
		var oids []store.OID
		q := store.Query{
			Labels: everything{}, Sources: []store.SourceID{by.Source}, Collections: []store.CollectionID{collection},
			IDs: []string{id}, Version: v, Quarantined: true, NoBodies: true,
		}
		err := tx.Members(ctx, q, func(r *store.Row) error {
			oids = append(oids, r.OID)
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
