package match

import (
	"context"
	"maps"
	"slices"

	"threatwatch/release"
)

// places are where indicators belong: under their labels, or among what is odd.
type places struct {
	struck  []claimName         // what was held of them
	alone   []release.Assertion // that nothing was held of
	several map[string]bool     // ids of which all assertions must be looked at together
	labels  map[release.LabelID]*Loader
	odd     map[string][]int64 // id to keys
}

func newPlaces() *places {
	return &places{several: map[string]bool{}, labels: map[release.LabelID]*Loader{}, odd: map[string][]int64{}}
}

// under is what gathers for a label.
func (p *places) under(label release.LabelID) *Loader {
	l := p.labels[label]
	if l == nil {
		l = NewLoader(Policy{})
		p.labels[label] = l
	}
	return l
}

// settle places what was noted.
func (p *places) settle(ctx context.Context, feed *release.Feed) error {
	for i := range p.alone {
		if a := &p.alone[i]; !p.several[a.ID] {
			if _, err := p.under(a.Number).held(a); err != nil {
				return err
			}
		}
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(p.several)), followAtOnce) {
		of := map[string][]release.Assertion{}
		err := feed.Of(ctx, ids, func(a *release.Assertion) error {
			of[a.ID] = append(of[a.ID], a.Clone())
			return nil
		})
		if err != nil {
			return err
		}
		for _, all := range of {
			if err := p.place(all); err != nil {
				return err
			}
		}
	}
	return nil
}

// place finds the place of an object of which there are several assertions. Those who see its label see all of them, so that the latest of each source
// counts for everyone; unless there are several labels, or one must be looked at for each reader.
func (p *places) place(all []release.Assertion) error {
	latest := map[release.SourceID]*release.Assertion{}
	odd := false
	for i := range all {
		a := &all[i]
		p.struck = append(p.struck, claimName{key: a.Key})
		odd = odd || !a.Plain || a.Number != all[0].Number
		if was := latest[a.Source]; was == nil || a.Modified > was.Modified {
			latest[a.Source] = a
		}
	}
	if odd {
		for _, a := range all {
			p.odd[a.ID] = append(p.odd[a.ID], a.Key)
		}
		return nil
	}
	for _, source := range slices.Sorted(maps.Keys(latest)) {
		a := latest[source]
		to := p.under(a.Number)
		n, err := to.held(a)
		if err != nil {
			return err
		}
		if n < 0 { // once it is gone, what was before counts again
			to.c.keep(a.Key, a.ID)
		}
	}
	return nil
}
