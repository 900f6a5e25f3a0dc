package intake_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/intake"
	"threatwatch/stix"
	"threatwatch/store"
)

// at is a version of malware 1 that was made in a month of 2026, with a marking.
func at(month string, l stix.Level) []byte {
	return object("malware", 1, with(tlp(l), m{"modified": "2026-" + month + "-01T00:00:00.000Z"}))
}

// TestLooseningNeedsTwo: under a member's source a version that loosens what is above TLP:AMBER is refused on every way in, and all else is taken.
func TestLooseningNeedsTwo(t *testing.T) {
	t.Parallel()
	levels := []stix.Level{stix.Clear, stix.Green, stix.Amber, stix.AmberStrict, stix.Red}
	for _, from := range levels {
		for _, to := range levels {
			s := openStore(t)
			in := intake.New(s, now)
			src := addSource(t, in, store.Source{Name: "m", Owner: "member"})
			submit(t, in, intake.Submission{Source: src.ID}, intake.Added, at("01", from))
			want := intake.Added
			if from > stix.Amber && to < from {
				want = intake.Refused
			}
			out := submit(t, in, intake.Submission{Source: src.ID, Operator: true}, want, at("02", to))
			if want == intake.Refused && (out[0].Problems[0].Rule != intake.RuleTwo || !strings.Contains(out[0].Problems[0].Message, "two persons")) {
				t.Errorf("%s to %s: %v", from, to, out[0].Problems)
			}
			st := in.Stream(t.Context(), intake.Submission{Source: src.ID}, func(o intake.Outcome) {
				if (o.Status == intake.Refused) != (want == intake.Refused) {
					t.Errorf("%s to %s in a stream: %v", from, to, o)
				}
			})
			if err := st.Add(at("02", to), false); err != nil {
				t.Fatal(err)
			}
			if _, err := st.Close(); err != nil {
				t.Fatal(err)
			}
			submit(t, in, intake.Submission{Source: src.ID, Agreed: true}, map[bool]intake.Status{true: intake.Added, false: intake.Unchanged}[want == intake.Refused], at("02", to))
		}
	}
}

