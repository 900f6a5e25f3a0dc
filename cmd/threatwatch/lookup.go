package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"threatwatch/release"
	"threatwatch/stix"
)

// lookupCmd answers "have we seen this?" as the operator.
type lookupCmd struct {
	data

	JSON   bool     `name:"json" help:"One JSON object a line."`
	Values []string `arg:"" name:"value" help:"Addresses, domains, URLs, hashes, CVE numbers, …, defanged or not."`
}

// Help is shown by --help.
func (*lookupCmd) Help() string {
	return `Example:

  threatwatch lookup --data ./data 'evil[.]example' 198.51.100.7

What is not found is named on standard error. Exit status 1: nothing was found.`
}

// lookupLine is what a line of the answer says.
type lookupLine struct {
	Value    string          `json:"value"`
	ID       string          `json:"id"`
	Type     string          `json:"type"`
	Name     string          `json:"name"`
	Source   string          `json:"source"`
	TLP      string          `json:"tlp"`
	Created  string          `json:"created,omitempty"`
	Modified string          `json:"modified,omitempty"`
	Added    string          `json:"added"`
	Revoked  bool            `json:"revoked,omitempty"`
	Object   json.RawMessage `json:"object,omitempty"`
}

// lookupLimit bounds the answers for one value.
const lookupLimit = 1000

// Run looks every value up.
func (c *lookupCmd) Run(a *app) error {
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	rel, err := a.releaser(st)
	if err != nil {
		return err
	}
	view := rel.View(release.Subject{Kind: release.Operator}, release.Lookup)
	var lines []lookupLine
	for _, v := range c.Values {
		before := len(lines)
		err := view.Lookup(a.ctx, v, lookupLimit, func(it *release.Item) error {
			lines = append(lines, lookupLineOf(v, it, c.JSON))
			return nil
		})
		if err != nil {
			return err
		}
		if len(lines) == before && !c.JSON {
			fmt.Fprintf(a.Err, "not found: %s\n", plain(v))
		}
	}
	if len(lines) == 0 {
		return exitCode(exitWrong)
	}
	if c.JSON {
		return jsonLines(a, lines)
	}
	w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "VALUE\tTYPE\tNAME\tSOURCE\tTLP\tMODIFIED\tADDED\tOBJECT")
	for _, l := range lines {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", plain(l.Value), plain(l.Type), plain(short(l.Name)), plain(l.Source), l.TLP,
			dash(l.Modified), l.Added, plain(l.ID))
	}
	return w.Flush()
}

func lookupLineOf(value string, it *release.Item, body bool) lookupLine {
	l := lookupLine{
		Value: value, ID: it.ID, Type: it.Type, Name: nameOf(it.Raw), Source: it.Source, TLP: tlpName(it.Label.TLP),
		Added: it.Added.Time().Format(time.RFC3339), Revoked: it.Revoked,
	}
	if it.Created != 0 {
		l.Created = stix.FormatTime(it.Created)
	}
	if it.Modified != 0 {
		l.Modified = stix.FormatTime(it.Modified)
	}
	if body {
		l.Object = append(json.RawMessage(nil), it.Raw...)
	}
	return l
}

func short(s string) string {
	r := []rune(s)
	if len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}

// nameOf is what a list calls an object.
func nameOf(raw []byte) string {
	o, err := stix.Parse(raw)
	if err != nil {
		return ""
	}
	return o.Name()
}
