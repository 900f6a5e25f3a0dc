package intake

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"threatwatch/stix"
	"threatwatch/store"
)

// accept decides, object by object in order, what may come in next to what is held.
func (b *batch) accept() error {
	for i, it := range b.items {
		o := &b.out[i]
		o.Index, o.ID, o.Modified = i, it.put.ID, it.put.Modified
		o.Problems = append([]stix.Problem(nil), it.problems...)
		if it.refused {
			o.Status = Refused
			continue
		}
		if err := b.acceptOne(i, it, o); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) acceptOne(i int, it *item, o *Outcome) error {
	d := b.ident(it.put.ID)
	if same := d.version(b.source.ID, it.put.Modified); same != nil {
		return b.again(it, o, same)
	}
	p := b.breaks(it, d)
	if p == nil {
		p = b.stale(it, d)
	}
	if l, ok := b.loosened[i]; ok {
		p = l.problem()
	}
	if p != nil {
		o.Status, o.Problems = Refused, append([]stix.Problem{*p}, o.Problems...)
		return nil
	}
	if b.quota == 0 && !d.holds(b.source.ID) {
		o.refuse("", "quota", fmt.Sprintf("source %s holds its quota of %d objects", b.source.Name, b.source.Quota))
		return nil
	}
	if b.quota > 0 && !d.holds(b.source.ID) {
		b.quota--
	}
	n := &node{
		ident: d, item: it, index: i, source: b.source.ID, modified: it.put.Modified,
		flags: it.put.Flags &^ (store.Check | store.Quarantined), // an earlier run of this transaction may have set them
	}
	d.nodes = append(d.nodes, n)
	b.nodes = append(b.nodes, n)
	o.Status = Added
	if p := b.future(it); p != nil {
		n.flags |= store.Quarantined
		o.Status, o.Problems = Quarantined, append([]stix.Problem{*p}, o.Problems...)
	}
	return nil
}

func (o *Outcome) refuse(path, rule, message string) {
	o.Status = Refused
	o.Problems = append([]stix.Problem{{ID: o.ID, Path: path, Rule: rule, Message: message}}, o.Problems...)
}

// again handles a version that is held already: the same content is a success (TAXII 2.1 §5.4), other content a conflict; the first
// one stays, and a record of kind "conflict" keeps both digests.
func (b *batch) again(it *item, o *Outcome, n *node) error {
	if n.digest() != it.put.Digest {
		first := n.digest()
		o.refuse("modified", "STIX 2.1 §3.6", "this version is held with other content: a change needs a new modified time; the first one stays")
		doc, err := json.Marshal(map[string]any{
			"source": b.source.Name, "id": it.put.ID, "modified": stix.FormatTime(it.put.Modified), "by": b.sub.By,
			"kept": hex.EncodeToString(first[:]), "refused": hex.EncodeToString(it.put.Digest[:]), "seen": b.in.now().UTC(),
		})
		if err != nil {
			return err
		}
		key := fmt.Sprintf("%d/%s/%d/%s", b.source.ID, it.put.ID, it.put.Modified, hex.EncodeToString(it.put.Digest[:8]))
		return b.tx.PutRecord(b.ctx, "conflict", key, doc)
	}
	o.Status = Unchanged
	if n.item != nil {
		o.Added = 0 // twice in one batch: filled in when it is written
		n.twins = append(n.twins, o.Index)
		return nil
	}
	o.Added = n.head.Added
	if n.again == nil {
		n.again, n.index = it, o.Index
		b.dupes = append(b.dupes, n)
	}
	return nil
}

// breaks names the rule between versions, or of markings, that it breaks; nil: none.
func (b *batch) breaks(it *item, d *ident) *stix.Problem {
	problem := func(path, rule, format string, args ...any) *stix.Problem {
		return &stix.Problem{ID: it.put.ID, Path: path, Rule: rule, Message: fmt.Sprintf(format, args...)}
	}
	for _, n := range d.nodes {
		if n.source != b.source.ID {
			continue
		}
		h := n.info()
		switch {
		case h.Created != it.put.Created && h.Created != 0 && it.put.Created != 0:
			return problem("created", "STIX 2.1 §3.6", "created is %s here and %s in the version held: it must not change", stix.FormatTime(it.put.Created), stix.FormatTime(h.Created))
		case h.CreatedBy != it.put.CreatedBy:
			return problem("created_by_ref", "STIX 2.1 §3.6", "created_by_ref is %q here and %q in the version held: it must not change", it.put.CreatedBy, h.CreatedBy)
		case h.Flags&store.Revoked != 0 && h.Modified < it.put.Modified:
			return problem("modified", "STIX 2.1 §3.6", "the object was revoked at %s: no version may follow", stix.FormatTime(h.Modified))
		}
	}
	if it.marking != nil {
		return b.breaksMarking(it, problem)
	}
	return nil
}

// breaksMarking refuses definitions that change what everybody relies on, or that go round in a circle.
func (b *batch) breaksMarking(it *item, problem func(path, rule, format string, args ...any) *stix.Problem) *stix.Problem {
	if level, ok := stix.TLPOf(it.put.ID); ok && !canonicalTLP(it.root, level) {
		return problem("id", "STIX 2.1 §7.2.1.4", "this id is that of a TLP marking: it cannot be defined anew")
	}
	seen := map[string]bool{}
	queue := append([]string(nil), it.markings...)
	for _, g := range it.granular {
		queue = append(queue, g.ref)
	}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		if id == it.put.ID {
			return problem("object_marking_refs", "STIX 2.1 §7.2.1", "a marking-definition must not mark itself, directly or through others")
		}
		if seen[id] || len(seen) > 64 {
			continue
		}
		seen[id] = true
		for _, n := range b.ident(id).nodes {
			other := n.item
			if other == nil {
				if other, _ = b.body(n); other == nil {
					continue
				}
			}
			queue = append(queue, other.markings...)
		}
	}
	return nil
}

