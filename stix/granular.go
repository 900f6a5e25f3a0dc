package stix

// Granular is one granular marking: a marking definition or a language for parts of an object (STIX 2.1 §7.2.3).
type Granular struct {
	MarkingRef, Lang string
	Selectors        []string
}

// Granular lists the granular markings of the object. Whether they follow the rules is [Object.Validate]'s to say; a marking that
// holds both a reference and a language comes with both.
func (o *Object) Granular() []Granular {
	v := o.Root.Get("granular_markings")
	if v == nil || v.Kind != Array {
		return nil
	}
	out := make([]Granular, 0, len(v.Items))
	for _, it := range v.Items {
		out = append(out, Granular{
			MarkingRef: it.Get("marking_ref").Text(),
			Lang:       it.Get("lang").Text(),
			Selectors:  it.Get("selectors").Strings(),
		})
	}
	return out
}
