package mail_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/internal/mailtest"
	"threatwatch/notice/mail"
	"threatwatch/notice/subscribe"
	"threatwatch/watch"
)

// TestReturned: a report tells whose message came back by the address that it goes to, or by the Message-ID, whatever a mail server makes of either; what
// is no failure for good, or of nobody's message, is told apart.
func TestReturned(t *testing.T) {
	w := newWorld(t)
	opt := options(w.sink)
	opt.Bounces = "bounces+*@cti.example"
	w.post = newPost(t, opt)
	w.deliver("a")
	s, other := w.subscribed(wish("reader@example.org", "country=DE")), w.subscribed(wish("other@example.org", "country=US"))
	w.incident(1, 1, 0, watch.Facts{})
	sent := w.sink.Wait(3)[2]
	invited := w.sink.All()[0]
	if !strings.HasPrefix(sent.From, "bounces+") || len(sent.From) != len("bounces+@cti.example")+26 || invited.From != "bounces+none@cti.example" && invited.From != "watch@cti.example" {
		t.Fatalf("from %q, %q", sent.From, invited.From)
	}
	token, _, _ := strings.Cut(strings.TrimPrefix(sent.From, "bounces+"), "@")
	good := string(mailtest.Bounced(t, sent, "failed", "5.1.1"))
	noAddress, noID := strings.Replace(good, sent.From, "watch@cti.example", 1), strings.Replace(good, "."+token+"@", "@", 1)
	for name, tt := range map[string]struct {
		raw    string
		status string
		known  bool
	}{
		"whole":                   {good, "5.1.1", true},
		"lines end as in SMTP":    {strings.ReplaceAll(good, "\n", "\r\n"), "5.1.1", true},
		"only the Message-ID":     {noAddress, "5.1.1", true},
		"only the address":        {noID, "5.1.1", true},
		"in capitals":             {strings.ReplaceAll(noID, sent.From, strings.ToUpper(sent.From)), "5.1.1", true},
		"rewritten by an alias":   {"Delivered-To: " + sent.From + "\n" + strings.Replace(noID, "To: <"+sent.From, "To: <undisclosed@mx.example", 1), "5.1.1", true},
		"the message came whole":  {strings.Replace(noAddress, "text/rfc822-headers", "message/rfc822", 1), "5.1.1", true},
		"in another alphabet":     {strings.Replace(strings.Replace(noAddress, "message/delivery-status", "message/global-delivery-status", 1), "text/rfc822-headers", "message/global-headers", 1), "5.1.1", true},
		"the status has a remark": {strings.Replace(good, "Status: 5.1.1", "Status: 5.1.1 (no such mailbox)", 1), "5.1.1", true},
		"the second recipient":    {strings.Replace(good, "Final-Recipient", "Final-Recipient: rfc822; first@example.org\nAction: relayed\nStatus: 2.0.0\n\nFinal-Recipient", 1), "5.1.1", true},
		"late":                    {string(mailtest.Bounced(t, sent, "delayed", "4.4.1")), "", true},
		"given up for now":        {string(mailtest.Bounced(t, sent, "failed", "4.4.7")), "", true},
		"it arrived":              {string(mailtest.Bounced(t, sent, "delivered", "2.0.0")), "", true},
		"a note of absence":       {"To: <" + sent.From + ">\nSubject: I am away\nStatus: 5.1.1\nAction: failed\n\nStatus: 5.1.1\nAction: failed\n", "", true},
		"one letter is wrong":     {strings.ReplaceAll(good, token, token[1:]+"a"), "5.1.1", false},
		"of nobody":               {strings.ReplaceAll(good, token, "none"), "5.1.1", false},
		"of another exchange":     {strings.ReplaceAll(good, token, strings.Repeat("a", 26)), "5.1.1", false},
	} {
		r, err := mail.ReadReport(strings.NewReader(tt.raw))
		if err != nil || r.Status != tt.status {
			t.Errorf("%s: %+v, %v", name, r, err)
			continue
		}
		if id, ok := w.desk.Tokens.Returned(r, []subscribe.Subscription{other, s}); ok != tt.known || ok && id != s.ID {
			t.Errorf("%s: of %q, %v", name, id, ok)
		}
	}
	for name, raw := range map[string]string{"nothing": "", "no message": "\x00\x01", "cut short": good[:strings.Index(good, "--part--")]} {
		if _, err := mail.ReadReport(strings.NewReader(raw)); threatwatch.KindOf(err) != threatwatch.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzReadReport: whatever comes to the mailbox is read or refused.
func FuzzReadReport(f *testing.F) {
	f.Add([]byte("To: <a@example.org>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nA: b\n\nAction: failed\nStatus: 5.1.1\n--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nTWVzc2FnZS1JZDogPGE+Cgo=\n--b--\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := mail.ReadReport(bytes.NewReader(raw))
		if (err == nil) != (r != nil) || err != nil && threatwatch.KindOf(err) != threatwatch.Invalid {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// TestDaysOfBounces: three days on which messages came back stop a subscription; many on one day are one, and what lies long before is forgotten. Who asks
// anew begins anew.
func TestDaysOfBounces(t *testing.T) {
	w := newWorld(t)
	s := w.subscribed(wish("reader@example.org", ""))
	bounce := func(want int, state subscribe.State) {
		t.Helper()
		for range 3 {
			var err error
			if s, _, err = w.book.Bounce(t.Context(), s.ID, "5.1.1"); err != nil || s.Bounces != want || s.State != state {
				t.Fatalf("%+v, %v, want %d days, %s", s, err, want, state)
			}
		}
	}
	w.ahead.Store(int64(time.Until(time.Now().UTC().Truncate(24 * time.Hour).Add(36 * time.Hour)))) // noon: a day does not end while this runs
	bounce(1, subscribe.Active)
	w.pass(7 * 24 * time.Hour)
	bounce(2, subscribe.Active)
	w.pass(16 * 24 * time.Hour)
	bounce(1, subscribe.Active)
	w.pass(24 * time.Hour)
	bounce(2, subscribe.Active)
	w.pass(24 * time.Hour)
	bounce(3, subscribe.Stopped)
	if want := "messages came back on 3 days; the last was told: 5.1.1"; s.Why != want {
		t.Errorf("%q, want %q", s.Why, want)
	}
	w.pass(24 * time.Hour)
	bounce(3, subscribe.Stopped)
	if s = w.subscribed(wish("reader@example.org", "")); s.State != subscribe.Active || s.Bounces != 0 {
		t.Errorf("%+v", s)
	}
	if _, _, err := w.book.Bounce(t.Context(), fmt.Sprint(s.ID, "0"), "5.1.1"); threatwatch.KindOf(err) != threatwatch.NotFound {
		t.Errorf("of nobody: %v", err)
	}
}
