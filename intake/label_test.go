package intake_test

import (
	"testing"

	"threatwatch/intake"
	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
)

func defaultLabel(l stix.Level) string { return label.Label{TLP: l}.Body() }

func with(a, b m) m {
	out := m{}
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		out[k] = v
	}
	return out
}

func TestLabels(t *testing.T) {
	t.Parallel()
	statement := id("marking-definition", 1)
	mark := func(ids ...string) m { return m{"object_marking_refs": ids} }
	refs := func(ids ...string) m { return m{"object_refs": ids} }
	granular := func(ref string, selectors ...string) m {
		return m{"granular_markings": []m{{"marking_ref": ref, "selectors": selectors}}}
	}
	clear, green, amber, red := stix.TLPID(stix.Clear), stix.TLPID(stix.Green), stix.TLPID(stix.Amber), stix.TLPID(stix.Red)
	type want struct {
		tlp     stix.Level
		check   bool
		unknown bool
	}
	mw := id("malware", 1)
	for _, c := range []struct {
		name    string
		source  string // default
		tlp     *stix.Level
		objects [][]byte
		id      string
		want    want
	}{
		{"unmarked", "", nil, [][]byte{object("malware", 1, nil)}, mw, want{tlp: stix.AmberStrict}},
		{"unmarked, source default", defaultLabel(stix.Clear), nil, [][]byte{object("malware", 1, nil)}, mw, want{tlp: stix.Clear}},
		{"unmarked, submission", "", level(stix.Green), [][]byte{object("malware", 1, nil)}, mw, want{tlp: stix.Green}},
		{"submission stricter than default", defaultLabel(stix.Clear), level(stix.Amber), [][]byte{object("malware", 1, nil)}, mw, want{tlp: stix.Amber}},
		{"default stricter than submission", defaultLabel(stix.Amber), level(stix.Clear), [][]byte{object("malware", 1, nil)}, mw, want{tlp: stix.Amber}},
		{"own TLP, nothing else said", "", nil, [][]byte{object("malware", 1, tlp(stix.Clear))}, mw, want{tlp: stix.Clear}},
		{"own TLP stricter", "", level(stix.Clear), [][]byte{object("malware", 1, tlp(stix.Red))}, mw, want{tlp: stix.Red}},
		{"own TLP looser", "", level(stix.Amber), [][]byte{object("malware", 1, tlp(stix.Clear))}, mw, want{tlp: stix.Amber}},
		{"two TLPs", "", nil, [][]byte{object("malware", 1, mark(green, amber))}, mw, want{tlp: stix.Amber}},
		{"statement is no permission", "", nil, [][]byte{object("malware", 1, mark(statement)), object("marking-definition", 1, nil)}, mw, want{tlp: stix.AmberStrict}},
		{"statement is an obligation", "", level(stix.Clear), [][]byte{object("malware", 1, mark(statement)), object("marking-definition", 1, nil)}, mw, want{tlp: stix.Clear}},
		{"unknown marking", "", level(stix.Clear), [][]byte{object("malware", 1, mark(statement))}, mw, want{tlp: stix.Clear, unknown: true}},
		{"own TLP definition is no permission", "", nil, [][]byte{
			object("malware", 1, mark(statement)),
			object("marking-definition", 1, m{"definition": m{"statement": "TLP:CLEAR"}, "name": "TLP:CLEAR"})}, mw, want{tlp: stix.AmberStrict}},
		{"marking-definition", "", nil, [][]byte{object("marking-definition", 1, nil)}, statement, want{tlp: stix.Clear}},
		{"marking-definition of a RED submission", "", level(stix.Red), [][]byte{object("marking-definition", 1, nil)}, statement, want{tlp: stix.Red}},
		{"marked marking-definition", "", nil, [][]byte{object("marking-definition", 1, mark(amber))}, statement, want{tlp: stix.Amber}},
		{"member of a report", "", nil, [][]byte{object("malware", 1, nil), object("report", 1, mark(green))}, mw, want{tlp: stix.Green}},
		{"member of two containers", "", nil, [][]byte{object("malware", 1, nil), object("report", 1, mark(green)), object("grouping", 1, mark(amber))}, mw, want{tlp: stix.Amber}},
		{"member of a container in a container", "", nil, [][]byte{
			object("malware", 1, nil), object("grouping", 1, nil), object("report", 1, with(mark(green), refs(id("grouping", 1))))}, mw, want{tlp: stix.Green}},
		{"marked member", "", nil, [][]byte{object("malware", 1, mark(clear)), object("report", 1, mark(red))}, mw, want{tlp: stix.Clear}},
		{"container does not loosen the default", defaultLabel(stix.Amber), nil, [][]byte{object("malware", 1, nil), object("report", 1, mark(clear))}, mw, want{tlp: stix.Amber}},
		{"granular on a required property", "", level(stix.Clear), [][]byte{object("malware", 1, granular(red, "is_family"))}, mw, want{tlp: stix.Red, check: true}},
		{"granular elsewhere", "", level(stix.Clear), [][]byte{object("malware", 1, with(m{"description": "x"}, granular(red, "description")))}, mw, want{tlp: stix.Clear, check: true}},
		{"relationship takes a stricter end", "", level(stix.Clear), [][]byte{
			object("relationship", 1, nil), object("malware", 1, mark(amber)), object("indicator", 1, nil)}, id("relationship", 1), want{tlp: stix.Amber}},
		{"sighting takes a stricter end", "", level(stix.Clear), [][]byte{object("sighting", 1, nil), object("malware", 1, mark(red))}, id("sighting", 1), want{tlp: stix.Red}},
		{"relationship to what nobody holds", "", level(stix.Clear), [][]byte{object("relationship", 1, nil)}, id("relationship", 1), want{tlp: stix.Clear}},
		{"reference to something stricter", "", level(stix.Clear), [][]byte{object("note", 1, nil), object("malware", 1, mark(amber))}, id("note", 1), want{tlp: stix.Clear, check: true}},
		{"reference to something looser", "", level(stix.Amber), [][]byte{object("note", 1, mark(red)), object("malware", 1, nil)}, id("note", 1), want{tlp: stix.Red}},
		{"reference to something that needs a look", "", level(stix.Clear), [][]byte{
			object("note", 1, nil), object("malware", 1, with(m{"description": "x"}, granular(red, "description")))}, id("note", 1), want{tlp: stix.Clear, check: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t)
			in := intake.New(s, now)
			src := addSource(t, in, store.Source{Name: "a", Default: c.source})
			submit(t, in, intake.Submission{Source: src.ID, TLP: c.tlp}, intake.Added, c.objects...)
			h, l := find(t, s, c.id)
			got := want{tlp: l.TLP, check: h.Flags&store.Check != 0, unknown: l.Unknown}
			if got != c.want {
				t.Errorf("got %+v, want %+v (%s)", got, c.want, h.Label)
			}
		})
	}
}

