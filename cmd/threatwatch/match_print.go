package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"threatwatch/match"
)

// matchPrinter writes findings in one form.
type matchPrinter interface {
	finding(*match.Finding) error
	end(*match.Summary) error
}

func (c *matchCmd) printer(a *app, out io.Writer) matchPrinter {
	switch {
	case c.JSON:
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return &jsonFindings{enc, c.Summary}
	case c.CSV:
		return &csvFindings{w: csv.NewWriter(out), summary: c.Summary}
	}
	return &linesOfFindings{w: out, ink: inkFor(isTerminal(a.Out)), skipKnown: c.SkipKnown}
}

// findingLine is a finding as JSON says it.
type findingLine struct {
	Time        string      `json:"time,omitempty"` // of the record, if it has one
	File        string      `json:"file"`
	Line        int64       `json:"line"`
	Host        string      `json:"host,omitempty"`
	Source      string      `json:"src,omitempty"`
	Destination string      `json:"dest,omitempty"`
	Field       string      `json:"field"`
	Role        string      `json:"role"`
	Seen        string      `json:"seen"`
	Indicator   string      `json:"indicator"`
	Type        string      `json:"type"`
	How         string      `json:"how"`
	Known       []string    `json:"known_good,omitempty"` // names of warning lists
	Records     int         `json:"records,omitempty"`    // that a pattern of several comparisons needed, this one the last
	With        []placeLine `json:"with,omitempty"`       // the others
	Said        []claimLine `json:"said"`
}

// placeLine is where a record stands.
type placeLine struct {
	File string `json:"file"`
	Line int64  `json:"line"`
}

type claimLine struct {
	ID         string `json:"id,omitempty"`
	Name       string `json:"name,omitempty"`
	By         string `json:"by"`
	File       string `json:"file,omitempty"`
	Confidence *int   `json:"confidence,omitempty"`
	TLP        string `json:"tlp,omitempty"`
	From       string `json:"valid_from,omitempty"`
	Until      string `json:"valid_until,omitempty"`
}

func lineOf(f *match.Finding) findingLine {
	l := findingLine{
		Time: when(f), File: f.File, Line: f.Line, Host: f.Host, Source: f.From, Destination: f.To, Field: f.Path, Role: f.Role.String(),
		Seen: f.Seen, Indicator: f.Value, Type: f.Class.String(), How: f.How.String(), Known: f.Known, Records: f.Records,
	}
	for _, p := range f.With {
		l.With = append(l.With, placeLine(p))
	}
	for i := range f.Claims {
		l.Said = append(l.Said, claimOf(&f.Claims[i]))
	}
	return l
}

func claimOf(c *match.Claim) claimLine {
	l := claimLine{ID: c.ID, Name: c.Name, By: c.Source, File: c.Where, TLP: c.TLP}
	if c.Confidence >= 0 {
		n := int(c.Confidence)
		l.Confidence = &n
	}
	if c.From != 0 {
		l.From = rfc3339(c.From)
	}
	if c.Until != 0 {
		l.Until = rfc3339(c.Until)
	}
	return l
}

func rfc3339(micros int64) string { return time.UnixMicro(micros).UTC().Format(time.RFC3339Nano) }

// when is the time of a record, "" where it has none.
func when(f *match.Finding) string {
	if !f.Timed {
		return ""
	}
	return rfc3339(f.Time)
}

type jsonFindings struct {
	enc     *json.Encoder
	summary bool
}

func (p *jsonFindings) finding(f *match.Finding) error { return p.enc.Encode(lineOf(f)) }

func (p *jsonFindings) end(s *match.Summary) error {
	if !p.summary {
		return nil
	}
	return p.enc.Encode(summaryOf(s))
}

type csvFindings struct {
	w       *csv.Writer
	begun   bool
	summary bool
}

var findingColumns = []string{"time", "file", "line", "host", "src", "dest", "field", "role", "seen", "indicator", "type", "how", "known_good", "id", "name", "by", "confidence", "tlp"}

