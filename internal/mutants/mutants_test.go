// Package mutants plants one fault at a time into the two doors and asks whether the tests notice. A rule that can be taken out without a
// test turning red is a rule that nobody holds.
package mutants

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// root is the module, from here.
const root = "../.."

// mutant is a fault: in a file, old text becomes new text. The tests of the rooms in run, those that match, must turn red.
type mutant struct {
	rule     string
	file     string
	old, new string
	run      []string // rooms, nil: the file's own; with -run after a blank
}

// Tests that hold what intake computes, but the long ones.
const quick = "./intake -run=Labels|Late|Saying|Conflict|Foreign|Operator|Delete|Order"

var (
	attacks = []string{"./release"}
	lives   = []string{"./match -run=Live|Doubts"}
	joins   = []string{"./release -run=JoinIsBoth -rapid.checks=3000"}
)

var mutants = []mutant{
	{rule: "the labels of a view", file: "release/view.go", old: "if decide(v.r.policy, v.s, v.r.label(id, body), v.a, now).Allow {", new: "if decide(v.r.policy, v.s, v.r.label(id, body), v.a, now).Allow || true {"},
	{rule: "what is kept apart is in no view", file: "release/view.go", old: "r.Flags&store.Quarantined != 0 && !g.operator() || !g.set.Has(r.Label)", new: "!g.set.Has(r.Label)"},
	{rule: "collections of others", file: "release/view.go", old: "seen, plain := false, true //", new: "seen, plain := true, true //", run: attacks},
	{rule: "what one may know is not what another may", file: "release/view.go", old: "key := knownKey(c.ID, set)", new: "key := knownKey(c.ID, newSet())", run: attacks},
	{rule: "nameless sources", file: "release/view.go", old: "if l.Nameless() && !g.own(l) {", new: "if false {"},
	{rule: "nameless in no collection of its source", file: "release/view.go", old: "!l.Nameless() || g.own(l)", new: "true || l.Nameless()"},
	{rule: "authors of the nameless", file: "release/redact.go", old: "if !g.own(l) && (l.Nameless() ||", new: "if false && (l.Nameless() ||"},
	{rule: "granular markings", file: "release/redact.go", old: "if !decide(g.r.policy, g.s, part, g.a, g.now).Allow {", new: "if part.Mixed {"},
	{rule: "every definition of a marking", file: "release/redact.go", old: "ms = append(ms, stix.MarkingOf(o))", new: "ms = []stix.Marking{stix.MarkingOf(o)}"},
	{rule: "a copy has an id of its own", file: "release/redact.go", old: `root.Set("id", stix.NewString(id))`, new: "_ = id"},
	{rule: "a copy is not its author's", file: "release/redact.go", old: `root.Remove("created_by_ref") // the`, new: "// the"},
	{rule: "a copy for programs is another", file: "release/alias.go", old: "if v.s.Kind == Person && v.a.toPrograms() {", new: "if false {"},
	{rule: "a copy is its reader's", file: "release/alias.go", old: "m.Write([]byte(v.subjectKey()))", new: ""},
	{rule: "a marking that cannot be read", file: "release/closure.go", old: `case m.Kind == "object_marking_refs":`, new: "case false:"},
	{rule: "a part whose marking cannot be read", file: "release/closure.go", old: "c.cut = append(c.cut, m.takes...)", new: ""},
	{rule: "a reference to something hidden", file: "release/closure.go", old: "c.cut = append(c.cut, m.unit())", new: ""},
	{rule: "a translation of a copy", file: "release/closure.go", old: `case !ok, s.o.Type == "language-content":`, new: "case !ok:"},
	{rule: "links lead to copies", file: "release/closure.go", old: "c.rename[m.Path] = id", new: "_ = id"},
	{rule: "who knows of a hidden object", file: "release/closure.go", old: "known = known || l.Owner == holder.Owner || l.Mixed || holder.Mixed", new: "_ = l"},
	{rule: "what is gone stays hidden", file: "release/closure.go", old: "return err != nil || !decide(g.r.policy, g.s, l, g.a, g.now).Allow, nil", new: "return err != nil && l.Mixed, nil"},
	{rule: "words that were left out are not found", file: "release/find.go", old: "it.Redacted && !mentions(it, q)", new: "false"},
	{rule: "values that were left out are not found", file: "release/find.go", old: "it.Redacted && !holds(it, canon[n])", new: "false"},
	{rule: "references that were left out are not followed", file: "release/find.go", old: "it.Redacted && !refersTo(it, id)", new: "false"},
	{rule: "the id of the original finds no copy", file: "release/find.go", old: "if err != nil || it == nil || it.ID != id {", new: "if err != nil || it == nil {"},
	{rule: "nor does a page", file: "release/page.go", old: "q.IDs != nil && !slices.Contains(q.IDs, it.ID)", new: "false"},
	{rule: "a cursor is its reader's", file: "release/cursor.go", old: "m.Write([]byte(v.subjectKey()))", new: ""},

	{rule: "a view looks into what has labels that it sees", file: "match/live.go", old: "if reach.Sees(label) {", new: "if true {", run: lives},
	{rule: "the names of sources are the view's to tell", file: "match/live.go", old: "sourceName(r.Source(release.SourceID(n), label)), 0", new: "strconv.Itoa(n), 0", run: lives},
	{rule: "what was found among the odd is asked again", file: "match/live.go", old: "return shown.doubts.settle(ctx, v, c, value)", new: "return true", run: lives},
	{rule: "what is gone is struck out", file: "match/live_follow.go", old: "p.struck = append(p.struck, claimName{key: c.Key})", new: "", run: lives},
	{rule: "what is altered on the way out is odd", file: "match/live_follow.go", old: "case c.Now.Plain && c.Now.Alone:", new: "case c.Now.Alone:", run: lives},
	{rule: "what is read at the start as well", file: "match/live_load.go", old: "if !a.Plain || !a.Alone {", new: "if !a.Alone {", run: lives},
	{rule: "versions under several labels are odd", file: "match/live_place.go", old: "odd = odd || !a.Plain || a.Number != all[0].Number", new: "odd = odd || !a.Plain", run: lives},
	{rule: "an older version counts again", file: "match/live_place.go", old: "to.c.keep(a.Key, a.ID)", new: "_ = n", run: lives},

	{rule: "unknown joins", file: "label/join.go", old: `s[atom{unknown, owner, ""}] = bound{}`, new: "", run: joins},
	{rule: "embargoes join", file: "label/join.go", old: "bound{till: max(s[k].till, l.Embargo)}", new: "bound{till: l.Embargo}", run: joins},
	{rule: "windows join", file: "label/join.go", old: "w.till = min(w.till, l.IEP.Until)", new: "w.till = l.IEP.Until", run: joins},
	{rule: "persons join", file: "label/join.go", old: `s[atom{red, owner, strings.Join(set(l.Persons), " ")}] = bound{tlp: stix.Red}`, new: `s[atom{red, owner, ""}] = bound{tlp: stix.Red}`, run: joins},
	{rule: "PAP joins", file: "label/join.go", old: "PAP: max(a.PAP, b.PAP)", new: "PAP: a.PAP", run: joins},
	{rule: "a marking that says nothing known", file: "label/label.go", old: "l.Unknown = l.Unknown || !m.Known", new: "", run: attacks},
	{rule: "a marking tightens", file: "label/label.go", old: "l.TLP = max(l.TLP, tlp)", new: "_ = tlp", run: attacks},
	{rule: "an IEP without TLP", file: "label/label.go", old: "return p, stix.AmberStrict, ok", new: "return p, stix.Clear, ok", run: attacks},
	{rule: "an end long ago", file: "label/label.go", old: "*to = 1 // 1970", new: "*to = 0 // 1970", run: attacks},

	{rule: "relationships are as strict as their ends", file: "intake/graph.go", old: "if s.held && e.need && !b.closed(s.lab, eff) {", new: "if false {", run: []string{quick}},
	{rule: "references to something stricter need a look", file: "intake/graph.go", old: "if s := b.state(e.to); s.held && !b.closed(s.lab, eff) {", new: "if s := b.state(e.to); s.held && false {", run: []string{quick}},
	{rule: "granular markings need a look", file: "intake/graph.go", old: "(len(it.granular) > 0 ||", new: "(false ||", run: []string{quick}},
	{rule: "the nameless need a look", file: "intake/graph.go", old: "if eff.Nameless() {", new: "if false {", run: attacks},
	{rule: "ends kept apart need a look", file: "intake/graph.go", old: "s.check = s.check || !s.held && len(d.nodes) > 0", new: "", run: attacks},
	{rule: "containers bind unmarked members", file: "intake/label.go", old: "s = b.stricter(s, l)", new: "_ = l", run: []string{quick}},
	{rule: "the default of a source", file: "intake/session.go", old: "b.base = b.lab(l)", new: "_ = l", run: []string{quick}},
	{rule: "the TLP of a submission", file: "intake/session.go", old: "b.base = b.stricter(b.base, *b.sub.TLP)", new: "", run: []string{quick}},
	{rule: "a marking that nobody defined", file: "intake/label.go", old: "unknown = unknown || len(said) == 0", new: "", run: []string{quick}},
	{rule: "silence is AMBER+STRICT", file: "intake/label.go", old: "base = b.levelOf(stix.AmberStrict, owner)", new: "base = b.levelOf(stix.Clear, owner)", run: []string{quick}},
	{rule: "granular on what an object cannot be without", file: "intake/label.go", old: "if !g.required {", new: "if true {", run: []string{quick}},
	{rule: "two persons loosen", file: "intake/loosen.go", old: "if l.NeedsTwo() {", new: "if false {", run: []string{"./intake -run=Loosening"}},
	{rule: "what was deleted is loosened by two", file: "intake/loosen.go", old: "if len(latest) == 0 && n.ident.was.held {", new: "if false {", run: []string{"./intake -run=Loosening"}},
	{rule: "the second person is another one", file: "intake/propose.go", old: "if p.By == by {", new: "if false {", run: []string{"./intake -run=Proposals"}},
	{rule: "no edit overwrites what was never read", file: "intake/edit.go", old: "if latest == want {", new: "if latest >= want {", run: []string{"./intake -run=Edit"}},
	{rule: "only the creator makes versions", file: "intake/rules.go", old: "apart := owned && !copied ||", new: "apart := owned && !copied && false ||", run: []string{quick}},
	{rule: "a partner hears nothing of what others hold", file: "intake/rules.go", old: "told = told || b.sub.Operator ||", new: "told = true ||", run: []string{quick}},
	{rule: "what is deleted is remembered", file: "intake/delete.go", old: "return tx.PutRecord(ctx, goneKind, goneKey(owners[src], id), doc)", new: "_ = doc; return nil", run: attacks},
	{rule: "identifiers in any property", file: "stix/refs.go", old: `if ValidID(m.Value.Str) && !(depth == 0 && m.Name == "id") {`, new: `if len(m.Name) > 4 && m.Name[len(m.Name)-4:] == "_ref" && ValidID(m.Value.Str) {`, run: attacks},
	{rule: "identifiers in either case", file: "intake/prepare.go", old: "r.ID = strings.ToLower(r.ID)", new: "_ = strings.ToLower", run: attacks},
}

