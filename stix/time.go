package stix

import (
	"time"

	"threatwatch"
)

// ParseTime reads a STIX timestamp: RFC 3339 in UTC with upper-case T and Z, whole seconds and any fraction (STIX 2.1 §2.16; S006).
// What goes beyond nanoseconds is cut. A leap second is taken as the second after.
func ParseTime(s string) (time.Time, error) {
	sec, nano, ok := scanTime(s)
	if !ok {
		return time.Time{}, threatwatch.Errorf(threatwatch.Invalid, "%q is no timestamp YYYY-MM-DDThh:mm:ss[.s+]Z (STIX 2.1 §2.16)", clip(s))
	}
	return time.Unix(sec, nano).UTC(), nil
}

// FormatTime writes microseconds since 1970 with six digits and Z.
func FormatTime(micros int64) string {
	return string(time.UnixMicro(micros).UTC().AppendFormat(make([]byte, 0, 27), "2006-01-02T15:04:05.000000Z"))
}

// parseMicros is [ParseTime] in microseconds since 1970; finer digits are cut.
func parseMicros(s string) (int64, bool) {
	sec, nano, ok := scanTime(s)
	if !ok {
		return 0, false
	}
	return sec*1e6 + nano/1e3, true
}

func scanTime(s string) (sec, nano int64, ok bool) {
	if len(s) < 20 || s[len(s)-1] != 'Z' || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return 0, 0, false
	}
	c1, ok1 := number2(s, 0)
	c2, ok2 := number2(s, 2)
	mon, ok3 := number2(s, 5)
	day, ok4 := number2(s, 8)
	hour, ok5 := number2(s, 11)
	minute, ok6 := number2(s, 14)
	second, ok7 := number2(s, 17)
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && ok7) {
		return 0, 0, false
	}
	year := c1*100 + c2
	if mon < 1 || mon > 12 || day < 1 || day > daysIn(year, mon) || hour > 23 || minute > 59 || second > 60 {
		return 0, 0, false
	}
	if second == 60 && (hour != 23 || minute != 59) { // RFC 3339 §5.7: leap seconds end a UTC day
		return 0, 0, false
	}
	if nano, ok = fraction(s[19 : len(s)-1]); !ok {
		return 0, 0, false
	}
	return days(year, mon, day)*86400 + hour*3600 + minute*60 + second, nano, true
}

// fraction reads "" or ".digits" as nanoseconds.
func fraction(s string) (int64, bool) {
	if s == "" {
		return 0, true
	}
	if s[0] != '.' || len(s) < 2 {
		return 0, false
	}
	nano, scale := int64(0), int64(1e8)
	for _, c := range []byte(s[1:]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		nano += int64(c-'0') * scale
		scale /= 10
	}
	return nano, true
}

func number2(s string, i int) (int64, bool) {
	a, b := s[i]-'0', s[i+1]-'0'
	return int64(a)*10 + int64(b), a <= 9 && b <= 9
}

func daysIn(year, mon int64) int64 {
	switch mon {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// days counts days since 1970-01-01 in the Gregorian calendar: years begin in March, so that the leap day comes last.
func days(year, mon, day int64) int64 {
	y, m := year, mon-3
	if m < 0 {
		y, m = y-1, m+12
	}
	y += 400 // keeps the divisions below positive for year 0
	return y*365 + y/4 - y/100 + y/400 + (m*153+2)/5 + day - 1 - 719468 - 146097
}
