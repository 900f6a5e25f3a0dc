package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"threatwatch"
	"threatwatch/history"
	"threatwatch/match"
)

// huntCmd answers "was this seen, when, where, how often?" from what was remembered of logs.
type huntCmd struct {
	In     string   `required:"" placeholder:"DIR" type:"path" help:"History to look in: the directory that match --remember writes."`
	Since  string   `xor:"from" placeholder:"TIME" help:"Only what was seen from then on: 2026-11-01, 2026-11-01T10:00:00Z. Rows are of an hour, and count whole."`
	Until  string   `placeholder:"TIME" help:"Only what was seen before then."`
	Last   string   `placeholder:"SPAN" xor:"from" help:"Only what was seen in so many days, weeks or hours before now: 90d, 12w, 36h."`
	JSON   bool     `name:"json" help:"One JSON object a line."`
	Data   place    `type:"place" placeholder:"DIR|URL" help:"Hunt the indicators of an exchange: a directory, or a postgres:// URL."`
	New    bool     `help:"Of these only what has come since the last hunt with --new in this history."`
	Follow bool     `help:"Stay, and hunt each indicator as it comes."`
	What   []string `arg:"" optional:"" name:"value|file" help:"Addresses, networks, domains, URLs, hashes, …, defanged or not; or files of indicators, as match reads them. - is standard input."`
}

// Help is shown by --help.
func (*huntCmd) Help() string {
	return `Examples:

  threatwatch hunt --in ./seen 'evil[.]example' 198.51.100.0/24
  threatwatch hunt --in ./seen --last 90d new-indicators.json
  threatwatch hunt --in ./seen --json - < bundle.json
  threatwatch hunt --in ./seen --data ./data --new --follow       # what comes into the exchange is hunted at once

A name of a file that is there is a file. Indicators are hunted whether or not they were valid at the time. HOW: exact, the value; below, a name under
the domain, or the URL with a query; within, an address in the network.

Values are kept as 64 bits of a keyed hash, so a hit rests on these; how many false ones to expect is said on standard error. Of names under a domain are found
those that lie under the registrable domain or one of the two names next below it. Networks: IPv4 from /16, IPv6 from /48 to /64 and from /112.
URL paths on any host and subkeys of registry keys are not remembered. To forget a month, remove its files: rm ./seen/2026-01-*

Exit status 0: something was seen. 1: nothing was. 2: something could not be looked for or read; what was found is printed all the same.`
}

// Run hunts.
func (c *huntCmd) Run(a *app) error {
	if err := c.checkExchange(); err != nil {
		return err
	}
	span, err := c.span(time.Now())
	if err != nil {
		return err
	}
	var code exitCode
	if c.Data != "" {
		code, err = c.exchange(a, span)
	} else {
		code, err = c.values(a, span)
	}
	if err == nil && code != exitFine {
		return code
	}
	return err
}

// open opens the history.
func (c *huntCmd) open() (*history.History, error) {
	h, err := history.Open(c.In)
	if threatwatch.KindOf(err) == threatwatch.NotFound { // which would mean that the value was not seen
		err = threatwatch.Errorf(threatwatch.Invalid, "%v", err)
	}
	return h, withHint(err, "threatwatch match --remember %s LOG makes one", c.In)
}

// values hunts what the arguments name.
func (c *huntCmd) values(a *app, span history.Span) (exitCode, error) {
	h, err := c.open()
	if err != nil {
		return exitCannot, err
	}
	defer h.Close()
	u := newHunt(a, h)
	for _, what := range c.What {
		if err := u.ask(what); err != nil {
			return exitCannot, err
		}
	}
	return c.tell(u, span)
}

// tell hunts what was asked and prints what was found.
func (c *huntCmd) tell(u *hunt, span history.Span) (exitCode, error) {
	begun := time.Now()
	found, err := u.run(span)
	if err != nil {
		return exitCannot, err
	}
	if c.JSON {
		err = jsonLines(u.app, found)
	} else {
		err = printFound(u.Out, found)
	}
	if err != nil {
		return exitCannot, err
	}
	u.summary(len(found), time.Since(begun))
	switch {
	case u.trouble:
		return exitCannot, nil
	case len(found) == 0:
		return exitWrong, nil
	}
	return exitFine, nil
}

