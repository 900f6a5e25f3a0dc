package intake

import (
	"fmt"

	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
)

// A marking above TLP:AMBER is loosened by two persons of the organisation that speaks. A version that is marked less strictly than the
// latest one that the organisation holds, where that is TLP:AMBER+STRICT or TLP:RED, is refused unless the submission is Agreed, on
// whatever way it comes; pages make a proposal of it (propose.go), which a second person agrees to.
//
// It binds what is written here: edits, and all that is said under the source of a member. What the operator imports or fetches under a
// source that belongs to no member repeats what its publisher decided, and is taken as it is marked: else a publisher's correction or
// withdrawal would not arrive.

// Loosening is a version that is marked less strictly than the one before.
type Loosening struct {
	ID       string     `json:"id"`
	From, To stix.Level // of its own marking, ends aside
}

// RuleTwo is the rule of a problem that a second person can lift.
const RuleTwo = "four eyes"

// NeedsTwo says whether two persons must agree to it.
func (l Loosening) NeedsTwo() bool { return l.From > stix.Amber && l.To < l.From }

func (l Loosening) problem() *stix.Problem {
	return &stix.Problem{ID: l.ID, Path: "object_marking_refs", Rule: RuleTwo, Message: fmt.Sprintf(
		"this version would loosen TLP:%s to TLP:%s: two persons of the organisation must agree to that, so propose it on the object's page; what is held stays", tlp(l.From), tlp(l.To))}
}

func tlp(l stix.Level) string { return label.Label{TLP: l}.String()[len("TLP:"):] }

// holdLoosened finds what the batch loosens though one person may not, and says whether there is more of it than was known.
func (b *batch) holdLoosened() (more bool, err error) {
	if b.sub.Agreed || b.source.Owner == "" && b.sub.Based == nil {
		return false, nil
	}
	for _, n := range b.nodes {
		l, err := b.loosens(n)
		if err != nil {
			return false, err
		}
		if l.NeedsTwo() {
			b.loosened[n.index], more = l, true
		}
	}
	return more, nil
}

// loosens compares the marking of n with that of the latest version of each source of the organisation: what is held, or stands before n
// in the batch. Of what was deleted the last label counts.
func (b *batch) loosens(n *node) (Loosening, error) {
	l := Loosening{ID: n.ident.id, From: n.own.TLP, To: n.own.TLP}
	latest := map[store.SourceID]*node{}
	for _, o := range n.ident.nodes {
		if o == n {
			break
		}
		if _, refused := b.loosened[o.index]; o.item != nil && refused || o.flags&store.Quarantined != 0 {
			continue
		}
		if at := latest[o.source]; at == nil || o.modified > at.modified {
			latest[o.source] = o
		}
	}
	if len(latest) == 0 && n.ident.was.held {
		l.From = max(l.From, n.ident.was.lab.TLP)
	}
	for _, o := range latest {
		if o.item == nil {
			if o.eff.TLP <= l.From { // its own is no stricter
				continue
			}
			if err := b.recall(o); err != nil {
				return l, err
			}
		}
		l.From = max(l.From, o.own.TLP)
	}
	return l, nil
}
