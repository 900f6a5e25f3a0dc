package intake

import (
	"context"
	"encoding/json"
	"slices"

	"threatwatch"
	"threatwatch/label"
	"threatwatch/store"
)

// awakenedKind is the kind of the record that says up to which moment openings were seen to.
const awakenedKind = "awakened"

type awakenedDoc struct {
	At int64 `json:"at"` // microseconds since 1970
}

// Awaken stamps anew what became visible to somebody by the clock alone since the last call: an embargo ended, or a policy began. So it is
// new to everyone who polls. It returns how many objects that were. Several processes may call it: each opening is seen to once.
func (in *Intake) Awaken(ctx context.Context) (n int, err error) {
	due := false
	err = in.store.Read(ctx, func(s store.Snapshot) error {
		open, begun, err := in.opened(ctx, s)
		due = len(open) > 0 || !begun
		return err
	})
	if err != nil || !due {
		return 0, err
	}
	err = in.store.Update(ctx, func(tx store.Tx) error {
		n = 0
		open, _, err := in.opened(ctx, tx)
		if err != nil {
			return err
		}
		doc, err := json.Marshal(awakenedDoc{in.now().UnixMicro()})
		if err != nil {
			return err
		}
		if err := tx.PutRecord(ctx, awakenedKind, "last", doc); err != nil {
			return err
		}
		n, err = restamp(ctx, tx, open)
		return err
	})
	return n, err
}

// opened lists the labels with an opening since the last call. begun is false before the first one, which has nothing to see to.
func (in *Intake) opened(ctx context.Context, s store.Snapshot) (open labelSet, begun bool, err error) {
	raw, err := s.Record(ctx, awakenedKind, "last")
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return nil, false, nil
	}
	var last awakenedDoc
	if err == nil {
		err = json.Unmarshal(raw, &last)
	}
	if err != nil {
		return nil, true, err
	}
	bodies, err := s.LabelBodies(ctx)
	if err != nil {
		return nil, true, err
	}
	now := in.now().UnixMicro()
	for id, body := range bodies {
		l, err := label.Parse(body)
		if err != nil {
			return nil, true, err
		}
		if slices.ContainsFunc(openings(l), func(at int64) bool { return at > last.At && at <= now }) {
			open = append(open, id)
		}
	}
	slices.Sort(open)
	return open, true, nil
}

// openings are the moments at which a label lets somebody in whom it kept out before.
func openings(l label.Label) []int64 {
	at := []int64{l.Embargo}
	if l.IEP != nil {
		at = append(at, l.IEP.Start)
	}
	for _, part := range l.And {
		at = append(at, openings(part)...)
	}
	return at
}

func restamp(ctx context.Context, tx store.Tx, open labelSet) (int, error) {
	var heads []store.Head
	q := store.Query{Labels: open, Version: store.Version{All: true}, Quarantined: true, NoBodies: true}
	if err := tx.Members(ctx, q, func(r *store.Row) error { heads = append(heads, r.Head); return nil }); err != nil {
		return 0, err
	}
	for _, h := range heads {
		if err := tx.Relabel(ctx, h.OID, h.Label, h.Flags, true); err != nil {
			return 0, err
		}
	}
	return len(heads), nil
}

// labelSet is a set of labels, in ascending order.
type labelSet []store.LabelID

// Has says whether a label is in the set.
func (s labelSet) Has(id store.LabelID) bool { _, ok := slices.BinarySearch(s, id); return ok }

// All is false: the set is what it lists.
func (labelSet) All() bool { return false }

// IDs lists the set.
func (s labelSet) IDs() []store.LabelID { return s }
