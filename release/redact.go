package release

import (
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
)

// part is an item that has to be looked at part by part as the view shows it: nothing, if it is a common one.
func (g *glance) part(it *Item, r *store.Row) (*Item, error) {
	if g.plain {
		return nil, nil
	}
	return g.show(it, r)
}

// show is an item as the view shows it: itself, a copy, or nothing.
func (g *glance) show(it *Item, r *store.Row) (*Item, error) {
	s, err := g.look(r)
	if err != nil || s.shape == withheld {
		return nil, err
	}
	if s.shape == whole {
		return it, nil
	}
	return g.copyOf(it, r)
}

// copyOf makes the redacted copy of an assertion of which one is shown.
func (g *glance) copyOf(it *Item, r *store.Row) (*Item, error) {
	s := &sight{id: r.ID, l: it.Label, v20: it.V20}
	var err error
	if s.o, err = stix.Parse(r.Raw); err != nil {
		return nil, threatwatch.Errorf(threatwatch.Internal, "redact %s: %w", r.ID, err)
	}
	if s.cut, err = g.taken(s.o, s.l); err != nil {
		return nil, err
	}
	if _, err := g.follow(s); err != nil { // all that it leads to has been looked at
		return nil, err
	}
	c, err := g.changes(s)
	if err != nil {
		return nil, err
	}
	out, ok := g.copyWithout(s, c)
	if c.none || !ok {
		return nil, threatwatch.Errorf(threatwatch.Internal, "redact %s: there is no copy any more", r.ID)
	}
	it.ID, it.Raw, it.Redacted = out.ID, out.Raw, true
	return it, nil
}

// as is the id under which the view shows an assertion with flag Check, "" when it does not.
func (g *glance) as(r *store.Row) (string, error) {
	if g.operator() {
		return r.ID, nil
	}
	if g.odd != nil { // also what is withheld, or older than what is shown, is remembered
		if _, err := g.item(r); err != nil {
			return "", err
		}
	}
	if g.plain {
		return "", nil
	}
	s, err := g.look(r)
	if err != nil || s.shape == withheld {
		return "", err
	}
	if s.shape == whole {
		return r.ID, nil
	}
	id, _ := g.alias(r.ID)
	return id, nil
}

// taken lists what the markings of an object take away from it: parts whose granular marking this subject may not see (STIX 2.1 §7.2.3;
// it can only tighten), and who said it where IEP forbids to name them.
func (g *glance) taken(o *stix.Object, l label.Label) (cut []string, err error) {
	if !g.own(l) && (l.Nameless() || o.Type == "marking-definition" && label.NamelessMarking(stix.MarkingOf(o))) {
		for _, name := range []string{"created_by_ref", "authors", "where_sighted_refs"} {
			if o.Root.Get(name) != nil {
				cut = append(cut, name)
			}
		}
	}
	for _, gm := range o.Granular() {
		if gm.MarkingRef == "" {
			continue // a language
		}
		part, err := g.partLabel(gm.MarkingRef, l)
		if err != nil {
			return nil, err
		}
		if !decide(g.r.policy, g.s, part, g.a, g.now).Allow {
			cut = append(cut, gm.Selectors...)
		}
	}
	return cut, nil
}

// partLabel is the label of a part: the object's joined with its marking's. Only what the same organisation defined it as counts, and all of that.
func (g *glance) partLabel(ref string, l label.Label) (label.Label, error) {
	if tlp, ok := stix.TLPOf(ref); ok {
		return label.FromMarkings(l, []stix.Marking{{ID: ref, TLP: &tlp, Known: true}}), nil
	}
	var ms []stix.Marking
	err := g.snap.ByID(g.ctx, everything{}, ref, func(r *store.Row) error {
		if held := g.labelOf(r.Label); held.Owner != l.Owner || r.Flags&store.Quarantined != 0 {
			return nil
		}
		o, err := stix.Parse(r.Raw)
		if err == nil {
			ms = append(ms, stix.MarkingOf(o))
		}
		return nil
	})
	if len(ms) == 0 {
		ms = []stix.Marking{{ID: ref}} // nobody knows what it means
	}
	return label.FromMarkings(l, ms), err
}

