package syntax

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// accepted holds what STIX 2.1 §9 and the grammar of OASIS read.
var accepted = []string{
	`[file:name = 'x']`,
	"\u00a0\u2003[\n\tfile\r:name='x'\u0085]", // P001
	`[file:name == 'x' OR file:name <> 'y' AND (file:size >= 5 OR file:size < -.5)]`,
	`[a:b = 'it\'s \\ fine' AND a:c = h'0aFF' AND a:d != b'eHl6']`, // P003
	"[a:d != b'eH\nl6']",
	`[a:b = t'2020-01-01T00:00:00.123456789123Z' OR a:b = true OR a:b = false OR a:b = +7]`,
	`[a:b IN ('x', 'y') AND a:c NOT IN (1, 2.5, -3) AND a:d IN ()]`, // P021
	`[a:b LIKE '%x_' AND a:b MATCHES'^x' AND a:c ISSUBSET '10.0.0.0/8' AND a:c NOT ISSUPERSET '::/0']`,
	`[EXISTS a:b AND NOT EXISTS a:c]`,
	`[x-a:b_ref.c_refs[*].'d-e'[0].f = 1 AND x-a:'b.c' = 2]`, // P010
	`[((a:b = 1))]`,
	`([a:b = 1] AND ([c:d = 2] OR [e:f = 3])) FOLLOWEDBY [g:h = 4]`,
	`([a:b = 1] FOLLOWEDBY [c:d = 2]) FOLLOWEDBY [g:h = 4] FOLLOWEDBY ([a:b = 1] FOLLOWEDBY [c:d = 2])`,
	`[a:b = 1] REPEATS 5 TIMES WITHIN 0.5 SECONDS START t'2020-01-01T00:00:00Z' STOP t'2019-01-01T00:00:00Z'`,
	`([a:b = 1] REPEATS 5 TIMES) REPEATS 2 TIMES`, // P032
	`([a:b = 1] AND [a:b = 1] OR [c:d = 1]) WITHIN +5 SECONDS`,
	`/* why */ [a:b = 1] // and how`,
	`[a:b=1AND a:c=2]REPEATS 2TIMES`,
	`[a:'' = '' AND a:'it\'s' = '' AND a:'AND' = '' AND a:'9' = '']`,
	`[a:b = t'2016-12-31T23:59:60Z']`,
	`[a:b = h'' AND a:c = b'']`,
}

func TestParseAccepts(t *testing.T) {
	t.Parallel()
	for _, s := range accepted {
		p, err := Parse(s)
		if err != nil {
			t.Errorf("Parse(%q): %v", s, err)
			continue
		}
		checkPrint(t, p)
	}
}

// sameTree compares trees but for positions.
var sameTree = cmp.Options{
	cmpopts.IgnoreFields(Observation{}, "At"), cmpopts.IgnoreFields(Combination{}, "At"), cmpopts.IgnoreFields(Qualifier{}, "At"),
	cmpopts.IgnoreFields(Junction{}, "At"), cmpopts.IgnoreFields(Comparison{}, "At"), cmpopts.IgnoreFields(Path{}, "At"),
	cmpopts.IgnoreFields(Constant{}, "At"),
}

