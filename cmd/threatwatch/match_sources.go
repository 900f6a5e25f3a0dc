package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/match"
	"threatwatch/release"
	"threatwatch/store"
)

// matchSources are the indicators of a run and where they came from.
type matchSources struct {
	index  *match.Index
	loaded match.Loaded
	files  []string // STIX and lists
	store  store.Store
	view   *release.View
}

func (s *matchSources) close() {
	if s.store != nil {
		s.store.Close()
	}
}

// defaultData is the exchange that is asked when neither --indicators nor --data is given.
const defaultData = "./data"

// load reads all indicators into an index.
func (c *matchCmd) load(a *app, policy match.Policy) (src *matchSources, err error) {
	src = &matchSources{}
	defer func() {
		if err != nil {
			src.close()
		}
	}()
	l := match.NewLoader(policy)
	for _, p := range c.Indicators {
		if err := src.read(a, l, p, c.AllowPrivate); err != nil {
			return src, err
		}
	}
	data := c.Data
	if data == "" && len(c.Indicators) == 0 {
		data = defaultData
		if _, err := os.Stat(defaultData); err != nil {
			return src, withHint(threatwatch.Errorf(threatwatch.Invalid, "no indicators"), "name a file with --indicators, or an exchange with --data")
		}
	}
	if data != "" {
		if err := src.exchange(a, l, data, c.As); err != nil {
			return src, err
		}
	}
	src.loaded = l.Loaded
	src.index, err = l.Index()
	return src, err
}

// exchange reads the indicators of a view.
func (s *matchSources) exchange(a *app, l *match.Loader, data place, as string) error {
	st, err := a.openStore(data)
	if err != nil {
		return err
	}
	s.store = st
	who, err := subjectNamed(a.ctx, account.New(st, nil), as)
	if err != nil {
		return err
	}
	rel, err := a.releaser(st)
	if err != nil {
		return err
	}
	s.view = rel.View(who, release.Lookup)
	return l.View(a.ctx, s.view)
}

// read reads a file, a folder of files, a URL, or standard input.
func (s *matchSources) read(a *app, l *match.Loader, p string, allowPrivate bool) error {
	switch {
	case p == "-":
		return l.Read("-", a.In)
	case strings.HasPrefix(p, "https://"), strings.HasPrefix(p, "http://"):
		body, err := fetch(a.ctx, p, allowPrivate)
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		defer body.Close()
		return l.Read(p, body)
	}
	return filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return threatwatch.Errorf(threatwatch.Invalid, "indicators: %s: %s", name, reason(err))
		}
		if d.IsDir() || name != p && strings.HasPrefix(d.Name(), ".") {
			return nil
		}
		f, err := os.Open(name)
		if err != nil {
			return threatwatch.Errorf(threatwatch.Invalid, "indicators: %s: %s", name, reason(err))
		}
		defer f.Close()
		s.files = append(s.files, name)
		if err := l.Read(name, f); err != nil {
			return fmt.Errorf("indicators: %w", err)
		}
		return nil
	})
}

// tell says on standard error what is looked for, and what is not and why.
func (s *matchSources) tell(w io.Writer, took time.Duration) {
	n := &s.loaded
	fmt.Fprintf(w, "looking for %s values of %s indicators (read in %s)\n", humanize.Comma(int64(s.index.Len())), humanize.Comma(int64(n.Indicators)), took.Round(time.Millisecond))
	if n.Compound > 0 {
		fmt.Fprintf(w, "of these, %s of several comparisons", several(n.Compound, "pattern"))
		if n.Partly > 0 {
			fmt.Fprintf(w, ", %s of which in part of what no record says", humanize.Comma(int64(n.Partly)))
		}
		fmt.Fprintln(w)
	}
	var not []string
	for _, x := range []struct {
		n   int
		why string
	}{
		{n.Revoked, "revoked"}, {n.Expired, "replaced by a later version"}, {n.Confidence, "below the confidence asked for, or stating none"}, {n.TLP, "marked stricter than asked for"},
		{n.Other, "in another language than STIX patterns"}, {n.Unsaid, "patterns that ask for what no record says"},
		{n.Untried, "patterns without a value or text to look for, beyond the first hundred"}, {n.Unreadable, "not readable"},
	} {
		if x.n > 0 {
			not = append(not, fmt.Sprintf("%s %s", humanize.Comma(int64(x.n)), x.why))
		}
	}
	if len(not) > 0 {
		fmt.Fprintf(w, "not looked for: %s\n", strings.Join(not, "; "))
	}
	for _, f := range n.FirstFaults {
		fmt.Fprintf(w, "  %s\n", plain(f))
	}
}