// canonicalTLP says whether a marking-definition says of a fixed id what the standard says of it.
func canonicalTLP(root *stix.Value, level stix.Level) bool {
	said := root.Get("definition").Get("tlp").Text()
	if said == "" {
		for _, m := range members(root.Get("extensions")) {
			if t := m.Value.Get("tlp_2_0").Text(); t != "" {
				said = t
			}
		}
	}
	if said == "" || root.Get("object_marking_refs") != nil || root.Get("granular_markings") != nil {
		return false
	}
	l, ok := stix.LevelNamed(said)
	return ok && l == level
}

func members(v *stix.Value) []stix.Member {
	if v == nil {
		return nil
	}
	return v.Members
}

// future quarantines what claims to be from more than a day ahead: it would win over every honest version.
func (b *batch) future(it *item) *stix.Problem {
	limit := b.in.now().Add(maxFuture).UnixMicro()
	if it.put.Modified <= limit && it.put.Created <= limit {
		return nil
	}
	return &stix.Problem{ID: it.put.ID, Path: "modified", Rule: "STIX 2.1 §3.6", Message: "the version is more than 24 hours in the future: kept apart"}
}

// foreign settles who may speak for an object. A version of an object whose created_by_ref is the identity of another source here, and
// that this source holds, is kept apart unless it is an equal copy of one of the owner's versions. It is decided for all assertions
// with the id, so that the owner may come first or last.
func (b *batch) foreign(id string) {
	group := slices.Clone(b.groups[id])
	for _, n := range b.ident(id).nodes {
		if n.item != nil {
			group = append(group, n)
		}
	}
	for _, n := range group {
		owned, copied, told := b.claims(group, n)
		h := n.info()
		apart := owned && !copied || h.Modified > b.in.now().Add(maxFuture).UnixMicro()
		if !owned || apart == (n.flags&store.Quarantined != 0) {
			continue
		}
		n.flags ^= store.Quarantined
		if n.item == nil {
			b.touch(n)
			continue
		}
		if apart && told {
			out := &b.out[n.index]
			out.Status = Quarantined
			out.Problems = append([]stix.Problem{{
				ID: id, Path: "created_by_ref", Rule: "STIX 2.1 §3.6",
				Message: "only the creator may make versions, and the creator speaks here as another source: kept apart",
			}}, out.Problems...)
		}
	}
}

// claims looks for the creator of n among the other sources that hold the id. told says whether who submitted may hear of it: a partner
// must get the same answer whether or not another organisation holds the object.
func (b *batch) claims(group []*node, n *node) (owned, copied, told bool) {
	by := n.info().CreatedBy
	if by == "" || b.all[n.source].Identity == by {
		return false, false, false
	}
	for _, o := range group {
		if o.source == n.source || o.info().CreatedBy != by || b.all[o.source].Identity != by {
			continue
		}
		owned = true
		copied = copied || o.modified == n.modified && o.digest() == n.digest()
		told = told || b.sub.Operator || b.source.Owner == "" || b.all[o.source].Owner == b.source.Owner
	}
	return owned, copied, told
}

// openQuota finds how many more objects the source may hold. The count is kept in memory, as every write of this process passes here;
// before anything is refused it is taken from the store anew.
func (b *batch) openQuota() error {
	b.quota = -1
	if b.source.Quota <= 0 {
		return nil
	}
	b.in.mu.Lock()
	held, ok := b.in.held[b.source.ID]
	b.in.mu.Unlock()
	if !ok || held+int64(len(b.items)) > b.source.Quota {
		n, err := countSource(b.ctx, b.tx, b.source.ID)
		if err != nil {
			return err
		}
		held = n
	}
	b.quota = max(0, b.source.Quota-held)
	return nil
}

func (b *batch) countHeld() {
	if b.quota < 0 {
		return
	}
	b.in.mu.Lock()
	b.in.held[b.source.ID] = b.source.Quota - b.quota
	b.in.mu.Unlock()
}

func countSource(ctx context.Context, s store.Snapshot, id store.SourceID) (int64, error) {
	seen := map[string]struct{}{}
	q := store.Query{Labels: everything{}, Sources: []store.SourceID{id}, Quarantined: true, NoBodies: true}
	err := s.Members(ctx, q, func(r *store.Row) error {
		seen[r.ID] = struct{}{}
		return nil
	})
	return int64(len(seen)), err
}

// everything is the set of all labels: intake looks at all that is held.
type everything struct{}

func (everything) Has(store.LabelID) bool { return true }
func (everything) All() bool              { return true }
func (everything) IDs() []store.LabelID   { return nil }

func oidKey(o store.OID) string { return strconv.FormatInt(int64(o), 10) }
