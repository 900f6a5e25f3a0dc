package draft

import (
	"bytes"
	"time"

	"threatwatch/stix"
)

// Revise writes into a held object what somebody changed of it. before and after are how a model writes what it read of the object, and what
// became of that: only where the two differ is the object changed, so that what the model does not know of stays as it was.
func Revise(held, before, after *stix.Value) {
	for _, m := range after.Members {
		was, has := before.Get(m.Name), held.Get(m.Name)
		switch {
		case was != nil && equal(was, m.Value):
		case dict(was) && dict(has) && dict(m.Value):
			Revise(has, was, m.Value)
		default:
			held.Set(m.Name, m.Value)
		}
	}
	held.Members = without(held.Members, func(m stix.Member) bool { return before.Get(m.Name) != nil && after.Get(m.Name) == nil })
}

func dict(v *stix.Value) bool { return v != nil && v.Kind == stix.Dict }

func equal(a, b *stix.Value) bool {
	x, errX := a.Canonical()
	y, errY := b.Canonical()
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func without(list []stix.Member, gone func(stix.Member) bool) []stix.Member {
	kept := make([]stix.Member, 0, len(list))
	for _, m := range list {
		if !gone(m) {
			kept = append(kept, m)
		}
	}
	return kept
}

// Stamp gives an object the version of a moment; of what is held already a later one than it has (STIX 2.1 §3.6).
func Stamp(o *stix.Value, now time.Time) {
	at := stix.FormatTime(now.Truncate(time.Millisecond).UnixMicro())
	if o.Get("created") == nil {
		o.Set("created", stix.NewString(at))
	} else if held, err := stix.ParseTime(o.Get("modified").Text()); err == nil && !now.Truncate(time.Millisecond).After(held) {
		at = after(o.Get("modified").Text())
	}
	o.Set("modified", stix.NewString(at))
}
