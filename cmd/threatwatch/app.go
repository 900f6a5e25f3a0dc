package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/store"
)

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

// secretDoc is the record in which the exchange keeps a secret of its own.
type secretDoc struct {
	Secret []byte `json:"secret"`
}

// secret returns the 32 bytes that cursors and redacted ids are made with: record "secret", key "release", made on first use.
func (a *app) secret(st store.Store) ([]byte, error) {
	var doc secretDoc
	read := func(r store.Recorder) error {
		raw, err := r.Record(a.ctx, "secret", "release")
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, &doc)
	}
	err := st.Read(a.ctx, func(sn store.Snapshot) error { return read(sn) }) // a standby can be read only
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		err = st.Update(a.ctx, func(tx store.Tx) error {
			if err := read(tx); threatwatch.KindOf(err) != threatwatch.NotFound {
				return err // another process was faster
			}
			doc.Secret = make([]byte, 32)
			rand.Read(doc.Secret)
			raw, err := json.Marshal(doc)
			if err != nil {
				return err
			}
			return tx.PutRecord(a.ctx, "secret", "release", raw)
		})
	}
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
