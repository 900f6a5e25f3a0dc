package stix

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"
)

func TestParseValueRefuses(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, c := range []struct {
		name, in, rule, path string
		offset               int64
	}{
		{"empty", "", "RFC 8259 §2", "", 0},
		{"truncated", `{"a":`, "RFC 8259 §2", "a", 5},
		{"byte order mark", "\uFEFF{}", "RFC 8259 §8.1", "", 0},
		{"UTF-16", "\xff\xfe{\x00}\x00", "RFC 7493 §2.1", "", 0},
		{"overlong", "{\"a\":\"\xc0\xaf\"}", "RFC 7493 §2.1", "", 6},
		{"bare byte", "{\"a\":\"\xff\"}", "RFC 7493 §2.1", "", 6},
		{"lone high surrogate", `{"a":"\ud800"}`, "RFC 7493 §2.1", "a", 6},
		{"lone low surrogate", `{"a":["x","\udc00"]}`, "RFC 7493 §2.1", "a.[1]", 11},
		{"two high surrogates", `"\ud800\ud800"`, "RFC 7493 §2.1", "", 1},
		{"duplicate", `{"a":1,"a":2}`, "RFC 7493 §2.3", "", 7},
		{"duplicate escaped", `{"x":{"type":1,"\u0074ype":2}}`, "RFC 7493 §2.3", "x", 15},
		{"depth 65", deep(65), "RFC 8259 §9", strings.Repeat("[0].", 63) + "[0]", 64},
		{"2^53", `[9007199254740992]`, "RFC 7493 §2.2", "[0]", 1},
		{"-2^53", `-9007199254740992`, "RFC 7493 §2.2", "", 0},
		{"integer with exponent", `1e20`, "RFC 7493 §2.2", "", 0},
		{"1e400", `{"a":1e400}`, "RFC 7493 §2.2", "a", 5},
		{"huge exponent", `1e999999999`, "RFC 7493 §2.2", "", 0},
		{"NaN", `{"a":NaN}`, "RFC 8259 §3", "a", 5},
		{"leading zero", `[01]`, "RFC 8259 §5", "", 2},
		{"plus", `+1`, "RFC 8259 §3", "", 0},
		{"no digits after point", `1.`, "RFC 8259 §6", "", 2},
		{"no digits of exponent", `1e+`, "RFC 8259 §6", "", 3},
		{"minus alone", `-`, "RFC 8259 §6", "", 1},
		{"trailing comma", `[1,]`, "RFC 8259 §3", "[1]", 3},
		{"trailing comma in object", `{"a":1,}`, "RFC 8259 §4", "", 7},
		{"trailing data", `{"a":1} {"b":2}`, "RFC 8259 §2", "", 8},
		{"control character", "\"a\x01\"", "RFC 8259 §7", "", 2},
		{"unknown escape", `"\x41"`, "RFC 8259 §7", "", 1},
		{"short escape", `"\u12"`, "RFC 8259 §7", "", 1},
		{"unclosed string", `["abc`, "RFC 8259 §7", "[0]", 5},
		{"comment", `{/**/}`, "RFC 8259 §4", "", 1},
		{"single quotes", `{'a':1}`, "RFC 8259 §4", "", 1},
		{"no-break space", "\u00a0{}", "RFC 8259 §3", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := ParseValue([]byte(c.in))
			var se *SyntaxError
			if !errors.As(err, &se) {
				t.Fatalf("ParseValue(%q) = %v, %v, want a SyntaxError", c.in, v, err)
			}
			if se.Rule != c.rule || se.Path != c.path || se.Offset != c.offset {
				t.Errorf("ParseValue(%q): rule %q path %q offset %d, want %q %q %d (%v)", c.in, se.Rule, se.Path, se.Offset, c.rule, c.path, c.offset, err)
			}
		})
	}
}

