package main

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/notice/hook"
	"threatwatch/notice/subscribe"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/watch/index"
)

// hookCmd holds the commands about webhooks.
type hookCmd struct {
	Add    hookAddCmd    `cmd:"" help:"Have events posted to an address; its secret is printed once."`
	List   hookListCmd   `cmd:"" help:"List webhooks."`
	Show   hookShowCmd   `cmd:"" help:"One webhook with its last messages."`
	Test   hookTestCmd   `cmd:"" help:"Send a message that tells nothing."`
	Rotate hookRotateCmd `cmd:"" help:"Make a new secret; the old one stays good for a while."`
	Replay hookReplayCmd `cmd:"" help:"Send a message again, or all since a time, under the same ids."`
	Pause  hookPauseCmd  `cmd:"" help:"Send nothing until resumed; nothing is lost."`
	Resume hookResumeCmd `cmd:"" help:"Send again, with all that happened meanwhile."`
	Remove hookRemoveCmd `cmd:"" help:"End a webhook."`
}

// withBook runs f with the subscriptions of an exchange.
func (a *app) withBook(p place, f func(st store.Store, b *subscribe.Book) error) error {
	st, err := a.openStore(p)
	if err != nil {
		return err
	}
	defer st.Close()
	return f(st, subscribe.NewBook(st, time.Now))
}

// theHook is a subscription that is a webhook.
func theHook(a *app, b *subscribe.Book, id string) (subscribe.Subscription, error) {
	s, err := b.Get(a.ctx, id)
	if err == nil && s.Kind != subscribe.Hook {
		err = threatwatch.Errorf(threatwatch.NotFound, "%s is no webhook", id)
	}
	return s, err
}

// withHook does something to one webhook, and writes what was done into the trail, with what f adds to it.
func (a *app) withHook(p place, id, what string, f func(st store.Store, b *subscribe.Book, s *subscribe.Subscription) (more string, err error)) error {
	return a.withBook(p, func(st store.Store, b *subscribe.Book) error {
		s, err := theHook(a, b, id)
		if err != nil {
			return err
		}
		more, err := f(st, b, &s)
		if err != nil {
			return err
		}
		return a.audit(st, what, strings.TrimSpace(id+" "+more))
	})
}

type hookAddCmd struct {
	data

	Org    string `placeholder:"ORG" xor:"view" help:"Tell what programs of this organisation may know. Default: what everybody may."`
	User   string `placeholder:"EMAIL" xor:"view" help:"Tell what this person may know."`
	Filter string `placeholder:"FILTER" help:"Only events of these incidents: the query of a list's address, such as 'sector=energy&country=DE'."`
	To     string `arg:"" name:"url" help:"Address to post to: https."`
}

// Help is shown by --help.
func (*hookAddCmd) Help() string {
	return `Examples:

  threatwatch hook add https://soc.example/in --data ./data
  threatwatch hook add https://soc.example/in --org example-energy --filter 'sector=energy' --data ./data

Prints the id, the secret that signs each message, and the public key for who would rather verify without a secret. They are printed once; "hook
rotate" makes others. Messages are those of Standard Webhooks 1.0 and are sent while the exchange serves. What happens from now on is told.`
}

// Run adds the webhook.
func (c *hookAddCmd) Run(a *app) error {
	return a.withBook(c.Data, func(st store.Store, b *subscribe.Book) error {
		secret, err := a.secret(st)
		if err != nil {
			return err
		}
		rel := release.New(st, secret, time.Now)
		n := &notices{rel: rel, acc: account.New(st, time.Now), keeper: index.NewKeeper(rel)}
		s := subscribe.Subscription{Kind: subscribe.Hook, To: c.To, Org: account.Slug(c.Org), Person: c.User, Filter: c.Filter, By: atTerminal}
		if s.Cursor, err = n.cursor(a.ctx, &s, release.Webhook); err != nil {
			return err
		}
		if s, err = b.Add(a.ctx, s); err != nil {
			return err
		}
		if err := a.audit(st, "webhook added", s.ID+" to "+s.Host()); err != nil {
			return err
		}
		printKeys(a, hook.NewMaker(secret), &s)
		return nil
	})
}

