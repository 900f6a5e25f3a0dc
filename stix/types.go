package stix

// IsSDO says whether typ is a domain object of STIX 2.1 §4.
func IsSDO(typ string) bool {
	switch typ {
	case "attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident", "indicator", "infrastructure",
		"intrusion-set", "location", "malware", "malware-analysis", "note", "observed-data", "opinion", "report",
		"threat-actor", "tool", "vulnerability":
		return true
	}
	return false
}

// IsSRO says whether typ is a relationship object of STIX 2.1 §5.
func IsSRO(typ string) bool { return typ == "relationship" || typ == "sighting" }

// IsSCO says whether typ is a cyber-observable object of STIX 2.1 §6.
func IsSCO(typ string) bool {
	switch typ {
	case "artifact", "autonomous-system", "directory", "domain-name", "email-addr", "email-message", "file", "ipv4-addr",
		"ipv6-addr", "mac-addr", "mutex", "network-traffic", "process", "software", "url", "user-account",
		"windows-registry-key", "x509-certificate":
		return true
	}
	return false
}

// IsMeta says whether typ is a meta object of STIX 2.1 §7.
func IsMeta(typ string) bool {
	return typ == "marking-definition" || typ == "language-content" || typ == "extension-definition"
}

// Required lists the properties without which an object of this type is none, the common ones included, so that a redaction that
// would take one of them withholds the object instead.
func Required(typ string) []string {
	switch {
	case typ == "marking-definition": // STIX 2.1 §7.2.1
		return []string{"type", "spec_version", "id", "created"}
	case IsSCO(typ):
		return append([]string{"type", "id"}, requiredOf(typ)...)
	}
	return append([]string{"type", "spec_version", "id", "created", "modified"}, requiredOf(typ)...)
}

// requiredOf lists the specific required properties (STIX 2.1 §4–7).
func requiredOf(typ string) []string {
	switch typ {
	case "attack-pattern", "campaign", "course-of-action", "identity", "incident", "infrastructure", "intrusion-set",
		"threat-actor", "tool", "vulnerability", "software":
		return []string{"name"}
	case "grouping":
		return []string{"context", "object_refs"}
	case "indicator":
		return []string{"pattern", "pattern_type", "valid_from"}
	case "malware":
		return []string{"is_family"}
	case "malware-analysis":
		return []string{"product"}
	case "note":
		return []string{"content", "object_refs"}
	case "observed-data":
		return []string{"first_observed", "last_observed", "number_observed"}
	case "opinion":
		return []string{"opinion", "object_refs"}
	case "report":
		return []string{"name", "published", "object_refs"}
	case "relationship":
		return []string{"relationship_type", "source_ref", "target_ref"}
	case "sighting":
		return []string{"sighting_of_ref"}
	case "language-content":
		return []string{"object_ref", "contents"}
	case "extension-definition":
		return []string{"created_by_ref", "name", "schema", "version", "extension_types"}
	case "autonomous-system":
		return []string{"number"}
	case "directory":
		return []string{"path"}
	case "domain-name", "email-addr", "ipv4-addr", "ipv6-addr", "mac-addr", "url":
		return []string{"value"}
	case "email-message":
		return []string{"is_multipart"}
	case "mutex":
		return []string{"name"}
	case "network-traffic":
		return []string{"protocols"}
	}
	return nil
}
