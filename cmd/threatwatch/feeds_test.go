package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"threatwatch/internal/pyenv"
)

// feedFile is a feed with the form that it claims to have.
type feedFile struct {
	Form string `json:"form"`
	Body string `json:"body"`
}

// faultsOf asks the readers and the schema of others what is wrong with feeds.
func faultsOf(t *testing.T, feeds []feedFile) (faults [][]string) {
	t.Helper()
	schema, err := filepath.Abs("../../web/build/node_modules/jsonfeed-schema/schema-v1.1.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(schema); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the schema of JSON Feed is needed: make deps")
		}
		t.Skip("needs the schema of JSON Feed: make deps")
	}
	job, err := json.Marshal(map[string]any{"schema": schema, "feeds": feeds})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), pyenv.Python(t), pyenv.Script(t, "feeds.py"))
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(job), &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), &faults); err != nil || len(faults) != len(feeds) {
		t.Fatalf("%s: %v", out.String(), err)
	}
	return faults
}

// TestFeedsByOthers: the feeds of the sample, and of what is contested, corrected and retracted, are valid to readers and a schema that others wrote; feeds that are
// broken on purpose are not.
func TestFeedsByOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.tell()
	var feeds []feedFile
	for _, form := range []string{"atom", "json"} {
		for _, query := range []string{"", "?limit=500", "?limit=3", "?q=hospital+group&status=denied", "?q=nothing-at-all", "?by=occurred&country=DE&country=%21US"} {
			code, body, _ := s.get(s.browser(), "/incidents."+form+query)
			if code != 200 || query == "?limit=500" && !strings.Contains(body, "Hospital group") {
				t.Fatalf("%s%s: %d", form, query, code)
			}
			feeds = append(feeds, feedFile{form, body})
		}
	}
	for i, faults := range faultsOf(t, feeds) {
		if len(faults) > 0 {
			t.Errorf("%s %d: %q in\n%.2000s", feeds[i].Form, i, faults[:min(len(faults), 5)], feeds[i].Body)
		}
	}
	atom, jsonFeed := feeds[1].Body, feeds[7].Body
	without := func(body, from, to string) string {
		head, rest, _ := strings.Cut(body, from)
		_, tail, _ := strings.Cut(rest, to)
		return head + tail
	}
	broken := []feedFile{
		{"atom", without(atom, "<id>", "</id>")}, {"atom", without(atom, "<updated>", "</updated>")}, {"atom", without(atom, "<author>", "</author>")},
		{"atom", strings.Replace(atom, "<entry>", "<entry><id>urn:uuid:1", 1)}, {"atom", strings.Replace(atom, "T", "x", 40)}, {"atom", strings.ReplaceAll(atom, "term=", "word=")},
		{"json", strings.Replace(jsonFeed, `"version":`, `"varsion":`, 1)}, {"json", strings.Replace(jsonFeed, `"items":`, `"entries":`, 1)}, {"json", strings.Replace(jsonFeed, `"id":`, `"key":`, 1)},
		{"json", strings.Replace(jsonFeed, `"date_modified": "2`, `"date_modified": "x`, 1)}, {"json", strings.Replace(jsonFeed, `"tags": [`, `"tags": [7,`, 1)},
	}
	for i, faults := range faultsOf(t, broken) {
		if len(faults) == 0 {
			t.Errorf("feed %d, broken on purpose, is valid to them", i)
		}
	}
}
