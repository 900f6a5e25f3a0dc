package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"text/tabwriter"
	"time"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/intake"
	"threatwatch/sample"
	"threatwatch/store"
)

type demoCmd struct {
	Listen string `placeholder:"HOST:PORT" default:"127.0.0.1:8080" help:"Where to listen. Default: 127.0.0.1:8080"`
	Data   place  `placeholder:"DIR|URL" type:"place" help:"Where to keep the data: a directory, or the postgres:// URL of an empty database. Default: a temporary directory, removed at the end."`
}

// Help is shown by --help.
func (*demoCmd) Help() string {
	return `Examples:

  threatwatch demo
  threatwatch demo --listen 127.0.0.1:9000 --data ./demo

A working exchange with a sample catalogue: famous incidents for everybody, invented ones of every marking for the invented members.
Prints who can sign in. Do not put it on a network.`
}

// Run makes the demonstration and serves it until the context ends.
func (c *demoCmd) Run(a *app) error {
	dir := c.Data
	if dir == "" {
		tmp, err := os.MkdirTemp("", "threatwatch-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		dir = place(tmp)
	}
	st, err := a.createStore(dir)
	if err != nil {
		return err
	}
	defer st.Close()
	logins, err := a.loadSample(st)
	if err != nil {
		return fmt.Errorf("load the sample: %w", err)
	}
	cfg, err := loadConfig("")
	if err != nil {
		return err
	}
	cfg.Title, cfg.Description, cfg.Data, cfg.Listen = "Threatwatch demo", "A demonstration with a sample catalogue.", dir, c.Listen
	cfg.Log.Level = "warn"
	if err := cfg.check(); err != nil {
		return err
	}
	return a.serve(cfg, st, func(url string) error {
		fmt.Fprintf(a.Out, "Threatwatch demo: %s\n\nAnyone sees what is TLP:CLEAR. Members see more; sign in at %s/sign-in\n\n", url, url)
		w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "E-MAIL\tPASSWORD\tWHO")
		for _, l := range logins {
			fmt.Fprintf(w, "%s\t%s\t%s, %s of %s\n", l.Email, l.password, l.Name, l.Role, l.Org)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		fmt.Fprintf(a.Out, "\nTAXII 2.1: %s/taxii2/ (no token: what is public)\nEnd with Ctrl-C.\n", url)
		return nil
	})
}

// login is somebody of the sample with a fresh password.
type login struct {
	sample.Person
	password string
}

// loadSample puts the sample into a store; what is there already stays, and passwords become fresh.
func (a *app) loadSample(st store.Store) (logins []login, err error) {
	acc, in := account.New(st, time.Now), intake.New(st, time.Now)
	for _, o := range sample.Orgs() {
		if _, err := acc.AddOrg(a.ctx, account.Org{ID: o.ID, Name: o.Name}); err != nil && threatwatch.KindOf(err) != threatwatch.Conflict {
			return nil, err
		}
	}
	for _, o := range sample.Orgs() {
		if len(o.Clients) > 0 {
			if err := acc.SetClients(a.ctx, o.ID, o.Clients); err != nil {
				return nil, err
			}
		}
	}
	for _, p := range sample.People() {
		l := login{p, strings.ToLower(rand.Text()[:16])}
		_, err := acc.AddPerson(a.ctx, account.Person{Org: p.Org, Name: p.Name, Email: p.Email, Role: account.Role(p.Role)}, l.password)
		if threatwatch.KindOf(err) == threatwatch.Conflict {
			err = acc.SetPassword(a.ctx, p.Email, l.password)
		}
		if err != nil {
			return nil, err
		}
		logins = append(logins, l)
		debug.FreeOSMemory() // each hash took 19 MiB; the next one need not take 19 more
	}
	for _, s := range sample.Sources() {
		if err := a.loadSource(in, s); err != nil {
			return nil, err
		}
	}
	return logins, nil
}

func (a *app) loadSource(in *intake.Intake, s sample.Source) error {
	src, err := in.SourceByName(a.ctx, s.Name)
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		src, err = in.AddSource(a.ctx, store.Source{Name: s.Name, Owner: s.Owner, Public: s.Public})
	}
	if err != nil {
		return err
	}
	outcomes, err := in.Submit(a.ctx, intake.Submission{Source: src.ID, By: "demo"}, s.Objects)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		if o.Status == intake.Refused {
			return threatwatch.Errorf(threatwatch.Internal, "%s: an object of the sample is refused: %v", s.Name, o)
		}
	}
	return nil
}
