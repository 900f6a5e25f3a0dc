package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/notice"
	"threatwatch/notice/mail"
	"threatwatch/notice/subscribe"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/watch/index"
)

// mailDesk writes the letters of an exchange.
func mailDesk(cfg *config, secret []byte) (*mail.Desk, error) {
	tokens, err := mail.NewTokens(secret)
	return &mail.Desk{Title: cfg.Title, Base: strings.TrimRight(cfg.PublicURL, "/"), Carry: cfg.Mail.carry, Tokens: tokens}, err
}

// mailList is who subscribes by mail, and what writes to them; nil where none is sent.
func (a *app) mailList(cfg *config, st store.Store, n *notices, secret []byte, log *slog.Logger) (*mail.List, *mail.Desk, error) {
	if cfg.Mail.post == nil {
		return nil, nil, nil
	}
	d, err := mailDesk(cfg, secret)
	if err != nil {
		return nil, nil, err
	}
	cursor := func(ctx context.Context, s subscribe.Subscription) (string, error) {
		return n.cursor(ctx, &s, release.NotifyEmail)
	}
	return mail.NewList(st, d, cfg.Mail.post, cursor, log, time.Now), d, nil
}

// mailCmd holds the commands about mail.
type mailCmd struct {
	Test    mailTestCmd    `cmd:"" help:"Send a message that tells nothing, to see whether mail arrives."`
	Preview mailPreviewCmd `cmd:"" help:"Print the digest that somebody would get now."`
	List    mailListCmd    `cmd:"" help:"List who subscribes by mail."`
	End     mailEndCmd     `cmd:"" help:"End a subscription, or all of an address."`
	Bounce  mailBounceCmd  `cmd:"" help:"Read a report of failure from standard input, and count it for the subscription whose message came back."`
	Leave   mailLeaveCmd   `cmd:"" help:"Read a message to the mailbox for leaving from standard input, and end what it asks to end."`
}

type mailTestCmd struct {
	Config  string `placeholder:"FILE" type:"path" required:"" env:"THREATWATCH_CONFIG" help:"Configuration file, with [mail]."`
	Address string `arg:"" help:"Where to."`
}

// Help is shown by --help.
func (*mailTestCmd) Help() string {
	return "Example:\n\n  threatwatch mail test me@example.org --config threatwatch.toml\n\nExit status 0: the relay took it."
}

// Run sends the message.
func (c *mailTestCmd) Run(a *app) error {
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	if cfg.Mail.post == nil {
		return withHint(threatwatch.Errorf(threatwatch.Invalid, "%s: mail.host is not set", c.Config), "threatwatch check --example prints all keys")
	}
	to, err := mail.ParseAddress(c.Address)
	if err != nil {
		return err
	}
	d := &mail.Desk{Title: cfg.Title, Base: strings.TrimRight(cfg.PublicURL, "/")}
	if err := cfg.Mail.post.Send(a.ctx, d.Trial(to)); err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "the relay took a message to %s\n", to)
	st, err := openExisting(a.ctx, cfg.Data)
	if errors.Is(err, errNoExchange) { // the relay is tried before there is an exchange, and so a trail
		return nil
	}
	if err != nil {
		return err
	}
	defer st.Close()
	return a.audit(st, "mail tested", to)
}

type mailPreviewCmd struct {
	data

	Config string `placeholder:"FILE" type:"path" env:"THREATWATCH_CONFIG" help:"Configuration file, for the title, the address and mail.carry."`
	As     string `placeholder:"WHO" default:"public" help:"In whose view: public, an organisation, or name@org. Default: public."`
	Filter string `placeholder:"QUERY" help:"As in the address of a filtered list: country=DE&data=commercial"`
	Days   int    `default:"1" help:"How many days the digest is of. Default: 1."`
	HTML   bool   `name:"html" help:"The page instead of the text."`
}

// Help is shown by --help.
func (*mailPreviewCmd) Help() string {
	return "Examples:\n\n  threatwatch mail preview --data ./data --days 7 --filter country=DE\n  threatwatch mail preview --data ./data --as ada@example-energy --html > digest.html\n\nNothing is sent and nothing is changed. Exit status 1: nothing happened, so there would be no digest."
}

