package release

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"

	"threatwatch/store"
)

// state names all that pages of a collection are made from, so that a page made before can be known to be still the same: the same state
// and the same query give the same page, byte for byte, provided that no object on it had to be looked at part by part (that depends on the
// labels of parts, at the moment of asking). It covers
//
//   - the last stamp: nothing becomes a member, ceases to be one, or changes its label or flags without one, and none is given twice;
//   - the labels that the subject may see now, which change with the clock (embargo, IEP) as well as with rights;
//   - the collection, whose filter the operator may change;
//   - the subject and the action: cursors and the ids of redacted copies are the subject's own.
func (g *glance) state(c store.Collection) (string, error) {
	last, err := g.snap.LastStamp(g.ctx)
	if err != nil {
		return "", err
	}
	what, err := json.Marshal(struct {
		Action     Action
		Collection store.Collection
		All        bool
	}{g.a, c, g.set.all})
	if err != nil {
		return "", err
	}
	b := append(what, g.subjectKey()...)
	b = binary.BigEndian.AppendUint64(b, uint64(last))
	for _, id := range g.set.ids {
		b = binary.BigEndian.AppendUint32(b, uint32(id))
	}
	sum := sha256.Sum256(b)
	return string(sum[:]), nil
}
