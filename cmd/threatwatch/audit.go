package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"threatwatch/account"
)

type auditCmd struct {
	data

	JSON bool `name:"json" help:"One JSON object a line."`
}

// Help is shown by --help.
func (*auditCmd) Help() string {
	return `Example:

  threatwatch audit --data ./data

Who came in, what operators changed, imported and exported, what was deleted; oldest first. It holds names and ids, no content.`
}

// Run prints the trail.
func (c *auditCmd) Run(a *app) error {
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	events, err := account.New(st, time.Now).AuditLog(a.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return jsonLines(a, events)
	}
	w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "TIME\tWHO\tWHAT\tSUBJECT")
	for _, e := range events {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", e.Time.Format(time.RFC3339), plain(e.Who), plain(e.What), dash(plain(e.Subject)))
	}
	return w.Flush()
}
