package intake_test

import (
	"strings"
	"testing"

	"threatwatch/intake"
	"threatwatch/stix"
	"threatwatch/store"
)

// TestConflicts goes through the rules between versions and sources.
func TestConflicts(t *testing.T) {
	t.Parallel()
	const creator, stranger = 1, 2
	by := func(n int) m { return m{"created_by_ref": id("identity", n)} }
	at := func(month string) m { return m{"modified": "2026-" + month + "-01T00:00:00.000Z"} }
	canonical := func(text string) []byte {
		return object("marking-definition", 1, m{
			"id": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "created": "2017-01-20T00:00:00.000Z",
			"definition_type": "tlp", "definition": m{"tlp": text}, "name": "TLP:WHITE",
		})
	}
	type step struct {
		source int // 0: owned by the operator; 1: speaks as identity 1; 2: of another organisation
		object []byte
		want   intake.Status
		rule   string
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"15 id and type differ", []step{{0, object("malware", 1, m{"id": id("tool", 1)}), intake.Refused, "STIX"}}},
		{"15 upper-case id", []step{{0, object("malware", 1, m{"id": "malware--ABCDEF00-0000-4000-8000-000000000001"}), intake.Refused, "STIX"}}},
		{"15 path in the id", []step{{0, object("malware", 1, m{"id": "malware--../../../../etc/passwd"}), intake.Refused, "STIX"}}},
		{"16 same id from two sources", []step{{0, object("malware", 1, nil), intake.Added, ""}, {2, object("malware", 1, m{"name": "mine"}), intake.Added, ""}}},
		{"17 version of a foreign object, owner first", []step{
			{creator, object("malware", 1, by(1)), intake.Added, ""},
			{0, object("malware", 1, with(by(1), at("03"))), intake.Quarantined, "STIX 2.1 §3.6"}}},
		{"17 equal copy of a foreign object", []step{
			{creator, object("malware", 1, by(1)), intake.Added, ""},
			{0, object("malware", 1, by(1)), intake.Added, ""}}},
		{"17 another organisation hears nothing", []step{
			{creator, object("malware", 1, by(1)), intake.Added, ""},
			{stranger, object("malware", 1, with(by(1), at("03"))), intake.Added, ""}}},
		{"18 created_by_ref changes", []step{
			{0, object("malware", 1, by(7)), intake.Added, ""},
			{0, object("malware", 1, with(by(8), at("03"))), intake.Refused, "STIX 2.1 §3.6"}}},
		{"S040 created changes", []step{
			{0, object("malware", 1, nil), intake.Added, ""},
			{0, object("malware", 1, with(m{"created": "2025-12-01T00:00:00.000Z"}, at("03"))), intake.Refused, "STIX 2.1 §3.6"}}},
		{"19 same version, other content", []step{
			{0, object("malware", 1, nil), intake.Added, ""},
			{0, object("malware", 1, m{"name": "other"}), intake.Refused, "STIX 2.1 §3.6"},
			{0, object("malware", 1, nil), intake.Unchanged, ""}}},
		{"20 more than a day ahead", []step{{0, object("malware", 1, m{"modified": "2026-05-02T12:00:01.000Z"}), intake.Quarantined, "STIX 2.1 §3.6"}}},
		{"20 less than a day ahead", []step{{0, object("malware", 1, m{"modified": "2026-05-02T11:59:59.000Z"}), intake.Added, ""}}},
		{"20 year 9999", []step{{0, object("malware", 1, m{"modified": "9999-12-31T23:59:59.000Z"}), intake.Quarantined, "STIX 2.1 §3.6"}}},
		{"22 version after revoke", []step{
			{0, object("malware", 1, with(m{"revoked": true}, at("02"))), intake.Added, ""},
			{0, object("malware", 1, at("03")), intake.Refused, "STIX 2.1 §3.6"},
			{0, object("malware", 1, nil), intake.Added, ""}}},
		{"24 canonical TLP as it is", []step{{0, canonical("white"), intake.Added, ""}}},
		{"24 canonical TLP redefined", []step{{0, canonical("red"), intake.Refused, "STIX"}}},
		{"25 marking marks itself", []step{
			{0, object("marking-definition", 1, m{"object_marking_refs": []string{id("marking-definition", 1)}}), intake.Refused, "STIX"}}},
		{"25 markings in a circle", []step{
			{0, object("marking-definition", 1, m{"object_marking_refs": []string{id("marking-definition", 2)}}), intake.Added, ""},
			{0, object("marking-definition", 2, m{"object_marking_refs": []string{id("marking-definition", 1)}}), intake.Refused, "STIX"}}},
		{"27 lang and marking_ref both", []step{{0, object("malware", 1, m{"description": "x", "granular_markings": []m{{
			"lang": "en", "marking_ref": stix.TLPID(stix.Red), "selectors": []string{"description"}}}}), intake.Refused, "STIX"}}},
		{"26 selector that finds nothing", []step{{0, object("malware", 1, m{"granular_markings": []m{{
			"marking_ref": stix.TLPID(stix.Red), "selectors": []string{"description"}}}}), intake.Refused, "STIX"}}},
		{"T125 older version later", []step{
			{0, object("malware", 1, at("03")), intake.Added, ""}, {0, object("malware", 1, nil), intake.Added, ""}}},
	} {
		for _, together := range []bool{false, true} {
			name := c.name
			if together {
				name += ", in one submission"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := openStore(t)
				in := intake.New(s, now)
				sources := []store.Source{
					addSource(t, in, store.Source{Name: "a"}),
					addSource(t, in, store.Source{Name: "creator", Identity: id("identity", 1)}),
					addSource(t, in, store.Source{Name: "stranger", Owner: "rival"}),
				}
				check := func(st step, o intake.Outcome) {
					if o.Status != st.want {
						t.Errorf("%s: %v, want %v: %v", o.ID, o.Status, st.want, o.Problems)
					}
					if st.rule != "" && (len(o.Problems) == 0 || !strings.HasPrefix(o.Problems[0].Rule, st.rule)) {
						t.Errorf("%s: problems %v, want rule %s", o.ID, o.Problems, st.rule)
					}
				}
				for i := 0; i < len(c.steps); {
					n := i + 1
					for together && n < len(c.steps) && c.steps[n].source == c.steps[i].source {
						n++
					}
					var objects [][]byte
					for _, st := range c.steps[i:n] {
						objects = append(objects, st.object)
					}
					out, err := in.Submit(t.Context(), intake.Submission{Source: sources[c.steps[i].source].ID}, objects)
					if err != nil {
						t.Fatal(err)
					}
					for k, o := range out {
						check(c.steps[i+k], o)
					}
					i = n
				}
			})
		}
	}
}