// TestLooseningByDetours: neither an older date, nor another source of the member, nor the same batch, nor a container, nor deleting it first
// goes around the second person.
func TestLooseningByDetours(t *testing.T) {
	t.Parallel()
	bare := func(month string) []byte {
		return object("malware", 1, m{"modified": "2026-" + month + "-01T00:00:00.000Z"})
	}
	for name, try := range map[string]func(in *intake.Intake, src, other store.Source){
		"backdated": func(in *intake.Intake, src, _ store.Source) {
			submit(t, in, intake.Submission{Source: src.ID}, intake.Refused, object("malware", 1, with(tlp(stix.Clear), m{"modified": "2026-01-01T12:00:00.000Z"})))
		},
		"another source": func(in *intake.Intake, _, other store.Source) {
			submit(t, in, intake.Submission{Source: other.ID}, intake.Refused, at("03", stix.Clear))
		},
		"a container": func(in *intake.Intake, src, _ store.Source) {
			out, err := in.Submit(t.Context(), intake.Submission{Source: src.ID}, [][]byte{bare("03"), object("report", 1, tlp(stix.Clear))})
			if err != nil || out[0].Status != intake.Refused || out[1].Status != intake.Added {
				t.Error(out, err)
			}
		},
		"a default": func(in *intake.Intake, _, other store.Source) {
			open := addSource(t, in, store.Source{Name: "open", Owner: "member", Default: defaultLabel(stix.Clear)})
			submit(t, in, intake.Submission{Source: open.ID}, intake.Refused, bare("03"))
		},
		"deleted": func(in *intake.Intake, src, _ store.Source) {
			if _, err := in.Delete(t.Context(), intake.Submission{Source: src.ID}, src.Collection, id("malware", 1), store.Version{All: true}); err != nil {
				t.Fatal(err)
			}
			submit(t, in, intake.Submission{Source: src.ID}, intake.Refused, at("03", stix.Clear))
		},
		"one batch": func(in *intake.Intake, src, _ store.Source) {
			object := func(month string, l stix.Level) []byte {
				return object("malware", 2, with(tlp(l), m{"modified": "2026-" + month + "-01T00:00:00.000Z"}))
			}
			out, err := in.Submit(t.Context(), intake.Submission{Source: src.ID}, [][]byte{object("01", stix.Red), object("02", stix.Clear), object("03", stix.Amber), object("04", stix.Red)})
			if err != nil || out[0].Status != intake.Added || out[1].Status != intake.Refused || out[2].Status != intake.Refused || out[3].Status != intake.Added {
				t.Error(out, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := intake.New(openStore(t), now)
			src, other := addSource(t, in, store.Source{Name: "m", Owner: "member"}), addSource(t, in, store.Source{Name: "n", Owner: "member"})
			submit(t, in, intake.Submission{Source: src.ID}, intake.Added, object("malware", 1, with(tlp(stix.Red), m{"modified": "2026-02-01T00:00:00.000Z"})))
			try(in, src, other)
		})
	}
}

// TestLooseningOfOthers: a publisher whose feed the operator takes decided itself; an edit of the operator's own needs two; an end that is
// loosened takes nothing from the marking of what refers to it.
func TestLooseningOfOthers(t *testing.T) {
	t.Parallel()
	in := intake.New(openStore(t), now)
	feed := addSource(t, in, store.Source{Name: "feed"})
	submit(t, in, intake.Submission{Source: feed.ID}, intake.Added, at("01", stix.Red))
	submit(t, in, intake.Submission{Source: feed.ID, Based: map[string]int64{}}, intake.Refused, at("02", stix.Green))
	submit(t, in, intake.Submission{Source: feed.ID}, intake.Added, at("02", stix.Green))

	member := addSource(t, in, store.Source{Name: "m", Owner: "member"})
	tie := func(month string) []byte {
		return object("relationship", 1, with(tlp(stix.Clear), m{"modified": "2026-" + month + "-01T00:00:00.000Z"}))
	}
	submit(t, in, intake.Submission{Source: member.ID}, intake.Added, at("01", stix.Red), object("indicator", 1, tlp(stix.Clear)), tie("01"))
	submit(t, in, intake.Submission{Source: member.ID}, intake.Added, tie("02"))
}

func micros(s string) int64 {
	at, err := stix.ParseTime(s)
	if err != nil {
		panic(err)
	}
	return at.UnixMicro()
}

// TestEdit: an edit that started from an older version is refused, and with it all that came with it.
func TestEdit(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	src := addSource(t, in, store.Source{Name: "m", Owner: "member"})
	submit(t, in, intake.Submission{Source: src.ID}, intake.Added, at("01", stix.Clear))
	edit := func(based string, objects ...[]byte) []intake.Outcome {
		sub := intake.Submission{Source: src.ID, Based: map[string]int64{id("malware", 1): micros(based)}}
		tried, err := in.Try(t.Context(), sub, objects)
		if err != nil {
			t.Fatal(err)
		}
		out, err := in.Edit(t.Context(), sub, objects)
		if err != nil {
			t.Fatal(err)
		}
		for i := range out {
			if out[i].Status != tried[i].Status {
				t.Errorf("tried: %v, done: %v", tried[i].Outcome, out[i])
			}
		}
		return out
	}
	if out := edit("2026-01-01T00:00:00Z", at("02", stix.Clear)); out[0].Status != intake.Added {
		t.Error(out)
	}
	out := edit("2026-01-01T00:00:00Z", object("identity", 1, nil), at("03", stix.Clear))
	if out[1].Status != intake.Refused || out[1].Problems[0].Rule != intake.RuleStale {
		t.Error(out)
	}
	if n := len(dump(t, s)); n != 2 {
		t.Errorf("%d versions are held, want 2: the other object of a refused edit too stays out", n)
	}
}

// TestTryStoresNothing, and tells the label that intake would give: of a relationship with a stricter end it is the end's.
func TestTryStoresNothing(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	in := intake.New(s, now)
	src := addSource(t, in, store.Source{Name: "m", Owner: "member"})
	submit(t, in, intake.Submission{Source: src.ID}, intake.Added, at("01", stix.Red))
	sub := intake.Submission{Source: src.ID}
	trials, err := in.Try(t.Context(), sub, [][]byte{object("relationship", 1, tlp(stix.Green)), at("02", stix.Green), object("note", 1, tlp(stix.Clear)), []byte("{")})
	if err != nil {
		t.Fatal(err)
	}
	if trials[0].Label.TLP != stix.Green || trials[1].Label.TLP != stix.Green || !trials[1].NeedsTwo() || trials[1].From != stix.Red || trials[0].NeedsTwo() || trials[3].Status != intake.Refused {
		t.Errorf("%+v", trials)
	}
	if trials, err = in.Try(t.Context(), sub, [][]byte{object("relationship", 1, tlp(stix.Green)), object("note", 1, tlp(stix.Clear))}); err != nil || trials[0].Label.TLP != stix.Red || !trials[1].Altered {
		t.Errorf("%+v %v", trials, err)
	}
	if n := len(dump(t, s)); n != 1 {
		t.Errorf("%d versions are held, want 1", n)
	}
}

// TestProposals: a proposal is taken when another person of the organisation agrees, and not by the same one, by a stranger, too late, or after a change.
func TestProposals(t *testing.T) {
	t.Parallel()
	clock := clock
	s := openStore(t)
	in := intake.New(s, func() time.Time { return clock })
	src := addSource(t, in, store.Source{Name: "m", Owner: "member"})
	submit(t, in, intake.Submission{Source: src.ID}, intake.Added, at("01", stix.Red))
	propose := func(based string, o []byte) intake.Proposal {
		t.Helper()
		p, err := in.Propose(t.Context(), intake.Proposal{Org: "member", By: "a@member", Source: src.ID, Based: map[string]int64{id("malware", 1): micros(based)}, Objects: []json.RawMessage{o}})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	kind := func(_ intake.Proposal, err error) threatwatch.Kind { return threatwatch.KindOf(err) }
	p := propose("2026-01-01T00:00:00Z", at("02", stix.Clear))
	if len(p.Loosening) != 1 || p.Loosening[0] != (intake.Loosening{ID: id("malware", 1), From: stix.Red, To: stix.Clear}) {
		t.Errorf("%+v", p)
	}
	if k := kind(in.Agree(t.Context(), p.ID, "member", "a@member")); k != threatwatch.Forbidden {
		t.Errorf("who proposes agrees: %q", k)
	}
	for _, by := range []string{"b@other", "a@other"} {
		if k := kind(in.Agree(t.Context(), p.ID, "other", by)); k != threatwatch.NotFound {
			t.Errorf("a stranger agrees: %q", k)
		}
	}
	if k := kind(in.Decline(t.Context(), p.ID, "other")); k != threatwatch.NotFound {
		t.Errorf("a stranger declines: %q", k)
	}
	if n := len(dump(t, s)); n != 1 {
		t.Errorf("%d versions are held before anybody agreed", n)
	}
	if k := kind(in.Agree(t.Context(), p.ID, "member", "b@member")); k != "" {
		t.Errorf("a second person: %q", k)
	}
	if n := len(dump(t, s)); n != 2 {
		t.Errorf("%d versions are held after a second person agreed, want 2", n)
	}
	if k := kind(in.Agree(t.Context(), p.ID, "member", "b@member")); k != threatwatch.NotFound {
		t.Errorf("twice: %q", k)
	}

	submit(t, in, intake.Submission{Source: src.ID}, intake.Added, at("03", stix.Red))
	p = propose("2026-03-01T00:00:00Z", at("04", stix.Green))
	q := propose("2026-03-01T00:00:00Z", at("05", stix.Amber))
	if k := kind(in.Decline(t.Context(), q.ID, "member")); k != "" {
		t.Errorf("declining: %q", k)
	}
	submit(t, in, intake.Submission{Source: src.ID}, intake.Added, object("malware", 1, with(tlp(stix.Red), m{"modified": "2026-03-02T00:00:00.000Z"})))
	if k := kind(in.Agree(t.Context(), p.ID, "member", "b@member")); k != threatwatch.Conflict {
		t.Errorf("changed since: %q", k)
	}
	clock = clock.Add(intake.ProposalLife)
	if k := kind(in.Agree(t.Context(), p.ID, "member", "b@member")); k != threatwatch.NotFound {
		t.Errorf("too late: %q", k)
	}
	if list, err := in.Proposals(t.Context(), "member"); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
	if old, err := in.SweepProposals(t.Context()); err != nil || len(old) != 1 || old[0].ID != p.ID {
		t.Error(old, err)
	}
	_, err := in.Propose(t.Context(), intake.Proposal{Org: "member", By: "a@member", Source: src.ID, Objects: []json.RawMessage{at("06", stix.Red)}})
	if threatwatch.KindOf(err) != threatwatch.Invalid {
		t.Errorf("what loosens nothing: %v", err)
	}
}
