package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"threatwatch/notice/subscribe"
	"threatwatch/store"
)

// hooked adds a webhook as it stands after a message of which that became.
func (s *site) hooked(sub subscribe.Subscription, stage subscribe.Stage, answer string) {
	s.t.Helper()
	now := time.Now().UTC()
	sub.Kind = subscribe.Hook
	sub, err := subscribe.NewBook(s.st, nil).Add(s.t.Context(), sub)
	must(s.t, err)
	d := subscribe.NewDelivery(sub.ID, "1", "2", "incident.published", now)
	d.Stage, d.Tries, d.Last, d.Due, d.Answer = stage, 2, now, time.Date(2031, 2, 3, 4, 5, 0, 0, time.UTC), answer
	must(s.t, s.st.Update(s.t.Context(), func(tx store.Tx) error { return subscribe.SaveDelivery(s.t.Context(), tx, d) }))
}

// subscriptions fills the page of Example Energy, and what is not for it.
func (s *site) subscriptions() {
	s.t.Helper()
	energy := func(host, filter string) subscribe.Subscription {
		return subscribe.Subscription{To: "https://" + host + ".example/a-secret-path", Org: "example-energy", Filter: filter}
	}
	s.hooked(energy("works", "country=DE&sector=energy"), subscribe.Taken, "204 No Content")
	s.hooked(energy("fails", ""), subscribe.Waiting, "503 Service Unavailable")
	stopped := energy("gone", "")
	stopped.State, stopped.Why = subscribe.Stopped, "the receiver answered 410 Gone"
	s.hooked(stopped, subscribe.Failed, "410 Gone")
	s.hooked(subscribe.Subscription{To: "https://ada.example/in", Person: "ada@energy.example"}, subscribe.Taken, "200 OK")
	s.hooked(subscribe.Subscription{To: "https://bank.example/in", Org: "example-bank"}, subscribe.Taken, "200 OK")
	s.hooked(subscribe.Subscription{To: "https://everybody.example/in"}, subscribe.Taken, "200 OK")
	_, err := subscribe.NewBook(s.st, nil).Add(s.t.Context(), subscribe.Subscription{Kind: subscribe.Mail, To: "ada@energy.example", Person: "ada@energy.example", Filter: "accused=x", Cadence: subscribe.Daily})
	must(s.t, err)
}

// TestSubscriptionsPage: a member sees the webhooks of its organisation, how they fare, and its own subscriptions; nobody else's, and no secret.
func TestSubscriptionsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.subscriptions()
	ada := s.as("ada@energy.example")
	code, body, head := s.get(ada, "/subscriptions")
	if code != http.StatusOK || head.Get("Cache-Control") != "private, no-store" {
		t.Fatalf("%d %v", code, head)
	}
	for _, want := range []string{"works.example", "Incidents with country Germany and sector energy", `href="/incidents?country=DE&amp;sector=energy"`, "204 No Content", "fails.example", "503 Service Unavailable", "failing",
		"Next attempt: ", "3 Feb 2031, 04:05 UTC", "gone.example", "stopped", "the receiver answered 410 Gone", "1 given up", "ada.example", "ada@energy.example, each day at 00:00 (UTC)"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	for _, not := range []string{"a-secret-path", "bank.example", "everybody.example", "whsec_"} {
		if strings.Contains(body, not) {
			t.Errorf("%q is on the page", not)
		}
	}
	if _, body, _ := s.get(s.as("ben@bank.example"), "/subscriptions"); !strings.Contains(body, "bank.example") || strings.Contains(body, "fails.example") || strings.Contains(body, "ada.example") {
		t.Error("the bank sees what is not its own, or not what is")
	}
	if code, body, _ := s.get(s.browser(), "/subscriptions"); code != http.StatusForbidden || strings.Contains(body, "works.example") {
		t.Errorf("everybody: %d", code)
	}
}

// TestSubscriptionsInBrowser: axe finds nothing on the page, light or dark, narrow or wide, and a key leads from it to the list of a filter.
func TestSubscriptionsInBrowser(t *testing.T) {
	axe := needAxe(t)
	s := newSite(t)
	s.subscriptions()
	ada := s.as("ada@energy.example")
	ctx := openBrowser(t, 5*time.Minute)
	for _, look := range []struct {
		width  int64
		scheme string
	}{{320, "dark"}, {1280, "light"}} {
		err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			return dress(ctx, tab, s, look.width, look.scheme, ada)
		}),
			chromedp.Navigate(s.url+"/subscriptions"), chromedp.WaitVisible("#hooks"))
		must(t, err)
		if wrong := axeFinds(t, ctx, axe); wrong != "" {
			t.Errorf("%+v: %s", look, wrong)
		}
	}
	must(t, chromedp.Do(ctx, chromedp.Focus(`ol a[href^="/incidents?country=DE"]`), chromedp.KeyEvent("\r"), chromedp.WaitNotPresent("#hooks")))
}
