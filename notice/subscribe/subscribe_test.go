package subscribe_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/notice/subscribe"
	"threatwatch/store"
	"threatwatch/store/sqlite"
)

// open is a book in a store of its own, and the clock that it goes by.
func open(t *testing.T) (*subscribe.Book, store.Store, *time.Time) {
	t.Helper()
	st, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	clock := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	return subscribe.NewBook(st, func() time.Time { return clock }), st, &clock
}

// TestAdd: what cannot work is refused with a word about it, and what can is kept in one form.
func TestAdd(t *testing.T) {
	b, _, _ := open(t)
	for name, s := range map[string]subscribe.Subscription{
		"no address":          {Kind: subscribe.Hook},
		"another scheme":      {Kind: subscribe.Hook, To: "file:///etc/passwd"},
		"a password in it":    {Kind: subscribe.Hook, To: "https://me:secret@soc.example/in"},
		"no kind":             {To: "https://soc.example/in"},
		"a name with a mail":  {Kind: subscribe.Mail, To: "Me <me@soc.example>"},
		"a key that is none":  {Kind: subscribe.Hook, To: "https://soc.example/in", Filter: "colour=red"},
		"a country that isnt": {Kind: subscribe.Hook, To: "https://soc.example/in", Filter: "country=XX"},
		"a zone that isnt":    {Kind: subscribe.Mail, To: "me@soc.example", Cadence: subscribe.Daily, At: subscribe.TimeOfDay{Zone: "Europe/Atlantis"}},
		"an hour that isnt":   {Kind: subscribe.Mail, To: "me@soc.example", At: subscribe.TimeOfDay{Hour: 24}},
		"a cadence that isnt": {Kind: subscribe.Mail, To: "me@soc.example", Cadence: "hourly"},
	} {
		if _, err := b.Add(t.Context(), s); threatwatch.KindOf(err) != threatwatch.Invalid {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
	s, err := b.Add(t.Context(), subscribe.Subscription{Kind: subscribe.Hook, To: "https://soc.example/in?token=1", Filter: "tlp<=green&country=DE&country=AT", Org: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Filter != "country=DE&country=AT&tlp%3C=green" || s.State != subscribe.Active || s.Cadence != subscribe.Instant || len(s.Keys) != 1 || s.Host() != "soc.example" {
		t.Errorf("%+v", s)
	}
	if _, err := b.Add(t.Context(), subscribe.Subscription{Kind: subscribe.Mail, To: "me@soc.example", State: subscribe.Unconfirmed}); err != nil {
		t.Fatal(err)
	}
	if list, err := b.List(t.Context(), subscribe.Hook); err != nil || len(list) != 1 || list[0].ID != s.ID {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err := b.List(t.Context(), ""); err != nil || len(list) != 2 {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestRotate: of two keys both are live while they overlap, then the new one alone; numbers are never used twice.
func TestRotate(t *testing.T) {
	b, _, clock := open(t)
	s, err := b.Add(t.Context(), subscribe.Subscription{Kind: subscribe.Hook, To: "https://soc.example/in"})
	if err != nil {
		t.Fatal(err)
	}
	numbers := func() (list []int) {
		for _, k := range s.Live(*clock) {
			list = append(list, k.Number)
		}
		return list
	}
	rotate := func(overlap time.Duration) {
		s, err = b.Change(t.Context(), s.ID, func(s *subscribe.Subscription) error { s.Rotate(*clock, overlap); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	rotate(time.Hour)
	if got := numbers(); !slices.Equal(got, []int{2, 1}) {
		t.Error(got)
	}
	*clock = clock.Add(time.Hour)
	if got := numbers(); !slices.Equal(got, []int{2}) {
		t.Error(got)
	}
	rotate(0)
	if got := numbers(); !slices.Equal(got, []int{3}) {
		t.Error(got)
	}
}

// TestDeliveries: they stand in the order of the log, each under an id that is always the same, and leave with their subscription.
func TestDeliveries(t *testing.T) {
	b, st, clock := open(t)
	s, err := b.Add(t.Context(), subscribe.Subscription{Kind: subscribe.Hook, To: "https://soc.example/in"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := b.Add(t.Context(), subscribe.Subscription{Kind: subscribe.Hook, To: "https://soc.example/in"})
	if err != nil {
		t.Fatal(err)
	}
	update := func(f func(ctx context.Context, tx store.Tx) error) {
		t.Helper()
		if err := st.Update(t.Context(), func(tx store.Tx) error { return f(t.Context(), tx) }); err != nil {
			t.Fatal(err)
		}
	}
	update(func(ctx context.Context, tx store.Tx) error {
		for _, upto := range []string{"1000", "999", "20"} {
			if err := subscribe.SaveDelivery(ctx, tx, subscribe.NewDelivery(s.ID, "1", upto, "incident.published", *clock)); err != nil {
				return err
			}
		}
		if err := subscribe.SaveDelivery(ctx, tx, subscribe.NewDelivery(other.ID, "1", "20", "incident.published", *clock)); err != nil {
			return err
		}
		return subscribe.Tell(ctx, tx, s.ID, "incident--1")
	})
	list, err := b.Deliveries(t.Context(), s.ID)
	if err != nil || len(list) != 3 || list[0].Upto != "20" || list[1].Upto != "999" || list[2].Upto != "1000" {
		t.Fatalf("%+v, %v", list, err)
	}
	theirs, err := b.Deliveries(t.Context(), other.ID)
	if err != nil || len(theirs) != 1 || theirs[0].ID == list[0].ID {
		t.Errorf("%+v, %v", theirs, err)
	}
	if again := subscribe.NewDelivery(s.ID, "19", "20", "incident.published", clock.Add(time.Hour)); again.ID != list[0].ID {
		t.Errorf("%s, then %s", list[0].ID, again.ID)
	}
	told := func(id string) (is bool) {
		t.Helper()
		err := st.Read(t.Context(), func(sn store.Snapshot) (err error) {
			is, err = subscribe.Told(t.Context(), sn, id, "incident--1")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	if !told(s.ID) || told(other.ID) {
		t.Error("told: not as it was noted")
	}
	if err := b.Remove(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	if list, err := b.Deliveries(t.Context(), s.ID); err != nil || len(list) != 0 || told(s.ID) {
		t.Errorf("left behind: %+v, %v", list, err)
	}
	if err := b.Remove(t.Context(), s.ID); threatwatch.KindOf(err) != threatwatch.NotFound {
		t.Error(err)
	}
}

// TestReplayFrom: going through a stretch of time again goes back and never forward, past what was not told yet.
func TestReplayFrom(t *testing.T) {
	b, _, _ := open(t)
	s, err := b.Add(t.Context(), subscribe.Subscription{Kind: subscribe.Hook, To: "https://soc.example/in", Cursor: "1000"})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ from, want string }{{"1001", "1000"}, {"9000000000000000", "1000"}, {"999", "999"}, {"1000", "999"}, {"", ""}, {"5", ""}} {
		if err := b.ReplayFrom(t.Context(), s.ID, step.from); err != nil {
			t.Fatal(err)
		}
		if s, err = b.Get(t.Context(), s.ID); err != nil || s.Cursor != step.want {
			t.Errorf("from %q: it stands at %q, want %q; %v", step.from, s.Cursor, step.want, err)
		}
	}
}
