package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/mattn/go-isatty"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/store"
)

// dataFile is the database inside the data directory.
const dataFile = "threatwatch.db"

// app is what every command is given: the three streams and ways to open what it needs.
type app struct {
	ctx context.Context // ends on SIGINT and SIGTERM; a field because kong calls Run(*app)
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// atTerminal is who the audit trail names for commands: whoever may write the data directory.
const atTerminal = "operator at the terminal"

// audit writes a line of the trail about what somebody at the terminal did.
func (a *app) audit(st store.Store, what, subject string) error {
	return account.New(st, time.Now).Audit(context.WithoutCancel(a.ctx), atTerminal, what, subject)
}

// data is the flag that commands over a data directory embed.
type data struct {
	Data string `help:"Directory of the exchange's data. Default: ./data" placeholder:"DIR" default:"./data" env:"THREATWATCH_DATA_DIR" type:"path"`
}

// openStore opens the store in a directory that exists already: `serve`, `demo` and `org add` make it.
func (a *app) openStore(dir string) (store.Store, error) {
	if _, err := os.Stat(filepath.Join(dir, dataFile)); err != nil {
		err := threatwatch.Errorf(threatwatch.Unavailable, "no exchange in %s", dir)
		return nil, withHint(err, "name its directory with --data, or make one there with: threatwatch serve --data %s", dir)
	}
	return a.createStore(dir)
}

// createStore opens the store in a directory, making both when they are missing.
func (a *app) createStore(dir string) (store.Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	return openEngine(a.ctx, filepath.Join(dir, dataFile))
}

// secretDoc is the record in which the exchange keeps a secret of its own.
type secretDoc struct {
	Secret []byte `json:"secret"`
}

// secret returns the 32 bytes that cursors and redacted ids are made with: record "secret", key "release", made on first use.
func (a *app) secret(st store.Store) ([]byte, error) {
	var doc secretDoc
	err := st.Update(a.ctx, func(tx store.Tx) error {
		raw, err := tx.Record(a.ctx, "secret", "release")
		if err == nil {
			return json.Unmarshal(raw, &doc)
		}
		if threatwatch.KindOf(err) != threatwatch.NotFound {
			return err
		}
		doc.Secret = make([]byte, 32)
		rand.Read(doc.Secret)
		if raw, err = json.Marshal(doc); err != nil {
			return err
		}
		return tx.PutRecord(a.ctx, "secret", "release", raw)
	})
	if err != nil {
		return nil, fmt.Errorf("read the exchange's secret: %w", err)
	}
	if len(doc.Secret) < 32 {
		return nil, threatwatch.Errorf(threatwatch.Internal, "the exchange's secret is damaged: record secret/release is short")
	}
	return doc.Secret, nil
}

// isTerminal says whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