func TestForeignVersionIsKeptApartWhoeverComesFirst(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	relay := addSource(t, in, store.Source{Name: "relay", Owner: "relay"})
	creator := addSource(t, in, store.Source{Name: "creator", Identity: id("identity", 1)})
	by := m{"created_by_ref": id("identity", 1)}
	early := object("malware", 1, with(by, m{"modified": "2026-03-01T00:00:00.000Z"}))
	submit(t, in, intake.Submission{Source: relay.ID}, intake.Added, early)
	apart := func() bool {
		for k, h := range dump(t, s) {
			if h.Raw == string(early) && strings.HasPrefix(k, "1 ") {
				return h.Flags&store.Quarantined != 0
			}
		}
		t.Fatal("relay's version is gone")
		return false
	}
	submit(t, in, intake.Submission{Source: creator.ID}, intake.Added, object("malware", 1, by))
	if !apart() {
		t.Error("a version that the creator has not made is not kept apart")
	}
	submit(t, in, intake.Submission{Source: creator.ID}, intake.Added, early)
	if apart() {
		t.Error("an equal copy of the creator's version is kept apart")
	}
}

// TestLookEndsWhenSomethingIsHeld: who refers to what is all kept apart needs a look, and needs none once a version of it is held.
func TestLookEndsWhenSomethingIsHeld(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	mine := addSource(t, in, store.Source{Name: "a", Owner: "mine"})
	creator := addSource(t, in, store.Source{Name: "creator", Owner: "theirs", Identity: id("identity", 1)})
	by := with(m{"created_by_ref": id("identity", 1)}, tlp(stix.Clear))
	second := object("malware", 1, with(by, m{"modified": "2026-02-01T00:00:00.000Z"}))
	link := object("relationship", 1, with(tlp(stix.Clear), m{"source_ref": id("malware", 1), "target_ref": id("malware", 1)}))

	submit(t, in, intake.Submission{Source: creator.ID}, intake.Added, second)
	submit(t, in, intake.Submission{Source: mine.ID}, intake.Added, object("malware", 1, by), link)
	if h, _ := find(t, s, id("relationship", 1)); h.Flags&store.Check == 0 {
		t.Error("the end is kept apart, and the relationship needs no look")
	}
	submit(t, in, intake.Submission{Source: mine.ID}, intake.Added, second) // an equal copy of the creator's
	if h, _ := find(t, s, id("relationship", 1)); h.Flags&store.Check != 0 {
		t.Error("the end is held, and the relationship still needs a look")
	}
}

// TestOperatorHearsOfQuarantine: a partner gets the same answer whether or not somebody else holds the object; the operator who imports for
// it hears what became of it.
func TestOperatorHearsOfQuarantine(t *testing.T) {
	t.Parallel()
	in := intake.New(openStore(t), now)
	creator := addSource(t, in, store.Source{Name: "creator", Identity: id("identity", 1)})
	relay := addSource(t, in, store.Source{Name: "relay", Owner: "relay"})
	by := m{"created_by_ref": id("identity", 1)}
	submit(t, in, intake.Submission{Source: creator.ID}, intake.Added, object("malware", 1, by))
	submit(t, in, intake.Submission{Source: relay.ID}, intake.Added, object("malware", 1, with(by, m{"modified": "2026-03-01T00:00:00.000Z"})))
	submit(t, in, intake.Submission{Source: relay.ID, Operator: true}, intake.Quarantined, object("malware", 1, with(by, m{"modified": "2026-03-02T00:00:00.000Z"})))
}

func TestConflictIsRecorded(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	a := addSource(t, in, store.Source{Name: "a"})
	submit(t, in, intake.Submission{Source: a.ID}, intake.Added, object("malware", 1, nil))
	submit(t, in, intake.Submission{Source: a.ID}, intake.Refused, object("malware", 1, m{"name": "other"}))
	n := 0
	err := s.Read(t.Context(), func(sn store.Snapshot) error {
		return sn.Records(t.Context(), "conflict", "", func(_ string, doc []byte) error {
			n++
			if text := string(doc); !strings.Contains(text, `"kept"`) || !strings.Contains(text, `"refused"`) {
				t.Errorf("record %s", doc)
			}
			return nil
		})
	})
	if err != nil || n != 1 {
		t.Errorf("%d conflict records, want 1; %v", n, err)
	}
}