// span reads the flags that bound a hunt.
func (c *huntCmd) span(now time.Time) (s history.Span, err error) {
	if c.Last != "" {
		d, err := parseDays(c.Last)
		if err != nil {
			return s, err
		}
		s.Since = now.Add(-d)
	}
	for _, bound := range []struct {
		flag, text string
		to         *time.Time
	}{{"--since", c.Since, &s.Since}, {"--until", c.Until, &s.Until}} {
		if bound.text == "" {
			continue
		}
		if *bound.to, err = parseMoment(bound.text); err != nil {
			return s, threatwatch.Errorf(threatwatch.Invalid, "%s: %v", bound.flag, err)
		}
	}
	return s, nil
}

// parseDays reads a span of time: what Go reads, and days and weeks.
func parseDays(s string) (time.Duration, error) {
	for unit, hours := range map[string]float64{"d": 24, "w": 7 * 24} {
		if n, ok := strings.CutSuffix(s, unit); ok {
			x, err := strconv.ParseFloat(n, 64)
			if err == nil && x >= 0 && x*hours < math.MaxInt64/float64(time.Hour) {
				return time.Duration(x * hours * float64(time.Hour)), nil
			}
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, threatwatch.Errorf(threatwatch.Invalid, "%q is no span of time such as 90d, 12w or 36h", s)
	}
	return d, nil
}

// parseMoment reads a day or an RFC 3339 time.
func parseMoment(s string) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, threatwatch.Errorf(threatwatch.Invalid, "%q is neither a day such as 2026-11-01 nor a time such as 2026-11-01T10:00:00Z", s)
	}
	return t, nil
}

// hunt is one hunt: what is asked, and what it is found by.
type hunt struct {
	*app
	h       *history.History
	asks    []history.Ask
	whose   []asked // of each ask
	values  int
	trouble bool // something could not be looked for or read
}

// asked is what was asked for.
type asked struct {
	value match.Value
	said  []match.Claim // where it came from a file
}

// found is a line of the answer.
type found struct {
	Value      string       `json:"value"`
	Type       string       `json:"type"`
	How        string       `json:"how"`
	Seen       string       `json:"seen"` // of a network the address
	First      string       `json:"first"`
	Last       string       `json:"last"`
	Count      uint64       `json:"count"`
	Sensors    []sensorLine `json:"sensors"`
	Indicators []string     `json:"indicators,omitempty"`
	Sources    []string     `json:"sources,omitempty"`
	Basis      string       `json:"basis"`
}

type sensorLine struct {
	Name  string `json:"name"`
	First string `json:"first"`
	Last  string `json:"last"`
	Count uint64 `json:"count"`
}

func newHunt(a *app, h *history.History) *hunt { return &hunt{app: a, h: h} }

// ask takes an argument: a file of indicators, or a value.
func (u *hunt) ask(what string) error {
	if what == "-" {
		return u.read(what, u.In)
	}
	if info, err := os.Stat(what); err == nil && info.Mode().IsRegular() {
		f, err := os.Open(what)
		if err != nil {
			return err
		}
		defer f.Close()
		return u.read(what, f)
	}
	v, ok := match.Guess(what)
	if !ok {
		u.complain("%s is neither a file nor an address, network, domain, URL, hash, or anything else that logs hold", plain(what))
		return nil
	}
	return u.add(asked{value: v})
}

// read asks for all that a file of indicators names.
func (u *hunt) read(name string, from io.Reader) error {
	l := u.loader()
	if err := l.Read(name, from); err != nil {
		return err
	}
	return u.loaded(name, l)
}

// loader reads indicators whether or not they are valid now.
func (u *hunt) loader() *match.Loader { return match.NewLoader(match.Policy{AnyTime: true}) }

// loaded asks for all that was read, and says what was not.
func (u *hunt) loaded(name string, l *match.Loader) error {
	for _, fault := range l.FirstFaults {
		u.complain("%s", plain(fault))
	}
	if n := l.Unreadable - len(l.FirstFaults); n > 0 {
		u.complain("%s: %d more cannot be read", plain(name), n)
	}
	if n := l.Other + l.Compound + l.Unsaid + l.Untried; n > 0 {
		fmt.Fprintf(u.Err, "%s: %d indicators name no single value and are not hunted\n", plain(name), n)
	}
	for v, said := range l.All() {
		if err := u.add(asked{v, said}); err != nil {
			return err
		}
	}
	return nil
}