// checkPrint: parse, print, parse gives the same tree, and printing that the same text.
func checkPrint(t *testing.T, p *Pattern) {
	t.Helper()
	text := p.String()
	again, err := Config{V20: p.V20}.Parse(text)
	if err != nil {
		t.Fatalf("Parse of the printed %q: %v", text, err)
	}
	if diff := cmp.Diff(p, again, sameTree); diff != "" {
		t.Errorf("the printed %q is another pattern: %s", text, diff)
	}
	if twice := again.String(); twice != text {
		t.Errorf("printed again: %q, want %q", twice, text)
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`[((a:b=+1))]`: `[a:b = 1]`,
		`[a:b = 1 OR (a:b = 2 AND (a:b = 3 OR a:b = 4))]`:                                                  `[a:b = 1 OR a:b = 2 AND (a:b = 3 OR a:b = 4)]`,
		`[(a:b = 1 OR a:b = 2) OR a:b = 3]`:                                                                `[(a:b = 1 OR a:b = 2) OR a:b = 3]`,
		`([a:b = 1]) AND ([a:b == 2] OR [a:b <> 3])`:                                                       `[a:b = 1] AND ([a:b = 2] OR [a:b != 3])`,
		`([a:b = 1] AND [a:b = 2]) OR [a:b = 3] FOLLOWEDBY [a:b = 4]`:                                      `[a:b = 1] AND [a:b = 2] OR [a:b = 3] FOLLOWEDBY [a:b = 4]`,
		`([a:b = 1]) REPEATS 2 TIMES`:                                                                      `[a:b = 1] REPEATS 2 TIMES`,
		`(([a:b = 1] REPEATS 2 TIMES)) WITHIN .50 SECONDS`:                                                 `([a:b = 1] REPEATS 2 TIMES) WITHIN .50 SECONDS`,
		`[a:'b'.'SHA-256'[ * ].c[0] NOT IN(h'0A', b'AA==')]`:                                               ``,
		`[a:'b'.'SHA-256'[ * ].c[0] NOT IN(h'0A', h'FF')]`:                                                 `[a:b.'SHA-256'[*].c[0] NOT IN (h'0a', h'ff')]`,
		`[a:b = t'2020-01-01T00:00:00.500Z'] START t'2020-01-01T00:00:00.0Z' STOP t'2020-01-02T00:00:00Z'`: `[a:b = t'2020-01-01T00:00:00.5Z'] START t'2020-01-01T00:00:00Z' STOP t'2020-01-02T00:00:00Z'`,
		`[NOT EXISTS a:b]`:                       `[NOT EXISTS a:b]`,
		`[a:b NOT LIKE 'it\'s' AND a:c=b'AA==']`: `[a:b NOT LIKE 'it\'s' AND a:c = b'AA==']`,
	} {
		p, err := Parse(in)
		if err != nil {
			if want != "" {
				t.Errorf("Parse(%q): %v", in, err)
			}
			continue
		}
		if got := p.String(); got != want {
			t.Errorf("Parse(%q) prints %q, want %q", in, got, want)
		}
		checkPrint(t, p)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		pattern, section string
		at               int
	}{
		{``, "§9.5", 0},
		{`file:name = 'x'`, "§9.5", 0},
		{`[file:name = 'x'`, "§9.5", 16},
		{`[file:name = 'x']]`, "§9.4", 17},
		{`[]`, "§9.7", 1},
		{`[name = 'x']`, "§9.7", 6},
		{`[file:name = "x"]`, "§9.2", 13},
		{`[file:name = 'x]`, "§9.2", 16},
		{`[file:name = 'C:\Windows']`, "§9.2", 17},
		{`[file:name 'x']`, "§9.6.1", 11},
		{`[file:name like 'x']`, "§9.6.1", 11},
		{`[file:name LIKE 5]`, "§9.6.1", 17},
		{`[file:name LIKE h'0a']`, "§9.6.1", 21},
		{`[file:hashes.SHA-256 = 'x']`, "§9.6.1", 16},
		{`[file:9lives = 'x']`, "§9.7", 6},
		{`[file:AND = 'x']`, "§9.7", 6},
		{`[file:name = 'x' AND]`, "§9.7", 20},
		{`[file:name = 'x' and file:size = 1]`, "§9.5", 17},
		{`[NOT file:name = 'x']`, "§9.7", 1},
		{`[file:x[-1] = 1]`, "§9.7.2", 8},
		{`[file:x[01] = 1]`, "§9.7.2", 8},
		{`[file:x = h'0a0']`, "§9.2", 11},
		{`[file:x = x'0a']`, "§9.2", 10},
		{`[file:x = b'Cg=']`, "§9.2", 11},
		{`[file:x = t'2020-02-30T00:00:00Z']`, "§9.2", 11},
		{`[file:x = t'2020-01-01t00:00:00Z']`, "§9.2", 11},
		{`[file:x = t'2020-01-01T00:00:00']`, "§9.2", 11},
		{`[file:x = t'2020-01-01T00:00:00.Z']`, "§9.2", 11},
		{`[file:x = t'2020-01-01T12:00:60Z']`, "§9.2", 11},
		{`[file:x = 5.]`, "§9.5", 11},
		{`[file:x = 1e5]`, "§9.5", 11},
		{`[file:x = 007]`, "§9.2", 10},
		{`[file:x < true]`, "§9.6.1", 10},
		{`[file:x IN (1, 'x')]`, "§9.6.1", 18},
		{`[file:x IN (1, true)]`, "§9.6.1", 19},
		{`[file:x IN 1]`, "§9.6.1", 11},
		{`[file:x IN (1,)]`, "§9.2", 14},
		{`[file:x = 1] REPEATS 0 TIMES`, "§9.5.1", 21},
		{`[file:x = 1] REPEATS 1.5 TIMES`, "§9.5.1", 21},
		{`[file:x = 1] REPEATS 2`, "§9.5.1", 22},
		{`[file:x = 1] WITHIN -5 SECONDS`, "§9.5.1", 20},
		{`[file:x = 1] WITHIN 0.0 SECONDS`, "§9.5.1", 20},
		{`[file:x = 1] WITHIN 5 MINUTES`, "§9.5.1", 22},
		{`[file:x = 1] REPEATS 2 TIMES REPEATS 2 TIMES`, "§9.5.1", 44},
		{`[file:x = 1] START t'2020-01-01T00:00:00Z'`, "§9.5.1", 42},
		{`[file:x = 1] START '2020-01-01T00:00:00Z' STOP '2021-01-01T00:00:00Z'`, "§9.5.1", 41},
		{`[file:x = 1] AND`, "§9.5", 16},
		{`([file:x = 1]`, "§9.5", 13},
		{`[file:x = 1] /* why`, "§9.4", 13},
		{"[a:b = '\xff']", "§9.4", 8},
		{strings.Repeat("(", MaxDepth+1) + `[a:b = 1]`, "§9.5", MaxDepth + 1},
		{strings.Repeat("[(", 1<<19), "§9.7", 2},
		{"[" + strings.Repeat("(", 1<<19), "§9.5", MaxDepth + 2},
		{strings.Repeat(" ", MaxText+1), "§9.4", MaxText},
	} {
		_, err := Parse(tc.pattern)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Section != tc.section || e.Offset != tc.at {
			t.Errorf("Parse(%.100q): %v, want a fault of %s at %d", tc.pattern, err, tc.section, tc.at)
		}
	}
}

