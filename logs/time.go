package logs

import (
	"bytes"
	"strconv"
	"time"
)

// When reads the time of the record. It knows
//
//	RFC 3339 and what is near it: a blank for the T, a comma for the point, zones as +0000, slashes between the numbers of the date
//	seconds since 1970 with a fraction (Zeek), milliseconds, microseconds and nanoseconds, told apart by their size
//	/Date(1772359200123)/ (PowerShell)
//	FILETIME: 100 ns since 1601
//	10/Oct/2000:13:55:36 -0700 (Apache), 10-Oct-2000 13:55:36 (BIND)
//	10/25/2022-10:29:01.860293 (Suricata's fast.log), 6/8/2022 1:02:03 PM
//	Oct 11 22:14:15 (RFC 3164)
//
// A time without a zone is taken for UTC. One without a year is of the last year in which it is not more than a day ahead of the clock.
func (r *Record) When() (time.Time, bool) { return when(r.Time, time.Now) }

func when(v []byte, now func() time.Time) (time.Time, bool) {
	v = bytes.Trim(v, "[]\" ")
	if len(v) < 5 {
		return time.Time{}, false
	}
	if inside, ok := bytes.CutPrefix(v, []byte("/Date(")); ok {
		return epoch(inside[:digits(inside)])
	}
	var d date
	switch {
	case v[0]-'0' > 9:
		if v[0] == '-' {
			return time.Time{}, false
		}
		return d.rfc3164(v, now)
	case isNumber(v):
		return epoch(v)
	}
	n := digits(v)
	if n >= len(v) {
		return time.Time{}, false
	}
	rest := v[n+1:]
	switch c := v[n]; {
	case n == 4 && (c == '-' || c == '/'):
		return d.iso(v)
	case n <= 2 && (c == '/' || c == '-') && len(rest) > 3 && rest[0]-'0' > 9:
		return d.monthName(v)
	case n <= 2 && c == '/':
		return d.american(v)
	}
	return time.Time{}, false
}

// epoch reads a number by its size; the borders lie thousands of years apart.
func epoch(v []byte) (time.Time, bool) {
	whole, frac, _ := bytes.Cut(v, []byte("."))
	n, err := strconv.ParseInt(string(whole), 10, 64)
	if err != nil || n < 0 {
		return time.Time{}, false
	}
	switch {
	case n < 1e11:
		return time.Unix(n, fraction(frac)).UTC(), true
	case n < 1e14:
		return time.UnixMilli(n).UTC(), true
	case n < 1e17:
		return time.UnixMicro(n).UTC(), true
	case n < 1e18: // FILETIME of the years 1917 to 4770
		const to1970 = 116444736000000000
		return time.Unix((n-to1970)/1e7, (n-to1970)%1e7*100).UTC(), true
	}
	return time.Unix(0, n).UTC(), true
}

func isNumber(v []byte) bool {
	points := 0
	for _, c := range v {
		if c == '.' {
			points++
		} else if c-'0' > 9 {
			return false
		}
	}
	return points <= 1
}

// fraction returns the nanoseconds of the digits after a point.
func fraction(v []byte) int64 {
	var ns int64
	for i := range 9 {
		ns *= 10
		if i < len(v) {
			ns += int64(v[i] - '0')
		}
	}
	return ns
}

func digits(v []byte) int {
	n := 0
	for n < len(v) && v[n]-'0' <= 9 {
		n++
	}
	return n
}

// date is a time that is being read.
type date struct{ year, month, day, hour, minute, second, nano, zone int }

// number reads up to two or more digits and the one byte after them.
func number(v []byte, most int) (n int, rest []byte, ok bool) {
	i := 0
	for i < len(v) && i < most && v[i]-'0' <= 9 {
		n = n*10 + int(v[i]-'0')
		i++
	}
	return n, v[i:], i > 0
}

// iso reads 2006-01-02T15:04:05.999Z07:00 and its like.
func (d *date) iso(v []byte) (time.Time, bool) {
	var ok bool
	if d.year, v, ok = number(v, 4); !ok || len(v) < 2 {
		return time.Time{}, false
	}
	if d.month, v, ok = number(v[1:], 2); !ok || len(v) < 2 {
		return time.Time{}, false
	}
	if d.day, v, ok = number(v[1:], 2); !ok {
		return time.Time{}, false
	}
	if len(v) == 0 {
		return d.time()
	}
	return d.clock(v[1:])
}