func (u *hunt) add(what asked) error {
	u.values++
	asks, err := u.h.Asks(what.value)
	if threatwatch.KindOf(err) == threatwatch.Invalid {
		u.complain("%v", err)
		return nil
	}
	if err != nil {
		return err
	}
	u.asks = append(u.asks, asks...)
	for range asks {
		u.whose = append(u.whose, what)
	}
	return nil
}

func (u *hunt) complain(format string, args ...any) {
	u.trouble = true
	fmt.Fprintf(u.Err, "threatwatch: "+format+"\n", args...)
}

// run looks for all that was asked, and names what cannot be read.
func (u *hunt) run(span history.Span) ([]found, error) {
	keys := make([]history.Key, len(u.asks))
	for i := range u.asks {
		keys[i] = u.asks[i].Key
	}
	if isTerminal(u.Err) {
		u.h.Progress = progressOf(u.Err)
		defer fmt.Fprint(u.Err, "\r\033[K")
	}
	seen, damaged := u.h.Hunt(u.ctx, keys, span)
	if err := u.ctx.Err(); err != nil {
		return nil, err
	}
	for _, err := range damaged {
		u.complain("damaged: %v", err)
	}
	out := []found{}
	for i, s := range seen {
		if s != nil {
			out = append(out, foundOf(&u.asks[i], &u.whose[i], s))
		}
	}
	return out, nil
}

// progressOf shows how many segments are done, once it takes long.
func progressOf(w io.Writer) func(done, of int) {
	last := time.Now().Add(time.Second)
	return func(done, of int) {
		if now := time.Now(); now.Sub(last) > 100*time.Millisecond {
			last = now
			fmt.Fprintf(w, "\r%d of %d segments ", done, of)
		}
	}
}

func foundOf(a *history.Ask, whose *asked, s *history.Seen) found {
	f := found{
		Value: whose.value.String(), Type: whose.value.Class.String(), How: a.Relation.String(), Seen: a.Value, Count: s.Count,
		First: s.First.Format(time.RFC3339), Last: s.Last.Format(time.RFC3339), Basis: "64-bit hash",
	}
	if itself, _ := whose.value.Reaches(); !itself {
		f.Value = "*." + f.Value
	}
	for _, where := range s.Sensors {
		f.Sensors = append(f.Sensors, sensorLine{where.Name, where.First.Format(time.RFC3339), where.Last.Format(time.RFC3339), where.Count})
	}
	for _, c := range whose.said {
		if c.ID != "" {
			f.Indicators = append(f.Indicators, c.ID)
		}
		f.Sources = append(f.Sources, c.Source)
	}
	return f
}

// printFound writes a table for people.
func printFound(out io.Writer, list []found) error {
	if len(list) == 0 {
		return nil
	}
	b := bufio.NewWriter(out)
	w := tabwriter.NewWriter(b, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "VALUE\tHOW\tSEEN\tFIRST\tLAST\tCOUNT\tWHERE")
	for i := range list {
		f := &list[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", plain(f.Value), f.How, plain(f.Seen), f.First, f.Last, f.Count, plain(where(f.Sensors)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return b.Flush()
}

// where names the busiest sensors.
func where(list []sensorLine) string {
	const shown = 3
	list = slices.SortedStableFunc(slices.Values(list), func(a, b sensorLine) int { return cmp.Compare(b.Count, a.Count) })
	var names []string
	for _, s := range list[:min(shown, len(list))] {
		names = append(names, fmt.Sprintf("%s (%d)", dash(s.Name), s.Count))
	}
	if n := len(list) - shown; n > 0 {
		names = append(names, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(names, ", ")
}

// summary says on standard error what the answer rests on.
func (u *hunt) summary(lines int, took time.Duration) {
	e := u.h.Extent()
	if e.Segments == 0 {
		fmt.Fprintln(u.Err, "nothing is remembered yet")
		return
	}
	falseHits := float64(len(u.asks)) * float64(e.Values) / math.Exp2(64)
	fmt.Fprintf(u.Err, "%s looked for among %s of %s to %s, %s found, %v; hits rest on 64-bit hashes: %.1g false ones expected\n",
		several(u.values, "value"), several(int(e.Rows), "row"), e.First.Format(time.RFC3339), e.Last.Format(time.RFC3339),
		humanize.Comma(int64(lines)), took.Round(time.Millisecond), falseHits)
}
