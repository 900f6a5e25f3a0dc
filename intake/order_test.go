package intake_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"threatwatch/intake"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/store/sqlite"
)

// TestOrderIndependence permutes how a set of submissions arrives, and how each is cut into batches: labels and flags must come out
// the same.
func TestOrderIndependence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		subs := drawSubmissions(rt)
		order := rapid.Permutation(indexes(len(subs))).Draw(rt, "order")
		size := rapid.IntRange(1, 4).Draw(rt, "batch")
		runs++
		a := ingest(rt, filepath.Join(dir, fmt.Sprint(runs, "a")), subs, indexes(len(subs)), 1000, nil)
		shuffle := func(n int) []int { return rapid.Permutation(indexes(n)).Draw(rt, "inner") }
		b := ingest(rt, filepath.Join(dir, fmt.Sprint(runs, "b")), subs, order, size, shuffle)
		if diff := cmp.Diff(a, b); diff != "" {
			rt.Fatalf("order %v, batches of %d (-in order, +permuted):\n%s", order, size, diff)
		}
	})
}

// submission is one submission of a test: a source and objects.
type submission struct {
	source  int
	tlp     *stix.Level
	objects [][]byte
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// drawSubmissions makes objects that refer to each other every way, with markings of every kind, a few in each submission.
func drawSubmissions(t *rapid.T) []submission {
	ids := []string{
		id("malware", 1), id("malware", 2), id("indicator", 1), id("note", 1), id("note", 2), id("report", 1),
		id("relationship", 1), id("relationship", 2), id("sighting", 1), id("identity", 1), id("malware", 9),
	}
	level := rapid.SampledFrom([]stix.Level{stix.Clear, stix.Clear, stix.Green, stix.Amber, stix.Red})
	more := func(typ string, n int) m {
		x := m{}
		var marks []string
		switch rapid.IntRange(0, 5).Draw(t, "marking") {
		case 0, 1:
			marks = append(marks, stix.TLPID(level.Draw(t, "tlp")))
		case 2:
			marks = append(marks, id("marking-definition", rapid.IntRange(1, 2).Draw(t, "statement")))
		}
		if len(marks) > 0 && id(typ, n) != marks[0] && typ != "marking-definition" {
			x["object_marking_refs"] = marks
		}
		if typ != "marking-definition" && rapid.IntRange(0, 5).Draw(t, "granular") == 0 {
			x["labels"] = []string{"x"}
			x["granular_markings"] = []m{{"marking_ref": stix.TLPID(stix.Red), "selectors": []string{"labels"}}}
		}
		pick := func() string { return rapid.SampledFrom(ids).Draw(t, "ref") }
		domain := func() string { return rapid.SampledFrom(ids[:6]).Draw(t, "end") } // STIX 2.1 §5: ends are no relationships
		switch typ {
		case "note", "report", "grouping":
			x["object_refs"] = []string{pick(), pick()}
		case "relationship":
			x["source_ref"], x["target_ref"] = domain(), domain()
		case "sighting":
			x["sighting_of_ref"] = domain()
		}
		return x
	}
	type thing struct {
		typ string
		n   int
	}
	things := []thing{
		{"malware", 1}, {"malware", 2}, {"indicator", 1}, {"note", 1}, {"note", 2}, {"report", 1}, {"relationship", 1},
		{"relationship", 2}, {"sighting", 1}, {"identity", 1}, {"marking-definition", 1}, {"marking-definition", 2},
	}
	subs := make([]submission, rapid.IntRange(1, 5).Draw(t, "submissions"))
	for i := range subs {
		subs[i].source = rapid.IntRange(0, 3).Draw(t, "source")
		if rapid.Bool().Draw(t, "say tlp") {
			l := level.Draw(t, "submission tlp")
			subs[i].tlp = &l
		}
	}
	made := map[string]m{} // what a source says of (id, version) is one thing
	for range rapid.IntRange(1, 24).Draw(t, "objects") {
		th := rapid.SampledFrom(things).Draw(t, "thing")
		s := rapid.IntRange(0, len(subs)-1).Draw(t, "in")
		version := rapid.IntRange(1, 2).Draw(t, "version")
		if th.typ == "marking-definition" {
			version = 1
		}
		key := fmt.Sprint(subs[s].source, th, version)
		x, ok := made[key]
		if !ok {
			x = more(th.typ, th.n)
			if version == 2 {
				x["modified"] = "2026-02-01T00:00:00.000Z"
			}
			if th.typ == "malware" {
				x["created_by_ref"] = id("identity", 1)
			}
			made[key] = x
		}
		subs[s].objects = append(subs[s].objects, object(th.typ, th.n, x))
	}
	return subs
}

// ingest runs submissions in an order and returns labels and flags of all that is held.
func ingest(t *rapid.T, dir string, subs []submission, order []int, batch int, shuffle func(int) []int) map[string]held {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, dir, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	in := intake.New(s, now)
	sources := []store.Source{
		{Name: "a"}, {Name: "b", Default: defaultLabel(stix.Clear)},
		{Name: "c", Owner: "rival"}, {Name: "d", Owner: "third", Identity: id("identity", 1)},
	}
	for i := range sources {
		if sources[i], err = in.AddSource(ctx, sources[i]); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range order {
		objects := subs[i].objects
		if shuffle != nil && len(objects) > 1 {
			mixed := make([][]byte, 0, len(objects))
			for _, k := range shuffle(len(objects)) {
				mixed = append(mixed, objects[k])
			}
			objects = mixed
		}
		// Agreed: who loosens must ask, which depends on what was said before; labels must not.
		sub := intake.Submission{Source: sources[subs[i].source].ID, TLP: subs[i].tlp, Agreed: true}
		st := in.StreamBatch(ctx, sub, batch, func(o intake.Outcome) {
			if o.Status == intake.Refused {
				t.Errorf("%s refused: %v", o.ID, o.Problems)
			}
		})
		for _, raw := range objects {
			if err := st.Add(raw, false); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := st.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return states(t, s)
}

func states(t *rapid.T, s store.Store) map[string]held {
	ctx := context.Background()
	out := map[string]held{}
	err := s.Read(ctx, func(sn store.Snapshot) error {
		bodies, err := sn.LabelBodies(ctx)
		if err != nil {
			return err
		}
		q := store.Query{Labels: all{}, Version: store.Version{All: true}, Quarantined: true}
		return sn.Members(ctx, q, func(r *store.Row) error {
			out[fmt.Sprint(r.Source, " ", r.ID, " ", r.Modified)] = held{Label: bodies[r.Label], Flags: r.Flags &^ store.Several}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