func (p *csvFindings) row(cells []string) error {
	for i, c := range cells {
		if c != "" && strings.IndexByte("=+-@\t\r", c[0]) >= 0 {
			cells[i] = "'" + c // a spreadsheet would take it for a formula
		}
	}
	return p.w.Write(cells)
}

func (p *csvFindings) finding(f *match.Finding) error {
	if !p.begun {
		p.begun = true
		if err := p.w.Write(findingColumns); err != nil {
			return err
		}
	}
	var ids, names, by, sure, tlp []string
	for i := range f.Claims {
		c := claimOf(&f.Claims[i])
		ids, names, by, tlp = append(ids, c.ID), append(names, c.Name), append(by, c.By), append(tlp, c.TLP)
		if c.Confidence != nil {
			sure = append(sure, strconv.Itoa(*c.Confidence))
		}
	}
	err := p.row([]string{when(f), f.File, strconv.FormatInt(f.Line, 10), f.Host, f.From, f.To, f.Path, f.Role.String(), f.Seen, f.Value, f.Class.String(),
		f.How.String(), strings.Join(f.Known, "; "), joined(ids), joined(names), joined(by), joined(sure), joined(tlp)})
	p.w.Flush() // to the buffer of all output
	return err
}

// joined lists what is there, each once.
func joined(s []string) string {
	seen := map[string]bool{"": true}
	var out []string
	for _, x := range s {
		if !seen[x] {
			seen[x] = true
			out = append(out, x)
		}
	}
	return strings.Join(out, "; ")
}

func (p *csvFindings) end(s *match.Summary) error {
	if p.summary {
		if err := p.w.Write([]string{"indicator", "type", "count", "first", "last", "hosts", "known_good", "by", "name"}); err != nil {
			return err
		}
		for _, v := range summaryOf(s).all() {
			if err := p.row([]string{v.Indicator, v.Type, strconv.Itoa(v.Count), v.First, v.Last, strings.Join(v.Hosts, "; "), strings.Join(v.Known, "; "), strings.Join(v.By, "; "),
				strings.Join(v.Names, "; ")}); err != nil {
				return err
			}
		}
	}
	p.w.Flush()
	return p.w.Error()
}

// ink colours a terminal; without one it is invisible.
type ink struct{ bad, known, dim, off string }

func inkFor(terminal bool) ink {
	if !terminal {
		return ink{}
	}
	return ink{bad: "\x1b[1;31m", known: "\x1b[32m", dim: "\x1b[2m", off: "\x1b[0m"}
}

// linesOfFindings is for people: a line a finding, then the known good ones and the summary.
type linesOfFindings struct {
	w         io.Writer
	ink       ink
	skipKnown bool
	record    placeLine       // the last one with a finding,
	told      map[string]bool // and what was said of it
}

// lineTime is RFC 3339 to the millisecond, so that lines stand under each other.
const lineTime = "2006-01-02T15:04:05.000Z07:00"

// finding prints what is not known good; the others are told of together at the end. What a record says in several fields is one line.
func (p *linesOfFindings) finding(f *match.Finding) error {
	if len(f.Known) > 0 {
		return nil
	}
	at := "no time"
	if f.Timed {
		at = time.UnixMicro(f.Time).UTC().Format(lineTime)
	}
	who := f.From
	if who != "" && f.To != "" {
		who += " → "
	}
	who += f.To
	if who == "" {
		who = f.Host
	}
	what := ""
	if f.How != match.Exact {
		what = fmt.Sprintf(" %s(%s %s)%s", p.ink.dim, f.How, plain(f.Value), p.ink.off)
	}
	if f.Records > 1 {
		what += fmt.Sprintf(" %swith %d records before%s", p.ink.dim, f.Records-1, p.ink.off)
	}
	line := fmt.Sprintf("%s  %-31s  %-11s  %s%s%s%s  %s  %s%s:%d%s\n", at, dash(plain(who)), f.Role.String(), p.ink.bad, plain(f.Seen), p.ink.off, what,
		plain(saidBy(f.Claims)), p.ink.dim, plain(f.File), f.Line, p.ink.off)
	if record := (placeLine{f.File, f.Line}); record != p.record || p.told == nil {
		p.record, p.told = record, make(map[string]bool)
	}
	if p.told[line] {
		return nil
	}
	p.told[line] = true
	_, err := io.WriteString(p.w, line)
	return err
}

