package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/intake"
	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/store/sqlite"
)

var clock = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func now() time.Time { return clock }

// openStore returns an empty store that is closed with the test.
func openStore(t testing.TB) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func addSource(t testing.TB, in *intake.Intake, s store.Source) store.Source {
	t.Helper()
	s, err := in.AddSource(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// id makes the n-th id of a type.
func id(typ string, n int) string {
	return fmt.Sprintf("%s--%08x-0000-4000-8000-%012x", typ, n, n)
}

// m is a JSON object under construction.
type m map[string]any

// object makes a valid object of a type with what more says on top.
func object(typ string, n int, more m) []byte {
	o := m{
		"type": typ, "spec_version": "2.1", "id": id(typ, n),
		"created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
	}
	switch typ {
	case "malware":
		o["name"], o["is_family"] = fmt.Sprint("malware ", n), true
	case "identity":
		o["name"], o["identity_class"] = fmt.Sprint("identity ", n), "organization"
	case "indicator":
		o["pattern"], o["pattern_type"] = fmt.Sprintf("[ipv4-addr:value = '198.51.100.%d']", n%256), "stix"
		o["valid_from"] = "2026-01-01T00:00:00Z"
	case "note":
		o["content"], o["object_refs"] = fmt.Sprint("note ", n), []string{id("malware", 1)}
	case "report":
		o["name"], o["published"], o["object_refs"] = fmt.Sprint("report ", n), "2026-01-01T00:00:00Z", []string{id("malware", 1)}
	case "grouping":
		o["name"], o["context"], o["object_refs"] = fmt.Sprint("grouping ", n), "suspicious-activity", []string{id("malware", 1)}
	case "relationship":
		o["relationship_type"], o["source_ref"], o["target_ref"] = "related-to", id("indicator", 1), id("malware", 1)
	case "sighting":
		o["sighting_of_ref"] = id("malware", 1)
	case "marking-definition":
		delete(o, "modified")
		o["definition_type"], o["definition"] = "statement", m{"statement": fmt.Sprint("Copyright ", n)}
	}
	maps.Copy(o, more)
	for k, v := range o {
		if v == nil {
			delete(o, k)
		}
	}
	b, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return b
}

func tlp(l stix.Level) m { return m{"object_marking_refs": []string{stix.TLPID(l)}} }

func level(l stix.Level) *stix.Level { return &l }

// submit fails the test when any outcome differs from want.
func submit(t testing.TB, in *intake.Intake, s intake.Submission, want intake.Status, objects ...[]byte) []intake.Outcome {
	t.Helper()
	out, err := in.Submit(t.Context(), s, objects)
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != len(objects) {
		t.Fatalf("%d outcomes for %d objects", len(out), len(objects))
	}
	for _, o := range out {
		if o.Status != want {
			t.Errorf("%s: %v, want %v; %v", o.ID, o.Status, want, o.Problems)
		}
	}
	return out
}

// held is what the store says of an assertion.
type held struct {
	Label string
	Flags store.Flags
	Raw   string
	Added store.Stamp
}

// dump reads every assertion: "source id modified" to what is held.
func dump(t testing.TB, s store.Store) map[string]held {
	t.Helper()
	out := map[string]held{}
	err := s.Read(t.Context(), func(sn store.Snapshot) error {
		bodies, err := sn.LabelBodies(t.Context())
		if err != nil {
			return err
		}
		q := store.Query{Labels: all{}, Version: store.Version{All: true}, Quarantined: true}
		return sn.Members(t.Context(), q, func(r *store.Row) error {
			k := fmt.Sprint(r.Source, " ", r.ID, " ", r.Modified)
			out[k] = held{Label: bodies[r.Label], Flags: r.Flags &^ store.Several, Raw: string(r.Raw), Added: r.Added}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// find returns the one assertion of an id.
func find(t testing.TB, s store.Store, id string) (held, label.Label) {
	t.Helper()
	for k, h := range dump(t, s) {
		if strings.Contains(k, " "+id+" ") {
			l, err := label.Parse(h.Label)
			if err != nil {
				t.Fatal(err)
			}
			return h, l
		}
	}
	t.Fatalf("%s is not held", id)
	return held{}, label.Label{}
}

type all struct{}

func (all) Has(store.LabelID) bool { return true }
func (all) All() bool              { return true }
func (all) IDs() []store.LabelID   { return nil }

func TestSubmitStoresBytesAsReceived(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	src := addSource(t, in, store.Source{Name: "a"})
	raw := append([]byte("  "), bytes.ReplaceAll(object("malware", 1, nil), []byte(`,"`), []byte(" ,\n\""))...)
	raw = bytes.TrimSpace(raw)
	out := submit(t, in, intake.Submission{Source: src.ID}, intake.Added, raw)
	h, _ := find(t, s, id("malware", 1))
	if h.Raw != string(raw) {
		t.Errorf("stored %q, want %q", h.Raw, raw)
	}
	if h.Added == 0 || h.Added != out[0].Added {
		t.Errorf("added %d in the store, %d in the outcome", h.Added, out[0].Added)
	}
	again := submit(t, in, intake.Submission{Source: src.ID}, intake.Unchanged, raw)
	if again[0].Added != out[0].Added {
		t.Errorf("unchanged object: added %d, want %d", again[0].Added, out[0].Added)
	}
}

func TestBadObjectDoesNotFailNeighbours(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	src := addSource(t, in, store.Source{Name: "a"})
	good1, good2 := object("malware", 1, nil), object("malware", 2, nil)
	bad := [][]byte{
		[]byte(`{"type":`),
		object("malware", 3, m{"is_family": nil}),
		object("malware", 4, m{"id": "malware--not-a-uuid"}),
		object("malware", 5, m{"id": id("indicator", 5)}),
		[]byte(`{"type":"malware","type":"indicator","id":"` + id("malware", 6) + `"}`),
		bytes.Repeat([]byte("x"), intake.MaxObjectBytes+1),
	}
	out, err := in.Submit(t.Context(), intake.Submission{Source: src.ID}, slices.Concat([][]byte{good1}, bad, [][]byte{good2}))
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range out {
		want := intake.Refused
		if i == 0 || i == len(out)-1 {
			want = intake.Added
		}
		if o.Status != want {
			t.Errorf("object %d: %v, want %v: %v", i, o.Status, want, o.Problems)
		}
		if want == intake.Refused && (len(o.Problems) == 0 || o.Problems[0].Rule == "" || o.Problems[0].Message == "") {
			t.Errorf("object %d: refused without a rule: %+v", i, o.Problems)
		}
	}
	if n := len(dump(t, s)); n != 2 {
		t.Errorf("%d objects held, want 2", n)
	}
}

func TestSubmitLimits(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	src := addSource(t, in, store.Source{Name: "a", Quota: 2})
	_, err := in.Submit(t.Context(), intake.Submission{Source: src.ID}, make([][]byte, intake.MaxObjects+1))
	if threatwatch.KindOf(err) != threatwatch.TooLarge {
		t.Errorf("too many objects: %v, want too large", err)
	}
	sub := intake.Submission{Source: src.ID}
	out, err := in.Submit(t.Context(), sub, [][]byte{object("malware", 1, nil), object("malware", 2, nil), object("malware", 3, nil)})
	if err != nil {
		t.Fatal(err)
	}
	if out[1].Status != intake.Added || out[2].Status != intake.Refused || out[2].Problems[0].Rule != "quota" {
		t.Errorf("quota 2: %v %v %v", out[1].Status, out[2].Status, out[2].Problems)
	}
	submit(t, in, sub, intake.Added, object("malware", 1, m{"modified": "2026-02-01T00:00:00.000Z"})) // a version is not another object
	submit(t, in, sub, intake.Refused, object("malware", 4, nil))
	if _, err := in.Delete(t.Context(), sub, src.Collection, id("malware", 2), store.Version{All: true}); err != nil {
		t.Fatal(err)
	}
	submit(t, in, sub, intake.Added, object("malware", 4, nil))
	_, err = in.Submit(t.Context(), intake.Submission{Source: 99}, [][]byte{object("malware", 1, nil)})
	if threatwatch.KindOf(err) != threatwatch.NotFound {
		t.Errorf("unknown source: %v, want not found", err)
	}
}

func TestSpec20IsKeptAsReceived(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	src := addSource(t, in, store.Source{Name: "a"})
	raw := object("identity", 1, m{"spec_version": nil})
	st := in.Stream(t.Context(), intake.Submission{Source: src.ID}, nil)
	if err := st.Add(raw, true); err != nil {
		t.Fatal(err)
	}
	sum, err := st.Close()
	if err != nil || sum.Added != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	h, _ := find(t, s, id("identity", 1))
	if h.Flags&store.V20 == 0 || h.Raw != string(raw) {
		t.Errorf("flags %b, raw %s", h.Flags, h.Raw)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	a, b := addSource(t, in, store.Source{Name: "a"}), addSource(t, in, store.Source{Name: "b"})
	x := id("malware", 1)
	v1, v2 := object("malware", 1, nil), object("malware", 1, m{"modified": "2026-02-01T00:00:00.000Z"})
	first := submit(t, in, intake.Submission{Source: a.ID}, intake.Added, v1, v2)
	del := func(src store.Source, v store.Version) (int, error) {
		return in.Delete(t.Context(), intake.Submission{Source: src.ID}, a.Collection, x, v)
	}
	if n, err := del(b, store.Version{All: true}); threatwatch.KindOf(err) != threatwatch.NotFound {
		t.Errorf("foreign delete: %d, %v, want not found", n, err)
	}
	if n, err := del(a, store.Version{}); n != 1 || err != nil {
		t.Errorf("delete last: %d, %v", n, err)
	}
	if got := dump(t, s); len(got) != 1 {
		t.Errorf("%d versions left, want the first", len(got))
	}
	if n, err := del(a, store.Version{At: []int64{42}}); threatwatch.KindOf(err) != threatwatch.NotFound {
		t.Errorf("delete of an unknown version: %d, %v", n, err)
	}
	if n, err := del(a, store.Version{All: true}); n != 1 || err != nil {
		t.Errorf("delete all: %d, %v", n, err)
	}
	if _, err := del(a, store.Version{}); threatwatch.KindOf(err) != threatwatch.NotFound {
		t.Errorf("second delete: %v, want not found", err)
	}
	again := submit(t, in, intake.Submission{Source: a.ID}, intake.Added, v1) // T144
	if again[0].Added <= first[1].Added {
		t.Errorf("re-posted object has stamp %d, not above %d", again[0].Added, first[1].Added)
	}
}

func TestSourcesAndCollections(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	a := addSource(t, in, store.Source{Name: "feed", Public: true})
	if a.ID == 0 || a.Collection == 0 {
		t.Fatalf("source without numbers: %+v", a)
	}
	if _, err := in.AddSource(t.Context(), store.Source{Name: "Feed"}); threatwatch.KindOf(err) != threatwatch.Conflict {
		t.Errorf("same name: %v, want conflict", err)
	}
	for _, name := range []string{"", "a\x1b[31m", strings.Repeat("x", 201)} {
		if _, err := in.AddSource(t.Context(), store.Source{Name: name}); threatwatch.KindOf(err) != threatwatch.Invalid {
			t.Errorf("name %q: %v, want invalid", name, err)
		}
	}
	if got, err := in.SourceByName(t.Context(), "feed"); err != nil || got.ID != a.ID || got.Collection != a.Collection {
		t.Errorf("SourceByName = %+v, %v", got, err)
	}
	if _, err := in.SourceByName(t.Context(), "none"); threatwatch.KindOf(err) != threatwatch.NotFound {
		t.Errorf("unknown name: %v", err)
	}
	c, err := in.AddCollection(t.Context(), store.Collection{Title: "Inbox", Writable: true})
	if err != nil || len(c.UUID) != 36 || c.UUID[14] != '4' {
		t.Fatalf("AddCollection = %+v, %v", c, err)
	}
	if _, err := in.AddCollection(t.Context(), store.Collection{Title: "FEED"}); threatwatch.KindOf(err) != threatwatch.Conflict {
		t.Errorf("title of a source's collection: %v, want conflict", err)
	}
	out := submit(t, in, intake.Submission{Source: a.ID, Collections: []store.CollectionID{c.ID}}, intake.Added, object("malware", 1, nil))
	submit(t, in, intake.Submission{Source: a.ID}, intake.Unchanged, object("malware", 1, nil))
	n := 0
	err = s.Read(context.Background(), func(sn store.Snapshot) error {
		return sn.Members(t.Context(), store.Query{Labels: all{}, Collections: []store.CollectionID{a.Collection}}, func(r *store.Row) error {
			n++
			if r.Added <= out[0].Added {
				t.Errorf("member of the second collection has stamp %d, not above %d", r.Added, out[0].Added)
			}
			return nil
		})
	})
	if err != nil || n != 1 {
		t.Errorf("%d members in the source's own collection, want 1; %v", n, err)
	}
}
