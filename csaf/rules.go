package csaf

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"threatwatch/stix"
)

// Problem is where a document breaks a rule.
type Problem struct {
	Rule    string // the section of CSAF 2.0: "6.1.14"; "3" for the structure
	Path    string // JSON pointer
	Message string
}

func (p Problem) Error() string {
	return fmt.Sprintf("CSAF 2.0 §%s: %s: %s", p.Rule, p.Path, p.Message)
}

// checker collects what one rule finds.
type checker struct {
	doc      *stix.Value
	rule     string
	problems *[]Problem
}

func (c checker) report(path, format string, args ...any) {
	*c.problems = append(*c.problems, Problem{c.rule, path, fmt.Sprintf(format, args...)})
}

// Validate says where a document breaks the standard: its structure, and when that is sound the mandatory tests (CSAF 2.0 §6.1).
func Validate(doc *stix.Value) []Problem {
	var problems []Problem
	c := checker{doc, "3", &problems}
	structure.check(doc, "", c.report)
	if len(problems) > 0 {
		return problems
	}
	for _, r := range rules {
		c.rule = r.section
		r.check(c)
	}
	return problems
}

// rules are the mandatory tests.
var rules = []struct {
	section string
	check   func(checker)
}{
	{"6.1.1", checker.definedProducts}, {"6.1.2", checker.productsOnce}, {"6.1.3", checker.circularProducts}, {"6.1.4", checker.definedGroups}, {"6.1.5", checker.groupsOnce},
	{"6.1.6", checker.contradictingStatus}, {"6.1.7", checker.scoresOnce}, {"6.1.8", checker.validCVSS}, {"6.1.9", checker.computedCVSS}, {"6.1.10", checker.consistentCVSS},
	{"6.1.11", checker.weaknessNames}, {"6.1.12", checker.languages}, {"6.1.13", checker.packageURLs}, {"6.1.14", checker.sortedHistory}, {"6.1.15", checker.translator}, {"6.1.16", checker.latestVersion},
	{"6.1.17", checker.draftStatus}, {"6.1.18", checker.releasedHistory}, {"6.1.19", checker.preReleaseHistory}, {"6.1.20", checker.releasedVersion}, {"6.1.21", checker.missingHistory},
	{"6.1.22", checker.historyOnce}, {"6.1.23", checker.cveOnce}, {"6.1.24", checker.involvementsOnce}, {"6.1.25", checker.hashesOnce}, {"6.1.26", checker.categoryName},
	{"6.1.27.1", checker.profileNotes}, {"6.1.27.2", checker.profileReferences}, {"6.1.27.3", checker.profileNoVulnerabilities}, {"6.1.27.4", checker.profileProductTree},
	{"6.1.27.5", checker.profileVulnerabilityNotes}, {"6.1.27.6", checker.profileProductStatus}, {"6.1.27.7", checker.vexProductStatus}, {"6.1.27.8", checker.vexID},
	{"6.1.27.9", checker.vexImpact}, {"6.1.27.10", checker.vexAction}, {"6.1.27.11", checker.profileVulnerabilities}, {"6.1.28", checker.translation},
	{"6.1.29", checker.remediationProducts}, {"6.1.30", checker.mixedVersions}, {"6.1.31", checker.versionRanges}, {"6.1.32", checker.flagProducts}, {"6.1.33", checker.justificationsOnce},
}

// items are the items of a list in an object, with their paths.
func items(v *stix.Value, path, name string) func(yield func(string, *stix.Value) bool) {
	return func(yield func(string, *stix.Value) bool) {
		list := v.Get(name)
		if list == nil {
			return
		}
		for i, item := range list.Items {
			if !yield(fmt.Sprintf("%s/%s/%d", path, name, i), item) {
				return
			}
		}
	}
}

func (c checker) vulnerabilities() func(yield func(string, *stix.Value) bool) {
	return items(c.doc, "", "vulnerabilities")
}

