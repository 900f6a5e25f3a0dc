package taxiitest

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"threatwatch/internal/pyenv"
	"threatwatch/internal/testdata"
	"threatwatch/taxii"
)

// TestPython lets the OASIS client loose on the reference backend.
func TestPython(t *testing.T) {
	python, script := pyenv.Python(t), pyenv.Script(t, "walk.py")
	raw, err := os.ReadFile(testdata.Dir(t, "attack", "ics-attack-18.1.json"))
	if err != nil {
		t.Fatal(err)
	}
	var bundle struct{ Objects []json.RawMessage }
	if err := json.Unmarshal(raw, &bundle); err != nil {
		t.Fatal(err)
	}
	f, _ := fakeFixture()
	feed := f.AddCollection("Feed", "", []string{"alice"}, []string{"writer"})
	var objects [][]byte
	var want [][2]any
	for _, raw := range bundle.Objects {
		var o struct {
			ID       string
			Modified *string
		}
		if err := json.Unmarshal(raw, &o); err != nil {
			t.Fatal(err)
		}
		objects = append(objects, raw)
		if o.Modified == nil {
			want = append(want, [2]any{o.ID, nil})
			continue
		}
		want = append(want, [2]any{o.ID, *o.Modified})
	}
	st, err := f.Add(WithUser(context.Background(), "writer"), feed, objects)
	if err != nil || st.SuccessCount != len(objects) {
		t.Fatalf("Add: %d of %d, %v, %+v", st.SuccessCount, len(objects), err, st.Failures)
	}
	url := serve(t, taxii.NewServer(f, taxii.Options{Title: "Test", Authenticate: f.Authenticate}))
	n, _ := Walk{URL: url, User: "alice", Password: "alice-secret", Feed: "Feed", Inbox: "Inbox", Want: want}.Run(t, python, script)
	if n != len(objects) {
		t.Errorf("read %d objects, want %d", n, len(objects))
	}
}
