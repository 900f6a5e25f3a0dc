package web

import (
	"strconv"

	"threatwatch/watch"
)

// thousands writes a number with its thousands apart.
func thousands[N int | int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// records says how many, as precise as it is known: a range, an estimate, or a number that stands for "not known yet".
func records(r *watch.Records) string {
	if r == nil || r.Min == nil && r.Best == nil && r.Max == nil {
		return "number not known"
	}
	var s string
	switch {
	case r.Placeholder:
		return firstOf(r.Best, r.Min, r.Max) + " or more (placeholder: the number is not known yet)"
	case r.Min != nil && r.Max != nil && *r.Min == *r.Max:
		s = thousands(*r.Min)
	case r.Best != nil && (r.Min != nil || r.Max != nil):
		s = "about " + thousands(*r.Best) + " (" + between(r) + ")"
	case r.Best != nil:
		s = "about " + thousands(*r.Best)
	default:
		s = between(r)
	}
	if r.AsOf != "" {
		s += ", as of " + r.AsOf
	}
	return s
}

func between(r *watch.Records) string {
	switch {
	case r.Min != nil && r.Max != nil:
		return "between " + thousands(*r.Min) + " and " + thousands(*r.Max)
	case r.Min != nil:
		return "at least " + thousands(*r.Min)
	}
	return "at most " + thousands(*r.Max)
}

func firstOf(list ...*int64) string {
	for _, n := range list {
		if n != nil {
			return thousands(*n)
		}
	}
	return ""
}
