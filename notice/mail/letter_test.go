package mail_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	. "threatwatch/internal/watchtest"
	"threatwatch/notice"
	"threatwatch/notice/mail"
	"threatwatch/notice/subscribe"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

func newDesk(t *testing.T) *mail.Desk {
	t.Helper()
	tokens, err := mail.NewTokens([]byte("a secret of thirty-two bytes or more"))
	if err != nil {
		t.Fatal(err)
	}
	return &mail.Desk{Title: "Example Exchange", Base: "https://cti.example", Tokens: tokens}
}

var morning = time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC)

func reader(c subscribe.Cadence) *subscribe.Subscription {
	return &subscribe.Subscription{ID: "sub_1", Kind: subscribe.Mail, To: "reader@example.org", Filter: "country=DE&q=plans", Cadence: c, At: subscribe.TimeOfDay{Zone: "Europe/Berlin", Hour: 8}, Created: morning.AddDate(0, -1, 0)}
}

// told are all the events of a house, as somebody may be told of them by mail.
func told(t *testing.T, h *House, s release.Subject) (list []notice.Event) {
	t.Helper()
	f, err := index.ParseFilter(nil)
	if err != nil {
		t.Fatal(err)
	}
	at := ""
	for more := true; more; {
		r := notice.NewReader(h.Releaser, index.NewKeeper(h.Releaser), s, release.NotifyEmail)
		if at, more, err = r.Next(t.Context(), at, notice.Interest{Filter: f}, func(e notice.Event) error { list = append(list, e); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

var public = release.Subject{Kind: release.Public}

// busy is a house with more news than a digest tells one by one, and with a correction, a denial and a retraction.
func busy(t *testing.T) *House {
	h := New(t)
	h.Say(0, At(Named("intrusion-set", 1, "Group A"), 1, 0), At(Named("identity", 1, "Vendor"), 1, 0), At(Named("identity", 2, "Ministry"), 1, 0))
	for i := 1; i <= 12; i++ {
		in := Incident(i, fmt.Sprintf("Plans of ship %d taken", i), "2026-01-01", watch.Facts{Victims: []watch.Victim{{Countries: []string{"DE"}, Sectors: []string{"government-national"}}}})
		in.Set("description", stix.NewString("The yard said that plans were copied over weeks, and that nobody had noticed before a supplier asked. "+strings.Repeat("More is not known. ", 20)))
		h.Say(0, At(in, 1, 0))
	}
	h.Say(0, At(Incident(1, "Plans of ship 1 taken", "2026-01-01", watch.Facts{RecordState: "corrected", StateWhy: "People affected 500, now 24,937"}), 2, 0))
	h.Say(0, At(Claim(1, 2, 1, 1, "technical"), 1, 0))
	h.Say(1, At(Stance(1, ID("relationship", 1), 2, "deny"), 1, 0))
	h.Say(0, At(Incident(3, "Plans of ship 3 taken", "2026-01-01", watch.Facts{RecordState: "retracted", StateWhy: "It did not happen"}), 2, 0))
	return h
}

// TestDigest: what was corrected, denied or retracted stands first and whole, then five of what is new; the rest is counted, and everything is linked.
func TestDigest(t *testing.T) {
	m := newDesk(t).Digest(reader(subscribe.Daily), told(t, busy(t), public), morning)
	if want := "[TLP:CLEAR] Example Exchange: daily digest, 25 Nov 2026: 3 corrected, answered or taken back, 9 new or changed"; m.Subject != want {
		t.Errorf("%q, want %q", m.Subject, want)
	}
	for _, text := range []string{m.Text, m.HTML} {
		text = strings.Join(strings.Fields(text), " ")
		for _, want := range []string{"25 Nov 2026, 08:00 (Europe/Berlin)", "Retracted:", "It did not happen", "Corrected:", "People affected 500, now 24,937", "Denied:", "Attributed to Group A by Vendor, denied by Ministry.",
			"government national", "Not shown here: 4 more incidents with news.", "https://cti.example/about/corrections", "https://cti.example/unsubscribe?t=", "reader@example.org", "country=DE and q=plans", "TLP:CLEAR"} {
			if !strings.Contains(text, want) {
				t.Errorf("does not say %q:\n%s", want, text)
			}
		}
		order := []int{strings.Index(text, "Retracted:"), strings.Index(text, "Corrected:"), strings.Index(text, "Denied:"), strings.Index(text, "New:")}
		if order[0] < 0 || !slices.IsSorted(order) || strings.Count(text, "New:") != 5 {
			t.Errorf("order %v, %d new", order, strings.Count(text, "New:"))
		}
	}
	for line := range strings.Lines(m.Text) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 72 && !strings.Contains(line, "https://") {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	keep(t, "digest", m)
}

// keep writes a message to be looked at, where THREATWATCH_LOOK names a directory.
func keep(t *testing.T, name string, m mail.Message) {
	t.Helper()
	if dir := os.Getenv("THREATWATCH_LOOK"); dir != "" {
		for ext, text := range map[string]string{".txt": m.Subject + "\n\n" + m.Text, ".html": m.HTML} {
			if err := os.WriteFile(dir+"/"+name+ext, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestAlert: one event, one message; those about the same incident are a thread, and each is the same message however often it is made.
func TestAlert(t *testing.T) {
	d := newDesk(t)
	seen := map[string]string{}
	var subjects []string
	threads := map[string]bool{}
	for _, e := range told(t, busy(t), public) {
		m := d.Alert(reader(subscribe.Instant), e)
		if again := d.Alert(reader(subscribe.Instant), e); again != m {
			t.Errorf("made twice: %+v, %+v", m, again)
		}
		if other := seen[m.ID]; other != "" {
			t.Errorf("%q has the id of %q", m.Subject, other)
		}
		seen[m.ID] = m.Subject
		subjects = append(subjects, m.Subject)
		threads[m.Thread] = true
		keep(t, "alert-"+e.Type, m)
	}
	for _, want := range []string{"[TLP:CLEAR] New: Plans of ship 2 taken (Germany)", "[TLP:CLEAR] Corrected: Plans of ship 1 taken", "[TLP:CLEAR] Attributed: Plans of ship 2 taken (Germany)", "[TLP:CLEAR] Denied: Plans of ship 2 taken (Germany)", "[TLP:CLEAR] Retracted: Plans of ship 3 taken"} {
		if !slices.Contains(subjects, want) {
			t.Errorf("no %q in %q", want, subjects)
		}
	}
	if len(threads) != 12 {
		t.Errorf("%d threads of 12 incidents", len(threads))
	}
}

// TestCarry: of what is marked above what mail may carry a message says that there is something, and nothing of it: no name, no link, no thread. A
// word that is marked higher than the incident counts, too.
func TestCarry(t *testing.T) {
	h := New(t)
	h.Say(0, At(Named("intrusion-set", 1, "Canary Group"), 1, 1), At(Named("identity", 1, "Vendor"), 1, 0), At(Named("intrusion-set", 2, "Open Group"), 1, 0))
	h.Say(0, At(Incident(1, "Open thing", "2026-01-01", watch.Facts{}), 1, 0), At(Incident(2, "Canary thing", "2026-01-01", watch.Facts{Slug: "canary-thing"}), 1, 1))
	h.Say(0, At(Claim(1, 2, 1, 1, "technical"), 1, 1))
	h.Say(0, At(Incident(3, "Named thing", "2026-01-01", watch.Facts{}), 1, 0), At(Claim(3, 3, 1, 1, "technical"), 1, 1))
	member := release.Subject{Kind: release.Person, Org: "beta", Person: "x@beta"}
	events := told(t, h, member)
	d := newDesk(t)
	to := reader(subscribe.Daily)
	to.Person, to.Filter = "x@beta.example", ""
	m := d.Digest(to, events, morning)
	if all := m.Subject + m.Text + m.HTML; strings.Contains(strings.ToLower(all), "canary") || strings.Contains(all, "Named thing") || !strings.Contains(all, "Open thing") || !strings.HasPrefix(m.Subject, "[TLP:CLEAR]") || !strings.Contains(m.Text, "4 more that you may") {
		t.Errorf("%s\n%s", m.Subject, m.Text)
	}
	keep(t, "above", m)
	for _, e := range events {
		m := d.Alert(to, e)
		if above := e.Marking() > stix.Clear; above == strings.Contains(m.Text, e.Headline()) || above && (m.Thread != "" || strings.Contains(m.Text+m.HTML+m.Subject, e.Entry.Place())) {
			t.Errorf("%s of %s: %+v", e.Type, e.Headline(), m)
		}
	}
	d.Carry = stix.Green
	if m := d.Digest(to, events, morning); !strings.Contains(m.Text, "Canary thing") || !strings.HasPrefix(m.Subject, "[TLP:GREEN]") || strings.Contains(m.Text, "does not carry") {
		t.Errorf("%s\n%s", m.Subject, m.Text)
	}
	for _, e := range told(t, h, public) {
		if m := d.Alert(reader(subscribe.Instant), e); strings.Contains(strings.ToLower(m.Subject+m.Text+m.HTML), "canary") {
			t.Errorf("the public is told: %s", m.Text)
		}
	}
}

// TestInvitation: it says what is asked for and how long the link holds, and carries no words of who asked.
func TestInvitation(t *testing.T) {
	w := mail.Wish{Address: "reader@example.org", Filter: "country=DE&q=buy+at+evil.example", Cadence: subscribe.Weekly, At: subscribe.TimeOfDay{Zone: "Europe/Berlin", Hour: 8, Day: time.Monday}, Until: morning}
	m := newDesk(t).Invitation(w, "a-token")
	for _, text := range []string{m.Text, m.HTML} {
		if text = strings.Join(strings.Fields(text), " "); !strings.Contains(text, "https://cti.example/subscribe/confirm?t=a-token") || !strings.Contains(text, "each Monday at 08:00 (Europe/Berlin)") || !strings.Contains(text, "selected by country, q") || strings.Contains(text, "evil") {
			t.Error(text)
		}
	}
	keep(t, "invitation", m)
}

// TestNothingFromElsewhere: no message loads anything, and every link leads to the exchange.
func TestNothingFromElsewhere(t *testing.T) {
	d := newDesk(t)
	for _, m := range []mail.Message{d.Digest(reader(subscribe.Weekly), told(t, busy(t), public), morning), d.Invitation(mail.Wish{Address: "a@example.org", Cadence: subscribe.Instant}, "t")} {
		if strings.Contains(m.HTML, "src=") || strings.Contains(m.HTML, "<img") || strings.Contains(m.HTML, "url(") || strings.Contains(m.HTML, "<link") || strings.Contains(m.HTML, "<script") {
			t.Errorf("loads something:\n%s", m.HTML)
		}
		for part := range strings.SplitSeq(m.HTML, `href="`) {
			if link, _, ok := strings.Cut(part, `"`); ok && !strings.HasPrefix(link, "https://cti.example/") && !strings.HasPrefix(strings.TrimSpace(part), "<!doctype") {
				t.Errorf("leads to %q", link)
			}
		}
	}
}
