package release

import "threatwatch/store"

// gathers says whether the members of a collection are chosen among what others hold: it is no source's, no inbox and no saved filter.
func gathers(c store.Collection) bool { return c.Source == 0 && !c.Writable && c.Filter == nil }

// told are the collections in which things are told; nil where that is all of them. To be chosen for another collection makes nothing new: only there does
// the object have the later stamp.
func (g *glance) told() (list []store.CollectionID, err error) {
	all, err := g.snap.Collections(g.ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if !gathers(c) {
			list = append(list, c.ID)
		}
	}
	if len(list) == len(all) {
		return nil, nil
	}
	return list, nil
}