// once reports what is there for the second time.
func (c checker) once(seen map[string]bool, key, path, what string) {
	if seen[key] {
		c.report(path, "%s %s is there more than once", what, strings.ReplaceAll(key, "\x1f", ", "))
	}
	seen[key] = true
}

// CSAF 2.0 §6.1.12: the tags that are in use are those of BCP 47.
func (c checker) languages() {
	for _, name := range []string{"lang", "source_lang"} {
		tag := c.doc.Get("document").Get(name).Text()
		if tag == "" {
			continue
		}
		if _, err := language.Parse(tag); err != nil {
			c.report("/document/"+name, "%q is no language: %v", tag, err)
		}
	}
}

// CSAF 2.0 §6.1.15.
func (c checker) translator() {
	if c.doc.At("document.publisher.category").Text() == "translator" && c.doc.At("document.source_lang") == nil {
		c.report("/document/source_lang", "a translator says which language was translated")
	}
}

// CSAF 2.0 §6.1.28.
func (c checker) translation() {
	from, to := c.doc.At("document.source_lang").Text(), c.doc.At("document.lang").Text()
	if from != "" && from == to {
		c.report("/document/source_lang", "a translation is in another language than %q", to)
	}
}

// CSAF 2.0 §6.1.23.
func (c checker) cveOnce() {
	seen := map[string]bool{}
	for path, v := range c.vulnerabilities() {
		if cve := v.Get("cve").Text(); cve != "" {
			c.once(seen, cve, path+"/cve", "vulnerability")
		}
	}
}

// CSAF 2.0 §6.1.24.
func (c checker) involvementsOnce() {
	for path, v := range c.vulnerabilities() {
		seen := map[string]bool{}
		for at, i := range items(v, path, "involvements") {
			c.once(seen, i.Get("party").Text()+"\x1f"+i.Get("date").Text(), at, "involvement of")
		}
	}
}

// CSAF 2.0 §6.1.29.
func (c checker) remediationProducts() { c.withProducts("remediations") }

// CSAF 2.0 §6.1.32.
func (c checker) flagProducts() { c.withProducts("flags") }

func (c checker) withProducts(name string) {
	for path, v := range c.vulnerabilities() {
		for at, r := range items(v, path, name) {
			if r.Get("product_ids") == nil && r.Get("group_ids") == nil {
				c.report(at, "names neither products nor groups of products")
			}
		}
	}
}

// CSAF 2.0 §6.1.33.
func (c checker) justificationsOnce() {
	groups := groupsOf(c.doc)
	for path, v := range c.vulnerabilities() {
		seen := map[string]bool{}
		for at, f := range items(v, path, "flags") {
			for _, id := range groups.products(f) {
				c.once(seen, id, at, "a justification for product")
			}
		}
	}
}

// profiles are the names and values of the profiles other than CSAF Base, without what is between the words (CSAF 2.0 §4, §6.1.26).
var profiles = []string{"securityincidentresponse", "informationaladvisory", "securityadvisory", "vex"}

// CSAF 2.0 §6.1.26.
func (c checker) categoryName() {
	category := c.doc.At("document.category").Text()
	if isProfile(category) || category == "csaf_base" {
		return
	}
	plain := strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_ \t\u2010\u2011\u2012\u2013\u2014\u00a0", r) {
			return -1
		}
		return r
	}, category))
	switch {
	case strings.HasPrefix(strings.ToLower(category), "csaf_"):
		c.report("/document/category", "%q begins like the name of a profile", category)
	case slices.Contains(profiles, strings.TrimPrefix(plain, "csaf")):
		c.report("/document/category", "%q is too like the name of a profile", category)
	}
}

func isProfile(category string) bool {
	switch category {
	case "csaf_security_incident_response", "csaf_informational_advisory", "csaf_security_advisory", "csaf_vex":
		return true
	}
	return false
}
