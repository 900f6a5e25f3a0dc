package match

import (
	"strconv"
	"strings"

	"threatwatch/pattern/syntax"
	"threatwatch/release"
	"threatwatch/stix"
)

// indicator is what the words of one say, as far as that is looked for. Nothing in it depends on who says it or on what else there is, so that many can be
// read at once.
type indicator struct {
	id, name    string
	confidence  int8
	from, until int64
	revoked     bool // nothing below was read

	other    bool      // in another language than STIX patterns
	fault    error     // why the pattern cannot be read
	values   []Value   // seeing any of them is all that the pattern asks
	compound *Compound // instead of values
	unsaid   error     // why no record could match
}

// indicatorOf reads an object. What it returns does not keep the object's text in memory.
func indicatorOf(o *stix.Object) indicator {
	x := indicator{id: strings.Clone(o.ID), revoked: o.Root.Get("revoked").IsTrue(), confidence: -1}
	if x.revoked {
		return x
	}
	x.name = strings.Clone(clip(o.Name(), 200))
	if n, ok := o.Root.Get("confidence").Int(); ok && n >= 0 && n <= 100 {
		x.confidence = int8(n)
	}
	x.from, _ = micros(o, "valid_from")
	x.until, _ = micros(o, "valid_until")
	x.pattern(o)
	return x
}

// pattern reads what is looked for.
func (x *indicator) pattern(o *stix.Object) {
	typ := o.Root.Get("pattern_type")
	if typ.Text() != "" && !strings.EqualFold(typ.Text(), "stix") {
		x.other = true
		return
	}
	text := o.Root.Get("pattern").Text()
	p, err := syntax.Config{V20: typ == nil}.Parse(text)
	if err != nil {
		x.fault = err
		return
	}
	values, whole := patternValues(p)
	if whole && len(values) > 0 {
		x.values = values
	} else if x.compound, x.unsaid = NewCompound(text, p); x.unsaid != nil {
		return
	}
	if x.name == text || len(x.values) == 1 && strings.EqualFold(x.name, x.values[0].String()) {
		x.name = "" // says no more than the value
	}
}

// assertion is an indicator as an exchange holds it.
type assertion struct {
	indicator
	err    error // why the object cannot be read
	number release.LabelID
	tlp    stix.Level
	claim  Claim // who says it: a number, for what the source may be called depends on who asks
}

func readAssertion(a *release.Assertion) assertion {
	x := assertion{number: a.Number, tlp: a.Label.TLP, claim: Claim{Source: strconv.Itoa(int(a.Source)), Key: a.Key}}
	o, err := stix.Parse(a.Raw)
	if err != nil {
		x.id, x.err = a.ID, err
		return x
	}
	x.indicator = indicatorOf(o)
	return x
}

func micros(o *stix.Object, property string) (int64, bool) {
	t, err := stix.ParseTime(o.Root.Get(property).Text())
	if err != nil {
		return 0, false
	}
	return t.UnixMicro(), true
}
