package index_test

import (
	"fmt"
	"testing"
	"time"

	. "threatwatch/internal/watchtest"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// ranked is what the figures of an index are, whatever was computed before.
func ranked(x *index.Index) string {
	method := x.Method()
	method.Reading = measure.AllClaims
	method.Weights.Assumed = measure.Assumptions
	r := method.Rank(x.Measured(), x.Window(), measure.DefaultSeed)
	return fmt.Sprint(r.Incidents, r.Unattributed.Activity.Expected, r.Rows[0].Activity.Expected, r.Rows[0].Persistence.Months, r.Rows[0].Persistence.Last, x.Actors[0].Label())
}

// TestLateFigures: a figure stays what it was when something is added or corrected, until the keeper computes it anew; what takes something back, or hides it from
// those whose index it is, is in it at once.
func TestLateFigures(t *testing.T) {
	retracted := func(h *House) {
		h.Say(0, At(Incident(1, "one", "2020-01-01", watch.Facts{RecordState: "retracted"}), 9, 0))
	}
	for what, c := range map[string]struct {
		does func(h *House)
		late bool
	}{
		"an incident comes in": {func(h *House) {
			h.Say(0, At(Incident(9, "nine", "2020-01-09", watch.Facts{}), 9, 0), At(Claim(9, 9, 1, 1, "technical"), 9, 0))
		}, true},
		"an incident is corrected": {func(h *House) {
			h.Say(0, At(Incident(1, "one", "2020-01-07", watch.Facts{RecordState: "corrected"}), 9, 0))
		}, true},
		"an incident is retracted": {retracted, false},
		"an incident is retracted after another came in": {func(h *House) {
			h.Say(0, At(Incident(9, "nine", "2020-01-09", watch.Facts{}), 9, 0))
			retracted(h)
		}, false},
		"a claim is revoked": {func(h *House) {
			c := At(Claim(1, 1, 1, 1, "technical"), 9, 0)
			c.Set("revoked", stix.NewBool(true))
			h.Say(0, c)
		}, false},
		"an actor gets another name": {func(h *House) { h.Say(0, At(Named("intrusion-set", 1, "Group Z"), 9, 0)) }, false},
		"the label of an incident is tightened": {func(h *House) {
			h.Say(0, At(Incident(1, "one", "2020-01-01", watch.Facts{}), 9, 2))
		}, false},
	} {
		h := New(t)
		h.Say(0, At(Named("intrusion-set", 1, "Group A"), 1, 0), At(Named("identity", 1, "Vendor"), 1, 0))
		for n := range 6 {
			h.Say(0, At(Incident(n, fmt.Sprint("open ", n), fmt.Sprintf("2020-0%d-01", n+1), watch.Facts{}), 1, 0), At(Claim(n, n, 1, 1, "technical"), 1, 0))
		}
		keeper := index.NewKeeper(h.Releaser)
		keeper.TestingOnlyLate()
		now := func() *index.Index {
			x, err := keeper.Of(t.Context(), public, release.ShowPage)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		figure := func(x *index.Index) string {
			return index.Lately(x, "figure", ranked)
		}
		before := figure(now())
		c.does(h)
		x := now()
		want := ranked(x)
		if before == want {
			t.Fatalf("%s: that changes no figure", what)
		}
		if got := figure(x); c.late && got != before || !c.late && got != want {
			t.Errorf("%s: the figure is not what it should be; late should be %v", what, c.late)
		}
		x.TestingOnlyRefresh(index.Lag)
		if figure(x) != want {
			t.Errorf("%s: when computed anew it is another one", what)
		}
	}
}

// TestLatePassesOn: a figure that was computed while something came in is shown then in place of an older one, and never after something was taken back.
func TestLatePassesOn(t *testing.T) {
	h := New(t)
	keeper := index.NewKeeper(h.Releaser)
	keeper.TestingOnlyLate()
	now := func() *index.Index {
		x, err := keeper.Of(t.Context(), public, release.ShowPage)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	count := func(x *index.Index) int {
		return index.Lately(x, "count", func(x *index.Index) int { return len(x.Entries) })
	}
	say := func(n int, state string) {
		h.Say(0, At(Incident(n, "one", "2020-01-01", watch.Facts{RecordState: state}), 1+len(state), 0))
	}
	say(1, "")
	first := now()
	if count(first) != 1 {
		t.Fatal("the first is not counted")
	}
	say(2, "")
	second := now()
	say(3, "")
	third := now()
	if count(second) != 1 || count(third) != 1 {
		t.Fatal("figures are not late")
	}
	second.TestingOnlyRefresh(index.Lag)
	if count(third) != 2 {
		t.Errorf("%d: what was computed last is not shown", count(third))
	}
	say(4, "")
	fourth := now()
	say(1, "retracted")
	fifth := now()
	fourth.TestingOnlyRefresh(index.Lag)
	if count(fifth) != 3 {
		t.Errorf("%d of %d: what was taken back is still counted", count(fifth), len(fifth.Entries))
	}
}

// TestRefresh: what somebody looks at is computed anew without being asked for, before it may be shown no more, and not at once; what nobody has looked at for long only if it is
// the public's.
func TestRefresh(t *testing.T) {
	ann := release.Subject{Kind: release.Person, Org: "acme", Person: "ann@acme"}
	for _, c := range []struct {
		later       time.Duration
		public, ann int
	}{{0, 1, 1}, {index.Lag, 2, 2}, {time.Hour, 2, 1}} {
		h := New(t)
		keeper := index.NewKeeper(h.Releaser)
		keeper.TestingOnlyLate()
		count := func(s release.Subject) int {
			x, err := keeper.Of(t.Context(), s, release.ShowPage)
			if err != nil {
				t.Fatal(err)
			}
			return index.Lately(x, "count", func(x *index.Index) int { return len(x.Entries) })
		}
		h.Say(0, At(Incident(1, "one", "2020-01-01", watch.Facts{}), 1, 0))
		count(public)
		count(ann)
		h.Say(0, At(Incident(2, "two", "2020-01-01", watch.Facts{}), 1, 0))
		keeper.TestingOnlyRefresh(t.Context(), c.later, func(err error) { t.Error(err) })
		if p, a := count(public), count(ann); p != c.public || a != c.ann {
			t.Errorf("%v later the public counts %d and ann %d, want %d and %d", c.later, p, a, c.public, c.ann)
		}
	}
}

// TestShared: those who may see the same share an index, and nobody else does: not who may see something meant for one person, and not when what they are
// shown is cut for each of them.
func TestShared(t *testing.T) {
	ann, bob := release.Subject{Kind: release.Person, Org: "acme", Person: "ann@acme"}, release.Subject{Kind: release.Person, Org: "acme", Person: "bob@acme"}
	other := release.Subject{Kind: release.Person, Org: "beta", Person: "cem@beta"}
	h := New(t)
	keeper := index.NewKeeper(h.Releaser)
	of := func(s release.Subject) *index.Index {
		x, err := keeper.Of(t.Context(), s, release.ShowPage)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	h.Say(0, At(Incident(1, "open", "2020-01-01", watch.Facts{}), 1, 0), At(Incident(2, "secret", "2020-01-01", watch.Facts{}), 1, 2))
	if of(ann) != of(bob) || len(of(bob).Entries) != 2 {
		t.Error("ann and bob do not share")
	}
	if of(other) == of(ann) || of(public) == of(ann) || len(of(public).Entries) != 1 {
		t.Error("others share with them")
	}
	h.Say(1, At(Incident(3, "another", "2020-01-01", watch.Facts{}), 1, 1))
	if of(ann) != of(bob) || len(of(bob).Entries) != 3 {
		t.Error("ann and bob share no more when something came in that both may see")
	}
	cut := At(Incident(4, "in part", "2020-01-01", watch.Facts{}), 1, 0)
	cut.Set("description", stix.NewString("a secret of others"))
	part, err := stix.ParseValue([]byte(`[{"selectors":["description"],"marking_ref":"` + Markings[2] + `"}]`))
	if err != nil {
		t.Fatal(err)
	}
	cut.Set("granular_markings", part)
	h.Say(1, cut)
	for range 2 {
		if of(ann) == of(bob) || len(of(ann).Entries) != 4 || of(ann).Entries[0].ID == ID("incident", 4) {
			t.Error("ann and bob share what is cut for each of them")
		}
	}
}
