package mail_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	netmail "net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"threatwatch"
	"threatwatch/internal/mailtest"
	. "threatwatch/internal/watchtest"
	"threatwatch/notice"
	"threatwatch/notice/deliver"
	"threatwatch/notice/mail"
	"threatwatch/notice/subscribe"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// world is an exchange that sends mail to a sink, and a clock that is moved by hand.
type world struct {
	*House
	sink *mailtest.Sink
	desk *mail.Desk
	post *mail.Post
	list *mail.List
	book *subscribe.Book

	ahead atomic.Int64 // how far the clock is ahead of the true one
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := newQuietWorld(t)
	w.invite(w.list)
	return w
}

// newQuietWorld is one in which nobody sends invitations yet.
func newQuietWorld(t *testing.T) *world {
	t.Helper()
	w := &world{House: New(t), sink: mailtest.New(t, mailtest.Options{StartTLS: true}), desk: newDesk(t)}
	w.post = newPost(t, options(w.sink))
	w.list, w.book = w.newList(), subscribe.NewBook(w.Store, w.now)
	w.Say(0, At(Named("intrusion-set", 1, "Group A"), 1, 0), At(Named("identity", 1, "Vendor"), 1, 0), At(Named("identity", 2, "Ministry"), 1, 0))
	return w
}

// invite has a list send invitations until the test ends or stop is called.
func (w *world) invite(l *mail.List) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); l.Run(ctx) }()
	stop = func() { cancel(); <-done }
	w.Cleanup(stop)
	return stop
}

// newList is the list as another process has it.
func (w *world) newList() *mail.List {
	return mail.NewList(w.Store, w.desk, w.post, func(ctx context.Context, s subscribe.Subscription) (string, error) {
		who, err := subject(ctx, &s)
		if err != nil {
			return "", err
		}
		return notice.NewReader(w.Releaser, index.NewKeeper(w.Releaser), who, release.NotifyEmail).Now(ctx)
	}, slog.New(slog.DiscardHandler), w.now)
}

func subject(_ context.Context, s *subscribe.Subscription) (release.Subject, error) {
	if s.Person != "" {
		return release.Subject{Kind: release.Person, Org: "beta", Person: "x@beta"}, nil
	}
	return public, nil
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

func (w *world) pass(d time.Duration) { w.ahead.Add(int64(d)) }

// deliver runs an engine until the test ends or stop is called.
func (w *world) deliver(name string) (stop func()) {
	return w.deliverBy(name, mail.Carrier{Desk: w.desk, Post: w.post})
}

func (w *world) deliverBy(name string, c deliver.Carrier) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	e := deliver.New(deliver.Options{Store: w.Store, Releaser: w.Releaser, Holder: name, Carriers: map[subscribe.Kind]deliver.Carrier{subscribe.Mail: c}, Subject: subject, Now: w.now})
	go func() { defer close(done); e.Run(ctx) }()
	stop = func() { cancel(); <-done }
	w.Cleanup(stop)
	return stop
}

// incident says an incident, marked by place in Markings.
func (w *world) incident(n, version, marking int, facts watch.Facts) {
	w.Helper()
	if facts.Victims == nil {
		facts.Victims = []watch.Victim{{Countries: []string{"DE"}}}
	}
	w.Say(0, At(Incident(n, fmt.Sprintf("Lathe %d stopped", n), "2022-01-01", facts), version, marking))
}

// until waits for a condition.
func (w *world) until(what string, is func() bool) {
	w.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			w.Fatalf("%s: waited for it in vain; %d messages came", what, len(w.sink.All()))
		}
	}
}

// letterTo is the nth message that came, as Go's own parser reads it.
func letter(t *testing.T, r mailtest.Received) (head netmail.Header, text string) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(r.Raw))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	text = strings.ReplaceAll(strings.ReplaceAll(string(body), "=\r\n", ""), "=3D", "=") // quoted-printable, as far as addresses need it
	return m.Header, text
}

var confirmLink = regexp.MustCompile(`https://cti\.example/subscribe/confirm\?t=([A-Za-z0-9_-]+)`)

// link is the token of an invitation.
func link(t *testing.T, r mailtest.Received) string {
	t.Helper()
	_, text := letter(t, r)
	m := confirmLink.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no link in\n%s", text)
	}
	return m[1]
}

