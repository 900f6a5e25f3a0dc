package main

import (
	"strings"
	"testing"
)

// TestUnknown: what no format recognises is told by how it begins, and JSON is left to who reads it.
func TestUnknown(t *testing.T) {
	for begin, want := range map[string]string{"": "", " {": "", "\xef\xbb\xbf[": "", "ID;name;text\n1;2;3": "commas between", "ID\tname\n": "commas between", "ID,Name\r\n1,2": `begins with "ID,Name"`, "<rss>": `begins with "<rss>"`, "\xff\xfeI\x00": "UTF-16",
		strings.Repeat("ü", 500): "…"} {
		err := unknown([]byte(begin))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %s", begin, err, want)
		}
	}
}
