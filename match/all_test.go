package match

import (
	"slices"
	"strings"
	"testing"
)

func TestAll(t *testing.T) {
	l := NewLoader(Policy{AnyTime: true})
	old := `{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000003","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = 'old.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}`
	later := strings.NewReplacer(`"modified":"2026-01-01`, `"modified":"2026-01-02`, "old.example", "new.example").Replace(old)
	if err := l.Read("feed.ndjson", strings.NewReader(old+"\n"+later+"\n")); err != nil {
		t.Fatal(err)
	}
	if err := l.Read("list.txt", strings.NewReader("192.0.2.1\n198.51.100.0/24\n*.example.org\nnew.example\n")); err != nil {
		t.Fatal(err)
	}
	var got []string
	for v, said := range l.All() {
		for _, c := range said {
			got = append(got, v.Class.String()+" "+v.String()+" "+c.ID)
		}
	}
	slices.Sort(got)
	want := []string{"address 192.0.2.1 ", "domain example.org ", "domain new.example ",
		"domain new.example indicator--00000000-0000-4000-8000-000000000003", "network 198.51.100.0/24 "}
	if !slices.Equal(got, want) {
		t.Errorf("All() = %q, want %q", got, want)
	}
}
