package mail_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// waits takes the relay away, and asks for mail.
func (w *world) waits(address string, down *atomic.Bool) {
	w.Helper()
	if w.sink.Answer == nil {
		w.sink.Answer = func(_ string, data []byte) *smtp.SMTPError {
			if down.Load() && data != nil {
				return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
			}
			return nil
		}
	}
	down.Store(true)
	if err := w.list.Ask(w.Context(), wish(address, "q=canary"), address); err != nil {
		w.Fatal(err)
	}
	w.until("an attempt that failed", func() bool { return strings.Contains(w.records("mail-unsent"), `"tries":1`) })
}

// TestInvitationSurvives: an invitation that the relay has not taken waits for it, whatever becomes of the program, and then goes out once; what is kept
// of it meanwhile tells no address and confirms nothing.
func TestInvitationSurvives(t *testing.T) {
	w := newQuietWorld(t)
	stop := w.invite(w.list)
	var down atomic.Bool
	w.waits("canary@example.org", &down)
	kept := w.records("mail-asked", "mail-unsent", "subscription")
	stop()
	if strings.Contains(kept, "canary") || strings.Count(kept, "\n") != 2 {
		t.Errorf("kept: %s", kept)
	}
	_, doc, _ := strings.Cut(w.records("mail-unsent"), `"link":"`)
	cover, _, _ := strings.Cut(doc, `"`)
	if _, err := w.list.Wished(t.Context(), cover); err == nil {
		t.Error("what is kept is a link")
	}
	down.Store(false)
	w.invite(w.newList())
	w.invite(w.newList()) // of two processes one sends it
	w.pass(11 * time.Second)
	if _, err := w.list.Confirm(t.Context(), link(t, w.sink.Wait(1)[0])); err != nil {
		t.Fatal(err)
	}
	w.until("nothing waits", func() bool { return w.records("mail-unsent") == "" })
	if n := len(w.sink.All()); n != 1 {
		t.Errorf("%d invitations", n)
	}
}

// TestInvitationEnds: an invitation whose link has run out, or was confirmed, is not sent any more, and not kept.
func TestInvitationEnds(t *testing.T) {
	w := newWorld(t)
	var down atomic.Bool
	w.waits("late@example.org", &down)
	down.Store(false)
	w.pass(48 * time.Hour)
	w.until("nothing waits", func() bool { return w.records("mail-unsent") == "" })
	if n := len(w.sink.All()); n != 0 {
		t.Errorf("%d invitations after they ran out", n)
	}
	lost := false
	w.sink.Lose = func(string) bool { lost = !lost; return lost }
	if err := w.list.Ask(t.Context(), wish("reader@example.org", ""), "net"); err != nil {
		t.Fatal(err)
	}
	token := link(t, w.sink.Wait(1)[0])
	w.until("an attempt that failed", func() bool { return strings.Contains(w.records("mail-unsent"), `"tries":1`) })
	if _, err := w.list.Confirm(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	w.pass(11 * time.Second)
	w.until("nothing waits", func() bool { return w.records("mail-unsent") == "" })
	if n := len(w.sink.All()); n != 1 {
		t.Errorf("%d invitations, one of them after it was confirmed", n)
	}
}