// printKeys prints the keys that a receiver is to go by from now on.
func printKeys(a *app, keys hook.Maker, s *subscribe.Subscription) {
	k := s.Keys[0].Number
	fmt.Fprintf(a.Out, "id      %s\nsecret  %s\npublic  %s\n", s.ID, keys.Secret(s.ID, k), keys.Public(s.ID, k))
}

type hookListCmd struct {
	data

	JSON bool `name:"json" help:"One JSON object a line."`
}

// Help is shown by --help.
func (*hookListCmd) Help() string { return "Example:\n\n  threatwatch hook list --data ./data" }

// Run lists the webhooks.
func (c *hookListCmd) Run(a *app) error {
	return a.withBook(c.Data, func(_ store.Store, b *subscribe.Book) error {
		list, err := b.List(a.ctx, subscribe.Hook)
		if err != nil {
			return err
		}
		if c.JSON {
			return jsonLines(a, list)
		}
		w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tHOST\tVIEW\tFILTER\tSTATE\tLAST TAKEN")
		for i := range list {
			s := &list[i]
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", s.ID, s.Host(), viewOf(s), dash(s.Filter), hookState(s), day(s.Taken))
		}
		return w.Flush()
	})
}

// viewOf says in whose view a subscription is.
func viewOf(s *subscribe.Subscription) string {
	switch {
	case s.Person != "":
		return s.Person
	case s.Org != "":
		return s.Org
	}
	return "public"
}

func hookState(s *subscribe.Subscription) string {
	if s.Why == "" {
		return string(s.State)
	}
	return string(s.State) + ": " + s.Why
}

type hookShowCmd struct {
	data

	JSON bool   `name:"json" help:"The webhook, then its messages: one JSON object a line."`
	ID   string `arg:"" help:"Its id."`
}

// Help is shown by --help.
func (*hookShowCmd) Help() string {
	return "Example:\n\n  threatwatch hook show sub_4h2k --data ./data\n\nThe last 200 messages that came to an end are kept."
}

// Run shows the webhook.
func (c *hookShowCmd) Run(a *app) error {
	return a.withBook(c.Data, func(_ store.Store, b *subscribe.Book) error {
		s, err := theHook(a, b, c.ID)
		if err != nil {
			return err
		}
		list, err := b.Deliveries(a.ctx, c.ID)
		if err != nil {
			return err
		}
		if c.JSON {
			if err := jsonLines(a, []subscribe.Subscription{s}); err != nil {
				return err
			}
			return jsonLines(a, list)
		}
		fmt.Fprintf(a.Out, "to      %s\nview    %s\nfilter  %s\nstate   %s\n\n", s.To, viewOf(&s), dash(s.Filter), hookState(&s))
		w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "MESSAGE\tEVENT\tMADE\tSTAGE\tTRIES\tANSWER")
		for _, d := range list {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", d.ID, d.Type, d.Made.Format(time.DateTime), d.Stage, d.Tries, dash(plain(d.Answer)))
		}
		return w.Flush()
	})
}

type hookTestCmd struct {
	data

	ID string `arg:"" help:"Its id."`
}

// Help is shown by --help.
func (*hookTestCmd) Help() string {
	return "Example:\n\n  threatwatch hook test sub_4h2k --data ./data\n\nPrints the id of the message, which is sent while the exchange serves; \"hook show\" tells what came of it."
}

// Run asks for a message.
func (c *hookTestCmd) Run(a *app) error {
	return a.withHook(c.Data, c.ID, "webhook tested", func(_ store.Store, b *subscribe.Book, _ *subscribe.Subscription) (string, error) {
		d, err := b.Test(a.ctx, c.ID)
		if err == nil {
			fmt.Fprintln(a.Out, d.ID)
		}
		return d.ID, err
	})
}

type hookRotateCmd struct {
	data

	Overlap time.Duration `default:"24h" placeholder:"TIME" help:"How long messages are signed with the old secret as well."`
	ID      string        `arg:"" help:"Its id."`
}

// Help is shown by --help.
func (*hookRotateCmd) Help() string {
	return "Examples:\n\n  threatwatch hook rotate sub_4h2k --data ./data\n  threatwatch hook rotate sub_4h2k --overlap 0s --data ./data"
}

