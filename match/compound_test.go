package match

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"threatwatch/internal/testdata"
	"threatwatch/logs"
	"threatwatch/pattern"
	"threatwatch/pattern/syntax"
	"threatwatch/stix"
)

// seen is a log as observations, in the order of its records.
type seenLog struct {
	observations []pattern.Observation
	lines        []int64
}

// readSeen makes observations of every record of a log.
func readSeen(t *testing.T, raw []byte) (s seenLog) {
	t.Helper()
	r, err := logs.NewReader(bytes.NewReader(raw), logs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	now := time.Now()
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			return s
		}
		if err != nil {
			t.Fatal(err)
		}
		var rec logs.Record
		for entry, n, ok := b.Next(); ok; entry, n, ok = b.Next() {
			_ = b.Scan(entry, &rec)
			at, ok := rec.When()
			if !ok {
				at = now
			}
			s.observations = append(s.observations, observation(&rec, time.UnixMicro(at.UnixMicro())))
			s.lines = append(s.lines, n)
		}
	}
}

// fact is something that an object of an observation says.
type fact struct {
	path, value string
	number      bool
}

// factsOf lists what an observation says, by the paths of patterns.
func factsOf(o *pattern.Observation) (facts []fact) {
	root := map[string]*stix.Value{}
	for i := range o.Objects {
		root[o.Objects[i].ID] = o.Objects[i].Root
	}
	var walk func(path string, v *stix.Value, depth int)
	walk = func(path string, v *stix.Value, depth int) {
		switch {
		case v == nil || depth > 6:
		case v.Kind == stix.Dict:
			for _, m := range v.Members {
				name := m.Name
				if strings.ContainsAny(name, "-") {
					name = "'" + name + "'"
				}
				switch {
				case name == "type":
				case strings.HasSuffix(name, "_ref"):
					walk(path+"."+name, root[m.Value.Text()], depth+1)
				case strings.HasSuffix(name, "_refs"):
					for _, id := range m.Value.Strings() {
						walk(path+"."+name+"[*]", root[id], depth+1)
					}
				default:
					walk(path+"."+name, m.Value, depth+1)
				}
			}
		case v.Kind == stix.Array:
			for _, item := range v.Items {
				walk(path+"[*]", item, depth+1)
			}
		case v.Kind == stix.String && v.Str != "", v.Kind == stix.Number:
			facts = append(facts, fact{strings.Replace(path, ".", ":", 1), v.Str, v.Kind == stix.Number})
		}
	}
	for i := range o.Objects {
		walk(o.Objects[i].Type, o.Objects[i].Root, 0)
	}
	return facts
}

// TestEveryPathIsSpoken: what objects say is exactly what patterns may ask for.
func TestEveryPathIsSpoken(t *testing.T) {
	said := map[string]bool{}
	for _, raw := range someLogs(t) {
		s := readSeen(t, raw)
		for i := range s.observations {
			for _, f := range factsOf(&s.observations[i]) {
				p := parsed(t, "["+f.path+" = 'x']")
				for c := range p.Comparisons() {
					if _, ok := spokenOf(&c.Path); !ok {
						t.Fatalf("an object says %s = %q, and no pattern may ask", f.path, f.value)
					}
					said[c.Path.Type] = true
				}
			}
		}
	}
	for path := range paths {
		if typ, _, _ := strings.Cut(path, ":"); !said[typ] {
			t.Errorf("no log of these says anything of %s", typ)
		}
	}
}

