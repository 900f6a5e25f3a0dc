package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"threatwatch"
	"threatwatch/history"
	"threatwatch/release"
	"threatwatch/store"
)

// hunted is the file in a history that says up to where the indicators of an exchange were hunted with --new.
const hunted = "hunted.json"

type huntedDoc struct {
	After store.Stamp `json:"after"`
}

// exchange hunts the indicators of an exchange: all, or with --new those that came since the last time. With --follow it goes on with each that
// comes, until it is ended. The place in the exchange is written after the answer is: what was under way when the process died is hunted again.
func (c *huntCmd) exchange(a *app, span history.Span) (code exitCode, err error) {
	st, err := a.openStore(c.Data)
	if err != nil {
		return exitCannot, err
	}
	defer st.Close()
	rel, err := a.releaser(st)
	if err != nil {
		return exitCannot, err
	}
	view := rel.View(release.Subject{Kind: release.Operator}, release.Lookup)
	q := release.Query{Types: []string{"indicator"}, Version: release.Latest}
	if c.New {
		if q.AddedAfter, err = c.huntedUpTo(); err != nil {
			return exitCannot, err
		}
	}
	code = exitWrong
	for {
		var head store.Stamp // before the page, so that nothing comes between
		err := st.Read(a.ctx, func(sn store.Snapshot) (err error) {
			head, err = sn.LastStamp(a.ctx)
			return err
		})
		if err != nil {
			return exitCannot, err
		}
		round, err := c.round(a, view, &q, span)
		if err != nil {
			return exitCannot, err
		}
		if round != exitWrong && code != exitCannot {
			code = round
		}
		if !c.Follow {
			return code, nil
		}
		if err := st.Wait(a.ctx, head); err != nil && a.ctx.Err() == nil {
			return exitCannot, err
		}
		if a.ctx.Err() != nil {
			return code, nil
		}
	}
}

// round hunts what a query shows and moves it on.
func (c *huntCmd) round(a *app, view *release.View, q *release.Query, span history.Span) (exitCode, error) {
	h, err := c.open()
	if err != nil {
		return exitCannot, err
	}
	defer h.Close()
	u := newHunt(a, h)
	l := u.loader()
	after := q.AddedAfter
	_, err = view.Page(a.ctx, *q, func(it *release.Item) error {
		after = max(after, it.Added)
		return l.Item(it)
	})
	if err != nil || after == q.AddedAfter {
		return exitWrong, err
	}
	if err := u.loaded(c.Data.String(), l); err != nil {
		return exitCannot, err
	}
	code, err := c.tell(u, span)
	if err != nil {
		return exitCannot, err
	}
	q.AddedAfter = after
	if c.New {
		err = writeFile(filepath.Join(c.In, hunted), func(w io.Writer) error { return json.NewEncoder(w).Encode(huntedDoc{after}) })
	}
	return code, err
}

func (c *huntCmd) huntedUpTo() (store.Stamp, error) {
	var doc huntedDoc
	raw, err := os.ReadFile(filepath.Join(c.In, hunted))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &doc)
	}
	if err != nil {
		return 0, fmt.Errorf("read where the last hunt ended: %w", err)
	}
	return doc.After, nil
}

// checkExchange says what is wrong with the flags that concern an exchange.
func (c *huntCmd) checkExchange() error {
	switch {
	case c.Data == "" && len(c.What) == 0:
		return withHint(threatwatch.Errorf(threatwatch.Invalid, "nothing to hunt"), "name values or files, or an exchange with --data")
	case c.Data == "" && (c.New || c.Follow):
		return threatwatch.Errorf(threatwatch.Invalid, "--new and --follow hunt the indicators of an exchange: name it with --data")
	case c.Data != "" && len(c.What) > 0:
		return threatwatch.Errorf(threatwatch.Invalid, "values and files, or an exchange with --data, not both")
	}
	return nil
}
