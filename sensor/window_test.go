package sensor

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"threatwatch/logs"
	"threatwatch/match"
)

// TestWindowWhileOpening: a window that ends while the files of the last run are still being opened keeps the places of those that are not.
func TestWindowWhileOpening(t *testing.T) {
	dir := t.TempDir()
	s, _, err := openSpool(filepath.Join(dir, "spool"), 1<<20, t.Errorf)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	var old []place
	for _, name := range []string{"a", "b", "c"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("one\ntwo\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		old = append(old, place{Path: path, Mark: logs.Mark{Offset: 4, Number: 2, Format: logs.Text}})
	}
	w := &window{spool: s, memory: &memory{}, gather: &gathering{Gathering: match.NewGathering(), dir: dir}, tell: t.Errorf, sum: match.NewSummary(), others: slices.Clone(old)}
	defer w.release()
	f, err := os.Open(old[1].Path)
	if err != nil {
		t.Fatal(err)
	}
	r := &reading{f: f, place: old[1]}
	w.begin(r, old[1])
	w.lost(old[2])
	w.passed(r, logs.Mark{Offset: 8, Number: 3, Format: logs.Text})
	if err := w.close(false); err != nil {
		t.Fatal(err)
	}
	got := s.places()
	if len(got) != 2 || got[0] != old[0] || got[1].Path != old[1].Path || got[1].Mark.Offset != 8 || got[1].Before == "" {
		t.Errorf("%+v", got)
	}
}
