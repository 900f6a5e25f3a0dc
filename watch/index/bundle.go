package index

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
)

// Objects are entries as a view shows their objects: the incidents, what is said of them, who says it and whom it names, each once in its newest version, and the
// definitions of the extensions that they bear. What the view does not show is left out; nothing is returned where that is all.
func Objects(ctx context.Context, view *release.View, entries []*Entry) (objects [][]byte, err error) {
	seen := map[string]bool{}
	for _, e := range entries {
		for _, id := range e.objects() {
			if seen[id] || !stix.ValidID(id) {
				continue
			}
			seen[id] = true
			newest := true
			err := view.Get(ctx, id, func(it *release.Item) error {
				if newest {
					objects = append(objects, bytes.Clone(it.Raw))
				}
				newest = false
				return nil
			})
			if err != nil && threatwatch.KindOf(err) != threatwatch.NotFound {
				return nil, err
			}
		}
	}
	for _, d := range slices.Backward(watch.Definitions()) { // their author is the first, and is needed where one of them is
		if slices.ContainsFunc(objects, func(o []byte) bool { return bytes.Contains(o, []byte(d.Get("id").Text())) }) {
			objects = append(objects, d.AppendJSON(nil))
		}
	}
	return objects, nil
}

// objects are the ids of what belongs to an entry; some may stand there twice, or be empty.
func (e *Entry) objects() []string {
	ids := []string{e.ID, e.By}
	stances := func(list []*Stance) {
		for _, s := range list {
			ids = append(ids, s.ID, s.Position.HolderRef, s.Position.AlternativeRef, s.By)
		}
	}
	for _, c := range e.Claims {
		ids = append(ids, c.ID, c.Act, c.Claim.Accused, c.Terms.ClaimantRef, c.By) // of a record that goes on in this one the act is the other
		stances(c.Stances)
	}
	stances(e.Stances)
	if e.Merger != nil {
		ids = append(ids, e.Merger.Tie, e.Merger.Into)
	}
	for _, v := range e.Void { // who had it must get that it is revoked
		ids = append(ids, v.ID())
	}
	for _, victim := range e.Facts.Victims {
		ids = append(ids, victim.IdentityRef)
	}
	return ids
}

// WriteBundle writes objects as a bundle (STIX 2.1 §8.1), one a line. Its id follows from what it holds, so that the same objects are the same bytes.
func WriteBundle(w io.Writer, objects [][]byte) error {
	body := bytes.Join(objects, []byte(",\n"))
	if len(objects) > 0 { // a list that is there is never empty (§3.1)
		body = fmt.Appendf(nil, `,"objects":[`+"\n%s\n]", body)
	}
	_, err := fmt.Fprintf(w, `{"type":"bundle","id":"bundle--%s"%s}`+"\n", uuid.NewSHA1(uuid.NameSpaceURL, body), body)
	return err
}
