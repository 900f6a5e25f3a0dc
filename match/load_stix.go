package match

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
)

// version is the newest version of an indicator that a file has shown so far, and its claim.
type version struct {
	modified int64
	claim    int // -1: that version is not looked for
}

// readSTIX reads objects out of a bundle or lines. Of several versions of an indicator the newest counts, wherever it stands.
func (l *Loader) readSTIX(name string, r io.Reader) error {
	clear(l.versions)
	objects, had := 0, l.Indicators
	err := stix.ReadObjectLines(r, func(raw []byte, _ bool) error {
		if objects++; objects == 1 && isWarningList(raw) {
			return threatwatch.Errorf(threatwatch.Invalid, "a MISP warning list names known good values, not indicators: give it as a warning list")
		}
		return l.Object(raw, name)
	}, func(line int, _ []byte, fault *stix.SyntaxError) error {
		l.fault("%s, line %d: %v", name, line, fault)
		return nil
	})
	l.NameSources()
	if err == nil && l.Indicators == had {
		l.fault("%s: %d objects, and none is an indicator", name, objects)
	}
	return err
}

// Object reads one STIX object of a file; what is neither indicator nor identity is passed over. Of several versions of an indicator the newest counts.
// NameSources is to be called after the last.
func (l *Loader) Object(raw []byte, where string) error {
	if !bytes.Contains(raw, []byte(`indicator`)) && !bytes.Contains(raw, []byte(`identity`)) {
		return nil
	}
	o, err := stix.Parse(raw)
	if err != nil {
		l.fault("%s: %v", where, err)
		return nil
	}
	switch o.Type {
	case "identity":
		l.identity(o)
	case "indicator":
		level, marked := levelOf(o)
		return l.indicator(o, claimOf(o, where), level, marked)
	}
	return nil
}

// Held is Object for one of a collection that has been read already, where no other version of it is given to the loader: it remembers none.
func (l *Loader) Held(o *stix.Object) error {
	switch o.Type {
	case "identity":
		l.identity(o)
	case "indicator":
		x := indicatorOf(o)
		level, marked := levelOf(o)
		_, err := l.add(&x, claimOf(o, ""), level, marked)
		return err
	}
	return nil
}

func (l *Loader) identity(o *stix.Object) {
	l.identities[o.ID] = o.Root.Get("name").Text()
}

// claimOf says who says what an indicator says.
func claimOf(o *stix.Object, where string) Claim {
	return Claim{Source: cmp.Or(o.Root.Get("created_by_ref").Text(), listSource(where)), Where: where}
}

// levelOf is the strictest TLP level that the markings of an object name by their fixed ids.
func levelOf(o *stix.Object) (level stix.Level, marked bool) {
	for _, id := range o.Root.Get("object_marking_refs").Strings() {
		if x, ok := stix.TLPOf(id); ok {
			level, marked = max(level, x), true
		}
	}
	return level, marked
}

// View reads the indicators that a view shows.
func (l *Loader) View(ctx context.Context, v *release.View) error {
	clear(l.versions)
	return v.Export(ctx, []string{"indicator"}, false, l.Item)
}

// Item reads one indicator of a view.
func (l *Loader) Item(it *release.Item) error { return l.item(it, 0) }

// item is Item of a claim with a key.
func (l *Loader) item(it *release.Item, key int64) error {
	if it.Quarantined {
		return nil
	}
	o, err := stix.Parse(it.Raw)
	if err != nil {
		l.fault("%s: %v", it.ID, err)
		return nil
	}
	return l.indicator(o, Claim{Source: sourceName(it.Source), Key: key}, it.Label.TLP, true)
}

// sourceName is what a source is called whose name the view may not show.
func sourceName(name string) string {
	if name == "" {
		return "not to be named"
	}
	return name
}

// indicator adds what an indicator of one source looks for, on top of what the claim says of it.
func (l *Loader) indicator(o *stix.Object, c Claim, level stix.Level, marked bool) error {
	key := c.Source + "\x00" + o.ID
	modified, _ := micros(o, "modified")
	old, again := l.versions[key]
	if again && modified <= old.modified {
		l.Indicators++
		l.Expired++
		return nil
	}
	if again {
		l.Expired++
		if old.claim >= 0 {
			l.c.retire(uint32(old.claim))
		}
	}
	x := indicatorOf(o)
	n, err := l.add(&x, c, level, marked)
	l.versions[key] = version{modified, n}
	return err
}

// held adds what an assertion of an exchange looks for and returns the number of its claim, -1 when that is nothing.
func (l *Loader) held(a *release.Assertion) (int, error) {
	x := readAssertion(a)
	return l.assertion(&x)
}

// assertion is held of one that was read already.
func (l *Loader) assertion(x *assertion) (int, error) {
	if x.err != nil {
		l.fault("%s: %v", x.id, x.err)
		return -1, nil
	}
	return l.add(&x.indicator, x.claim, x.tlp, true)
}

// add adds what an indicator says, on top of who says it, and returns the number of the claim, -1 when nothing is looked for.
func (l *Loader) add(x *indicator, c Claim, level stix.Level, marked bool) (int, error) {
	l.Indicators++
	if x.revoked {
		l.Revoked++
		return -1, nil
	}
	c.ID, c.Name, c.Confidence, c.From, c.Until = x.id, x.name, x.confidence, x.from, x.until
	if !l.wanted(&c, level, marked) {
		return -1, nil
	}
	switch {
	case x.other:
		l.Other++
		return -1, nil
	case x.fault != nil:
		l.fault("%s %s: pattern: %v", c.Where, x.id, x.fault)
		return -1, nil
	case x.unsaid != nil:
		if l.Unsaid++; l.FirstUnsaid == "" {
			l.FirstUnsaid = x.unsaid.Error()
		}
		return -1, nil
	case x.compound != nil:
		return l.compound(x.compound, &c)
	}
	n := l.c.claims.add(&c)
	for i := range x.values {
		if err := l.c.addValue(&x.values[i], n); err != nil {
			return -1, fmt.Errorf("index: %w", err)
		}
	}
	return int(n), nil
}

// compound adds a pattern that no single value satisfies and returns the number of its claim, -1 when it is not looked for.
func (l *Loader) compound(p *Compound, c *Claim) (int, error) {
	n := l.c.claims.add(c)
	err := l.c.addCompound(p, n)
	switch {
	case errors.Is(err, errAlways):
		l.Untried++
		l.c.retire(n)
		return -1, nil
	case err != nil:
		return -1, fmt.Errorf("index: %w", err)
	}
	l.Compound++
	if p.partly {
		l.Partly++
	}
	return int(n), nil
}

// NameSources puts the names of the identities that were read in place of their ids.
func (l *Loader) NameSources() {
	for i := range l.c.claims.terms {
		t := &l.c.claims.terms[i]
		if name := l.identities[t.source]; name != "" {
			t.source = name
		}
	}
}