func TestParseValueAccepts(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		` {"b" : [ true, false , null ] } `: `{"b":[true,false,null]}`,
		`"\u0000\b\f\n\r\t\"\\\/"`:          `"\u0000\b\f\n\r\t\"\\/"`,
		`"\ud83d\ude02"`:                    `"😂"`,
		`9007199254740991`:                  `9007199254740991`,
		`-0`:                                `-0`,
		`0e999999999`:                       `0e999999999`,
		`1e30`:                              `1e30`,
		`{"Object_Marking_Refs":[],"object_marking_refs":["a"],"\u212aind":1,"kind":2}`: "{\"Object_Marking_Refs\":[],\"object_marking_refs\":[\"a\"],\"\u212aind\":1,\"kind\":2}",
		`{"__proto__":{},"constructor":[]}`:                                             `{"__proto__":{},"constructor":[]}`,
		strings.Repeat("[", 64) + strings.Repeat("]", 64):                               strings.Repeat("[", 64) + strings.Repeat("]", 64),
	} {
		v, err := ParseValue([]byte(in))
		if err != nil {
			t.Errorf("ParseValue(%q): %v", in, err)
			continue
		}
		if got := string(v.AppendJSON(nil)); got != want {
			t.Errorf("ParseValue(%q) prints %s, want %s", in, got, want)
		}
	}
}

// TestS016Integers: STIX 2.1 §2.8, integers within ±(2^53−1).
func TestS016Integers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"9007199254740991": true, "-9007199254740991": true, "9007199254740992": false,
		"9007199254740993": false, "99999999999999999999": false, "9007199254740992.0": false, "1e15": true, "1e16": false, "1e21": true,
		strings.Repeat("9", 1_000_000): false, "0." + strings.Repeat("0", 1_000_000) + "1": true} {
		_, err := ParseValue([]byte(in))
		if got := err == nil; got != want {
			t.Errorf("ParseValue(%.30s) accepted: %v, want %v (%v)", in, got, want, err)
		}
	}
}

// TestHostileSizes: nesting, many names and many objects take linear time and refuse in bounded time.
func TestHostileSizes(t *testing.T) {
	t.Parallel()
	var names strings.Builder
	names.WriteString("{")
	for i := range 1_000_000 {
		fmt.Fprintf(&names, "\"k%d\":0,", i)
	}
	many := names.String()
	for name, c := range map[string]struct {
		in string
		ok bool
	}{
		"depth 1e5":            {strings.Repeat("[", 100_000), false},
		"depth 1e5 in objects": {strings.Repeat(`{"a":`, 100_000), false},
		"a million names":      {many + `"z":0}`, true},
		"the last one twice":   {many + `"k0":0}`, false},
		"a million objects":    {"[" + strings.Repeat("{},", 1_000_000) + "{}]", true},
	} {
		t.Run(name, func(t *testing.T) {
			took := ownClock(t)
			_, err := ParseValue([]byte(c.in))
			if (err == nil) != c.ok {
				t.Errorf("accepted: %v, want %v (%.200v)", err == nil, c.ok, err)
			}
			if d := took(); d > 5*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

// value draws a JSON text and says nothing of its canonical form.
func drawJSON(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 6).Draw(t, "kind")
	if depth > 3 && kind > 4 {
		kind = 4
	}
	space := rapid.SampledFrom([]string{"", " ", "\n\t"})
	switch kind {
	case 0:
		return rapid.SampledFrom([]string{"null", "true", "false"}).Draw(t, "word")
	case 1:
		return strconv.FormatInt(rapid.Int64Range(-maxInt, maxInt).Draw(t, "int"), 10)
	case 2:
		f := rapid.Float64().Draw(t, "float")
		if math.Abs(f) > maxInt && math.Abs(f) < 1e21 {
			f = 0.5
		}
		return strconv.FormatFloat(f, 'e', -1, 64)
	case 3, 4:
		return drawString(t)
	case 5:
		parts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return drawJSON(t, depth+1) }), 0, 5).Draw(t, "items")
		return "[" + strings.Join(parts, space.Draw(t, "ws")+","+space.Draw(t, "ws")) + "]"
	}
	n := rapid.IntRange(0, 40).Draw(t, "members")
	if depth > 0 {
		n = min(n, 5)
	}
	var b strings.Builder
	seen := map[string]bool{}
	for range n {
		name := drawString(t)
		v, err := ParseValue([]byte(name))
		if err != nil || seen[v.Str] {
			continue
		}
		seen[v.Str] = true
		if b.Len() > 0 {
			b.WriteString(",")
		}
		b.WriteString(name + space.Draw(t, "ws") + ":" + drawJSON(t, depth+1))
	}
	return "{" + b.String() + "}"
}