// TestErrorHelps: an error says where in lines and columns, and what is mostly meant.
func TestErrorHelps(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		"[a:b = 'ä'\n AND a:c ~ 1]":     "line 2, column 10: a comparison operator is missing (STIX 2.1 §9.6.1)",
		`[file:name = "x"]`:             "line 1, column 14: a constant is missing: strings stand in apostrophes (STIX 2.1 §9.2)",
		`[file:hashes.SHA-256 = 'x']`:   "line 1, column 17: a comparison operator is missing: a name with a hyphen stands in apostrophes, as 'SHA-256' (STIX 2.1 §9.6.1)",
		`[file:name like 'x']`:          "line 1, column 12: a comparison operator is missing: keywords are in upper case (STIX 2.1 §9.6.1)",
		`[file:name = 'C:\Windows']`:    "line 1, column 18: only an apostrophe or a backslash follows a backslash (STIX 2.1 §9.2)",
		`[file:x = 1] WITHIN 5 MINUTES`: "line 1, column 23: SECONDS is missing (STIX 2.1 §9.5.1)",
	} {
		if _, err := Parse(pattern); err == nil || err.Error() != want {
			t.Errorf("Parse(%q): %v, want %s", pattern, err, want)
		}
	}
	long := "[a:b = '" + strings.Repeat("x", 100) + "' AND ~" + strings.Repeat("y", 100) + "]"
	_, err := Parse(long)
	e, _ := errors.AsType[*Error](err)
	line, column := e.Excerpt(long)
	if r := []rune(line); r[column] != '~' || len(r) > 90 {
		t.Errorf("Excerpt = %q, %d", line, column)
	}
}