func parsed(t *testing.T, text string) *syntax.Pattern {
	t.Helper()
	p, err := syntax.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

// someLogs are the beginnings of real logs, and our own that have what those lack.
func someLogs(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, name := range []string{"suricata/ctu-eve.json", "suricata/m57-eve.json.gz", "suricata/first-2015-alerts.json", "zeek-tsv/mixed-http.log", "zeek-tsv/mixed-dns.log",
		"zeek-tsv/mixed-ssl.log", "zeek-tsv/mixed-smtp.log", "zeek-tsv/m57-conn.log.gz", "zeek-json/wrccdc-x509.json.gz", "sysmon/sysmon.ndjson.gz",
		"web/apache_access.log.gz", "crowdsec/suricata-logs-evelog.log"} {
		path := testdata.Dir(t, "logs", filepath.FromSlash(name))
		raw := unzipped(t, path)
		lines := bytes.SplitAfterN(raw, []byte("\n"), 151)
		out[name] = bytes.Join(lines[:min(150, len(lines))], nil)
	}
	for _, name := range []string{"ecs.ndjson", "ocsf.json", "events.xml", "any.json", "table.csv", "syslog.log", "access.log"} {
		raw, err := os.ReadFile(filepath.Join("..", "logs", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = raw
	}
	return out
}

// maker makes random patterns of what a log says.
type maker struct {
	*rand.Rand
	facts [][]fact // by record
}

func (m *maker) quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

func (m *maker) record() []fact {
	for {
		if f := m.facts[m.IntN(len(m.facts))]; len(f) > 0 {
			return f
		}
	}
}

// part is a part of a text.
func (m *maker) part(s string) string {
	r := []rune(s)
	from := m.IntN(len(r))
	return string(r[from : from+1+m.IntN(len(r)-from)])
}

func (m *maker) comparison(f fact) string {
	not := ""
	if m.IntN(8) == 0 {
		not = " NOT"
	}
	if f.number {
		return m.ofNumber(f, not)
	}
	switch m.IntN(8) {
	case 0:
		return f.path + not + " IN (" + m.quote(f.value) + ", " + m.quote(m.part(f.value)) + ")"
	case 1:
		return f.path + not + " LIKE " + m.quote([]string{"%", ""}[m.IntN(2)]+m.part(f.value)+"%")
	case 2:
		return f.path + not + " MATCHES " + m.quote([]string{"", "(?i)", "^.*", "(a+|b)?"}[m.IntN(4)]+regexp.QuoteMeta(m.part(f.value)))
	case 3:
		return f.path + not + " MATCHES " + m.quote("("+regexp.QuoteMeta(m.part(f.value))+"|"+regexp.QuoteMeta(m.part(f.value))+")[^/]?$")
	case 4:
		return f.path + " != " + m.quote(f.value)
	case 5:
		if strings.Contains(f.path, "ipv4") || strings.Contains(f.path, "_ref.value") && strings.Count(f.value, ".") == 3 {
			return f.path + not + fmt.Sprintf(" ISSUBSET '%s/%d'", f.value, 8+m.IntN(25))
		}
		return "NOT EXISTS " + f.path
	}
	return f.path + not + " = " + m.quote(f.value)
}

func (m *maker) ofNumber(f fact, not string) string {
	switch m.IntN(8) {
	case 0:
		return f.path + not + " IN (" + f.value + ", 443, 8080)"
	case 1:
		return f.path + not + []string{" > ", " <= ", " < ", " >= "}[m.IntN(4)] + f.value + []string{"", ".0", ".5"}[m.IntN(3)]
	case 2:
		return f.path + " != " + f.value
	case 3:
		return f.path + not + " = " + m.quote(f.value) // as published bundles have it
	case 4:
		return "NOT EXISTS " + f.path
	}
	return f.path + not + " = " + f.value
}

func (m *maker) observation() string {
	facts := m.record()
	f := facts[m.IntN(len(facts))]
	text := m.comparison(f)
	for range m.IntN(3) {
		g := facts[m.IntN(len(facts))]
		if typ, _, _ := strings.Cut(f.path, ":"); strings.HasPrefix(g.path, typ+":") { // of one type, or they could not hold together
			text += []string{" AND ", " AND ", " OR "}[m.IntN(3)] + m.comparison(g)
		} else if m.IntN(2) == 0 {
			text += " OR " + m.comparison(g)
		}
	}
	return "[" + text + "]"
}

// pattern makes one of up to three observations.
func (m *maker) pattern() string {
	text := m.observation()
	for range max(0, m.IntN(5)-2) {
		text = "(" + text + []string{" AND ", " OR ", " FOLLOWEDBY ", " FOLLOWEDBY "}[m.IntN(4)] + m.observation() + ")"
		if m.IntN(2) == 0 {
			text += fmt.Sprintf(" WITHIN %d SECONDS", 1+m.IntN(100))
		}
	}
	if m.IntN(6) == 0 {
		text = "(" + text + fmt.Sprintf(") REPEATS %d TIMES", 2+m.IntN(3))
		if m.IntN(2) == 0 {
			text += fmt.Sprintf(" WITHIN %d SECONDS", 1+m.IntN(1000))
		}
	}
	return text
}

// TestCompoundsAgainstAll: random patterns, made of what real logs say, are found in the records in which the evaluator finds them when it is asked
// about every record; those of several records are found where it finds them in the log as a whole.
func TestCompoundsAgainstAll(t *testing.T) {
	n := 60
	if testing.Short() {
		n = 15
	}
	singles, several, matched := 0, 0, 0
	for name, raw := range someLogs(t) {
		s := readSeen(t, raw)
		m := &maker{Rand: rand.New(rand.NewPCG(uint64(len(raw)), 3))}
		for i := range s.observations {
			m.facts = append(m.facts, factsOf(&s.observations[i]))
		}
		if !slices.ContainsFunc(m.facts, func(f []fact) bool { return len(f) > 0 }) {
			t.Fatalf("%s: nothing is said", name)
		}
		b := NewBuilder()
		var made []*Compound
		for len(made) < n {
			text := m.pattern()
			c, err := NewCompound(text, parsed(t, text))
			if err != nil {
				continue
			}
			if err := b.c.addCompound(c, b.c.claims.add(&Claim{ID: fmt.Sprint(len(made))})); err != nil {
				continue
			}
			made = append(made, c)
		}
		found := found(t, b, raw)
		for i, c := range made {
			got := found[fmt.Sprint(i)]
			if !c.single {
				several++
				r := c.eval.Match(s.observations)
				if r.Answer == pattern.NotEvaluated {
					continue
				}
				if (r.Answer == pattern.Yes) != (len(got) > 0) {
					t.Errorf("%s: %s: found at %v, the evaluator says %v of all records: %v", name, c.Text, got, r.Answer, r.Bound)
				}
				continue
			}
			singles++
			var want []int64
			for k := range s.observations {
				if c.eval.MatchOne(&s.observations[k]) == pattern.Yes {
					want = append(want, s.lines[k])
				}
			}
			if matched += min(1, len(want)); !slices.Equal(got, want) {
				t.Errorf("%s: %s: found at %v, the evaluator at %v", name, c.Text, got, want)
			}
		}
	}
	if singles == 0 || several == 0 || matched < singles/4 {
		t.Errorf("%d patterns of one record, %d of several; %d match", singles, several, matched)
	}
}

// found scans a log and lists the lines at which each claim hits.
func found(t *testing.T, b *Builder, raw []byte) map[string][]int64 {
	t.Helper()
	x, err := b.Index()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]int64{}
	scan := Scan{Index: x, Jobs: 2}
	if _, err := scan.Run(t.Context(), "a log", bytes.NewReader(raw), func(f *Finding) error {
		out[f.Claims[0].ID] = append(out[f.Claims[0].ID], f.Line)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}
