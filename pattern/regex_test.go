package pattern

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"threatwatch/pattern/syntax"
	"threatwatch/stix"
)

// TestMatchesMeansPCRE: where PCRE means something else than RE2, .NET or Python by the same characters. The answers are those of PCRE, for
// expressions of this kind the same as Perl's.
func TestMatchesMeansPCRE(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		expr, text string
		want       verdict
	}{
		// The end, and line feeds.
		{`a$`, "a\n", yes}, {`a$`, "a\nb", no}, {`a\Z`, "a\n", yes}, {`a\Z`, "a\n\n", no}, {`a\z`, "a\n", no}, {`(?m)a$`, "a\nb", yes},
		{`(?m)^$`, "a\n", no}, {`(?m)^b`, "a\nb", yes}, {`(?=a)a$`, "a\n", yes}, {`(?=a)a$`, "a\nb", no}, {`a.b`, "a\nb", yes}, {`(?-s)a.b`, "a\nb", no},
		{`(?-s)(?=a)a.b`, "a\u2028b", yes}, {`a\Nb`, "a\nb", no}, {`a\Rb`, "a\r\nb", yes}, {`a\R\n`, "a\r\n", no}, {`\Ga`, "ba", no},
		// Words, digits and classes are of ASCII, in both engines.
		{`^\w$`, "é", no}, {`(?=.)^\w$`, "é", no}, {`(?=.)\B`, "é", yes}, {`(?=.)a\b`, "aé", yes}, {`(?=.)[[:alpha:]]`, "é", no},
		{`(?=.)[^[:space:]]`, "\u2028", yes}, {`(?=.)\d`, "٣", no}, {`(?i)\w`, "ſ", no}, {`(?i)s`, "ſ", yes}, {`(?i)(?=.)s`, "ſ", yes},
		{`(?i)(?=.)[r-t]`, "ſ", yes}, {`\h`, "\u00A0", yes}, {`\s`, "\u00A0", no}, {`\v`, "\u2028", yes}, {`\p{^L}`, "a", no}, {`\pL`, "é", yes},
		{`\p{L&}`, "ß", yes}, {`[\p{Lu}\d]`, "É", yes},
		// What stands in classes.
		{`^[\w-.]+$`, "a-b.c", yes}, {`^[]a]+$`, "]a", yes}, {`^[^]a]$`, "]", no}, {`[[a]`, "[", yes}, {`[a-c&&b]`, "&", yes}, {`^[\b]$`, "\b", yes},
		{`^[\x61-\x{63}]$`, "b", yes}, {`[c-a]`, "b", never}, {`[[:nothing:]]`, "a", never}, {`[]`, "a", never},
		// Characters by number.
		{`^\x61{2}+$`, "aa", yes}, {`^\0101$`, "\b1", yes}, {`^\101$`, "A", yes}, {`^\o{101}$`, "A", yes}, {`^\cA$`, "\x01", yes}, {`^\e$`, "\x1b", yes},
		{`^\x{1F985}++$`, "🦅", yes}, {`\x{110000}`, "a", never},
		// Groups and references.
		{`^(?<x>a)(b)\2\k<x>$`, "abba", yes}, {`^(?'x'a)(b)\1$`, "aba", yes}, {`^(a)(b)\g{-1}$`, "abb", yes}, {`^(?P<x>a)(?P=x)$`, "aa", yes},
		{`^(a)\g{1}1$`, "aa1", yes}, {`(?i)^(a)\1$`, "aA", yes}, {`^(a)\1$`, "aA", no}, {`^(a)?b(?(1)c|d)$`, "abc", yes}, {`^(a)?b(?(1)c|d)$`, "bc", no},
		{`(?>a|ab)c`, "abc", no}, {`a++a`, "aaa", no}, {`(?:ab)++a`, "ababa", yes}, {`(`, "a", never}, {`a)`, "a", never}, {`\2(a)`, "a", never},
		// Options hold until their group ends.
		{`^(?:(?i)a)b$`, "Ab", yes}, {`^(?:(?i)a)b$`, "AB", no}, {`^(?:a(?i)b|c)$`, "C", yes}, {`^(?i:a)(?-i)b$`, "AB", no},
		{`(?x) ^ a \  b # and no more`, "a b", yes}, {`(?x)a +b`, "aab", yes}, {`(?x)[ ]`, " ", yes}, {`a(?#or more)+b`, "aab", yes}, {`(?U)a+b`, "aab", yes},
		// Quantifiers.
		{`^a{,2}$`, "a{,2}", yes}, {`^a{$`, "a{", yes}, {`a{2,1}`, "aa", never}, {`*a`, "a", never}, {`a**`, "a", never}, {`a|*`, "a", never},
		{`\Qa.b\E+c`, "a.bbc", yes}, {`\Qa.b`, "acb", no}, {`a\`, "a", never}, {`a\y`, "ay", never},
		// What neither engine has.
		{`(a|(?R)b)`, "a", unknown}, {`(?|(a)|(b))\1`, "aa", unknown}, {`(*ACCEPT)a`, "a", unknown}, {`\X`, "a", unknown}, {`(?U)(a+)\1`, "aa", unknown},
	} {
		if got := newRegex(tc.expr, new(patience)).match(tc.text); got != tc.want {
			t.Errorf("%s over %q: %v, want %v", tc.expr, tc.text, got, tc.want)
		}
	}
}

// endless takes longer than there is patience for values like tooLong.
const endless = `^(a+)+(?=$)`

var tooLong = strings.Repeat("a", 40) + "!"

// TestPatienceEnds: neither many values nor many expressions that would not end take longer than some of them, and what was not looked at is
// not evaluated.
func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	list := make([]Observation, 10_000)
	for i := range list {
		list[i] = Observation{First: syntax.Instant{Sec: int64(i)}, Last: syntax.Instant{Sec: int64(i)}, Number: 1,
			Objects: []Object{{"x", "x", stix.NewDict(stix.Member{Name: "s", Value: stix.NewString(tooLong)})}}}
	}
	var many []string
	for i := range 2000 {
		many = append(many, fmt.Sprintf("x:s MATCHES '%s%d'", endless, i))
	}
	for _, tc := range []struct {
		name, pattern string
		observations  []Observation
	}{
		{"10,000 values", "[x:s MATCHES '" + endless + "'] REPEATS 2 TIMES", list},
		{"2,000 expressions", "[" + strings.Join(many, " OR ") + "]", list[:1]},
	} {
		p, err := Compile(tc.pattern)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if r := p.Match(tc.observations); r.Answer != NotEvaluated {
			t.Errorf("%s: %v, want not evaluated", tc.name, r.Answer)
		}
		took := time.Since(began)
		t.Logf("%s: %v", tc.name, took.Round(time.Millisecond))
		if took > time.Minute { // looking at each would take half an hour and ten minutes
			t.Errorf("%s: it took %v", tc.name, took)
		}
	}
}

// TestPatienceComesBack: after a rest the pattern tries again, and answers in time make up for late ones.
func TestPatienceComesBack(t *testing.T) {
	t.Parallel()
	var p patience
	asked := func(values int) (n int) {
		for range values {
			if p.left() {
				n++
				p.tell(false)
			}
		}
		return n
	}
	const first = mostLate / lateValue
	if n := asked(first + firstRest); n != first {
		t.Errorf("%d values were looked at before the rest, want %d", n, first)
	}
	if n := asked(1 + 2*firstRest + 1); n != 2 {
		t.Errorf("%d values were looked at around the second rest, want 2", n)
	}
	for p.late.Load() > 0 {
		if p.left() {
			p.tell(true)
		}
	}
	if n := asked(first + firstRest); n != first {
		t.Errorf("%d values were looked at when all was made up for, want %d", n, first)
	}
}
