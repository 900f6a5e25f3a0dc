package syntax

import "slices"

// Impossible says whether an AND joins comparisons that no single object can satisfy, because they begin at objects of different types
// (STIX 2.1 §9.5).
func Impossible(c Cond) bool {
	_, impossible := types(c)
	return impossible
}

// types returns the types of the objects for which a condition may hold.
func types(c Cond) (list []string, impossible bool) {
	j, ok := c.(*Junction)
	if !ok {
		return []string{c.(*Comparison).Path.Type}, false
	}
	for i, o := range j.Operands {
		more, bad := types(o)
		impossible = impossible || bad
		switch {
		case i == 0:
			list = more
		case j.Op == Or:
			list = slices.Compact(slices.Sorted(slices.Values(append(list, more...))))
		default:
			list = slices.DeleteFunc(list, func(t string) bool { return !slices.Contains(more, t) })
			impossible = impossible || len(list) == 0
		}
	}
	return list, impossible
}
