package pattern

import (
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dlclark/regexp2"
)

// regex is the operand of MATCHES: a PCRE that is searched for, the point standing for every character (STIX 2.1 §9.6.1; P023). What RE2 can
// say runs in linear time. Look-around, references to groups and the like run on an engine that goes back and tries again, as long as there
// is patience; then the answer is unknown. An expression that neither can say is unknown too.
type regex struct {
	expr     string
	patience *patience
	once     sync.Once // makes what follows

	linear   *regexp.Regexp
	final    bool // RE2 answers otherwise where a line feed ends the text
	foreign  bool // PCRE that neither engine has
	invalid  bool // no regular expression
	searched string
	second   sync.Once       // makes the engine that goes back, of searched
	search   *regexp2.Regexp // nil when it is not needed, or cannot be made
}

// maxRegex is how long an expression may be, in bytes.
const maxRegex = 1 << 16

// newRegex is made ready by who first asks it: many patterns are read of which few come to their expressions.
func newRegex(expr string, p *patience) *regex { return &regex{expr: expr, patience: p} }

// ready makes the engines.
func (r *regex) ready() *regex {
	r.once.Do(r.compile)
	return r
}

func (r *regex) compile() {
	if len(r.expr) > maxRegex {
		r.foreign = true
		return
	}
	t := translate(r.expr)
	r.final, r.foreign, r.invalid = t.final, t.foreign, t.invalid
	if r.foreign || r.invalid {
		return
	}
	if !t.backtracks {
		if re, err := regexp.Compile(string(t.linear)); err == nil {
			r.linear = re
		}
	}
	r.searched = string(t.search)
	if r.linear == nil {
		r.invalid = r.slow() == nil
	}
}

// slow makes the engine that goes back, when it is needed first; nil where it cannot say the expression.
func (r *regex) slow() *regexp2.Regexp {
	r.second.Do(func() {
		re, err := regexp2.Compile(r.searched, regexp2.Singleline)
		if err == nil {
			re.MatchTimeout = perValue
			r.search = re
		}
	})
	return r.search
}

// match searches s.
func (r *regex) match(s string) verdict {
	r.ready()
	switch {
	case r.foreign:
		return unknown
	case r.invalid:
		return never
	case r.linear != nil && (!r.final || !strings.HasSuffix(s, "\n")):
		return verdictOf(r.linear.MatchString(s))
	case r.slow() == nil, !r.patience.left():
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
