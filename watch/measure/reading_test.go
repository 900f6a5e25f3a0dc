package measure

import (
	"compress/gzip"
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatwatch/internal/testdata"
)

func TestReadings(t *testing.T) {
	for _, c := range []struct {
		claim Claim
		want  string
	}{
		{Claim{Kinds: []string{"technical"}, Capacity: "vendor"}, "all independent"},
		{Claim{Kinds: []string{"self"}}, "all self"},
		{Claim{Capacity: "attacker"}, "all self"},
		{Claim{Kinds: []string{"media"}}, "all"},
		{Claim{Capacity: "media"}, "all"},
		{Claim{Kinds: []string{"political"}, Capacity: "anonymous-official"}, "all independent"},
		{Claim{Kinds: []string{"political"}, Capacity: "victim-state"}, "all independent governments"},
		{Claim{Kinds: []string{"legal"}, Capacity: "court"}, "all independent governments"},
		{Claim{Kinds: []string{"self", "legal"}}, "all governments self"},
	} {
		var got []string
		for name, r := range map[string]Reading{"all": AllClaims, "independent": Independent, "governments": Governments, "self": SelfClaims} {
			if r.Admits(&c.claim) {
				got = append(got, name)
			}
		}
		for _, name := range strings.Fields(c.want) {
			if !strings.Contains(strings.Join(got, " "), name) {
				t.Errorf("%+v is not admitted by %s", c.claim, name)
			}
		}
		if len(got) != len(strings.Fields(c.want)) {
			t.Errorf("%+v is admitted by %v, want %s", c.claim, got, c.want)
		}
	}
}

// TestReadingsOfEuRepoC holds the order and the counts of the three readings over version 1.1 of EuRepoC's database.
func TestReadingsOfEuRepoC(t *testing.T) {
	incidents := eurepoc(t)
	if len(incidents) != 1643 {
		t.Fatalf("%d incidents", len(incidents))
	}
	for _, c := range []struct {
		reading Reading
		want    []Count
	}{
		{AllClaims, []Count{{"Anonymous", 200}, {"Lazarus Group", 40}, {"Fancy Bear", 38}, {"NSA", 26}, {"Syrian Electronic Army", 22}, {"Sandworm", 19}}},
		{Independent, []Count{{"Lazarus Group", 40}, {"Fancy Bear", 38}, {"NSA", 23}, {"Sandworm", 19}, {"APT41", 18}, {"Turla", 15}}},
		{Governments, []Count{{"Fancy Bear", 19}, {"Sandworm", 12}, {"MSS", 10}, {"Lazarus Group", 9}, {"GRU", 8}, {"Turla", 6}}},
		{SelfClaims, []Count{{"Anonymous", 196}, {"Syrian Electronic Army", 20}, {"Killnet", 12}, {"RedHack", 11}}},
	} {
		top := c.reading.Counts(incidents, nil)
		for i, want := range c.want {
			// Where several share a count, which of them comes first is no part of the ranking.
			if got := top[i]; got.Incidents != want.Incidents || !contains(top, want) {
				t.Errorf("reading %q, place %d: %v, want %v", c.reading, i+1, got, want)
			}
		}
	}
}

func contains(list []Count, c Count) bool {
	for _, x := range list {
		if x == c {
			return true
		}
	}
	return false
}

// eurepoc reads what the readings need of EuRepoC's table, by the rule of the package comment.
func eurepoc(t *testing.T) []Incident {
	t.Helper()
	f, err := os.Open(testdata.Dir(t, "incidents", "eurepoc", "EuRepoC_Global_Database_1.1.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[strings.TrimPrefix(name, "\ufeff")] = i
	}
	var list []Incident
	for _, row := range rows[1:] {
		list = append(list, Incident{
			ID: row[column["ID"]], When: eurepocDate(t, row[column["start_date"]]),
			Claims: eurepocClaims(semicolons(row[column["attributed_initiator"]]), semicolons(row[column["attribution_basis"]]), semicolons(row[column["attribution_type"]])),
		})
	}
	return list
}

func eurepocClaims(initiators, bases, types []string) (claims []Claim) {
	at := func(list []string, i int) string {
		if i < len(list) {
			return list[i]
		}
		return ""
	}
	for i, initiator := range initiators {
		name, _, _ := strings.Cut(initiator, "/")
		if name = strings.TrimSpace(name); name == "" || name == "Not available" || name == "Unknown" || name == "None" {
			continue
		}
		c := Claim{Actor: name, Level: Group, Lineage: []string{at(bases, i)}}
		switch at(bases, i) {
		case "Attacker confirms":
			c.Kinds, c.Capacity = []string{"self"}, "attacker"
		case "Media-based attribution":
			c.Kinds, c.Capacity = []string{"media"}, "media"
		case "IT-security community attributes attacker":
			c.Kinds, c.Capacity = []string{"technical"}, "vendor"
		case "Attribution by receiver government / state entity":
			c.Kinds, c.Capacity = []string{"political"}, "victim-state"
		case "Attribution by EU institution/agency", "Attribution by international organization":
			c.Kinds, c.Capacity = []string{"political"}, "international-body"
		}
		if typ := at(types, i); strings.Contains(typ, "Domestic legal action") || strings.Contains(typ, "indictment / sanctions") {
			c.Kinds = append(c.Kinds, "legal")
		}
		claims = append(claims, c)
	}
	return claims
}

// semicolons splits a list; one inside parentheses belongs to a name.
func semicolons(s string) (list []string) {
	depth, start := 0, 0
	for i, c := range s + ";" {
		switch {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == ';' && (depth == 0 || i == len(s)):
			list = append(list, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	return list
}

func TestSemicolons(t *testing.T) {
	if d := cmp.Diff([]string{"a", "b (c; d)", "", "e (f"}, semicolons("a; b (c; d);; e (f")); d != "" {
		t.Error(d)
	}
}

// eurepocDate reads a date of the table. The first of January and the first of a month are how it writes what is known to the year or the month.
func eurepocDate(t *testing.T, s string) Date {
	t.Helper()
	if s == "" {
		return Date{}
	}
	d := date(t, s)
	switch {
	case strings.HasSuffix(s, "-01-01"):
		d.Fidelity = Year
	case strings.HasSuffix(s, "-01"):
		d.Fidelity = Month
	}
	return d
}