func TestLateMarkingLiftsUnknown(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	a := addSource(t, in, store.Source{Name: "a"})
	other := addSource(t, in, store.Source{Name: "b", Owner: "rival"})
	sub := intake.Submission{Source: a.ID, TLP: level(stix.Clear)}
	marked := m{"object_marking_refs": []string{id("marking-definition", 1)}}
	submit(t, in, sub, intake.Added, object("malware", 1, marked), object("note", 1, nil))
	submit(t, in, intake.Submission{Source: other.ID}, intake.Added, object("marking-definition", 1, nil))
	if h, l := find(t, s, id("malware", 1)); !l.Unknown {
		t.Errorf("another organisation's definition lifted the unknown: %s", h.Label)
	}
	if h, _ := find(t, s, id("note", 1)); h.Flags&store.Check == 0 {
		t.Error("a reference to something unknown needs a look")
	}
	before, _ := find(t, s, id("malware", 1))
	submit(t, in, sub, intake.Added, object("marking-definition", 1, nil))
	h, l := find(t, s, id("malware", 1))
	if l.Unknown || l.TLP != stix.Clear || len(l.Statements) != 1 {
		t.Errorf("label after the definition came: %s", h.Label)
	}
	if h.Added <= before.Added {
		t.Errorf("became visible at stamp %d, not above %d", h.Added, before.Added)
	}
	if h, _ := find(t, s, id("note", 1)); h.Flags&store.Check != 0 {
		t.Error("the note still needs a look")
	}
}

func TestSayingAgain(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	a := addSource(t, in, store.Source{Name: "a"})
	x := object("malware", 1, nil)
	for _, c := range []struct {
		say  *stix.Level
		want stix.Level
	}{
		{nil, stix.AmberStrict}, {level(stix.Green), stix.Green}, {nil, stix.Green}, {level(stix.Clear), stix.Green},
		{level(stix.Amber), stix.Amber}, {level(stix.Green), stix.Amber}, {level(stix.AmberStrict), stix.AmberStrict}, {level(stix.Clear), stix.AmberStrict},
	} {
		if _, err := in.Submit(t.Context(), intake.Submission{Source: a.ID, TLP: c.say}, [][]byte{x}); err != nil {
			t.Fatal(err)
		}
		if h, l := find(t, s, id("malware", 1)); l.TLP != c.want {
			t.Errorf("after saying %v: %s, want %v", c.say, h.Label, c.want)
		}
	}
}
