package csaf

import (
	"slices"
	"strings"

	"threatwatch/stix"
)

// profile says whether the document is of one of the profiles (CSAF 2.0 §4).
func (c checker) profile(names ...string) bool {
	return slices.Contains(names, strings.TrimPrefix(c.doc.At("document.category").Text(), "csaf_")) && isProfile(c.doc.At("document.category").Text())
}

// has says whether an item of a list has one of some values.
func has(v *stix.Value, list, member string, values ...string) bool {
	for _, item := range items(v, "", list) {
		if slices.Contains(values, item.Get(member).Text()) {
			return true
		}
	}
	return false
}

// CSAF 2.0 §6.1.27.1.
func (c checker) profileNotes() {
	if c.profile("informational_advisory", "security_incident_response") && !has(c.doc.Get("document"), "notes", "category", "description", "details", "general", "summary") {
		c.report("/document/notes", "the profile needs a note that says what it is about")
	}
}

// CSAF 2.0 §6.1.27.2.
func (c checker) profileReferences() {
	if !c.profile("informational_advisory", "security_incident_response") {
		return
	}
	for _, r := range items(c.doc.Get("document"), "", "references") {
		if r.Get("category") == nil || r.Get("category").Text() == "external" { // which is the default
			return
		}
	}
	c.report("/document/references", "the profile needs an external reference")
}

// CSAF 2.0 §6.1.27.3.
func (c checker) profileNoVulnerabilities() {
	if c.profile("informational_advisory") && c.doc.Get("vulnerabilities") != nil {
		c.report("/vulnerabilities", "the profile has none")
	}
}

// CSAF 2.0 §6.1.27.4.
func (c checker) profileProductTree() {
	if c.profile("security_advisory", "vex") && c.doc.Get("product_tree") == nil {
		c.report("/product_tree", "the profile needs one")
	}
}

// CSAF 2.0 §6.1.27.5.
func (c checker) profileVulnerabilityNotes() { c.eachHas("notes", "security_advisory", "vex") }

// CSAF 2.0 §6.1.27.6.
func (c checker) profileProductStatus() { c.eachHas("product_status", "security_advisory") }

func (c checker) eachHas(name string, profiles ...string) {
	if !c.profile(profiles...) {
		return
	}
	for path, v := range c.vulnerabilities() {
		if v.Get(name) == nil {
			c.report(path+"/"+name, "the profile needs it")
		}
	}
}

// CSAF 2.0 §6.1.27.7.
func (c checker) vexProductStatus() {
	if !c.profile("vex") {
		return
	}
	for path, v := range c.vulnerabilities() {
		s := v.Get("product_status")
		if !slices.ContainsFunc([]string{"fixed", "known_affected", "known_not_affected", "under_investigation"}, func(name string) bool { return s.Get(name) != nil }) {
			c.report(path+"/product_status", "the profile needs one of fixed, known_affected, known_not_affected, under_investigation")
		}
	}
}

// CSAF 2.0 §6.1.27.8.
func (c checker) vexID() {
	if !c.profile("vex") {
		return
	}
	for path, v := range c.vulnerabilities() {
		if v.Get("cve") == nil && v.Get("ids") == nil {
			c.report(path, "the profile needs cve or ids")
		}
	}
}

// CSAF 2.0 §6.1.27.9: a flag or a threat of category impact says why a product is not affected.
func (c checker) vexImpact() {
	c.vexCovered("known_not_affected", "impact statement", func(v *stix.Value) (list []*stix.Value) {
		for _, f := range items(v, "", "flags") {
			list = append(list, f)
		}
		for _, t := range items(v, "", "threats") {
			if t.Get("category").Text() == "impact" {
				list = append(list, t)
			}
		}
		return list
	})
}

// CSAF 2.0 §6.1.27.10: a remediation says what to do about a product that is affected.
func (c checker) vexAction() {
	c.vexCovered("known_affected", "action statement", func(v *stix.Value) (list []*stix.Value) {
		for _, r := range items(v, "", "remediations") {
			list = append(list, r)
		}
		return list
	})
}

// vexCovered reports products of a status that no statement is about.
func (c checker) vexCovered(status, what string, statements func(v *stix.Value) []*stix.Value) {
	if !c.profile("vex") {
		return
	}
	groups := groupsOf(c.doc)
	for path, v := range c.vulnerabilities() {
		covered := map[string]bool{}
		for _, s := range statements(v) {
			for _, id := range groups.products(s) {
				covered[id] = true
			}
		}
		for at, id := range items(v.Get("product_status"), path+"/product_status", status) {
			if !covered[id.Text()] {
				c.report(at, "product %q has no %s", id.Text(), what)
			}
		}
	}
}

// CSAF 2.0 §6.1.27.11.
func (c checker) profileVulnerabilities() {
	if c.profile("security_advisory", "vex") && c.doc.Get("vulnerabilities") == nil {
		c.report("/vulnerabilities", "the profile needs them")
	}
}
