package release_test

import (
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
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/store/sqlite"
)

// house is an exchange under attack, with a clock that the test moves.
type house struct {
	*testing.T
	st      store.Store
	in      *intake.Intake
	rel     *release.Releaser
	now     time.Time
	sources map[string]store.Source
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), sources: map[string]store.Source{}}
	clock := func() time.Time { return h.now }
	st, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	h.st, h.in, h.rel = st, intake.New(st, clock), release.New(st, []byte("a secret of thirty-two bytes or more"), clock)
	return h
}

// source adds a source; an owner is a source of the same name unless there is one.
func (h *house) source(s store.Source) store.Source {
	h.Helper()
	s, err := h.in.AddSource(h.Context(), s)
	if err != nil {
		h.Fatal(err)
	}
	h.sources[s.Name] = s
	return s
}

// say submits objects one by one for a source, made when missing, and fails unless they are taken.
func (h *house) say(source string, objects ...[]byte) {
	h.Helper()
	s, ok := h.sources[source]
	if !ok {
		s = h.source(store.Source{Name: source, Owner: source, Public: true})
	}
	for _, raw := range objects {
		got, err := h.in.Submit(h.Context(), intake.Submission{Source: s.ID}, [][]byte{raw})
		if err != nil {
			h.Fatal(err)
		}
		if got[0].Status == intake.Refused {
			h.Fatalf("%s\n%+v", raw, got)
		}
	}
}

// all is everything that a subject gets, one object a line.
func (h *house) all(s release.Subject) []string {
	h.Helper()
	return h.page(s, release.Query{Version: store.Version{All: true}})
}

