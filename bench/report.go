package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// progress tells the person at the terminal what is going on.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}

// report is all that a run found, as Markdown. Sections are added when they are begun, so that what was found before an end is there.
type report struct {
	command  string
	rounds   int
	machine  string
	load     string // at the end
	sections []fmt.Stringer
}

func (r *report) add(s fmt.Stringer) { r.sections = append(r.sections, s) }

// String is the whole report.
func (r *report) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "`%s`, %d rounds: median, ± half of the distance from lowest to highest, and in brackets how many times better the first column is.\n", r.command, r.rounds)
	fmt.Fprintf(&s, "%s, %s at the end.\n", r.machine, or(r.load, "stopped before"))
	for _, x := range r.sections {
		s.WriteString("\n" + x.String())
	}
	return s.String()
}

// note is a section of a few words.
type note string

func (n note) String() string { return string(n) + "\n" }

// row is one thing that is measured.
type row struct {
	what    string
	unit    string
	clients int  // 0: it has none
	less    bool // less is better
}

// table holds the figures of all rounds, a row a thing, a column a system. The first system is the one others are compared to.
type table struct {
	title, text string
	systems     []string
	rows        []row
	figures     map[row]map[string][]figure
	notes       map[row]map[string]string // why there is no figure
	absent      map[string]string         // why a system has none at all
}

func newTable(title, text string, systems ...string) *table {
	return &table{title: title, text: text, systems: systems, figures: map[row]map[string][]figure{}, notes: map[row]map[string]string{}, absent: map[string]string{}}
}

// add notes what one round found.
func (t *table) add(r row, system string, f figure) {
	t.know(r)
	t.figures[r][system] = append(t.figures[r][system], f)
	progress("%s, %s: %s %s", system, r.label(), number(r.value(f)), r.unit)
}

// skip notes why there is no figure.
func (t *table) skip(r row, system, why string) {
	t.know(r)
	t.notes[r][system] = why
	progress("%s, %s: %s", system, r.label(), why)
}

// addMemory notes what processes hold together; one that is nil holds nothing.
func (t *table) addMemory(when, system string, processes ...*process) {
	var own, mapped float64
	for _, p := range processes {
		if p != nil {
			o, m := p.memory()
			own, mapped = own+o, mapped+m
		}
	}
	t.add(row{what: "memory " + when, unit: "MB", less: true}, system, figure{rate: own})
	t.add(row{what: "memory " + when + ", with mapped files", unit: "MB", less: true}, system, figure{rate: mapped})
}

func (t *table) know(r row) {
	if t.figures[r] == nil {
		t.rows = append(t.rows, r)
		t.figures[r], t.notes[r] = map[string][]figure{}, map[string]string{}
	}
}

func (r row) label() string {
	switch r.clients {
	case 0:
		return r.what
	case 1:
		return r.what + ", 1 client"
	}
	return fmt.Sprintf("%s, %d clients", r.what, r.clients)
}

func (r row) value(f figure) float64 {
	if r.unit == "MB/s" {
		return f.mbps
	}
	return f.rate
}

// String is the table as Markdown: rates, then times where there are any, then what is missing.
func (t *table) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "### %s\n\n%s\n\n", t.title, t.text)
	t.grid(&s, t.rows, true, t.rate)
	timed := slices.DeleteFunc(slices.Clone(t.rows), func(r row) bool { return r.unit == "MB/s" || !t.timed(r) })
	if len(timed) > 0 {
		s.WriteString("\nTime of one request, p50 / p95 / p99, median of the rounds:\n\n")
		t.grid(&s, timed, false, t.times)
	}
	t.ownShare(&s)
	for _, name := range t.systems {
		if why := t.absent[name]; why != "" {
			fmt.Fprintf(&s, "\n%s %s.\n", name, why)
		}
	}
	return s.String()
}

// ownShare says how much of a core the load generator used at most: near 1 it may be what limits a system.
func (t *table) ownShare(s *strings.Builder) {
	var shares []string
	for _, name := range t.systems {
		most := 0.0
		for _, r := range t.rows {
			most = max(most, medianOf(t.figures[r][name], func(f figure) float64 { return f.own }))
		}
		if most > 0 {
			shares = append(shares, fmt.Sprintf("%s %.2f", name, most))
		}
	}
	if len(shares) > 0 {
		fmt.Fprintf(s, "\nCores that the load generator itself used, at most: %s.\n", strings.Join(shares, ", "))
	}
}

func (t *table) grid(s *strings.Builder, rows []row, units bool, cell func(row, string) string) {
	fmt.Fprintf(s, "| what | %s |\n|%s\n", strings.Join(t.systems, " | "), strings.Repeat(" --- |", len(t.systems)+1))
	for _, r := range rows {
		fmt.Fprintf(s, "| %s", r.label())
		if units && r.unit != "" {
			fmt.Fprintf(s, " (%s)", r.unit)
		}
		for _, name := range t.systems {
			fmt.Fprintf(s, " | %s", cell(r, name))
		}
		s.WriteString(" |\n")
	}
}

// rate is the median of the rounds, their spread, and how many times better the first system is.
func (t *table) rate(r row, system string) string {
	got := t.figures[r][system]
	if len(got) == 0 {
		return or(t.notes[r][system], "–")
	}
	var v []float64
	done, failed, cut, why := 0, 0, 0, error(nil)
	for _, f := range got {
		v = append(v, r.value(f))
		if done, failed = done+f.done, failed+f.failed; f.err != nil {
			why = f.err
		}
		if f.cut {
			cut += f.done
		}
	}
	s := number(median(v))
	if len(v) > 1 {
		s += fmt.Sprintf(" ±%.0f %%", 100*spread(v))
	}
	if ratio := t.ratio(r, system); ratio != 0 {
		s += fmt.Sprintf(" (%s×)", number(ratio))
	}
	if cut > 0 {
		s += fmt.Sprintf("; stopped at request %d", cut)
	}
	if failed > 0 {
		s += fmt.Sprintf("; %d of %d requests failed: %v", failed, done+failed, why)
	}
	return s
}

// ratio is how many times better the first system is than another; 0 when that can't be said.
func (t *table) ratio(r row, system string) float64 {
	of := func(f figure) float64 { return r.value(f) }
	first, other := medianOf(t.figures[r][t.systems[0]], of), medianOf(t.figures[r][system], of)
	if system == t.systems[0] || first == 0 || other == 0 {
		return 0
	}
	if r.less {
		return other / first
	}
	return first / other
}

func (t *table) timed(r row) bool {
	for _, figures := range t.figures[r] {
		if len(figures) > 0 && figures[0].p50 > 0 {
			return true
		}
	}
	return false
}

func (t *table) times(r row, system string) string {
	got := t.figures[r][system]
	if len(got) == 0 || got[0].p50 == 0 {
		return "–"
	}
	at := func(of func(figure) time.Duration) string {
		return short(time.Duration(medianOf(got, func(f figure) float64 { return float64(of(f)) })))
	}
	return at(func(f figure) time.Duration { return f.p50 }) + " / " + at(func(f figure) time.Duration { return f.p95 }) + " / " + at(func(f figure) time.Duration { return f.p99 })
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
