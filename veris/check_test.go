package veris

import (
	"encoding/json"
	"os"
	"path/filepath"
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
