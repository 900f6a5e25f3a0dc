package intake

import (
	"encoding/json"

	"threatwatch"
	"threatwatch/stix"
	"threatwatch/store"
)

// write stores what was decided: changed labels first, then the new objects, then what was said about them.
func (b *batch) write() error {
	for _, n := range b.touched {
		if err := b.relabel(n); err != nil {
			return err
		}
	}
	puts := make([]*store.Put, 0, len(b.nodes)+len(b.dupes))
	for _, n := range b.nodes {
		p, err := b.put(&n.item.put, n)
		if err != nil {
			return err
		}
		puts = append(puts, p)
	}
	for _, n := range b.dupes {
		p, err := b.put(&n.again.put, n)
		if err != nil {
			return err
		}
		puts = append(puts, p)
	}
	if len(puts) == 0 {
		return nil
	}
	dup, err := b.tx.Put(b.ctx, puts)
	if err != nil {
		return err
	}
	for _, i := range dup {
		if i < len(b.nodes) {
			return threatwatch.Errorf(threatwatch.Internal, "%s is held but was not found among what is held", puts[i].ID)
		}
	}
	for _, n := range b.nodes {
		if err := b.remark(n, n.item.put.OID); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) put(p *store.Put, n *node) (*store.Put, error) {
	id, err := b.labelID(n.eff)
	if err != nil {
		return nil, err
	}
	p.OID, p.Added = 0, 0
	p.Source, p.Label, p.Flags, p.Collections = n.source, id, n.flags, b.colls
	return p, nil
}

// relabel writes a held assertion's new label and flags. What becomes visible to somebody is stamped anew, so that it is new to
// everyone who polls; what becomes stricter is not.
func (b *batch) relabel(n *node) error {
	if n.eff != n.old || n.flags != n.oldFlags {
		id, err := b.labelID(n.eff)
		if err != nil {
			return err
		}
		gone := n.oldFlags &^ n.flags
		fresh := !b.closed(n.old, n.eff) || gone&(store.Check|store.Quarantined) != 0
		if err := b.tx.Relabel(b.ctx, n.head.OID, id, n.flags, fresh); err != nil {
			return err
		}
		b.relabels++
	}
	return b.remark(n, n.head.OID)
}

// remark keeps what was said about n where its label does not show it.
func (b *batch) remark(n *node, oid store.OID) error {
	need := n.own != n.eff || n.own.Unknown
	if !need && n.said != nil && n.own.TLP == stix.AmberStrict && b.all[n.source].Default == "" {
		it := n.body()
		if it != nil && !it.marked {
			silence, err := b.own(it, nil, n.ident.owner)
			if err != nil {
				return err
			}
			need = silence == n.own
		}
	}
	if !need {
		if n.recorded {
			return b.tx.DeleteRecord(b.ctx, saidKind, oidKey(oid))
		}
		return nil
	}
	var d saidDoc
	if n.said != nil {
		d.Said = n.said.body
	}
	doc, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return b.tx.PutRecord(b.ctx, saidKind, oidKey(oid), doc)
}
