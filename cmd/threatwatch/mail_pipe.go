package main

import (
	"context"
	"fmt"
	"io"
	netmail "net/mail"
	"strings"

	"threatwatch"
	"threatwatch/notice/mail"
	"threatwatch/notice/subscribe"
	"threatwatch/store"
)

// What a mail server that pipes a message to a command makes of its exit status (sysexits.h): with the first it gives the message back, with the second
// it keeps it and tries again.
const (
	exitData  = exitCode(65) // EX_DATAERR: this is no message
	exitLater = exitCode(75) // EX_TEMPFAIL: the exchange cannot be reached
)

// maxLetter bounds what is read of a message.
const maxLetter = 1 << 20

// pipeHelp says what both commands for pipes answer.
const pipeHelp = "\n\nExit status, as mail servers read it: 0, it was dealt with or passed by; 65, this is no message; 75, try again later."

// piped says an error, if any, to a mail server.
func (a *app) piped(err error) error {
	if err == nil {
		return nil
	}
	fmt.Fprintf(a.Err, "threatwatch: %v\n", err)
	if threatwatch.KindOf(err) == threatwatch.Invalid {
		return exitData
	}
	return exitLater
}

// withTokens runs f with what links and messages are told by.
func (a *app) withTokens(p place, f func(st store.Store, b *subscribe.Book, t *mail.Tokens) error) error {
	return a.withBook(p, func(st store.Store, b *subscribe.Book) error {
		secret, err := a.secret(st)
		if err != nil {
			return err
		}
		tokens, err := mail.NewTokens(secret)
		if err != nil {
			return err
		}
		return f(st, b, tokens)
	})
}

type mailLeaveCmd struct {
	data
}

// Help is shown by --help.
func (*mailLeaveCmd) Help() string {
	return `Example, as an alias of a mail server:

  leave: "|threatwatch mail leave --data /var/lib/threatwatch"

The subject of the message is what List-Unsubscribe gave: the token of the subscription. Other messages are passed by.` + pipeHelp
}

// Run reads the message.
func (c *mailLeaveCmd) Run(a *app) error {
	m, err := netmail.ReadMessage(io.LimitReader(a.In, maxLetter))
	if err != nil {
		return a.piped(threatwatch.Errorf(threatwatch.Invalid, "this is no message: %w", err))
	}
	return a.piped(a.withTokens(c.Data, func(st store.Store, b *subscribe.Book, t *mail.Tokens) error {
		id, err := t.ReadLeaving(strings.TrimSpace(m.Header.Get("Subject")))
		if threatwatch.KindOf(err) == threatwatch.NotFound {
			fmt.Fprintln(a.Err, "threatwatch: the subject is no token of a subscription: the message is passed by")
			return nil
		}
		if err != nil {
			return err
		}
		err = b.Remove(context.WithoutCancel(a.ctx), id)
		if threatwatch.KindOf(err) == threatwatch.NotFound { // it has ended already
			return nil
		}
		if err != nil {
			return err
		}
		return a.audit(st, "mail subscription ended by mail", id)
	}))
}

type mailBounceCmd struct {
	data
}

// Help is shown by --help.
func (*mailBounceCmd) Help() string {
	return `Example, as an alias of a mail server for what mail.bounces names:

  bounces: "|threatwatch mail bounce --data /var/lib/threatwatch"

A report that a message could not be delivered (RFC 3464) tells by the address that it goes to, or by the Message-ID, whose message it was. When messages
came back for good on three days, none more than 15 days after the one before, the subscription stops. Other messages are passed by.` + pipeHelp
}

// Run reads the report.
func (c *mailBounceCmd) Run(a *app) error {
	r, err := mail.ReadReport(io.LimitReader(a.In, maxLetter))
	if err != nil {
		return a.piped(err)
	}
	if r.Status == "" {
		fmt.Fprintln(a.Err, "threatwatch: nothing failed for good: the message is passed by")
		return nil
	}
	return a.piped(a.withTokens(c.Data, func(st store.Store, b *subscribe.Book, t *mail.Tokens) error {
		list, err := b.List(a.ctx, subscribe.Mail)
		if err != nil {
			return err
		}
		id, ok := t.Returned(r, list)
		if !ok {
			fmt.Fprintln(a.Err, "threatwatch: it is a report on no message of a subscription: it is passed by")
			return nil
		}
		return c.count(a, st, b, id, r.Status)
	}))
}

func (c *mailBounceCmd) count(a *app, st store.Store, b *subscribe.Book, id, status string) error {
	s, counts, err := b.Bounce(context.WithoutCancel(a.ctx), id, status)
	if threatwatch.KindOf(err) == threatwatch.NotFound { // it has ended meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	if !counts {
		fmt.Fprintf(a.Err, "threatwatch: a message of %s came back (%s); it is %s, and one a day counts\n", id, status, s.State)
		return nil
	}
	fmt.Fprintf(a.Out, "%s: a message came back (%s), on %d days so far; it is %s\n", id, status, s.Bounces, s.State)
	if err := a.audit(st, "mail came back: "+status, id); err != nil || s.State != subscribe.Stopped {
		return err
	}
	return a.audit(st, "subscription stopped: "+s.Why, id)
}
