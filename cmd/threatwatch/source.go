package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/intake"
	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
)

// sourceCmd holds the commands about sources.
type sourceCmd struct {
	Add  sourceAddCmd  `cmd:"" help:"Add a source, with a collection of its own."`
	List sourceListCmd `cmd:"" help:"List sources."`
}

type sourceAddCmd struct {
	data

	TLP      string `name:"tlp" placeholder:"LEVEL" help:"What the source says has at least this TLP: clear, green, amber, amber+strict or red. Without it, what is unmarked is amber+strict."`
	Public   bool   `help:"Its collection may be read without login (objects still need TLP:CLEAR)."`
	Owner    string `placeholder:"ORG" help:"Organisation that speaks. Default: the operator of this exchange."`
	Quota    int64  `placeholder:"N" help:"Objects it may hold. Default: no limit."`
	Compress bool   `help:"Keep its objects compressed: about a quarter of the space, for half the speed of import and reading."`
	Identity string `placeholder:"ID" help:"The identity--… it speaks as: versions of its objects from others are kept apart."`
	Name     string `arg:"" help:"Name of the source."`
}

// Help is shown by --help.
func (*sourceAddCmd) Help() string {
	return `Example:

  threatwatch source add tweetfeed --tlp clear --public --data ./data

Prints the id of its collection.`
}

// Run adds the source.
func (c *sourceAddCmd) Run(a *app) error {
	s := store.Source{Name: c.Name, Public: c.Public, Quota: c.Quota, Compress: c.Compress, Identity: c.Identity}
	if c.TLP != "" {
		l, err := label.ParseLevel(c.TLP)
		if err != nil {
			return threatwatch.Errorf(threatwatch.Invalid, "--tlp: %w", err)
		}
		s.Default = label.Label{TLP: l}.Body()
	}
	st, err := a.createStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	if c.Owner != "" {
		o, err := account.New(st, time.Now).Org(a.ctx, c.Owner)
		if err != nil {
			return withHint(err, "add it with: threatwatch org add %q", c.Owner)
		}
		s.Owner = o.ID
	}
	if s, err = intake.New(st, time.Now).AddSource(a.ctx, s); err != nil {
		return err
	}
	if err := a.audit(st, "source added", s.Name); err != nil {
		return err
	}
	return st.Read(a.ctx, func(sn store.Snapshot) error {
		cs, err := sn.Collections(a.ctx)
		for _, x := range cs {
			if x.ID == s.Collection {
				fmt.Fprintln(a.Out, x.UUID)
			}
		}
		return err
	})
}

type sourceListCmd struct {
	data

	JSON bool `name:"json" help:"One JSON object a line."`
}

// Help is shown by --help.
func (*sourceListCmd) Help() string {
	return "Example:\n\n  threatwatch source list --data ./data"
}

// sourceLine is what a line of the list says.
type sourceLine struct {
	Name       string `json:"name"`
	Owner      string `json:"owner,omitempty"`
	TLP        string `json:"tlp"`
	Public     bool   `json:"public"`
	Quota      int64  `json:"quota,omitempty"`
	Compress   bool   `json:"compress,omitempty"`
	Identity   string `json:"identity,omitempty"`
	Collection string `json:"collection"`
}

// Run lists the sources.
func (c *sourceListCmd) Run(a *app) error {
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	var lines []sourceLine
	err = st.Read(a.ctx, func(sn store.Snapshot) error {
		lines, err = sourceLines(a, sn)
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return jsonLines(a, lines)
	}
	w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tOWNER\tTLP\tPUBLIC\tQUOTA\tCOLLECTION")
	for _, l := range lines {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", plain(l.Name), dash(plain(l.Owner)), l.TLP, yes(l.Public), number(l.Quota), l.Collection)
	}
	return w.Flush()
}

func sourceLines(a *app, sn store.Snapshot) ([]sourceLine, error) {
	ss, err := sn.Sources(a.ctx)
	if err != nil {
		return nil, err
	}
	cs, err := sn.Collections(a.ctx)
	if err != nil {
		return nil, err
	}
	uuids := map[store.CollectionID]string{}
	for _, x := range cs {
		uuids[x.ID] = x.UUID
	}
	lines := make([]sourceLine, 0, len(ss))
	for _, s := range ss {
		l := label.Label{}
		tlp := "TLP:AMBER+STRICT"
		if s.Default != "" {
			if l, err = label.Parse(s.Default); err != nil {
				return nil, err
			}
			tlp = tlpName(l.TLP)
		}
		lines = append(lines, sourceLine{
			Name: s.Name, Owner: s.Owner, TLP: tlp, Public: s.Public, Quota: s.Quota,
			Compress: s.Compress, Identity: s.Identity, Collection: uuids[s.Collection],
		})
	}
	return lines, nil
}

// jsonLines prints one JSON object a line.
func jsonLines[T any](a *app, lines []T) error {
	for _, l := range lines {
		b, err := json.Marshal(l)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.Out, "%s\n", b)
	}
	return nil
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func number(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

// plain makes text from outside safe for a terminal: control and direction characters show as their code.
func plain(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < ' ' || r >= 0x7f && r < 0xa0,
			r == 0x61c, r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
			fmt.Fprintf(&b, "<U+%04X>", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// tlpName is a level as the standard writes it.
func tlpName(l stix.Level) string { return "TLP:" + strings.ToUpper(l.String()) }
