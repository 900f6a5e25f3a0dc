package pattern

import (
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dlclark/regexp2"
)

// regex is the operand of MATCHES: a PCRE that is searched for, the point standing for every character (STIX 2.1 §9.6.1; P023). What RE2 can
// say runs in linear time. Look-around, references to groups and the like run on an engine that goes back and tries again, as long as there
// is patience; then the answer is unknown. An expression that neither can say is unknown too.
type regex struct {
	linear   *regexp.Regexp
	final    bool            // RE2 answers otherwise where a line feed ends the text
	search   *regexp2.Regexp // nil when it is not needed
	patience *patience
	foreign  bool // PCRE that neither engine has
	invalid  bool // no regular expression
}

// maxRegex is how long an expression may be, in bytes.
const maxRegex = 1 << 16

func newRegex(expr string, p *patience) *regex {
	if len(expr) > maxRegex {
		return &regex{foreign: true}
	}
	t := translate(expr)
	r := &regex{final: t.final, patience: p, foreign: t.foreign, invalid: t.invalid}
	if r.foreign || r.invalid {
		return r
	}
	if !t.backtracks {
		if re, err := regexp.Compile(string(t.linear)); err == nil {
			r.linear = re
		}
	}
	if r.linear != nil && !r.final {
		return r
	}
	re, err := regexp2.Compile(string(t.search), regexp2.Singleline)
	if err != nil {
		r.invalid = true
		return r
	}
	re.MatchTimeout = perValue
	r.search = re
	return r
}

// match searches s.
func (r *regex) match(s string) verdict {
	switch {
	case r.foreign:
		return unknown
	case r.invalid:
		return never
	case r.linear != nil && (r.search == nil || !strings.HasSuffix(s, "\n")):
		return verdictOf(r.linear.MatchString(s))
	case !r.patience.left():
		return unknown
	}
	found, err := r.search.MatchString(s)
	r.patience.tell(err == nil)
	if err != nil {
		return unknown
	}
	return verdictOf(found)
}

func verdictOf(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// Patience of a pattern with the engine that goes back.
const (
	perValue  = 250 * time.Millisecond // for one value; steps are not counted, but the clock is looked at often
	lateValue = 256                    // how many values in time make up for one that was not
	mostLate  = 4 * lateValue          // when it ends
	firstRest = 64                     // how many values are then not looked at, the first time
)

// patience ends when too many values take too long: a pattern then rests for some values, twice as many each time, before it tries again. So
// neither many values nor many expressions take much longer than a few that run out of time. Goroutines that evaluate one pattern share it.
type patience struct {
	late    atomic.Int64 // rises with each value that takes too long, falls with each that does not
	resting atomic.Int64 // how many values more are not looked at
	rest    atomic.Int64 // how many were it at the last time
}

// left says whether the next value may be looked at.
func (p *patience) left() bool {
	return p.resting.Load() <= 0 || p.resting.Add(-1) < 0
}

// tell says of a value whether it was answered in time.
func (p *patience) tell(inTime bool) {
	if inTime {
		if p.late.Load() > 0 && p.late.Add(-1) == 0 {
			p.rest.Store(0)
		}
		return
	}
	if p.late.Add(lateValue) >= mostLate {
		p.late.Add(-lateValue) // the first one that is late again ends it again
		rest := min(max(2*p.rest.Load(), firstRest), 1<<30)
		p.rest.Store(rest)
		p.resting.Store(rest)
	}
}
