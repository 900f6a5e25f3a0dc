package stix

import "strings"

// Lift returns the STIX 2.1 form of a STIX 2.0 object; an object of 2.1 comes back as it is. The argument is not changed; the identifier,
// the times and every custom property stay. What differs between the versions (STIX 2.1 Appendix D, "Revision History"):
//
//	every object      spec_version "2.1"; in hashes, "ssdeep" is called "SSDEEP"
//	bundle            no spec_version of its own; its objects are lifted
//	indicator         pattern_type "stix", pattern_version "2.0"; labels become indicator_types
//	malware           labels become malware_types; is_family is true unless the name is a hash: the 2.0 object was a stub for
//	                  what is known by a name
//	report, threat-actor, tool   labels become report_types, threat_actor_types, tool_types
//	identity          labels become roles
//	observed-data     objects stay, as the deprecated property that they are in 2.1
//
// Selectors of granular markings follow their property. Where the new property is there already, labels stay labels.
func Lift(o *Object) (*Object, error) {
	if o.SpecVersion != "2.0" {
		return o, nil
	}
	root := o.Root.Clone()
	liftValue(root)
	return FromValue(root)
}

func liftValue(root *Value) {
	typ := root.Get("type").Text()
	if typ == "bundle" {
		root.Remove("spec_version")
		if objects := root.Get("objects"); objects != nil {
			for _, it := range objects.Items {
				if it.Kind == Dict && it.Get("spec_version").Text() != "2.1" && !IsSCO(it.Get("type").Text()) {
					liftValue(it)
				}
			}
		}
		return
	}
	setAfter(root, "type", "spec_version", NewString("2.1"))
	liftHashes(root)
	switch typ {
	case "indicator":
		if root.Get("pattern_type") == nil { // without a version the pattern would be one of 2.1 (STIX 2.1 §4.7)
			setAfter(root, "pattern", "pattern_type", NewString("stix"))
			setAfter(root, "pattern_type", "pattern_version", NewString("2.0"))
		}
		moveLabels(root, "indicator_types")
	case "malware":
		if root.Get("is_family") == nil {
			setAfter(root, "name", "is_family", NewBool(!namedByHash(root)))
		}
		moveLabels(root, "malware_types")
	case "report":
		moveLabels(root, "report_types")
	case "threat-actor":
		moveLabels(root, "threat_actor_types")
	case "tool":
		moveLabels(root, "tool_types")
	case "identity":
		moveLabels(root, "roles")
	}
}

// setAfter gives a member its value, and its place behind another one when it is new.
func setAfter(v *Value, after, name string, x *Value) {
	fresh := v.Get(name) == nil
	v.Set(name, x)
	if !fresh {
		return
	}
	last := len(v.Members) - 1
	m := v.Members[last]
	for i := range v.Members[:last] {
		if v.Members[i].Name == after {
			copy(v.Members[i+2:], v.Members[i+1:last])
			v.Members[i+1] = m
			return
		}
	}
}

// moveLabels renames labels, and what granular markings say about them.
func moveLabels(root *Value, to string) {
	if root.Get(to) != nil {
		return
	}
	for i := range root.Members {
		if root.Members[i].Name == "labels" {
			root.Members[i].Name = to
			renameSelectors(root.Get("granular_markings"), "labels", to)
			return
		}
	}
}

func renameSelectors(markings *Value, from, to string) {
	if markings == nil {
		return
	}
	for _, m := range markings.Items {
		selectors := m.Get("selectors")
		if selectors == nil {
			continue
		}
		for _, s := range selectors.Items {
			if s.Text() == from || strings.HasPrefix(s.Text(), from+".") {
				s.Str = to + s.Str[len(from):]
			}
		}
	}
}

// liftHashes renames the algorithm whose name changed, at any depth.
func liftHashes(v *Value) {
	for i := range v.Members {
		m := &v.Members[i]
		if m.Name == "hashes" && m.Value.Kind == Dict && m.Value.Get("SSDEEP") == nil {
			for j := range m.Value.Members {
				if h := &m.Value.Members[j]; h.Name == "ssdeep" {
					h.Name = "SSDEEP"
				}
			}
		}
		liftHashes(m.Value)
	}
	for _, it := range v.Items {
		liftHashes(it)
	}
}

// namedByHash says whether a malware object is named like one sample.
func namedByHash(root *Value) bool {
	name := root.Get("name").Text()
	switch len(name) {
	case 32, 40, 64, 128:
		return isHex(name)
	}
	return false
}
