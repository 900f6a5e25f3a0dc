package syntax

import (
	"cmp"
	"strings"
	"time"
)

// Instant is a moment with every digit of its fraction, so that moments compare exactly.
type Instant struct {
	Sec  int64  // since 1970
	Frac string // the digits behind the point, without zeros at the end
}

// ParseInstant reads a timestamp as STIX 2.1 §2.16 and §9.2 want it: YYYY-MM-DDThh:mm:ss, perhaps a fraction, Z. A leap second, which only
// ends a day, is the second after; there is none in the last year that can be written.
func ParseInstant(s string) (Instant, bool) {
	const form = "0000-00-00T00:00:00"
	if len(s) <= len(form) || s[len(s)-1] != 'Z' {
		return Instant{}, false
	}
	var n [19]int
	for i := range len(form) {
		if form[i] != '0' {
			if s[i] != form[i] {
				return Instant{}, false
			}
			continue
		}
		if s[i] < '0' || s[i] > '9' {
			return Instant{}, false
		}
		n[i] = int(s[i] - '0')
	}
	year, month, day := n[0]*1000+n[1]*100+n[2]*10+n[3], n[5]*10+n[6], n[8]*10+n[9]
	hour, minute, second := n[11]*10+n[12], n[14]*10+n[15], n[17]*10+n[18]
	if hour > 23 || minute > 59 || second > 60 || second == 60 && (hour != 23 || minute != 59 || year == 9999) {
		return Instant{}, false
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if month < 1 || month > 12 || date.Day() != day {
		return Instant{}, false
	}
	frac := s[len(form) : len(s)-1]
	if frac != "" {
		if frac[0] != '.' || len(frac) == 1 || digits(frac, 1) != len(frac) {
			return Instant{}, false
		}
		frac = strings.TrimRight(frac[1:], "0")
	}
	return Instant{date.Unix() + int64(hour*3600+minute*60+second), frac}, true
}

// Compare says whether i is before (-1), the same as (0) or after (1) j.
func (i Instant) Compare(j Instant) int {
	return cmp.Or(cmp.Compare(i.Sec, j.Sec), strings.Compare(i.Frac, j.Frac))
}

// String writes i as ParseInstant reads it.
func (i Instant) String() string {
	s := time.Unix(i.Sec, 0).UTC().Format("2006-01-02T15:04:05")
	if i.Frac != "" {
		s += "." + i.Frac
	}
	return s + "Z"
}
