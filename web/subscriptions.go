package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"threatwatch"
	"threatwatch/notice/mail"
	"threatwatch/notice/subscribe"
	"threatwatch/stix"
)

// Subscriptions is what is kept of who is told of what.
type Subscriptions interface {
	List(ctx context.Context, kind subscribe.Kind) ([]subscribe.Subscription, error)
	Deliveries(ctx context.Context, subscription string) ([]subscribe.Delivery, error)
}

// subscriptionsPage is what a member and its organisation are told of, and how that goes.
type subscriptionsPage struct {
	Mail, Hooks []subscribed
	Ask         bool // mail can be asked for
}

// subscribed is a subscription as those read it who may know of it. It holds no secret: of where a webhook goes it names the host, since the rest of the
// address can be one.
type subscribed struct {
	subscribe.Subscription

	When    string // it comes
	Words   string // the filter, for people
	List    string // the page that it selects
	WayOut  string // the page that ends it; "": there is none
	Waiting int    // messages on their way
	Failed  int    // messages that were given up lately
	Last    subscribe.Delivery
	Next    time.Time // when something is sent again; zero: nothing waits for that
}

// subscriptions shows them to members who are signed in.
func (s *site) subscriptions(v *visit) error {
	p := v.caller.Person
	if p == nil {
		return threatwatch.Errorf(threatwatch.Forbidden, "Members who are signed in see here what they and their organisation are told of.")
	}
	list, err := s.Told.List(v.r.Context(), "")
	if err != nil {
		return err
	}
	page := subscriptionsPage{Ask: s.Mail != nil}
	for i := range list {
		own, ours := list[i].Person == p.Email, list[i].Org == v.caller.Org.ID
		if !own && !ours {
			continue
		}
		sub, err := v.told(&list[i])
		if err != nil {
			return err
		}
		if sub.Kind == subscribe.Hook {
			page.Hooks = append(page.Hooks, sub)
		} else if own {
			page.Mail = append(page.Mail, sub)
		}
	}
	return v.show(http.StatusOK, "subscriptions", "Subscriptions", badge{Level: stix.AmberStrict, Known: true}, page) // it is nobody else's business
}

// told is a subscription with what lately became of its messages.
func (v *visit) told(s *subscribe.Subscription) (subscribed, error) {
	out := subscribed{Subscription: *s, When: mail.When(s.Cadence, s.At), Words: inWords(s.Filter), List: "/incidents"}
	if s.Filter != "" {
		out.List += "?" + s.Filter
	}
	if s.Kind == subscribe.Mail && v.s.Mail != nil {
		out.WayOut = v.s.Mail.WayOut(s.ID)
	}
	list, err := v.s.Told.Deliveries(v.r.Context(), s.ID)
	if err != nil || len(list) == 0 {
		return out, err
	}
	out.Last = slices.MaxFunc(list, func(a, b subscribe.Delivery) int { return a.Last.Compare(b.Last) })
	for _, d := range list {
		switch d.Stage {
		case subscribe.Waiting:
			out.Waiting++
			if d.Tries > 0 && s.State == subscribe.Active && (out.Next.IsZero() || d.Due.Before(out.Next)) {
				out.Next = d.Due
			}
		case subscribe.Failed:
			out.Failed++
		}
	}
	if !out.Next.IsZero() && out.Next.Before(s.Rest) { // the receiver asked to be left alone
		out.Next = s.Rest
	}
	return out, nil
}

// Standing is the state in a word.
func (s subscribed) Standing() string {
	if s.State == subscribe.Active && s.Last.Tries > 0 && s.Last.Stage != subscribe.Taken {
		return "failing"
	}
	return string(s.State)
}