// saidBy names the first claim, and how many there are besides.
func saidBy(cs []match.Claim) string {
	c := &cs[0]
	s := c.Source
	if c.Name != "" {
		s += ": " + short(c.Name)
	}
	if len(cs) > 1 {
		s += fmt.Sprintf(" and %d more", len(cs)-1)
	}
	return s
}

func (p *linesOfFindings) end(s *match.Summary) error {
	sum := summaryOf(s)
	if len(sum.Indicators) > 0 {
		p.head("\nFound, by indicator")
		p.values(sum.Indicators, p.ink.bad)
		p.head("\nBy source")
		w := tabwriter.NewWriter(p.w, 0, 4, 2, ' ', 0)
		for _, x := range sum.Sources {
			fmt.Fprintf(w, "  %s\t%s\t%s\n", plain(x.By), several(x.Count, "hit"), several(x.Values, "value"))
		}
		w.Flush()
		p.head("\nBy host")
		w = tabwriter.NewWriter(p.w, 0, 4, 2, ' ', 0)
		for _, x := range sum.Hosts[:min(len(sum.Hosts), shownRows)] {
			fmt.Fprintf(w, "  %s\t%s\t%s\n", dash(plain(x.Host)), several(x.Count, "hit"), several(x.Values, "value"))
		}
		w.Flush()
		p.more(len(sum.Hosts))
	}
	if len(sum.KnownGood) > 0 && !p.skipKnown {
		p.head("\nOn warning lists: probably false alarms")
		p.values(sum.KnownGood, p.ink.known)
	}
	_, err := fmt.Fprintf(p.w, "\n%s, %s: %s, %s of them on warning lists\n", several(int(sum.Records), "record"), humanize.IBytes(uint64(sum.Bytes)),
		several(sum.Hits, "hit"), humanize.Comma(int64(sum.Known)))
	return err
}

// shownRows is how many rows of a table a person reads; --json has all.
const shownRows = 20

func (p *linesOfFindings) head(s string) { fmt.Fprintln(p.w, s) }

func (p *linesOfFindings) more(n int) {
	if n > shownRows {
		fmt.Fprintf(p.w, "  %sand %d more%s\n", p.ink.dim, n-shownRows, p.ink.off)
	}
}

func (p *linesOfFindings) values(vs []valueLine, colour string) {
	w := tabwriter.NewWriter(p.w, 0, 4, 2, ' ', 0)
	for _, v := range vs[:min(len(vs), shownRows)] {
		about := plain(short(strings.Join(v.Known, ", ")))
		if about == "" {
			about = plain(short(strings.Join(v.By, ", ")))
			if len(v.Names) > 0 {
				about += ": " + plain(short(strings.Join(v.Names, ", ")))
			}
		}
		fmt.Fprintf(w, "  %s%s%s\t%s\t%d×\t%s\t%s\t%s\n", colour, plain(v.Indicator), p.ink.off, v.Type, v.Count, span(v), several(len(v.Hosts), "host"), about)
	}
	w.Flush()
	p.more(len(vs))
}

// several counts things.
func several(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return humanize.Comma(int64(n)) + " " + thing
}

// span is from when until when something was seen, in days.
func span(v valueLine) string {
	if v.First == "" {
		return "no time"
	}
	first, last := v.First[:10], v.Last[:10]
	if first == last {
		return first
	}
	return first + " to " + last
}
