package stix

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/gowebpki/jcs"
	"pgregory.net/rapid"

	"threatwatch/internal/testdata"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"b":1,"a":[ 2 , {"y":null,"x":true} ]}`:  `{"a":[2,{"x":true,"y":null}],"b":1}`,
		`{"\ufb33":1,"\ud83d\ude02":2,"\u20ac":3}`: "{\"\u20ac\":3,\"\U0001F602\":2,\"\ufb33\":1}", // UTF-16 order
		`{"aa":1,"a":2,"":3,"B":4}`:                `{"":3,"B":4,"a":2,"aa":1}`,
		`[-0,-0.0,0e5,1.0,1E30,4.50,2e-3,1e-27]`:   `[0,0,0,1,1e+30,4.5,0.002,1e-27]`,
		`[333333333.33333329,1e21,1e-6,1e-7]`:      `[333333333.3333333,1e+21,0.000001,1e-7]`,
		`"\u007f\u2028\u0000\u001f\/"`:             "\"\u007f\u2028\\u0000\\u001f/\"",
		`9007199254740991`:                         `9007199254740991`,
	} {
		v, err := ParseValue([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.Canonical()
		if err != nil || string(got) != want {
			t.Errorf("Canonical(%s) = %s, %v, want %s", in, got, err, want)
		}
	}
}

func TestCanonicalRefusesHandmade(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]*Value{
		"duplicate":  NewDict(Member{"a", NewInt(1)}, Member{"a", NewInt(2)}),
		"no number":  {Kind: Number, Str: "NaN"},
		"infinity":   {Kind: Number, Str: "1e999"},
		"no UTF-8":   NewString("\xff"),
		"name bytes": NewDict(Member{"\xff", NewInt(1)}),
	} {
		if got, err := v.Canonical(); err == nil {
			t.Errorf("%s: Canonical = %s, want an error", name, got)
		}
	}
}

// TestRFC8785Vectors runs the published test data of the RFC, numbers of its appendix B among them.
func TestRFC8785Vectors(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(filepath.Dir(testdata.Dir(t)), "vectors", "trust", "jcs-rfc8785.json"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the vectors are not there: %v", err)
		}
		t.Skipf("the vectors are not there: %v", err)
	}
	var set struct {
		Objects []struct {
			ID        string
			Input     string `json:"input_utf8_hex"`
			Canonical string `json:"canonical_utf8_hex"`
		}
		Numbers  [][2]string
		MustFail []struct{ Why, JSON, Hex string } `json:"must_fail"`
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Objects) < 6 || len(set.Numbers) < 27 || len(set.MustFail) < 6 {
		t.Fatalf("only %d objects, %d numbers, %d that fail", len(set.Objects), len(set.Numbers), len(set.MustFail))
	}
	for _, o := range set.Objects {
		in, _ := hex.DecodeString(o.Input)
		want, _ := hex.DecodeString(o.Canonical)
		v, err := ParseValue(in)
		if err != nil {
			t.Errorf("%s: %v", o.ID, err)
			continue
		}
		if got, err := v.Canonical(); err != nil || string(got) != string(want) {
			t.Errorf("%s: Canonical = %s, %v, want %s", o.ID, got, err, want)
		}
	}
	for _, n := range set.Numbers {
		bits, err := strconv.ParseUint(n[0], 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		f := math.Float64frombits(bits)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			continue
		}
		if got := string(appendFloat(nil, f)); got != n[1] {
			t.Errorf("appendFloat(%s) = %s, want %s", n[0], got, n[1])
		}
	}
	for _, c := range set.MustFail {
		in := []byte(c.JSON)
		if c.Hex != "" {
			in, _ = hex.DecodeString(c.Hex)
		}
		if _, err := ParseValue(in); err == nil {
			t.Errorf("%s: ParseValue(%q) accepts it", c.Why, in)
		}
	}
}

func TestCanonicalAgreesWithOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := "[" + drawJSON(t, 0) + "]"
		v, err := ParseValue([]byte(in))
		if err != nil {
			t.Fatalf("ParseValue(%q): %v", in, err)
		}
		got, err := v.Canonical()
		if err != nil {
			t.Fatalf("Canonical(%q): %v", in, err)
		}
		want, err := jcs.Transform([]byte(in))
		if err != nil {
			t.Fatalf("oracle(%q): %v", in, err)
		}
		if string(got) != string(want) {
			t.Fatalf("Canonical(%q) =\n%q, oracle\n%q", in, got, want)
		}
	})
}

func TestCompareNames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.StringOfN(rapid.RuneFrom([]rune("a\u07ff\ud7ff\ue000\uffff\U00010000\U0010ffff")), 0, 4, -1)
		x, y := draw.Draw(t, "x"), draw.Draw(t, "y")
		if got, want := sign(compareNames(x, y)), sign(compareUnits(utf16Of(x), utf16Of(y))); got != want {
			t.Fatalf("compareNames(%q, %q) = %d, want %d", x, y, got, want)
		}
	})
}

func utf16Of(s string) (u []int) {
	for _, r := range s {
		if r > 0xFFFF {
			u = append(u, int(0xD800+(r-0x10000)>>10), int(0xDC00+(r-0x10000)&0x3FF))
		} else {
			u = append(u, int(r))
		}
	}
	return u
}

func compareUnits(x, y []int) int {
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] - y[i]
		}
	}
	return len(x) - len(y)
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
