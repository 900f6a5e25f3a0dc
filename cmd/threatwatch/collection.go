package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"threatwatch"
	"threatwatch/intake"
	"threatwatch/label"
	"threatwatch/store"
)

// collectionCmd holds the commands about collections.
type collectionCmd struct {
	Add  collectionAddCmd  `cmd:"" help:"Add a collection: an inbox, or a saved filter."`
	List collectionListCmd `cmd:"" help:"List collections."`
}

type collectionAddCmd struct {
	data

	Source      string   `placeholder:"NAME" help:"Select what this source says; with --writable: the source that speaks here."`
	Writable    bool     `help:"An inbox: publishers may add objects."`
	Public      bool     `help:"Listed and readable without login (objects still need TLP:CLEAR)."`
	Type        []string `placeholder:"T" help:"Select objects of this STIX type; may be repeated."`
	TLP         []string `name:"tlp" placeholder:"LEVEL" help:"Select objects of this TLP; may be repeated."`
	Watch       string   `placeholder:"FILTER" help:"Select the incidents that a filter of the watch selects, with claims and stances: the query of a list's address, such as 'sector=energy&country=DE'."`
	Alias       string   `placeholder:"NAME" help:"A short name for URLs."`
	Description string   `placeholder:"TEXT" help:"What it is for."`
	Title       string   `arg:"" help:"Title of the collection."`
}

// Help is shown by --help.
func (*collectionAddCmd) Help() string {
	return `Examples:

  threatwatch collection add Inbox --writable --data ./data
  threatwatch collection add Indicators --type indicator --tlp clear --public --data ./data
  threatwatch collection add "Energy" --watch 'sector=energy&status=contested' --public --data ./data

Prints the id of the collection. What --watch selects is filled in while the exchange serves, by what all who may read the collection may see.`
}

// Run adds the collection.
func (c *collectionAddCmd) Run(a *app) error {
	st, err := a.createStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	in := intake.New(st, time.Now)
	x := store.Collection{Title: c.Title, Alias: c.Alias, Description: c.Description, Writable: c.Writable, Public: c.Public}
	if c.Watch != "" {
		if x, err = c.watch(a, in, x); err != nil {
			return err
		}
		return c.added(a, st, x)
	}
	var f store.Filter
	f.Types = c.Type
	for _, t := range c.TLP {
		l, err := label.ParseLevel(t)
		if err != nil {
			return threatwatch.Errorf(threatwatch.Invalid, "--tlp: %w", err)
		}
		f.TLP = append(f.TLP, l.String())
	}
	if c.Source != "" {
		s, err := in.SourceByName(a.ctx, c.Source)
		if err != nil {
			return err
		}
		if c.Writable {
			x.Source = s.ID
		} else {
			f.Sources = []store.SourceID{s.ID}
		}
	}
	if len(f.Types) > 0 || len(f.TLP) > 0 || len(f.Sources) > 0 {
		x.Filter = &f
	}
	if x.Filter == nil && !c.Writable {
		return threatwatch.Errorf(threatwatch.Invalid, "say --writable for an inbox, or what to select: --source, --type, --tlp")
	}
	if x, err = in.AddCollection(a.ctx, x); err != nil {
		return err
	}
	return c.added(a, st, x)
}

// watch adds a collection of what a filter of the watch selects.
func (c *collectionAddCmd) watch(a *app, in *intake.Intake, x store.Collection) (store.Collection, error) {
	if c.Writable || c.Source != "" || len(c.Type) > 0 || len(c.TLP) > 0 {
		return x, threatwatch.Errorf(threatwatch.Invalid, "--watch selects by itself: its filter has source=, tlp<= and more; an inbox has no filter")
	}
	filter, err := watchFilter(c.Watch)
	if err != nil {
		return x, err
	}
	return in.AddGathering(a.ctx, x, filter.Query().Encode())
}

// added notes that a collection was added and prints its id.
func (c *collectionAddCmd) added(a *app, st store.Store, x store.Collection) error {
	if err := a.audit(st, "collection added", x.UUID); err != nil {
		return err
	}
	fmt.Fprintln(a.Out, x.UUID)
	return nil
}

type collectionListCmd struct {
	data

	JSON bool `name:"json" help:"One JSON object a line."`
}

// Help is shown by --help.
func (*collectionListCmd) Help() string {
	return "Example:\n\n  threatwatch collection list --data ./data"
}

// Run lists the collections.
func (c *collectionListCmd) Run(a *app) error {
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	var cs []store.Collection
	err = st.Read(a.ctx, func(sn store.Snapshot) error {
		cs, err = sn.Collections(a.ctx)
		return err
	})
	if err != nil {
		return err
	}
	watched, err := intake.New(st, time.Now).Gatherings(a.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return jsonLines(a, cs)
	}
	w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tTITLE\tALIAS\tKIND\tPUBLIC")
	for _, x := range cs {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", x.UUID, plain(x.Title), dash(plain(x.Alias)), collectionKind(x, watched), yes(x.Public))
	}
	return w.Flush()
}

func collectionKind(x store.Collection, watched []intake.Gathering) string {
	for _, g := range watched {
		if g.ID == x.ID {
			return "watch " + plain(g.Rule)
		}
	}
	switch {
	case x.Writable:
		return "inbox"
	case x.Filter != nil:
		var parts []string
		parts = append(parts, x.Filter.Types...)
		parts = append(parts, x.Filter.TLP...)
		return "filter " + strings.Join(parts, " ")
	}
	return "source"
}
