package csaf

import (
	"net/url"
	"slices"
	"strings"

	"threatwatch/stix"
)

// defined calls f with each definition of a product: in branches, in full_product_names and in relationships.
func defined(doc *stix.Value, f func(path string, product *stix.Value)) {
	tree := doc.Get("product_tree")
	var inBranches func(v *stix.Value, path string)
	inBranches = func(v *stix.Value, path string) {
		for at, b := range items(v, path, "branches") {
			if p := b.Get("product"); p != nil {
				f(at+"/product", p)
			}
			inBranches(b, at)
		}
	}
	inBranches(tree, "/product_tree")
	for at, p := range items(tree, "/product_tree", "full_product_names") {
		f(at, p)
	}
	for at, r := range items(tree, "/product_tree", "relationships") {
		f(at+"/full_product_name", r.Get("full_product_name"))
	}
}

// statuses are the lists of product_status, each with the group of which a product must not be in two (CSAF 2.0 §6.1.6).
var statuses = []struct{ name, group string }{
	{"first_affected", "affected"}, {"known_affected", "affected"}, {"last_affected", "affected"}, {"known_not_affected", "not affected"}, {"first_fixed", "fixed"}, {"fixed", "fixed"},
	{"under_investigation", "under investigation"}, {"recommended", ""},
}

// referred calls f with each reference to a product, or to a group of products.
func referred(doc *stix.Value, f func(path, id string, group bool)) {
	ids := func(v *stix.Value, path, name string, group bool) {
		for at, id := range items(v, path, name) {
			f(at, id.Text(), group)
		}
	}
	tree := doc.Get("product_tree")
	for at, g := range items(tree, "/product_tree", "product_groups") {
		ids(g, at, "product_ids", false)
	}
	for at, r := range items(tree, "/product_tree", "relationships") {
		f(at+"/product_reference", r.Get("product_reference").Text(), false)
		f(at+"/relates_to_product_reference", r.Get("relates_to_product_reference").Text(), false)
	}
	for path, v := range items(doc, "", "vulnerabilities") {
		for _, s := range statuses {
			ids(v.Get("product_status"), path+"/product_status", s.name, false)
		}
		for at, s := range items(v, path, "scores") {
			ids(s, at, "products", false)
		}
		for _, name := range []string{"flags", "remediations", "threats"} {
			for at, x := range items(v, path, name) {
				ids(x, at, "product_ids", false)
				ids(x, at, "group_ids", true)
			}
		}
	}
}

// CSAF 2.0 §6.1.1.
func (c checker) definedProducts() {
	known := map[string]bool{}
	defined(c.doc, func(_ string, p *stix.Value) { known[p.Get("product_id").Text()] = true })
	referred(c.doc, func(path, id string, group bool) {
		if !group && !known[id] {
			c.report(path, "product %q is not defined", id)
		}
	})
}

// CSAF 2.0 §6.1.2.
func (c checker) productsOnce() {
	seen := map[string]bool{}
	defined(c.doc, func(path string, p *stix.Value) { c.once(seen, p.Get("product_id").Text(), path, "product") })
}

// CSAF 2.0 §6.1.3.
func (c checker) circularProducts() {
	parts := map[string][]string{}
	for _, r := range items(c.doc.Get("product_tree"), "", "relationships") {
		id := r.At("full_product_name.product_id").Text()
		parts[id] = append(parts[id], r.Get("product_reference").Text(), r.Get("relates_to_product_reference").Text())
	}
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(id string) bool
	visit = func(id string) bool {
		if state[id] != 0 {
			return state[id] == open
		}
		state[id] = open
		defer func() { state[id] = done }()
		return slices.ContainsFunc(parts[id], visit)
	}
	for at, r := range items(c.doc.Get("product_tree"), "/product_tree", "relationships") {
		if id := r.At("full_product_name.product_id").Text(); state[id] == 0 && visit(id) {
			c.report(at, "product %q is defined by itself", id)
		}
	}
}

// CSAF 2.0 §6.1.4.
func (c checker) definedGroups() {
	groups := groupsOf(c.doc)
	referred(c.doc, func(path, id string, group bool) {
		if _, ok := groups[id]; group && !ok {
			c.report(path, "group %q is not defined", id)
		}
	})
}

