package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"threatwatch"
	"threatwatch/store"
	"threatwatch/store/postgres"
	"threatwatch/store/storetest"
)

// storeCheckCmd tries the contract of the store on an engine that an operator brings.
type storeCheckCmd struct {
	DSN  string `name:"dsn" required:"" placeholder:"URL" help:"postgres:// URL of a database in which schemas may be made."`
	JSON bool   `name:"json" help:"One JSON object a line."`
}

// Help is shown by --help.
func (*storeCheckCmd) Help() string {
	return `Example:

  threatwatch store-check --dsn postgres://threatwatch@db.example/test

Runs the suite that every engine of ours passes and prints a verdict on each property: 16 writers beside a poller, transactions,
snapshots, labels, full text and more. Nothing that the database holds is touched: schemas named threatwatch_check_… are made for it
and dropped at the end. Exit status 1: a property does not hold, and an exchange would lose or leak something on this engine.`
}

// Run prints a verdict on each property.
func (c *storeCheckCmd) Run(a *app) error {
	scratch, err := postgres.NewScratch(c.DSN)
	if err != nil {
		return err
	}
	if _, err := scratch.URL(a.ctx, ""); err != nil {
		return err
	}
	e := storetest.Engine{
		Open: func(t storetest.T, dir string) store.Store {
			url, err := scratch.URL(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			st, err := postgres.Open(t.Context(), url, postgres.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { st.Close() })
			return st
		},
		Backup: func(t storetest.T, _, _ string) { t.Skip("copies are made with pg_dump") },
	}
	broken := storetest.Check(a.ctx, e, func(v storetest.Verdict) { c.print(a, v) })
	if err := scratch.Drop(context.WithoutCancel(a.ctx)); err != nil {
		return fmt.Errorf("drop what was made for the check: %w", err)
	}
	if a.ctx.Err() != nil {
		return threatwatch.Errorf(threatwatch.Unavailable, "the check was interrupted")
	}
	if broken > 0 {
		return exitCode(exitWrong)
	}
	return nil
}

func (c *storeCheckCmd) print(a *app, v storetest.Verdict) {
	if c.JSON {
		b, _ := json.Marshal(v)
		fmt.Fprintf(a.Out, "%s\n", b)
		return
	}
	verdict := "holds"
	switch {
	case v.Skipped:
		verdict = "skipped"
	case !v.Holds:
		verdict = "BROKEN"
	}
	fmt.Fprintf(a.Out, "%-8s %7s  %-22s %s\n", verdict, v.Took.Round(10*time.Millisecond), v.Property, v.Says)
	for _, f := range v.Faults {
		fmt.Fprintf(a.Out, "%18s%.400s\n", "", f)
	}
}
