package index_test

import (
	"slices"
	"testing"

	. "threatwatch/internal/watchtest"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// told is a house with three records of one attack by two sources, and one of another; an actor is accused in each.
func told(t *testing.T) *House {
	h := New(t)
	h.Say(0, At(Named("intrusion-set", 1, "Group A"), 1, 0), At(Named("intrusion-set", 2, "Group B"), 1, 0), At(Named("identity", 1, "Vendor"), 1, 0))
	h.Say(0, At(Incident(1, "Mill stopped", "2020-01-01", watch.Facts{}), 1, 0), At(Claim(1, 1, 1, 1, "technical"), 1, 0))
	h.Say(1, At(Incident(2, "Attack on a mill", "2020-01-02", watch.Facts{}), 1, 0), At(Claim(2, 2, 1, 1, "political"), 1, 0), At(Claim(3, 2, 2, 1, "political"), 1, 0))
	h.Say(1, At(Incident(3, "The mill again", "2020-01-03", watch.Facts{}), 1, 0))
	h.Say(0, At(Incident(4, "Ferry", "2020-01-04", watch.Facts{}), 1, 0))
	return h
}

func of(t *testing.T, h *House, s release.Subject) *index.Index {
	t.Helper()
	x, err := index.NewKeeper(h.Releaser).Of(t.Context(), s, release.ShowPage)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// numbers are the entries of a list by the number of their id.
func numbers(list []*index.Entry) (out string) {
	for _, e := range list {
		out += e.ID[len(e.ID)-1:]
	}
	return out
}

func revoked(o *stix.Value) *stix.Value { o.Set("revoked", stix.NewBool(true)); return o }

var public = release.Subject{Kind: release.Public}

// TestMerged: what somebody says is the same counts once, with the claims of both; two catalogues that tell of one accusation are one; who takes it back
// undoes it.
func TestMerged(t *testing.T) {
	h := told(t)
	if x := of(t, h, public); numbers(x.Entries) != "4321" || len(x.Actor(ID("intrusion-set", 1)).Incidents) != 2 {
		t.Fatal(numbers(x.Entries))
	}
	h.Say(0, At(Tie(7, "duplicate-of", 2, 1), 1, 0), At(Tie(8, "duplicate-of", 3, 2), 1, 0))
	x := of(t, h, public)
	if numbers(x.Entries) != "41" || numbers(x.Gone) != "23" && numbers(x.Gone) != "32" {
		t.Fatal(numbers(x.Entries), numbers(x.Gone))
	}
	e, merged := x.Get(ID("incident", 1)), x.Get(ID("incident", 2))
	if len(e.Claims) != 3 || !slices.Contains(e.Claims[1].Lineages(), e.Claims[0].ID) || slices.Contains(e.Claims[2].Lineages(), e.Claims[0].ID) {
		t.Errorf("%d claims, %v, %v", len(e.Claims), e.Claims[1].Lineages(), e.Claims[2].Lineages())
	}
	if merged.Facts.RecordState != "merged" || merged.Facts.MergedRef != e.ID || merged.Facts.StateWhy != "tie 7" || merged.Merger.Source != "acme" || !merged.Changed().After(merged.Added) {
		t.Errorf("%+v", merged)
	}
	if a := x.Actor(ID("intrusion-set", 1)); len(a.Incidents) != 1 || len(x.Measured()) != 2 || x.Holding(ID("relationship", 2)) != e {
		t.Errorf("%d incidents of the actor, %d measured", len(a.Incidents), len(x.Measured()))
	}
	if !x.Ruled(e, x.Get(ID("incident", 3))) || x.Ruled(e, x.Get(ID("incident", 4))) || !x.Ruled(merged, e) {
		t.Error("who is the same as whom is told wrongly")
	}
	h.Say(0, revoked(At(Tie(7, "duplicate-of", 2, 1), 2, 0)))
	if x := of(t, h, public); numbers(x.Entries) != "421" || len(x.Get(ID("incident", 1)).Claims) != 1 || len(x.Decisions()) != 1 {
		t.Error(numbers(x.Entries))
	}
}

// TestDisputed: while somebody says that two records are different, both count; a retracted record takes none with it; two that are each said to be the duplicate of
// the other are one.
func TestDisputed(t *testing.T) {
	h := told(t)
	h.Say(0, At(Tie(7, "duplicate-of", 2, 1), 1, 0))
	h.Say(1, At(Tie(8, "distinct-from", 1, 2), 1, 0))
	x := of(t, h, public)
	if numbers(x.Entries) != "4321" || !x.Ruled(x.Get(ID("incident", 2)), x.Get(ID("incident", 1))) {
		t.Error(numbers(x.Entries))
	}
	h.Say(1, revoked(At(Tie(8, "distinct-from", 1, 2), 2, 0)), At(Tie(9, "duplicate-of", 1, 2), 1, 0))
	if x := of(t, h, public); numbers(x.Entries) != "431" {
		t.Error(numbers(x.Entries))
	}
	h.Say(0, At(Incident(1, "Mill stopped", "2020-01-01", watch.Facts{RecordState: "retracted"}), 2, 0))
	if x := of(t, h, public); numbers(x.Entries) != "432" {
		t.Error(numbers(x.Entries))
	}
}

// TestMergedForWhomSeesIt: a word that a reader may not see changes nothing for it.
func TestMergedForWhomSeesIt(t *testing.T) {
	h := told(t)
	h.Say(0, At(Tie(7, "duplicate-of", 2, 1), 1, 2)) // RED
	if x := of(t, h, public); numbers(x.Entries) != "4321" || len(x.Decisions()) != 0 || x.Ruled(x.Entries[2], x.Entries[3]) {
		t.Error("the public knows of it:", numbers(x.Entries))
	}
	if x := of(t, h, release.Subject{Kind: release.Person, Org: "acme", Person: "ann@acme"}); numbers(x.Entries) != "431" || x.Get(ID("incident", 1)).Highest != stix.Red {
		t.Error("acme does not know of it:", numbers(x.Entries))
	}
}
