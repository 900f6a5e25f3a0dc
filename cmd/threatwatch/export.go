package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/release"
	"threatwatch/store"
)

// exportCmd writes what somebody may see as a STIX bundle, or in the format that it was imported from.
type exportCmd struct {
	data

	As          string   `default:"operator" placeholder:"WHO" help:"Whose view: public, operator, an organisation, or a person (name@org). Default: operator"`
	Type        []string `placeholder:"T" help:"Only objects of this STIX type; may be repeated."`
	AllVersions bool     `help:"Every version, not only the last."`
	Source      string   `placeholder:"NAME" help:"Only what this source says."`
	Format      string   `default:"stix" enum:"stix,${documents}" placeholder:"F" help:"stix, or a format that was imported, as it was published: ${documents}. Default: stix"`
	Output      string   `short:"o" type:"path" placeholder:"FILE" help:"Write to a file, whole or not at all. Default: standard output."`
}

// Help is shown by --help.
func (*exportCmd) Help() string {
	return `Example:

  threatwatch export --data ./data --as public --type indicator -o indicators.json

  threatwatch export --data ./data --format veris > incidents.ndjson

Objects are written byte for byte as received, unless the view redacts them. Records of another format say what they said when they came in.`
}

// exportPage is how many objects are read in one snapshot.
const exportPage = 5000

// Run writes the bundle.
func (c *exportCmd) Run(a *app) error {
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
	q := release.Query{Types: c.Type, Limit: exportPage}
	q.Version.All = c.AllVersions
	if c.Format != "stix" && (len(c.Type) > 0 || c.AllVersions) {
		return threatwatch.Errorf(threatwatch.Invalid, "--format %s writes whole records in their last version: --type and --all-versions are for STIX", c.Format)
	}
	if c.Source != "" {
		if q.Collection, err = collectionOf(a, st, c.Source); err != nil {
			return err
		}
	}
	if err := a.audit(st, "exported as", c.As); err != nil { // before: what has left is in the trail, whatever happens then
		return err
	}
	view := rel.View(who, release.ExportFile)
	write := func(w io.Writer) error { return writeBundle(a, view, q, w) }
	if c.Format != "stix" {
		write = func(w io.Writer) error { return writeDocument(a, view, q, documents[c.Format], w) }
	}
	if c.Output == "" {
		return write(a.Out)
	}
	return writeFile(c.Output, write)
}

// collectionOf is the id of a source's own collection.
func collectionOf(a *app, st store.Store, source string) (string, error) {
	uuid := ""
	err := st.Read(a.ctx, func(sn store.Snapshot) error {
		ss, err := sn.Sources(a.ctx)
		if err != nil {
			return err
		}
		cs, err := sn.Collections(a.ctx)
		if err != nil {
			return err
		}
		for _, s := range ss {
			for _, x := range cs {
				if strings.EqualFold(s.Name, source) && x.ID == s.Collection {
					uuid = x.UUID
				}
			}
		}
		return nil
	})
	if err == nil && uuid == "" {
		err = threatwatch.Errorf(threatwatch.NotFound, "no source named %s", source)
	}
	return uuid, err
}

func writeBundle(a *app, view *release.View, q release.Query, out io.Writer) error {
	w := bufio.NewWriterSize(out, 1<<16)
	fmt.Fprintf(w, `{"type":"bundle","id":"bundle--%s"`, uuid.NewString())
	n := 0
	for {
		page, err := view.Page(a.ctx, q, func(it *release.Item) error {
			if n == 0 {
				w.WriteString(`,"objects":[` + "\n")
			} else {
				w.WriteString(",\n")
			}
			n++
			_, err := w.Write(it.Raw)
			return err
		})
		if err != nil {
			return err
		}
		if !page.More || page.Next == "" {
			break
		}
		q.Next = page.Next
	}
	if n > 0 {
		w.WriteString("\n]") // STIX 2.1 §8: objects is left out rather than empty
	}
	w.WriteString("}\n")
	return w.Flush()
}

// writeFile writes beside the target and renames, so that a reader never sees half a file.
func writeFile(path string, f func(io.Writer) error) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".export-*")
	if err != nil {
		return fmt.Errorf("write %s: %s", path, reason(err))
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
		}
	}()
	if err = f(tmp); err != nil {
		return err
	}
	if err = tmp.Sync(); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// releaser is the door out of a store, with the exchange's own secret.
func (a *app) releaser(st store.Store) (*release.Releaser, error) {
	secret, err := a.secret(st)
	if err != nil {
		return nil, err
	}
	return release.New(st, secret, time.Now), nil
}
