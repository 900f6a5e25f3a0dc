package intake_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"threatwatch/intake"
	"threatwatch/internal/testdata"
	"threatwatch/stix"
	"threatwatch/store"
)

// TestCorpus takes in real files written by others, each by a source of its own: what is held must equal what encoding/json counts,
// and the second time must change nothing.
func TestCorpus(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, func() time.Time { return clock.AddDate(1, 0, 0) })
	for _, dir := range []string{"attack", "stix-oasis", "stix-reports", "tweetfeed/stix"} {
		root := testdata.Dir(t, filepath.FromSlash(dir))
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || strings.Contains(path, "schemas") {
				return err
			}
			name, _ := filepath.Rel(filepath.Dir(root), path)
			if testing.Short() && strings.Contains(name, "enterprise") {
				return nil
			}
			if raws := oracle(t, path); len(raws) > 0 {
				corpusFile(t, s, in, name, path, raws)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func corpusFile(t *testing.T, s store.Store, in *intake.Intake, name, path string, raws []json.RawMessage) {
	src := addSource(t, in, store.Source{Name: name, Default: defaultLabel(stix.Clear)})
	sub := intake.Submission{Source: src.ID}
	var refused []intake.Outcome
	first := streamFile(t, in, sub, path, func(o intake.Outcome) {
		if o.Status == intake.Refused {
			refused = append(refused, o)
		}
	})
	if first.Read != len(raws) {
		t.Errorf("%s: read %d, encoding/json counts %d", name, first.Read, len(raws))
	}
	if first.Added+first.Unchanged+first.Refused+first.Quarantined != first.Read {
		t.Errorf("%s: the counts do not add up: %+v", name, first)
	}
	for _, o := range refused {
		// The examples of the standard hold many that break it, and some reports say one version twice, differently.
		if !strings.HasPrefix(name, "stix-oasis") && !saidTwice(raws, o.ID) {
			t.Errorf("%s: %s refused: %v", name, o.ID, o.Problems[0])
		}
		if p := o.Problems[0]; p.Rule == "" || p.Message == "" {
			t.Errorf("%s: %s refused without a rule: %+v", name, o.ID, p)
		}
	}
	distinct := map[string]bool{}
	for _, r := range raws {
		var h struct{ ID, Modified, Created string }
		if json.Unmarshal(r, &h) == nil {
			distinct[h.ID+" "+h.Modified+h.Created] = true
		}
	}
	if first.Added+first.Refused+first.Quarantined < len(distinct) {
		t.Errorf("%s: %+v of %d distinct versions", name, first, len(distinct))
	}
	again := streamFile(t, in, sub, path, nil)
	if again.Added != 0 || again.Unchanged != first.Added+first.Unchanged+first.Quarantined || again.Refused != first.Refused {
		t.Errorf("%s: the second time %+v, the first %+v", name, again, first)
	}
}

// saidTwice says whether a file has several objects with an id and the same modified.
func saidTwice(raws []json.RawMessage, id string) bool {
	seen := map[string]bool{}
	for _, r := range raws {
		var h struct{ ID, Modified string }
		if json.Unmarshal(r, &h) != nil || h.ID != id {
			continue
		}
		if seen[h.Modified] {
			return true
		}
		seen[h.Modified] = true
	}
	return false
}

func streamFile(t *testing.T, in *intake.Intake, sub intake.Submission, path string, f func(intake.Outcome)) intake.Summary {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	st := in.Stream(t.Context(), sub, f)
	if err := stix.ReadObjects(file, st.Add); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	sum, err := st.Close()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return sum
}

// oracle lists the objects of a file as encoding/json sees them; nil when it is not STIX.
func oracle(t *testing.T, path string) []json.RawMessage {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if b, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	var bundle struct {
		Type    string
		ID      string
		Objects []json.RawMessage
	}
	var list []json.RawMessage
	switch {
	case json.Unmarshal(b, &list) == nil:
		return list
	case json.Unmarshal(b, &bundle) != nil:
		return nil
	case bundle.Type == "bundle" || bundle.Type == "" && bundle.Objects != nil:
		return bundle.Objects
	case strings.HasPrefix(bundle.ID, bundle.Type+"--"):
		return []json.RawMessage{b}
	}
	return nil
}
