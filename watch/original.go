package watch

import (
	"iter"

	"threatwatch/stix"
)

// Kept are the records of a format that incidents among the objects keep, in their order.
func Kept(objects iter.Seq2[*stix.Value, error], format string) iter.Seq2[*stix.Value, error] {
	return func(yield func(*stix.Value, error) bool) {
		for o, err := range objects {
			if err != nil {
				yield(nil, err)
				return
			}
			list := o.Get("extensions").Get(IncidentID).Get("original")
			if list == nil {
				continue
			}
			for _, kept := range list.Items {
				if kept.Get("format").Text() == format && !yield(kept.Get("record"), nil) {
					return
				}
			}
		}
	}
}