// TestMutantsFit: each fault can still be planted.
func TestMutantsFit(t *testing.T) {
	for _, m := range mutants {
		text, err := os.ReadFile(filepath.Join(root, m.file))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), m.old); n != 1 {
			t.Errorf("%s: %q occurs %d times in %s", m.rule, m.old, n, m.file)
		}
	}
}

// TestMutantsAreNoticed plants one after the other.
func TestMutantsAreNoticed(t *testing.T) {
	if os.Getenv("THREATWATCH_LONG") == "" {
		t.Skip("a minute for every ten: make test-long")
	}
	for _, m := range mutants {
		t.Run(m.rule, func(t *testing.T) {
			rooms := m.run
			if rooms == nil {
				rooms = []string{"./" + filepath.Dir(m.file)}
			}
			for _, room := range rooms {
				args := append([]string{"test", "-short", "-failfast", "-vet=off", "-overlay=" + overlay(t, m)}, append(strings.Fields(room), "-rapid.nofailfile")...)
				cmd := exec.CommandContext(t.Context(), "go", args...)
				cmd.Dir = root
				out, err := cmd.CombinedOutput()
				switch {
				case err == nil:
					t.Errorf("nobody notices: %s without %q", m.file, m.old)
				case !strings.Contains(string(out), "--- FAIL"):
					t.Errorf("the fault does not run: %s", out)
				}
			}
		})
	}
}

// overlay makes the toolchain see the file with the fault.
func overlay(t *testing.T, m mutant) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join(root, m.file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.go")
	doc, err := json.Marshal(map[string]any{"Replace": map[string]string{file: bad}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "overlay.json")
	for name, data := range map[string][]byte{bad: []byte(strings.Replace(string(text), m.old, m.new, 1)), path: doc} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}