// clock reads what follows the date: 15:04:05.999, AM or PM, and a zone.
func (d *date) clock(v []byte) (time.Time, bool) {
	var ok bool
	if d.hour, v, ok = number(v, 2); !ok || len(v) < 2 || v[0] != ':' {
		return time.Time{}, false
	}
	if d.minute, v, ok = number(v[1:], 2); !ok {
		return time.Time{}, false
	}
	if len(v) > 1 && v[0] == ':' {
		if d.second, v, ok = number(v[1:], 2); !ok {
			return time.Time{}, false
		}
	}
	if len(v) > 1 && (v[0] == '.' || v[0] == ',') {
		n := digits(v[1:])
		d.nano, v = int(fraction(v[1:1+n])), v[1+n:]
	}
	return d.tail(bytes.TrimLeft(v, " "))
}

// tail reads AM, PM and the zone. What is not a zone is what follows the time in the text.
func (d *date) tail(v []byte) (time.Time, bool) {
	if len(v) >= 2 && v[1]|0x20 == 'm' {
		switch v[0] | 0x20 {
		case 'a':
			d.hour %= 12
		case 'p':
			d.hour = d.hour%12 + 12
		}
	}
	if len(v) >= 3 && (v[0] == '+' || v[0] == '-') {
		hours, rest, ok := number(v[1:], 2)
		if !ok {
			return time.Time{}, false
		}
		if len(rest) > 0 && rest[0] == ':' {
			rest = rest[1:]
		}
		minutes, _, _ := number(rest, 2)
		d.zone = hours*3600 + minutes*60
		if v[0] == '-' {
			d.zone = -d.zone
		}
	}
	return d.time()
}

// monthName reads 02/Jan/2006:15:04:05 and 02-Jan-2006 15:04:05.
func (d *date) monthName(v []byte) (time.Time, bool) {
	var ok bool
	d.day, v, _ = number(v, 2)
	if d.month = month(v[1:]); d.month == 0 || len(v) < 6 {
		return time.Time{}, false
	}
	if d.year, v, ok = number(v[5:], 4); !ok || len(v) < 2 {
		return time.Time{}, false
	}
	return d.clock(v[1:])
}

// american reads 01/02/2006-15:04:05 and 1/2/2006 3:04:05 PM.
func (d *date) american(v []byte) (time.Time, bool) {
	var ok bool
	d.month, v, _ = number(v, 2)
	if d.day, v, ok = number(v[1:], 2); !ok || len(v) < 2 || v[0] != '/' {
		return time.Time{}, false
	}
	if d.year, v, ok = number(v[1:], 4); !ok || len(v) < 2 {
		return time.Time{}, false
	}
	return d.clock(v[1:])
}

// rfc3164 reads Jan _2 15:04:05, with a year before or after the clock where somebody put one.
func (d *date) rfc3164(v []byte, now func() time.Time) (time.Time, bool) {
	if d.month = month(v); d.month == 0 || len(v) < 12 || v[3] != ' ' {
		return time.Time{}, false
	}
	var ok bool
	if d.day, v, ok = number(bytes.TrimLeft(v[3:], " "), 2); !ok || len(v) < 2 || v[0] != ' ' {
		return time.Time{}, false
	}
	v = v[1:]
	if digits(v) == 4 && len(v) > 5 {
		d.year, v, _ = number(v, 4)
		return d.clock(v[1:])
	}
	latest := now().UTC().Add(24 * time.Hour)
	for d.year = latest.Year(); d.year > latest.Year()-9; d.year-- { // 29 February may be eight years back
		if t, ok := d.clock(v); ok && !t.After(latest) {
			return t, true
		}
	}
	return time.Time{}, false
}

func month(v []byte) int {
	if len(v) < 3 {
		return 0
	}
	const names = "janfebmaraprmayjunjulaugsepoctnovdec"
	for m := range 12 {
		if v[0]|0x20 == names[3*m] && v[1]|0x20 == names[3*m+1] && v[2]|0x20 == names[3*m+2] {
			return m + 1
		}
	}
	return 0
}

// time checks the numbers, which time.Date would carry over.
func (d *date) time() (time.Time, bool) {
	if d.month < 1 || d.month > 12 || d.day < 1 || d.hour > 23 || d.minute > 59 || d.second > 60 || d.year < 1 {
		return time.Time{}, false
	}
	if d.day > time.Date(d.year, time.Month(d.month)+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return time.Time{}, false
	}
	t := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, d.second, d.nano, time.UTC)
	return t.Add(-time.Duration(d.zone) * time.Second), true
}
