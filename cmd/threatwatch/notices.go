package main

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"threatwatch/account"
	"threatwatch/notice"
	"threatwatch/notice/deliver"
	"threatwatch/notice/hook"
	"threatwatch/notice/mail"
	"threatwatch/notice/subscribe"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/watch/index"
)

// notices is what it takes to know what a subscriber may be told.
type notices struct {
	rel    *release.Releaser
	acc    *account.Accounts
	keeper *index.Keeper
}

// subject is in whose view a subscription is, as they would come in now.
func (n *notices) subject(ctx context.Context, s *subscribe.Subscription) (release.Subject, error) {
	switch {
	case s.Person != "":
		c, err := n.acc.PersonByEmail(ctx, s.Person)
		if err != nil {
			return release.Subject{}, err
		}
		// An operator gets what goes out to a person of the organisation: sending is no looking.
		return release.Subject{Kind: release.Person, Org: c.Org.ID, ClientOf: c.ClientOf, Person: c.Person.ID, Name: c.Name}, nil
	case s.Org != "":
		o, clientOf, err := n.acc.Standing(ctx, s.Org)
		return release.Subject{Kind: release.Client, Org: o.ID, ClientOf: clientOf, Name: o.Name}, err
	}
	return release.Subject{Kind: release.Public}, nil
}

// cursor is where the log of events stands, as a subscriber sees it.
func (n *notices) cursor(ctx context.Context, s *subscribe.Subscription, a release.Action) (string, error) {
	who, err := n.subject(ctx, s)
	if err != nil {
		return "", err
	}
	return notice.NewReader(n.rel, n.keeper, who, a).Now(ctx)
}

// newEngine makes what tells subscribers. desk writes letters; nil: no mail is sent.
func (a *app) newEngine(cfg *config, st store.Store, n *notices, secret []byte, desk *mail.Desk, reg prometheus.Registerer, log *slog.Logger) *deliver.Engine {
	told := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "threatwatch_notices_total", Help: "What came of messages to subscribers, by kind and stage; waiting: to be tried again."}, []string{"kind", "stage"})
	reg.MustRegister(told)
	carriers := map[subscribe.Kind]deliver.Carrier{
		subscribe.Hook: hook.New(hook.Options{Keys: hook.NewMaker(secret), Base: strings.TrimRight(cfg.PublicURL, "/"), Agent: "threatwatch (notices)", Guard: hook.Guard{Allow: cfg.hooks}}),
	}
	if desk != nil {
		carriers[subscribe.Mail] = mail.Carrier{Desk: desk, Post: cfg.Mail.post}
	}
	return deliver.New(deliver.Options{Store: st, Releaser: n.rel, Holder: uuid.NewString(), Carriers: carriers, Subject: n.subject, Log: log, Now: time.Now,
		Audit: func(ctx context.Context, what, subject string) error {
			return n.acc.Audit(ctx, "notices", what, subject)
		},
		Observe: func(kind subscribe.Kind, stage subscribe.Stage) {
			told.WithLabelValues(string(kind), string(stage)).Inc()
		}})
}
