package stix

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"threatwatch/internal/testdata"
)

func TestCheckPatternAccepts(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		`[file:name = 'x']`,
		"\u00a0\u2003[\n\tfile\r:name='x'\u0085]",
		`[file:name == 'x' OR file:name <> 'y' AND (file:size >= 5 OR file:size < -.5)]`,
		`[a:b = 'it\'s \\ fine' AND a:c = h'0aFF' AND a:d != b'eHl6']`,
		"[a:d != b'eH\nl6']",
		`[a:b = t'2020-01-01T00:00:00.123456789Z' OR a:b = true OR a:b = false OR a:b = +7]`,
		`[a:b IN ('x', 'y') AND a:c NOT IN (1, 2.5, -3) AND a:d IN ()]`,
		`[a:b LIKE '%x_' AND a:b MATCHES'^x' AND a:c ISSUBSET '10.0.0.0/8' AND a:c NOT ISSUPERSET '::/0']`,
		`[EXISTS a:b AND NOT EXISTS a:c]`,
		`[x-a:b_ref.c_refs[*].'d-e'[0].f = 1 AND x-a:'b.c' = 2]`,
		`[((a:b = 1))]`,
		`([a:b = 1] AND ([c:d = 2] OR [e:f = 3])) FOLLOWEDBY [g:h = 4]`,
		`[a:b = 1] REPEATS 5 TIMES WITHIN 0.5 SECONDS START t'2020-01-01T00:00:00Z' STOP t'2019-01-01T00:00:00Z'`,
		`([a:b = 1] REPEATS 5 TIMES) REPEATS 2 TIMES`,
		`/* why */ [a:b = 1] // and how`,
		strings.Repeat("(", maxPatternDepth) + `[a:b = 1]` + strings.Repeat(")", maxPatternDepth),
		`[a:b = 1` + strings.Repeat(` OR a:b = 1`, 20000) + `]`,
	} {
		if impossible, f := checkPattern(s, false); f != nil || impossible {
			t.Errorf("checkPattern(%.200q) = %v, %v, want false, nil", s, impossible, f)
		}
	}
}

func TestCheckPatternRefuses(t *testing.T) {
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
		{`[file:x = t'2020-01-01T00:00:00']`, "§9.2", 11},
		{`[file:x = 5.]`, "§9.5", 11},
		{`[file:x = 007]`, "§9.2", 10},
		{`[file:x IN (1, 'x')]`, "§9.6.1", 18},
		{`[file:x IN 1]`, "§9.6.1", 11},
		{`[file:x IN (1,)]`, "§9.2", 14},
		{`[file:x = 1] REPEATS 0 TIMES`, "§9.5.1", 21},
		{`[file:x = 1] REPEATS 1.5 TIMES`, "§9.5.1", 21},
		{`[file:x = 1] REPEATS 2`, "§9.5.1", 22},
		{`[file:x = 1] WITHIN -5 SECONDS`, "§9.5.1", 20},
		{`[file:x = 1] WITHIN 5 MINUTES`, "§9.5.1", 22},
		{`[file:x = 1] REPEATS 2 TIMES REPEATS 2 TIMES`, "§9.5.1", 44},
		{`[file:x = 1] START t'2020-01-01T00:00:00Z'`, "§9.5.1", 42},
		{`[file:x = 1] START '2020-01-01T00:00:00Z' STOP '2021-01-01T00:00:00Z'`, "§9.5.1", 41},
		{`[file:x = 1] AND`, "§9.5", 16},
		{`([file:x = 1]`, "§9.5", 13},
		{`[file:x = 1] /* why`, "§9.4", 13},
		{strings.Repeat("(", maxPatternDepth+1) + `[a:b = 1]`, "§9.5", maxPatternDepth + 1},
		{strings.Repeat("[(", 1<<20), "§9.7", 2},
		{"[" + strings.Repeat("(", 1<<20), "§9.5", maxPatternDepth + 2},
	} {
		_, f := checkPattern(tc.pattern, false)
		if f == nil || f.section != tc.section || f.at != tc.at {
			t.Errorf("checkPattern(%.100q) = %+v, want a fault of %s at %d", tc.pattern, f, tc.section, tc.at)
		}
	}
	if _, f := checkPattern(`[file:x = 1] START '2020-01-01T00:00:00Z' STOP '2021-01-01T00:00:00Z'`, true); f != nil {
		t.Errorf("a pattern of 2.0: %v, want nil", f)
	}
}

// TestCheckPatternImpossible: an AND over two types matches nothing (STIX 2.1 §9.5; P011), an OR may.
func TestCheckPatternImpossible(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		`[a:b = 1 AND c:d = 2]`:                            true,
		`[a:b = 1 OR c:d = 2]`:                             false,
		`[(a:b = 1 OR c:d = 2) AND c:e = 3]`:               false,
		`[(a:b = 1 OR c:d = 2) AND e:f = 3]`:               true,
		`[a:b = 1 AND a:c = 2 OR d:e = 3 AND d:f = 4]`:     false,
		`[a:b = 1] AND [c:d = 2]`:                          false,
		`[a:b = 1 OR (c:d = 2 AND (e:f = 1 OR c:g = 2))]`:  false,
		`[a:b = 1 AND (c:d = 2 OR (e:f = 1 AND a:g = 2))]`: true,
	} {
		if got, f := checkPattern(s, false); got != want || f != nil {
			t.Errorf("checkPattern(%q) = %v, %v, want %v, nil", s, got, f, want)
		}
	}
}

// TestCheckPatternExamples runs over the examples of the standard.
func TestCheckPatternExamples(t *testing.T) {
	t.Parallel()
	dir := testdata.Dir(t, "stix-oasis", "patterns")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range files {
		f, err := os.Open(dir + "/" + name.Name())
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); n++ {
			if _, fault := checkPattern(lines.Text(), strings.HasPrefix(name.Name(), "v20")); fault != nil {
				t.Errorf("checkPattern(%q) = %+v, want nil", lines.Text(), fault)
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d patterns", n)
	}
}

func FuzzCheckPattern(f *testing.F) {
	f.Add(`[a:b = 'it\'s' AND (a:c IN (1, 2.5) OR NOT EXISTS a:'d-e'[*])] REPEATS 2 TIMES`)
	f.Add(`([a:b = t'2020-01-01T00:00:00Z'] AND [c:d != h'0a'] /* x */) FOLLOWEDBY [e:f MATCHES 'x'] WITHIN 5 SECONDS`)
	f.Add(`[a:b = 1] START t'2020-01-01T00:00:00Z' STOP t'2020-01-01T00:00:00Z'`)
	f.Fuzz(func(t *testing.T, s string) {
		_, fault := checkPattern(s, false)
		if fault != nil && (fault.at < 0 || fault.at > len(s)) {
			t.Errorf("checkPattern(%q): the fault is at byte %d", s, fault.at)
		}
		if strings.Count(s, "(") >= maxPatternDepth {
			return
		}
		if _, again := checkPattern("("+s+"\n)", false); fault == nil && again != nil {
			t.Errorf("%q is a pattern, in parentheses it is none: %+v", s, again)
		}
	})
}
