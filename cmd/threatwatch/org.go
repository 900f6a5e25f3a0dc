package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"threatwatch/account"
)

// orgCmd holds the commands about organisations.
type orgCmd struct {
	Add  orgAddCmd  `cmd:"" help:"Add an organisation."`
	List orgListCmd `cmd:"" help:"List organisations."`
}

type orgAddCmd struct {
	data

	Client []string `placeholder:"ORG" help:"An organisation that is its client: it may see what TLP:AMBER lets clients see. May be repeated."`
	Name   string   `arg:"" help:"Name of the organisation."`
}

// Help is shown by --help.
func (*orgAddCmd) Help() string {
	return `Example:

  threatwatch org add "Example Energy" --data ./data

Prints its short name, which other commands ask for.`
}

// Run adds the organisation.
func (c *orgAddCmd) Run(a *app) error {
	st, err := a.createStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	acc := account.New(st, time.Now)
	var clients []string
	for _, name := range c.Client {
		x, err := acc.Org(a.ctx, name)
		if err != nil {
			return withHint(err, "add it first with: threatwatch org add %q", name)
		}
		clients = append(clients, x.ID)
	}
	o, err := acc.AddOrg(a.ctx, account.Org{Name: c.Name, Clients: clients})
	if err != nil {
		return err
	}
	if err := a.audit(st, "organisation added, clients: "+strings.Join(clients, " "), o.ID); err != nil {
		return err
	}
	fmt.Fprintln(a.Out, o.ID)
	return nil
}

type orgListCmd struct {
	data

	JSON bool `name:"json" help:"One JSON object a line."`
}

// Help is shown by --help.
func (*orgListCmd) Help() string {
	return "Example:\n\n  threatwatch org list --data ./data"
}

// Run lists the organisations.
func (c *orgListCmd) Run(a *app) error {
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	list, err := account.New(st, time.Now).Orgs(a.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return jsonLines(a, list)
	}
	w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tCLIENTS")
	for _, o := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\n", o.ID, plain(o.Name), dash(strings.Join(o.Clients, ", ")))
	}
	return w.Flush()
}
