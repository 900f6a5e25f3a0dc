package release

import (
	"maps"
	"slices"
	"strings"
)

// Most of what members of an exchange are shown is shown to all of them, and in the same way. Who keeps something in memory for many views keeps that once, as what a
// common view shows, and for each view what it shows beyond it.

// someMember is an organisation that nobody is: no id of one has a space.
const someMember = " some member"

// Common is the view of what all members are shown, or the public if this view is the public's, in the same way whoever they are. Nothing is in it that has to be
// looked at part by part (which all has that may be told to some without its source), and no label that one of them might not see. The view of an operator has
// none: ok is false. To [View.Follow] from a mark of the common view delivers what is to be added to it.
func (v *View) Common() (common *View, ok bool) {
	if v.s.Kind == Operator {
		return nil, false
	}
	return &View{r: v.r, s: v.stranger(), a: v.a.common(), plain: true}, true
}

// common is the action for which the common view is: most ways out show to a stranger the same. Whether that is so is not believed: [View.Follow] compares the labels.
func (a Action) common() Action {
	switch a {
	case PublishPublic, EnrichExternal, ExportBlocklist:
		return a
	}
	return ShowPage
}

// stranger is a subject of which nothing is known but whether it is a member.
func (v *View) stranger() Subject {
	if v.s.Kind == Public {
		return Subject{Kind: Public, Plain: true}
	}
	return Subject{Kind: Client, Org: someMember, Plain: true}
}

// commonKey names the common view; other than that of any view of a subject.
func (v *View) commonKey() string {
	s := v.stranger()
	return strings.Join([]string{"common", string(v.a.common()), string(s.Kind), s.Org}, "\n")
}

// uncommon delivers what the common view left out because it has to be looked at part by part.
func (g *glance) uncommon(from, at Mark, f func(*Item) error) error {
	g.odd = at.odd
	for _, oid := range slices.Sorted(maps.Keys(from.odd)) {
		r, err := g.snap.Get(g.ctx, oid)
		if err != nil {
			return err
		}
		r.Added = from.odd[oid].added // asked by its number, it has the stamp of when it came in first
		it, err := g.item(r)
		if err != nil {
			return err
		}
		if it != nil {
			if err := f(it); err != nil {
				return err
			}
		}
	}
	return nil
}
