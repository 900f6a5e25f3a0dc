package web

import (
	"html/template"
	"strings"
	"time"
)

// plurals are names for the types people ask for; others keep the standard's word.
var plurals = map[string]string{"artifact": "Artifacts", "attack-pattern": "Attack patterns", "autonomous-system": "Autonomous systems", "campaign": "Campaigns",
	"course-of-action": "Courses of action", "directory": "Directories", "domain-name": "Domain names", "email-addr": "E-mail addresses", "email-message": "E-mail messages",
	"extension-definition": "Extension definitions", "file": "Files", "grouping": "Groupings", "identity": "Identities", "incident": "Incidents",
	"indicator": "Indicators", "infrastructure": "Infrastructure", "intrusion-set": "Intrusion sets", "ipv4-addr": "IPv4 addresses", "ipv6-addr": "IPv6 addresses",
	"language-content": "Translations", "location": "Locations", "mac-addr": "MAC addresses", "malware": "Malware", "malware-analysis": "Malware analyses",
	"marking-definition": "Marking definitions", "mutex": "Mutexes", "network-traffic": "Network traffic", "note": "Notes", "observed-data": "Observed data",
	"opinion": "Opinions", "process": "Processes", "relationship": "Relationships", "report": "Reports", "sighting": "Sightings", "software": "Software",
	"threat-actor": "Threat actors", "tool": "Tools", "url": "URLs", "user-account": "User accounts", "vulnerability": "Vulnerabilities",
	"windows-registry-key": "Windows registry keys", "x509-certificate": "X.509 certificates"}

func plural(t string) string {
	if p := plurals[t]; p != "" {
		return p
	}
	return t
}

// kinds are words for types that are not the standard's with spaces for hyphens.
var kinds = map[string]string{"email-addr": "e-mail address", "email-message": "e-mail message", "ipv4-addr": "IPv4 address", "ipv6-addr": "IPv6 address",
	"mac-addr": "MAC address", "url": "URL", "language-content": "translation", "windows-registry-key": "Windows registry key", "x509-certificate": "X.509 certificate"}

// kind is the type of one object, or of one relationship, in words.
func kind(t string) string {
	if k := kinds[t]; k != "" {
		return k
	}
	return strings.ReplaceAll(t, "-", " ")
}

// reversed are the relationships of STIX 2.1 (§3.7, §6.17, appendix B) as they read at their target.
var reversed = map[string]string{"analysis-of": "analysed by", "attributed-to": "attributed to it", "authored-by": "author of", "based-on": "basis of", "beacons-to": "beacons from",
	"belongs-to": "members", "characterizes": "characterized by", "communicates-with": "communicates with it", "compromises": "compromised by",
	"consists-of": "part of", "controls": "controlled by", "delivers": "delivered by", "derived-from": "derived from it", "downloads": "downloaded by",
	"drops": "dropped by", "duplicate-of": "duplicates of it", "dynamic-analysis-of": "dynamic analyses", "exfiltrates-to": "exfiltrates to it",
	"exploits": "exploited by", "has": "had by", "hosts": "hosted by", "impersonates": "impersonated by", "indicates": "indicated by",
	"investigates": "investigated by", "located-at": "located there", "mitigates": "mitigated by", "originates-from": "originates from it",
	"owns": "owned by", "related-to": "related to", "remediates": "remediated by", "resolves-to": "resolves to it", "static-analysis-of": "static analyses",
	"subtechnique-of": "sub-techniques", "targets": "targeted by", "uses": "used by", "variant-of": "variants", "revoked-by": "replaces", "detects": "detected by"}

// backwards is how a relationship reads at its target.
func backwards(relation string) string {
	if r := reversed[relation]; r != "" {
		return r
	}
	return kind(relation) + " (said from there)"
}

var funcs = template.FuncMap{
	"plural":    plural,
	"plurals":   func(t string) string { return lowerFirst(plural(t)) },
	"kind":      kind,
	"words":     func(s string) string { return strings.ReplaceAll(s, "_", " ") },
	"date":      date,
	"iso":       func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
	"clock":     func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 UTC") },
	"short":     func(s string) string { return short(s, 240) },
	"thousands": thousands[int],
}

func date(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// lowerFirst is a name within a sentence; what begins with two capitals keeps them.
func lowerFirst(s string) string {
	if len(s) > 1 && s[1] >= 'a' && s[1] <= 'z' && !strings.HasPrefix(s, "Windows") {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// capital begins a text with a capital.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// short cuts a text at a word, and says so.
func short(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	cut := string(r[:limit])
	if i := strings.LastIndexAny(cut, " \n"); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " \n,.;:(") + " …"
}