// leaving is the token of the one click.
func leaving(t *testing.T, r mailtest.Received) string {
	t.Helper()
	head, _ := letter(t, r)
	u, err := url.Parse(strings.Trim(head.Get("List-Unsubscribe"), "<>"))
	if err != nil || head.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Fatalf("%q: %v", head, err)
	}
	return u.Query().Get("t")
}

// subscribed is a subscription that went the whole way.
func (w *world) subscribed(wish mail.Wish) subscribe.Subscription {
	w.Helper()
	n := len(w.sink.All())
	if err := w.list.Ask(w.Context(), wish, wish.Address); err != nil {
		w.Fatal(err)
	}
	s, err := w.list.Confirm(w.Context(), link(w.T, w.sink.Wait(n + 1)[n]))
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func wish(address, filter string) mail.Wish {
	return mail.Wish{Address: address, Filter: filter, Cadence: subscribe.Instant}
}

// TestCycle: a reader asks, confirms, is told of what happens and of its correction, leaves with one click, and hears nothing more.
func TestCycle(t *testing.T) {
	w := newWorld(t)
	w.incident(1, 1, 0, watch.Facts{}) // before: it is not told
	w.deliver("a")
	s := w.subscribed(wish("Reader@Example.org", "country=DE"))
	if s.To != "Reader@example.org" || s.State != subscribe.Active || s.Filter != "country=DE" {
		t.Errorf("%+v", s)
	}
	w.incident(2, 1, 0, watch.Facts{})
	w.incident(3, 1, 0, watch.Facts{Victims: []watch.Victim{{Countries: []string{"US"}}}}) // not asked for
	w.sink.Wait(2)                                                                         // before it is corrected
	// The correction takes the country away by which it was selected: it goes to who got the original all the same.
	w.incident(2, 2, 0, watch.Facts{Victims: []watch.Victim{{Countries: []string{"FR"}}}, RecordState: "corrected", StateWhy: "It stood in France"})
	came := w.sink.Wait(3)
	var subjects []string
	for _, r := range came[1:] {
		head, _ := letter(t, r)
		subjects = append(subjects, head.Get("Subject"))
	}
	if want := []string{"[TLP:CLEAR] New: Lathe 2 stopped (Germany)", "[TLP:CLEAR] Corrected: Lathe 2 stopped (France)"}; !slices.Equal(subjects, want) {
		t.Errorf("%q, want %q", subjects, want)
	}
	first, _ := letter(t, came[1])
	second, text := letter(t, came[2])
	if second.Get("In-Reply-To") != first.Get("Message-Id") || first.Get("In-Reply-To") != "" || !strings.Contains(text, "It stood in France") {
		t.Errorf("%q\n%q\n%s", first, second, text)
	}
	if err := w.newList().Leave(t.Context(), leaving(t, came[2])); err != nil {
		t.Fatal(err)
	}
	other := w.subscribed(wish("other@example.org", "")) // hears the next, and so shows that it was told
	w.incident(4, 1, 0, watch.Facts{})
	w.incident(2, 3, 0, watch.Facts{RecordState: "retracted", StateWhy: "It did not stop"})
	w.until("two messages to the other", func() bool { return countTo(w.sink, other.To) == 3 })
	if n := countTo(w.sink, s.To); n != 3 {
		t.Errorf("%d messages to who left", n)
	}
	if list, err := w.book.List(t.Context(), subscribe.Mail); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if err := w.list.Leave(t.Context(), leaving(t, came[1])); err != nil {
		t.Errorf("leaving twice: %v", err)
	}
}

func countTo(s *mailtest.Sink, to string) (n int) {
	for _, r := range s.All() {
		if r.To == to {
			n++
		}
	}
	return n
}

// records are all that the store keeps as records, in one text.
func (w *world) records(kinds ...string) string {
	w.Helper()
	var b strings.Builder
	err := w.Store.Read(w.Context(), func(sn store.Snapshot) error {
		for _, kind := range kinds {
			if err := sn.Records(w.Context(), kind, "", func(key string, doc []byte) error { b.WriteString(key + " " + string(doc) + "\n"); return nil }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return b.String()
}

// TestConfirm: before it is confirmed nothing of an address is kept but a hash; a link holds once, for 48 hours, and only whole.
func TestConfirm(t *testing.T) {
	w := newWorld(t)
	if err := w.list.Ask(t.Context(), wish("canary@example.org", "q=canary"), "net"); err != nil {
		t.Fatal(err)
	}
	token := link(t, w.sink.Wait(1)[0])
	w.until("nothing waits", func() bool { return w.records("mail-unsent") == "" })
	kept := w.records("mail-asked", "mail-unsent", "subscription", "delivery", "told")
	if strings.Contains(strings.ToLower(kept), "canary") || strings.Contains(kept, token) || strings.Count(kept, "\n") != 1 {
		t.Errorf("kept: %s", kept)
	}
	for name, bad := range map[string]string{"none": "", "cut": token[:len(token)-1], "changed": "A" + token[1:], "of nothing": "AAAA", "huge": strings.Repeat("A", 1<<20)} {
		if _, err := w.list.Confirm(t.Context(), bad); threatwatch.KindOf(err) != threatwatch.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.pass(48*time.Hour - time.Minute)
	if wished, err := w.list.Wished(t.Context(), token); err != nil || wished.Address != "canary@example.org" || wished.Filter != "q=canary" {
		t.Errorf("%+v, %v", wished, err)
	}
	if _, err := w.newList().Confirm(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if _, err := w.list.Confirm(t.Context(), token); threatwatch.KindOf(err) != threatwatch.NotFound {
		t.Errorf("used twice: %v", err)
	}
	if err := w.list.Ask(t.Context(), wish("late@example.org", ""), "net"); err != nil {
		t.Fatal(err)
	}
	late := link(t, w.sink.Wait(2)[1])
	w.pass(48 * time.Hour)
	if _, err := w.list.Confirm(t.Context(), late); threatwatch.KindOf(err) != threatwatch.NotFound {
		t.Errorf("after 48 hours: %v", err)
	}
	if err := w.newList().Ask(t.Context(), wish("next@example.org", ""), "net"); err != nil { // sweeps
		t.Fatal(err)
	}
	if kept := w.records("mail-asked"); strings.Count(kept, "\n") != 1 {
		t.Errorf("what ran out is kept: %s", kept)
	}
}

// TestSameWish: who confirms the same wish again has one subscription, with the new times, and gets mail again if it had been stopped.
func TestSameWish(t *testing.T) {
	w := newWorld(t)
	first := w.subscribed(wish("reader@example.org", "country=DE"))
	if _, err := w.book.Change(t.Context(), first.ID, func(s *subscribe.Subscription) error { s.State, s.Why = subscribe.Stopped, "refused"; return nil }); err != nil {
		t.Fatal(err)
	}
	w.incident(1, 1, 0, watch.Facts{})
	again := wish("reader@example.org", "country=DE")
	again.Cadence, again.At = subscribe.Weekly, subscribe.TimeOfDay{Zone: "Asia/Tokyo", Hour: 9, Day: time.Friday}
	second := w.subscribed(again)
	if second.ID != first.ID || second.State != subscribe.Active || second.Why != "" || second.Cadence != subscribe.Weekly || second.At != again.At || second.Cursor == first.Cursor {
		t.Errorf("%+v, then %+v", first, second)
	}
	if other := w.subscribed(wish("reader@example.org", "country=FR")); other.ID == first.ID {
		t.Error("another filter is the same subscription")
	}
}

// TestAsking: mailboxes of others cannot be filled with invitations, and the answer is the same for all of them.
func TestAsking(t *testing.T) {
	w := newWorld(t)
	for i, address := range []string{"victim@example.org", "VICTIM@example.org", "victim+1@example.org", "victim+2@example.org", "victim@Example.ORG", "victim+x+y@example.org"} {
		if err := w.newList().Ask(t.Context(), wish(address, ""), fmt.Sprint("net ", i)); err != nil { // other processes, other networks
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := w.list.Ask(t.Context(), wish("other@example.org", ""), "net"); err != nil {
		t.Fatal(err)
	}
	w.until("the invitation to the other", func() bool { return countTo(w.sink, "other@example.org") == 1 })
	w.until("three invitations", func() bool { return len(w.sink.All()) == 4 })
	w.pass(25 * time.Hour)
	if err := w.list.Ask(t.Context(), wish("victim@example.org", ""), "net"); err != nil {
		t.Fatal(err)
	}
	w.until("one more the next day", func() bool { return len(w.sink.All()) == 5 })

	l := w.newList()
	for i := range 10 {
		if err := l.Ask(t.Context(), wish(fmt.Sprintf("a%d@example.org", i), ""), "one net"); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Ask(t.Context(), wish("a10@example.org", ""), "one net"); threatwatch.KindOf(err) != threatwatch.Unavailable {
		t.Errorf("the eleventh of one network: %v", err)
	}
	if err := l.Ask(t.Context(), wish("a10@example.org", ""), "another net"); err != nil {
		t.Errorf("of another: %v", err)
	}
	w.pass(time.Hour)
	if err := l.Ask(t.Context(), wish("a11@example.org", ""), "one net"); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

// TestAskWrong: each complaint names the field.
func TestAskWrong(t *testing.T) {
	w := newWorld(t)
	for field, change := range map[string]func(*mail.Wish){
		"address": func(w *mail.Wish) { w.Address = "nobody" }, "filter": func(w *mail.Wish) { w.Filter = "colour=red" }, "cadence": func(w *mail.Wish) { w.Cadence = "hourly" },
		"zone": func(w *mail.Wish) { w.At.Zone = "Local" }, "hour": func(w *mail.Wish) { w.At.Hour = 24 }, "day": func(w *mail.Wish) { w.At.Day = 7 },
	} {
		bad := wish("reader@example.org", "")
		change(&bad)
		if err := w.list.Ask(t.Context(), bad, "net"); threatwatch.KindOf(err) != threatwatch.Invalid || !strings.HasPrefix(threatwatch.Message(err), field+": ") {
			t.Errorf("%s: %v", field, err)
		}
	}
	if n := len(w.sink.All()); n != 0 {
		t.Errorf("%d invitations", n)
	}
}

// TestTightened: what is withheld between the event and its message is not told, not even that it was; what a digest was to tell with it, is.
func TestTightened(t *testing.T) {
	w := newWorld(t)
	s := w.subscribed(wish("reader@example.org", ""))
	daily := wish("daily@example.org", "")
	daily.Cadence, daily.At = subscribe.Daily, subscribe.TimeOfDay{Hour: w.now().UTC().Add(2 * time.Hour).Hour()}
	w.subscribed(daily)
	var down atomic.Bool
	down.Store(true)
	w.deliverBy("a", flaky{mail.Carrier{Desk: w.desk, Post: w.post}, &down})
	w.incident(1, 1, 0, watch.Facts{})
	w.incident(2, 1, 0, watch.Facts{})
	w.until("a message that waits", func() bool {
		list, err := w.book.Deliveries(t.Context(), s.ID)
		return err == nil && len(list) == 2 && list[0].Tries > 0
	})
	w.incident(1, 2, 2, watch.Facts{Slug: "canary"}) // RED now; what it was is withheld with it
	down.Store(false)
	w.pass(24 * time.Hour)
	w.until("the message about the other, and the digest", func() bool {
		return countTo(w.sink, "reader@example.org") >= 2 && countTo(w.sink, "daily@example.org") >= 2
	})
	for _, r := range w.sink.All() {
		if head, text := letter(t, r); strings.Contains(text+head.Get("Subject"), "canary") {
			t.Errorf("%s\n%s", head.Get("Subject"), text)
		}
	}
}

// flaky is a carrier whose relay is down now and then.
type flaky struct {
	deliver.Carrier
	down *atomic.Bool
}

func (f flaky) Carry(ctx context.Context, m *deliver.Message) deliver.Answer {
	if f.down.Load() {
		return deliver.Answer{Words: "down"}
	}
	return f.Carrier.Carry(ctx, m)
}

// TestKilled: who is killed after the relay took a message and before that was written down sends it again, and mailboxes know it by its Message-ID.
// Of two servers one delivers, so that else each message goes out once.
func TestKilled(t *testing.T) {
	w := newWorld(t)
	s := w.subscribed(wish("reader@example.org", ""))
	sent := make(chan struct{})
	dying := dies{mail.Carrier{Desk: w.desk, Post: w.post}, sent}
	stop := w.deliverBy("a", dying)
	w.incident(1, 1, 0, watch.Facts{})
	<-sent
	stop()
	w.deliver("b")
	w.deliver("c")
	w.incident(2, 1, 0, watch.Facts{})
	w.until("all are taken", func() bool {
		list, err := w.book.Deliveries(t.Context(), s.ID)
		return err == nil && len(list) == 2 && list[0].Stage == subscribe.Taken && list[1].Stage == subscribe.Taken
	})
	ids := map[string]int{}
	for _, r := range w.sink.All()[1:] {
		head, _ := letter(t, r)
		ids[head.Get("Message-Id")]++
	}
	counts := []int{}
	for _, n := range ids {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	if !slices.Equal(counts, []int{1, 2}) {
		t.Errorf("%v", ids)
	}
}

// dies is a carrier whose process ends once the relay took the message.
type dies struct {
	deliver.Carrier
	sent chan struct{}
}

func (d dies) Carry(ctx context.Context, m *deliver.Message) deliver.Answer {
	d.Carrier.Carry(ctx, m)
	close(d.sent)
	<-ctx.Done()
	return deliver.Answer{}
}

// TestBounces: a message that is refused for good is not sent again; three in a row stop the subscription and say why, and one that is taken in between
// starts the count anew.
func TestBounces(t *testing.T) {
	w := newWorld(t)
	s := w.subscribed(wish("gone@example.org", ""))
	var refused atomic.Int64
	var gone atomic.Bool
	w.sink.Answer = func(to string, data []byte) *smtp.SMTPError {
		if data == nil && to == "gone@example.org" && gone.Load() {
			refused.Add(1)
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
		}
		return nil
	}
	w.deliver("a")
	settled := func(n int) {
		t.Helper()
		w.until(fmt.Sprintf("%d messages settled", n), func() bool {
			list, err := w.book.Deliveries(t.Context(), s.ID)
			return err == nil && len(list) == n && !slices.ContainsFunc(list, func(d subscribe.Delivery) bool { return d.Stage == subscribe.Waiting })
		})
	}
	for i := 1; i <= 6; i++ {
		gone.Store(i != 3)
		w.incident(i, 1, 0, watch.Facts{})
		settled(i)
		now, err := w.book.Get(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		if stopped := now.State == subscribe.Stopped; stopped != (i == 6) || stopped && !strings.Contains(now.Why, "3 messages in a row were refused") {
			t.Errorf("after %d: %+v", i, now)
		}
	}
	if n := refused.Load(); n != 5 {
		t.Errorf("refused %d times", n)
	}
}

// TestBurst: ten messages an hour go to a mailbox; what is more comes in one.
func TestBurst(t *testing.T) {
	w := newWorld(t)
	s := w.subscribed(wish("reader@example.org", ""))
	for i := 1; i <= 30; i++ {
		w.incident(i, 1, 0, watch.Facts{})
	}
	w.deliver("a")
	came := w.sink.Wait(2)
	if head, text := letter(t, came[1]); !strings.Contains(head.Get("Subject"), "30 new or changed") && !strings.Contains(text, "25 more incidents") {
		t.Errorf("%q\n%s", head.Get("Subject"), text)
	}
	taken := func(n int) {
		t.Helper()
		w.until(fmt.Sprintf("%d taken", n), func() bool {
			list, err := w.book.Deliveries(t.Context(), s.ID)
			return err == nil && len(list) == n && list[n-1].Stage == subscribe.Taken
		})
	}
	for i := 2; i <= 10; i++ {
		w.pass(time.Minute)
		w.incident(30+i, 1, 0, watch.Facts{})
		taken(i)
	}
	for i := 50; i < 55; i++ {
		w.incident(i, 1, 0, watch.Facts{})
	}
	other := w.subscribed(wish("other@example.org", ""))
	w.incident(55, 1, 0, watch.Facts{})
	w.until("the other is told", func() bool { return countTo(w.sink, other.To) == 2 })
	if n := countTo(w.sink, s.To); n != 11 {
		t.Errorf("%d messages in the hour, and an invitation", n)
	}
	w.pass(51*time.Minute + 30*time.Second) // an hour after the first
	taken(11)
	list, err := w.book.Deliveries(t.Context(), s.ID)
	if err != nil || list[10].Type != subscribe.TypeDigest {
		t.Errorf("%+v, %v", list[10], err)
	}
}

// TestBacklog: what had to wait for room comes in one message, also when there is room for each of it by then; a single event is told as ever, and so is
// what happens after.
func TestBacklog(t *testing.T) {
	w := newWorld(t)
	s := w.subscribed(wish("reader@example.org", ""))
	w.deliver("a")
	told := func(n int, typ string) {
		t.Helper()
		var list []subscribe.Delivery
		w.until(fmt.Sprintf("%d taken", n), func() (is bool) {
			var err error
			list, err = w.book.Deliveries(t.Context(), s.ID)
			return err == nil && len(list) == n && list[n-1].Stage == subscribe.Taken
		})
		if list[n-1].Type != typ {
			t.Errorf("message %d is %s, not %s", n, list[n-1].Type, typ)
		}
	}
	n := 0
	happen := func(times int) {
		for range times {
			n++
			w.incident(n, 1, 0, watch.Facts{})
		}
	}
	for i := 1; i <= 10; i++ {
		happen(1)
		told(i, "incident.published")
	}
	happen(3)
	w.until("it waits", func() bool { now, err := w.book.Get(t.Context(), s.ID); return err == nil && now.Full })
	w.pass(time.Hour + time.Minute) // room for ten
	told(11, subscribe.TypeDigest)
	for i := 12; i <= 20; i++ {
		happen(1)
		told(i, "incident.published")
	}
	happen(1)
	w.until("one waits", func() bool { now, err := w.book.Get(t.Context(), s.ID); return err == nil && now.Full })
	w.pass(time.Hour + time.Minute)
	told(21, "incident.published")
	if now, err := w.book.Get(t.Context(), s.ID); err != nil || now.Full {
		t.Errorf("%+v, %v", now, err)
	}
}

// TestDigests: a digest comes at its hour, with all since the last, and none comes when nothing happened.
func TestDigests(t *testing.T) {
	w := newWorld(t)
	daily := wish("reader@example.org", "")
	daily.Cadence, daily.At = subscribe.Daily, subscribe.TimeOfDay{Hour: w.now().UTC().Add(2 * time.Hour).Hour(), Zone: "UTC"}
	s := w.subscribed(daily)
	w.deliver("a")
	w.incident(1, 1, 0, watch.Facts{})
	w.incident(2, 1, 0, watch.Facts{})
	w.Say(0, At(Claim(1, 1, 1, 1, "technical"), 1, 0))
	w.Say(1, At(Stance(1, ID("relationship", 1), 2, "deny"), 1, 0))
	w.pass(3 * time.Hour)
	w.until("the digest", func() bool { return countTo(w.sink, s.To) == 2 })
	head, text := letter(t, w.sink.All()[1])
	if want := "[TLP:CLEAR] Example Exchange: daily digest"; !strings.HasPrefix(head.Get("Subject"), want) || !strings.Contains(text, "Denied: Lathe 1 stopped") || strings.Index(text, "Denied:") > strings.Index(text, "New: Lathe 2") {
		t.Errorf("%q\n%s", head.Get("Subject"), text)
	}
	looked := func() time.Time {
		now, err := w.book.Get(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		return now.Looked
	}
	before := looked()
	w.pass(24 * time.Hour)
	w.until("the hour of the next", func() bool { return looked().After(before) })
	if n := countTo(w.sink, s.To); n != 2 {
		t.Errorf("%d messages, though nothing happened", n)
	}
	w.incident(1, 2, 0, watch.Facts{RecordState: "retracted", StateWhy: "It ran all the time"})
	w.pass(24 * time.Hour)
	w.until("the digest of the retraction", func() bool { return countTo(w.sink, s.To) == 3 })
	if _, text := letter(t, w.sink.All()[2]); !strings.Contains(text, "Retracted: Lathe 1 stopped") || !strings.Contains(text, "It ran all the time") {
		t.Error(text)
	}
}

// TestTrial: the message that tries out a subscription arrives.
func TestTrial(t *testing.T) {
	w := newWorld(t)
	s := w.subscribed(wish("reader@example.org", ""))
	if _, err := w.book.Test(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	w.deliver("a")
	if head, _ := letter(t, w.sink.Wait(2)[1]); head.Get("Subject") != "Example Exchange: a message to try out mail" {
		t.Errorf("%q", head)
	}
}
