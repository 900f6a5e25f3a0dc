package release_test

import (
	"testing"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/store"
)

// TestKnownToOneAlone: that one subject may know of a collection tells another nothing, whoever asks first, and what changes counts at once.
func TestKnownToOneAlone(t *testing.T) {
	h := newHouse(t)
	h.source(store.Source{Name: "acme board", Owner: "acme"})
	client := release.Subject{Kind: release.Client, Org: "beta", ClientOf: []string{"acme"}}
	other := release.Subject{Kind: release.Client, Org: "gamma"}
	ask := func(who string, s release.Subject, want bool) {
		t.Helper()
		_, err := h.rel.View(s, release.TaxiiRead).Collection(t.Context(), h.collection("acme board"))
		if known := err == nil; known != want || err != nil && threatwatch.KindOf(err) != threatwatch.NotFound {
			t.Errorf("%s: %v, want known %v", who, err, want)
		}
	}
	ask("the client, of nothing", client, false)
	ask("the other, of nothing", other, false)
	h.say("acme board", thing("malware", 1, "amber", nil))
	for range 2 {
		ask("the client", client, true)
		ask("the other", other, false)
	}
	h.say("acme board", thing("malware", 2, "green", nil))
	for range 2 {
		ask("the other, of what is green", other, true)
		ask("the client", client, true)
	}
}