func (h *house) page(s release.Subject, q release.Query) (lines []string) {
	h.Helper()
	_, err := h.rel.View(s, release.TaxiiRead).Page(h.Context(), q, func(it *release.Item) error {
		lines = append(lines, string(it.Raw))
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
	return lines
}

// shows fails unless what a subject gets holds each of the texts, or none of those that begin with a minus.
func (h *house) shows(who string, s release.Subject, texts ...string) {
	h.Helper()
	got := strings.Join(h.all(s), "\n")
	for _, text := range texts {
		not, absent := strings.CutPrefix(text, "-")
		if absent == strings.Contains(got, not) {
			h.Errorf("%s: %q in what is shown: %v\n%s", who, not, !absent, got)
		}
	}
}

var (
	public     = release.Subject{Kind: release.Public}
	acmePerson = release.Subject{Kind: release.Person, Org: "acme", Person: "ann@acme"}
	beta       = release.Subject{Kind: release.Client, Org: "beta"}
)

// oid makes the n-th id of a type.
func oid(typ string, n int) string { return fmt.Sprintf("%s--%08x-0000-4000-8000-%012x", typ, n, n) }

type m map[string]any

// thing makes a valid object with what more says on top; nil takes a property away.
func thing(typ string, n int, level string, more m) []byte {
	o := m{"type": typ, "spec_version": "2.1", "id": oid(typ, n), "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z"}
	if level != "" {
		o["object_marking_refs"] = []string{markings[level]}
	}
	switch typ {
	case "malware":
		o["name"], o["is_family"] = fmt.Sprint("malware ", n), true
	case "identity":
		o["name"] = fmt.Sprint("identity ", n)
	case "indicator":
		o["pattern"], o["pattern_type"], o["valid_from"] = fmt.Sprintf("[domain-name:value = 'd%d.example']", n), "stix", "2026-01-01T00:00:00Z"
	case "note":
		o["content"] = fmt.Sprint("note ", n)
	case "report":
		o["name"], o["published"] = fmt.Sprint("report ", n), "2026-01-01T00:00:00Z"
	case "relationship":
		o["relationship_type"] = "related-to"
	case "ipv4-addr":
		delete(o, "created")
		delete(o, "modified")
		o["value"] = fmt.Sprint("198.51.100.", n)
	case "marking-definition":
		delete(o, "modified")
		o["definition_type"], o["definition"] = "statement", m{"statement": fmt.Sprint("statement ", n)}
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

func refs(ids ...string) m { return m{"object_refs": ids} }

func plus(a, b m) m {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// part marks parts of an object.
func part(marking string, selectors ...string) m {
	return m{"granular_markings": []m{{"marking_ref": marking, "selectors": selectors}}}
}

// TestReferencesToHidden: no reference to what its own speaker hides leaves, wherever it stands and however it is written.
func TestReferencesToHidden(t *testing.T) {
	hidden := oid("ipv4-addr", 10)
	for where, more := range map[string]m{
		"in a list":                 refs(oid("malware", 1), hidden),
		"in upper case":             refs(oid("malware", 1), "ipv4-addr--"+strings.ToUpper(strings.TrimPrefix(hidden, "ipv4-addr--"))),
		"in a property of its own":  plus(refs(oid("malware", 1)), m{"x_acme_subject": hidden}),
		"in a list of its own":      plus(refs(oid("malware", 1)), m{"x_acme_subjects": []string{hidden}}),
		"in an external reference":  plus(refs(oid("malware", 1)), m{"external_references": []m{{"source_name": "acme", "external_id": hidden}}}),
		"as a key of an extension":  plus(refs(oid("malware", 1)), m{"extensions": m{oid("extension-definition", 10): m{"extension_type": "property-extension", "x": 1}}}),
		"deep within an extension":  plus(refs(oid("malware", 1)), m{"extensions": m{oid("extension-definition", 1): m{"extension_type": "property-extension", "x": []m{{"y": []string{hidden}}}}}}),
		"as the author":             plus(refs(oid("malware", 1)), m{"created_by_ref": oid("identity", 10)}),
		"of a marking of the whole": plus(refs(oid("malware", 1)), m{"object_marking_refs": []string{markings["clear"], oid("marking-definition", 10)}}),
		"of a marking of a part":    plus(refs(oid("malware", 1)), plus(m{"abstract": "a part"}, part(oid("marking-definition", 10), "abstract"))),
	} {
		t.Run(where, func(t *testing.T) {
			h := newHouse(t)
			h.say("acme", thing("malware", 1, "clear", nil), thing("ipv4-addr", 10, "amber", nil), thing("identity", 10, "amber", nil),
				thing("marking-definition", 10, "amber", nil),
				thing("extension-definition", 10, "amber", m{"name": "x", "schema": "x", "version": "1.0", "extension_types": []string{"property-extension"}, "created_by_ref": oid("identity", 10)}),
				thing("note", 1, "clear", more))
			got := strings.Join(h.all(public), "\n")
			if strings.Contains(strings.ToLower(got), "-00000000000a") {
				t.Errorf("the public reads of something hidden:\n%s", got)
			}
			h.shows("its own", acmePerson, "note 1", hidden)
			for _, id := range []string{hidden, oid("identity", 10), oid("marking-definition", 10), oid("extension-definition", 10)} {
				if err := h.rel.View(public, release.ShowPage).Related(t.Context(), id, 0, func(kind string, it *release.Item) error {
					t.Errorf("%s refers to %s as %s", it.ID, id, kind)
					return nil
				}); err != nil {
					t.Error(err)
				}
			}
			switch where { // who cannot read a marking cannot keep to it
			case "of a marking of the whole":
				h.shows("the public", public, "-note 1")
			case "of a marking of a part":
				h.shows("the public", public, "note 1", "-a part")
			default:
				h.shows("the public", public, "note 1")
			}
		})
	}
}

// TestCircles: what refers to each other in a circle is shown whole where nothing in it is hidden, and cut the same way wherever reading
// begins.
func TestCircles(t *testing.T) {
	ring := func(parts ...m) (all [][]byte) {
		for i, p := range parts {
			next := oid("note", (i+1)%len(parts)+1)
			all = append(all, thing("note", i+1, "green", plus(refs(next, oid("malware", 1)), p)))
		}
		return all
	}
	secret := plus(m{"abstract": "a secret"}, part(markings["amber"], "abstract"))
	h := newHouse(t)
	h.say("acme", thing("malware", 1, "green", nil))
	h.say("acme", ring(secret, nil, nil)...)
	for _, line := range h.all(acmePerson) {
		if strings.Contains(line, `"type":"note"`) && !strings.Contains(line, `--0000000`) {
			t.Errorf("who said it gets a copy: %s", line)
		}
	}
	h.shows("beta", beta, "note 1", "note 2", "note 3", "-a secret", "-"+oid("note", 1), "-"+oid("note", 2), "-"+oid("note", 3))
	known := map[string]bool{}
	for _, line := range h.all(beta) {
		var o struct{ ID string }
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		known[o.ID] = true
	}
	for _, line := range h.all(beta) {
		var o struct {
			Refs []string `json:"object_refs"`
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		for _, r := range o.Refs {
			if !known[r] {
				t.Errorf("%s leads nowhere in %s", r, line)
			}
		}
	}
	want := h.all(beta)
	for i := range 3 {
		var got []string
		id := oid("note", i+1)
		for _, line := range want {
			if strings.Contains(line, fmt.Sprint("note ", i+1)) {
				var o struct{ ID string }
				if err := json.Unmarshal([]byte(line), &o); err != nil {
					t.Fatal(err)
				}
				id = o.ID
			}
		}
		if err := h.rel.View(beta, release.TaxiiRead).Get(t.Context(), id, func(it *release.Item) error {
			got = append(got, string(it.Raw))
			return nil
		}); err != nil || !slices.Contains(want, got[0]) {
			t.Errorf("note %d alone: %v, %v", i+1, got, err)
		}
	}
}

// TestChain: when the end of a long chain is hidden from somebody, everything that cannot be without it is, and nothing else.
func TestChain(t *testing.T) {
	h := newHouse(t)
	const n = 30 // the reference is the only one of each
	h.say("acme", thing("malware", 1, "amber", nil), thing("malware", 2, "green", nil))
	for i := range n {
		to := oid("report", i)
		if i == 0 {
			to = oid("malware", 1)
		}
		h.say("acme", thing("report", i+1, "green", refs(to)))
	}
	h.say("acme", thing("report", 99, "green", refs(oid("report", n), oid("malware", 2))))
	if got := len(h.all(beta)); got != 2 {
		t.Errorf("%d objects shown, want the malware and the last report:\n%s", got, strings.Join(h.all(beta), "\n"))
	}
	if got := len(h.all(acmePerson)); got != n+3 {
		t.Errorf("who said it gets %d objects, want %d", got, n+3)
	}
}

// TestOwnButNotForEverybody: an organisation gets what it said as it said it, but for what its own marking keeps to named persons.
func TestOwnButNotForEverybody(t *testing.T) {
	h := newHouse(t)
	h.source(store.Source{Name: "eyes only", Owner: "acme", Default: label.Label{TLP: stix.Red, Persons: []string{"boss@acme"}}.Body()})
	h.say("eyes only", thing("ipv4-addr", 10, "", nil))
	h.say("acme", thing("malware", 1, "green", nil), thing("note", 1, "green", refs(oid("malware", 1), oid("ipv4-addr", 10))))
	boss := release.Subject{Kind: release.Person, Org: "acme", Person: "boss@acme"}
	for who, s := range map[string]release.Subject{"ann": acmePerson, "a program": {Kind: release.Client, Org: "acme"}, "beta": beta} {
		h.shows(who, s, "note 1", "-"+oid("ipv4-addr", 10))
	}
	var got []string
	if _, err := h.rel.View(boss, release.ShowPage).Page(t.Context(), release.Query{}, func(it *release.Item) error {
		got = append(got, string(it.Raw))
		return nil
	}); err != nil || !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "198.51.100.10") }) {
		t.Errorf("the one who is named: %v, %v", got, err)
	}
}

// TestTranslationOfACopy: a translation could tell what was left out.
func TestTranslationOfACopy(t *testing.T) {
	h := newHouse(t)
	h.say("acme", thing("malware", 1, "green", plus(m{"description": "secret"}, part(markings["amber"], "description"))),
		thing("malware", 2, "green", m{"description": "open"}))
	for n, text := range map[int]string{1: "geheim", 2: "offen"} {
		h.say("acme", thing("language-content", n, "green", m{"object_ref": oid("malware", n), "contents": m{"de": m{"description": text}}}))
	}
	h.shows("beta", beta, "malware 1", "malware 2", "-secret", "-geheim", "offen")
	h.shows("its own", acmePerson, "secret", "geheim", "offen")
}

// TestOlderVersion: where the latest version is withheld or shown as a copy, the latest that is shown under the id is the latest.
func TestOlderVersion(t *testing.T) {
	later := m{"modified": "2026-02-01T00:00:00.000Z"}
	latest := func(h *house, s release.Subject) (ids []string, counts map[string]int) {
		for _, line := range h.page(s, release.Query{}) {
			var o struct{ ID, Modified string }
			if err := json.Unmarshal([]byte(line), &o); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, o.ID+" "+o.Modified[:7])
		}
		counts, err := h.rel.View(s, release.TaxiiRead).Count(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return ids, counts
	}
	t.Run("withheld", func(t *testing.T) {
		h := newHouse(t)
		h.say("acme", thing("malware", 1, "clear", nil), thing("malware", 10, "amber", nil), thing("report", 1, "clear", refs(oid("malware", 1))),
			thing("report", 1, "clear", plus(later, refs(oid("malware", 10)))))
		ids, counts := latest(h, public)
		if want := []string{oid("malware", 1) + " 2026-01", oid("report", 1) + " 2026-01"}; !slices.Equal(ids, want) || counts["report"] != 1 {
			t.Errorf("shown %v, counted %v; want %v", ids, counts, want)
		}
		n := 0
		if err := h.rel.View(public, release.Search).Search(t.Context(), "report", nil, 0, func(*release.Item) error { n++; return nil }); err != nil || n != 1 {
			t.Errorf("found %d times, %v", n, err)
		}
		if ids, counts := latest(h, acmePerson); !slices.Contains(ids, oid("report", 1)+" 2026-02") || counts["report"] != 1 || counts["malware"] != 2 {
			t.Errorf("who said it: %v, %v", ids, counts)
		}
	})
	t.Run("a copy", func(t *testing.T) {
		h := newHouse(t)
		h.say("acme", thing("malware", 1, "clear", nil), thing("malware", 1, "clear", plus(later, plus(m{"description": "secret"}, part(markings["amber"], "description")))))
		ids, counts := latest(h, public)
		if len(ids) != 2 || ids[0] != oid("malware", 1)+" 2026-01" || strings.HasPrefix(ids[1], oid("malware", 1)) || !strings.HasSuffix(ids[1], " 2026-02") || counts["malware"] != 2 {
			t.Errorf("shown %v, counted %v", ids, counts)
		}
		if ids, counts := latest(h, acmePerson); len(ids) != 1 || counts["malware"] != 1 {
			t.Errorf("who said it: %v, %v", ids, counts)
		}
	})
}

// TestSearchOrderOfHiddenWords: a search does not tell in which order words stand in a part that is left out.
func TestSearchOrderOfHiddenWords(t *testing.T) {
	h := newHouse(t)
	h.say("acme", thing("malware", 1, "clear", plus(m{"name": "foxtrot and golf", "description": "golf foxtrot"}, part(markings["amber"], "description"))))
	for query, want := range map[string]int{"foxtrot golf": 1, "golf foxtrot": 1, "foxtrot-and-golf": 1, "golf-foxtrot": 0, "foxtrot-a": 1, "golf-f": 0} {
		n := 0
		if err := h.rel.View(public, release.Search).Search(t.Context(), query, nil, 0, func(*release.Item) error { n++; return nil }); err != nil || n != want {
			t.Errorf("%s: found %d times, want %d; %v", query, n, want, err)
		}
	}
}

// TestDeletedStaysHidden: deleting a hidden object does not let its id out, neither at once nor when what refers to it is computed again.
func TestDeletedStaysHidden(t *testing.T) {
	h := newHouse(t)
	secret := oid("ipv4-addr", 10)
	h.say("acme", thing("malware", 1, "green", nil), thing("malware", 2, "clear", nil), thing("ipv4-addr", 10, "amber", nil),
		thing("report", 1, "clear", refs(oid("malware", 1), oid("malware", 2), secret)),
		thing("relationship", 1, "clear", m{"source_ref": oid("malware", 2), "target_ref": secret}))
	h.shows("before", public, "report 1", "-"+secret, "-"+oid("relationship", 1))
	s := h.sources["acme"]
	if n, err := h.in.Delete(t.Context(), intake.Submission{Source: s.ID}, s.Collection, secret, store.Version{All: true}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	h.shows("deleted", public, "report 1", "-"+secret, "-"+oid("relationship", 1))
	h.say("acme", thing("malware", 1, "clear", m{"modified": "2026-02-01T00:00:00.000Z"}), thing("malware", 2, "green", m{"modified": "2026-02-01T00:00:00.000Z"}),
		thing("malware", 2, "clear", m{"modified": "2026-03-01T00:00:00.000Z"}))
	h.shows("computed again", public, "report 1", oid("malware", 1), oid("malware", 2), "-"+secret, "-"+oid("relationship", 1))
	h.shows("its own", acmePerson, secret, oid("relationship", 1))
	h.say("acme", thing("ipv4-addr", 10, "clear", nil))
	h.shows("said again for everybody", public, secret, oid("relationship", 1))
}

// TestSeveralDefinitions: where sources of one organisation define a marking differently, all of it counts, whichever came first.
func TestSeveralDefinitions(t *testing.T) {
	red := thing("marking-definition", 1, "", m{"definition": m{"statement": "TLP:RED"}, "name": "TLP:RED"})
	loose := thing("marking-definition", 1, "", m{"definition": m{"statement": "do as you like"}})
	marked := m{"object_marking_refs": []string{markings["clear"], oid("marking-definition", 1)}}
	for _, first := range []bool{true, false} {
		h := newHouse(t)
		h.source(store.Source{Name: "lab", Owner: "acme"})
		h.source(store.Source{Name: "office", Owner: "acme"})
		lab, office := red, loose
		if !first {
			lab, office = loose, red
		}
		h.say("lab", lab)
		h.say("office", office, thing("malware", 1, "", marked))
		h.say("lab", thing("malware", 2, "clear", plus(m{"description": "secret"}, part(oid("marking-definition", 1), "description"))))
		h.shows("the public", public, "-malware 1", "malware 2", "-secret")
	}
}

// TestEndKeptApart: what refers to something that is kept apart for the operator does not tell of it, whichever came first.
func TestEndKeptApart(t *testing.T) {
	future := thing("malware", 1, "clear", m{"modified": "2027-01-01T00:00:00.000Z"})
	tie := thing("relationship", 1, "clear", m{"source_ref": oid("malware", 2), "target_ref": oid("malware", 1)})
	for _, order := range [][][]byte{{future, tie}, {tie, future}} {
		h := newHouse(t)
		h.say("acme", thing("malware", 2, "clear", nil))
		h.say("acme", order...)
		h.shows("the public", public, "malware 2", "-"+oid("malware", 1))
		for who, s := range map[string]release.Subject{"the public": public, "its own": acmePerson} {
			if err := h.rel.View(s, release.ShowPage).Get(t.Context(), oid("malware", 1), func(*release.Item) error { return nil }); threatwatch.KindOf(err) != threatwatch.NotFound {
				t.Errorf("%s asks for it by its id: %v", who, err)
			}
		}
	}
}

// iep is a marking with an Information Exchange Policy.
func iep(n int, policy m) []byte {
	return thing("marking-definition", n, "", m{"definition_type": "iep", "definition": policy, "created_by_ref": oid("identity", 1)})
}

// TestNotCredited: where IEP forbids to name who said something, nothing names them: not the object, not the marking, not the source, not
// the collection.
func TestNotCredited(t *testing.T) {
	h := newHouse(t)
	h.say("acme", thing("identity", 1, "clear", m{"name": "Acme"}), thing("malware", 3, "clear", nil),
		iep(1, m{"iep_version": 2, "name": "quiet", "tlp": "CLEAR", "attribution": "must-not"}))
	quiet := m{"object_marking_refs": []string{markings["clear"], oid("marking-definition", 1)}, "created_by_ref": oid("identity", 1)}
	h.say("acme", thing("malware", 1, "", quiet), thing("note", 1, "", plus(quiet, plus(refs(oid("malware", 1)), m{"authors": []string{"Ann of Acme"}}))),
		thing("sighting", 1, "", plus(quiet, m{"sighting_of_ref": oid("malware", 1), "where_sighted_refs": []string{oid("identity", 1)}})))
	for who, s := range map[string]release.Subject{"the public": public, "beta": beta} {
		got := strings.Join(h.all(s), "\n")
		if n := strings.Count(got, oid("identity", 1)); n != 1 || strings.Contains(got, "Ann of Acme") || !strings.Contains(got, "malware 1") || !strings.Contains(got, "note 1") ||
			!strings.Contains(got, `"type":"sighting"`) || !strings.Contains(got, "quiet") || strings.Contains(got, oid("marking-definition", 1)) {
			t.Errorf("%s: the identity occurs %d times, want once, in itself:\n%s", who, n, got)
		}
		v := h.rel.View(s, release.TaxiiRead)
		q := release.Query{Collection: h.collection("acme")}
		if got := strings.Join(h.page(s, q), "\n"); strings.Contains(got, "malware 1") || !strings.Contains(got, "malware 3") {
			t.Errorf("%s: the collection of the source holds\n%s", who, got)
		}
		if counts, err := v.Count(t.Context(), q.Collection); err != nil || counts["malware"] != 1 {
			t.Errorf("%s: in the collection of the source: %v, %v", who, counts, err)
		}
		if err := v.Lookup(t.Context(), "x", 0, nil); err != nil {
			t.Error(err)
		}
		if _, err := v.Page(t.Context(), release.Query{}, func(it *release.Item) error {
			if (strings.Contains(string(it.Raw), "malware 1") || it.Type == "sighting") && it.Source != "" {
				t.Errorf("%s: %s is said by %q", who, it.ID, it.Source)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	h.shows("its own", acmePerson, oid("malware", 1), "Ann of Acme", oid("marking-definition", 1))
}

// TestNamelessSource: what a source says under a default that forbids to name it has no author for others.
func TestNamelessSource(t *testing.T) {
	h := newHouse(t)
	h.source(store.Source{Name: "quiet", Owner: "acme", Default: label.Label{IEP: &label.IEP{NoCredit: true}}.Body()})
	h.say("acme", thing("identity", 1, "clear", nil))
	h.say("quiet", thing("malware", 1, "clear", m{"created_by_ref": oid("identity", 1)}))
	h.shows("the public", public, "malware 1", `-"created_by_ref"`)
}

// collection is the id of a source's own collection.
func (h *house) collection(source string) (id string) {
	h.Helper()
	err := h.st.Read(h.Context(), func(sn store.Snapshot) error {
		all, err := sn.Collections(h.Context())
		for _, c := range all {
			if c.ID == h.sources[source].Collection {
				id = c.UUID
			}
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return id
}

// TestPolicyTimes: an Information Exchange Policy counts from its start to its end, also when the end is long ago.
func TestPolicyTimes(t *testing.T) {
	for policy, want := range map[string]bool{
		``: true, `"start_date":"2026-05-01T12:00:00Z"`: true, `"start_date":"2026-05-01T12:00:01Z"`: false, `"end_date":"2026-05-01T12:00:01Z"`: true,
		`"end_date":"2026-05-01T12:00:00Z"`: false, `"end_date":"1970-01-01T00:00:00Z"`: false, `"end_date":"1969-01-01T00:00:00Z"`: false,
		`"end_date":"soon"`: false, `"tlp":"unheard of"`: false,
	} {
		p := m{"iep_version": 2, "tlp": "CLEAR"}
		if err := json.Unmarshal([]byte("{"+policy+"}"), &p); err != nil {
			t.Fatal(err)
		}
		h := newHouse(t)
		h.say("acme", iep(1, p), thing("malware", 1, "", m{"object_marking_refs": []string{markings["clear"], oid("marking-definition", 1)}}))
		if got := len(h.page(public, release.Query{Types: []string{"malware"}})) == 1; got != want {
			t.Errorf("%s: shown %v, want %v", policy, got, want)
		}
	}
}

// TestEncryptedOnly: what must be encrypted on the way does not go over a channel on which others can listen.
func TestEncryptedOnly(t *testing.T) {
	h := newHouse(t)
	h.say("acme", iep(1, m{"iep_version": 2, "tlp": "GREEN", "encrypt_in_transit": "must"}),
		thing("malware", 1, "", m{"object_marking_refs": []string{markings["green"], oid("marking-definition", 1)}}))
	plain := beta
	plain.Plain = true
	h.shows("over TLS", beta, "malware 1")
	h.shows("without", plain, "-malware 1")
}

// TestCopyIDs: a copy has one id for its reader, another for every other reader, and another where a program reads for the same person.
func TestCopyIDs(t *testing.T) {
	h := newHouse(t)
	h.say("acme", thing("malware", 1, "clear", plus(m{"description": "secret"}, part(markings["red"], "description"))))
	subjects := []release.Subject{public, beta, {Kind: release.Client, Org: "gamma"}, {Kind: release.Person, Org: "beta", Person: "bob@beta"}, {Kind: release.Person, Org: "beta", Person: "cy@beta"}}
	owners := map[string]string{}
	for _, s := range subjects {
		for _, a := range []release.Action{release.ShowPage, release.Search, release.ExportFile, release.TaxiiRead} {
			key := s.Person + string(s.Kind) + s.Org
			if s.Kind == release.Person && a == release.TaxiiRead {
				key += " by a program"
			}
			if _, err := h.rel.View(s, a).Page(t.Context(), release.Query{}, func(it *release.Item) error {
				if it.ID == oid("malware", 1) {
					t.Errorf("%v, %s: the id of the original", s, a)
				}
				if had, ok := owners[it.ID]; ok && had != key {
					t.Errorf("%v, %s: an id that %s has", s, a, had)
				}
				owners[it.ID] = key
				return h.rel.View(s, a).Get(t.Context(), it.ID, func(*release.Item) error { return nil })
			}); err != nil {
				t.Errorf("%v, %s: %v", s, a, err)
			}
		}
	}
	if len(owners) != len(subjects)+2 {
		t.Errorf("%d ids: %v", len(owners), owners)
	}
}

// TestOriginalOfACopy: who is shown a copy finds nothing by the id of the original, and nothing by what was left out.
func TestOriginalOfACopy(t *testing.T) {
	h := newHouse(t)
	const secret = "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f"
	file := oid("file", 1)
	h.say("acme", thing("identity", 1, "clear", nil), thing("malware", 1, "clear", plus(m{"created_by_ref": oid("identity", 1), "description": "secret"}, part(markings["amber"], "description"))),
		thing("file", 1, "clear", plus(m{"created": nil, "modified": nil, "name": "open.exe", "hashes": m{"SHA-256": secret}}, part(markings["amber"], "hashes"))))
	v := h.rel.View(public, release.TaxiiRead)
	if err := v.Get(t.Context(), file, func(*release.Item) error { return nil }); threatwatch.KindOf(err) != threatwatch.NotFound {
		t.Errorf("by the id of the original: %v", err)
	}
	if got := h.page(public, release.Query{IDs: []string{file}, Version: store.Version{All: true}}); len(got) != 0 {
		t.Errorf("a page of the original: %v", got)
	}
	for value, want := range map[string]int{secret: 0, "open.exe": 1} {
		for who, s := range map[string]release.Subject{"the public": public, "its own": acmePerson} {
			n := 0
			if err := h.rel.View(s, release.Lookup).Lookup(t.Context(), value, 0, func(*release.Item) error { n++; return nil }); err != nil || n != want && who == "the public" || n != 1 && who == "its own" {
				t.Errorf("%s looks up %s: %d, %v", who, value, n, err)
			}
		}
	}
	h.shows("the public", public, "open.exe", "malware 1", "-"+secret, `-"created_by_ref"`)
}

// TestStolenCursor: a cursor is good for whom it was made, with the rights they had.
func TestStolenCursor(t *testing.T) {
	h := newHouse(t)
	h.say("acme", thing("malware", 1, "clear", nil), thing("malware", 2, "clear", nil), thing("malware", 3, "green", nil))
	p, err := h.rel.View(beta, release.TaxiiRead).Page(t.Context(), release.Query{Limit: 1}, func(*release.Item) error { return nil })
	if err != nil || !p.More {
		t.Fatal(p, err)
	}
	client := beta
	client.ClientOf = []string{"acme"}
	for who, s := range map[string]release.Subject{"the public": public, "a person": {Kind: release.Person, Org: "beta", Person: "bob@beta"}, "gamma": {Kind: release.Client, Org: "gamma"},
		"with other rights": client, "the operator": {Kind: release.Operator, Org: "beta"}} {
		if _, err := h.rel.View(s, release.TaxiiRead).Page(t.Context(), release.Query{Limit: 1, Next: p.Next}, func(*release.Item) error { return nil }); threatwatch.KindOf(err) != threatwatch.Invalid {
			t.Errorf("%s: %v", who, err)
		}
	}
	if got := h.page(beta, release.Query{Next: p.Next}); len(got) != 2 {
		t.Errorf("its own reader: %v", got)
	}
}

// TestCopyOfTwoPointZero: a bundle of STIX 2.0 says the version for its objects; their copies are valid without.
func TestCopyOfTwoPointZero(t *testing.T) {
	h := newHouse(t)
	h.say("acme", thing("malware", 9, "clear", nil))
	raw := thing("malware", 1, "clear", plus(m{"spec_version": nil, "is_family": nil, "labels": []string{"trojan"}, "description": "secret"}, part(markings["amber"], "description")))
	st := h.in.Stream(t.Context(), intake.Submission{Source: h.sources["acme"].ID}, nil)
	if err := st.Add(raw, true); err != nil {
		t.Fatal(err)
	}
	if sum, err := st.Close(); err != nil || sum.Added != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	h.shows("the public", public, "malware 1", "-secret")
}

// TestNamesOfSources: a collection is known to those who can find something in it or for whom it is meant, whoever runs its source.
func TestNamesOfSources(t *testing.T) {
	h := newHouse(t)
	h.source(store.Source{Name: "wiretap of the operator"})
	h.source(store.Source{Name: "members' feed", Default: label.Label{TLP: stix.Green}.Body()})
	h.source(store.Source{Name: "acme lab", Owner: "acme"})
	h.source(store.Source{Name: "public feed", Public: true})
	h.say("wiretap of the operator", thing("malware", 1, "amber", nil))
	h.say("acme lab", thing("malware", 2, "green", nil), thing("malware", 3, "amber", nil))
	for _, c := range []struct {
		who  string
		s    release.Subject
		want []string
	}{
		{"the public", public, []string{"public feed"}},
		{"beta", beta, []string{"members' feed", "acme lab", "public feed"}},
		{"acme", acmePerson, []string{"members' feed", "acme lab", "public feed"}},
		{"the operator", release.Subject{Kind: release.Operator}, []string{"wiretap of the operator", "members' feed", "acme lab", "public feed"}},
	} {
		list, err := h.rel.View(c.s, release.TaxiiRead).Collections(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range list {
			got = append(got, x.Title)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s knows of %q, want %q", c.who, got, c.want)
		}
		_, err = h.rel.View(c.s, release.TaxiiRead).Collection(t.Context(), h.collection("wiretap of the operator"))
		if hidden := c.who != "the operator"; hidden != (threatwatch.KindOf(err) == threatwatch.NotFound) {
			t.Errorf("%s: %v", c.who, err)
		}
	}
}
