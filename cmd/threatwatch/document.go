package main

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"threatwatch/cfr"
	"threatwatch/csaf"
	"threatwatch/eurepoc"
	"threatwatch/icsadvisory"
	"threatwatch/kev"
	"threatwatch/leaksite"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/ukraine"
	"threatwatch/veris"
)

// document is a format, other than STIX, in which export writes what was imported from it.
type document struct {
	types []string // the objects that it is made of
	write func(objects iter.Seq2[*stix.Value, error], w io.Writer) error
}

// documents are the formats by the name that --format has.
var documents = map[string]document{
	"cfr":         {[]string{"incident"}, cfr.Write},
	"csaf":        {[]string{"report"}, csaf.Write},
	"eurepoc":     {[]string{"incident"}, eurepoc.Write},
	"icsadvisory": {[]string{"report"}, icsadvisory.Write},
	"kev":         {[]string{"report", "vulnerability"}, kev.Write},
	"ransomwatch": {[]string{"incident"}, leaksite.Write},
	"ukraine-war": {[]string{"incident"}, ukraine.Write},
	"veris":       {[]string{"incident"}, veris.Write},
}

// documentNames lists them for the help.
func documentNames() string { return strings.Join(slices.Sorted(maps.Keys(documents)), ",") }

// writeDocument writes what a view shows in a format other than STIX.
func writeDocument(a *app, view *release.View, q release.Query, d document, out io.Writer) error {
	w := bufio.NewWriterSize(out, 1<<16)
	q.Types = d.types
	if err := d.write(objects(a, view, q), w); err != nil {
		return err
	}
	return w.Flush()
}

// objects are those of a query, page by page. What several sources say in one version comes once.
func objects(a *app, view *release.View, q release.Query) iter.Seq2[*stix.Value, error] {
	return func(yield func(*stix.Value, error) bool) {
		seen, enough := map[string]bool{}, false
		for !enough {
			page, err := view.Page(a.ctx, q, func(it *release.Item) error {
				version := fmt.Sprint(it.ID, it.Modified)
				if seen[version] {
					return nil
				}
				seen[version] = true
				v, err := stix.ParseValue(it.Raw)
				if err != nil {
					return err
				}
				if enough = !yield(v, nil); enough {
					return release.Stop
				}
				return nil
			})
			if err != nil {
				yield(nil, err)
				return
			}
			if !page.More || page.Next == "" {
				return
			}
			q.Next = page.Next
		}
	}
}
