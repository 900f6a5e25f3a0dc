package release_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"threatwatch/intake"
	"threatwatch/label"
	"threatwatch/release"
	"threatwatch/store"
)

// latest is what somebody has who was delivered items: of each id the last version, of two that give the same the one that came later.
type latest map[string]release.Item

func (l latest) take(it *release.Item) error {
	if had, ok := l[it.ID]; !ok || it.Modified > had.Modified || it.Modified == had.Modified && it.Added >= had.Added {
		c := *it
		c.Raw = append([]byte(nil), it.Raw...)
		l[it.ID] = c
	}
	return nil
}

func (l latest) String() (s string) {
	for _, id := range slices.Sorted(maps.Keys(l)) {
		it := l[id]
		s += fmt.Sprintln(it.ID, it.Modified, it.Added, it.Source, it.Label.TLP, it.Redacted, string(it.Raw))
	}
	return s
}

// TestCommon: what the common view shows, and what is delivered after its mark, is together what is shown to each subject.
func TestCommon(t *testing.T) {
	readers := []release.Subject{public, {Kind: release.Public, Plain: true}, acmePerson, beta, {Kind: release.Person, Org: "acme", Person: "bob@acme"}, {Kind: release.Client, Org: "gamma", ClientOf: []string{"acme"}},
		{Kind: release.Client, Org: "delta"}}
	added, nothing, anew := 0, 0, 0
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 3))
		h := newHouse(t)
		h.source(store.Source{Name: "open", Owner: "acme", Public: true})
		h.source(store.Source{Name: "members only", Owner: "beta"})
		h.source(store.Source{Name: "quiet", Owner: "acme", Default: label.Label{IEP: &label.IEP{NoCredit: true}}.Body()})
		say := func(from, to int) {
			for n := from; n < to; n++ {
				saySomething(h, r, n)
			}
		}
		say(0, 10)
		commons, marks := map[string]latest{}, map[string]release.Mark{}
		for _, s := range readers {
			for _, a := range actions {
				common, _ := h.rel.View(s, a).Common()
				l := latest{}
				mark, err := common.Follow(t.Context(), release.Mark{}, kinds, func(bool) {}, l.take)
				if err != nil {
					t.Fatal(err)
				}
				commons[common.Key()], marks[common.Key()] = l, mark
			}
		}
		for _, s := range readers {
			for range 2 { // what comes in later than the mark is delivered too
				v := h.rel.View(s, actions[r.IntN(len(actions))])
				common, _ := v.Common()
				got, want, n := maps.Clone(commons[common.Key()]), latest{}, 0
				_, err := v.Follow(t.Context(), marks[common.Key()], kinds, func(all bool) {
					if all { // what came in made something stricter that was there
						got, anew = latest{}, anew+1
					}
				}, func(it *release.Item) error { n++; return got.take(it) })
				if err != nil {
					t.Fatal(err)
				}
				if _, err := v.Follow(t.Context(), release.Mark{}, kinds, func(bool) {}, want.take); err != nil {
					t.Fatal(err)
				}
				if got, want := got.String(), want.String(); got != want {
					t.Fatalf("seed %d, %v:\n%s\nwant\n%s", seed, s, got, want)
				}
				if added += n; n == 0 {
					nothing++
				}
				n = r.IntN(20)
				say(n, n+2)
			}
		}
	}
	t.Logf("%d objects beyond the common view; %d times nothing, %d times all", added, nothing, anew)
	if added == 0 || nothing == 0 || anew > 50 {
		t.Error("not both")
	}
}

var actions = []release.Action{release.ShowPage, release.ShowPage, release.ExportFile, release.TaxiiRead, release.Webhook, release.NotifyEmail, release.ExportBlocklist, release.PublishPublic}

var kinds = release.Following{Types: []string{"malware", "report"}}

// saySomething says something under a random marking that now and then refers to something else, or is marked in parts.
func saySomething(h *house, r *rand.Rand, n int) {
	h.Helper()
	source, level := []string{"open", "members only", "quiet"}[r.IntN(3)], []string{"clear", "clear", "clear", "green", "amber", "red"}[r.IntN(6)]
	more := m{"modified": fmt.Sprintf("2026-01-01T00:%02d:%02d.000Z", r.IntN(60), r.IntN(60))}
	raw := thing("malware", n, level, more)
	switch r.IntN(4) {
	case 0:
		raw = thing("report", n, level, plus(more, refs(oid("malware", r.IntN(20)))))
	case 1:
		raw = thing("malware", n, level, plus(plus(more, part(markings["red"], "description")), m{"description": "for some"}))
	}
	got, err := h.in.Submit(h.Context(), intake.Submission{Source: h.sources[source].ID, Agreed: true}, [][]byte{raw})
	if err != nil || got[0].Status == intake.Refused {
		h.Fatalf("%s\n%+v, %v", raw, got, err)
	}
}

// TestCommonStamps: what has to be looked at part by part, and is left out of the common view, is delivered with the stamp of when it came in last, as what it refers to
// was opened to more readers.
func TestCommonStamps(t *testing.T) {
	h := newHouse(t)
	h.source(store.Source{Name: "open", Owner: "acme", Public: true})
	say := func(raw []byte) {
		got, err := h.in.Submit(h.Context(), intake.Submission{Source: h.sources["open"].ID, Agreed: true}, [][]byte{raw})
		if err != nil || got[0].Status != intake.Added {
			h.Fatalf("%s\n%+v, %v", raw, got, err)
		}
	}
	say(thing("malware", 1, "green", m{"modified": "2026-01-01T00:01:00.000Z"}))
	say(thing("malware", 2, "clear", m{}))
	say(thing("relationship", 1, "clear", plus(part(markings["red"], "description"), m{"source_ref": oid("malware", 1), "target_ref": oid("malware", 2), "description": "for some"})))
	say(thing("malware", 1, "clear", m{"modified": "2026-01-01T00:02:00.000Z"}))
	v := h.rel.View(beta, release.ShowPage)
	common, _ := v.Common()
	got, want := latest{}, latest{}
	what := release.Following{Types: []string{"malware", "relationship"}}
	mark, err := common.Follow(t.Context(), release.Mark{}, what, func(bool) {}, got.take)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Fatalf("the common view shows\n%s", got)
	}
	if _, err := v.Follow(t.Context(), mark, what, func(bool) {}, got.take); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Follow(t.Context(), release.Mark{}, what, func(bool) {}, want.take); err != nil {
		t.Fatal(err)
	}
	if len(want) != 3 || got.String() != want.String() {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}