// everything is for closure, never for showing.
type everything struct{}

func (everything) Has(store.LabelID) bool { return true }
func (everything) All() bool              { return true }
func (everything) IDs() []store.LabelID   { return nil }

// copyWithout makes the redacted copy; not ok when a required property would go with what is left out.
func (g *glance) copyWithout(s *sight, c changes) (out *stix.Object, ok bool) {
	id, ok := g.alias(s.id)
	if !ok {
		return nil, false
	}
	root := s.o.Root.Clone()
	for path, to := range c.rename {
		if v := root.At(path); v != nil {
			v.Str = to
		}
	}
	cut := slices.Clone(c.cut)
	slices.SortFunc(cut, laterFirst)
	for _, sel := range slices.Compact(cut) {
		remove(root, sel)
	}
	for _, name := range stix.Required(s.o.Type) {
		if root.Get(name) == nil && s.o.Root.Get(name) != nil {
			return nil, false
		}
	}
	root.Remove("created_by_ref") // the copy is this exchange's, not its author's (STIX 2.1 §3.5)
	mendGranular(root, cut)
	root.Set("id", stix.NewString(id))
	out, err := stix.FromValue(root)
	if err != nil {
		return nil, false
	}
	if s.v20 {
		out.SpecVersion = "2.0" // its bundle said so
	}
	for _, p := range out.Validate() {
		if !p.Warning {
			return nil, false
		}
	}
	return out, true
}

// laterFirst orders selectors so that removing one does not move those still to be removed.
func laterFirst(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		if x[i] == y[i] {
			continue
		}
		if len(x[i]) != len(y[i]) && strings.HasPrefix(x[i], "[") && strings.HasPrefix(y[i], "[") {
			return len(y[i]) - len(x[i])
		}
		return strings.Compare(y[i], x[i])
	}
	return len(y) - len(x)
}

// remove takes a part out, and the lists and dictionaries that it leaves empty (STIX 2.1 §2.7: never empty).
func remove(root *stix.Value, sel string) {
	root.Remove(sel)
	for {
		i := strings.LastIndexByte(sel, '.')
		if i < 0 {
			return
		}
		sel = sel[:i]
		v := root.At(sel)
		if v == nil || v.Kind == stix.Array && len(v.Items) > 0 || v.Kind == stix.Dict && len(v.Members) > 0 {
			return
		}
		root.Remove(sel)
	}
}

// mendGranular drops selectors that point to nothing any more. Where items of a list went, selectors into it would point to the wrong
// item: they become the whole list.
func mendGranular(root *stix.Value, cut []string) {
	gms := root.Get("granular_markings")
	if gms == nil {
		return
	}
	var keep []*stix.Value
	for _, gm := range gms.Items {
		sels := gm.Get("selectors")
		if sels == nil {
			continue
		}
		var left []*stix.Value
		for _, s := range sels.Items {
			text := widen(s.Str, cut)
			if slices.Contains(cut, s.Str) || text == "id" || root.At(text) == nil || slices.ContainsFunc(left, func(v *stix.Value) bool { return v.Str == text }) {
				continue
			}
			left = append(left, stix.NewString(text))
		}
		if len(left) > 0 {
			sels.Items = left
			keep = append(keep, gm)
		}
	}
	if gms.Items = keep; len(keep) == 0 {
		root.Remove("granular_markings")
	}
}

func widen(sel string, cut []string) string {
	for _, c := range cut {
		i := strings.LastIndex(c, ".[")
		if i >= 0 && !strings.Contains(c[i+1:], ".") && strings.HasPrefix(sel, c[:i]+".[") {
			return c[:i]
		}
	}
	return sel
}
