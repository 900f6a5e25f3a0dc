package leaksite

import (
	"strings"
	"testing"
)

// TestNextRelease: times as ISO 8601 has them, members that are new or null; a document in an encoding that is not read says so.
func TestNextRelease(t *testing.T) {
	want := ""
	for _, at := range []string{"2024-01-02 03:04:05.000006", "2024-01-02T03:04:05.000006Z", "2024-01-02T03:04:05.000006", "2024-01-02 04:04:05.000006+01:00"} {
		posts, faults, err := read([]byte(`[{"id":1,"post_title":"A","group_name":"g","discovered":"` + at + `","website":null,"size":{"files":null}}]`))
		if err != nil || len(faults) > 0 || len(posts) != 1 {
			t.Fatal(at, faults, err)
		}
		if got := stamp(posts[0].at); want == "" {
			want = got
		} else if got != want {
			t.Errorf("%s is read as %s, want %s", at, got, want)
		}
		if strings.Contains(string(posts[0].record.AppendJSON(nil)), "null") {
			t.Error("null stays, which no object of STIX may hold")
		}
	}
	for _, at := range []string{"02.01.2024", "yesterday", "1700000000", ""} {
		if _, faults, _ := read([]byte(`[{"post_title":"A","group_name":"g","discovered":"` + at + `"}]`)); len(faults) != 1 {
			t.Errorf("%q is taken for a time", at)
		}
	}
	if _, _, err := read([]byte(`<?xml version="1.0" encoding="iso-8859-1"?><rss><channel><item><description>Group: g</description></item></channel></rss>`)); err == nil || !strings.Contains(err.Error(), "iso-8859-1") {
		t.Errorf("another encoding: %v", err)
	}
}
