package main

import (
	"context"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"threatwatch"
	"threatwatch/store"
)

// storeCmd holds the commands about the engine under an exchange.
type storeCmd struct {
	Copy storeCopyCmd `cmd:"" help:"Move everything to another place or engine."`
}

type storeCopyCmd struct {
	From place `arg:"" type:"place" placeholder:"FROM" help:"Where the exchange's data is: a directory, or a postgres:// URL."`
	To   place `arg:"" type:"place" placeholder:"TO" help:"The same for the copy; it must hold nothing, or what an interrupted copy left."`
}

// Help is shown by --help.
func (*storeCopyCmd) Help() string {
	return `Example:

  threatwatch store copy ./data postgres://threatwatch@db.example/threatwatch

Stop the exchange first: what is written meanwhile makes the copy fail at its end. Stamps and numbers stay, so TAXII clients go on with
the cursors they have. A copy that was interrupted goes on when the command is given again. At the end both are read whole and
compared, each body with its digest; until then the copy cannot be used.`
}

// Run copies and compares.
func (c *storeCopyCmd) Run(a *app) error {
	from, err := openMover(a.ctx, c.From, openExisting)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := openMover(a.ctx, c.To, openOrMake)
	if err != nil {
		return err
	}
	defer to.Close()
	begun, stage, last := time.Now(), "", time.Time{}
	err = store.Move(a.ctx, from, to, func(now string, done, total int64) {
		if !isTerminal(a.Err) || now == stage && time.Since(last) < 100*time.Millisecond {
			return
		}
		stage, last = now, time.Now()
		fmt.Fprintf(a.Err, "\r\x1b[K%s %s of %s ", now, humanize.Comma(done), humanize.Comma(total))
	})
	if isTerminal(a.Err) {
		fmt.Fprint(a.Err, "\r\x1b[K")
	}
	if err != nil {
		if a.ctx.Err() != nil {
			return withHint(fmt.Errorf("copy: %w", err), "give the same command again: it goes on where it stopped")
		}
		return fmt.Errorf("copy: %w", err)
	}
	n, _, err := to.Loaded(a.ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "copied and compared in %v; the last object has number %s\n", time.Since(begun).Round(time.Millisecond), humanize.Comma(int64(n)))
	return nil
}

// openMover opens an engine that everything can be moved from and to.
func openMover(ctx context.Context, p place, open func(context.Context, place) (store.Store, error)) (store.Mover, error) {
	st, err := open(ctx, p)
	if err != nil {
		return nil, err
	}
	m, ok := st.(store.Mover)
	if !ok {
		st.Close()
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%s: this engine cannot be moved", p)
	}
	return m, nil
}

// whole passes a store on that has just been opened, unless a copy into it has not been finished.
func whole(ctx context.Context, st store.Store, err error) (store.Store, error) {
	if err != nil {
		return nil, err
	}
	err = st.Read(ctx, func(s store.Snapshot) error {
		unfinished, err := store.Unfinished(ctx, s)
		if err == nil && unfinished {
			err = threatwatch.Errorf(threatwatch.Unavailable, "a copy into this store was interrupted")
			err = withHint(err, "give the same command again: threatwatch store copy FROM TO")
		}
		return err
	})
	if err != nil {
		st.Close()
		return nil, err
	}
	return st, nil
}
