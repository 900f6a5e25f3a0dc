package csaf

import "threatwatch/stix"

// structure is the form of a document (CSAF 2.0 §3.2). The TLP label is not bound to the words of TLP 1: see markingOf.
var structure = object([]string{"document"}, map[string]*shape{
	"document":        documentShape,
	"product_tree":    productTree,
	"vulnerabilities": list(vulnerabilityShape),
})

// What is used in several places (CSAF 2.0 §3.1).
var (
	languageTag     = formed("language tag", `^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$`)
	version         = formed("version", `^(0|[1-9][0-9]*)$|^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$`)
	productIDs      = set(text())
	acknowledgments = list(some(map[string]*shape{"names": list(text()), "organization": text(), "summary": text(), "urls": list(uri())}))
	notes           = list(object([]string{"category", "text"}, map[string]*shape{
		"audience": text(), "category": word("description", "details", "faq", "general", "legal_disclaimer", "other", "summary"), "text": text(), "title": text()}))
	references = list(object([]string{"summary", "url"}, map[string]*shape{"category": word("external", "self"), "summary": text(), "url": uri()}))
)

var documentShape = object([]string{"category", "csaf_version", "publisher", "title", "tracking"}, map[string]*shape{
	"acknowledgments":    acknowledgments,
	"aggregate_severity": object([]string{"text"}, map[string]*shape{"namespace": uri(), "text": text()}),
	"category":           formed("category", `^[^\s\-_.](.*[^\s\-_.])?$`),
	"csaf_version":       word("2.0"),
	"distribution":       some(map[string]*shape{"text": text(), "tlp": object([]string{"label"}, map[string]*shape{"label": text(), "url": uri()})}),
	"lang":               languageTag,
	"notes":              notes,
	"publisher": object([]string{"category", "name", "namespace"}, map[string]*shape{
		"category": word("coordinator", "discoverer", "other", "translator", "user", "vendor"), "contact_details": text(), "issuing_authority": text(), "name": text(), "namespace": uri()}),
	"references":  references,
	"source_lang": languageTag,
	"title":       text(),
	"tracking": object([]string{"current_release_date", "id", "initial_release_date", "revision_history", "status", "version"}, map[string]*shape{
		"aliases": set(text()), "current_release_date": moment(), "initial_release_date": moment(), "status": word("draft", "final", "interim"), "version": version,
		"generator":        object([]string{"engine"}, map[string]*shape{"date": moment(), "engine": object([]string{"name"}, map[string]*shape{"name": text(), "version": text()})}),
		"id":               formed("identifier", `^\S(.*\S)?$`),
		"revision_history": list(object([]string{"date", "number", "summary"}, map[string]*shape{"date": moment(), "legacy_version": text(), "number": version, "summary": text()})),
	}),
})

var fullProductName = object([]string{"name", "product_id"}, map[string]*shape{
	"name": text(), "product_id": text(),
	"product_identification_helper": some(map[string]*shape{
		"cpe": formed("CPE", `^(cpe:2\.3:[aho*-](:[^:\s]+|:(\\:|[^:\s])+){10}|[cC][pP][eE]:/[AHOaho]?(:[A-Za-z0-9._\-~%]*){0,6})$`),
		"hashes": list(object([]string{"file_hashes", "filename"}, map[string]*shape{
			"file_hashes": list(object([]string{"algorithm", "value"}, map[string]*shape{"algorithm": text(), "value": formed("digest", `^[0-9a-fA-F]{32,}$`)})), "filename": text()})),
		"model_numbers": set(text()), "purl": formed("package URL", `^pkg:[A-Za-z.\-+][A-Za-z0-9.\-+]*/.+`), "sbom_urls": list(uri()), "serial_numbers": set(text()), "skus": list(text()),
		"x_generic_uris": list(object([]string{"namespace", "uri"}, map[string]*shape{"namespace": uri(), "uri": uri()})),
	}),
})

// branches lie in one another: each has further ones, or a product.
var branches = func() *shape {
	branch := object([]string{"category", "name"}, map[string]*shape{
		"category": word("architecture", "host_name", "language", "legacy", "patch_level", "product_family", "product_name", "product_version", "product_version_range", "service_pack", "specification", "vendor"),
		"name":     text(), "product": fullProductName})
	branch.exactly = 3
	all := list(branch)
	branch.members["branches"] = all
	return all
}()

var productTree = some(map[string]*shape{
	"branches":           branches,
	"full_product_names": list(fullProductName),
	"product_groups": list(object([]string{"group_id", "product_ids"}, map[string]*shape{
		"group_id": text(), "product_ids": {kind: stix.Array, item: text(), least: 2, distinct: true}, "summary": text()})),
	"relationships": list(object([]string{"category", "full_product_name", "product_reference", "relates_to_product_reference"}, map[string]*shape{
		"category":          word("default_component_of", "external_component_of", "installed_on", "installed_with", "optional_component_of"),
		"full_product_name": fullProductName, "product_reference": text(), "relates_to_product_reference": text()})),
})

var vulnerabilityShape = some(map[string]*shape{
	"acknowledgments": acknowledgments,
	"cve":             formed("CVE number", `^CVE-[0-9]{4}-[0-9]{4,}$`),
	"cwe":             object([]string{"id", "name"}, map[string]*shape{"id": formed("CWE number", `^CWE-[1-9][0-9]{0,5}$`), "name": text()}),
	"discovery_date":  moment(),
	"flags": set(object([]string{"label"}, map[string]*shape{"date": moment(), "group_ids": productIDs, "product_ids": productIDs,
		"label": word("component_not_present", "inline_mitigations_already_exist", "vulnerable_code_cannot_be_controlled_by_adversary", "vulnerable_code_not_in_execute_path", "vulnerable_code_not_present")})),
	"ids": set(object([]string{"system_name", "text"}, map[string]*shape{"system_name": text(), "text": text()})),
	"involvements": set(object([]string{"party", "status"}, map[string]*shape{"date": moment(), "party": word("coordinator", "discoverer", "other", "user", "vendor"),
		"status": word("completed", "contact_attempted", "disputed", "in_progress", "not_contacted", "open"), "summary": text()})),
	"notes": notes,
	"product_status": some(map[string]*shape{"first_affected": productIDs, "first_fixed": productIDs, "fixed": productIDs, "known_affected": productIDs, "known_not_affected": productIDs,
		"last_affected": productIDs, "recommended": productIDs, "under_investigation": productIDs}),
	"references":   references,
	"release_date": moment(),
	"remediations": list(object([]string{"category", "details"}, map[string]*shape{
		"category": word("mitigation", "no_fix_planned", "none_available", "vendor_fix", "workaround"), "date": moment(), "details": text(), "entitlements": list(text()),
		"group_ids": productIDs, "product_ids": productIDs, "url": uri(),
		"restart_required": object([]string{"category"}, map[string]*shape{"details": text(),
			"category": word("connected", "dependencies", "machine", "none", "parent", "service", "system", "vulnerable_component", "zone")})})),
	"scores": list(object([]string{"products"}, map[string]*shape{"products": productIDs})),
	"threats": list(object([]string{"category", "details"}, map[string]*shape{
		"category": word("exploit_status", "impact", "target_set"), "date": moment(), "details": text(), "group_ids": productIDs, "product_ids": productIDs})),
	"title": text(),
})
