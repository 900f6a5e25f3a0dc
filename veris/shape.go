package veris

import (
	"regexp"
	"slices"
	"sync"

	"golang.org/x/text/currency"

	"threatwatch/country"
	"threatwatch/stix"
)

// edition is a generation of the schema: 1.2, 1.3 or 1.4.
type edition int

const (
	v12 edition = iota
	v13
	v14
)

// rule says what a value must be. The path of the value names its words.
type rule struct {
	kind   stix.Kind
	must   bool              // the property must be there,
	needed edition           // from this edition on,
	freed  edition           // until this one; 0: for ever
	before edition           // the property is gone from this edition on; 0: it is in all
	fields map[string]*rule  // of an object; nil: anything
	item   *rule             // of a list
	listed bool              // its words are listed by its path: see words and olderWords
	words  func(string) bool // its words are found so
	form   *regexp.Regexp    // of a text,
	says   string            // and what it is called
	filled bool              // an empty text, list or object is a fault
	whole  bool              // a number without a fraction
	least  float64           // of a number
	most   float64           // 0: no bounds
	or     *rule             // what may stand in its place before 1.4
}

func text() *rule   { return &rule{kind: stix.String} }
func note() *rule   { return &rule{kind: stix.String, filled: true} }
func word() *rule   { return &rule{kind: stix.String, listed: true} }
func number() *rule { return &rule{kind: stix.Number} }
func whole() *rule  { return &rule{kind: stix.Number, whole: true} }
func flag() *rule   { return &rule{kind: stix.Bool} }

func within(least, most float64) *rule {
	return &rule{kind: stix.Number, whole: true, least: least, most: most}
}
func countryWord() *rule {
	return &rule{kind: stix.String, words: func(s string) bool { return s == "Unknown" || s == "Other" || country.Valid(s) }}
}

func currencyWord() *rule {
	return &rule{kind: stix.String, words: func(s string) bool {
		_, err := currency.ParseISO(s)
		return err == nil || slices.Contains(coins, s)
	}}
}

// coins are currencies that VERIS knows and ISO 4217 does not.
var coins = []string{"BCH", "Ether", "GGP", "IMP", "JEP", "Litecoin", "SPL", "TVD", "XBT", "XMR", "ZEC"}

func like(form *regexp.Regexp, says string) *rule {
	return &rule{kind: stix.String, form: form, says: says}
}

func clock() *rule { return like(timeForm, "time of a clock such as 09:30 PM") }
func industryCode() *rule {
	return like(industryForm, "code of NAICS: two to six digits, or sectors such as 31-33")
}
func regionCode() *rule { return like(regionForm, "region of the United Nations' list: six digits") }

// list is a list in which nothing stands twice and that is not empty.
func list(item *rule) *rule { return &rule{kind: stix.Array, item: item, filled: true} }

func object(fields map[string]*rule) *rule { return &rule{kind: stix.Dict, fields: fields} }

// need makes a property required from an edition on.
func (r *rule) need(from edition) *rule { r.must, r.needed = true, from; return r }

func (r *rule) some() *rule              { r.filled = true; return r }
func (r *rule) until(e edition) *rule    { r.freed = e; return r }
func (r *rule) gone(from edition) *rule  { r.before = from; return r }
func (r *rule) orOnce(other *rule) *rule { r.or = other; return r }

var (
	timeForm     = regexp.MustCompile(`^(0[1-9]|1[0-2])(:[0-5][0-9]){1,2} [AP]M$`)
	industryForm = regexp.MustCompile(`^[0-9]{2}(-[0-9]{2}|[0-9]{0,4})$`)
	regionForm   = regexp.MustCompile(`^[0-9]{6}$`)
	versionForm  = regexp.MustCompile(`^1[._][234]([._][0-9]+)*$`)
)

// shape is the form of a record, as VERIS 1.4.1 has it, with what earlier editions had besides.
var shape = sync.OnceValue(func() *rule {
	return object(map[string]*rule{
		"incident_id": text().need(v12), "schema_version": text().need(v12), "security_incident": word().need(v12), "summary": text().need(v14),
		"schema_name": text(), "reference": text(), "source_id": text(), "campaign_id": text(), "confidence": word(), "targeted": word(), "notes": note(), "control_failure": text(),
		"corrective_action": text(), "cost_corrective_action": word(), "discovery_notes": note(),
		"timeline": timelineShape().need(v12), "victim": victimShape(), "actor": actorShape().need(v12), "action": actionShape().need(v12), "asset": assetShape().need(v12),
		"attribute": attributeShape(), "discovery_method": discoveryShape().need(v12), "value_chain": chainShape(), "impact": impactShape(),
		"ioc":  list(object(map[string]*rule{"indicator": text().need(v12), "comment": text()})),
		"plus": object(nil), "extra": object(nil), "subsets": object(nil),
	})
})

func timelineShape() *rule {
	return object(map[string]*rule{
		"incident":   object(map[string]*rule{"year": within(1950, 2050).need(v12), "month": within(1, 12), "day": within(1, 31), "time": clock()}).need(v12),
		"compromise": spanShape(), "exfiltration": spanShape(), "discovery": spanShape(), "containment": spanShape(),
	})
}