func drawString(t *rapid.T) string {
	s := rapid.StringOfN(rapid.OneOf(rapid.RuneFrom([]rune("ab\"\\/\n\x00\u007f\u20ac\uFB33\uE000\uFFFD😂𝒳")), rapid.Rune()), 0, 8, -1).Draw(t, "text")
	if rapid.Bool().Draw(t, "escaped") {
		var b strings.Builder
		for _, r := range s {
			if r > 0xFFFF {
				fmt.Fprintf(&b, `\u%04x\u%04X`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		}
		return `"` + b.String() + `"`
	}
	return string(appendString(nil, s))
}

func TestRoundTripProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawJSON(t, 0)
		v, err := ParseValue([]byte(in))
		if err != nil {
			t.Fatalf("ParseValue(%q): %v", in, err)
		}
		out := v.AppendJSON(nil)
		again, err := ParseValue(out)
		if err != nil {
			t.Fatalf("ParseValue(%q) printed from %q: %v", out, in, err)
		}
		if got := string(again.AppendJSON(nil)); got != string(out) {
			t.Fatalf("%q prints %q, then %q", in, out, got)
		}
		if got := string(v.Clone().AppendJSON(nil)); got != string(out) {
			t.Fatalf("the clone of %q prints %q", out, got)
		}
	})
}

// FuzzParseValue: what we accept, jsontext accepts with duplicates and invalid UTF-8 refused; what it accepts and we do not breaks
// one of our stated limits.
func FuzzParseValue(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":1,"a":2}`, `{"type":1,"\u0074ype":2}`, `"\ud800"`, "\"\xff\"", `[1e400,9007199254740993]`, `1e999999999`,
		`{"a":[{"b":"\ud83d\ude02"}],"c":-0.0}`, "\uFEFF{}", `{"a":1} x`, strings.Repeat("[", 70), benchObject, `[1,2.50,-1E-7,true,null]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, err := ParseValue(raw)
		oracle := jsontext.Value(raw)
		valid := oracle.IsValid(jsontext.AllowDuplicateNames(false), jsontext.AllowInvalidUTF8(false))
		if err == nil && !valid {
			t.Fatalf("ParseValue(%q) accepts what jsontext refuses", raw)
		}
		if err != nil {
			var se *SyntaxError
			if !errors.As(err, &se) {
				t.Fatalf("ParseValue(%q): %T is no SyntaxError", raw, err)
			}
			if valid && se.Rule != "RFC 7493 §2.2" && se.Rule != "RFC 8259 §9" {
				t.Fatalf("ParseValue(%q) = %v, jsontext accepts it", raw, err)
			}
			return
		}
		canon, err := v.Canonical()
		if err != nil {
			t.Fatalf("Canonical(%q): %v", raw, err)
		}
		again, err := ParseValue(canon)
		if err != nil {
			t.Fatalf("canonical form %q of %q: %v", canon, raw, err)
		}
		twice, _ := again.Canonical()
		if string(twice) != string(canon) || !utf8.Valid(canon) {
			t.Fatalf("Canonical(%q) = %q, again %q", raw, canon, twice)
		}
		if o, err := newObject(raw, v); err == nil {
			o.Refs()
			o.Values()
			o.Text()
			o.Granular()
			MarkingOf(o)
			if _, err := Lift(o); err != nil {
				t.Fatalf("Lift(%q): %v", raw, err)
			}
		}
	})
}
