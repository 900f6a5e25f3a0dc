package pattern

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"threatwatch/pattern/syntax"
)

// moment is a time as evaluation needs it: seconds, parts of 10^-18 seconds, and steps too small to measure. With the last, "before t" is
// "up to one step before t", so that every window is closed and nothing is rounded. Digits beyond the eighteenth are cut.
type moment struct {
	sec  int64
	part int64 // 0 to 10^18 - 1
	step int32
}

const second = int64(1e18) // parts

// The ends of time.
var (
	ever = moment{sec: math.MinInt64 / 2}
	end  = moment{sec: math.MaxInt64 / 2}
)

func momentOf(t syntax.Instant) moment {
	return moment{sec: t.Sec, part: parts(t.Frac)}
}

// parts reads digits behind a point.
func parts(digits string) int64 {
	if digits == "" {
		return 0
	}
	digits += strings.Repeat("0", max(0, 18-len(digits)))
	n, _ := strconv.ParseInt(digits[:18], 10, 64) // digits only
	return n
}

// lengthOf reads the number of WITHIN. One too small to write in parts is one part: WITHIN holds for a single observation at least.
func lengthOf(seconds string) moment {
	whole, fraction, _ := strings.Cut(seconds, ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	if (err != nil && whole != "") || sec > end.sec/4 {
		sec = end.sec / 4
	}
	d := moment{sec: sec, part: parts(fraction)}
	if d == (moment{}) {
		d.part = 1
	}
	return d
}

func (m moment) compare(n moment) int {
	return cmp.Or(cmp.Compare(m.sec, n.sec), cmp.Compare(m.part, n.part), cmp.Compare(m.step, n.step))
}

func (m moment) before(n moment) bool { return m.compare(n) < 0 }

func (m moment) plus(d moment) moment {
	m.sec, m.part, m.step = m.sec+d.sec, m.part+d.part, m.step+d.step
	if m.part >= second {
		m.sec, m.part = m.sec+1, m.part-second
	}
	return m
}

// justBefore is the last moment before m.
func (m moment) justBefore() moment {
	m.step--
	return m
}

// justAfter is the first moment after m.
func (m moment) justAfter() moment {
	m.step++
	return m
}

// window is a time from lo to hi, both included.
type window struct{ lo, hi moment }

var always = window{ever, end}

func (w window) meet(v window) window {
	if w.lo.before(v.lo) {
		w.lo = v.lo
	}
	if v.hi.before(w.hi) {
		w.hi = v.hi
	}
	return w
}

func (w window) empty() bool { return w.hi.before(w.lo) }

// touches says whether the two have a moment in common.
func (w window) touches(v window) bool { return !w.meet(v).empty() }