// CSAF 2.0 §6.1.5.
func (c checker) groupsOnce() {
	seen := map[string]bool{}
	for at, g := range items(c.doc.Get("product_tree"), "/product_tree", "product_groups") {
		c.once(seen, g.Get("group_id").Text(), at, "group")
	}
}

// groups are the products of each group.
type groups map[string][]string

func groupsOf(doc *stix.Value) groups {
	all := groups{}
	for _, g := range items(doc.Get("product_tree"), "", "product_groups") {
		all[g.Get("group_id").Text()] = g.Get("product_ids").Strings()
	}
	return all
}

// products are those that a flag, a remediation or a threat is about, each once.
func (g groups) products(v *stix.Value) []string {
	list := slices.Clone(v.Get("product_ids").Strings())
	for _, id := range v.Get("group_ids").Strings() {
		list = append(list, g[id]...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// CSAF 2.0 §6.1.6.
func (c checker) contradictingStatus() {
	for path, v := range c.vulnerabilities() {
		group := map[string]string{}
		for _, s := range statuses {
			for at, id := range items(v.Get("product_status"), path+"/product_status", s.name) {
				was, ok := group[id.Text()]
				switch {
				case s.group == "":
				case ok && was != s.group:
					c.report(at, "product %q is %s and %s", id.Text(), was, s.group)
				default:
					group[id.Text()] = s.group
				}
			}
		}
	}
}

// CSAF 2.0 §6.1.13: type and name of a package URL are there, and what is escaped can be read.
func (c checker) packageURLs() {
	defined(c.doc, func(path string, p *stix.Value) {
		purl := p.At("product_identification_helper.purl").Text()
		if purl != "" && !validPURL(purl) {
			c.report(path+"/product_identification_helper/purl", "%q is no package URL", purl)
		}
	})
}

func validPURL(purl string) bool {
	rest, ok := strings.CutPrefix(purl, "pkg:")
	rest, _, _ = strings.Cut(rest, "#")
	rest, _, _ = strings.Cut(rest, "?")
	typ, path, _ := strings.Cut(strings.Trim(rest, "/"), "/")
	if i := strings.LastIndexByte(path, '@'); i >= 0 && !strings.Contains(path[i:], "/") {
		path = path[:i]
	}
	segments := strings.Split(path, "/")
	for _, s := range segments {
		if _, err := url.PathUnescape(s); err != nil {
			return false
		}
	}
	return ok && typ != "" && segments[len(segments)-1] != ""
}

// CSAF 2.0 §6.1.25.
func (c checker) hashesOnce() {
	defined(c.doc, func(path string, p *stix.Value) {
		for at, h := range items(p.Get("product_identification_helper"), path+"/product_identification_helper", "hashes") {
			seen := map[string]bool{}
			for i, d := range items(h, at, "file_hashes") {
				c.once(seen, d.Get("algorithm").Text(), i, "hash of algorithm")
			}
		}
	})
}

// rangeWords say that a name is a range of versions; the marks do so anywhere in it (CSAF 2.0 §6.1.31).
var (
	rangeMarks = []string{"<", ">"}
	rangeWords = []string{"after", "all", "before", "earlier", "later", "prior", "versions"}
)

// CSAF 2.0 §6.1.31.
func (c checker) versionRanges() {
	var in func(v *stix.Value, path string)
	in = func(v *stix.Value, path string) {
		for at, b := range items(v, path, "branches") {
			if name := b.Get("name").Text(); b.Get("category").Text() == "product_version" && isRange(name) {
				c.report(at+"/name", "%q is a range of versions", name)
			}
			in(b, at)
		}
	}
	in(c.doc.Get("product_tree"), "/product_tree")
}

func isRange(name string) bool {
	marked := slices.ContainsFunc(rangeMarks, func(m string) bool { return strings.Contains(name, m) })
	return marked || slices.ContainsFunc(strings.Fields(strings.ToLower(name)), func(w string) bool { return slices.Contains(rangeWords, strings.Trim(w, "(),.;:")) })
}