func TestParse20(t *testing.T) {
	t.Parallel()
	const text = `[file:x = 1] START '2020-01-01T00:00:00Z' STOP '2021-01-01T00:00:00Z'`
	p, err := Config{V20: true}.Parse(text)
	if err != nil || p.String() != text {
		t.Errorf("%v, %v, want %s", p, err, text)
	}
	if _, err := (Config{V20: true}).Parse(`[file:x = 1] START 'then' STOP 'now'`); err == nil {
		t.Error("words for times were taken")
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		strings.Repeat("(", MaxDepth) + `[a:b = 1]` + strings.Repeat(")", MaxDepth),
		"[" + strings.Repeat("(", MaxDepth) + `a:b = 1` + strings.Repeat(")", MaxDepth) + "]",
		`[a:b = 1` + strings.Repeat(` OR a:b = 1`, 20000) + `]`,
		`[a:b = 1]` + strings.Repeat(` OR [a:b = 1]`, 20000),
	} {
		p, err := Parse(s)
		if err != nil {
			t.Fatalf("Parse(%.50q…): %v", s, err)
		}
		if _, err := Parse(p.String()); err != nil {
			t.Errorf("printed: %v", err)
		}
	}
	if _, err := (Config{MaxDepth: 2}).Parse(`((([a:b = 1])))`); err == nil {
		t.Error("deeper than asked for")
	}
	if _, err := (Config{MaxText: 5}).Parse(`[a:b = 1]`); err == nil {
		t.Error("longer than asked for")
	}
}

func TestWalk(t *testing.T) {
	t.Parallel()
	p, err := Parse(`([a:b = 1 OR (a:c = 2 AND NOT EXISTS a:d)] REPEATS 2 TIMES AND [e:f = 3]) FOLLOWEDBY [g:h = 4]`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for c := range p.Comparisons() {
		got = append(got, c.Path.String())
	}
	if want := "a:b a:c a:d e:f g:h"; strings.Join(got, " ") != want {
		t.Errorf("Comparisons = %v, want %s", got, want)
	}
	n := 0
	for range p.Observations() {
		n++
	}
	if _, ok := p.Single(); n != 3 || ok {
		t.Errorf("%d observations, single %v, want 3, false", n, ok)
	}
	p, _ = Parse(`([a:b = 1 OR a:c = 2])`)
	cond, ok := p.Single()
	if !ok || len(cond.(*Junction).Operands) != 2 {
		t.Errorf("Single = %v, %v", cond, ok)
	}
}

// FuzzParse: whatever the text, a fault lies inside it, and what is read survives printing.
func FuzzParse(f *testing.F) {
	for _, s := range accepted {
		f.Add(s)
	}
	f.Add(`[a:b = 1] START t'2020-01-01T00:00:00Z' STOP t'2020-01-01T00:00:00Z' WITHIN 5 SECONDS`)
	f.Add(`[a:b < "x"]`)
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		if err != nil {
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Offset < 0 || e.Offset > len(s) || e.Line < 1 || e.Column < 1 {
				t.Fatalf("Parse(%q): %#v", s, err)
			}
			e.Excerpt(s)
			return
		}
		checkPrint(t, p)
	})
}
