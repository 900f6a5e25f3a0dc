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
	return judgedBy(t, "feeds.py", map[string]any{"schema": schema, "feeds": feeds}, len(feeds))
}

// judgedBy has a script find what is wrong with feeds.
func judgedBy(t *testing.T, script string, job map[string]any, n int) (faults [][]string) {
	t.Helper()
	raw, err := json.Marshal(job)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), pyenv.Python(t), pyenv.Script(t, script))
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(raw), &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), &faults); err != nil || len(faults) != n {
		t.Fatalf("%s: %v", out.String(), err)
	}
	return faults
}

// TestAtomBySchema: the feeds of the sample are valid by the schema of RFC 4287 (appendix B), and feeds that are broken on purpose are not.
func TestAtomBySchema(t *testing.T) {
	t.Parallel()
	rfc, err := filepath.Abs("../../.rfc/rfc4287.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(rfc); err != nil { // it is in Debian's component non-free, which not every mirror carries
		t.Skip("needs the text of RFC 4287: make deps says why it is not here")
	}
	if _, err := exec.LookPath("java"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("Java is needed: make deps")
		}
		t.Skip("needs Java: make deps")
	}
	s := newSite(t)
	s.tell()
	var feeds []string
	for _, query := range []string{"", "?limit=500", "?limit=3", "?burst=5", "?q=hospital+group&status=denied", "?q=nothing-at-all"} {
		code, body, _ := s.get(s.browser(), "/incidents.atom"+query)
		if code != 200 {
			t.Fatalf("%s: %d", query, code)
		}
		feeds = append(feeds, body)
	}
	valid := len(feeds)
	for _, change := range [][2]string{{"<id>", "<idea>"}, {"<updated>2", "<updated>x2"}, {"<title>", "<subject>"}, {`<link rel=`, `<link role=`}, {`term=`, `word=`}} {
		broken := strings.Replace(feeds[1], change[0], change[1], 1)
		if tag, ok := strings.CutPrefix(change[1], "<"); ok && strings.HasSuffix(tag, ">") {
			broken = strings.Replace(broken, "</"+change[0][1:], "</"+tag, 1)
		}
		feeds = append(feeds, broken)
	}
	for i, faults := range judgedBy(t, "atom.py", map[string]any{"rfc": rfc, "feeds": feeds}, len(feeds)) {
		if i < valid && len(faults) > 0 {
			t.Errorf("feed %d: %q", i, faults[:min(len(faults), 5)])
		} else if i >= valid && len(faults) == 0 {
			t.Errorf("feed %d, broken on purpose, is valid", i)
		}
	}
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
