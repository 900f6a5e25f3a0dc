package release_test

import (
	"fmt"
	"slices"
	"testing"

	"threatwatch/release"
)

// TestBack: from any page that a cursor led to, Back leads over exactly what lies before it, read the other way round.
func TestBack(t *testing.T) {
	var objects []object
	for i := range 23 {
		objects = append(objects, object{owner: "acme", level: "clear", raw: fmt.Sprintf(`{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-%012d",`+
			`"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"m","is_family":true,"object_marking_refs":[%q]}`, i, markings["clear"])})
	}
	view := exchange(t, objects).View(release.Subject{Kind: release.Public}, release.ShowPage)
	read := func(next string) (ids []string, p release.Page) {
		p, err := view.Page(t.Context(), release.Query{Types: []string{"malware"}, Version: release.Latest, Newest: true, Limit: 5, Next: next}, func(it *release.Item) error {
			ids = append(ids, it.ID)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return ids, p
	}
	before, p := read("")
	if p.Back != "" {
		t.Error("something lies before the first page")
	}
	for p.More {
		ids, next := read(p.Next)
		back, newer := read(next.Back)
		slices.Reverse(back)
		if !slices.Equal(back, before) {
			t.Errorf("back from %v:\n%v, want\n%v", ids, back, before)
		}
		if again, _ := read(newer.Back); !slices.Equal(again, ids) {
			t.Errorf("back and forth:\n%v, want\n%v", again, ids)
		}
		before, p = ids, next
	}
}
