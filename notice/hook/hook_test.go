package hook_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	. "threatwatch/internal/watchtest"
	"threatwatch/notice/subscribe"
	"threatwatch/stix"
	"threatwatch/watch"
)

// verified says whether the reference implementation of Standard Webhooks takes a message for one that was signed with a key.
func verified(t *testing.T, g got, secret string) bool {
	t.Helper()
	h, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return h.VerifyIgnoringTimestamp(g.body, g.head) == nil
}

// TestTold: what happens is posted in order, signed as others verify it, to whom may know of it.
func TestTold(t *testing.T) {
	t.Parallel()
	w, rc := newWorld(t), newReceiver(t, nil)
	s := w.subscribe(rc.URL, "country=DE")
	w.deliver("a", w.carrier())
	w.incident(1, 1, 0, watch.Facts{Slug: "lathe"})
	w.incident(2, 1, 2, watch.Facts{}) // RED: acme's own
	w.incident(3, 1, 1, watch.Facts{Victims: []watch.Victim{{Countries: []string{"US"}}}})
	w.Say(0, At(Claim(1, 1, 1, 1, "technical"), 1, 0))
	w.Say(1, At(Stance(1, ID("relationship", 1), 2, "deny"), 1, 0))
	w.incident(4, 1, 1, watch.Facts{})
	w.until("four messages", func() bool { return len(rc.all()) >= 4 })
	if got := rc.types(); got != "incident.published claim.added stance.added incident.published" {
		t.Fatal(got)
	}
	list := rc.all()
	if g := list[0]; g.Data.Title != "Lathe stopped (Germany)" || g.Data.Link != "https://cti.example/incidents/lathe" || g.Data.Incident != ID("incident", 1) {
		t.Errorf("%+v", g)
	}
	if list[2].Data.Words != "Ministry denies: stance 1" || list[3].Data.Incident != ID("incident", 4) {
		t.Errorf("%s\n%s", list[2].body, list[3].body)
	}
	h, err := standardwebhooks.NewWebhook(keys.Secret(s.ID, 1))
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range list {
		if err := h.Verify(g.body, g.head); err != nil {
			t.Errorf("message %d: %v", i, err)
		}
		if verified(t, g, keys.Secret("sub_another", 1)) {
			t.Errorf("message %d: another's key signed it", i)
		}
		if i > 0 && !list[i-1].At.Before(g.At) {
			t.Errorf("%s, then %s", list[i-1].At, g.At)
		}
		asymmetric(t, g, keys.Public(s.ID, 1))
	}
	w.stage(s, 3, subscribe.Taken)
	if log := w.log.all(); strings.Contains(log, keys.Secret(s.ID, 1)) || !strings.Contains(log, "204 No Content") {
		t.Error(log)
	}
}

// asymmetric verifies v1a by what the specification says of it.
func asymmetric(t *testing.T, g got, public string) {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(public, "whpk_"))
	if err != nil || len(key) != ed25519.PublicKeySize {
		t.Fatal(public, err)
	}
	content := g.id() + "." + g.head.Get("webhook-timestamp") + "." + string(g.body)
	good := slices.ContainsFunc(strings.Fields(g.head.Get("webhook-signature")), func(sig string) bool {
		b, is := strings.CutPrefix(sig, "v1a,")
		raw, err := base64.StdEncoding.DecodeString(b)
		return is && err == nil && ed25519.Verify(key, []byte(content), raw)
	})
	if !good {
		t.Errorf("no signature of %s in %s", public, g.head)
	}
}