func spanShape() *rule { return object(map[string]*rule{"unit": word().need(v12), "value": number()}) }

func victimShape() *rule {
	return object(map[string]*rule{
		"victim_id": text(), "employee_count": word().need(v12), "industry": industryCode().need(v12), "government": list(word()).need(v14), "locations_affected": whole(),
		"country": list(countryWord()).need(v12), "region": list(regionCode()), "state": text(), "notes": note(),
		"secondary": object(map[string]*rule{"amount": whole(), "notes": note(), "victim_id": list(text())}).some(),
		"revenue":   object(map[string]*rule{"amount": whole(), "iso_currency_code": currencyWord()}).some(),
	})
}

func actorShape() *rule {
	return object(map[string]*rule{
		"external": object(map[string]*rule{"variety": list(word()).need(v12), "motive": list(word()).need(v12), "notes": note(), "country": list(countryWord()).need(v12).until(v14),
			"region": list(regionCode()), "name": list(text())}),
		"internal": object(map[string]*rule{"variety": list(word()).need(v12), "motive": list(word()).need(v12), "job_change": list(word()), "notes": note()}),
		"partner": object(map[string]*rule{"motive": list(word()).need(v12), "country": list(countryWord()).need(v12), "industry": industryCode(), "region": list(regionCode()),
			"name": list(text()), "notes": note()}),
		"unknown": object(map[string]*rule{"notes": note()}),
	}).some()
}

func actionShape() *rule {
	kind := func(more map[string]*rule) *rule {
		more["variety"], more["notes"], more["result"] = list(word()).need(v12), note(), list(word())
		return object(more)
	}
	errors := kind(map[string]*rule{"vector": list(word()).need(v12)})
	environmental := kind(map[string]*rule{})
	delete(errors.fields, "result")
	delete(environmental.fields, "result")
	return object(map[string]*rule{
		"hacking":       kind(map[string]*rule{"vector": list(word()).need(v12), "cve": text()}),
		"malware":       kind(map[string]*rule{"vector": list(word()).need(v12), "cve": text(), "name": text()}),
		"social":        kind(map[string]*rule{"vector": list(word()).need(v12), "target": list(word()).need(v12)}),
		"misuse":        kind(map[string]*rule{"vector": list(word()).need(v12)}),
		"physical":      kind(map[string]*rule{"vector": list(word()).need(v12), "location": list(text()).gone(v13)}),
		"error":         errors,
		"environmental": environmental,
		"unknown":       object(map[string]*rule{"notes": note(), "result": list(word())}),
		"Unknown":       object(map[string]*rule{"notes": note()}).gone(v14), // some records of 1.3 write it with a capital
	}).some()
}

func assetShape() *rule {
	return object(map[string]*rule{
		"assets": list(object(map[string]*rule{"variety": word().need(v12), "amount": whole()})).need(v12), "total_amount": number(), "ownership": list(word()),
		"cloud": list(word()).need(v14).orOnce(word()), "hosting": list(word()).orOnce(word()), "management": list(word()).orOnce(word()), "role": list(word()), "notes": note(),
		"country": list(countryWord()), "governance": list(word()).gone(v14), "accessibility": word().gone(v14),
	}).some()
}

func attributeShape() *rule {
	return object(map[string]*rule{
		"confidentiality": object(map[string]*rule{"data_disclosure": word().need(v12), "data_total": whole(), "data_volume": whole(),
			"data":        list(object(map[string]*rule{"variety": word().need(v12), "amount": whole()})),
			"data_victim": list(word()), "state": list(word()), "notes": note()}),
		"integrity":    object(map[string]*rule{"variety": list(word()).need(v12), "notes": note()}),
		"availability": object(map[string]*rule{"variety": list(word()).need(v12), "duration": spanShape(), "notes": note()}),
		"unknown":      object(map[string]*rule{"notes": note(), "result": list(text())}),
	}).some()
}

func discoveryShape() *rule {
	how := func() *rule { return object(map[string]*rule{"variety": list(word()).need(v12)}) }
	return object(map[string]*rule{"external": how(), "internal": how(), "partner": how(), "other": flag(), "unknown": flag()}).some().orOnce(word())
}

func chainShape() *rule {
	fields := map[string]*rule{"NA": flag()}
	for _, link := range []string{"development", "non-distribution services", "targeting", "distribution", "cash-out", "money laundering"} {
		fields[link] = object(map[string]*rule{"variety": list(word()).need(v12), "notes": note()})
	}
	return object(fields).some()
}

func impactShape() *rule {
	return object(map[string]*rule{
		"overall_rating": word().need(v12), "iso_currency_code": currencyWord(), "overall_amount": number(), "overall_min_amount": number(), "overall_max_amount": number(), "notes": note(),
		"loss": list(object(map[string]*rule{"variety": word().need(v12), "rating": word(), "amount": number(), "min_amount": number(), "max_amount": number()})),
	})
}
