package index_test

import (
	"testing"

	. "threatwatch/internal/watchtest"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// unreadable is an object whose extension of the watch is not what it must be; one without an extension stays as it is.
func unreadable(o *stix.Value) *stix.Value {
	for _, id := range []string{watch.IncidentID, watch.ClaimID, watch.StanceID} {
		if ext := o.Get("extensions").Get(id); ext != nil {
			for _, name := range []string{"milestones", "kinds", "stated_at", "holder_ref"} {
				ext.Set(name, stix.NewBool(true))
			}
		}
	}
	return o
}

// TestUnreadable: of a version that cannot be read nothing is shown, and neither is what an older one said, which may have been meant for fewer: not to those who were
// shown that, and not to others who are shown the newer one only.
func TestUnreadable(t *testing.T) {
	secret := func(o *stix.Value) *stix.Value {
		o.Set("description", stix.NewString("secret"))
		o.Set("explanation", stix.NewString("secret"))
		return o
	}
	technique := Named("attack-pattern", 1, "Phishing")
	refs, err := stix.ParseValue([]byte(`[{"source_name":"mitre-attack","external_id":"T1566"}]`))
	if err != nil {
		t.Fatal(err)
	}
	technique.Set("external_references", refs)
	uses := relate(9, "uses", ID("incident", 2), ID("attack-pattern", 1))
	for what, c := range map[string]struct {
		first, second *stix.Value
		marking       int // of the first
	}{
		"an incident":            {Incident(1, "secret", "2020-01-01", watch.Facts{Slug: "secret"}), unreadable(Incident(1, "secret", "2020-01-01", watch.Facts{})), 1},
		"a claim":                {secret(Claim(1, 2, 1, 1, "technical")), unreadable(Claim(1, 2, 1, 1, "technical")), 1},
		"an answer":              {secret(Stance(1, ID("incident", 2), 1, "deny")), unreadable(Stance(1, ID("incident", 2), 1, "deny")), 1},
		"a technique's number":   {technique, Named("attack-pattern", 1, "Phishing"), 0},
		"what is a note no more": {secret(Stance(1, ID("incident", 2), 1, "no-comment")), plainNote(1), 1},
	} {
		h := New(t)
		keeper := index.NewKeeper(h.Releaser)
		ann := release.Subject{Kind: release.Person, Org: "beta", Person: "ann@beta"}
		shown := func(s release.Subject) string {
			x, err := keeper.Of(t.Context(), s, release.ShowPage)
			if err != nil {
				t.Fatal(err)
			}
			return dump(t, x)
		}
		h.Say(0, At(Incident(2, "open", "2020-01-01", watch.Facts{}), 1, 0), At(uses, 1, 0))
		before := shown(ann)
		h.Say(0, At(c.first, 1, c.marking))
		if shown(ann) == before {
			t.Fatalf("%s is not shown", what)
		}
		h.Say(0, At(c.second, 2, 0))
		for _, s := range []release.Subject{ann, public} {
			if got := shown(s); got != before {
				t.Errorf("%s that cannot be read shows to %v:\n%s", what, s, got)
			}
		}
	}
}

// plainNote is a note without the extension of the watch.
func plainNote(n int) *stix.Value {
	o := Stance(n, ID("incident", 2), 1, "no-comment")
	o.Remove("extensions")
	return o
}