// Run makes a new key.
func (c *hookRotateCmd) Run(a *app) error {
	if c.Overlap < 0 {
		return threatwatch.Errorf(threatwatch.Invalid, "--overlap: %s is in the past", c.Overlap)
	}
	return a.withHook(c.Data, c.ID, "webhook key rotated", func(st store.Store, b *subscribe.Book, _ *subscribe.Subscription) (string, error) {
		secret, err := a.secret(st)
		if err != nil {
			return "", err
		}
		s, err := b.Change(a.ctx, c.ID, func(s *subscribe.Subscription) error { s.Rotate(time.Now(), c.Overlap); return nil })
		if err == nil {
			printKeys(a, hook.NewMaker(secret), &s)
		}
		return "", err
	})
}

type hookReplayCmd struct {
	data

	Since   string `placeholder:"TIME" xor:"what" required:"" help:"All that happened since then: 2026-01-31, or 2026-01-31T12:00:00Z."`
	Message string `placeholder:"ID" xor:"what" required:"" help:"One message."`
	ID      string `arg:"" help:"The webhook's id."`
}

// Help is shown by --help.
func (*hookReplayCmd) Help() string {
	return `Examples:

  threatwatch hook replay sub_4h2k --message msg_77ab --data ./data
  threatwatch hook replay sub_4h2k --since 2026-01-31 --data ./data

What may not be told any more is left out.`
}

// Run has messages sent again.
func (c *hookReplayCmd) Run(a *app) error {
	if c.Message != "" {
		return a.withHook(c.Data, c.ID, "webhook message replayed", func(_ store.Store, b *subscribe.Book, _ *subscribe.Subscription) (string, error) {
			return c.Message, b.Replay(a.ctx, c.ID, c.Message)
		})
	}
	at, err := parseMoment(c.Since)
	if err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "--since: %w", err)
	}
	return a.withHook(c.Data, c.ID, "webhook replayed", func(_ store.Store, b *subscribe.Book, _ *subscribe.Subscription) (string, error) {
		return "since " + at.Format(time.RFC3339), b.ReplayFrom(a.ctx, c.ID, strconv.FormatInt(at.UnixMicro(), 10))
	})
}

type hookPauseCmd struct {
	data

	ID string `arg:"" help:"Its id."`
}

// Help is shown by --help.
func (*hookPauseCmd) Help() string {
	return "Example:\n\n  threatwatch hook pause sub_4h2k --data ./data"
}

// Run pauses the webhook.
func (c *hookPauseCmd) Run(a *app) error {
	return a.withHook(c.Data, c.ID, "webhook paused", func(_ store.Store, b *subscribe.Book, _ *subscribe.Subscription) (string, error) {
		_, err := b.Change(a.ctx, c.ID, func(s *subscribe.Subscription) error {
			s.State, s.Why = subscribe.Paused, ""
			return nil
		})
		return "", err
	})
}

type hookResumeCmd struct {
	data

	ID string `arg:"" help:"Its id."`
}

// Help is shown by --help.
func (*hookResumeCmd) Help() string {
	return "Example:\n\n  threatwatch hook resume sub_4h2k --data ./data\n\nAlso after the exchange stopped it because the receiver did not answer."
}

// Run resumes the webhook.
func (c *hookResumeCmd) Run(a *app) error {
	return a.withHook(c.Data, c.ID, "webhook resumed", func(_ store.Store, b *subscribe.Book, _ *subscribe.Subscription) (string, error) {
		return "", b.Resume(a.ctx, c.ID)
	})
}

type hookRemoveCmd struct {
	data

	ID string `arg:"" help:"Its id."`
}

// Help is shown by --help.
func (*hookRemoveCmd) Help() string {
	return "Example:\n\n  threatwatch hook remove sub_4h2k --data ./data"
}

// Run removes the webhook.
func (c *hookRemoveCmd) Run(a *app) error {
	return a.withHook(c.Data, c.ID, "webhook removed", func(_ store.Store, b *subscribe.Book, s *subscribe.Subscription) (string, error) {
		return "to " + s.Host(), b.Remove(a.ctx, c.ID)
	})
}
