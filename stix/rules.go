package stix

// kindOf is the data type of a property (STIX 2.1 §2).
type kindOf uint8

const (
	tString kindOf = iota
	tBool
	tInt
	tFloat
	tTime
	tMillis // a timestamp with at least three digits after the second (STIX 2.1 §3.6)
	tID
	tRef
	tHex
	tBinary
	tHashes
	tDict    // open dictionary
	tStrDict // values are strings
	tIntDict // values are integers
	tTextOrInt
	tHeaders // values are lists of strings, or one string
	tShape   // an object with properties of its own
	tLang
	tAny // looked at elsewhere
)

// rule says what a property must look like. Tables of rules are the standard's property tables, in their order.
type rule struct {
	name     string
	kind     kindOf
	list     bool
	required bool
	new21    bool // unknown to STIX 2.0: there it is a custom property
	targets  []string
	words    *vocabulary
	shape    *shape
	min, max int64 // of integers; both 0: no limits
	check    func(c *checker, v *Value)
	sco      bool // the target is an observable
	sdo      bool // the target is a domain object
}

// shape is a table of properties: a type, a sub-object or a predefined extension.
type shape struct {
	section string
	rules   []rule
	some    int // so many of the properties are present at least
	check   func(c *checker, v *Value)
}

func (s *shape) find(name string) *rule {
	for i := range s.rules {
		if s.rules[i].name == name {
			return &s.rules[i]
		}
	}
	return nil
}

func text(name string) rule   { return rule{name: name, kind: tString} }
func flag(name string) rule   { return rule{name: name, kind: tBool} }
func number(name string) rule { return rule{name: name, kind: tInt} }
func count(name string) rule  { return rule{name: name, kind: tInt, min: 0, max: maxInt} }
func float(name string) rule  { return rule{name: name, kind: tFloat} }
func when(name string) rule   { return rule{name: name, kind: tTime} }
func hexa(name string) rule   { return rule{name: name, kind: tHex} }
func hashes(name string) rule { return rule{name: name, kind: tHashes} }
func texts(name string) rule  { return rule{name: name, kind: tString, list: true} }

func typed(name string, k kindOf) rule { return rule{name: name, kind: k} }

func within(name string, low, high int64) rule {
	return rule{name: name, kind: tInt, min: low, max: high}
}

func ref(name string, targets ...string) rule {
	return rule{name: name, kind: tRef, targets: targets}
}

func refs(name string, targets ...string) rule {
	return rule{name: name, kind: tRef, list: true, targets: targets}
}

func vocab(name string, v *vocabulary) rule { return rule{name: name, kind: tString, words: v} }
func vocabs(name string, v *vocabulary) rule {
	return rule{name: name, kind: tString, list: true, words: v}
}

func part(name string, s *shape) rule  { return rule{name: name, kind: tShape, shape: s} }
func parts(name string, s *shape) rule { return rule{name: name, kind: tShape, list: true, shape: s} }

func (r rule) must() rule                             { r.required = true; return r }
func (r rule) since21() rule                          { r.new21 = true; return r }
func (r rule) with(f func(*checker, *Value)) rule     { r.check = f; return r }
func (r rule) observable() rule                       { r.sco = true; return r }
func (r rule) domain() rule                           { r.sdo = true; return r }
func typ(section string, rules ...rule) *shape        { return &shape{section: section, rules: rules} }
func (s *shape) when(f func(*checker, *Value)) *shape { s.check = f; return s }
func (s *shape) any() *shape                          { return s.least(1) }
func (s *shape) least(n int) *shape                   { s.some = n; return s }

// shapeOf returns the table of a type, or nil for a custom one.
func shapeOf(typ string) *shape {
	if s := domainShapes[typ]; s != nil {
		return s
	}
	if s := observableShapes[typ]; s != nil {
		return s
	}
	if s := relationShapes[typ]; s != nil {
		return s
	}
	return metaShapes[typ]
}

// The common properties (STIX 2.1 §3.2), by the family that has them. Required ones are looked for separately, because what
// is required depends on the family only.
var (
	commonShape = typ("§3.2", append(commonRules(),
		typed("created", tMillis), typed("modified", tMillis), ref("created_by_ref", "identity"), flag("revoked"), texts("labels"),
		within("confidence", 0, 100).since21(), typed("lang", tLang).since21(), parts("external_references", externalReference))...)
	observableCommon = typ("§3.2", append(commonRules(), flag("defanged"))...)
	markingCommon    = typ("§7.2.1", append(commonRules(),
		when("created"), ref("created_by_ref", "identity"), parts("external_references", externalReference))...)
)

func commonRules() []rule {
	return []rule{typed("type", tAny), typed("id", tAny), typed("spec_version", tAny), refs("object_marking_refs", "marking-definition"),
		typed("granular_markings", tAny), typed("extensions", tAny).since21()}
}

// externalReference is STIX 2.1 §2.5.
var externalReference = typ("§2.5", text("source_name").must(), text("description"), text("url").with(checkURL), hashes("hashes"),
	text("external_id")).when(func(c *checker, v *Value) {
	if v.Get("description") == nil && v.Get("url") == nil && v.Get("external_id") == nil {
		c.fail("", "§2.5", "an external reference has a description, url or external_id beside source_name")
	}
	checkCatalogueID(c, v)
})

// killChainPhase is STIX 2.1 §2.11.
var killChainPhase = typ("§2.11", text("kill_chain_name").must().with(checkHyphenated), text("phase_name").must().with(checkHyphenated))
