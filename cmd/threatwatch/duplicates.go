package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"threatwatch/account"
	"threatwatch/release"
	"threatwatch/watch/duplicate"
	"threatwatch/watch/index"
)

// duplicatesCmd lists which incidents may be the same event.
type duplicatesCmd struct {
	data

	As    string `default:"operator" placeholder:"WHO" help:"Whose view: public, operator, an organisation, or a person (name@org). Default: operator"`
	Limit int    `default:"20" placeholder:"N" help:"At most so many, the likeliest first; 0: all. Default: 20"`
	JSON  bool   `name:"json" help:"One JSON object a line."`
}

// Help is shown by --help.
func (*duplicatesCmd) Help() string {
	return `Example:

  threatwatch duplicates --data ./data --as example-energy --json --limit 0

Compares incidents of different sources and proposes pairs, with reasons. It changes nothing: publishers say on the page /duplicates what is the same.`
}

// proposal is a pair as JSON.
type proposal struct {
	A       proposed           `json:"a"`
	B       proposed           `json:"b"`
	Score   float64            `json:"score"`
	Likely  string             `json:"likelihood"` // likely, possible, faint
	Reasons []duplicate.Reason `json:"reasons"`
}

type proposed struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Source string `json:"source,omitempty"`
}

// Run lists them.
func (c *duplicatesCmd) Run(a *app) error {
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	who, err := subjectNamed(a.ctx, account.New(st, nil), c.As)
	if err != nil {
		return err
	}
	rel, err := a.releaser(st)
	if err != nil {
		return err
	}
	x, err := index.NewKeeper(rel).Of(a.ctx, who, release.ExportFile)
	if err != nil {
		return err
	}
	pairs := duplicate.Propose(x)
	if c.Limit > 0 {
		pairs = pairs[:min(len(pairs), c.Limit)]
	}
	if c.JSON {
		enc := json.NewEncoder(a.Out)
		for _, p := range pairs {
			if err := enc.Encode(proposal{proposedOf(p.A), proposedOf(p.B), p.Score, p.Band(), p.Reasons}); err != nil {
				return err
			}
		}
		return nil
	}
	for _, p := range pairs {
		fmt.Fprintf(a.Out, "%s, %.1f\n", p.Band(), p.Score)
		for _, e := range []*index.Entry{p.A, p.B} {
			fmt.Fprintf(a.Out, "  %s  (%s)  %s\n", plain(e.Title()), dash(plain(e.Source)), e.ID)
		}
		var why []string
		for _, r := range p.Reasons {
			why = append(why, plain(r.Words))
		}
		fmt.Fprintf(a.Out, "  %s\n\n", strings.Join(why, "; "))
	}
	return nil
}

func proposedOf(e *index.Entry) proposed { return proposed{e.ID, e.Title(), e.Source} }
