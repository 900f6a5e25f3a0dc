package veris

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"threatwatch/internal/testdata"
	"threatwatch/stix"
)

// TestPublishedVerdicts: the project's own test records are judged as it says that they should be.
func TestPublishedVerdicts(t *testing.T) {
	files, err := filepath.Glob(testdata.Dir(t, "veris", "tests", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]int{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var test struct {
			Incident        json.RawMessage
			Message, Should string
		}
		if err := json.Unmarshal(raw, &test); err != nil {
			t.Fatal(file, err)
		}
		record, err := stix.ParseValue(test.Incident)
		if err != nil {
			t.Fatal(file, err)
		}
		faults := Check(record)
		if (len(faults) > 0) != (test.Should == "fail") {
			t.Errorf("%s should %s (%s): %v", filepath.Base(file), test.Should, test.Message, faults)
		}
		if len(faults) > 1 {
			t.Logf("%s: %v", filepath.Base(file), faults)
		}
		verdicts[test.Should]++
	}
	if verdicts["fail"] != 149 || verdicts["pass"] != 18 {
		t.Errorf("%v; want 149 that fail and 18 that pass", verdicts)
	}
}

// TestPublishedWords: the lists of words are those that VERIS publishes, no fewer and no more; of countries and currencies all are known.
func TestPublishedWords(t *testing.T) {
	raw, err := os.ReadFile(testdata.Dir(t, "veris", "verisc-enum.json"))
	if err != nil {
		t.Fatal(err)
	}
	var published any
	if err := json.Unmarshal(raw, &published); err != nil {
		t.Fatal(err)
	}
	lists := map[string][]string{}
	flatten("", published, lists)
	for path, list := range lists {
		if strings.HasPrefix(path, "plus.") { // what it holds is the business of who keeps the records
			continue
		}
		rule := map[string]*rule{"country": countryWord(), "iso_currency_code": currencyWord()}[path[strings.LastIndex(path, ".")+1:]]
		for _, w := range list {
			if rule != nil && !rule.words(w) || rule == nil && !words()[path][w] {
				t.Errorf("%s has no word %q", path, w)
			}
			if olderWords()[path][w] {
				t.Errorf("%s: %q is no older word", path, w)
			}
		}
		if rule == nil && len(words()[path]) != len(list) {
			t.Errorf("%s has %d words, want %d", path, len(words()[path]), len(list))
		}
	}
	if len(lists) < 60 {
		t.Errorf("only %d lists", len(lists))
	}
	for path := range words() {
		if lists[path] == nil {
			t.Errorf("%s is no list of VERIS", path)
		}
	}
}

func flatten(path string, v any, lists map[string][]string) {
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			flatten(join(path, name), x, lists)
		}
	case []any:
		for _, w := range v {
			lists[path] = append(lists[path], w.(string))
		}
	}
}

// TestFaultsInWords: what is not written as it should be is told in words, with what would be right; of a record in an edition that is not known nothing else is.
func TestFaultsInWords(t *testing.T) {
	for _, x := range []struct {
		path, value, want string
		alone             bool
	}{
		{"schema_version", `"1.5"`, `schema_version: "1.5" is none of the editions that are known here, 1.2, 1.3 and 1.4, nor one between them such as 1.3.4`, true},
		{"schema_version", `"1.31"`, `"1.31" is none of the editions`, true},
		{"schema_version", `1.4`, "schema_version: is a number, not a text", false},
		{"victim.industry", `"9"`, `victim.industry: "9" is no code of NAICS: two to six digits, or sectors such as 31-33`, false},
		{"victim.region", `["150"]`, `victim.region[0]: "150" is no region of the United Nations' list: six digits`, false},
		{"timeline.incident.time", `"21:30"`, `timeline.incident.time: "21:30" is no time of a clock such as 09:30 PM`, false},
	} {
		record, err := stix.ParseValue([]byte(edited(t, full, x.path, x.value)))
		if err != nil {
			t.Fatal(err)
		}
		faults := Check(record)
		if !slices.ContainsFunc(faults, func(f Fault) bool { return strings.Contains(f.Error(), x.want) }) || x.alone && len(faults) != 1 {
			t.Errorf("%s: %v, want %q", x.path, faults, x.want)
		}
	}
}
