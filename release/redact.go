package release

import (
	"slices"
	"strings"
	"unicode"

	"threatwatch"
	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
)

// form is how a view shows an object that another one refers to.
type form struct {
	shown shape
	id    string // of the redacted copy
}

type shape uint8

const (
	absent   shape = iota // nobody here holds it, or only strangers do: the reference is what its sender said, and stays
	whole                 // visible as it is
	redacted              // visible as a copy: the reference is rewritten
	hidden                // held by the sender of the reference, and not for this subject: the reference goes
)

// maxRefDepth bounds how far references of references are followed; beyond it a reference goes.
const maxRefDepth = 8

// redact leaves out of an object what the subject may not see: parts under granular markings, and references. nil: nothing can be shown.
func (g *glance) redact(it *Item) (*Item, error) {
	o, err := stix.Parse(it.Raw)
	if err != nil {
		return nil, nil // it was read once; if it cannot be now, it does not leave
	}
	cut, ok, err := g.deniedParts(o, it.Label)
	if err != nil || !ok {
		return nil, err
	}
	rename := map[string]string{}
	for _, ref := range o.Refs() {
		if ref.Kind == "object_marking_refs" || ref.Kind == "marking_ref" {
			continue // obligations travel with what they bind
		}
		fm, err := g.formOf(ref.ID, it.Label)
		if err != nil {
			return nil, err
		}
		switch {
		case fm.shown == hidden && ref.Required:
			return nil, nil
		case fm.shown == hidden:
			cut = append(cut, ref.Path)
		case fm.shown == redacted:
			rename[ref.Path] = fm.id
		}
	}
	if len(cut) == 0 && len(rename) == 0 {
		return it, nil
	}
	return g.copyWithout(it, o, cut, rename)
}

// deniedParts lists the selectors whose granular marking this subject may not see (STIX 2.1 §7.2.3). A granular marking can only
// tighten. ok is false when the whole object is denied by it.
func (g *glance) deniedParts(o *stix.Object, l label.Label) (cut []string, ok bool, err error) {
	for _, gm := range o.Granular() {
		if gm.MarkingRef == "" {
			continue // a language
		}
		part, err := g.partLabel(gm.MarkingRef, l)
		if err != nil {
			return nil, false, err
		}
		if !decide(g.r.policy, g.s, part, g.a, g.r.now().UnixMicro()).Allow {
			cut = append(cut, gm.Selectors...)
		}
	}
	return cut, true, nil
}

// partLabel is the label of a part: the object's joined with its marking's. Only a marking that the same organisation defined counts.
func (g *glance) partLabel(ref string, l label.Label) (label.Label, error) {
	if tlp, ok := stix.TLPOf(ref); ok {
		return label.FromMarkings(l, []stix.Marking{{ID: ref, TLP: &tlp, Known: true}}), nil
	}
	m := stix.Marking{ID: ref}
	err := g.snap.ByID(g.ctx, everything{}, ref, func(r *store.Row) error {
		if held := g.labelOf(r.Label); held.Owner != l.Owner || r.Flags&store.Quarantined != 0 {
			return nil
		}
		o, err := stix.Parse(r.Raw)
		if err != nil {
			return nil
		}
		m = stix.MarkingOf(o)
		return store.Stop
	})
	return label.FromMarkings(l, []stix.Marking{m}), err
}

// everything is for closure, never for showing.
type everything struct{}

func (everything) Has(store.LabelID) bool { return true }
func (everything) All() bool              { return true }
func (everything) IDs() []store.LabelID   { return nil }

// formOf says how a referred object looks from here. A stranger's hidden object is as good as absent: it can neither show that it is there
// nor make others' references vanish.
func (g *glance) formOf(id string, holder label.Label) (*form, error) {
	key := holder.Owner + "\n" + id
	if fm, ok := g.forms[key]; ok {
		return fm, nil
	}
	fm := &form{shown: hidden} // a circle of references ends here, on the strict side
	g.forms[key] = fm
	if g.depth >= maxRefDepth {
		delete(g.forms, key)
		return fm, nil
	}
	g.depth++
	defer func() { g.depth-- }()
	found := absent
	err := g.snap.ByID(g.ctx, g.set, id, func(r *store.Row) error {
		it, err := g.item(r)
		if err != nil || it == nil {
			return err
		}
		if !it.Redacted {
			found = whole
			return store.Stop
		}
		found, fm.id = redacted, it.ID
		return nil
	})
	if err != nil {
		return nil, err
	}
	if found == absent {
		heads, err := g.snap.Heads(g.ctx, []string{id})
		if err != nil {
			return nil, err
		}
		for _, h := range heads[id] {
			if l := g.labelOf(h.Label); l.Owner == holder.Owner || l.Mixed || holder.Mixed {
				found = hidden
			}
		}
	}
	fm.shown = found
	return fm, nil
}

// copyWithout makes the redacted copy, or nil when a required property would go with it.
func (g *glance) copyWithout(it *Item, o *stix.Object, cut []string, rename map[string]string) (*Item, error) {
	id, ok := g.alias(it.ID)
	if !ok {
		return nil, nil
	}
	root := o.Root.Clone()
	for path, to := range rename {
		if v := root.At(path); v != nil {
			v.Str = to
		}
	}
	slices.SortFunc(cut, laterFirst)
	for _, sel := range slices.Compact(cut) {
		remove(root, sel)
	}
	for _, name := range stix.Required(it.Type) {
		if it.V20 && name == "spec_version" {
			continue
		}
		if root.Get(name) == nil && o.Root.Get(name) != nil {
			return nil, nil
		}
	}
	root.Remove("created_by_ref") // the copy is this exchange's, not its author's (STIX 2.1 §3.5)
	mendGranular(root, cut)
	root.Set("id", stix.NewString(id))
	out, err := stix.FromValue(root)
	if err != nil {
		return nil, threatwatch.Errorf(threatwatch.Internal, "redact %s: %w", it.ID, err)
	}
	for _, p := range out.Validate() {
		if !p.Warning {
			return nil, nil
		}
	}
	redacted := *it
	redacted.ID, redacted.Raw, redacted.Redacted = id, out.Raw, true
	return &redacted, nil
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

// mentions says whether a redacted copy still has all words of a query: text that was left out must not be found.
func mentions(it *Item, query string) bool {
	o, err := stix.Parse(it.Raw)
	if err != nil {
		return false
	}
	words := tokens(o.Text())
	asked := tokens(query)
	for i, w := range asked {
		if !slices.Contains(words, w) && (i < len(asked)-1 || !slices.ContainsFunc(words, func(x string) bool { return strings.HasPrefix(x, w) })) {
			return false
		}
	}
	return true
}

// tokens splits a text into the words that the search knows.
func tokens(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}
