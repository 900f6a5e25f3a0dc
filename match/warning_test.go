package match

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"threatwatch/internal/testdata"
)

// TestWarningTypes: each type of list means what MISP means by it, for the attributes that it names only.
func TestWarningTypes(t *testing.T) {
	w := NewWarningLists()
	for _, s := range []string{
		`{"name":"strings","type":"string","list":["Top.example",".wide.example"],"matching_attributes":["domain","hostname"]}`,
		`{"name":"hosts","type":"hostname","list":["cloud.example"],"matching_attributes":["hostname","url"]}`,
		`{"name":"nets","type":"cidr","list":["198.51.100.0/24","2001:DB8::1"],"matching_attributes":["ip-src","ip-dst"]}`,
		`{"name":"part","type":"substring","list":["trash"],"matching_attributes":["email-src"]}`,
		`{"name":"rx","type":"regex","list":["/^(noc|abuse)\\@.*$/i"],"matching_attributes":["email-dst"]}`,
		`{"name":"empty","type":"string","list":["D41D8CD98F00B204E9800998ECF8427E"],"matching_attributes":["md5"]}`,
	} {
		if err := w.Read("list.json", strings.NewReader(s)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ indicator, seen, want string }{
		{"top.example", "TOP.example", "strings"},
		{"a.top.example", "a.top.example", ""},
		{"a.wide.example", "a.wide.example", "strings"},
		{"cloud.example", "x.cloud.example", "hosts"},
		{"http://x.cloud.example:8080/a", "http://x.cloud.example:8080/a", "hosts"},
		{"198.51.100.7", "198.51.100.7", "nets"},
		{"198.51.100.7/30", "198.51.100.5", "nets"},
		{"198.51.0.0/16", "198.51.7.7", ""},
		{"2001:db8::1", "2001:db8::1", "nets"},
		{"x@trash.example", "x@trash.example", "part"},
		{"abuse@any.example", "abuse@any.example", "rx"},
		{"http://abuse.example/@x", "http://abuse.example/@x", ""},
		{"d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e", "empty"},
	} {
		x := index(t, Entry{Values: guessed(t, c.indicator)})
		hits := x.Lookup(c.seen, time.Now())
		if len(hits) != 1 {
			t.Fatalf("%q is not hit by %q", c.seen, c.indicator)
		}
		if got := strings.Join(w.Known(&hits[0]), ","); got != c.want {
			t.Errorf("Known(%q, indicator %q) = %q, want %q", c.seen, c.indicator, got, c.want)
		}
	}
	for _, s := range []string{`{"name":"x"}`, `[]`, `{"name":"x","type":"cidr","list":["nonsense"]}`, `{"name":"x","type":"magic","list":["a"]}`, `{"name":"x","type":"regex","list":["/(/"]}`} {
		if err := NewWarningLists().Read("bad.json", strings.NewReader(s)); err == nil {
			t.Errorf("Read(%s) succeeds", s)
		}
	}
}

// TestWarningListsOfMISP reads all that are there.
func TestWarningListsOfMISP(t *testing.T) {
	w := readWarningLists(t)
	if w.Lists() != 53 || w.Values() != 135776 {
		t.Errorf("%d lists with %d values, want 53 with 135776", w.Lists(), w.Values())
	}
}

func readWarningLists(t *testing.T) *WarningLists {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testdata.Dir(t, "misp-warninglists", "lists"), "*", "list.json"))
	if err != nil {
		t.Fatal(err)
	}
	w := NewWarningLists()
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		err = w.Read(name, f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	return w
}