// Run prints the digest.
func (c *mailPreviewCmd) Run(a *app) error {
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	if cfg.PublicURL == "" {
		cfg.PublicURL = "http://" + cfg.Listen
	}
	if c.Days < 1 {
		return threatwatch.Errorf(threatwatch.Invalid, "--days: %d is no number of days", c.Days)
	}
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	secret, err := a.secret(st)
	if err != nil {
		return err
	}
	who, err := subjectNamed(a.ctx, account.New(st, time.Now), c.As)
	if err != nil {
		return err
	}
	s := subscribe.Subscription{ID: "preview", To: "you", Filter: c.Filter, Cadence: subscribe.Daily, Created: time.Now()}
	if c.Days > 1 {
		s.Cadence = subscribe.Weekly
	}
	if who.Kind != release.Public {
		s.Person = c.As
	}
	d, err := mailDesk(cfg, secret)
	if err != nil {
		return err
	}
	return c.print(a, d, release.New(st, secret, time.Now), who, &s)
}

func (c *mailPreviewCmd) print(a *app, d *mail.Desk, rel *release.Releaser, who release.Subject, s *subscribe.Subscription) error {
	f, err := s.Selects()
	if err != nil {
		return err
	}
	r := notice.NewReader(rel, index.NewKeeper(rel), who, release.NotifyEmail)
	upto, err := r.Now(a.ctx)
	if err != nil {
		return err
	}
	var events []notice.Event
	now := time.Now()
	err = r.Between(a.ctx, notice.Since(now.AddDate(0, 0, -c.Days)), upto, notice.Interest{Filter: f}, func(e notice.Event) error { events = append(events, e); return nil })
	if err != nil {
		return err
	}
	if len(events) == 0 {
		fmt.Fprintln(a.Err, "threatwatch: nothing happened: there would be no digest")
		return exitCode(exitWrong)
	}
	m := d.Digest(s, events, now)
	if c.HTML {
		_, err = fmt.Fprint(a.Out, m.HTML)
	} else {
		_, err = fmt.Fprintf(a.Out, "Subject: %s\n\n%s", m.Subject, m.Text)
	}
	return err
}

type mailListCmd struct {
	data

	JSON bool `name:"json" help:"One JSON object a line."`
}

// Help is shown by --help.
func (*mailListCmd) Help() string {
	return "Example:\n\n  threatwatch mail list --data ./data"
}

// Run lists the subscriptions.
func (c *mailListCmd) Run(a *app) error {
	return a.withBook(c.Data, func(_ store.Store, book *subscribe.Book) error {
		list, err := book.List(a.ctx, subscribe.Mail)
		if err != nil {
			return err
		}
		if c.JSON {
			return jsonLines(a, list)
		}
		w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tADDRESS\tVIEW\tWHEN\tFILTER\tSTATE\tLAST TAKEN\tWHY")
		for _, s := range list {
			taken := ""
			if !s.Taken.IsZero() {
				taken = s.Taken.Format(time.DateOnly)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.ID, s.To, viewOf(&s), mail.When(s.Cadence, s.At), s.Filter, s.State, taken, s.Why)
		}
		return w.Flush()
	})
}

type mailEndCmd struct {
	data

	Which string `arg:"" help:"Id of a subscription, or an address."`
}

// Help is shown by --help.
func (*mailEndCmd) Help() string {
	return "Example:\n\n  threatwatch mail end somebody@example.org --data ./data"
}

// Run ends what is named.
func (c *mailEndCmd) Run(a *app) error {
	return a.withBook(c.Data, func(st store.Store, book *subscribe.Book) error {
		list, err := book.List(a.ctx, subscribe.Mail)
		if err != nil {
			return err
		}
		n := 0
		for _, s := range list {
			if s.ID != c.Which && !strings.EqualFold(s.To, c.Which) {
				continue
			}
			if err := book.Remove(a.ctx, s.ID); err != nil {
				return err
			}
			if err := a.audit(st, "mail subscription ended", s.ID); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return threatwatch.Errorf(threatwatch.NotFound, "no subscription %q by mail", c.Which)
		}
		fmt.Fprintf(a.Out, "%d ended\n", n)
		return nil
	})
}