// TestRotated: while keys are changed both sign; then the new one alone does.
func TestRotated(t *testing.T) {
	t.Parallel()
	w, rc := newWorld(t), newReceiver(t, nil)
	s := w.subscribe(rc.URL, "")
	w.deliver("a", w.carrier())
	signs := func(n int) (both [2]bool) {
		w.until("a message", func() bool { return len(rc.all()) > n })
		for i := range both {
			both[i] = verified(t, rc.all()[n], keys.Secret(s.ID, i+1))
		}
		return both
	}
	w.incident(1, 1, 0, watch.Facts{})
	if got := signs(0); got != [2]bool{true, false} {
		t.Error(got)
	}
	if _, err := w.book.Change(t.Context(), s.ID, func(s *subscribe.Subscription) error { s.Rotate(w.now(), time.Hour); return nil }); err != nil {
		t.Fatal(err)
	}
	w.incident(2, 1, 0, watch.Facts{})
	if got := signs(1); got != [2]bool{true, true} {
		t.Error(got)
	}
	w.pass(time.Hour)
	w.incident(3, 1, 0, watch.Facts{})
	if got := signs(2); got != [2]bool{false, true} {
		t.Error(got)
	}
}

// TestCorrected: who got the original gets what becomes of it, though the filter no longer selects it: a correction, a claim that is withdrawn,
// a retraction.
func TestCorrected(t *testing.T) {
	t.Parallel()
	w, rc := newWorld(t), newReceiver(t, nil)
	w.subscribe(rc.URL, "accused=Group A&country=DE")
	w.deliver("a", w.carrier())
	w.incident(1, 1, 0, watch.Facts{})
	w.Say(0, At(Claim(1, 1, 1, 1, "technical"), 1, 0)) // with it the filter selects the incident
	w.until("the claim", func() bool { return strings.Contains(rc.types(), "claim.added") })
	before := len(rc.all())
	w.incident(1, 2, 0, watch.Facts{RecordState: "corrected", StateWhy: "It stood in Austria.", Victims: []watch.Victim{{Countries: []string{"AT"}}}})
	w.Say(1, At(Stance(1, ID("relationship", 1), 2, "deny"), 1, 0))
	w.incident(1, 3, 0, watch.Facts{RecordState: "retracted", StateWhy: "It never stopped.", Victims: []watch.Victim{{Countries: []string{"AT"}}}})
	w.until("what became of it", func() bool { return len(rc.all()) >= before+3 })
	var types []string
	for _, g := range rc.all()[before:] {
		types = append(types, g.Type)
	}
	if !slices.Equal(types, []string{"incident.corrected", "stance.added", "incident.retracted"}) {
		t.Error(types)
	}
}

// TestLong: a body stays under 20 kB however much there is to say.
func TestLong(t *testing.T) {
	t.Parallel()
	w, rc := newWorld(t), newReceiver(t, nil)
	s := w.subscribe(rc.URL, "")
	w.deliver("a", w.carrier())
	long := Incident(1, "Lathe stopped", "2022-01-01", watch.Facts{})
	long.Set("description", stix.NewString(strings.Repeat("<é>", 20_000)))
	w.Say(0, At(long, 1, 0))
	w.until("a message", func() bool { return len(rc.all()) > 0 })
	g := rc.all()[0]
	if len(g.body) >= 20_000 || !strings.HasPrefix(g.Data.Words, "<é>") || !strings.HasSuffix(g.Data.Words, "…") || !verified(t, g, keys.Secret(s.ID, 1)) {
		t.Errorf("%d bytes: %.200s", len(g.body), g.body)
	}
}

// TestTried: a message that tells nothing is sent once, whatever is answered, and changes nothing.
func TestTried(t *testing.T) {
	t.Parallel()
	w, rc := newWorld(t), newReceiver(t, first(1, http.StatusTeapot))
	s := w.subscribe(rc.URL, "")
	w.deliver("a", w.carrier())
	if _, err := w.book.Test(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	if d := w.stage(s, 0, subscribe.Failed); d.Answer != "418 I'm a teapot" {
		t.Errorf("%+v", d)
	}
	if _, err := w.book.Test(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	w.stage(s, 1, subscribe.Taken)
	w.state(s, subscribe.Active)
	if got := rc.types(); got != "test test" || !verified(t, rc.all()[1], keys.Secret(s.ID, 1)) {
		t.Error(got)
	}
}
