package stix

// domainShapes are the property tables of the domain objects, STIX 2.1 §4. Name, description and aliases are where the table
// says; the common properties are in [commonShape].
var domainShapes = map[string]*shape{
	"attack-pattern": typ("§4.1", text("name").must(), text("description"), texts("aliases").since21(), parts("kill_chain_phases", killChainPhase)),
	"campaign": typ("§4.2", text("name").must(), text("description"), texts("aliases"), when("first_seen"), when("last_seen"),
		text("objective")).when(seenOrder("§4.2")),
	"course-of-action": typ("§4.3", text("name").must(), text("description")),
	"grouping":         typ("§4.4", text("name"), text("description"), vocab("context", contexts).must(), refs("object_refs").must()),
	"identity": typ("§4.5", text("name").must(), text("description"), texts("roles").since21(), vocab("identity_class", identityClass),
		vocabs("sectors", sectors), text("contact_information")),
	"incident": typ("§4.6", text("name").must(), text("description")),
	"indicator": typ("§4.7", text("name"), text("description"), vocabs("indicator_types", indicatorType).since21(), text("pattern").must(),
		vocab("pattern_type", patternTypes).must().since21(), text("pattern_version").since21(), when("valid_from").must(), when("valid_until"),
		parts("kill_chain_phases", killChainPhase)).when(checkIndicator),
	"infrastructure": typ("§4.8", text("name").must(), text("description"), vocabs("infrastructure_types", infraTypes), texts("aliases"),
		parts("kill_chain_phases", killChainPhase), when("first_seen"), when("last_seen")).when(seenOrder("§4.8")),
	"intrusion-set": typ("§4.9", text("name").must(), text("description"), texts("aliases"), when("first_seen"), when("last_seen"), texts("goals"),
		vocab("resource_level", resourceLevel), vocab("primary_motivation", motivations), vocabs("secondary_motivations", motivations)).when(seenOrder("§4.9")),
	"location": typ("§4.10", text("name"), text("description"), float("latitude"), float("longitude"), float("precision"), vocab("region", regions),
		text("country").with(checkCountry), text("administrative_area"), text("city"), text("street_address"), text("postal_code")).when(checkLocation),
	"malware": typ("§4.11", text("name"), text("description"), vocabs("malware_types", malwareTypes).since21(), flag("is_family").must().since21(),
		texts("aliases").since21(), parts("kill_chain_phases", killChainPhase), when("first_seen").since21(), when("last_seen").since21(),
		refs("operating_system_refs", "software").since21(), vocabs("architecture_execution_envs", architectures).since21(),
		vocabs("implementation_languages", languages).since21(), vocabs("capabilities", capabilities).since21(),
		refs("sample_refs", "artifact", "file").since21()).when(checkMalware),
	"malware-analysis": typ("§4.12", text("product").must().with(checkHyphenated), text("version"), ref("host_vm_ref", "software"),
		ref("operating_system_ref", "software"), refs("installed_software_refs", "software"), text("configuration_version"), texts("modules"),
		text("analysis_engine_version"), text("analysis_definition_version"), when("submitted"), when("analysis_started"), when("analysis_ended"),
		text("result_name"), vocab("result", avResults), refs("analysis_sco_refs").observable(),
		ref("sample_ref", "artifact", "file", "network-traffic")).when(checkMalwareAnalysis),
	"note": typ("§4.13", text("abstract"), text("content").must(), texts("authors"), refs("object_refs").must()),
	"observed-data": typ("§4.14", when("first_observed").must(), when("last_observed").must(), within("number_observed", 1, 999999999).must(),
		typed("objects", tAny), refs("object_refs").since21()).when(checkObservedData),
	"opinion": typ("§4.15", text("explanation"), texts("authors"), vocab("opinion", opinions).must(), refs("object_refs").must()),
	"report": typ("§4.16", text("name").must(), text("description"), vocabs("report_types", reportTypes).since21(), when("published").must(),
		refs("object_refs").must()),
	"threat-actor": typ("§4.17", text("name").must(), text("description"), vocabs("threat_actor_types", actorTypes).since21(), texts("aliases"),
		when("first_seen").since21(), when("last_seen").since21(), vocabs("roles", actorRoles), texts("goals"), vocab("sophistication", skills),
		vocab("resource_level", resourceLevel), vocab("primary_motivation", motivations), vocabs("secondary_motivations", motivations),
		vocabs("personal_motivations", motivations)).when(seenOrder("§4.17")),
	"tool": typ("§4.18", text("name").must(), text("description"), vocabs("tool_types", toolTypes).since21(), texts("aliases").since21(),
		parts("kill_chain_phases", killChainPhase), text("tool_version")),
	"vulnerability": typ("§4.19", text("name").must(), text("description")),
}

// seenOrder is the rule of campaign, infrastructure, intrusion-set, malware and threat-actor: last_seen is not before first_seen.
func seenOrder(section string) func(*checker, *Value) {
	return func(c *checker, v *Value) { c.order(v, section, "first_seen", "last_seen", false) }
}

