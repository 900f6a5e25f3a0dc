package stix

import "slices"

// relationShapes are the property tables of the relationship objects, STIX 2.1 §5.
var relationShapes = map[string]*shape{
	"relationship": typ("§5.1", text("relationship_type").must(), text("description"), ref("source_ref").must(), ref("target_ref").must(),
		when("start_time").since21(), when("stop_time").since21()).when(checkRelationship),
	"sighting": typ("§5.2", text("description").since21(), when("first_seen"), when("last_seen"), within("count", 0, 999999999), ref("sighting_of_ref").domain().must(),
		refs("observed_data_refs", "observed-data"), refs("where_sighted_refs", "identity", "location"), flag("summary")).when(seenOrder("§5.2")),
}

// checkRelationship is STIX 2.1 §5.1: a name in a–z, 0–9 and hyphens, ends that are domain objects or observables, and times in order.
func checkRelationship(c *checker, v *Value) {
	if !c.v20 {
		c.order(v, "§5.1", "start_time", "stop_time", true)
	}
	kind := v.Get("relationship_type")
	if kind != nil && kind.Kind == String && !relationName(kind.Str) {
		c.fail("relationship_type", "§5.1", "relationship_type %q: a–z, 0–9 and hyphens only", clip(kind.Str))
	}
	source, ok1 := c.end(v, "source_ref")
	target, ok2 := c.end(v, "target_ref")
	if !ok1 || !ok2 || kind.Text() == "" || c.v20 || !knownType(source) || !knownType(target) {
		return
	}
	if !listedRelation(source, kind.Str, target) {
		c.warn("relationship_type", "§5.1", "the standard lists no relationship %s %s %s", source, clip(kind.Str), target)
	}
}

// end checks one end of a relationship and returns its type.
func (c *checker) end(v *Value, name string) (typ string, ok bool) {
	typ, ok = SplitID(v.Get(name).Text())
	if !ok {
		return "", false
	}
	if IsSRO(typ) || IsMeta(typ) || typ == "bundle" {
		c.fail(name, "§5.1", "%s is the id of a domain object or an observable, not of a %s", name, typ)
		return typ, false
	}
	return typ, true
}

func relationName(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return s != ""
}

// listedRelation says whether the standard lists the relationship in STIX 2.1 §4 and §6, or as a common one (§3.7).
func listedRelation(source, kind, target string) bool {
	switch kind {
	case "related-to", "derived-from":
		return true
	case "duplicate-of":
		return source == target
	}
	if kind == "consists-of" && source == "infrastructure" && IsSCO(target) {
		return true
	}
	return slices.Contains(relations[source][kind], target)
}

var (
	means  = []string{"attack-pattern", "infrastructure", "malware", "tool"}
	booty  = []string{"identity", "location", "vulnerability"}
	places = []string{"location"}
	bad    = []string{"malware"}
	infra  = []string{"infrastructure"}
	peers  = []string{"ipv4-addr", "ipv6-addr", "domain-name", "url"}
	holes  = []string{"vulnerability"}
)

// relations are the relationships that STIX 2.1 names: source type, relationship type, target types.
var relations = map[string]map[string][]string{
	"attack-pattern": {"delivers": bad, "targets": booty, "uses": {"malware", "tool"}},
	"campaign": {"attributed-to": {"intrusion-set", "threat-actor"}, "compromises": infra, "originates-from": places, "targets": booty,
		"uses": means},
	"course-of-action": {"investigates": {"indicator"}, "mitigates": {"attack-pattern", "indicator", "malware", "tool", "vulnerability"},
		"remediates": {"malware", "vulnerability"}},
	"domain-name": {"resolves-to": {"domain-name", "ipv4-addr", "ipv6-addr"}},
	"identity":    {"located-at": places},
	"indicator": {"indicates": {"attack-pattern", "campaign", "infrastructure", "intrusion-set", "malware", "threat-actor", "tool"},
		"based-on": {"observed-data"}},
	"infrastructure": {"communicates-with": {"infrastructure", "ipv4-addr", "ipv6-addr", "domain-name", "url"},
		"consists-of": {"infrastructure", "observed-data"}, "controls": {"infrastructure", "malware"}, "delivers": bad, "has": holes,
		"hosts": {"tool", "malware"}, "located-at": places, "uses": infra},
	"intrusion-set": {"attributed-to": {"threat-actor"}, "compromises": infra, "hosts": infra, "owns": infra, "originates-from": places,
		"targets": booty, "uses": means},
	"ipv4-addr": {"resolves-to": {"mac-addr"}, "belongs-to": {"autonomous-system"}},
	"ipv6-addr": {"resolves-to": {"mac-addr"}, "belongs-to": {"autonomous-system"}},
	"malware": {"authored-by": {"threat-actor", "intrusion-set"}, "beacons-to": infra, "exfiltrates-to": infra, "communicates-with": peers,
		"controls": bad, "downloads": {"malware", "file", "tool"}, "drops": {"malware", "file", "tool"}, "exploits": holes,
		"originates-from": places, "targets": {"identity", "infrastructure", "location", "vulnerability"}, "uses": means, "variant-of": bad},
	"malware-analysis": {"characterizes": bad, "analysis-of": bad, "av-analysis-of": bad, "static-analysis-of": bad, "dynamic-analysis-of": bad},
	"threat-actor": {"attributed-to": {"identity"}, "compromises": infra, "hosts": infra, "owns": infra, "impersonates": {"identity"},
		"located-at": places, "targets": booty, "uses": means},
	"tool": {"delivers": bad, "drops": bad, "has": holes, "targets": {"identity", "infrastructure", "location", "vulnerability"}, "uses": infra},
}