// checkIndicator is STIX 2.1 §4.7: valid_until is later than valid_from, which 2.0 asks for as well, and the pattern is one of the language
// that pattern_type names, as far as we know the language.
func checkIndicator(c *checker, v *Value) {
	c.order(v, "§4.7", "valid_from", "valid_until", true)
	p := v.Get("pattern")
	switch {
	case p == nil || p.Kind != String:
	case p.Str == "":
		c.fail("pattern", "§4.7", "the pattern is empty")
	case c.v20 || v.Get("pattern_type").Text() == "stix":
		c.pattern(p.Str, c.v20 || v.Get("pattern_version").Text() == "2.0")
	}
}

// pattern checks a STIX pattern. In an object of STIX 2.0 a fault is a warning: its converters wrote placeholders where STIX 1 said more.
func (c *checker) pattern(s string, v20 bool) {
	impossible, fault := checkPattern(s, v20)
	switch {
	case fault != nil:
		c.report(c.v20, "pattern", fault.section, "%s, byte %d", fault.msg, fault.at)
	case impossible:
		c.warn("pattern", "§9.5", "an AND joins comparisons that no single object can satisfy")
	}
}

// checkLocation is STIX 2.1 §4.10: a region, a country, or both coordinates; and their ranges.
func checkLocation(c *checker, v *Value) {
	lat, long := v.Get("latitude"), v.Get("longitude")
	if v.Get("region") == nil && v.Get("country") == nil && (lat == nil || long == nil) {
		c.fail("", "§4.10", "a location has a region, a country, or latitude and longitude")
	}
	if (lat == nil) != (long == nil) {
		c.fail("", "§4.10", "latitude and longitude only come together")
	}
	if v.Get("precision") != nil && (lat == nil || long == nil) {
		c.fail("precision", "§4.10", "precision needs latitude and longitude")
	}
	c.limit(v, "latitude", 90)
	c.limit(v, "longitude", 180)
}

func (c *checker) limit(v *Value, name string, most float64) {
	if f, ok := v.Get(name).Float(); ok && (f < -most || f > most) {
		c.fail(name, "§4.10", "%s is between %g and %g", name, -most, most)
	}
}

// checkCountry is STIX 2.1 §4.10: ISO 3166-1 alpha-2 is recommended.
func checkCountry(c *checker, v *Value) {
	if len(v.Str) != 2 || !letters(v.Str) {
		c.warn("", "§4.10", "a country should be a code of two letters (ISO 3166-1)")
	}
}

// checkMalware is STIX 2.1 §4.11: a family has a name.
func checkMalware(c *checker, v *Value) {
	c.order(v, "§4.11", "first_seen", "last_seen", false)
	if c.v20 {
		return
	}
	if v.Get("is_family").IsTrue() && v.Get("name") == nil {
		c.fail("name", "§4.11", "a malware family has a name")
	}
}

// checkMalwareAnalysis is STIX 2.1 §4.12: a result, or the observables that the analysis gave.
func checkMalwareAnalysis(c *checker, v *Value) {
	if v.Get("result") == nil && v.Get("analysis_sco_refs") == nil {
		c.fail("", "§4.12", "a malware-analysis has a result or analysis_sco_refs")
	}
	c.order(v, "§4.12", "analysis_started", "analysis_ended", false)
}

// checkObservedData is STIX 2.1 §4.14: what was observed is either referred to or, deprecated, contained.
func checkObservedData(c *checker, v *Value) {
	c.order(v, "§4.14", "first_observed", "last_observed", false)
	held, list := v.Get("objects"), v.Get("object_refs")
	if c.v20 {
		if held == nil {
			c.fail("objects", "2.5", "objects is required")
		}
		return
	}
	switch {
	case held == nil && list == nil:
		c.fail("", "§4.14", "observed-data has object_refs (or objects, deprecated)")
	case held != nil && list != nil:
		c.fail("objects", "§4.14", "observed-data has object_refs or objects, not both")
	case held != nil && c.strict:
		c.warn("objects", "§4.14", "objects is deprecated: refer to observables with object_refs")
	}
	c.observedRefs(list)
}

// observedRefs wants observables and relationships only, and at least one observable.
func (c *checker) observedRefs(list *Value) {
	if list == nil || list.Kind != Array || len(list.Items) == 0 {
		return
	}
	observable := false
	for i, it := range list.Items {
		typ, ok := SplitID(it.Text())
		if !ok {
			return // said elsewhere
		}
		known := knownType(typ)
		observable = observable || IsSCO(typ) || !known
		if known && !IsSCO(typ) && !IsSRO(typ) {
			c.failAt("object_refs", i, "§4.14", "object_refs of observed-data hold observables and relationships, not %s", typ)
		}
	}
	if !observable {
		c.fail("object_refs", "§4.14", "object_refs of observed-data hold at least one observable")
	}
}
